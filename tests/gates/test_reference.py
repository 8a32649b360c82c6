"""All gates together, on the figures of the reference report."""

from dataclasses import fields, replace
from fractions import Fraction

import pytest
from evidence_maker import WARNS, conditions, health, metric, ops, otlp, record, reference, runs, source
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import gates
from dashboard.analysis.findings import findings
from dashboard.model.evaluation import DECISION_ORDER, Decision
from dashboard.model.evidence import CoverageTotals, Evidence, Tally
from dashboard.model.records import Kind
from dashboard.model.verdict import Ruling
from dashboard.policy.readiness import judge
from dashboard.policy.sensitivity import same, variants

PARTS = ("tests", "coverage", "benchmarks", "ops", "flags", "health", "environment")
WITH_OTLP = (*PARTS, "otlp")


def judged(evidence: Evidence, agreed=()):
    return judge(gates.results(evidence), findings(evidence), agreed, evidence.policy)


def rulings(evidence: Evidence) -> dict[str, Ruling]:
    return {r.gate: r.verdict.ruling for r in gates.results(evidence)}


def test_the_reference_is_a_conditional_go_with_39_5_of_43_points():
    ready = judged(reference(), conditions())
    assert (ready.earned_halves, ready.possible_halves) == (79, 86)
    assert ready.score == Fraction(395, 43)
    assert ready.decision is Decision.CONDITIONAL_GO
    assert ready.headline == "CONDITIONAL GO"
    assert (ready.measured, ready.gates) == (18, 18)
    assert [r.gate for r in ready.reasons] == list(WARNS)
    assert judged(reference()).headline == "CONDITIONAL GO, 4 conditions missing"


def test_its_decision_does_not_hang_on_the_weights():
    evidence = reference()
    results = gates.results(evidence)
    found = variants(results, findings(evidence), conditions(), evidence.policy)
    assert same(found, Decision.CONDITIONAL_GO) == len(found) == 47


def test_without_operational_samples_it_is_no_go():
    ready = judged(reference(ops=None), conditions())
    assert (ready.earned_halves, ready.decision) == (61, Decision.NO_GO)
    missing = [r.gate for r in ready.reasons if r.code == "EVIDENCE_MISSING"]
    assert missing == ["ops.error_rate", "ops.p95", "ops.p99"]
    assert ready.measured == 15


def test_no_evidence_at_all_measures_nothing():
    ready = judged(reference(**dict.fromkeys(PARTS), sources=()))
    assert (ready.score, ready.measured, ready.decision) == (0, 0, Decision.NO_GO)


def test_every_gate_says_what_it_asks():
    for gate in gates.all_gates().values():
        for word in ("Asks:", "Passes:", "Unknown:", "Remedy:"):
            assert f"{word} " in gate.doc, (gate.id, word)


def test_every_verdict_says_why_and_what_would_turn_it():
    given = (reference(), reference(otlp=otlp(orphan_spans=1)), reference(**dict.fromkeys(PARTS), otlp_owed=True))
    for evidence in given:
        for result in gates.results(evidence):
            assert result.verdict.because.endswith(".")
            assert (result.verdict.turn is None) is (result.verdict.ruling is Ruling.PASS)
            assert (result.verdict.observed is None) is not result.measured
            assert result.verdict.evidence or not result.measured


def test_an_incomplete_source_is_invalid_wherever_it_is_used():
    evidence = reference()
    for part in PARTS:
        broken = tuple(replace(s, incomplete=True) for s in getattr(evidence, part).sources)
        changed = replace(evidence, **{part: replace(getattr(evidence, part), sources=broken)})
        before, after = rulings(evidence), rulings(changed)
        turned = {gate for gate in before if before[gate] is not after[gate]}
        assert turned and {after[gate] for gate in turned} == {Ruling.INVALID}, part


def test_same_inputs_same_results():
    assert gates.results(reference()) == gates.results(reference())


EXPORTS = (otlp(), otlp(metric_names=2), otlp(orphan_spans=9), otlp(orphan_spans=None), otlp(spans=0, traces=0))


@given(st.sets(st.sampled_from(WITH_OTLP)), st.sets(st.sampled_from(WITH_OTLP)), st.sampled_from(EXPORTS))
@settings(max_examples=60)
def test_removing_evidence_never_improves(first, more, export):
    """OTLP that was brought once is owed, as the store has it; of a branch that never brought any nothing is asked."""
    whole = reference(otlp=export, otlp_owed=True)
    before = judged(replace(whole, **dict.fromkeys(first)), conditions())
    after = judged(replace(whole, **dict.fromkeys(first | more)), conditions())
    assert after.score <= before.score
    assert DECISION_ORDER.index(after.decision) >= DECISION_ORDER.index(before.decision)


def test_good_telemetry_leaves_the_reference_as_it_is():
    ready = judged(reference(otlp=otlp(), otlp_owed=True), conditions())
    assert (ready.earned_halves, ready.possible_halves, ready.decision) == (79, 86, Decision.CONDITIONAL_GO)


def failing() -> dict[str, Evidence]:
    """Evidence in which one part fails its gate: to leave it out must not look better than to hand it in."""
    base = reference()
    assert base.coverage and base.benchmarks and base.flags and base.environment
    slow = tuple(replace(series, values=(9.0,)) for series in base.benchmarks.series)
    half = tuple(flag._replace(served_max_pct=50.0) for flag in base.flags.flags)
    gone = tuple(fact._replace(observed=None) for fact in base.environment.facts)
    return {
        "tests": replace(base, tests=record(tally=Tally(1044, 500, 544, 0, 0))),
        "coverage": replace(base, coverage=replace(base.coverage, total=CoverageTotals(100, 10, 0, 0, 120))),
        "benchmarks": replace(base, benchmarks=replace(base.benchmarks, series=slow)),
        "ops": replace(base, ops=ops(errors=[9000.0] * 97)),
        "flags": replace(base, flags=replace(base.flags, flags=half)),
        "health": replace(base, health=health("fail")),
        "environment": replace(base, environment=replace(base.environment, facts=gone)),
    }


@pytest.mark.parametrize("part", PARTS)
def test_hiding_a_failing_report_never_helps(part):
    evidence = failing()[part]
    shown, hidden = judged(evidence, conditions()), judged(replace(evidence, **{part: None}), conditions())
    assert shown.decision is Decision.NO_GO
    assert hidden.decision is Decision.NO_GO
    assert hidden.score <= shown.score


@given(
    st.integers(0, 1044), st.integers(0, 40), st.integers(0, 20_000), st.integers(0, 8_000), st.integers(0, 9_000),
    st.floats(0.001, 2), st.integers(0, 5), st.data(),
)  # fmt: skip
@settings(max_examples=80)
def test_a_worse_measure_never_improves(passed, flaky, lines, infra, errors, p95, sick, data):
    def build(passed, flaky, lines, infra, errors, p95, sick) -> Evidence:
        base = reference()
        assert base.coverage
        components = dict(base.coverage.components) | {"infrastructure": CoverageTotals(8_000, infra, 0, 0, 40)}
        return replace(
            base,
            tests=record(tally=Tally(1044, passed, 1044 - passed, 0, 0), flaky=flaky),
            coverage=replace(base.coverage, total=CoverageTotals(20_000, lines, 0, 0, 120), components=components),
            ops=ops(errors=[float(errors)] * 97, latency_p95=[p95] * 97),
            health=health(*(["fail"] * sick + ["pass"] * (5 - sick))),
        )

    values = [passed, flaky, lines, infra, errors, p95, sick]
    # which way is worse, and how far it can go
    ends = [0, 60, 0, 0, 10_000, 5.0, 5]
    index = data.draw(st.integers(0, 6))
    worse = list(values)
    low, high = sorted((values[index], ends[index]))
    worse[index] = data.draw(st.floats(low, high) if index == 5 else st.integers(int(low), int(high)))
    before, after = judged(build(*values), conditions()), judged(build(*worse), conditions())
    assert after.score <= before.score
    assert DECISION_ORDER.index(after.decision) >= DECISION_ORDER.index(before.decision)


def test_order_of_evidence_does_not_matter():
    evidence = reference()
    assert evidence.benchmarks and evidence.flags
    turned = replace(
        evidence,
        sources=tuple(reversed(evidence.sources)),
        tests=record(runs=tuple(reversed(runs()))),
        benchmarks=replace(evidence.benchmarks, series=tuple(reversed(evidence.benchmarks.series))),
        flags=replace(evidence.flags, flags=tuple(reversed(evidence.flags.flags))),
    )
    assert rulings(turned) == rulings(evidence)
    assert judged(turned, conditions()).score == judged(evidence, conditions()).score


def test_the_maker_covers_every_part():
    named = {f.name for f in fields(Evidence)} - {"candidate", "policy", "as_of", "sources", "without"}
    beside = {"otlp_owed", "readings", "new_failures", "patch", "waivers", "acceptances", "promises", "muted"}
    assert named - beside == set(WITH_OTLP)
    assert metric("x", "s", [1.0]).values == (1.0,)
    assert source(Kind.OTLP, "x").kind is Kind.OTLP
