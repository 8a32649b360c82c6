"""Where a series of measurements steps to another level: the rank test of two halves, at every place it could break.

A run in which the machine was busy is a wild value, not a step, so only ranks count: the largest standardised
Mann-Whitney statistic over all places, held against the chance that any of them is that large (Bonferroni), then the
same on either side. It needs no random numbers: the same series gives the same answer.

Sources: Pettitt (1979), "A non-parametric approach to the change-point problem", Appl. Stat. 28 (the statistic);
Hawkins and Deng (2010), "A nonparametric change-point control chart", J. Qual. Technol. 42 (its standardised maximum,
which finds steps near the end as well); Scott and Knott (1974), Biometrics 30 (the splitting).
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from statistics import median
from typing import NamedTuple

SHORTEST = 5
"""Measurements on either side without which no step is seen."""


class Step(NamedTuple):
    """A change of level."""

    at: int
    """Index of the first measurement at the new level."""
    before: float
    """Median from the step before (or the start) to this one."""
    after: float
    """Median from here to the next step (or the end)."""
    p_value: float
    """Chance, at most, of such a step anywhere between its neighbours while nothing changed."""


def steps(values: Sequence[float], alpha: float = 0.01, shortest: int = SHORTEST) -> tuple[Step, ...]:
    """Find the steps of a series, first to last; all values are finite.

    At most a share ``alpha`` of series in which nothing changes shows a step.
    """
    edges = [0, *_splits(values, 0, len(values), alpha, shortest), len(values)]
    while True:
        edges = _settled(values, edges, shortest)
        found = [
            _step(values, start, edge, end, shortest)
            for start, edge, end in zip(edges, edges[1:], edges[2:], strict=False)
        ]
        worst = max(found, key=lambda step: step.p_value, default=None)
        if worst is None or worst.p_value <= alpha:
            return tuple(found)
        # a split that no longer stands between its final neighbours was only an echo of another
        edges.remove(worst.at)


def _settled(values: Sequence[float], edges: Sequence[int], shortest: int) -> list[int]:
    """Put every edge where it is strongest between its neighbours: the first split was made without knowing them."""
    placed = list(edges)
    for i in range(1, len(placed) - 1):
        start, end = placed[i - 1], placed[i + 1]
        placed[i] = start + strongest(values[start:end], shortest)[1]
    return placed


def _splits(values: Sequence[float], start: int, end: int, alpha: float, shortest: int) -> list[int]:
    if end - start < 2 * shortest:
        return []
    z, at = strongest(values[start:end], shortest)
    places = end - start - 2 * shortest + 1
    if _two_sided(z) * places > alpha:
        return []
    edge = start + at
    left, right = _splits(values, start, edge, alpha, shortest), _splits(values, edge, end, alpha, shortest)
    return [*left, edge, *right]


def _step(values: Sequence[float], start: int, edge: int, end: int, shortest: int) -> Step:
    z = abs(_statistics(values[start:end])[edge - start - 1])
    places = max(1, end - start - 2 * shortest + 1)
    p_value = min(1.0, _two_sided(z) * places)
    return Step(edge, median(values[start:edge]), median(values[edge:end]), p_value)


def strongest(values: Sequence[float], shortest: int = SHORTEST) -> tuple[float, int]:
    """Give the largest absolute standardised rank statistic and the index where the second part begins."""
    sizes = [abs(z) for z in _statistics(values)]
    places = range(shortest, len(values) - shortest + 1)
    best = max(places, key=lambda place: sizes[place - 1])
    return sizes[best - 1], best


def _statistics(values: Sequence[float]) -> list[float]:
    """Standardised Mann-Whitney statistic of the first 1, 2, ... n - 1 values against the rest, ties corrected."""
    n = len(values)
    ranks = _ranks(values)
    tied = sum(count**3 - count for count in Counter(values).values())
    spread = ((n + 1) - tied / (n * (n - 1))) / 12
    sums = accumulate(ranks[:-1])
    if spread <= 0:
        return [0.0] * (n - 1)
    return [(total - k * (n + 1) / 2) / math.sqrt(k * (n - k) * spread) for k, total in enumerate(sums, 1)]


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    edges = [0, *(i for i, (a, b) in enumerate(pairwise(order), 1) if values[a] != values[b]), len(order)]
    ranks = [0.0] * len(order)
    for first, past in pairwise(edges):
        for place in order[first:past]:
            ranks[place] = (first + past + 1) / 2
    return ranks


def _two_sided(z: float) -> float:
    return math.erfc(z / math.sqrt(2))
