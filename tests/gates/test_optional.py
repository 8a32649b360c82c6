"""Gates that a policy has to ask for, and what would turn every gate there is."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from evidence_maker import (
    AS_OF,
    COVERAGE,
    START,
    coverage,
    environment,
    flag,
    health,
    ops,
    policy,
    record,
    reference,
    runs,
)
from hypothesis import given
from hypothesis import strategies as st

from dashboard.gates import all_gates
from dashboard.model.evidence import CoverageTotals, FlagEvidence, NewFailures, PatchCoverage, Promise, Series, Tally
from dashboard.model.policy import Rule, Threshold, Tier
from dashboard.model.records import EnvironmentFact
from dashboard.model.verdict import MEASURED, Ruling
from dashboard.model.waiver import Waiver
from dashboard.policy.catalogue import CATALOGUE, OPTIONAL
from dashboard.policy.load import default_text, parse

P, W, F, M, S, I = Ruling.PASS, Ruling.WARN, Ruling.FAIL, Ruling.MISSING, Ruling.STALE, Ruling.INVALID  # noqa: E741
ASKED = """
[[gate]]
id = "soak.complete"
tier = "high"
[[gate]]
id = "tests.new_failures"
tier = "medium"
pass = "<= 0"
warn = "<= 2"
max_age = "7d"
[[gate]]
id = "coverage.patch"
tier = "medium"
pass = ">= 80 %"
warn = ">= 50 %"
[[gate]]
id = "waivers.expired"
tier = "low"
[[gate]]
id = "conditions.overdue"
tier = "low"
"""


def verdict(gate, **changes):
    asked = parse(default_text() + ASKED)
    evidence = reference(**{"policy": asked, **changes})
    return all_gates()[gate].judge(evidence, asked.rules[gate])


def failures(n, *, approved=True):
    return NewFailures(n, tuple(f"t{i}" for i in range(min(n, 20))), "2.3 · 1234567", approved)


def patch(hit, total, unmeasured=()):
    return PatchCoverage(total, hit, unmeasured, "main")


def waiver(hours, gate="tests.skipped", *, granted=True):
    by, at = ("max", START) if granted else (None, None)
    return Waiver(1, 1, gate, "hardware", "erin", START, by, at, AS_OF + timedelta(hours=hours))


def promise(days):
    return Promise("2.3 · 1234567", "Mend it", "QA", AS_OF.date() + timedelta(days=days))


def soaked(hours):
    return replace(ops(), end=START + timedelta(hours=hours))


NO_SOAK = replace(parse(default_text() + ASKED), soak={})
BROKEN = coverage(sources=(replace(COVERAGE, incomplete=True),))
CASES = [
    ("soak.complete", {}, P, None),
    ("soak.complete", {"ops": soaked(23)}, F, "1 h 00 min more of the soak."),
    ("soak.complete", {"ops": replace(ops(), largest_gap_s=8 * 3600.0)}, F, "samples without the hole of 8 h 00 min"),
    ("soak.complete", {"tests": record(runs=runs(3))}, F, "1 more run of the suite, one every 6 h 00 min."),
    ("soak.complete", {"tests": None}, F, "4 more runs of the suite"),
    ("soak.complete", {"ops": None}, M, "Ingest operational samples"),
    ("soak.complete", {"policy": NO_SOAK}, M, "Give the policy a [soak] section."),
    ("tests.new_failures", {"new_failures": failures(0)}, P, None),
    ("tests.new_failures", {"new_failures": failures(1)}, W, "1 new failure mended: t0."),
    ("tests.new_failures", {"new_failures": failures(3)}, F, "3 new failures mended: t0, t1, t2."),
    ("tests.new_failures", {"new_failures": failures(30)}, F, "t0, t1, t2 and 27 more."),
    ("tests.new_failures", {"new_failures": None}, M, "Ingest the test results of the version before."),
    ("tests.new_failures", {"tests": None, "new_failures": failures(0)}, M, "Ingest the test report"),
    ("coverage.patch", {"patch": patch(8, 10)}, P, None),
    ("coverage.patch", {"patch": patch(79_999, 100_000)}, W, "1 more covered changed line for >= 80 %."),
    ("coverage.patch", {"patch": patch(4, 10)}, F, "4 more covered changed lines for >= 80 %."),
    ("coverage.patch", {"patch": patch(10, 10, ("a.py",))}, M, "Measure a.py."),
    ("coverage.patch", {"patch": patch(0, 0)}, M, "Set the gate aside"),
    ("coverage.patch", {}, M, "--diff"),
    ("coverage.patch", {"coverage": None, "patch": patch(8, 10)}, M, "Ingest the coverage report"),
    ("coverage.patch", {"coverage": BROKEN, "patch": patch(8, 10)}, I, "Write the report again"),
    ("waivers.expired", {}, P, None),
    ("waivers.expired", {"waivers": (waiver(1),)}, W, "tests.skipped passing without a waiver."),
    ("waivers.expired", {"waivers": (waiver(0),)}, F, "tests.skipped passing without a waiver."),
    ("waivers.expired", {"waivers": (waiver(0), waiver(1))}, W, "tests.skipped passing without a waiver."),
    ("waivers.expired", {"waivers": (waiver(0, granted=False),)}, P, None),
    ("waivers.expired", {"waivers": (replace(waiver(0), withdrawn_at=START, withdrawn_by="max"),)}, P, None),
    ("conditions.overdue", {}, P, None),
    ("conditions.overdue", {"promises": (promise(8),)}, P, None),
    ("conditions.overdue", {"promises": (promise(0),)}, W, "1 condition met: Mend it"),
    ("conditions.overdue", {"promises": (promise(7),)}, W, "1 condition met: Mend it"),
    ("conditions.overdue", {"promises": (promise(-1), promise(3))}, F, "2 conditions met: Mend it"),
]


@pytest.mark.parametrize(("gate", "changes", "ruling", "turn"), CASES)
def test_optional_gates(gate, changes, ruling, turn):
    found = verdict(gate, **changes)
    assert found.ruling is ruling
    assert found.because.endswith((".", ")")) and (found.turn is None) is (turn is None)
    assert turn is None or turn in (found.turn or "")
    assert (found.observed is not None) is (ruling in MEASURED)


def test_the_optional_gates_are_those_the_default_policy_does_not_ask():
    assert frozenset(CATALOGUE) - frozenset(policy().rules) == OPTIONAL
    assert {case[0] for case in CASES} == OPTIONAL


def test_what_was_compared_is_said():
    assert "the last approved candidate" in verdict("tests.new_failures", new_failures=failures(0)).because
    unapproved = verdict("tests.new_failures", new_failures=failures(0, approved=False))
    assert "none was approved yet" in unapproved.because


def tolerant(text):
    return Rule("tests.new_failures", Tier.LOW, False, Threshold("<=", Fraction(2), "", text), None, None)


def test_a_threshold_above_nothing_is_named():
    evidence = reference(policy=parse(default_text() + ASKED), new_failures=failures(3))
    found = all_gates()["tests.new_failures"].judge(evidence, tolerant("<= 2"))
    assert (found.ruling, found.turn) == (F, "As few of 3 new failures as <= 2.")


# Evidence that makes each gate of the default policy fall short, and the words that say what would turn it.
TURNS = {
    "tests.pass_rate": ({"tests": record(tally=Tally(1000, 940, 60))}, "10 more passing tests for >= 95 %."),
    "tests.security": (
        {"tests": record(categories={"security": Tally(23, 22, 1)})}, "1 more passing test for >= 100 %."),
    "health.checks": ({"health": health("pass", "fail", "warn")}, "2 more passing, then a new document."),
    "ops.error_rate": ({"ops": ops(errors=[20.0] * 97)}, "At most 969 failed of as many requests for < 0.1 %."),
    "tests.error_handling": (
        {"tests": record(categories={"error_handling": Tally(100, 90, 10)})}, "5 more passing tests for >= 95 %."),
    "observability": (
        {"tests": record(categories={"observability": Tally(20, 18, 2)})}, "1 more passing test for >= 95 %."),
    "ops.p95": ({"ops": ops(latency_p95=[0.1] * 95 + [0.2, 0.3])}, "2 of 97 samples miss < 200 ms"),
    "coverage.component": (
        {"coverage": coverage(components={"infrastructure": CoverageTotals(1000, 840, 0, 0, 4)})},
        "10 more covered lines in infrastructure for 85 %."),
    "coverage.total": ({}, "2,600 more covered lines for >= 80 %."),
    "perf.regression": (
        {"benchmarks": replace(reference().benchmarks, series=(Series("total", "s", "smaller", (2.0,), (1.0,)),))},
        "no slower than the baseline, measured again."),
    "tests.flaky": ({}, "1 fewer flaky test for <= 0 %."),
    "tests.skipped": ({}, "7 fewer skipped tests for <= 1 %."),
    "flags.valid": (
        {"flags": FlagEvidence((flag("a", "critical", 50.0),), ())}, "1 flag to mend, then a new flag file."),
    "ops.p99": ({"ops": ops(latency_p99=[0.4] * 96 + [0.5])}, "1 of 97 samples miss < 500 ms"),
    "cost": (
        {"benchmarks": replace(reference().benchmarks, series=(Series("a_cost", "USD", "smaller", (2.0,), (1.0,)),))},
        "a_cost at <= 100 % of the baseline."),
    "flags.staged": ({}, "2 flags at 100 %, or switched off."),
    "config.files": (
        {"environment": replace(environment(), facts=(EnvironmentFact("file", "a.json", None, "present"),))},
        "1 to put in place: a.json."),
    "runtime.environment": (
        {"environment": replace(environment(), facts=(EnvironmentFact("runtime", "python", "3.12.2", "3.12.3"),))},
        "1 to install as locked: python."),
}  # fmt: skip


@pytest.mark.parametrize("gate", TURNS)
def test_what_would_turn_each_gate(gate):
    changes, turn = TURNS[gate]
    evidence = reference(**changes)
    found = all_gates()[gate].judge(evidence, evidence.policy.rules[gate])
    assert found.ruling in (W, F)
    assert turn in (found.turn or "")


def test_every_gate_of_the_policy_has_its_words():
    assert set(TURNS) == set(policy().rules)


EMPTY = {"tests": None, "coverage": None, "benchmarks": None, "ops": None, "flags": None, "health": None}


@pytest.mark.parametrize("gate", all_gates())
def test_a_pass_needs_no_turn_and_everything_else_has_one(gate):
    asked = parse(default_text() + ASKED)
    for evidence in (
        reference(policy=asked, new_failures=failures(0), patch=patch(1, 1)),
        reference(policy=asked, **EMPTY, environment=None, sources=()),
    ):
        found = all_gates()[gate].judge(evidence, asked.rules[gate])
        assert (found.turn is None) is (found.ruling is P), found
    for part in ("Asks:", "Passes:", "Unknown:", "Remedy:"):
        assert part in all_gates()[gate].doc


ORDER = (P, W, F)


@given(st.integers(0, 40), st.integers(0, 40))
def test_more_new_failures_never_improve(fewer, more):
    one, other = (verdict("tests.new_failures", new_failures=failures(n)).ruling for n in sorted((fewer, more)))
    assert ORDER.index(one) <= ORDER.index(other)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 50))
def test_fewer_covered_changed_lines_never_improve(one, other, total):
    low, high = sorted((min(one, total), min(other, total)))
    worse, better = (verdict("coverage.patch", patch=patch(hit, total)).ruling for hit in (low, high))
    assert ORDER.index(better) <= ORDER.index(worse)


@given(st.floats(0, 72), st.floats(0, 72), st.integers(0, 8), st.integers(0, 8))
def test_a_shorter_soak_or_fewer_runs_never_improve(hours, more_hours, few, more):
    short, long = sorted((hours, more_hours))
    less, full = sorted((few, more))
    worse = verdict("soak.complete", ops=soaked(short), tests=record(runs=runs(less))).ruling
    better = verdict("soak.complete", ops=soaked(long), tests=record(runs=runs(full))).ruling
    assert ORDER.index(better) <= ORDER.index(worse)


@given(st.lists(st.integers(-30, 30), max_size=5), st.integers(-30, 30))
def test_another_promise_never_improves(days, another):
    promises = tuple(promise(n) for n in days)
    before = verdict("conditions.overdue", promises=promises).ruling
    after = verdict("conditions.overdue", promises=(*promises, promise(another))).ruling
    assert ORDER.index(before) <= ORDER.index(after)


def test_the_order_of_waivers_does_not_matter():
    held = (waiver(0, "a"), waiver(2, "b"), waiver(1, "c"))
    assert verdict("waivers.expired", waivers=held).ruling is verdict("waivers.expired", waivers=held[::-1]).ruling


def test_a_record_without_a_time_is_stale():
    found = verdict("tests.new_failures", tests=record(runs=()), new_failures=failures(0))
    assert found.ruling is S
