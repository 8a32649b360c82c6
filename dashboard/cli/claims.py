"""``countersign claims``: what a hand-written report claims, and what contradicts it."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli._command import NOT_READY, OK, Command, add_database, add_json, print_json
from dashboard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.model.claims import CheckedReport


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    check = acts.add_parser("check", help="check a report against itself, and against the evidence of a candidate")
    check.add_argument("report", metavar="REPORT.md", help="Markdown file, or - for standard input")
    check.add_argument("--project", metavar="P", help="hold it against the evidence of this project's candidate")
    which = check.add_mutually_exclusive_group()
    which.add_argument("--subject", metavar="SHA", help="commit or artefact digest (a unique beginning is enough)")
    which.add_argument("--version", metavar="V", help="version label (default: the newest candidate)")
    check.add_argument(
        "--environment", metavar="E", help="environment it is proposed for; needed where one subject has several"
    )
    add_database(check)
    add_json(check)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Check and print; exit 1 when a finding is a blocker or major."""
    from dashboard.model.evaluation import Severity
    from dashboard.services.claims import as_dict, check, check_alone
    from dashboard.services.context import open_context
    from dashboard.services.ingest import slug_of
    from dashboard.settings import read_settings

    text = _text(args.report)
    if args.project is None:
        checked = check_alone(text)
    else:
        context = open_context(read_settings(database_url=args.db), create=False)
        checked = check(
            context,
            text,
            slug_of(args.project),
            subject=args.subject,
            version=args.version,
            environment=args.environment,
        )
    if args.json:
        print_json(as_dict(checked))
    else:
        _show(checked, console)
    grave = (Severity.BLOCKER, Severity.MAJOR)
    return NOT_READY if any(f.severity in grave for f in checked.findings) else OK


def _text(path: str) -> str:
    try:
        body = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return body.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The report {path} cannot be read: {error}."
        raise UsageError(
            msg, slug="report-unreadable", hint="Name a Markdown file in UTF-8 that you may read."
        ) from error


def _show(checked: "CheckedReport", console: "Console") -> None:
    from rich.markup import escape

    styles = {"blocker": "red", "major": "yellow", "minor": "bright_black", "info": "cyan"}
    against = f" and against {checked.against}" if checked.against else ""
    console.print(
        f"{len(checked.claims):,} claims in {checked.lines:,} lines, held against themselves{against}: "
        f"[bold]{len(checked.findings):,} findings[/]"
    )
    for finding in checked.findings:
        lines = ", ".join(str(number) for number in finding.lines)
        where = f" [dim](line {lines})[/]" if len(finding.lines) == 1 else f" [dim](lines {lines})[/]" if lines else ""
        style = styles[finding.severity]
        console.print(f"[{style}]{finding.severity}[/] {finding.rule}{where}", soft_wrap=True)
        console.print(f"  {escape(finding.text)}", soft_wrap=True)


COMMAND = Command(
    name="claims",
    help="check what a hand-written report claims",
    examples=(
        "  countersign claims check REPORT.md\n"
        "  countersign claims check REPORT.md --project shop --json\n"
        "  cat REPORT.md | countersign claims check - --project shop --version 2.4.0"
    ),
    configure=configure,
    run=run,
)
