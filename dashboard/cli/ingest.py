"""``countersign ingest``: store evidence files for one candidate."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli._command import OK, REFUSED, Command, add_database, add_json, print_json
from dashboard.errors import CountersignError

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.services.reevaluate import Again

#: What the common CI services call the commit, the branch and the run; used when the argument is not given.
SUBJECT_VARIABLES = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "GIT_COMMIT")
BRANCH_VARIABLES = ("GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BUILDKITE_BRANCH", "CIRCLE_BRANCH", "GIT_BRANCH")
RUN_VARIABLES = ("GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILDKITE_BUILD_ID", "CIRCLE_WORKFLOW_ID", "BUILD_TAG")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, archive, or folder to walk")
    parser.add_argument("--project", required=True, metavar="P", help="project; made when it is new")
    parser.add_argument(
        "--subject", metavar="SHA", help="commit or artefact digest (default: what the CI service says)"
    )
    parser.add_argument("--branch", metavar="B", help="branch (default: what the CI service says)")
    parser.add_argument("--version", metavar="V", help="version label of the candidate")
    parser.add_argument(
        "--environment", metavar="E", help="environment the subject is proposed for, such as staging: a candidate each"
    )
    parser.add_argument("--run", metavar="ID", help="run these files belong to; shards share it (default: the CI run)")
    parser.add_argument("--started-at", metavar="T", help="start of the run, ISO 8601 with offset (default: now)")
    parser.add_argument(
        "--as-of", metavar="T", help="judge the candidate's evidence as of this moment, shown and signed"
    )
    add_database(parser)
    add_json(parser)


def from_environment(names: tuple[str, ...]) -> str | None:
    """Give the first of these variables that is set."""
    return next((os.environ[name] for name in names if os.environ.get(name)), None)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Ingest every file and member of an archive, each in its own transaction; exit 2 when one was refused."""
    from dashboard.cli._files import walk
    from dashboard.cli._progress import progress
    from dashboard.services._archives import PASSED_OVER
    from dashboard.services.context import open_context
    from dashboard.services.ingest import ingest_path, make_target, moment_of
    from dashboard.services.reevaluate import after_change
    from dashboard.settings import read_settings

    context = open_context(read_settings(database_url=args.db))
    target = make_target(
        context,
        project=args.project,
        subject=args.subject or from_environment(SUBJECT_VARIABLES),
        branch=args.branch or from_environment(BRANCH_VARIABLES),
        version=args.version,
        environment=args.environment,
        run=args.run or from_environment(RUN_VARIABLES),
        started_at=moment_of(args.started_at, "--started-at"),
        as_of=moment_of(args.as_of, "--as-of"),
    )
    outcomes: list[dict[str, Any]] = []
    changed: dict[int, None] = {}
    for item in progress(walk(args.paths), "Ingesting", quiet=args.json):
        try:
            intake = ingest_path(context, item.path, target, judge=False)
            changed.update(dict.fromkeys(intake.changed))
            outcomes += [outcome.as_dict() for outcome in intake.outcomes]
        except CountersignError as error:
            passed_over = not item.named and error.slug in PASSED_OVER
            status = "skipped" if passed_over else "refused"
            outcomes.append({"path": str(item.path), "status": status, "error": error.as_dict()})
    judged = after_change(context, target.project, changed)
    totals = {s: sum(o["status"] == s for o in outcomes) for s in ("stored", "duplicate", "skipped", "refused")}
    if args.json:
        print_json(
            {"project": target.project, "subject": target.subject, "run": target.run, **totals, "files": outcomes}
        )
    else:
        _show(outcomes, totals, console)
        _show_judged(judged, console)
    return REFUSED if totals["refused"] or not (totals["stored"] or totals["duplicate"]) else OK


def _show(outcomes: list[dict[str, Any]], totals: dict[str, int], console: "Console") -> None:
    from rich.markup import escape

    from dashboard.cli._files import counts_text

    styles = {"stored": "green", "duplicate": "yellow", "skipped": "bright_black", "refused": "red"}
    for outcome in outcomes:
        status = outcome["status"]
        console.print(f"[{styles[status]}]{status:9}[/] {escape(outcome['path'])}", soft_wrap=True)
        if error := outcome.get("error"):
            console.print(f"          {error['slug']}: {escape(error['message'])}", soft_wrap=True)
            if status == "refused":
                console.print(f"          [dim]hint: {escape(error['hint'])}[/]", soft_wrap=True)
            continue
        told = " · the same file is stored already, nothing was added" if status == "duplicate" else ""
        told += " · the candidate took the environment" if outcome["adopted"] else ""
        console.print(
            f"          [dim]{outcome['kind']} · {outcome['format']} · {counts_text(outcome['counts'])}{told}[/]",
            soft_wrap=True,
        )
        for note in outcome["notes"]:
            console.print(
                f"          [dim]{note['slug']} × {note['count']:,}: {escape(note['message'])}[/]", soft_wrap=True
            )
    console.print(" · ".join(f"{count} {status}" for status, count in totals.items()), soft_wrap=True)


def _show_judged(judged: "tuple[Again, ...]", console: "Console") -> None:
    from rich.markup import escape

    for one in judged:
        if one.evaluation is not None:
            ready = one.evaluation.readiness
            measured = f"{ready.measured} of {ready.gates} gates measured"
            console.print(
                f"judged    {escape(one.evaluation.candidate.full_label)}: {escape(ready.headline)} · {measured}",
                soft_wrap=True,
            )
        else:
            console.print(f"[red]not judged[/] {escape(one.failure)} The evidence is stored.", soft_wrap=True)


COMMAND = Command(
    name="ingest",
    help="store evidence files for one candidate",
    examples=(
        "  countersign ingest build/reports --project shop --subject $GITHUB_SHA --branch main --version 2.4.0\n"
        "  countersign ingest junit.xml --project shop --subject 3f9c2a1 --run nightly-17 \\\n"
        "      --started-at 2025-10-18T08:00:00Z --json"
    ),
    configure=configure,
    run=run,
)
