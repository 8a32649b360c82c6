"""An evaluation on a terminal."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.errors import UsageError
from dashboard.model.figures import points_text, score_text
from dashboard.model.records import Kind

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.model.evaluation import Evaluation

MARKS = {
    "pass": ("✓", "green"),
    "warn": ("▲", "yellow"),
    "fail": ("✗", "red"),
    "missing": ("◌", "magenta"),
    "stale": ("◷", "bright_black"),
    "invalid": ("✗", "magenta"),
    "not_applicable": ("–", "bright_black"),
    "waived": ("▲", "bright_black"),
}


def add_judgement(parser: argparse.ArgumentParser) -> None:
    """Add ``--policy``, ``--without`` and ``--diff``."""
    parser.add_argument("--policy", type=Path, metavar="FILE", help="judge by this policy (default: the project's)")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=[str(kind) for kind in Kind],
        metavar="KIND",
        help=f"what if this kind of evidence were absent ({', '.join(Kind)}); may be repeated",
    )
    parser.add_argument(
        "--diff",
        metavar="FILE",
        help="unified diff of the change, or - for standard input: what the gate coverage.patch asks about",
    )


def judged(args: argparse.Namespace) -> "Evaluation":
    """Evaluate the candidate that the arguments name."""
    from dashboard.services.context import open_context
    from dashboard.services.evaluate import evaluate
    from dashboard.services.ingest import slug_of
    from dashboard.settings import read_settings

    policy = policy_text(args.policy)
    context = open_context(read_settings(database_url=args.db), create=False)
    return evaluate(
        context,
        slug_of(args.project),
        subject=args.subject,
        version=args.version,
        environment=args.environment,
        policy_text=policy,
        without=tuple(args.without),
        diff_text=_diff_text(args.diff),
    )


def _diff_text(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        body = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        msg = f"The change {path} cannot be read: {error}."
        raise UsageError(msg, slug="diff-unreadable", hint="Name a unified diff that you may read.") from error
    return body.decode("utf-8", "replace")


def policy_text(path: Path | None) -> str | None:
    """Read a policy file named on the command line."""
    if path is None:
        return None
    try:
        return path.read_bytes().decode()  # line ends as they are: the digest is of the bytes
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The policy file {path} cannot be read: {error}."
        raise UsageError(msg, slug="policy-unreadable", hint="Name a TOML file that you may read.") from error


def show(evaluation: "Evaluation", console: "Console") -> None:
    """Print the decision first, then the number, then what it rests on, what costs first."""
    from rich.markup import escape
    from rich.table import Table

    ready = evaluation.readiness
    if evaluation.without:
        console.print(f"[magenta]What if, without {', '.join(evaluation.without)}:[/]")
    console.print(f"[bold]{escape(ready.headline)}[/]")
    console.print(
        f"score {score_text(ready.score)} · {points_text(ready.earned_halves)} of "
        f"{points_text(ready.possible_halves)} points · {ready.measured} of {ready.gates} gates measured"
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading, justify in (
        ("Gate", "left"),
        ("Ruling", "left"),
        ("Observed", "right"),
        ("Loss", "right"),
        ("Because", "left"),
    ):
        table.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for result in sorted(evaluation.results, key=lambda r: (-r.lost_halves, not r.key)):
        verdict = result.verdict
        mark, style = MARKS[verdict.ruling]
        observed = f"{verdict.observed} {verdict.unit}".strip() if verdict.observed is not None else "—"
        loss = f"−{points_text(result.lost_halves)}" if result.lost_halves else "0"
        name = f"{result.gate} (key)" if result.key else result.gate
        table.add_row(
            escape(name), f"[{style}]{mark} {verdict.ruling}[/]", escape(observed), loss, escape(verdict.because)
        )
    console.print(table)
    for reason in ready.reasons:
        console.print(f"[dim]{reason.code}[/] {escape(reason.text)}")
    for finding in evaluation.findings:
        console.print(f"[dim]{finding.severity}[/] {escape(finding.text)}")
