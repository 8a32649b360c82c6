"""``countersign user``: who may sign in, and in which role."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli._command import OK, Command, add_database, add_json, print_json
from dashboard.errors import UsageError
from dashboard.model.person import Role

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.services.admin import NewAccount
    from dashboard.services.context import Context

#: Roles a person can have; the other two are the command line and nobody.
ROLES = (Role.VIEWER, Role.ENGINEER, Role.AUDITOR, Role.MANAGER, Role.ADMIN)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="add an account; prints its passphrase once when none is given")
    add.add_argument("login", metavar="LOGIN", help="identifier: lower-case letters, digits, dot, dash, underscore")
    add.add_argument("--name", required=True, metavar="NAME", help="name as it is printed beside a signature")
    add.add_argument("--role", required=True, choices=[str(role) for role in ROLES], help="role of the account")
    _add_passphrase(add)
    reset = actions.add_parser("reset", help="new passphrase and new signing key; the old key is revoked")
    reset.add_argument("login", metavar="LOGIN")
    _add_passphrase(reset)
    role = actions.add_parser("role", help="change the role of an account; applies at once")
    role.add_argument("login", metavar="LOGIN")
    role.add_argument("role", choices=[str(role) for role in ROLES])
    for name, text in (
        ("disable", "close an account: its sessions end, its key is revoked, its signatures stand"),
        ("enable", "open a closed account again; it needs a reset before it can sign"),
    ):
        actions.add_parser(name, help=text).add_argument("login", metavar="LOGIN")
    actions.add_parser("list", help="list the accounts")
    for action in actions.choices.values():
        add_database(action)
        add_json(action)


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="file whose first line is the passphrase, so that it stands in no process list (default: a random one)",
    )


def run(args: argparse.Namespace, console: "Console") -> int:
    """Do what the action says."""
    from dashboard.services.context import open_context
    from dashboard.settings import read_settings

    context = open_context(read_settings(database_url=args.db))
    if args.action == "list":
        return _list(args, context, console)
    if args.action in {"add", "reset"}:
        return _enrol(args, context, console)
    return _change(args, context, console)


def _enrol(args: argparse.Namespace, context: "Context", console: "Console") -> int:
    from dashboard.services import admin

    passphrase = _passphrase(args.passphrase_file)
    if args.action == "add":
        made = admin.add_user(context, args.login, args.name, Role(args.role), passphrase)
    else:
        made = admin.reset(context, args.login, passphrase)
    if args.json:
        print_json(made.as_dict())
    else:
        _show(made, console)
    return OK


def _show(made: "NewAccount", console: "Console") -> None:
    from rich.markup import escape

    console.print(f"{escape(made.person.login)}  {escape(made.person.name)}, {made.person.role}")
    if made.passphrase is not None:
        console.print(f"passphrase  [bold]{made.passphrase}[/]  (shown once; nobody can look it up again)")
    console.print(f"[dim]signing key {made.key_id[:16]}[/]")


def _change(args: argparse.Namespace, context: "Context", console: "Console") -> int:
    from rich.markup import escape

    from dashboard.services import admin

    if args.action == "role":
        person = admin.set_role(context, args.login, Role(args.role))
    elif args.action == "disable":
        person = admin.disable(context, args.login)
    else:
        person = admin.enable(context, args.login)
    if args.json:
        print_json({"login": person.login, "name": person.name, "role": str(person.role), "action": args.action})
    else:
        console.print(f"{args.action} done: {escape(person.login)}, {escape(person.name)}, {person.role}")
    return OK


def _list(args: argparse.Namespace, context: "Context", console: "Console") -> int:
    from rich.markup import escape
    from rich.table import Table

    from dashboard.model.figures import moment_text
    from dashboard.services import admin

    accounts = admin.list_users(context)
    if args.json:
        print_json([account.as_dict() for account in accounts])
        return OK
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("Identifier", "Name", "Role", "State", "Since"):
        table.add_column(heading)
    for account in accounts:
        person = account.person
        since = moment_text(account.created_at)
        table.add_row(escape(person.login), escape(person.name), str(person.role), account.state, since)
    console.print(table if accounts else "There are no accounts yet; `countersign user add` makes the first.")
    return OK


def _passphrase(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The passphrase file {path} cannot be read: {error}."
        raise UsageError(msg, slug="passphrase-unreadable", hint="Name a UTF-8 text file that you may read.") from error
    return lines[0] if lines else ""


COMMAND = Command(
    name="user",
    help="add, list, reset and close accounts",
    examples=(
        '  countersign user add cora --name "Cora Diaz" --role auditor\n'
        "  countersign user role cora manager\n"
        "  countersign user list"
    ),
    configure=configure,
    run=run,
)
