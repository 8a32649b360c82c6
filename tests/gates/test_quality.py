"""Gates over coverage, benchmarks, cost, flags and the environment."""

from dataclasses import replace

import pytest
from evidence_maker import (
    BENCHMARKS,
    ENVIRONMENT,
    FLAGS,
    benchmarks,
    coverage,
    environment,
    flag,
    flags,
    policy,
    reference,
)

from dashboard import gates
from dashboard.model.evidence import (
    BenchmarkEvidence,
    CoverageTotals,
    EnvironmentEvidence,
    Evidence,
    FlagEvidence,
    Series,
)
from dashboard.model.policy import Component
from dashboard.model.records import EnvironmentFact
from dashboard.model.verdict import Ruling, Verdict

NOISE = (1.00, 1.01, 0.99, 1.02, 0.98, 1.00, 1.01, 0.99)


def verdict(gate: str, evidence: Evidence) -> Verdict:
    return gates.all_gates()[gate].judge(evidence, evidence.policy.rules[gate])


def lines(hit: int, total: int) -> CoverageTotals:
    return CoverageTotals(total, hit, 0, 0, 10)


@pytest.mark.parametrize(
    ("hit", "total", "ruling"),
    [
        (80, 100, Ruling.PASS),
        (79, 100, Ruling.WARN),
        (60, 100, Ruling.WARN),
        (59, 100, Ruling.FAIL),
        (79_999, 100_000, Ruling.WARN),
        (0, 0, Ruling.MISSING),
    ],
)
def test_coverage_total(hit, total, ruling):
    assert verdict("coverage.total", reference(coverage=coverage(total=lines(hit, total)))).ruling is ruling


def test_coverage_total_says_what_would_turn_it():
    found = verdict("coverage.total", reference())
    assert (found.observed, found.turn) == ("67.00", "2,600 more covered lines for >= 80 %.")
    branches = coverage(total=CoverageTotals(100, 80, 40, 10, 3))
    assert "of the branches 25.00 % (10 of 40)" in verdict("coverage.total", reference(coverage=branches)).because
    assert verdict("coverage.total", reference(coverage=None)).ruling is Ruling.MISSING


@pytest.mark.parametrize(
    ("hit", "total", "ruling"),
    [(850, 1000, Ruling.PASS), (849, 1000, Ruling.WARN), (750, 1000, Ruling.WARN), (749, 1000, Ruling.FAIL),
     (0, 0, Ruling.MISSING)],
)  # fmt: skip
def test_coverage_component(hit, total, ruling):
    held = coverage(components={"infrastructure": lines(hit, total)}, component_range={})
    assert verdict("coverage.component", reference(coverage=held)).ruling is ruling


def test_coverage_component_takes_the_worst_of_those_with_a_floor():
    parts = (
        Component("core", ("core/*",), policy().components[0].floor_pct),
        Component("edge", ("edge/*",), policy().components[0].floor_pct),
        Component("agents", ("agents/*",), None),
    )
    held = reference(
        coverage=coverage(components={"core": lines(90, 100), "edge": lines(80, 100), "agents": lines(1, 99)})
    )
    found = verdict("coverage.component", replace(held, policy=replace(held.policy, components=parts)))
    assert (found.ruling, found.observed, found.required) == (Ruling.WARN, "80.00", ">= 85 %, warn >= 75 %")
    assert found.turn == "5 more covered lines in edge for 85 %."
    unmeasured = reference(coverage=coverage(components={"core": lines(90, 100)}))
    found = verdict("coverage.component", replace(unmeasured, policy=replace(held.policy, components=parts)))
    assert found.ruling is Ruling.MISSING and "edge" in found.because
    none = replace(held, policy=replace(held.policy, components=parts[2:]))
    assert verdict("coverage.component", none).ruling is Ruling.MISSING


def bench(*series: Series, label: str | None = "v1") -> Evidence:
    return reference(benchmarks=BenchmarkEvidence(series, label, (BENCHMARKS,)))


def timed(name: str, values, baseline) -> Series:
    return Series(name, "s", "smaller", tuple(values), tuple(baseline))


PERFORMANCE = [
    ([timed("total", [0.9], [1.0])], Ruling.PASS),
    ([timed("total", [1.0], [1.0])], Ruling.PASS),
    ([timed("total", [1.001], [1.0])], Ruling.WARN),
    ([timed("total", [1.1], [1.0])], Ruling.WARN),
    ([timed("total", [1.1001], [1.0])], Ruling.FAIL),  # however few the runs
    ([timed("total", [0.9], [1.0]), timed("part", [1.5], [1.0])], Ruling.WARN),  # slower, but noise cannot be told
    ([timed("total", [0.9], [1.0]), timed("part", [1.05], [1.0])], Ruling.PASS),
    ([timed("total", [0.9], [1.0]), timed("part", [1.5], NOISE)], Ruling.WARN),  # suspected, not confirmed
    ([timed("total", [0.9], [1.0]), timed("part", [1.5, 1.5], NOISE)], Ruling.FAIL),
    ([timed("total", [0.9], [1.0]), timed("part", [1.5, 1.5], NOISE[:6])], Ruling.WARN),  # advisory
    (
        [timed("total", [0.9], [1.0]), timed("cost_part", [9.0, 9.0], NOISE)],
        Ruling.PASS,
    ),  # the gate of the cost judges it
    ([timed("total", [0.9], [1.0]), Series("odd", "x", None, (9.0, 9.0), NOISE)], Ruling.PASS),  # never gates
    ([timed("a", [0.5], [1.0]), timed("b", [1.5], [1.0])], Ruling.WARN),  # mean of the ratios 0.866, b is slower
    ([timed("total", [1.0], [])], Ruling.MISSING),
    ([Series("total", "x", None, (1.0,), (1.0,))], Ruling.MISSING),
    ([], Ruling.MISSING),
]


@pytest.mark.parametrize(("series", "ruling"), PERFORMANCE)
def test_performance(series, ruling):
    assert verdict("perf.regression", bench(*series)).ruling is ruling


def test_performance_names_what_it_judged_and_what_not():
    found = verdict("perf.regression", reference())
    assert (found.observed, found.fraction) == ("-46.32", "131.57 ms against 245.11 ms")
    assert "46.32 % faster than phase-3" in found.because
    assert "not judged, without baseline or direction: memory_overhead" in found.because
    slow = verdict("perf.regression", bench(timed("total", [0.9], [1.0]), timed("part", [1.5, 1.5], NOISE)))
    assert (
        "confirmed regression: part (50.00 % slower)" in slow.because and slow.turn is not None and "part" in slow.turn
    )
    memory = verdict("perf.regression", bench(Series("total", "B", "smaller", (2.0,), (1.0,)), label=None))
    assert "100.00 % worse than its baseline" in memory.because
    assert verdict("perf.regression", reference(benchmarks=None)).ruling is Ruling.MISSING


COSTS = [
    ([0.052], [0.1], Ruling.PASS, "52"),
    ([0.1], [0.1], Ruling.PASS, "100"),
    ([0.11], [0.1], Ruling.WARN, "110"),
    ([0.1101], [0.1], Ruling.FAIL, "110.10"),
    ([0.1], [], Ruling.MISSING, None),
    ([0.1], [0.0], Ruling.INVALID, None),
    ([-0.1], [0.1], Ruling.INVALID, None),
]


@pytest.mark.parametrize(("values", "baseline", "ruling", "shown"), COSTS)
def test_cost(values, baseline, ruling, shown):
    for direction in ("smaller", None):
        found = verdict("cost", bench(Series("DAAO_Cost", "USD", direction, tuple(values), tuple(baseline))))
        assert (found.ruling, found.observed) == (ruling, shown)


def test_cost_of_several_is_the_one_that_grew_most_and_no_saving_is_a_cost():
    a, b = (Series(f"cost_{n}", "USD", "smaller", (v,), (1.0,)) for n, v in (("a", 0.5), ("b", 1.05)))
    assert verdict("cost", bench(a, b)).observed == "105"
    assert verdict("cost", bench(a, replace(b, baseline=()))).ruling is Ruling.MISSING
    saved = Series("cost_saved", "%", "larger", (48.0,), (40.0,))
    assert verdict("cost", bench(saved)).ruling is Ruling.INVALID
    assert verdict("cost", bench(timed("total", [1.0], [1.0]))).ruling is Ruling.MISSING
    assert verdict("cost", reference(benchmarks=None)).ruling is Ruling.MISSING


def held(*given) -> Evidence:
    return reference(flags=FlagEvidence(given, (FLAGS,)))


EXPECTED = [
    ([flag("a", "critical", 100.0)], Ruling.PASS),
    ([flag("a", "Critical", 100.0)], Ruling.PASS),
    ([flag("a", "critical", 99.0)], Ruling.FAIL),
    ([flag("a", "critical", 0.0)], Ruling.FAIL),  # enabled is not served
    ([flag("a", "critical", None)], Ruling.FAIL),
    ([flag("a", "critical", 100.0, served_min_pct=0.0)], Ruling.FAIL),  # targeting decides
    ([flag("a", "safety", 0.0)], Ruling.PASS),
    ([flag("a", "safety", 1.0)], Ruling.FAIL),
    ([flag("a", "safety", 100.0, served_min_pct=0.0)], Ruling.FAIL),
    ([flag("a", "experimental", 37.0)], Ruling.PASS),
    ([flag("a", "experimental", 137.0)], Ruling.FAIL),
    ([flag("a", "experimental", 10.0, served_min_pct=50.0)], Ruling.FAIL),
    ([flag("a", "experimental", 37.0, depends_on=("b",)), flag("b", "experimental", 0.0)], Ruling.FAIL),
    ([flag("a", "experimental", 37.0, depends_on=("b",)), flag("b", "experimental", 1.0)], Ruling.PASS),
    ([flag("a", "experimental", 0.0, depends_on=("b",)), flag("b", "experimental", 0.0)], Ruling.PASS),
    ([flag("a", "experimental", 37.0), flag("z", "colour", 5.0)], Ruling.PASS),
    ([flag("a", "experimental", 37.0), flag("z", "colour", 105.0)], Ruling.FAIL),
    ([flag("z", "colour", 5.0)], Ruling.MISSING),
    ([flag("z", None, 5.0)], Ruling.MISSING),
    ([], Ruling.MISSING),
]


@pytest.mark.parametrize(("given", "ruling"), EXPECTED)
def test_flags_valid(given, ruling):
    assert verdict("flags.valid", held(*given)).ruling is ruling


def test_flags_valid_by_environment():
    evidence = held(flag("a", "experimental", 37.0))
    expectations = {"*": {"experimental": "any"}, "staging": {"experimental": "off"}}
    evidence = replace(evidence, policy=replace(evidence.policy, flag_expectations=expectations))
    assert verdict("flags.valid", evidence).ruling is Ruling.FAIL
    elsewhere = replace(evidence, candidate=replace(evidence.candidate, environment="production"))
    assert verdict("flags.valid", elsewhere).ruling is Ruling.PASS


def test_flags_valid_names_offenders_and_what_was_not_judged():
    found = verdict(
        "flags.valid", held(flag("a", "critical", 5.0), flag("b", "critical", 100.0), flag("z", "colour", 5.0))
    )
    assert found.fraction == "1 of 2"
    assert "a serves 5 % instead of everybody" in found.because
    assert "1 flag of other categories not judged: z" in found.because
    assert verdict("flags.valid", reference(flags=None)).ruling is Ruling.MISSING


PLAN = (5.0, 100.0)
STAGED = [
    ([flag("a", None, 100.0)], Ruling.PASS),
    ([flag("a", None, 0.0, enabled=False)], Ruling.PASS),
    ([flag("a", None, 0.0, plan=PLAN)], Ruling.WARN),
    ([flag("a", None, 0.0)], Ruling.FAIL),
    ([flag("a", None, 0.0, plan=PLAN), flag("b", None, 50.0)], Ruling.FAIL),
    ([flag("a", None, 0.0, plan=(5.0, 50.0))], Ruling.FAIL),
    ([flag("a", None, None)], Ruling.MISSING),
    ([], Ruling.MISSING),
]


@pytest.mark.parametrize(("given", "ruling"), STAGED)
def test_flags_staged(given, ruling):
    assert verdict("flags.staged", held(*given)).ruling is ruling


def test_flags_staged_of_the_reference_are_two_of_fifteen():
    found = verdict("flags.staged", reference(flags=flags()))
    assert (found.fraction, found.ruling) == ("2 of 15", Ruling.WARN)
    assert "without a rollout plan to 100 %: a." in verdict("flags.staged", held(flag("a", None, 3.0))).because
    assert verdict("flags.staged", reference(flags=None)).ruling is Ruling.MISSING


def facts(*given: EnvironmentFact) -> Evidence:
    return reference(environment=EnvironmentEvidence(given, (ENVIRONMENT,)))


FILES = [
    ([("a", "present", "present")], Ruling.PASS, "1 of 1"),
    ([("a", "present", "present"), ("b", None, "present")], Ruling.FAIL, "1 of 2"),
    ([("a", "abc", "abc")], Ruling.PASS, "1 of 1"),
    ([("a", "abd", "abc")], Ruling.FAIL, "0 of 1"),
    ([("a", "present", None)], Ruling.MISSING, None),
    ([], Ruling.MISSING, None),
]


@pytest.mark.parametrize(("given", "ruling", "fraction"), FILES)
def test_config_files(given, ruling, fraction):
    found = verdict("config.files", facts(*(EnvironmentFact("file", *row) for row in given)))
    assert (found.ruling, found.fraction) == (ruling, fraction)


LOCKS = [
    ([("runtime", "python", "3.12.3", "3.12.3")], Ruling.PASS, "1 of 1"),
    ([("runtime", "python", "3.12.4", "3.12.3")], Ruling.FAIL, "0 of 1"),
    ([("dependency", "x", None, "1")], Ruling.FAIL, "0 of 1"),
    ([("dependency", "x", "1", "1"), ("dependency", "y", "2", None)], Ruling.PASS, "1 of 1"),
    ([("dependency", "y", "2", None)], Ruling.MISSING, None),
    ([("file", "a", "present", "present")], Ruling.MISSING, None),
]


@pytest.mark.parametrize(("given", "ruling", "fraction"), LOCKS)
def test_runtime_environment(given, ruling, fraction):
    found = verdict("runtime.environment", facts(*(EnvironmentFact(*row) for row in given)))
    assert (found.ruling, found.fraction) == (ruling, fraction)


def test_the_environment_says_what_differs():
    found = verdict("runtime.environment", facts(EnvironmentFact("dependency", "x", None, "1.0")))
    assert "x is absent instead of 1.0" in found.because
    beside = facts(
        EnvironmentFact("runtime", "python", "3.12.3", "3.12.3"), EnvironmentFact("dependency", "y", "2", None)
    )
    assert "1 not in the lock: y" in verdict("runtime.environment", beside).because
    for gate in ("config.files", "runtime.environment"):
        assert verdict(gate, reference(environment=None)).ruling is Ruling.MISSING
        assert verdict(gate, reference(environment=environment())).ruling is Ruling.PASS


def test_benchmarks_of_the_reference_are_enough_for_both_gates():
    assert {verdict(g, reference(benchmarks=benchmarks())).ruling for g in ("perf.regression", "cost")} == {Ruling.PASS}
