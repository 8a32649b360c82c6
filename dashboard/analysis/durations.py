"""Where the time of the tests goes, and what has become slower beyond its own noise.

Takes: durations in seconds, ``None`` where a report says none. Gives: steps of one case's history, slow-downs between
two runs. Source: ranks for steps (``stats.changepoint``); median and MAD for the noise between two runs, measured over
the case's own history, else over all cases of the two runs, so that a slow machine makes no case slow. Empty: no
duration, nothing found.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from statistics import median
from typing import Generic, NamedTuple, TypeVar

from dashboard.stats.changepoint import steps
from dashboard.stats.robust import spread

K = TypeVar("K", bound=Hashable)

LEAST_S = 0.05
"""Seconds below which no change is worth a word."""
LEAST_SHARE = 0.10
MIN_Z = 3.0
ENOUGH = 5
"""Earlier runs of a case that tell its noise."""
ENOUGH_CASES = 20
"""Cases in two runs that tell the noise between the runs."""
UNKNOWN_NOISE = 2.0
"""Where no noise is known, only twice as slow is slow."""


class DurationStep(NamedTuple):
    """A lasting change of a case's duration."""

    at: int
    """Place, in the history as given, of the first run at the new level."""
    before_s: float
    after_s: float
    share: float
    """Change relative to before: 0.5 is half as slow again."""


class Slowdown(NamedTuple, Generic[K]):
    """A case that became slower from one run to another."""

    key: K
    before_s: float
    """In the earlier run, or the median of its history."""
    after_s: float
    share: float
    noise: str
    """What the change was held against: ``history``, ``run`` or ``unknown``."""


class Pace(NamedTuple, Generic[K]):
    """Two runs compared."""

    shift: float | None
    """Share by which the median case is slower (negative: faster); ``None`` with too few cases in common."""
    slower: tuple[Slowdown[K], ...]
    """Largest loss of time first."""
    compared: int


def duration_steps(history_s: Sequence[float | None]) -> tuple[DurationStep, ...]:
    """Find the lasting changes in a case's history, oldest first."""
    known = [(index, value) for index, value in enumerate(history_s) if value is not None]
    return tuple(
        DurationStep(known[step.at][0], step.before, step.after, _share(step.before, step.after))
        for step in steps([value for _, value in known])
        if _worth(step.before, step.after)
    )


def compare(
    before_s: Mapping[K, float | None],
    after_s: Mapping[K, float | None],
    history_s: Mapping[K, Sequence[float]] | None = None,
) -> Pace[K]:
    """Find the cases that became slower; ``history_s`` are durations of earlier runs, by case, where they are known."""
    pairs = [
        (key, before, after)
        for key, after in after_s.items()
        if after is not None and (before := before_s.get(key)) is not None
    ]
    noise = _run_noise([(before, after) for _, before, after in pairs])
    found = [_slowdown(key, before, after, (history_s or {}).get(key, ()), noise) for key, before, after in pairs]
    slower = sorted((one for one in found if one), key=lambda one: one.before_s - one.after_s)
    return Pace(math.expm1(noise[0]) if noise else None, tuple(slower), len(pairs))


def _slowdown(
    key: K, before: float, after: float, history: Sequence[float], noise: tuple[float, float] | None
) -> Slowdown[K] | None:
    kind, start, limit = "unknown", before, UNKNOWN_NOISE * before
    if len(history) >= ENOUGH:
        kind, start = "history", median(history)
        limit = start + MIN_Z * spread(history)
    elif noise:
        kind, limit = "run", before * math.exp(noise[0] + MIN_Z * noise[1])
    if after < limit or after <= before or after <= start or not _worth(start, after):
        return None
    return Slowdown(key, start, after, _share(start, after), kind)


def _run_noise(pairs: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Give median and robust deviation of log(after / before) over the cases long enough to be measured."""
    logs = [math.log(after / before) for before, after in pairs if before >= LEAST_S and after > 0]
    if len(logs) < ENOUGH_CASES:
        return None
    # a spread of half the effect floor at least: two runs that agree by chance prove no silence
    return median(logs), max(spread(logs, 0.0), LEAST_SHARE / 2)


def _worth(before: float, after: float) -> bool:
    return abs(after - before) >= max(LEAST_S, LEAST_SHARE * before)


def _share(before: float, after: float) -> float:
    return after / before - 1 if before > 0 else math.inf
