"""``countersign serve``: pages, API and log-in in one process."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli._command import OK, Command, add_database
from dashboard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.settings import Settings

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8501


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_database(parser)
    parser.add_argument("--host", default=DEFAULT_HOST, help=f"address to bind to (default: {DEFAULT_HOST})")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, metavar="N", help=f"port to bind to (default: {DEFAULT_PORT})"
    )


def run(args: argparse.Namespace, console: "Console") -> int:
    """Serve until stopped."""
    from dashboard.settings import read_settings

    settings = read_settings(database_url=args.db)
    shown = f"[{args.host}]" if ":" in args.host else args.host
    console.print(f"http://{shown}:{args.port}", markup=False)
    return serve(settings, host=args.host, port=args.port)


def serve(
    settings: "Settings", host: str = DEFAULT_HOST, port: int = DEFAULT_PORT, *, open_browser: bool = False
) -> int:
    """Serve the dashboard over the database that ``settings`` names; gives back when it is stopped.

    Raises:
        UsageError: slug ``port-taken``, before anything is started.
    """
    import logging

    from dashboard.web.origin import is_loopback

    _check_port(host, port)
    os.environ["COUNTERSIGN_DATABASE_URL"] = settings.database_url
    if not is_loopback(host) and not settings.allowed_hosts and not settings.base_url:
        # Bound for others to reach and no name given: then any name is ours.
        os.environ["COUNTERSIGN_ALLOWED_HOSTS"] = "*"
    from dashboard.asgi import SCRIPT, app

    # Streamlit looks for its settings beside sys.argv[0]; they are passed outright below, and this keeps it from
    # taking the folder of the `countersign` command for the script's.
    sys.argv = [SCRIPT]
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    app.run(
        config=streamlit_options() | {"server.address": host, "server.port": port, "server.headless": not open_browser}
    )
    return OK


def streamlit_options(path: Path | None = None) -> dict[str, Any]:
    """Give Streamlit's settings by dotted name, with those that are code rather than taste."""
    import tomllib

    from dashboard.settings import streamlit_config_path
    from dashboard.web.identity import TRUSTED_HEADERS

    chosen = path or streamlit_config_path()
    try:
        with chosen.open("rb") as file:
            document = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        msg = f"Streamlit's settings {chosen} cannot be read: {error}."
        raise UsageError(msg, slug="installation-incomplete", hint="Install countersign again.") from error
    return dict(_dotted(document)) | {
        "server.trustedUserHeaders": TRUSTED_HEADERS,
        "server.enableAgentApi": False,
    }


def _dotted(table: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in table.items():
        dotted = f"{prefix}.{name}" if prefix else name
        pairs += _dotted(value, dotted) if isinstance(value, dict) else [(dotted, value)]
    return pairs


def _check_port(host: str, port: int) -> None:
    """Refuse a taken port in words; Streamlit would look for another one, or log a traceback."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        msg = f"Port {port} on {host} cannot be used: {error}."
        raise UsageError(msg, slug="port-taken", hint="Stop what uses it, or name another one with --port.") from error


COMMAND = Command(
    name="serve",
    help="serve the dashboard, its API and its log-in",
    examples="  countersign serve\n  countersign serve --db postgresql://countersign@db/countersign --port 8080",
    configure=configure,
    run=run,
)
