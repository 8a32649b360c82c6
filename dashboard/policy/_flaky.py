"""The ``[flaky]`` table of a policy file: the thresholds by which the history of a test case is judged."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from fractions import Fraction
from typing import Any

from dashboard.model.status import DEFAULT_RULES, StatusRules
from dashboard.policy._lines import Place
from dashboard.policy._values import duration, known_keys, number, typed

MOST = 100_000
LONGEST = timedelta(days=3660)


def status_rules(raw: Any, root: Place) -> StatusRules:
    """Read the table; what it does not name keeps its default, and a table that is not there changes nothing."""
    place = root.inside("flaky")
    table = typed(raw, dict, "flaky", place)
    known_keys(table, tuple(field.name for field in fields(StatusRules)), place)
    rules = StatusRules(**{key: _value(key, table, place) for key in table})
    if rules.alone_share >= rules.suite_share:
        key = "alone_share" if "alone_share" in table else "suite_share"
        place.refuse("`alone_share` is not below `suite_share`: a run would be alone and the suite at once.", key)
    return rules


def _value(key: str, table: Mapping[str, Any], place: Place) -> Any:
    return _READ[type(getattr(DEFAULT_RULES, key))](table[key], key, place)


def _length(value: Any, key: str, place: Place) -> timedelta:
    length = duration(value, key, place)
    if length > LONGEST:
        place.refuse(f"`{key}` is longer than ten years.", key)
    return length


def _count(value: Any, key: str, place: Place) -> int:
    count = typed(value, int, key, place)
    if not 1 <= count <= MOST:
        place.refuse(f"`{key}` must be from 1 to {MOST:,}.", key)
    return count


def _share(value: Any, key: str, place: Place) -> Fraction:
    share = number(value, key, place) / 100
    if not 0 < share <= 1:
        place.refuse(f"`{key}` must be above 0 % and at most 100 %.", key)
    return share


_READ: Mapping[type, Callable[[Any, str, Place], Any]] = {timedelta: _length, int: _count, Fraction: _share}
