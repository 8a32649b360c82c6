"""``countersign demo``: two projects from real artefact files, and the dashboard over them."""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli._command import OK, Command, add_database

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.services.demo import DemoReport


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_database(parser)
    parser.add_argument("--port", type=int, default=8501, metavar="N", help="port of the dashboard (default: 8501)")
    parser.add_argument("--host", default="127.0.0.1", help="address to bind to (default: 127.0.0.1)")
    parser.add_argument("--no-serve", action="store_true", help="only prepare the database and print its URL")


def run(args: argparse.Namespace, console: "Console") -> int:
    """Prepare the demo database, then serve it."""
    from dashboard.services.context import open_context
    from dashboard.services.demo import prepare
    from dashboard.settings import read_settings

    url = args.db or f"sqlite:///{Path(tempfile.mkdtemp(prefix='countersign-demo-')) / 'demo.db'}"
    settings = read_settings(database_url=url)
    report = _prepared(prepare, open_context(settings), console)
    _show(report, console)
    console.print(f"database {url}", soft_wrap=True)
    if args.no_serve:
        return OK
    console.print(f"dashboard http://{args.host}:{args.port}", soft_wrap=True)
    from dashboard.cli.serve import serve

    return serve(settings, host=args.host, port=args.port)


def _prepared(prepare: "object", context: "object", console: "Console") -> "DemoReport":
    from rich.progress import Progress

    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Reading artefacts", total=None)

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        return prepare(context, progress=tell)  # type: ignore[operator,no-any-return]


def _show(report: "DemoReport", console: "Console") -> None:
    from rich.table import Table

    console.print(f"[bold]Ready:[/] {', '.join(report.projects)}")
    if not report.accounts:
        console.print("The accounts are there already; their passphrases were printed when they were made.")
        return
    table = Table(
        box=None, pad_edge=False, header_style="dim", title="Accounts of this demo, shown once", title_justify="left"
    )
    for heading in ("identifier", "role", "name", "passphrase"):
        table.add_column(heading)
    for login, role, name, passphrase in report.accounts:
        table.add_row(login, role, name, passphrase)
    console.print(table)


COMMAND = Command(
    name="demo",
    help="prepare a database from real artefact files and open the dashboard over it",
    examples="  countersign demo\n  countersign demo --no-serve --db sqlite:///demo.db",
    configure=configure,
    run=run,
)
