"""Values of a policy file: text to threshold, duration, percent; wrong types are refused with their line."""

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any, TypeVar

from dashboard.model.policy import Threshold
from dashboard.policy._lines import Place

T = TypeVar("T")

_THRESHOLD = re.compile(r"^\s*(<=|>=|==|<|>)\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*(%|ms|s|)\s*$")
_NUMBER = re.compile(r"^\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*%?\s*$")
_DURATION = re.compile(r"^\s*([0-9]{1,6})\s*(s|m|h|d)\s*$")
_STEPS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_KINDS = {str: "text in quotes", bool: "true or false", int: "a whole number", dict: "a table", list: "a list"}


def known_keys(table: Mapping[str, Any], allowed: Collection[str], place: Place) -> None:
    """Refuse a key that means nothing here: a slip of the pen must not switch a demand off."""
    for key in table:
        if key not in allowed:
            place.refuse(f"`{key}` is not known here; known are {', '.join(sorted(allowed))}.", key)


def typed(value: Any, kind: type[T], key: str, place: Place) -> T:
    """Give the value if it is of ``kind``; TOML's true is no number."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        place.refuse(f"`{key}` must be {_KINDS[kind]}.", key)
    return value


def texts(value: Any, key: str, place: Place) -> tuple[str, ...]:
    """Give a list of non-empty texts, at least one."""
    items = typed(value, list, key, place)
    if not items or not all(isinstance(item, str) and item.strip() for item in items):
        place.refuse(f"`{key}` must be a list of texts, at least one.", key)
    return tuple(items)


def threshold(value: Any, key: str, place: Place) -> Threshold:
    """Read ``>= 95 %``."""
    text = typed(value, str, key, place)
    found = _THRESHOLD.match(text)
    if not found:
        place.refuse(f"`{key}` is {text!r}; a threshold reads like `>= 95 %` or `< 200 ms`.", key)
    shown = f"{found[1]} {found[2]} {found[3]}".strip()
    return Threshold(found[1], Fraction(found[2]), found[3], shown)


def number(value: Any, key: str, place: Place) -> Fraction:
    """Read ``"7.5"`` or ``"85 %"`` exactly: as text, since TOML's floats are not."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = typed(value, str, key, place)
    found = _NUMBER.match(text)
    if not found:
        place.refuse(f"`{key}` is {text!r}; it must be a number in quotes.", key)
    return Fraction(found[1])


def duration(value: Any, key: str, place: Place) -> timedelta:
    """Read ``24h``, ``7d``, ``30m`` or ``10s``; longer than nothing."""
    text = typed(value, str, key, place)
    found = _DURATION.match(text)
    if not found or int(found[1]) == 0:
        place.refuse(f"`{key}` is {text!r}; a duration reads like `24h`, `7d` or `30m`.", key)
    return int(found[1]) * _STEPS[found[2]]
