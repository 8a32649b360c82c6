"""What changes about the gates: added, removed, weighed otherwise, asked more or less of."""

from collections.abc import Iterator

from dashboard.model.policy import Policy, Rule, Threshold, Tier
from dashboard.model.policy_change import Change, Effect
from dashboard.policy._changed_values import number, optional, other, shown, threshold
from dashboard.policy.catalogue import CATALOGUE, CHOICES, OptionKind

_TIERS = tuple(Tier)  # heaviest first

#: Options of which more, or a later word of the list, asks more or less.
_MORE_IS = {"margin": Effect.LOOSER, "max_holes_pct": Effect.LOOSER, "max_orphan_spans": Effect.LOOSER}
_WORDS = {
    OptionKind.DEMAND: ("ignored", "optional", "required"),
    OptionKind.STATISTIC: ("median", "max"),
}


def of_gates(old: Policy, new: Policy) -> Iterator[Change]:
    """Compare the gates, in the order of the new policy; removed ones come first."""
    for gate, rule in old.rules.items():
        if gate not in new.rules:
            yield Change(gate, "", _asked(rule), None, Effect.LOOSER, "it is not asked any more")
    for gate, rule in new.rules.items():
        if gate in old.rules:
            yield from _of_gate(old.rules[gate], rule)
        else:
            yield Change(gate, "", None, _asked(rule), Effect.STRICTER)


def _asked(rule: Rule) -> str:
    return f"{rule.required}; {rule.tier}{', key' if rule.key else ''}"


def _of_gate(old: Rule, new: Rule) -> Iterator[Change]:
    gate = new.gate
    if old.tier is not new.tier:
        heavier = _TIERS.index(new.tier) < _TIERS.index(old.tier)
        effect = Effect.STRICTER if heavier else Effect.LOOSER
        note = f"it weighs {'more' if heavier else 'less'} in the score"
        yield Change(gate, "tier", str(old.tier), str(new.tier), effect, note)
    if old.key != new.key:
        effect = Effect.STRICTER if new.key else Effect.LOOSER
        note = "anything but a pass or a warning blocks" if new.key else "it no longer blocks by itself"
        yield Change(gate, "key", shown(old.key), shown(new.key), effect, note)
    if old.passes and new.passes:
        yield from threshold(gate, "pass", old.passes, new.passes)
    yield from _of_warning(gate, old.warns, new.warns)
    yield from optional(gate, "max_age", old.max_age, new.max_age, more_is=Effect.LOOSER, present_is=Effect.STRICTER)
    yield from _of_options(old, new)


def _of_warning(gate: str, old: Threshold | None, new: Threshold | None) -> Iterator[Change]:
    if old and new:
        yield from threshold(gate, "warn", old, new)
    elif new:
        yield Change(gate, "warn", None, new.text, Effect.LOOSER, "what failed can be a warning now")
    elif old:
        yield Change(gate, "warn", old.text, None, Effect.STRICTER, "what was a warning fails now")


def _of_options(old: Rule, new: Rule) -> Iterator[Change]:
    kinds = CATALOGUE[new.gate].options
    for name, (kind, _) in kinds.items():
        before, after = old.options.get(name, ""), new.options.get(name, "")
        if before == after:
            continue
        if kind in (OptionKind.WHOLE, OptionKind.PERCENT) and before.isdigit() and after.isdigit():
            more_is = _MORE_IS.get(name, Effect.LOOSER if name.startswith("max_") else None)
            if name.startswith("min_"):
                more_is = Effect.STRICTER
            yield from number(new.gate, name, int(before), int(after), more_is=more_is)
        elif kind in _WORDS and {before, after} <= set(CHOICES.get(kind, ())):
            words = _WORDS[kind]
            effect = Effect.STRICTER if words.index(after) > words.index(before) else Effect.LOOSER
            yield Change(new.gate, name, before, after, effect)
        else:
            yield from other(new.gate, name, before, after)
