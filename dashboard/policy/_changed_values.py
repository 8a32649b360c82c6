"""How single values of two policies compare: which of the two asks more."""

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any

from dashboard.model.policy import Threshold
from dashboard.model.policy_change import Change, Effect
from dashboard.policy.durations import duration_text

_MS = {"ms": Fraction(1), "s": Fraction(1000)}


def number(subject: str, what: str, old: Any, new: Any, *, more_is: Effect | None, unit: str = "") -> list[Change]:
    """Compare two numbers; ``more_is`` says what a larger one does, ``None`` where it only shifts."""
    if old == new:
        return []
    effect = Effect.SHIFTED
    if more_is is not None:
        effect = more_is if new > old else opposite(more_is)
    return [Change(subject, what, shown(old, unit), shown(new, unit), effect)]


def optional(
    subject: str, what: str, old: Any, new: Any, *, more_is: Effect, present_is: Effect, unit: str = ""
) -> list[Change]:
    """Compare two values that may be absent; ``present_is`` says what it does to name one where none was."""
    if old == new:
        return []
    if old is None or new is None:
        effect = present_is if old is None else opposite(present_is)
        said = [None if one is None else shown(one, unit) for one in (old, new)]
        return [Change(subject, what, said[0], said[1], effect)]
    return number(subject, what, old, new, more_is=more_is, unit=unit)


def other(subject: str, what: str, old: Any, new: Any, *, effect: Effect = Effect.SHIFTED) -> list[Change]:
    """Name a difference that has no direction."""
    return [] if old == new else [Change(subject, what, shown(old), shown(new), effect)]


def threshold(subject: str, what: str, old: Threshold, new: Threshold) -> list[Change]:
    """Compare two bounds of one measure; the direction of their operators says which way is good."""
    if (old.op, old.number, old.unit) == (new.op, new.number, new.unit):
        return []
    effect, note = _compared(old, new)
    return [Change(subject, what, old.text, new.text, effect, note)]


def _compared(old: Threshold, new: Threshold) -> tuple[Effect, str]:
    sign = old.op[0]
    if sign == "=" or sign != new.op[0] or (old.unit in _MS) != (new.unit in _MS):
        return Effect.SHIFTED, ""
    before, after = (t.number * _MS.get(t.unit, Fraction(1)) for t in (old, new))
    if before != after:
        return (Effect.STRICTER if (after > before) == (sign == ">") else Effect.LOOSER), ""
    if old.op == new.op:
        return Effect.WORDING, "the same in another unit"
    return (Effect.STRICTER if new.op == sign else Effect.LOOSER), "the bound itself is judged otherwise"


def opposite(effect: Effect) -> Effect:
    """Give the other direction."""
    return {Effect.STRICTER: Effect.LOOSER, Effect.LOOSER: Effect.STRICTER}.get(effect, effect)


def shown(value: Any, unit: str = "") -> str:
    """Write a value as a policy file does."""
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, Fraction):
        text = f"{value.numerator}" if value.denominator == 1 else f"{float(value):.10g}"
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, str):
        text = value or '""'
    elif isinstance(value, Iterable):
        text = ", ".join(shown(part) for part in value) or "none"
    else:
        text = str(value)
    return f"{text} {unit}".strip()
