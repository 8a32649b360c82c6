"""Stages the records of all kinds but test cases."""

import json
import math
from hashlib import blake2b
from typing import Any

from dashboard.errors import MalformedArtefactError
from dashboard.model.records import (
    BenchmarkResult,
    EnvironmentFact,
    FileCoverage,
    FlagState,
    HealthCheck,
    MetricSample,
    Record,
)
from dashboard.store import coverage_contexts
from dashboard.store.moments import from_ms
from dashboard.store.staging import Staging
from dashboard.store.text import clean, identity, shortened, shortened_or_none

_LARGEST = 2**63 - 1
_LONGEST_VALUE = 65_536


def _whole(value: int | None, what: str) -> int | None:
    """Give a whole number that the database can hold."""
    if value is not None and not -_LARGEST <= value <= _LARGEST:
        msg = f"{what} is {str(value)[:24]}…, which no real count can be."
        raise MalformedArtefactError(msg, slug="number-too-large")
    return value


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


class RecordStage:
    """Takes the records of one artefact that are not test cases."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._seq = 0
        self._series: dict[tuple[str, str], tuple[int, str]] = {}
        self._contexts: dict[str, int] = {}
        self._takes: dict[type, Any] = {
            FileCoverage: self._coverage,
            BenchmarkResult: self._benchmark,
            FlagState: self._flag,
            HealthCheck: self._health,
            MetricSample: self._sample,
            EnvironmentFact: self._environment,
        }

    def add(self, record: Record) -> None:
        """Stage one record."""
        self._seq += 1
        self._takes[type(record)](record)

    def _coverage(self, one: FileCoverage) -> None:
        figures = (_whole(getattr(one, name), f"{name} of {one.path[:80]}") for name in FileCoverage._fields[1:8])
        row = (self._seq, identity(one.path), *figures, clean(one.hit), clean(one.missed), clean(one.partial))
        branches = (one.branch_numbering, clean(one.branches_taken), clean(one.branches_missed))
        self._staging.add("stage_coverage", (*row, one.approximate, *branches))
        if one.contexts:
            body = coverage_contexts.packed((self._context(name), lines) for name, lines in one.contexts)
            self._staging.add("stage_context_lines", (self._seq, len(one.contexts), body))

    def _context(self, name: str) -> int:
        known = self._contexts.get(name)
        if known is None:
            known = self._contexts[name] = len(self._contexts) + 1
            self._staging.add("stage_context", (known, identity(name)))
        return known

    def _benchmark(self, one: BenchmarkResult) -> None:
        if not math.isfinite(one.value):
            msg = f"The benchmark {one.name[:80]!r} has the value {one.value}, which is not a measurement."
            raise MalformedArtefactError(msg, slug="value-not-finite")
        samples = json.dumps([value for value in one.samples if math.isfinite(value)])
        self._staging.add(
            "stage_benchmark",
            (
                self._seq,
                identity(one.name),
                shortened_or_none(one.group),
                one.value,
                shortened(one.statistic),
                shortened(one.unit),
                shortened(one.unit_text),
                one.direction,
                _finite(one.mean),
                _finite(one.minimum),
                _finite(one.maximum),
                _finite(one.stddev),
                _whole(one.rounds, f"rounds of {one.name[:80]}"),
                identity(one.fingerprint),
                samples,
            ),
        )

    def _flag(self, one: FlagState) -> None:
        self._staging.add(
            "stage_flag",
            (
                self._seq,
                identity(one.key),
                one.enabled,
                _finite(one.served_min_pct),
                _finite(one.served_max_pct),
                shortened_or_none(one.category),
                json.dumps([clean(key) for key in one.depends_on]),
                json.dumps(list(one.plan)),
                shortened_or_none(one.description),
                shortened_or_none(one.value, _LONGEST_VALUE),
            ),
        )

    def _health(self, one: HealthCheck) -> None:
        texts = (shortened_or_none(text) for text in (one.observed, one.unit, one.time))
        output = shortened_or_none(one.output, _LONGEST_VALUE)
        self._staging.add("stage_health", (self._seq, identity(one.name), one.status, *texts, output))

    def _environment(self, one: EnvironmentFact) -> None:
        texts = (shortened_or_none(text, _LONGEST_VALUE) for text in (one.observed, one.required))
        self._staging.add("stage_environment", (self._seq, one.group, identity(one.name), *texts))

    def _sample(self, one: MetricSample) -> None:
        known = self._series.get((one.metric, one.labels))
        if known is None:
            known = self._new_series(one)
        elif known[1] != one.unit:
            msg = f"The metric {one.metric[:80]!r} is in {known[1]!r} and in {one.unit!r} in the same file."
            raise MalformedArtefactError(msg, slug="unit-changes")
        at_ms = _whole(one.at_ms, f"the time of a sample of {one.metric[:80]}")
        count = _whole(one.observations, f"count of {one.metric[:80]}")
        self._staging.add("stage_sample", (known[0], at_ms, _finite(one.value), count))

    def _new_series(self, one: MetricSample) -> tuple[int, str]:
        number = len(self._series) + 1
        self._series[one.metric, one.labels] = (number, one.unit)
        metric, labels, unit = identity(one.metric), identity(one.labels), shortened(one.unit)
        digest = blake2b(f"{metric}\x00{labels}\x00{unit}".encode(), digest_size=16).digest()
        self._staging.add("stage_series", (number, digest, metric, labels, unit))
        return number, one.unit

    def settle(self) -> None:
        """Refuse a file that says two things about one moment of one series.

        Raises:
            MalformedArtefactError: slug ``duplicate-sample``.
        """
        self._staging.flush_all()
        if not self._series:
            return
        repeated = self._staging.execute(
            "SELECT s.metric, s.labels, d.at_ms, d.times FROM (SELECT series, at_ms, count(*) AS times "
            "FROM stage_sample GROUP BY series, at_ms HAVING count(*) > 1 ORDER BY at_ms LIMIT 1) d "
            "JOIN stage_series s ON s.seq = d.series"
        ).fetchone()
        if repeated is not None:
            metric, labels, at_ms, times = repeated
            name = f"{metric}{{{labels}}}" if labels else metric
            msg = f"The metric {name[:200]} has {times} samples at {from_ms(at_ms):%Y-%m-%d %H:%M:%S} UTC."
            hint = "Write one sample a moment for each series, and ingest the new file."
            raise MalformedArtefactError(msg, slug="duplicate-sample", hint=hint)
