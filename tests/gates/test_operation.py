"""Gates over health documents and operational samples."""

from dataclasses import replace
from datetime import timedelta

import pytest
from evidence_maker import AS_OF, HEALTH, START, health, metric, ops, reference

from dashboard import gates
from dashboard.model.evidence import Evidence, HealthEvidence, OpsEvidence
from dashboard.model.verdict import Ruling, Verdict

N = 97


def verdict(gate: str, evidence: Evidence) -> Verdict:
    return gates.all_gates()[gate].judge(evidence, evidence.policy.rules[gate])


def with_option(evidence: Evidence, gate: str, **options: str) -> Evidence:
    rule = evidence.policy.rules[gate]
    rules = dict(evidence.policy.rules) | {gate: replace(rule, options=dict(rule.options) | options)}
    return replace(evidence, policy=replace(evidence.policy, rules=rules))


HEALTHS = [
    (("pass",) * 5, Ruling.PASS, "5"),
    (("pass", "pass", "warn"), Ruling.WARN, "2"),
    (("pass", "warn", "fail"), Ruling.FAIL, "1"),
    (("pass", "unheard-of"), Ruling.FAIL, "1"),
]


@pytest.mark.parametrize(("statuses", "ruling", "passing"), HEALTHS)
def test_health(statuses, ruling, passing):
    found = verdict("health.checks", reference(health=health(*statuses)))
    assert (found.ruling, found.observed) == (ruling, passing)


def test_health_that_is_not_there_or_old():
    assert verdict("health.checks", reference(health=None)).ruling is Ruling.MISSING
    assert verdict("health.checks", reference(health=HealthEvidence((), (HEALTH,)))).ruling is Ruling.MISSING
    old = replace(HEALTH, collected_at=AS_OF - timedelta(hours=25))
    stale = reference(health=replace(health(), sources=(HEALTH, old)))
    assert verdict("health.checks", stale).ruling is Ruling.STALE, "a whole is as fresh as its oldest part"


RATES = [
    ([0.0] * N, Ruling.PASS, "0"),
    ([9.0] * N, Ruling.PASS, "0.090"),
    ([10.0] * N, Ruling.WARN, "0.100"),  # below 0.1 %, not at it
    ([99.0] * N, Ruling.WARN, "0.990"),
    ([100.0] * N, Ruling.FAIL, "1.000"),
    ([0.0] * 96 + [1.0], Ruling.PASS, "0.001"),  # never shown as nothing
]


@pytest.mark.parametrize(("errors", "ruling", "shown"), RATES)
def test_error_rate(errors, ruling, shown):
    found = verdict("ops.error_rate", reference(ops=ops(errors=errors)))
    assert (found.ruling, found.observed) == (ruling, shown)
    assert found.fraction is not None and found.fraction.endswith("of 970,000")


def test_error_rate_over_holes():
    holes: list[float | None] = [None] * 5 + [4.0] * 92
    found = verdict("ops.error_rate", reference(ops=ops(errors=holes)))
    assert found.fraction == "368 of 920,000", "a hole in one series does not dilute the other"
    assert "5 moments without a value" in found.because
    dark: list[float | None] = [None] * 20 + [4.0] * 77
    assert verdict("ops.error_rate", reference(ops=ops(errors=dark))).ruling is Ruling.MISSING
    assert verdict("ops.error_rate", reference(ops=ops(errors=[None] * N))).ruling is Ruling.MISSING
    unasked: list[float | None] = [10_000.0] * 95 + [None] * 2
    counted = verdict("ops.error_rate", reference(ops=ops(requests=unasked)))
    assert counted.fraction == "388 of 950,000", "every error counts, also where the requests are not known"


def test_error_rate_needs_traffic_and_sense():
    few = verdict("ops.error_rate", reference(ops=ops(requests=[10.0] * N, errors=[0.0] * N)))
    assert few.ruling is Ruling.MISSING and "Too few requests to tell: 970" in few.because
    for errors, requests in (([-1.0] * N, [1e4] * N), ([2e4] * N, [1e4] * N), ([0.0] * N, [-1.0] * N)):
        assert verdict("ops.error_rate", reference(ops=ops(errors=errors, requests=requests))).ruling is Ruling.INVALID


def only(**series) -> OpsEvidence:
    held = ops()
    return replace(held, series=series)


def test_error_rate_by_ratio():
    ratio = replace(metric("error_rate", "ratio", [0.0005] * N), counts=(100,) * N)
    found = verdict("ops.error_rate", reference(ops=only(error_rate=ratio)))
    assert (found.ruling, found.observed) == (Ruling.PASS, "0.050")
    percent = replace(ratio, unit="%", values=(0.05,) * N)
    assert verdict("ops.error_rate", reference(ops=only(error_rate=percent))).observed == "0.050"
    uncounted = replace(ratio, counts=(None,) * N)
    assert verdict("ops.error_rate", reference(ops=only(error_rate=uncounted))).ruling is Ruling.MISSING
    beyond = replace(ratio, values=(1.5,) * N)
    assert verdict("ops.error_rate", reference(ops=only(error_rate=beyond))).ruling is Ruling.INVALID
    strange = replace(ratio, unit="bananas")
    assert verdict("ops.error_rate", reference(ops=only(error_rate=strange))).ruling is Ruling.MISSING


def test_error_rate_without_one_of_its_series():
    assert (
        verdict("ops.error_rate", reference(ops=only(errors=metric("errors", "", [0.0] * N)))).ruling is Ruling.MISSING
    )
    assert verdict("ops.error_rate", reference(ops=None)).ruling is Ruling.MISSING
    renamed = {"failed": metric("failed", "", [4.0] * N), "total": metric("total", "", [1e4] * N)}
    evidence = with_option(reference(ops=only(**renamed)), "ops.error_rate", errors="failed", requests="total")
    assert verdict("ops.error_rate", evidence).ruling is Ruling.PASS


LATENCIES = [
    ([0.1999] * N, Ruling.PASS, "199.9"),
    ([0.2] * N, Ruling.WARN, "200.0"),
    ([0.1] * 96 + [0.4999], Ruling.WARN, "499.9"),
    ([0.1] * 96 + [0.5], Ruling.FAIL, "500.0"),
    ([0.0] * N, Ruling.PASS, "0.0"),
    ([0.1] * 96 + [float("inf")], Ruling.INVALID, None),
    ([0.1] * 96 + [-0.1], Ruling.INVALID, None),
    ([None] * N, Ruling.MISSING, None),
    ([None] * 9 + [0.1] * 88, Ruling.PASS, "100.0"),
    ([None] * 10 + [0.1] * 87, Ruling.MISSING, None),
]


@pytest.mark.parametrize(("values", "ruling", "shown"), LATENCIES)
def test_latency(values, ruling, shown):
    found = verdict("ops.p95", reference(ops=ops(latency_p95=values)))
    assert (found.ruling, found.observed) == (ruling, shown)


def test_latency_says_worst_median_and_n():
    found = verdict("ops.p95", reference(ops=ops(latency_p95=[0.1] * 96 + [0.3])))
    assert "Worst sample 300.0 ms, median 100.0 ms, n = 97" in found.because
    assert found.turn == "1 of 97 samples miss < 200 ms; a window without them would pass."


def test_latency_by_median_only_when_the_policy_asks():
    evidence = with_option(reference(ops=ops(latency_p95=[0.1] * 96 + [0.9])), "ops.p95", statistic="median")
    assert verdict("ops.p95", evidence).ruling is Ruling.PASS


def test_latency_of_another_unit_is_invalid():
    for unit in ("", "req/s"):
        held = only(latency_p95=metric("latency_p95", unit, [0.1] * N))
        assert verdict("ops.p95", reference(ops=held)).ruling is Ruling.INVALID


def test_latency_that_stops_early_or_long_ago():
    early = only(latency_p95=metric("latency_p95", "s", [0.1] * 40))
    found = verdict("ops.p95", reference(ops=early))
    assert found.ruling is Ruling.MISSING and "of the window" in found.because
    past = replace(ops(), start=START, end=AS_OF)
    late = reference(ops=past, as_of=AS_OF + timedelta(hours=25))
    assert verdict("ops.p99", late).ruling is Ruling.STALE
    assert verdict("ops.p99", reference(as_of=AS_OF + timedelta(hours=24))).ruling is Ruling.PASS
    assert verdict("ops.p99", reference(ops=only())).ruling is Ruling.MISSING
