"""``countersign token``: what a pipeline shows to bring evidence into one project over HTTP."""

import argparse
from typing import TYPE_CHECKING

from dashboard.cli._command import OK, Command, add_database, add_json, print_json

if TYPE_CHECKING:
    from rich.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="make a token for one project; it is printed once")
    add.add_argument("--project", required=True, metavar="P", help="project it may ingest into")
    add.add_argument("--label", required=True, metavar="TEXT", help="what it is for, such as the name of the pipeline")
    add.add_argument("--days", type=int, metavar="N", help="days until it expires (default: never)")
    shown = actions.add_parser("list", help="list tokens without their secret")
    shown.add_argument("--project", metavar="P", help="only those of this project")
    revoke = actions.add_parser("revoke", help="refuse a token from now on")
    revoke.add_argument("id", type=int, metavar="ID", help="number of the token, from `token list`")
    for action in actions.choices.values():
        add_database(action)
        add_json(action)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Do what the action says."""
    from dashboard.services import admin
    from dashboard.services.context import open_context
    from dashboard.settings import read_settings

    context = open_context(read_settings(database_url=args.db))
    if args.action == "add":
        made = admin.add_token(context, args.project, args.label, days=args.days)
        if args.json:
            print_json(made.as_dict())
        else:
            console.print(f"token {made.id} for {args.project}, shown once:")
            console.print(made.secret, markup=False, soft_wrap=True)
        return OK
    if args.action == "revoke":
        admin.revoke_token(context, args.id)
        if args.json:
            print_json({"id": args.id, "state": "revoked"})
        else:
            console.print(f"token {args.id} is refused from now on")
        return OK
    return _list(args, console)


def _list(args: argparse.Namespace, console: "Console") -> int:
    from rich.markup import escape
    from rich.table import Table

    from dashboard.model.figures import moment_text
    from dashboard.services import admin
    from dashboard.services.context import open_context
    from dashboard.settings import read_settings

    tokens = admin.list_tokens(open_context(read_settings(database_url=args.db)), args.project)
    if args.json:
        print_json([token.as_dict() for token in tokens])
        return OK
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("ID", "Project", "Label", "State", "Made", "Last used"):
        table.add_column(heading)
    for token in tokens:
        made, used = moment_text(token.created_at), moment_text(token.last_used_at)
        table.add_row(str(token.id), escape(token.project), escape(token.label), token.state, made, used)
    console.print(table if tokens else "There are no tokens yet; `countersign token add` makes one.")
    return OK


COMMAND = Command(
    name="token",
    help="make, list and revoke tokens by which pipelines ingest over HTTP",
    examples=(
        "  countersign token add --project shop --label 'nightly build' --days 90\n"
        "  countersign token list --project shop\n"
        "  countersign token revoke 3"
    ),
    configure=configure,
    run=run,
)
