"""Points in time as files write them: ISO 8601 with an offset, or Unix time in s, ms, µs or ns."""

import math
import re
from datetime import UTC, datetime, timedelta

_NUMBER = re.compile(r"[+-]?\d{9,20}(?:\.\d+)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_STEPS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""Unix time from 1e11 on is milliseconds (in seconds it would be the year 5138), and so on for µs and ns."""


def moment(value: str | float | None, *, naive_is_utc: bool = False) -> datetime | None:
    """Give an aware UTC datetime, or ``None`` when the value does not name one point in time.

    A time without an offset names none unless ``naive_is_utc`` says that its format documents UTC: it would be
    read differently on two machines.
    """
    if value is None or isinstance(value, bool):
        return None
    try:
        if not isinstance(value, str):
            return _from_epoch(value)
        stripped = value.strip()
        if _NUMBER.fullmatch(stripped):
            return _from_epoch(float(stripped) if "." in stripped else int(stripped))
        parsed = datetime.fromisoformat(stripped)
        if parsed.tzinfo is None:
            return parsed.replace(tzinfo=UTC) if naive_is_utc and len(stripped) > len("2026-11-24") else None
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def iso(value: str | float | None, *, naive_is_utc: bool = False) -> str | None:
    """Give the same point as ISO 8601 text in UTC, the form a ledger keeps."""
    at = moment(value, naive_is_utc=naive_is_utc)
    return None if at is None else at.isoformat()


def unix_ms(at: datetime) -> int:
    """Give Unix milliseconds of an aware datetime, exactly (no float in between)."""
    return (at - _EPOCH) // _MILLISECOND


def _from_epoch(value: float) -> datetime | None:
    if not math.isfinite(value):
        return None
    for least, per_second in _STEPS:
        if abs(value) >= least:
            if isinstance(value, int):
                return _EPOCH + timedelta(microseconds=value * 1_000_000 // int(per_second))
            value /= per_second
            break
    return _EPOCH + timedelta(microseconds=round(value * 1e6))
