"""Moments and durations as the database keeps them: whole numbers, UTC, with "not said" as NULL."""

import math
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST_S = 1e12


def to_ms(moment: datetime) -> int:
    """Give an aware moment as Unix milliseconds; a naive one is a bug of the caller and raises ``TypeError``."""
    return (moment - _EPOCH) // _MILLISECOND


def to_ms_or_none(moment: datetime | None) -> int | None:
    """Give a moment as Unix milliseconds, and nothing for nothing."""
    return None if moment is None else to_ms(moment)


def from_ms(value: int) -> datetime:
    """Give Unix milliseconds as an aware moment in UTC."""
    return _EPOCH + timedelta(milliseconds=value)


def from_ms_or_none(value: int | None) -> datetime | None:
    """Give Unix milliseconds as a moment, and nothing for nothing."""
    return None if value is None else from_ms(value)


def to_us(seconds: float | None) -> int | None:
    """Give seconds as microseconds; what is not a duration (negative, not finite) was not said."""
    if seconds is None or not 0 <= seconds < math.inf:
        return None
    return round(min(seconds, _LONGEST_S) * 1_000_000)
