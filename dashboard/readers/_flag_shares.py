"""What a flag serves, as the least and the most percent of users that get it, whatever targeting decides."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from dashboard.model.records import FlagState


class Share(NamedTuple):
    """Least and most percent of users that are served ``true``."""

    least: float
    most: float


ALL = Share(100.0, 100.0)
NOBODY = Share(0.0, 0.0)
ANY = Share(0.0, 100.0)


def of(value: object) -> Share:
    """Give the share of a boolean value served to everybody."""
    return ALL if value is True else NOBODY


def either(shares: Iterable[Share | None]) -> Share | None:
    """Give the span of several outcomes of which targeting picks one a user; ``None`` when one is not known."""
    known = list(shares)
    found = [share for share in known if share is not None]
    if not found or len(found) != len(known):
        return None
    return Share(min(s.least for s in found), max(s.most for s in found))


def weighted(parts: Iterable[tuple[object, float]]) -> Share | None:
    """Give the share of ``true`` among values with relative weights; ``None`` when nothing has weight."""
    listed = list(parts)
    total = sum(weight for _, weight in listed)
    if total <= 0 or any(weight < 0 for _, weight in listed):
        return None
    served = 100.0 * sum(weight for value, weight in listed if value is True) / total
    return Share(served, served)


def is_switch(values: Iterable[Any]) -> bool:
    """Say whether all values a flag can have are booleans."""
    listed = list(values)
    return bool(listed) and all(isinstance(value, bool) for value in listed)


def value_text(value: Any) -> str:
    """Write a value that is no switch as JSON."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def state(
    key: str,
    share: Share | None,
    *,
    enabled: bool | None,
    value: str | None = None,
    category: str | None = None,
    depends_on: tuple[str, ...] = (),
    plan: tuple[float, ...] = (),
    description: str | None = None,
) -> FlagState:
    """Give the record of a flag; a share that is not known, or of a flag that is no switch, is ``None``."""
    least, most = share or (None, None)
    return FlagState(key, enabled, least, most, category, depends_on, plan, description, value)
