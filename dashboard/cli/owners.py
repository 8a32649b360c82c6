"""``countersign owners``: whose tests these are, by the project's CODEOWNERS file."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli._command import OK, Command, add_database, add_json, print_json
from dashboard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="CODEOWNERS file to put in force (default: show it)")
    parser.add_argument("--project", required=True, metavar="P", help="project")
    parser.add_argument("--path", metavar="PATH", help="say who owns this path")
    add_database(parser)
    add_json(parser)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Put a file in force, or ask the one that is."""
    from dashboard.services import owners
    from dashboard.services.context import open_context
    from dashboard.services.ingest import slug_of
    from dashboard.settings import read_settings

    context = open_context(read_settings(database_url=args.db), create=args.file is not None)
    project = slug_of(args.project)
    if args.file is not None:
        try:
            text = Path(args.file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{args.file} cannot be read: {error}."
            raise UsageError(msg, slug="file-unreadable", hint="Name the CODEOWNERS file of the repository.") from error
        read = owners.set_file(context, project, text)
        answer = {"project": project, "rules": len(read.entries), "dialect": read.dialect, "problems": read.problems}
        said = "\n".join((f"{len(read.entries)} rules in force for {project}, read as {read.dialect}", *read.problems))
    elif args.path is not None:
        found = owners.of(context, project).of_path(args.path)
        answer = {"path": args.path, "owners": list(found)}
        said = " ".join(found) or "nobody"
    else:
        text = owners.text(context, project)
        answer = {"project": project, "text": text}
        said = text or "No owners are set; `countersign owners CODEOWNERS --project P` sets them."
    if args.json:
        print_json(answer)
    else:
        console.print(said, markup=False, soft_wrap=True)
    return OK


COMMAND = Command(
    name="owners",
    help="set or ask who owns which tests, by a CODEOWNERS file",
    examples=(
        "  countersign owners .github/CODEOWNERS --project shop\n"
        "  countersign owners --project shop --path tests/cart/test_total.py"
    ),
    configure=configure,
    run=run,
)
