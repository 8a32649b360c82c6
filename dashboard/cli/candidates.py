"""``countersign candidates``: the register of every candidate, and the word that one goes no further."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli._command import OK, Command, add_database, add_json, print_json
from dashboard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.model.register import Entry
    from dashboard.services.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action", nargs="?", choices=["list", "supersede"], default="list",
        help="list them (default), or declare that one goes no further",
    )  # fmt: skip
    parser.add_argument("--project", required=True, metavar="P", help="project")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write all of them as CSV; - for standard output")
    for name, word in (("state", "in this state"), ("decision", "decided so"), ("environment", "of this environment")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="X", help=f"only those {word}; may be repeated"
        )
    parser.add_argument("--branch", action="append", default=[], metavar="B", help="only those of this branch")
    parser.add_argument("--since", metavar="DAY", help="only those opened on this day or later, such as 2025-10-18")
    parser.add_argument("--until", metavar="DAY", help="only those opened on this day or earlier")
    parser.add_argument("--text", metavar="T", help="only those whose version or subject has this in it")
    parser.add_argument("--subject", metavar="SHA", help="supersede: the candidate (a unique beginning is enough)")
    parser.add_argument("--reason", metavar="TEXT", help="supersede: why it goes no further")
    add_database(parser)
    add_json(parser)


def run(args: argparse.Namespace, console: "Console") -> int:
    """List, export or supersede."""
    from dashboard.services import candidates
    from dashboard.services.context import open_context
    from dashboard.services.ingest import slug_of
    from dashboard.settings import read_settings

    context = open_context(read_settings(database_url=args.db), create=False)
    project = slug_of(args.project)
    if args.action == "supersede":
        return _supersede(args, context, project, console)
    asked = {name: [getattr(args, name)] if getattr(args, name) else [] for name in ("since", "until", "text")}
    asked |= {name: getattr(args, name) for name in ("state", "decision", "environment", "branch")}
    entries = candidates.every(context, project, candidates.sought(asked))
    if args.csv is not None:
        return _csv(args.csv, entries, console)
    if args.json:
        from dashboard.reports.register_csv import as_dict

        population = candidates.register(context, project, rows=1).population
        rows = [as_dict(entry) for entry in entries]
        print_json({"project": project, "population": population, "found": len(rows), "candidates": rows})
        return OK
    _show(list(entries), candidates.register(context, project, rows=1).population, console)
    return OK


def _supersede(args: argparse.Namespace, context: "Context", project: str, console: "Console") -> int:
    from rich.markup import escape

    from dashboard.services import candidates
    from dashboard.store.candidates import find

    if not args.subject:
        msg = "Which candidate goes no further was not said."
        raise UsageError(msg, slug="subject-missing", hint="Give --subject, and --reason.")
    if len(args.environment) > 1:
        msg = "One candidate is superseded at a time, and several environments were given."
        raise UsageError(msg, slug="environment-ambiguous", hint="Give --environment once.")
    environment = next(iter(args.environment), None)
    candidate = find(context.store, project, subject=args.subject, environment=environment)
    found = candidates.supersede(context, candidate.id, args.reason or "")
    if args.json:
        told = {"candidate": found.id, "subject": found.subject, "environment": found.environment}
        print_json(told | {"state": "superseded"})
    else:
        console.print(f"{escape(found.full_label)} goes no further; its evidence and signatures stay in the register")
    return OK


def _csv(path: Path, entries: "Iterator[Entry]", console: "Console") -> int:
    import sys

    from dashboard.reports.register_csv import lines

    if str(path) == "-":
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        sys.stdout.writelines(lines(entries))
        return OK
    written = -1  # the header is a line too
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            for line in lines(entries):
                file.write(line)
                written += 1
    except OSError as error:
        msg = f"The register cannot be written to {path}: {error}."
        raise UsageError(msg, slug="report-unwritable", hint="Name a file in a folder that you may write.") from error
    console.print(f"Written to {path}: {written:,} candidates", soft_wrap=True)
    return OK


def _show(entries: "list[Entry]", population: int, console: "Console") -> None:
    from rich.markup import escape
    from rich.table import Table

    from dashboard.model.figures import moment_text, score_text
    from dashboard.model.register import NOT_JUDGED

    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("Candidate", "Environment", "Opened", "State", "Decision", "Score", "Signed by", "Conditions"):
        table.add_column(heading, justify="right" if heading == "Score" else "left", overflow="fold")
    for entry in entries:
        judged = entry.judged
        overdue = f", {entry.overdue_conditions} overdue" if entry.overdue_conditions else ""
        outdated = f" ({judged.outdated})" if judged and judged.outdated else ""
        table.add_row(
            escape(entry.candidate.label),
            escape(entry.candidate.environment or "—"),
            moment_text(entry.candidate.opened_at),
            str(entry.state),
            f"{judged.decision}{outdated}" if judged else NOT_JUDGED,
            score_text(judged.score) if judged else "—",
            escape(", ".join(f"{s.name} ({s.role})" for s in entry.signed)) or "nobody",
            f"{entry.open_conditions} open{overdue}",
        )
    console.print(table)
    console.print(f"{len(entries):,} of {population:,} candidates")


COMMAND = Command(
    name="candidates",
    help="list every candidate of a project with state, decision and signatures, or declare one superseded",
    examples=(
        "  countersign candidates --project shop --csv register.csv\n"
        "  countersign candidates --project shop --state open --since 2025-10-01 --json\n"
        "  countersign candidates supersede --project shop --subject 3f9c2a1 --reason 'replaced by 2.4.1'"
    ),
    configure=configure,
    run=run,
)
