"""What changes outside the gates: marks of the decision, weights, what is expected, soak, rollout, signatures."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import timedelta

from dashboard.model.policy import Component, ExpectedReport, Policy, Tier, Trigger, TriggerAction, TriggerMode
from dashboard.model.policy_change import Change, Effect
from dashboard.policy._changed_values import number, optional, other, shown

_FIRMNESS = (TriggerAction.NOTIFY, TriggerAction.HOLD, TriggerAction.ROLLBACK)


def of_parts(old: Policy, new: Policy) -> Iterator[Change]:
    """Compare everything but the gates, in the order of the file."""
    yield from number("decision", "go", old.go, new.go, more_is=Effect.STRICTER)
    yield from number("decision", "conditional", old.conditional, new.conditional, more_is=Effect.STRICTER)
    for tier in Tier:
        yield from number("tiers", tier, old.weights[tier], new.weights[tier], more_is=None)
    yield from _categories(old.categories, new.categories)
    yield from _components(old.components, new.components)
    yield from _flags(old.flag_expectations, new.flag_expectations)
    yield from other("benchmarks", "baseline", old.baseline, new.baseline)
    yield from other("benchmarks", "total", old.total, new.total)
    yield from _soak(old.soak, new.soak)
    yield from _expected(old.expected, new.expected)
    yield from _triggers(old.triggers, new.triggers)
    for one in fields(new.flaky):
        yield from other("flaky", one.name, getattr(old.flaky, one.name), getattr(new.flaky, one.name))
    for role in dict.fromkeys((*old.quorum, *new.quorum)):
        yield from number("signoff", role, old.quorum.get(role, 0), new.quorum.get(role, 0), more_is=Effect.STRICTER)
    yield from number("signoff", "validity", old.validity, new.validity, more_is=Effect.LOOSER)
    yield from other("policy", "name", old.name, new.name, effect=Effect.WORDING)
    yield from number("policy", "version", old.version, new.version, more_is=Effect.WORDING)


def _categories(old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before is None or after is None or set(before) != set(after):
            note = "other tests are counted" if before and after else ""
            said = [None if one is None else shown(one) for one in (before, after)]
            yield Change("categories", name, said[0], said[1], Effect.SHIFTED, note)


def _components(old: tuple[Component, ...], new: tuple[Component, ...]) -> Iterator[Change]:
    before, after = {c.name: c for c in old}, {c.name: c for c in new}
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            one = now or was
            floored = one is not None and one.floor_pct is not None
            effect = Effect.SHIFTED if not floored else Effect.STRICTER if was is None else Effect.LOOSER
            yield Change("component", name, _component(was), _component(now), effect)
            continue
        yield from optional(
            f"component {name}",
            "floor",
            was.floor_pct,
            now.floor_pct,
            more_is=Effect.STRICTER,
            present_is=Effect.STRICTER,
            unit="%",
        )
        yield from other(f"component {name}", "paths", was.paths, now.paths)
        yield from other(f"component {name}", "owner", was.owner or "", now.owner or "", effect=Effect.WORDING)


def _component(one: Component | None) -> str | None:
    if one is None:
        return None
    return shown(one.paths) + (f"; floor {shown(one.floor_pct, '%')}" if one.floor_pct is not None else "")


def _flags(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> Iterator[Change]:
    for environment in dict.fromkeys((*old, *new)):
        was, now = old.get(environment, {}), new.get(environment, {})
        for category in dict.fromkeys((*was, *now)):
            before, after = was.get(category), now.get(category)
            if before == after:
                continue
            asked = [state in ("on", "off") for state in (before, after)]
            effect = Effect.SHIFTED if asked[0] == asked[1] else Effect.STRICTER if asked[1] else Effect.LOOSER
            yield Change(f'flags."{environment}"', category, before, after, effect)


def _soak(old: Mapping[str, timedelta], new: Mapping[str, timedelta]) -> Iterator[Change]:
    for name, more_is in (("minimum", Effect.STRICTER), ("every", Effect.LOOSER), ("max_gap", Effect.LOOSER)):
        yield from optional("soak", name, old.get(name), new.get(name), more_is=more_is, present_is=Effect.STRICTER)


def _expected(old: tuple[ExpectedReport, ...], new: tuple[ExpectedReport, ...]) -> Iterator[Change]:
    before, after = ({(e.kind, e.name, e.format): e.count for e in every} for every in (old, new))
    for key in dict.fromkeys((*before, *after)):
        kind, name, form = key
        what = f"{kind} {name}" + (f" as {form}" if form else "")
        yield from optional(
            "expected", what, before.get(key), after.get(key), more_is=Effect.STRICTER, present_is=Effect.STRICTER
        )


def _triggers(old: tuple[Trigger, ...], new: tuple[Trigger, ...]) -> Iterator[Change]:
    before, after = {t.id: t for t in old}, {t.id: t for t in new}
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            effect = Effect.STRICTER if was is None else Effect.LOOSER
            yield Change("trigger", name, _trigger(was), _trigger(now), effect)
        else:
            yield from _of_trigger(f"trigger {name}", was, now)


def _trigger(one: Trigger | None) -> str | None:
    return None if one is None else f"{one.metric} {one.bound} for {shown(one.lasting)}, {one.action}"


def _of_trigger(subject: str, old: Trigger, new: Trigger) -> Iterator[Change]:
    yield from other(subject, "metric", old.metric, new.metric)
    yield from other(subject, "mode", str(old.mode), str(new.mode))
    if old.bound != new.bound:
        effect = Effect.SHIFTED
        if (old.op, old.unit) == (new.op, new.unit):
            sooner = new.threshold < old.threshold if new.op in {">", ">="} else new.threshold > old.threshold
            effect = Effect.STRICTER if sooner else Effect.LOOSER
        yield Change(subject, "threshold", old.bound, new.bound, effect)
    if TriggerMode.CONSECUTIVE not in (old.mode, new.mode):  # there it follows from the count
        yield from number(subject, "for", old.lasting, new.lasting, more_is=Effect.LOOSER)
    yield from number(subject, "interval", old.interval, new.interval, more_is=None)
    yield from number(subject, "min_samples", old.min_samples, new.min_samples, more_is=Effect.LOOSER)
    yield from number(subject, "max_gap", old.max_gap, new.max_gap, more_is=None)
    for what, before, after in (
        ("on_no_data", old.on_no_data, new.on_no_data),
        ("action", old.action, new.action),
    ):
        if before is not after:
            firmer = _FIRMNESS.index(after) > _FIRMNESS.index(before)
            yield Change(subject, what, str(before), str(after), Effect.STRICTER if firmer else Effect.LOOSER)
