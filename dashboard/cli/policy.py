"""``countersign policy``: check, explain and compare policies, and change one with a second person."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli._command import OK, Command, add_database, add_json, print_json
from dashboard.cli._policy_text import show_check, show_comparison, show_gates, show_history, show_proposal
from dashboard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.services.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="read a policy file; what is wrong is named with its line")
    check.add_argument("file", type=Path, metavar="FILE")
    diff = actions.add_parser("diff", help="compare two policies: what each demand became, and the text")
    for name in ("old", "new"):
        diff.add_argument(name, metavar=name.upper(), help="file, digest, `current` or `default`")
    diff.add_argument("--project", metavar="P", help="project whose digests and `current` are meant")
    explain = actions.add_parser("explain", help="say in words what is asked and what each answer costs")
    explain.add_argument("what", nargs="*", metavar="FILE|GATE", help="a policy file, and a gate to explain alone")
    explain.add_argument("--project", metavar="P", help="explain this project's policy (default: the default policy)")
    shown = actions.add_parser("show", help="print the policy in force, byte for byte")
    shown.add_argument("--version", default="current", metavar="DIGEST", help="another one than that in force")
    history = actions.add_parser("history", help="list the policies that were in force, and what is proposed")
    propose = actions.add_parser("propose", help="propose a change; it judges nothing until somebody else approves it")
    propose.add_argument("file", type=Path, metavar="FILE")
    propose.add_argument("--reason", required=True, metavar="TEXT", help="why; stands in the history")
    for name, text in (
        ("approve", "put somebody else's proposal in force"),
        ("reject", "refuse somebody else's proposal"),
        ("withdraw", "take your own proposal back"),
    ):
        decision = actions.add_parser(name, help=text)
        decision.add_argument("proposal", type=int, metavar="ID", help="number of the proposal, from `policy history`")
        decision.add_argument("--reason", required=name == "reject", default="", metavar="TEXT", help="why")
    first = actions.add_parser("set", help="set a project's first policy, alone; every later change takes two persons")
    first.add_argument("file", type=Path, metavar="FILE")
    for action in (shown, history, propose, first):
        action.add_argument("--project", required=True, metavar="P", help="project")
    for name, action in actions.choices.items():
        if name != "check":
            add_database(action)
        add_json(action)


def run(args: argparse.Namespace, console: "Console") -> int:
    """Do what the action says."""
    if args.action == "check":
        return _check(args, console)
    if args.action == "diff":
        return _diff(args, console)
    if args.action == "explain":
        return _explain(args, console)
    if args.action == "show":
        return _show(args)
    return _history(args, console) if args.action == "history" else _act(args, console)


def _context(args: argparse.Namespace) -> "Context":
    from dashboard.services.context import open_context
    from dashboard.settings import read_settings

    return open_context(read_settings(database_url=args.db), create=False)


def _file(path: Path) -> str:
    from dashboard.cli._judgement import policy_text

    return policy_text(path) or ""


def _check(args: argparse.Namespace, console: "Console") -> int:
    from dashboard.policy.load import parse
    from dashboard.policy.remarks import remarks

    read = parse(_file(args.file))
    show_check(read, remarks(read), console, as_json=args.json)
    return OK


def _diff(args: argparse.Namespace, console: "Console") -> int:
    from dashboard.services.policy_preview import compare

    old, new = (_named(args, name) for name in (args.old, args.new))
    show_comparison(compare(old, new), console, as_json=args.json)
    return OK


def _named(args: argparse.Namespace, name: str) -> str:
    """Give the text of a policy named by file, by digest, or as ``current`` or ``default``."""
    if Path(name).is_file():
        return _file(Path(name))
    if name == "default":
        from dashboard.policy.load import default_text

        return default_text()
    if args.project is None:
        msg = f"{name!r} is no file, and digests and `current` are those of a project."
        raise UsageError(msg, slug="project-needed", hint="Name a file, or the project with --project.")
    return _version(args, name)


def _version(args: argparse.Namespace, name: str) -> str:
    from dashboard.services import policies
    from dashboard.services.ingest import slug_of
    from dashboard.store import candidates

    context, project = _context(args), slug_of(args.project)
    candidates.project(context.store, project)
    return policies.version_text(context, project, name)


def _explain(args: argparse.Namespace, console: "Console") -> int:
    from dashboard.gates import all_gates
    from dashboard.policy.load import parse
    from dashboard.services.policy_words import explained, explained_gate

    gates = [word for word in args.what if word in all_gates()]
    files = [word for word in args.what if word not in gates]
    if len(files) + (args.project is not None) > 1 or len(gates) > 1:
        msg = "Explain one policy (a FILE or --project), and one of its gates or all."
        raise UsageError(msg, slug="usage", hint="See `countersign policy explain --help`.")
    if files and not Path(files[0]).is_file():
        msg = f"{files[0]!r} is neither a file nor a gate."
        raise UsageError(msg, slug="gate-unknown", hint=f"Gates are {', '.join(all_gates())}.")
    text = _file(Path(files[0])) if files else _named(args, "current" if args.project else "default")
    policy = parse(text)
    words = (explained_gate(policy, gates[0]),) if gates else explained(policy)
    show_gates(policy, words, console, as_json=args.json, whole=not gates)
    return OK


def _show(args: argparse.Namespace) -> int:
    import hashlib
    import sys

    text = _version(args, args.version)
    if args.json:
        print_json({"digest": hashlib.sha256(text.encode()).hexdigest(), "text": text})
    else:
        sys.stdout.write(text)
    return OK


def _history(args: argparse.Namespace, console: "Console") -> int:
    from dashboard.services import policies
    from dashboard.services.ingest import slug_of
    from dashboard.store import candidates

    context, project = _context(args), slug_of(args.project)
    candidates.project(context.store, project)
    found = policies.history(context, project)
    show_history(found, policies.proposals(context, project), console, as_json=args.json)
    return OK


def _act(args: argparse.Namespace, console: "Console") -> int:
    from dashboard.services import policies
    from dashboard.services.ingest import slug_of
    from dashboard.services.reevaluate import after_change

    context = _context(args)
    if args.action == "set":
        read = policies.change(context, slug_of(args.project), _file(args.file))
        after_change(context, slug_of(args.project))
        if args.json:
            print_json({"digest": read.digest, "name": read.name, "version": read.version})
        else:
            console.print(f"in force: {read.name} v{read.version} {read.digest[:12]}", markup=False, soft_wrap=True)
        return OK
    if args.action == "propose":
        made = policies.propose(context, slug_of(args.project), _file(args.file), args.reason)
    else:
        decide = {"approve": policies.approve, "reject": policies.reject, "withdraw": policies.withdraw}[args.action]
        made = decide(context, args.proposal, args.reason)
    show_proposal(made, console, as_json=args.json)
    return OK


COMMAND = Command(
    name="policy",
    help="check, explain and compare policies; change one with a second person",
    examples=(
        "  countersign policy check policy.toml\n"
        "  countersign policy explain coverage.total --project shop\n"
        "  countersign policy diff current policy.toml --project shop\n"
        "  countersign policy propose policy.toml --project shop --reason 'Coverage has grown'\n"
        "  countersign policy approve 3"
    ),
    configure=configure,
    run=run,
)
