"""Gates over test results."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from evidence_maker import AS_OF, record, reference, runs, source

from dashboard import gates
from dashboard.model.evidence import Evidence, Tally
from dashboard.model.policy import Threshold
from dashboard.model.records import Kind
from dashboard.model.verdict import Ruling, Verdict


def verdict(gate: str, evidence: Evidence) -> Verdict:
    return gates.all_gates()[gate].judge(evidence, evidence.policy.rules[gate])


def with_tally(total: int, passed: int, skipped: int = 0, **changes) -> Evidence:
    return reference(tests=record(tally=Tally(total, passed, total - passed - skipped, 0, skipped), **changes))


PASS_RATES = [
    (100, 95, 0, Ruling.PASS),
    (100, 94, 0, Ruling.WARN),
    (100, 95, 5, Ruling.PASS),
    (100, 94, 6, Ruling.WARN),  # skipped is not passed
    (100, 90, 0, Ruling.WARN),
    (100, 89, 0, Ruling.FAIL),
    (99_999, 94_999, 0, Ruling.WARN),  # 94.9999 % is shown as 95.00 and is below 95
    (1, 1, 0, Ruling.PASS),
    (1, 0, 1, Ruling.FAIL),
    (0, 0, 0, Ruling.MISSING),
]


@pytest.mark.parametrize(("total", "passed", "skipped", "ruling"), PASS_RATES)
def test_pass_rate(total, passed, skipped, ruling):
    assert verdict("tests.pass_rate", with_tally(total, passed, skipped)).ruling is ruling


def test_pass_rate_prints_both_denominators():
    found = verdict("tests.pass_rate", reference())
    assert (found.observed, found.fraction, found.unit) == ("98.28", "1,026 of 1,044", "%")
    assert "98.28 % of all 1,044" in found.because and "99.90 % of the 1,027 executed" in found.because
    assert "none executed" in verdict("tests.pass_rate", with_tally(3, 0, 3)).because


@pytest.mark.parametrize(
    ("total", "passed", "turn"),
    [
        (1044, 983, "9 more passing tests for >= 95 %."),
        (100, 94, "1 more passing test for >= 95 %."),
        (100, 0, "95 more passing tests for >= 95 %."),
    ],
)
def test_what_would_turn_it(total, passed, turn):
    assert verdict("tests.pass_rate", with_tally(total, passed)).turn == turn


AGES = [
    (timedelta(days=7), Ruling.PASS),
    (timedelta(days=7, seconds=1), Ruling.STALE),
    (timedelta(0), Ruling.PASS),
    (timedelta(days=-3), Ruling.PASS),  # newer than the moment of judgement is not old
]


@pytest.mark.parametrize(("age", "ruling"), AGES)
@pytest.mark.parametrize("gate", ["tests.pass_rate", "tests.security", "observability"])
def test_age_is_that_of_the_newest_run(gate, age, ruling):
    old = replace(runs(1)[0], started_at=AS_OF - timedelta(days=90))
    new = replace(old, started_at=AS_OF - age)
    assert verdict(gate, reference(tests=record(runs=(old, new)))).ruling is ruling
    assert verdict(gate, reference(tests=record(runs=(new, old)))).ruling is ruling


def test_a_record_without_a_time_is_not_fresh():
    found = verdict("tests.pass_rate", reference(tests=record(runs=())))
    assert found.ruling is Ruling.STALE and "not known" in found.because and found.observed is None


CATEGORIES = [
    ("tests.security", "security", Tally(23, 23), Ruling.PASS),
    ("tests.security", "security", Tally(23, 22, 1), Ruling.FAIL),
    ("tests.security", "security", Tally(23, 22, 0, 0, 1), Ruling.FAIL),
    ("tests.security", "security", Tally(0), Ruling.MISSING),
    ("tests.error_handling", "error_handling", Tally(28, 27, 1), Ruling.PASS),
    ("tests.error_handling", "error_handling", Tally(28, 26, 2), Ruling.WARN),
    ("tests.error_handling", "error_handling", Tally(28, 25, 3), Ruling.FAIL),
    ("observability", "observability", Tally(28, 28), Ruling.PASS),
    ("observability", "observability", Tally(0), Ruling.MISSING),
]


@pytest.mark.parametrize(("gate", "category", "tally", "ruling"), CATEGORIES)
def test_categories(gate, category, tally, ruling):
    assert verdict(gate, reference(tests=record(categories={category: tally}))).ruling is ruling


@pytest.mark.parametrize("gate", ["tests.security", "tests.error_handling", "observability"])
def test_a_category_that_nobody_knows_is_missing(gate):
    assert verdict(gate, reference(tests=record(categories={}))).ruling is Ruling.MISSING


def test_a_category_rests_on_its_own_sources():
    own = source(Kind.TESTS, "security.xml")
    found = verdict("tests.security", reference(tests=record(category_sources={"security": (own,)})))
    assert found.evidence == (own,)


@pytest.mark.parametrize(
    ("total", "flaky", "ruling"),
    [
        (1044, 0, Ruling.PASS),
        (1044, 1, Ruling.WARN),
        (200, 1, Ruling.WARN),
        (199, 1, Ruling.FAIL),
        (1044, 6, Ruling.FAIL),
    ],
)
def test_flaky(total, flaky, ruling):
    names = tuple(f"t{i}" for i in range(min(flaky, 20)))
    found = verdict("tests.flaky", with_tally(total, total, flaky=flaky, flaky_names=names))
    assert found.ruling is ruling
    assert found.fraction == f"{flaky} of {total:,}"


def test_flaky_names_a_few_and_counts_the_rest():
    found = verdict("tests.flaky", with_tally(1044, 1044, flaky=30, flaky_names=tuple(f"t{i}" for i in range(20))))
    assert "t0, t1, t2 and 27 more" in found.because
    ambiguous = verdict("tests.flaky", with_tally(1044, 1044, flaky=0, flaky_names=(), ambiguous=2))
    assert "2 cases could not be told apart" in ambiguous.because


@pytest.mark.parametrize(
    ("skipped", "ruling"),
    [(0, Ruling.PASS), (10, Ruling.PASS), (11, Ruling.WARN), (50, Ruling.WARN), (51, Ruling.FAIL)],
)
def test_skipped(skipped, ruling):
    found = verdict("tests.skipped", with_tally(1000, 1000 - skipped, skipped))
    assert found.ruling is ruling


STRICT = [
    (">", 95, 100, 90, Ruling.FAIL, "6 more passing tests for > 95 %."),
    (">", 95, 100, 96, Ruling.PASS, None),
    ("==", 100, 10, 9, Ruling.FAIL, "1 more passing test for == 100 %."),
    (">", 100, 10, 10, Ruling.FAIL, "No count out of 10 reaches > 100 %."),
]


@pytest.mark.parametrize(("op", "number", "total", "passed", "ruling", "turn"), STRICT)
def test_other_operators(op, number, total, passed, ruling, turn):
    evidence = with_tally(total, passed)
    threshold = Threshold(op, Fraction(number), "%", f"{op} {number} %")
    rule = replace(evidence.policy.rules["tests.pass_rate"], passes=threshold, warns=None)
    found = gates.all_gates()["tests.pass_rate"].judge(evidence, rule)
    assert (found.ruling, found.turn) == (ruling, turn)


def test_fewer_than_a_share():
    evidence = with_tally(100, 95, 5)
    rule = replace(evidence.policy.rules["tests.skipped"], passes=Threshold("<", Fraction(5), "%", "< 5 %"), warns=None)
    found = gates.all_gates()["tests.skipped"].judge(evidence, rule)
    assert (found.ruling, found.turn) == (Ruling.FAIL, "1 fewer skipped test for < 5 %.")


def test_without_a_threshold_nothing_passes():
    evidence = with_tally(100, 100)
    rule = replace(evidence.policy.rules["tests.pass_rate"], passes=None, warns=None)
    assert gates.all_gates()["tests.pass_rate"].judge(evidence, rule).ruling is Ruling.FAIL
