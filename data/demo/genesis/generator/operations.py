"""Operational samples as the monitoring exports them to CSV: requests, errors and two latencies, one row a sample."""

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from inventory import chance_of

#: Share of requests that fail, and what a minute of average traffic brings.
ERROR_SHARE = 0.00042
REQUESTS_A_MINUTE = 258
#: Worst samples of a window, in milliseconds: spikes are scaled so that they do not go beyond.
WORST_P95, WORST_P99 = 188.0, 452.0


def samples(start: datetime, hours: int, step: timedelta, label: str, *, slowness: float = 1.0) -> bytes:
    """Write the samples of ``hours`` from ``start`` on, one of each metric every ``step``.

    Traffic is low at night and has a dent at noon; latency follows it, with rare spikes of a few minutes.
    ``slowness`` multiplies the latencies.
    """
    chance = chance_of(f"operations/{label}")
    rows = ["timestamp,metric,value,unit"]
    moments = [start + step * index for index in range(int(timedelta(hours=hours) / step))]
    spikes = _spikes(len(moments), chance)
    minutes = step / timedelta(minutes=1)
    for index, at in enumerate(moments):
        load = _load(at)
        requests = round(REQUESTS_A_MINUTE * minutes * load * (0.9 + 0.2 * chance.random()))
        errors = sum(chance.random() < ERROR_SHARE for _ in range(requests))
        calm = 88 + 52 * load + 16 * (_bell(chance) - 0.5)
        p95 = calm + (WORST_P95 - calm) * spikes[index]
        tail = 2.02 + 0.32 * (_bell(chance) - 0.5)
        p99 = min(WORST_P99, p95 * tail + 70 * spikes[index])
        rows += _rows(f"{at:%Y-%m-%dT%H:%M:%SZ}", requests, errors, p95 * slowness, p99 * slowness)
    return ("\n".join(rows) + "\n").encode()


def _rows(at: str, requests: int, errors: int, p95: float, p99: float) -> Iterator[str]:
    yield f"{at},requests,{requests},"
    yield f"{at},errors,{errors},"
    yield f"{at},latency_p95,{p95:.1f},ms"
    yield f"{at},latency_p99,{p99:.1f},ms"


def _load(at: datetime) -> float:
    """Give the traffic of a moment against the average of a day."""
    hour = at.hour + at.minute / 60
    day = 1 - 0.62 * math.cos((hour - 2.5) / 24 * 2 * math.pi)
    noon = 0.16 * math.exp(-(((hour - 12.3) / 0.9) ** 2))
    weekend = 0.74 if at.weekday() >= 5 else 1.0
    return max(0.12, (day - noon) * weekend)


def _spikes(count: int, chance: random.Random) -> list[float]:
    """Give 0 for a calm sample, up to 1 for the worst one; a spike rises and falls over a few samples."""
    heights = [0.0] * count
    for _ in range(max(3, count // 160)):
        centre, height = int(chance.random() * count), 0.25 + 0.6 * chance.random()
        for offset, share in ((-2, 0.2), (-1, 0.6), (0, 1.0), (1, 0.7), (2, 0.3), (3, 0.1)):
            place = centre + offset
            if 0 <= place < count:
                heights[place] = max(heights[place], height * share)
    heights[int(count * 0.618)] = 1.0
    return heights


def _bell(chance: random.Random) -> float:
    """Give a number around 0.5, bell-shaped, without a function that differs between platforms."""
    return sum(chance.random() for _ in range(6)) / 6
