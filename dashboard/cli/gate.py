"""``countersign gate``: the decision as an exit code, for a pipeline."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli._command import NOT_READY, OK, Command, add_candidate, add_database, add_json, print_json
from dashboard.cli._judgement import add_judgement, judged, show
from dashboard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_candidate(parser)
    add_database(parser)
    add_judgement(parser)
    parser.add_argument(
        "--require",
        choices=["go", "conditional"],
        default="go",
        help="the least decision that lets the pipeline pass (default: go)",
    )
    add_json(parser)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Exit 0 when the decision is at least what is required and no condition is overdue, 1 when not."""
    from dashboard.model.evaluation import DECISION_ORDER, Decision
    from dashboard.services.evaluate import as_dict, summary_markdown

    evaluation = judged(args)
    if args.json:
        print_json(as_dict(evaluation))
    else:
        show(evaluation, console)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        _append(Path(summary), summary_markdown(evaluation))
    least = Decision.GO if args.require == "go" else Decision.CONDITIONAL_GO
    passed = DECISION_ORDER.index(evaluation.readiness.decision) <= DECISION_ORDER.index(least)
    return OK if passed and evaluation.readiness.holds else NOT_READY


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        msg = f"The step summary {path} cannot be written: {error}."
        raise UsageError(msg, slug="summary-unwritable", hint="Check or unset GITHUB_STEP_SUMMARY.") from error


COMMAND = Command(
    name="gate",
    help="exit 0 when the decision is good enough, 1 when it is not, 2 for bad input",
    examples=(
        "  countersign gate --project shop --subject $GITHUB_SHA --require conditional\n"
        "  countersign gate --project shop --version 2.4.0 --environment production --require go --json"
    ),
    configure=configure,
    run=run,
)
