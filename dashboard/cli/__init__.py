"""The command line: one command a file; errors are translated into exit codes here and nowhere else."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dashboard import __version__
from dashboard.errors import CountersignError

if TYPE_CHECKING:
    from dashboard.cli._command import Command


def commands() -> "tuple[Command, ...]":
    """Give every command, by name."""
    import dashboard.cli as package
    from dashboard.plugins import collect

    return collect(package, "COMMAND")


def build_parser(all_commands: "tuple[Command, ...]") -> argparse.ArgumentParser:
    """Build the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="countersign", description="Release evidence in, a readiness decision and a signature out."
    )
    parser.add_argument("--version", action="version", version=f"countersign {__version__}")
    parsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in all_commands:
        sub = parsers.add_parser(
            command.name,
            help=command.help,
            description=command.help[0].upper() + command.help[1:] + ".",
            epilog=f"examples:\n{command.examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.configure(sub)
        sub.set_defaults(chosen=command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 done, 1 not ready, 2 wrong usage or bad input."""
    from rich.console import Console

    arguments = build_parser(commands()).parse_args(argv)
    console = Console(highlight=False)
    try:
        return int(arguments.chosen.run(arguments, console))
    except CountersignError as error:
        if getattr(arguments, "json", False):
            from dashboard.cli._command import print_json

            print_json({"error": error.as_dict()})
        sys.stderr.write(f"error [{error.slug}]: {error}\nhint: {error.hint}\n")
        return 2
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("stopped; what was not finished was not stored\n")
        return 130
