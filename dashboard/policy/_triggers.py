"""The ``[[trigger]]`` entries of a policy file: the values at which a rollout stops.

They are held against the gates, so that release and rollout cannot ask different things of one measure: a trigger
without data cannot fire, so its measure has a key gate; and what is still tolerated before the release (the gate's
warning bound) is where the rollout turns back.
"""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any, TypeVar

from dashboard.model.policy import Rule, Trigger, TriggerAction, TriggerMode
from dashboard.policy._lines import Place
from dashboard.policy._values import duration, known_keys, number, typed

HEALTH = "health"
"""The metric of failed health checks, whose gate names none."""

MOST_SAMPLES = 1_000_000_000
_NEEDED = ("id", "metric", "threshold", "mode", "interval", "action")
_KEYS = (*_NEEDED, "op", "unit", "for", "min_samples", "max_gap", "on_no_data")
_UNITS = ("%", "ms", "s", "")
_FAILURES = "failures"
_OPS = {TriggerMode.AGGREGATE: (">", "<"), TriggerMode.SUSTAINED: (">", "<"), TriggerMode.CONSECUTIVE: (">=",)}
_OPPOSITE = {">": ("<", "<="), "<": (">", ">=")}
_MS = {"ms": Fraction(1), "s": Fraction(1000)}

E = TypeVar("E", TriggerMode, TriggerAction)


def triggers(raw: Any, rules: Mapping[str, Rule], root: Place) -> tuple[Trigger, ...]:
    """Read all entries, in the order of the file, and hold each against the gates."""
    found: dict[str, Trigger] = {}
    for index, entry in enumerate(typed(raw, list, "trigger", root)):
        place = root.inside("trigger", index)
        trigger = _trigger(typed(entry, dict, "trigger", place), place)
        if trigger.id in found:
            place.refuse(f"the trigger `{trigger.id}` stands in the policy twice.", "id")
        _held_against_gates(trigger, rules, place)
        found[trigger.id] = trigger
    return tuple(found.values())


def gates_by_metric(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Give the gate that judges each metric a trigger can watch."""
    found = {}
    for rule in rules.values():
        metric = rule.options.get("metric") or rule.options.get("ratio")
        if rule.gate == "health.checks":
            found[HEALTH] = rule
        elif rule.gate.startswith("ops.") and metric:
            found.setdefault(metric, rule)
    return found


def _trigger(entry: Mapping[str, Any], place: Place) -> Trigger:
    known_keys(entry, _KEYS, place)
    for key in _NEEDED:
        if key not in entry:
            place.refuse(f"this trigger has no `{key}`.")
    mode = _word(entry["mode"], TriggerMode, "mode", place)
    name, metric = (_name(entry[key], key, place) for key in ("id", "metric"))
    op = typed(entry.get("op", _OPS[mode][0]), str, "op", place)
    if op not in _OPS[mode]:
        place.refuse(f"`op` of a trigger that is {mode} must be {' or '.join(_OPS[mode])}: equality is no breach."
                     if mode is not TriggerMode.CONSECUTIVE
                     else f"`op` of a trigger that is {mode} must be >=: it counts failures.", "op")  # fmt: skip
    threshold = number(entry["threshold"], "threshold", place)
    unit = _unit(entry, mode, place)
    if unit == "%" and threshold > 100:
        place.refuse("`threshold` is above 100 %.", "threshold")
    interval = duration(entry["interval"], "interval", place)
    lasting = _lasting(entry, mode, threshold, interval, place)
    max_gap = duration(entry["max_gap"], "max_gap", place) if "max_gap" in entry else 2 * interval
    if max_gap < interval:
        place.refuse("`max_gap` is shorter than `interval`.", "max_gap")
    min_samples = typed(entry.get("min_samples", 1), int, "min_samples", place)
    if not 1 <= min_samples <= MOST_SAMPLES:
        place.refuse(f"`min_samples` must be from 1 to {MOST_SAMPLES:,}.", "min_samples")
    return Trigger(
        id=name,
        metric=metric,
        op=op,
        threshold=threshold,
        unit=unit,
        mode=mode,
        lasting=lasting,
        interval=interval,
        min_samples=min_samples,
        max_gap=max_gap,
        on_no_data=_no_data(entry, place),
        action=_word(entry["action"], TriggerAction, "action", place),
    )


def _name(value: Any, key: str, place: Place) -> str:
    name = typed(value, str, key, place)
    if not name.strip() or len(name) > 200 or not name.isprintable():
        place.refuse(f"`{key}` must be a name of up to 200 characters.", key)
    return name


def _word(value: Any, words: type[E], key: str, place: Place) -> E:
    if value not in tuple(words):
        place.refuse(f"`{key}` must be one of {', '.join(words)}.", key)
    return words(value)


def _unit(entry: Mapping[str, Any], mode: TriggerMode, place: Place) -> str:
    if mode is TriggerMode.CONSECUTIVE:
        if entry.get("unit", _FAILURES) != _FAILURES:
            place.refuse(f"`unit` of a trigger that counts failures is `{_FAILURES}`.", "unit")
        return _FAILURES
    if "unit" not in entry:
        place.refuse('this trigger has no `unit`; a plain number has the unit `""`.')
    unit = typed(entry["unit"], str, "unit", place)
    if unit not in _UNITS:
        place.refuse("`unit` must be %, ms, s or empty.", "unit")
    return unit


def _lasting(
    entry: Mapping[str, Any], mode: TriggerMode, threshold: Fraction, interval: timedelta, place: Place
) -> timedelta:
    """Read ``for``; so many failures in a row take as long as they take, so there it follows from the count."""
    if mode is TriggerMode.CONSECUTIVE:
        if threshold.denominator != 1 or not 1 <= threshold <= 1000:
            place.refuse("`threshold` must be a whole number of failures, 1 to 1,000.", "threshold")
        if "for" in entry:
            place.refuse("`for` means nothing here: so many failures in a row take `threshold` × `interval`.", "for")
        return int(threshold) * interval
    if "for" not in entry:
        place.refuse("this trigger has no `for`: how long it must last.")
    lasting = duration(entry["for"], "for", place)
    if lasting < interval:
        place.refuse("`for` is shorter than `interval`.", "for")
    return lasting


def _no_data(entry: Mapping[str, Any], place: Place) -> TriggerAction:
    action = _word(entry.get("on_no_data", "hold"), TriggerAction, "on_no_data", place)
    if action is TriggerAction.NOTIFY:
        place.refuse("`on_no_data` must be hold or rollback: no data is never a success.", "on_no_data")
    return action


def _held_against_gates(trigger: Trigger, rules: Mapping[str, Rule], place: Place) -> None:
    judged = gates_by_metric(rules)
    rule = judged.get(trigger.metric)
    if rule is None:
        known = ", ".join(sorted(judged)) or "none in this policy"
        place.refuse(
            f"no gate of the policy judges `{trigger.metric}`, and a trigger without data cannot fire; "
            f"metrics with a gate: {known}.",
            "metric",
        )
    if not rule.key:
        place.refuse(f"`{rule.gate}` judges `{trigger.metric}`, so it must be key (`key = true`).", "metric")
    bound = rule.warns or rule.passes
    if trigger.action is not TriggerAction.ROLLBACK or bound is None or trigger.mode is TriggerMode.CONSECUTIVE:
        return
    if bound.op not in _OPPOSITE[trigger.op]:
        place.refuse(f"`op` points the other way than `{rule.gate}`, which asks {bound.text}.", "op")
    same = bound.number * _MS.get(bound.unit, 1) == trigger.threshold * _MS.get(trigger.unit, 1)
    if not same or (bound.unit in _MS) != (trigger.unit in _MS) or (bound.unit == "%") != (trigger.unit == "%"):
        word = "warn" if rule.warns else "pass"
        place.refuse(
            f"`{trigger.id}` rolls back at {trigger.bound}, but `{word}` of `{rule.gate}` is {bound.text}: "
            "the two must name one value.",
            "threshold",
        )
