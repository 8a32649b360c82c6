"""Samples of operational metrics as they come: in base units, canonical labels, without repetitions."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import MetricSample
from dashboard.parsing.moments import moment, unix_ms
from dashboard.parsing.units import unit_of

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NO_NUMBER = frozenset({"", "nan", "null", "none", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"})
_SPECIAL = str.maketrans({"\\": "\\\\", ",": "\\,", "=": "\\="})
_MAX_SERIES = 100_000


def canonical(labels: Iterable[tuple[str, str]]) -> str:
    """Write labels as ``k=v,k=v`` by name, so that equal labels are equal text; a backslash escapes , and =."""
    return ",".join(f"{key.translate(_SPECIAL)}={value.translate(_SPECIAL)}" for key, value in sorted(labels))


class Samples:
    """Turns the samples of one file into records and keeps the window they span."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._last: dict[tuple[str, str], int] = {}
        self._window: tuple[int, int] | None = None

    def add(
        self,
        metric: str,
        labels: str,
        at: datetime,
        value: float | None,
        unit_text: str = "",
        count: int | None = None,
    ) -> MetricSample:
        """Give the record of one sample; its value in the base unit of ``unit_text``.

        Raises:
            MalformedArtefactError: the sample before it in this series has the same time.
        """
        self._ledger.seen += 1
        at_ms = unix_ms(at)
        series = (metric, labels)
        if self._last.get(series) == at_ms:
            msg = f"The sample {self._ledger.seen:,} repeats {metric[:200]}{{{labels[:200]}}} at {at.isoformat()}."
            raise MalformedArtefactError(msg, slug="sample-duplicate", hint="Keep one sample a series and time.")
        if len(self._last) >= _MAX_SERIES and series not in self._last:
            msg = f"The file holds more than {_MAX_SERIES:,} series; a label may carry an identifier of its own."
            raise LimitError(msg, slug="too-many-series", hint="Leave labels with unbounded values out.")
        self._last[series] = at_ms
        first, last = self._window or (at_ms, at_ms)
        self._window = (min(first, at_ms), max(last, at_ms))
        unit = unit_of(unit_text)
        if value is None or not math.isfinite(value):
            self._ledger.note(
                "sample-not-a-number", "A sample is empty or not a number: it is present, its value is not."
            )
            value = None
        scaled = None if value is None else value * unit.factor
        if scaled is not None and not math.isfinite(scaled):
            msg = f"The sample {self._ledger.seen:,} of {metric[:200]} is too large to be a measurement."
            raise MalformedArtefactError(msg, slug="number-too-large")
        self._ledger.kept += 1
        return MetricSample(metric, labels, at_ms, scaled, unit.base, count)

    def finish(self) -> None:
        """Tell the ledger the window, and the end of it as the time of measuring."""
        self._ledger.facts["series"] = len(self._last)
        if self._window is None:
            self._ledger.note("no-samples", "The file holds no sample: no data, which is not zero.")
            return
        start, end = (datetime.fromtimestamp(ms / 1000, UTC).isoformat() for ms in self._window)
        self._ledger.facts |= {"window_start": start, "window_end": end}
        self._ledger.collected_at = end


def read_value(text: str, where: str) -> float | None:
    """Read a number as text; ``None`` for NaN, infinity and nothing.

    Raises:
        MalformedArtefactError: it is neither.
    """
    stripped = text.strip()
    if _NUMBER.fullmatch(stripped):
        value = float(stripped)
        if math.isinf(value):
            msg = f"{where}: {stripped[:40]} is too large to be a measurement."
            raise MalformedArtefactError(msg, slug="number-too-large")
        return value
    if stripped.casefold() in _NO_NUMBER:
        return None
    raise MalformedArtefactError(f"{where}: {stripped[:40]!r} is not a number.", slug="sample-value")


def read_time(value: str | float, where: str) -> datetime:
    """Read ISO 8601 with an offset or Unix time.

    Raises:
        MalformedArtefactError: it names no point in time.
    """
    at = moment(value)
    if at is not None:
        return at
    hint = "Write ISO 8601 with an offset (2026-11-24T08:15:00Z) or Unix time in seconds or milliseconds."
    if isinstance(value, str) and moment(value, naive_is_utc=True) is not None:
        msg = f"{where}: the time {value[:60]!r} has no offset, so it names another moment on each machine."
        raise MalformedArtefactError(msg, slug="time-without-offset", hint=hint)
    msg = f"{where}: {str(value)[:60]!r} is no point in time."
    raise MalformedArtefactError(msg, slug="sample-time", hint=hint)
