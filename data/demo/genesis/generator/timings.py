"""Benchmarks: three timings as pytest-benchmark writes them, cost and memory as github-action-benchmark's custom JSON.

A timing is made of 21 rounds whose middle one is the median, and every statistic is computed from those rounds the
way pytest-benchmark does. Between runs the medians move by about 1 %.
"""

import json
import math
import statistics
from datetime import datetime, timedelta
from typing import Any

from inventory import chance_of

_FILE = "tests/benchmarks/test_orchestration_speed.py"
_ROUNDS = 21

#: Benchmark -> (median of phase 3, current) in milliseconds, and run of phase 4 -> share of the way between them.
TIMINGS: dict[str, tuple[str, str, dict[int, float]]] = {
    "test_halo_routing": ("225.93", "110.18", {18: 0.55, 20: 0.82, 22: 1.0}),
    "test_rule_matching": ("130.45", "27.02", {17: 0.6, 20: 1.0}),
    "test_total_orchestration": ("245.11", "131.57", {17: 0.35, 18: 0.62, 20: 0.88, 22: 1.0}),
}
#: US dollars for 1,000 tasks: median of phase 3, current, and the way between them.
COST: tuple[str, str, dict[int, float]] = ("48.00", "24.96", {16: 0.4, 19: 0.75, 21: 1.0})
MEMORY_OVERHEAD_PCT = 0.6

_MACHINE: dict[str, Any] = {
    "node": "genesis-staging-ci",
    "processor": "x86_64",
    "machine": "x86_64",
    "python_compiler": "GCC 13.2.0",
    "python_implementation": "CPython",
    "python_implementation_version": "3.12.3",
    "python_version": "3.12.3",
    "python_build": ["main", "Apr 10 2024 05:33:47"],
    "release": "6.8.0-45-generic",
    "system": "Linux",
    "cpu": {
        "python_version": "3.12.3.final.0 (64 bit)",
        "cpuinfo_version": [9, 0, 0],
        "cpuinfo_version_string": "9.0.0",
        "arch": "X86_64",
        "bits": 64,
        "count": 4,
        "arch_string_raw": "x86_64",
        "vendor_id_raw": "AuthenticAMD",
        "brand_raw": "AMD EPYC 7763 64-Core Processor",
    },
}


def noise(series: str, place: int, of: int) -> float:
    """Give the factor by which run ``place`` (from 0) of ``of`` lies off the middle.

    The factors of an odd number of runs have a median of exactly 1 and a median absolute deviation of about 1 %.
    """
    chance = chance_of(f"noise/{series}/{of}")
    half = of // 2
    below = [1 - 0.0205 * (step + 0.3 + 0.6 * chance.random()) / half for step in range(half)]
    above = [1 + 0.0205 * (step + 0.3 + 0.6 * chance.random()) / half for step in range(half)]
    factors = below + [1.0] * (of - 2 * half) + above
    order = sorted(range(of), key=lambda _: chance.random())
    return factors[order[place]]


def value(series: tuple[str, str, dict[int, float]], name: str, number: int, phase_3_runs: int) -> float:
    """Give the figure of run ``number`` of the history, in the unit of ``series``."""
    before, after, steps = float(series[0]), float(series[1]), series[2]
    if number <= phase_3_runs:
        return before * noise(name, number - 1, phase_3_runs)
    share = max((way for run, way in steps.items() if run <= number), default=0.0)
    return (before + (after - before) * share) * noise(f"{name}/phase-4", number - phase_3_runs - 1, 9)


def pytest_benchmark(medians_ms: dict[str, float], at: datetime, commit: tuple[str, datetime]) -> bytes:
    """Write the timings of one run; its medians in milliseconds, ``commit`` as sha and time."""
    document = {
        "machine_info": _MACHINE,
        "commit_info": {
            "id": commit[0],
            "time": commit[1].isoformat(),
            "author_time": commit[1].isoformat(),
            "dirty": False,
            "project": "genesis-rebuild",
            "branch": "main",
        },
        "benchmarks": [_entry(name, median, commit[0]) for name, median in medians_ms.items()],
        "datetime": (at + timedelta(minutes=9, seconds=41)).isoformat(),
        "version": "5.1.0",
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def _entry(name: str, median_ms: float, subject: str) -> dict[str, Any]:
    chance = chance_of(f"rounds/{name}/{subject}/{median_ms!r}")
    middle = round(median_ms / 1000, 9)
    fast = [round(middle * (1 - 0.018 * chance.random()), 9) for _ in range(_ROUNDS // 2)]
    slow = [round(middle * (1 + 0.05 * chance.random() ** 2), 9) for _ in range(_ROUNDS // 2)]
    return {
        "group": None,
        "name": name,
        "fullname": f"{_FILE}::{name}",
        "params": None,
        "param": None,
        "extra_info": {},
        "options": {
            "disable_gc": False,
            "timer": "perf_counter",
            "min_rounds": 5,
            "max_time": 1.0,
            "min_time": 5e-06,
            "warmup": False,
        },
        "stats": _stats(sorted([*fast, middle, *slow])),
    }


def _stats(data: list[float]) -> dict[str, Any]:
    mean, deviation = statistics.mean(data), statistics.stdev(data)
    low, middle, high = _quartiles(data)
    spread = high - low
    mild = [x for x in data if x < low - 1.5 * spread or x > high + 1.5 * spread]
    far = [x for x in data if abs(x - mean) > deviation]
    return {
        "min": data[0],
        "max": data[-1],
        "mean": mean,
        "stddev": deviation,
        "rounds": len(data),
        "median": middle,
        "iqr": spread,
        "q1": low,
        "q3": high,
        "iqr_outliers": len(mild),
        "stddev_outliers": len(far),
        "outliers": f"{len(far)};{len(mild)}",
        "ld15iqr": next(x for x in data if x >= low - 1.5 * spread),
        "hd15iqr": next((x for x in data if x > high + 1.5 * spread), data[-1]),
        "ops": 1 / mean,
        "total": math.fsum(data),
        "iterations": 1,
    }


def _quartiles(data: list[float]) -> tuple[float, float, float]:
    """Give the quartiles of 4 n + 1 sorted values by the method of pytest-benchmark."""
    n = len(data) // 4
    return 0.25 * data[n - 1] + 0.75 * data[n], data[2 * n], 0.75 * data[3 * n] + 0.25 * data[3 * n + 1]


def custom(name: str, unit: str, figure: float, extra: str) -> bytes:
    """Write one figure as github-action-benchmark's custom JSON."""
    return json.dumps([{"name": name, "unit": unit, "value": figure, "extra": extra}], indent=2).encode() + b"\n"
