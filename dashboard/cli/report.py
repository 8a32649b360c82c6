"""``countersign report``: the deployment report, written from the evidence."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli._command import OK, Command, add_candidate, add_database
from dashboard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_candidate(parser)
    add_database(parser)
    parser.add_argument("--format", choices=["md", "html"], default="md", help="format of the report (default: md)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead of standard output")


def run(args: argparse.Namespace, console: "Console") -> int:
    """Write the report."""
    from dashboard.services.context import open_context
    from dashboard.services.ingest import slug_of
    from dashboard.services.report import report
    from dashboard.settings import read_settings

    context = open_context(read_settings(database_url=args.db), create=False)
    body = report(
        context,
        slug_of(args.project),
        subject=args.subject,
        version=args.version,
        environment=args.environment,
        format=args.format,
    )
    if args.output is None:
        sys.stdout.buffer.write(body)
        return OK
    try:
        args.output.write_bytes(body)
    except OSError as error:
        msg = f"The report cannot be written to {args.output}: {error}."
        raise UsageError(msg, slug="report-unwritable", hint="Name a file in a folder that you may write.") from error
    console.print(f"Written to {args.output}")
    return OK


COMMAND = Command(
    name="report",
    help="write the deployment report from the evidence",
    examples="  countersign report --project shop --format md --output report.md",
    configure=configure,
    run=run,
)
