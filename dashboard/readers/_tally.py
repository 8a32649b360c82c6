"""Counts and the digest of the records of one file, taken while they pass by."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from dashboard.model.records import (
    BenchmarkResult,
    CaseResult,
    EnvironmentFact,
    FileCoverage,
    FlagState,
    Folded,
    HealthCheck,
    Kind,
    MetricSample,
    Outcome,
    Record,
)

#: Records written to the digest in one go: the encoder's start-up cost is shared, the memory stays small.
BATCH = 64
#: A record with a longer text is not held back for its batch.
LONG_TEXT = 65_536


class Tally:
    """Takes every record once; ``counts`` and ``digest`` speak of all records taken so far.

    The digest is the SHA-256 of the records as one JSON array of arrays, exactly as ``json.dumps(list(records),
    separators=(",", ":"))`` writes it: anyone can recompute it.
    """

    def __init__(self) -> None:
        self._held: list[Record] = []
        self._hash = hashlib.sha256(b"[")
        self._hashed = 0
        # Records are tuples of tuples and values: there is no circle to look for.
        self._encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
        self._cases = dict.fromkeys(Outcome, 0)
        self._flaky = self._attempts = 0
        self._duration = 0.0
        self._sums: dict[str, Any] = {}
        self._series: set[tuple[str, str]] = set()
        self._count: dict[type, Callable[[Any], None]] = {
            Folded: self._folded,
            FileCoverage: self._coverage,
            BenchmarkResult: self._benchmark,
            FlagState: self._flag,
            HealthCheck: self._health,
            MetricSample: self._sample,
            EnvironmentFact: lambda _fact: self._plus(facts=1),
        }

    def add(self, record: Record) -> None:
        """Count one record and put it into the digest."""
        held = self._held
        held.append(record)
        if type(record) is CaseResult:
            if record[5] is Outcome.PASSED and not record[8]:  # outcome, attempts: by place, which is faster
                self._cases[Outcome.PASSED] += 1
                self._attempts += 1
                self._duration += record[6] or 0.0
            else:
                self._case(record, 1)
                if record.failure is not None and record.failure.text_size > LONG_TEXT:
                    self._flush()
        else:
            count = self._count.get(type(record))
            if count is not None:
                count(record)
        if len(held) >= BATCH:
            self._flush()

    def counts(self, kind: Kind, figures: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give the counts of ``kind``. What only the reader can count (``otlp``) comes from the ledger's facts."""
        if kind is Kind.TESTS:
            return self._test_counts()
        if kind is Kind.OTLP:
            known = figures or {}
            return {name: known.get(name, 0) for name in ("spans", "metrics", "data_points", "log_records")}
        counts = {name: self._sums.get(name, 0) for name in _NAMES[kind]}
        if kind is Kind.COVERAGE:
            counts |= {n: self._sums[n] for n in ("statements_total", "statements_hit") if n in self._sums}
        if kind is Kind.BENCHMARKS:
            counts["first"] = self._sums.get("first")
        if kind is Kind.METRICS:
            counts["series"] = len(self._series)
        return counts

    def digest(self) -> str:
        """Give the SHA-256 of the records so far, in hexadecimal."""
        self._flush()
        done = self._hash.copy()
        done.update(b"]")
        return done.hexdigest()

    def _flush(self) -> None:
        if self._held:
            text = self._encode(self._held)[1:-1]
            self._hash.update(("," + text if self._hashed else text).encode("ascii"))
            self._hashed += len(self._held)
            self._held.clear()

    def _test_counts(self) -> dict[str, Any]:
        return {
            "cases": sum(self._cases.values()),
            "passed": self._cases[Outcome.PASSED],
            "failed": self._cases[Outcome.FAILED],
            "errors": self._cases[Outcome.ERROR],
            "skipped": self._cases[Outcome.SKIPPED],
            "flaky": self._flaky,
            "attempts": self._attempts,
            "duration_s": round(self._duration, 6),
        }

    def _case(self, case: CaseResult, sign: int) -> None:
        self._cases[case.outcome] += sign
        self._attempts += sign * (len(case.attempts) or 1)
        self._duration += sign * (case.duration_s or 0.0)
        if case.flaky and not case.ambiguous:
            self._flaky += sign

    def _folded(self, folded: Folded) -> None:
        for case in folded.replaces:
            self._case(case, -1)
        self._case(folded.by, 1)

    def _plus(self, **amounts: int | None) -> None:
        for name, amount in amounts.items():
            if amount is not None:
                self._sums[name] = self._sums.get(name, 0) + amount

    def _coverage(self, file: FileCoverage) -> None:
        sums = self._sums
        sums["files"] = sums.get("files", 0) + 1
        for name, amount in zip(_COVERAGE, file[1:7], strict=True):
            if amount is not None:
                sums[name] = sums.get(name, 0) + amount

    def _benchmark(self, result: BenchmarkResult) -> None:
        self._plus(benchmarks=1)
        names = ("name", "value", "unit", "direction")
        self._sums.setdefault("first", {name: getattr(result, name) for name in names})

    def _flag(self, flag: FlagState) -> None:
        low, high = flag.served_min_pct, flag.served_max_pct
        self._plus(
            flags=1,
            serving_all=int(low == 100),
            partial=int(low is not None and high is not None and high > 0 and low < 100),
            zero_percent=int(flag.enabled is True and high == 0),
            off=int(flag.enabled is False),
        )

    def _health(self, check: HealthCheck) -> None:
        self._plus(checks=1, **{check.status: 1})

    def _sample(self, sample: MetricSample) -> None:
        self._plus(samples=1)
        self._series.add((sample.metric, sample.labels))


_COVERAGE = FileCoverage._fields[1:7]  # the figures: lines, branches and statements, there and hit
_NAMES: dict[Kind, tuple[str, ...]] = {
    Kind.COVERAGE: ("files", "lines_total", "lines_hit", "branches_total", "branches_hit"),
    Kind.BENCHMARKS: ("benchmarks",),
    Kind.FLAGS: ("flags", "serving_all", "partial", "zero_percent", "off"),
    Kind.HEALTH: ("checks", "pass", "warn", "fail"),
    Kind.METRICS: ("series", "samples"),
    Kind.ENVIRONMENT: ("facts",),
}
