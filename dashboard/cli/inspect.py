"""``countersign inspect``: what is in these files, storing nothing."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli._command import OK, REFUSED, Command, add_json, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.services.inspection import Inspection


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, or folder to walk")
    add_json(parser)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Inspect every file; exit 2 when one is refused."""
    from dashboard.cli._files import walk
    from dashboard.cli._progress import progress
    from dashboard.services.inspection import inspect_file
    from dashboard.settings import read_settings

    settings = read_settings()
    found = [inspect_file(item.path, settings) for item in progress(walk(args.paths), "Reading", quiet=args.json)]
    if args.json:
        print_json([inspection.as_dict() for inspection in found])
    else:
        for inspection in found:
            _show(inspection, console)
    every = [one for inspection in found for one in (inspection, *(inspection.members or ()))]
    return REFUSED if any(one.status == "refused" for one in every) else OK


def _show(inspection: "Inspection", console: "Console") -> None:
    from rich.markup import escape

    from dashboard.cli._files import counts_text

    answer = inspection.as_dict()
    style = {"ok": "green", "incomplete": "yellow", "refused": "red"}[answer["status"]]
    console.print(f"[bold]{escape(str(answer['path']))}[/]  [{style}]{answer['status']}[/]", soft_wrap=True)
    if answer["error"]:
        console.print(f"  {answer['error']['slug']}: {escape(answer['error']['message'])}", soft_wrap=True)
        console.print(f"  [dim]hint: {escape(answer['error']['hint'])}[/]", soft_wrap=True)
        return
    if inspection.members is not None:
        console.print(f"  archive · sha256 {answer['sha256'][:12]}", soft_wrap=True)
        for note in answer["notes"]:
            if all(note not in member.notes for member in inspection.members):
                _note(note, console)
        for member in inspection.members:
            _show(member, console)
        return
    producer = f", {escape(answer['producer'])}" if answer["producer"] else ""
    console.print(f"  {answer['kind']} · {answer['format']}{producer} · sha256 {answer['sha256'][:12]}", soft_wrap=True)
    console.print(f"  {counts_text(answer['counts'])}", soft_wrap=True)
    for note in answer["notes"]:
        _note(note, console)


def _note(note: dict[str, Any], console: "Console") -> None:
    from rich.markup import escape

    console.print(f"  [dim]{note['slug']} × {note['count']:,}: {escape(note['message'])}[/]", soft_wrap=True)


COMMAND = Command(
    name="inspect",
    help="say what is in these files, storing nothing",
    examples="  countersign inspect build/reports\n  countersign inspect junit.xml coverage.json --json",
    configure=configure,
    run=run,
)
