"""``countersign mutes``: failing tests that somebody answers for, for a while; and the file pytest deselects from."""

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli._command import OK, Command, add_database, add_json, print_json
from dashboard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.store.mutes import Mute


#: No calendar holds more days than somebody may type; the service refuses far fewer.
_MOST_DAYS = 10_000


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    shown = actions.add_parser("list", help="list the mutes of a project, those that hold first")
    add = actions.add_parser("add", help="mute a test")
    add.add_argument("test", metavar="TEST", help="number of the case, or its class and name as reports give it")
    for name, text in (
        ("owner", "who answers for it"), ("reason", "why it is muted"), ("ticket", "where it is followed up"),
    ):  # fmt: skip
        add.add_argument(f"--{name}", required=True, metavar="TEXT", help=text)
    add.add_argument("--days", type=int, required=True, metavar="N", help="days until it ends, 30 at most")
    add.add_argument("--branch", metavar="B", help="the only branch it holds on (default: all)")
    end = actions.add_parser("end", help="end a mute before its time")
    end.add_argument("id", type=int, metavar="ID", help="number of the mute, from `mutes list`")
    end.add_argument("--because", required=True, metavar="TEXT", help="why it ends")
    export = actions.add_parser("export", help="write the muted tests as a file for `pytest @FILE` (pytest 8.2, newer)")
    export.add_argument("--branch", metavar="B", help="mutes that hold on this branch")
    export.add_argument("--output", metavar="FILE", help="file to write (default: standard output)")
    for name in ("list", "add", "export"):
        actions.choices[name].add_argument("--project", required=True, metavar="P", help="project")
    for action in actions.choices.values():
        add_database(action)
    for action in (shown, add, end):
        add_json(action)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Do what the action says."""
    from dashboard.services import mutes
    from dashboard.services.context import open_context
    from dashboard.services.ingest import slug_of
    from dashboard.settings import read_settings

    context = open_context(read_settings(database_url=args.db), create=args.action != "list")
    if args.action == "end":
        return _told(mutes.end(context, args.id, args.because), args, console, "ended")
    project = slug_of(args.project)
    if args.action == "add":
        case_id = mutes.find_case(context, project, args.test)
        made = mutes.mute(
            context,
            project,
            case_id,
            owner=args.owner,
            reason=args.reason,
            ticket=args.ticket,
            expires_at=context.clock() + timedelta(days=max(0, min(args.days, _MOST_DAYS))),
            branch=args.branch,
        )
        return _told(made, args, console, "muted")
    if args.action == "export":
        written = mutes.pytest_arguments(context, project, args.branch)
        for name in written.left_out:
            sys.stderr.write(f"left out, pytest would not know it by this name: {name}\n")
        _write(args.output, written.text)
        return OK
    return _list(mutes.listed(context, project), context.clock(), args, console)


def _write(path: str | None, text: str) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}."
        raise UsageError(msg, slug="output-unwritable", hint="Name a file in a folder you may write to.") from error


def _told(made: "Mute", args: argparse.Namespace, console: "Console", word: str) -> int:
    from rich.markup import escape

    if args.json:
        print_json(made.as_dict())
    else:
        console.print(f"mute {made.id} {word}: {escape(made.label)}, until {made.expires_at:%Y-%m-%d %H:%M} UTC")
    return OK


def _list(found: "tuple[Mute, ...]", now: Any, args: argparse.Namespace, console: "Console") -> int:
    from rich.markup import escape
    from rich.table import Table

    if args.json:
        print_json([one.as_dict() | {"live": one.live(now)} for one in found])
        return OK
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("ID", "State", "Test", "Owner", "Ticket", "Until", "Branch"):
        table.add_column(heading)
    for one in found:
        state = "muted" if one.live(now) else "ended" if one.ended_at else "expired"
        texts = (one.label, one.owner, one.ticket, f"{one.expires_at:%Y-%m-%d %H:%M} UTC", one.branch or "all")
        table.add_row(str(one.id), state, *(escape(text) for text in texts))
    console.print(table if found else "Nothing is muted; `countersign mutes add` mutes a test.")
    return OK


COMMAND = Command(
    name="mutes",
    help="mute failing tests for a while, end mutes, list them, and write them for pytest",
    examples=(
        "  countersign mutes add 'tests.test_cart.test_total' --project shop --owner ada --ticket SHOP-12 \\\n"
        "      --reason 'clock skew' --days 7\n"
        "  countersign mutes list --project shop\n"
        "  countersign mutes export --project shop --output muted.txt && pytest @muted.txt"
    ),
    configure=configure,
    run=run,
)
