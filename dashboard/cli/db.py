"""``countersign db``: figures of the database, whether it is whole, copies of it, and what may leave it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli._command import NOT_READY, OK, Command, add_database, add_json, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console

    from dashboard.services.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("info", help="figures: engine, schema, size, rows, bytes a result, evidence raw and stored")
    check = actions.add_parser("check", help="look for damage and tampering; exit 1 and a sentence for each")
    check.add_argument("--deep", action="store_true", help="also read every artefact again and compare its records")
    backup = actions.add_parser("backup", help="copy an SQLite database while it is in use, and check the copy")
    backup.add_argument("file", type=Path, metavar="FILE", help="new file; never overwritten")
    prune = actions.add_parser("prune", help="remove old evidence that nobody signed and nothing is compared with")
    prune.add_argument("--keep", required=True, metavar="DURATION", help="evidence not older than this stays: 90d, 26w")
    prune.add_argument(
        "--keep-candidates",
        type=int,
        default=1,
        metavar="N",
        help="newest of each branch and environment that stay (default: 1)",
    )
    prune.add_argument("--project", metavar="P", help="only this project (default: all)")
    prune.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
    prune.add_argument("--yes", action="store_true", help="do not ask; needed where nobody can answer")
    export = actions.add_parser("export", help="write the tables as Parquet, without secrets, with a manifest")
    export.add_argument("dir", type=Path, metavar="DIR", help="new or empty folder")
    export.add_argument("--format", choices=["parquet"], default="parquet", help="format of the files")
    export.add_argument("--project", metavar="P", help="only this project (default: all)")
    move = actions.add_parser("move", help="copy everything into an empty database of either engine, and compare")
    move.add_argument("--to", required=True, metavar="URL", help="sqlite:///path or postgresql://user@host/database")
    for action in actions.choices.values():
        add_database(action)
        add_json(action)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Do what the action says."""
    from dashboard.services.context import open_context
    from dashboard.settings import read_settings

    context = open_context(read_settings(database_url=args.db), create=False)
    try:
        return _ACTIONS[args.action](args, context, console)
    finally:
        context.store.close()


def _info(args: argparse.Namespace, context: "Context", console: "Console") -> int:
    from dashboard.cli._db_shown import show_info
    from dashboard.services import database

    found = database.figures(context)
    _answer(args, found, lambda: show_info(found, console))
    return OK


def _check(args: argparse.Namespace, context: "Context", console: "Console") -> int:
    from dashboard.cli._db_shown import show_check
    from dashboard.services import soundness

    found = soundness.check(context, deep=args.deep, watch=_watch(args))
    _answer(args, found.as_dict(), lambda: show_check(found, console))
    return NOT_READY if found.wrong else OK


def _backup(args: argparse.Namespace, context: "Context", console: "Console") -> int:
    from dashboard.cli._db_shown import show_backup
    from dashboard.services import database

    made = database.backup(context, args.file)
    _answer(args, made, lambda: show_backup(made, console))
    return OK


def _prune(args: argparse.Namespace, context: "Context", console: "Console") -> int:
    from dashboard.cli._db_shown import confirmed, show_plan, show_pruned
    from dashboard.services import retention

    wanted = retention.Wanted(retention.duration(args.keep), args.keep_candidates, args.project)
    plan = retention.plan(context, wanted)
    if not args.json:
        show_plan(plan, console)
    if args.dry_run:
        _answer(args, {"would_prune": retention.described(plan.prunable), "kept": dict(plan.kept)}, lambda: None)
        return OK
    if plan.prunable and not args.yes:
        confirmed(len(plan.prunable), interactive=not args.json)
    before = retention.size(context)
    found = retention.prune(context, wanted, only=[one.id for one in plan.prunable], watch=_watch(args))
    sizes = {"size_before": before, "size_after": retention.size(context)}
    _answer(args, found.as_dict() | {"kept": dict(plan.kept)} | sizes, lambda: show_pruned(found, console))
    return OK


def _export(args: argparse.Namespace, context: "Context", console: "Console") -> int:
    from dashboard.cli._db_shown import show_export
    from dashboard.services import database

    made = database.export(context, args.dir, project=args.project, watch=_watch(args))
    _answer(args, made.as_dict(), lambda: show_export(made, console))
    return OK


def _move(args: argparse.Namespace, context: "Context", console: "Console") -> int:
    from dashboard.cli._db_shown import show_move
    from dashboard.services import database

    moved = database.move(context, args.to, watch=_watch(args))
    _answer(args, moved, lambda: show_move(moved, console))
    return OK


def _answer(args: argparse.Namespace, answer: dict[str, Any], show: "Callable[[], None]") -> None:
    if args.json:
        print_json(answer)
    else:
        show()


def _watch(args: argparse.Namespace) -> "Callable[[Sequence[Any], str], Iterable[Any]]":
    from dashboard.cli._progress import progress

    return lambda things, label: progress(things, label, quiet=args.json)


_ACTIONS = {"info": _info, "check": _check, "backup": _backup, "prune": _prune, "export": _export, "move": _move}

COMMAND = Command(
    name="db",
    help="look after the database: figures, check, backup, prune, export, move",
    examples=(
        "  countersign db check --deep\n"
        "  countersign db backup /backups/countersign-2025-10-18.db\n"
        "  countersign db prune --keep 180d --keep-candidates 5 --dry-run\n"
        "  countersign db export parquet/ --project shop\n"
        "  countersign db move --to postgresql://countersign@db.example/countersign"
    ),
    configure=configure,
    run=run,
)
