"""Counts and digest of records."""

import hashlib
import json

import pytest

from dashboard.model.records import (
    Attempt,
    BenchmarkResult,
    CaseResult,
    EnvironmentFact,
    Failure,
    FileCoverage,
    FlagState,
    Folded,
    HealthCheck,
    Kind,
    MetricSample,
    Outcome,
)
from dashboard.readers._tally import BATCH, Tally


def case(name, outcome=Outcome.PASSED, **more):
    return CaseResult("s", "c", name, None, None, outcome, 0.5, None)._replace(**more)


def tallied(*records):
    tally = Tally()
    for record in records:
        tally.add(record)
    return tally


def test_a_correction_takes_back_what_it_replaces():
    first, second = case("a"), case("a", Outcome.FAILED)
    attempts = (Attempt(Outcome.FAILED, 0.5, None), Attempt(Outcome.PASSED, 0.5, None))
    by = case("a", attempts=attempts, duration_s=1.0)
    tally = tallied(first, second, case("b", Outcome.SKIPPED, duration_s=None), Folded((first, second), by))
    assert tally.counts(Kind.TESTS) == {
        "cases": 2, "passed": 1, "failed": 0, "errors": 0, "skipped": 1, "flaky": 1, "attempts": 3, "duration_s": 1.0,
    }  # fmt: skip


def test_an_ambiguous_case_is_not_flaky():
    attempts = (Attempt(Outcome.FAILED, None, None), Attempt(Outcome.PASSED, None, None))
    assert tallied(case("a", attempts=attempts, ambiguous=True)).counts(Kind.TESTS)["flaky"] == 0


@pytest.mark.parametrize("number", [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH])
def test_the_digest_is_of_one_plain_document(number):
    long = Failure("T", "m", "x" * 100_000, 100_000)
    records = [case(f"é{n}", Outcome.FAILED, failure=long if n % 7 == 0 else None) for n in range(number)]
    text = json.dumps(records, separators=(",", ":")).encode("ascii")
    tally = tallied(*records)
    assert tally.digest() == tally.digest() == hashlib.sha256(text).hexdigest()


def test_the_digest_may_be_asked_for_at_any_time():
    tally = tallied(case("a"))
    tally.digest()
    tally.add(case("b"))
    assert tally.digest() == tallied(case("a"), case("b")).digest()


def test_the_other_kinds():
    coverage = FileCoverage("a", 4, 3, 2, 1, None, None, None, "", "", "")
    assert tallied(coverage, coverage._replace(lines_total=None, lines_hit=None)).counts(Kind.COVERAGE) == {
        "files": 2, "lines_total": 4, "lines_hit": 3, "branches_total": 4, "branches_hit": 2,
    }  # fmt: skip
    stated = tallied(coverage._replace(statements_total=9, statements_hit=8)).counts(Kind.COVERAGE)
    assert (stated["statements_total"], stated["statements_hit"]) == (9, 8)
    bench = BenchmarkResult("b", None, 1.5, "median", "s", "s", "smaller", None, None, None, None, None, "")
    assert tallied(bench, bench._replace(name="c")).counts(Kind.BENCHMARKS) == {
        "benchmarks": 2, "first": {"name": "b", "value": 1.5, "unit": "s", "direction": "smaller"},
    }  # fmt: skip
    assert tallied().counts(Kind.BENCHMARKS) == {"benchmarks": 0, "first": None}
    sample = MetricSample("m", "", 0, 1.0, "s", None)
    assert tallied(sample, sample, sample._replace(labels="a=b")).counts(Kind.METRICS) == {"series": 2, "samples": 3}
    checks = [HealthCheck("c", status, None, None, None, None) for status in ("pass", "pass", "warn", "fail")]
    assert tallied(*checks).counts(Kind.HEALTH) == {"checks": 4, "pass": 2, "warn": 1, "fail": 1}
    assert tallied(EnvironmentFact("runtime", "python", "3.11", None)).counts(Kind.ENVIRONMENT) == {"facts": 1}
    assert tallied().counts(Kind.OTLP, {"spans": 2}) == {"spans": 2, "metrics": 0, "data_points": 0, "log_records": 0}


@pytest.mark.parametrize(
    ("enabled", "low", "high", "counted"),
    [
        (True, 100.0, 100.0, "serving_all"),
        (True, 5.0, 5.0, "partial"),
        (True, 0.0, 100.0, "partial"),
        (True, 0.0, 0.0, "zero_percent"),
        (False, 0.0, 0.0, "off"),
        (None, None, None, None),
    ],
)
def test_flags_are_counted_by_what_they_serve(enabled, low, high, counted):
    flag = FlagState("f", enabled, low, high, None, (), (), None, None)
    figures = tallied(flag).counts(Kind.FLAGS)
    assert {name for name, value in figures.items() if value and name != "flags"} == ({counted} - {None})
