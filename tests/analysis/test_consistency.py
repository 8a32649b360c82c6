"""Findings, each beside its twin that must not fire."""

from dataclasses import replace
from datetime import timedelta

import pytest
from evidence_maker import (
    AS_OF,
    COVERAGE,
    START,
    TESTS,
    benchmarks,
    candidate,
    coverage,
    environment,
    flag,
    flags,
    ops,
    policy,
    reading,
    record,
    reference,
    runs,
    source,
)

from dashboard.analysis.consistency import RULES, findings
from dashboard.model.evaluation import Severity
from dashboard.model.evidence import FlagEvidence, Series, SuiteRun, Tally
from dashboard.model.policy import ExpectedReport
from dashboard.model.records import Kind


def rules(evidence) -> set[str]:
    return {finding.rule for finding in findings(evidence)}


def shortened(hours: float):
    return replace(ops(), end=START + timedelta(hours=hours))


def without_soak():
    return replace(policy(), soak={})


def without_ops_gates():
    held = policy()
    return replace(held, rules={gate: rule for gate, rule in held.rules.items() if not gate.startswith("ops.")})


def one_flag(**changes) -> FlagEvidence:
    return FlagEvidence((flag("base", None, 0.0), flag("top", None, 40.0, **changes)), ())


def bench(*series: Series):
    return benchmarks(series=series)


def expecting(name: str, count: int):
    return replace(policy(), expected=(ExpectedReport(Kind.TESTS, name, count),))


PARTIAL = SuiteRun("alone", AS_OF, Tally(8, 8, 0, 0, 0), partial=True, flaky=0)
NO_TESTS = Tally()
WHAT_RAN = source(Kind.COVERAGE, ".coverage", incomplete=True)

# rule, severity, evidence that shows it, its twin that must not
CASES = [
    ("no-subject-digest", "blocker", {"candidate": candidate(subject="Phase 4 Deployment")}, {}),
    ("no-subject-digest", "blocker", {"candidate": candidate(subject="abcdef")},
     {"candidate": candidate(subject="abcdef0")}),
    ("no-subject-digest", "blocker", {"candidate": candidate(subject="v1.2.3")},
     {"candidate": candidate(subject="sha256:" + "0a" * 32)}),
    ("zero-tests", "blocker", {"tests": record(tally=NO_TESTS)}, {}),
    ("zero-tests", "blocker", {"tests": None}, {"tests": None, "sources": ()}),
    ("incomplete-report", "blocker", {"sources": (replace(COVERAGE, incomplete=True),)}, {"sources": (COVERAGE,)}),
    ("incomplete-report", "blocker", {"sources": (COVERAGE, WHAT_RAN)},
     {"sources": (COVERAGE, WHAT_RAN), "coverage": coverage(passed_over=(WHAT_RAN,))}),
    ("expected-report-missing", "blocker", {"policy": expecting("*.xml", 2)}, {"policy": expecting("*.xml", 1)}),
    ("records-dropped", "major", {"readings": (reading(TESTS, dropped=1),)}, {"readings": (reading(TESTS),)}),
    ("records-repaired", "minor", {"readings": (reading(TESTS, repaired=1),)}, {"readings": (reading(TESTS),)}),
    ("soak-short", "blocker", {"ops": shortened(23.9)}, {"ops": shortened(24)}),
    ("soak-short", "blocker", {"ops": replace(ops(), largest_gap_s=7.5 * 3600)},
     {"ops": replace(ops(), largest_gap_s=7 * 3600)}),
    ("soak-short", "blocker", {"ops": shortened(2)}, {"ops": shortened(2), "policy": without_soak()}),
    ("soak-short", "blocker", {"ops": None, "policy": without_ops_gates()}, {"ops": None}),
    ("soak-runs-missing", "blocker", {"tests": record(runs=runs(3))}, {"tests": record(runs=runs(4))}),
    ("soak-runs-missing", "blocker", {"tests": record(runs=runs(6, timedelta(hours=8)))},
     {"tests": record(runs=runs(6, timedelta(hours=6, minutes=50)))}),
    ("soak-runs-missing", "blocker", {"tests": record(runs=tuple(replace(r, partial=True) for r in runs()))}, {}),
    ("soak-runs-missing", "blocker", {"tests": None}, {"tests": None, "ops": None}),
    ("coverage-files-dropped", "major", {"coverage": coverage(previous_files=134)},
     {"coverage": coverage(previous_files=133)}),
    ("coverage-files-dropped", "major", {"coverage": coverage(previous_files=200)},
     {"coverage": coverage(previous_files=None)}),
    ("flag-dependency-off", "major", {"flags": one_flag(depends_on=("base",))}, {"flags": one_flag()}),
    ("rollout-plan-broken", "minor", {"flags": one_flag(plan=(50.0, 5.0, 100.0))},
     {"flags": one_flag(plan=(5.0, 100.0))}),
    ("rollout-plan-broken", "minor", {"flags": one_flag(plan=(5.0, 50.0))}, {"flags": one_flag()}),
    ("counters-disagree", "minor", {"tests": record(counters_disagree=2)}, {"tests": record(counters_disagree=0)}),
    ("baseline-missing", "minor", {"benchmarks": bench(Series("a", "s", "smaller", (1.0,), ()))},
     {"benchmarks": bench(Series("a", "s", "smaller", (1.0,), (1.0,)))}),
    ("direction-unknown", "minor", {"benchmarks": bench(Series("a", "x", None, (1.0,), (1.0,)))},
     {"benchmarks": bench(Series("daao_cost", "x", None, (1.0,), (1.0,)))}),
    ("ambiguous-tests", "minor", {"tests": record(ambiguous=3)}, {"tests": record(ambiguous=0)}),
    ("skips-in-denominator", "info", {}, {"tests": record(tally=Tally(10, 10, 0, 0, 0))}),
    ("passes-alone", "info", {"tests": record(runs=(*runs(), PARTIAL))}, {"tests": record()}),
    ("passes-alone", "info", {"tests": record(runs=(*runs(), PARTIAL))},
     {"tests": record(runs=(*runs(), replace(PARTIAL, tally=Tally(8, 7, 1, 0, 0))))}),
    ("passes-alone", "info", {"tests": record(runs=(*runs(), PARTIAL))},
     {"tests": record(runs=(*runs(), PARTIAL), tally=Tally(10, 10, 0, 0, 0))}),
    ("cut-off-in-the-past", "info", {"candidate": candidate(as_of=AS_OF)}, {"candidate": candidate()}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "severity", "shows", "twin"), CASES)
def test_findings_and_their_twins(rule, severity, shows, twin):
    found = [f for f in findings(reference(**shows)) if f.rule == rule]
    assert [str(f.severity) for f in found] == [severity]
    assert found[0].text.endswith((".", ")"))
    assert rule not in rules(reference(**twin))


def test_every_rule_has_a_case():
    assert len({case[0] for case in CASES}) == len(RULES)


def test_the_reference_has_no_blocker_and_no_major():
    evidence = reference(tests=record(runs=(*runs(), PARTIAL)), candidate=candidate(as_of=AS_OF))
    severe = [f for f in findings(evidence) if f.severity in (Severity.BLOCKER, Severity.MAJOR)]
    assert severe == []


def test_findings_are_ordered_and_do_not_depend_on_the_order_of_evidence():
    evidence = reference(tests=record(counters_disagree=1), candidate=candidate(subject="x"))
    found = findings(evidence)
    assert [f.severity for f in found] == sorted((f.severity for f in found), key=list(Severity).index)
    assert found == findings(replace(evidence, flags=FlagEvidence(tuple(reversed(flags().flags)), flags().sources)))


def test_nothing_ingested_has_no_finding_but_that_of_its_subject():
    empty = reference(
        tests=None, coverage=None, benchmarks=None, ops=None, flags=None, health=None, environment=None, sources=()
    )
    assert findings(empty) == ()
    assert environment().facts


def test_many_names_are_cut():
    broken = tuple(source(Kind.TESTS, f"r{i}.xml", incomplete=True) for i in range(9))
    text = next(f.text for f in findings(reference(sources=(TESTS, *broken))) if f.rule == "incomplete-report")
    assert "r4.xml and 4 more" in text
