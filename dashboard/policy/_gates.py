"""The ``[[gate]]`` entries of a policy file."""

from collections.abc import Mapping
from typing import Any

from dashboard.model.policy import Rule, Threshold, Tier
from dashboard.policy._lines import Place
from dashboard.policy._values import duration, known_keys, threshold, typed
from dashboard.policy.catalogue import CATALOGUE, CHOICES, MAY_EXCEED_HUNDRED, Direction, Entry, OptionKind

_KEYS = ("id", "tier", "key", "pass", "warn", "max_age", "options")


def rules(entries: list[Any], root: Place) -> dict[str, Rule]:
    """Read all entries, in the order of the file."""
    found: dict[str, Rule] = {}
    for index, raw in enumerate(entries):
        place = root.inside("gate", index)
        entry = typed(raw, dict, "gate", place)
        rule = _rule(entry, place)
        if rule.gate in found:
            place.refuse(f"the gate `{rule.gate}` stands in the policy twice.", "id")
        found[rule.gate] = rule
    return found


def _rule(entry: Mapping[str, Any], place: Place) -> Rule:
    known_keys(entry, _KEYS, place)
    if "id" not in entry:
        place.refuse("this gate has no `id`.")
    gate = typed(entry["id"], str, "id", place)
    about = CATALOGUE.get(gate)
    if about is None:
        place.refuse(f"`{gate}` is not a gate; gates are {', '.join(CATALOGUE)}.", "id")
    tier = entry.get("tier")
    if tier not in tuple(Tier):
        place.refuse(f"`tier` of `{gate}` must be one of {', '.join(Tier)}.", "tier")
    key = typed(entry.get("key", tier == Tier.CRITICAL), bool, "key", place)
    if tier == Tier.CRITICAL and not key:
        place.refuse(f"`{gate}` is critical, and every critical gate is key.", "key")
    passes, warns = _thresholds(entry, gate, about, place)
    options = _options(entry.get("options", {}), gate, about, place)
    return Rule(
        gate=gate,
        tier=Tier(tier),
        key=key,
        passes=passes,
        warns=warns,
        max_age=duration(entry["max_age"], "max_age", place) if "max_age" in entry else None,
        options=options,
    )


def _thresholds(
    entry: Mapping[str, Any], gate: str, about: Entry, place: Place
) -> tuple[Threshold | None, Threshold | None]:
    if about.direction is Direction.NONE:
        for key in ("pass", "warn"):
            if key in entry:
                place.refuse(f"`{gate}` is not judged by a number ({about.required}), so `{key}` means nothing.", key)
        return None, None
    if "pass" not in entry:
        place.refuse(f"`{gate}` needs `pass`, a threshold such as `{_example(about)}`.")
    passes = _threshold(entry["pass"], "pass", gate, about, place)
    if "warn" not in entry:
        return passes, None
    warns = _threshold(entry["warn"], "warn", gate, about, place)
    if warns.unit != passes.unit:
        place.refuse(f"`warn` of `{gate}` is in another unit than `pass`.", "warn")
    looser = warns.number < passes.number if about.direction is Direction.HIGH else warns.number > passes.number
    if not looser:
        place.refuse(f"`warn` of `{gate}` ({warns.text}) is not looser than `pass` ({passes.text}).", "warn")
    return passes, warns


def _example(about: Entry) -> str:
    return ">= 95 %" if about.direction is Direction.HIGH else f"< 200 {about.units[0]}"


def _threshold(value: Any, key: str, gate: str, about: Entry, place: Place) -> Threshold:
    read = threshold(value, key, place)
    operators = (">", ">=", "==") if about.direction is Direction.HIGH else ("<", "<=", "==")
    if read.op not in operators:
        better = "higher" if about.direction is Direction.HIGH else "lower"
        place.refuse(f"`{key}` of `{gate}` must use {' or '.join(operators[:2])}: {better} is better there.", key)
    if read.unit not in about.units:
        place.refuse(
            f"`{key}` of `{gate}` must be in {' or '.join(about.units)}, not {read.unit or 'a bare number'}.", key
        )
    if read.unit == "%" and read.number > 100 and gate not in MAY_EXCEED_HUNDRED:
        place.refuse(f"`{key}` of `{gate}` asks for more than 100 %.", key)
    return read


def _options(raw: Any, gate: str, about: Entry, place: Place) -> dict[str, str]:
    table = typed(raw, dict, "options", place)
    known_keys(table, tuple(about.options), place)
    options = {name: default for name, (_, default) in about.options.items()}
    for name, value in table.items():
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else typed(value, str, name, place)
        kind = about.options[name][0]
        whole = text.isascii() and text.isdigit() and len(text) <= 9
        if text not in CHOICES.get(kind, (text,)):
            place.refuse(f"option `{name}` of `{gate}` must be one of {', '.join(CHOICES[kind])}.", name)
        if kind is OptionKind.WHOLE and not whole:
            place.refuse(f"option `{name}` of `{gate}` must be a whole number.", name)
        if kind is OptionKind.PERCENT and not (whole and int(text) <= 100):
            place.refuse(f"option `{name}` of `{gate}` must be a whole number up to 100.", name)
        options[name] = text
    if about.direction is Direction.NONE:
        options["required"] = about.required.format_map(options)
    return options
