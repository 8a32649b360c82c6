"""``countersign evaluate``: the policy applied to the evidence of one candidate."""

import argparse
from typing import TYPE_CHECKING

from dashboard.cli._command import OK, Command, add_candidate, add_database, add_json, print_json
from dashboard.cli._judgement import add_judgement, judged, show

if TYPE_CHECKING:
    from rich.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_candidate(parser)
    add_database(parser)
    add_judgement(parser)
    add_json(parser)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Evaluate and print; the decision does not change the exit code (that is what ``gate`` is for)."""
    from dashboard.services.evaluate import as_dict

    evaluation = judged(args)
    if args.json:
        print_json(as_dict(evaluation))
    else:
        show(evaluation, console)
    return OK


COMMAND = Command(
    name="evaluate",
    help="apply the policy to the evidence of a candidate: decision, score, gates, findings",
    examples=(
        "  countersign evaluate --project shop\n"
        "  countersign evaluate --project shop --subject 3f9c2a1 --json\n"
        "  countersign evaluate --project shop --without metrics"
    ),
    configure=configure,
    run=run,
)
