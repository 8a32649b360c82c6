"""Findings, each beside its twin that must not fire."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from evidence_maker import (
    AS_OF,
    COVERAGE,
    START,
    SUBJECT,
    TESTS,
    benchmarks,
    candidate,
    condition,
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
from evidence_maker import conditions as agreed

from dashboard import gates
from dashboard.analysis.findings import PROMISE_RULES, RULES, accepted, findings
from dashboard.analysis.findings.persons import signer_involved
from dashboard.model.evaluation import Severity
from dashboard.model.evidence import FlagEvidence, Muted, Series, SuiteRun, Tally
from dashboard.model.policy import ExpectedReport, Trigger, TriggerAction, TriggerMode
from dashboard.model.records import Kind
from dashboard.model.waiver import Acceptance


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


def not_key(gate: str):
    held = policy()
    return replace(held, rules={**held.rules, gate: replace(held.rules[gate], key=False)}, triggers=())


def triggered(metric: str, *, asked: bool = True):
    held = policy()
    rules = held.rules if asked else {}
    return replace(held, rules=rules, triggers=(trigger(metric, 1, "%"),), soak={})


def trigger(metric: str, threshold: int, unit: str) -> Trigger:
    minutes = timedelta(minutes=5)
    hold, rollback = TriggerAction.HOLD, TriggerAction.ROLLBACK
    return Trigger(
        metric, metric, ">", Fraction(threshold), unit, TriggerMode.SUSTAINED, minutes, timedelta(minutes=1), 1,
        timedelta(minutes=2), hold, rollback,
    )  # fmt: skip


def rolled_back():
    found = (trigger("error_rate", 1, "%"), trigger("latency_p95", 500, "ms"), trigger("latency_p99", 1000, "ms"))
    return replace(policy(), triggers=found)


def without_series(name: str):
    held = ops()
    return replace(held, series={known: series for known, series in held.series.items() if known != name})


def counted_series():
    held = without_series("requests")
    return replace(held, series={n: replace(s, counts=(100,) * len(s.values)) for n, s in held.series.items()})


def by_category(**tallies: Tally):
    return record(tally=Tally(50, 48, 2, 0, 0), categories=tallies)


def timed(name: str, length: float) -> Series:
    return Series(name, "s", "smaller", (length,), (length,))


def said(text: str):
    return (*agreed(), condition("tests.flaky", text=text))


PARTIAL = SuiteRun("alone", AS_OF, Tally(8, 8, 0, 0, 0), partial=True, flaky=0)
NO_TESTS = Tally()
WHAT_RAN = source(Kind.COVERAGE, ".coverage", incomplete=True)

# rule, severity, evidence that shows it, its twin that must not
CASES = [
    ("no-subject-digest", "blocker", {"candidate": candidate(subject="Phase 4 Deployment")}, {}),
    (
        "no-subject-digest",
        "blocker",
        {"candidate": candidate(subject="abcdef")},
        {"candidate": candidate(subject="abcdef0")},
    ),
    (
        "no-subject-digest",
        "blocker",
        {"candidate": candidate(subject="v1.2.3")},
        {"candidate": candidate(subject="sha256:" + "0a" * 32)},
    ),
    ("zero-tests", "blocker", {"tests": record(tally=NO_TESTS)}, {}),
    ("zero-tests", "blocker", {"tests": None}, {"tests": None, "sources": ()}),
    ("incomplete-report", "blocker", {"sources": (replace(COVERAGE, incomplete=True),)}, {"sources": (COVERAGE,)}),
    (
        "incomplete-report",
        "blocker",
        {"sources": (COVERAGE, WHAT_RAN)},
        {"sources": (COVERAGE, WHAT_RAN), "coverage": coverage(passed_over=(WHAT_RAN,))},
    ),
    ("expected-report-missing", "blocker", {"policy": expecting("*.xml", 2)}, {"policy": expecting("*.xml", 1)}),
    ("records-dropped", "major", {"readings": (reading(TESTS, dropped=1),)}, {"readings": (reading(TESTS),)}),
    ("records-repaired", "minor", {"readings": (reading(TESTS, repaired=1),)}, {"readings": (reading(TESTS),)}),
    ("soak-short", "blocker", {"ops": shortened(23.9)}, {"ops": shortened(24)}),
    (
        "soak-short",
        "blocker",
        {"ops": replace(ops(), largest_gap_s=7.5 * 3600)},
        {"ops": replace(ops(), largest_gap_s=7 * 3600)},
    ),
    ("soak-short", "blocker", {"ops": shortened(2)}, {"ops": shortened(2), "policy": without_soak()}),
    ("soak-short", "blocker", {"ops": None, "policy": without_ops_gates()}, {"ops": None}),
    ("soak-runs-missing", "blocker", {"tests": record(runs=runs(3))}, {"tests": record(runs=runs(4))}),
    (
        "soak-runs-missing",
        "blocker",
        {"tests": record(runs=runs(6, timedelta(hours=8)))},
        {"tests": record(runs=runs(6, timedelta(hours=6, minutes=50)))},
    ),
    ("soak-runs-missing", "blocker", {"tests": record(runs=tuple(replace(r, partial=True) for r in runs()))}, {}),
    ("soak-runs-missing", "blocker", {"tests": None}, {"tests": None, "ops": None}),
    (
        "coverage-files-dropped",
        "major",
        {"coverage": coverage(previous_files=134)},
        {"coverage": coverage(previous_files=133)},
    ),
    (
        "coverage-files-dropped",
        "major",
        {"coverage": coverage(previous_files=200)},
        {"coverage": coverage(previous_files=None)},
    ),
    ("flag-dependency-off", "major", {"flags": one_flag(depends_on=("base",))}, {"flags": one_flag()}),
    (
        "rollout-plan-broken",
        "minor",
        {"flags": one_flag(plan=(50.0, 5.0, 100.0))},
        {"flags": one_flag(plan=(5.0, 100.0))},
    ),
    ("rollout-plan-broken", "minor", {"flags": one_flag(plan=(5.0, 50.0))}, {"flags": one_flag()}),
    ("counters-disagree", "minor", {"tests": record(counters_disagree=2)}, {"tests": record(counters_disagree=0)}),
    (
        "baseline-missing",
        "minor",
        {"benchmarks": bench(Series("a", "s", "smaller", (1.0,), ()))},
        {"benchmarks": bench(Series("a", "s", "smaller", (1.0,), (1.0,)))},
    ),
    (
        "direction-unknown",
        "minor",
        {"benchmarks": bench(Series("a", "x", None, (1.0,), (1.0,)))},
        {"benchmarks": bench(Series("daao_cost", "x", None, (1.0,), (1.0,)))},
    ),
    ("tests-muted", "major", {"muted": (Muted("a.b", "ada", "T-1", START, AS_OF),)}, {"muted": ()}),
    ("ambiguous-tests", "minor", {"tests": record(ambiguous=3)}, {"tests": record(ambiguous=0)}),
    ("skips-in-denominator", "info", {}, {"tests": record(tally=Tally(10, 10, 0, 0, 0))}),
    ("passes-alone", "info", {"tests": record(runs=(*runs(), PARTIAL))}, {"tests": record()}),
    (
        "passes-alone",
        "info",
        {"tests": record(runs=(*runs(), PARTIAL))},
        {"tests": record(runs=(*runs(), replace(PARTIAL, tally=Tally(8, 7, 1, 0, 0))))},
    ),
    (
        "passes-alone",
        "info",
        {"tests": record(runs=(*runs(), PARTIAL))},
        {"tests": record(runs=(*runs(), PARTIAL), tally=Tally(10, 10, 0, 0, 0))},
    ),
    ("cut-off-in-the-past", "info", {"candidate": candidate(as_of=AS_OF)}, {"candidate": candidate()}),
    (
        "target-without-samples",
        "blocker",
        {"policy": not_key("ops.p95"), "ops": without_series("latency_p95")},
        {"policy": not_key("ops.p95")},
    ),
    ("target-without-samples", "blocker", {"policy": not_key("ops.p95"), "ops": None}, {"ops": None}),
    ("target-without-samples", "blocker", {"policy": triggered("queue_length")}, {"policy": triggered("latency_p95")}),
    (
        "target-without-samples",
        "blocker",
        {"policy": triggered("queue_length"), "ops": ops(queue_length=[None, None])},
        {"policy": triggered("queue_length"), "ops": ops(queue_length=[None, 3.0])},
    ),
    ("target-without-samples", "blocker", {"policy": triggered("queue_length")}, {"policy": triggered("error_rate")}),
    (
        "target-without-samples",
        "blocker",
        {"policy": triggered("health", asked=False), "health": None},
        {"policy": triggered("health", asked=False)},
    ),
    (
        "measured-elsewhere",
        "major",
        {"readings": (reading(COVERAGE, commit="ab" * 20),)},
        {"readings": (reading(COVERAGE, commit=SUBJECT),)},
    ),
    (
        "measured-elsewhere",
        "major",
        {"readings": (reading(COVERAGE, commit="ab" * 20),)},
        {"readings": (reading(COVERAGE, commit=SUBJECT[:9].upper()),)},
    ),
    (
        "measured-elsewhere",
        "major",
        {"readings": (reading(COVERAGE, commit="ab" * 20),)},
        {"readings": (reading(COVERAGE, commit="unversioned"),)},
    ),
    (
        "measured-elsewhere",
        "major",
        {"readings": (reading(COVERAGE, commit="ab" * 20),)},
        {"readings": (reading(COVERAGE, commit="ab" * 20),), "candidate": candidate(subject="sha256:" + "ab" * 32)},
    ),
    (
        "categories-do-not-add-up",
        "major",
        {"tests": by_category(security=Tally(30, 30), e2e=Tally(30, 30))},
        {"tests": by_category(security=Tally(20, 20), e2e=Tally(30, 30))},
    ),
    (
        "categories-do-not-add-up",
        "major",
        {"tests": by_category(security=Tally(9, 8, 1), e2e=Tally(9, 7, 2))},
        {"tests": by_category(security=Tally(9, 8, 1), e2e=Tally(9, 9))},
    ),
    (
        "passes-hide-failures",
        "major",
        {"tests": record(retried={"performance": 1})},
        {"tests": record(retried={"performance": 0})},
    ),
    (
        "enabled-serves-nobody",
        "major",
        {"flags": one_flag(enabled=True, served_min_pct=0.0, served_max_pct=0.0)},
        {"flags": FlagEvidence((flag("top", None, 0.0, plan=(5.0, 100.0)), flag("low", None, 0.0, enabled=False)), ())},
    ),
    (
        "enabled-serves-nobody",
        "major",
        {"flags": one_flag(served_min_pct=0.0, served_max_pct=0.0)},
        {"flags": FlagEvidence((flag("top", None, 0.5), flag("unsaid", None, None)), ())},
    ),
    (
        "parts-exceed-whole",
        "major",
        {"benchmarks": bench(timed("all", 2.0), timed("all/a", 1.5), timed("all/b", 0.6))},
        {"benchmarks": bench(timed("all", 2.0), timed("all/a", 1.5), timed("all/b", 0.5), timed("all/a/x", 0.9))},
    ),
    (
        "parts-exceed-whole",
        "major",
        {"benchmarks": bench(timed("all", 1.0), timed("all/a", 1.1))},
        {
            "benchmarks": bench(
                timed("all", 1.0), timed("allover", 9.0), Series("all/n", "B", "smaller", (5.0,), (5.0,))
            )
        },
    ),
    (
        "unit-missing",
        "minor",
        {"benchmarks": bench(Series("a", "", "smaller", (1.0,), (1.0,)))},
        {"benchmarks": bench(timed("a", 1.0))},
    ),
    ("coverage-paths-unmapped", "minor", {"coverage": coverage(unmapped=("a.py",))}, {}),
    ("coverage-paths-ambiguous", "minor", {"coverage": coverage(ambiguous=("a.py", "b.py"))}, {}),
    ("sample-count-missing", "minor", {"ops": without_series("requests")}, {}),
    ("sample-count-missing", "minor", {"ops": without_series("requests")}, {"ops": counted_series()}),
]

# the same over what was promised: conditions that show it, conditions that must not
PROMISES = [
    ("warning-without-condition", agreed()[1:], agreed()),
    ("warning-without-condition", (), agreed()),
    ("condition-incomplete", (*agreed(), condition("tests.flaky", owner=" ")), agreed()),
    ("condition-incomplete", (*agreed(), condition("tests.flaky", verification="")), agreed()),
    ("conditions-triggers-disagree", said("Roll back when error rate > 2 %"), said("Roll back when error rate > 1 %")),
    ("conditions-triggers-disagree", said("Auto-rollback on P95 > 0.4s"), said("Auto-rollback on P95 latency > 0.5 s")),
    ("conditions-triggers-disagree", said("Rollback on P99 > 500 ms"), said("Keep P99 < 300 ms")),
    ("conditions-triggers-disagree", said("Rollback on pass rate < 95 %"), said("Watch the pass rate >= 95 %")),
]

# who signed: with what they also did, and without
SIGNERS = [
    ({"uploaders": ("cora",)}, {"uploaders": ("ada",)}),
    ({"deployers": ("CORA",)}, {"deployers": ()}),
    ({"policy_editors": ("cora", "ada")}, {"policy_editors": ("ada",)}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "severity", "shows", "twin"), CASES)
def test_findings_and_their_twins(rule, severity, shows, twin):
    found = [f for f in findings(reference(**shows)) if f.rule == rule]
    assert [str(f.severity) for f in found] == [severity]
    assert found[0].text.endswith((".", ")"))
    assert rule not in rules(reference(**twin))


def test_every_rule_has_a_case():
    # a rule without a pair here, and a pair without a rule, both fail
    assert len({case[0] for case in CASES}) == len(RULES)
    assert len({case[0] for case in PROMISES}) == len(PROMISE_RULES)


def promised(conditions):
    evidence = reference(policy=rolled_back())
    return [f for f in findings(evidence, gates.results(evidence), conditions) if f.rule in {p[0] for p in PROMISES}]


@pytest.mark.parametrize(("rule", "shows", "twin"), PROMISES)
def test_findings_about_promises_and_their_twins(rule, shows, twin):
    assert [(f.rule, f.severity) for f in promised(shows)] == [(rule, Severity.MAJOR)]
    assert promised(twin) == []


@pytest.mark.parametrize(("shows", "twin"), SIGNERS)
def test_who_signed(shows, twin):
    assert [(f.rule, f.severity) for f in signer_involved(["Cora"], **shows)] == [("signer-involved", Severity.BLOCKER)]
    assert list(signer_involved(["Cora"], **twin)) == []


def test_a_finding_that_says_something_else_has_another_digest():
    first = next(iter(findings(reference(tests=record(counters_disagree=1)))))
    assert replace(first, text=f"{first.text} ").digest != first.digest
    assert replace(first, evidence=(COVERAGE,)).digest != first.digest
    assert replace(first, evidence=tuple(reversed((TESTS, COVERAGE)))).digest == (
        replace(first, evidence=(TESTS, COVERAGE)).digest
    )


def test_an_acceptance_speaks_of_one_finding_and_never_of_a_blocker():
    found = findings(reference(candidate=candidate(subject="x"), tests=record(counters_disagree=1)))
    acceptances = [Acceptance(1, f.rule, f.digest, "cora", "Cora", "auditor", "known", AS_OF, "0" * 64) for f in found]
    after = accepted(found, acceptances)
    assert [f.rule for f in after if f.accepted is None] == ["no-subject-digest"]
    assert [f.digest for f in after] == [f.digest for f in found]
    other = accepted(findings(reference(tests=record(counters_disagree=2))), acceptances)
    assert {f.rule for f in other if f.accepted} == {"baseline-missing", "skips-in-denominator"}


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
