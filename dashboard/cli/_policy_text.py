"""Policies on a terminal: a check, a comparison, the gates in words, the history."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dashboard.cli._command import print_json

if TYPE_CHECKING:
    from rich.console import Console

    from dashboard.model.policy import Policy
    from dashboard.model.policy_change import Change
    from dashboard.services.policy_preview import Comparison
    from dashboard.services.policy_words import GateWords
    from dashboard.store.policies import PolicyVersion, Proposal

_STYLES = {"looser": "red", "stricter": "green", "shifted": "yellow", "wording": "bright_black"}


def show_check(policy: "Policy", remarks: Sequence[str], console: "Console", *, as_json: bool) -> None:
    """Say that a policy can be used, and what of it is probably not meant."""
    weight = sum(policy.weights[rule.tier] for rule in policy.rules.values())
    if as_json:
        print_json(
            {
                "valid": True,
                "name": policy.name,
                "version": policy.version,
                "digest": policy.digest,
                "gates": list(policy.rules),
                "weight": weight,
                "triggers": [trigger.id for trigger in policy.triggers],
                "remarks": list(remarks),
            }
        )
        return
    _line(console, f"{policy.name} v{policy.version}: a usable policy")
    key = sum(1 for rule in policy.rules.values() if rule.key)
    _line(console, f"{len(policy.rules)} gates ({key} key), weight {weight}; {len(policy.triggers)} triggers")
    _line(console, f"sha256 {policy.digest}")
    for remark in remarks:
        _line(console, f"remark: {remark}")


def show_comparison(found: "Comparison", console: "Console", *, as_json: bool) -> None:
    """Print what each demand became, then the text diff."""
    from rich.markup import escape

    from dashboard.policy.changes import counts, summary

    if as_json:
        print_json(
            {
                "summary": {str(effect): n for effect, n in counts(found.changes).items()},
                "changes": [change_dict(change) for change in found.changes],
                "diff": found.diff,
            }
        )
        return
    _line(console, summary(found.changes))
    for change in found.changes:
        console.print(f"  [{_STYLES[change.effect]}]{escape(change.text)}[/]", soft_wrap=True)
    if found.diff:
        _line(console, "")
        _line(console, found.diff)


def change_dict(change: "Change") -> dict[str, Any]:
    """Give a change as ``--json`` prints it."""
    return {
        "subject": change.subject,
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "effect": str(change.effect),
        "text": change.text,
    }


def show_gates(
    policy: "Policy", words: Sequence["GateWords"], console: "Console", *, as_json: bool, whole: bool
) -> None:
    """Print gates in words; with the ``whole`` policy also its marks, triggers, and what it leaves out."""
    from rich.markup import escape

    from dashboard.model.figures import decimal_text
    from dashboard.policy.remarks import remarks
    from dashboard.services.policy_words import not_asked, trigger_text

    if as_json:
        print_json(
            {
                "name": policy.name,
                "version": policy.version,
                "digest": policy.digest,
                "go": decimal_text(policy.go, 2),
                "conditional": decimal_text(policy.conditional, 2),
                "gates": [one.as_dict() for one in words],
                "triggers": [trigger_text(trigger) for trigger in policy.triggers] if whole else [],
                "not_asked": [gate for gate, _ in not_asked(policy)] if whole else [],
            }
        )
        return
    if whole:
        go, conditional = decimal_text(policy.go, 1), decimal_text(policy.conditional, 1)
        _line(console, f"{policy.name} v{policy.version} {policy.digest[:12]}")
        _line(console, f"GO from a score of {go}; below {conditional} NO-GO; between them CONDITIONAL GO at best")
        _line(console, "")
    for one in words:
        console.print(f"[bold]{escape(one.gate)}[/]  {escape(one.title)}", soft_wrap=True)
        for name, text in _parts(one):
            console.print(f"  [dim]{name:9}[/] {escape(text)}", soft_wrap=True)
    if not whole:
        return
    for trigger in policy.triggers:
        _line(console, f"trigger {trigger.id}: {trigger_text(trigger)}")
    left_out = [gate for gate, _ in not_asked(policy)]
    if left_out:
        _line(console, f"not asked: {', '.join(left_out)}")
    for remark in remarks(policy):
        _line(console, f"remark: {remark}")


def _parts(one: "GateWords") -> list[tuple[str, str]]:
    options = ", ".join(f"{k} = {v}" for k, v in one.rule.options.items() if k != "required" and v)
    parts = [
        ("asks", one.asks),
        ("passes", one.passes),
        ("required", one.required),
        ("unknown", one.unknown),
        ("remedy", one.remedy),
        ("weight", one.weight_text),
        ("costs", one.cost_text),
        ("evidence", one.freshness_text),
        ("options", options),
    ]
    return [(name, text) for name, text in parts if text]


def show_history(
    versions: Sequence["PolicyVersion"], proposals: Sequence["Proposal"], console: "Console", *, as_json: bool
) -> None:
    """List what was in force, newest first, and what was proposed."""
    from rich.markup import escape
    from rich.table import Table

    from dashboard.model.figures import moment_text

    if as_json:
        print_json(
            {
                "versions": [
                    {
                        "digest": one.digest,
                        "by": one.by,
                        "at": one.at.isoformat(),
                        "approved_by": one.approved_by,
                        "reason": one.reason,
                    }
                    for one in versions
                ],
                "proposals": [proposal_dict(one) for one in proposals],
            }
        )
        return
    if not versions:
        _line(console, "The default policy is in force; nobody has set one for this project.")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("In force since", "Digest", "Written by", "Approved by", "Reason"):
        table.add_column(heading, overflow="fold")
    for one in versions:
        approved = one.approved_by or "first policy, set alone"
        table.add_row(moment_text(one.at), one.digest[:12], escape(one.by), escape(approved), escape(one.reason or ""))
    if versions:
        console.print(table)
    for proposal in proposals:
        _line(console, _proposed(proposal))


def show_proposal(proposal: "Proposal", console: "Console", *, as_json: bool) -> None:
    """Print what became of a proposal."""
    if as_json:
        print_json(proposal_dict(proposal))
        return
    _line(console, _proposed(proposal))


def _proposed(one: "Proposal") -> str:
    decided = f" by {one.decided_by}" if one.decided_by else ", waits for a second person"
    note = f" ({one.note})" if one.note else ""
    return f"proposal {one.id} {one.digest[:12]} by {one.proposed_by}: {one.reason} — {one.state}{decided}{note}"


def proposal_dict(one: "Proposal") -> dict[str, Any]:
    """Give a proposal as ``--json`` prints it, without its text."""
    return {
        "id": one.id,
        "project": one.project,
        "digest": one.digest,
        "base_digest": one.base_digest,
        "reason": one.reason,
        "proposed_by": one.proposed_by,
        "proposed_at": one.proposed_at.isoformat(),
        "state": one.state,
        "decided_by": one.decided_by,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        "note": one.note,
    }


def _line(console: "Console", text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
