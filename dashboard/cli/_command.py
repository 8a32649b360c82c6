"""What a command is, and how every command speaks: people get rich text, machines get JSON."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

#: Exit codes, the same for every command.
OK, NOT_READY, REFUSED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the command line."""

    name: str
    help: str
    examples: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, "Console"], int]
    """Gives the exit code; raises ``CountersignError`` for what the user can mend."""


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add ``--db``."""
    parser.add_argument(
        "--db",
        metavar="URL",
        help="database, such as sqlite:///release.db or postgresql://host/name (default: COUNTERSIGN_DATABASE_URL, "
        "else a SQLite file in your home folder)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="answer as JSON on standard output, for machines")


def add_candidate(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a project and one of its candidates."""
    parser.add_argument("--project", required=True, metavar="P", help="project")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--subject", metavar="SHA", help="commit or artefact digest (a unique beginning is enough)")
    which.add_argument("--version", metavar="V", help="version label (default: the newest candidate)")
    parser.add_argument(
        "--environment", metavar="E", help="environment it is proposed for; needed where one subject has several"
    )


def print_json(answer: Any) -> None:
    """Print JSON to standard output, free of styles."""
    json.dump(answer, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
