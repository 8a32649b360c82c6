"""The gate on observability: tests, and OTLP where it is there or owed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from evidence_maker import AS_OF, OTLP, TESTS, otlp, policy, record, reference
from hypothesis import given
from hypothesis import strategies as st

from dashboard import gates
from dashboard.model.evidence import Evidence, OtlpEvidence, Tally
from dashboard.model.policy import Policy
from dashboard.model.verdict import CREDIT_HALVES, Ruling, Verdict

TESTED = {Ruling.PASS: Tally(28, 28), Ruling.WARN: Tally(28, 26, 2), Ruling.FAIL: Tally(28, 2, 26)}


def asking(**options: str | None) -> Policy:
    """Give the default policy with other options of the gate; ``warn=None`` takes its warning bound away."""
    held = policy()
    rule = held.rules["observability"]
    changed = replace(rule, options=dict(rule.options) | {k: v for k, v in options.items() if v is not None})
    if "warn" in options:
        changed = replace(changed, warns=None)
    return replace(held, rules=dict(held.rules) | {"observability": changed})


def judged(tests: Ruling = Ruling.PASS, **changes) -> Verdict:
    found = record(categories={"observability": TESTED[tests]}) if tests in TESTED else None
    evidence = reference(tests=found, **changes)
    return gates.all_gates()["observability"].judge(evidence, evidence.policy.rules["observability"])


def test_without_otlp_the_tests_alone_are_judged_and_it_says_so():
    found = judged()
    assert found.ruling is Ruling.PASS
    assert found.because.endswith("No OTLP was given.")
    assert (found.required, found.evidence) == (">= 95 %, warn >= 90 %", (TESTS,))


def test_with_otlp_its_figures_stand_in_the_sentence():
    found = judged(otlp=otlp(orphan_spans=1, metric_names=1, spans=1))
    assert found.because.endswith("OTLP has 1 distinct metric, 1 span, 1 span without its parent.")
    assert found.turn == "In the export: 14 more distinct metrics, 1 fewer span without its parent."
    assert (found.observed, found.fraction) == ("100", "28 of 28")
    assert found.evidence == (TESTS, OTLP)
    assert found.required.endswith(
        "; in OTLP at least 15 distinct metrics and 1 span, at most 0 spans without their parents"
    )


P, W, F, M = Ruling.PASS, Ruling.WARN, Ruling.FAIL, Ruling.MISSING
EXPORTS = [
    (otlp(), P),
    (otlp(metric_names=14), W),
    (otlp(metric_names=14, orphan_spans=3), W),
    (otlp(orphan_spans=1), W),
    (otlp(spans=0, traces=0), W),  # no span: that none is an orphan says nothing
    (otlp(orphan_spans=None), M),
    (otlp(spans=0, metric_names=0, data_points=0, log_records=0), M),
    (otlp(spans=0, metric_names=0, data_points=0), W),
    (otlp(sources=(replace(OTLP, incomplete=True),)), Ruling.INVALID),
    (otlp(sources=(OTLP, replace(OTLP, collected_at=AS_OF - timedelta(days=8)))), Ruling.STALE),
]


@pytest.mark.parametrize(("export", "ruling"), EXPORTS)
def test_exports(export, ruling):
    found = judged(otlp=export)
    assert found.ruling is ruling
    assert (found.turn is None) is (ruling is P)
    assert found.evidence[0] == TESTS and found.evidence[1:] == export.sources


@pytest.mark.parametrize(("export", "ruling"), EXPORTS)
@pytest.mark.parametrize("tests", [W, F, M])
def test_an_export_never_lifts_what_the_tests_say(tests, export, ruling):
    alone, found = judged(tests), judged(tests, otlp=export)
    assert found.ruling is (ruling if tests is W and ruling is not P else alone.ruling)


@pytest.mark.parametrize(
    ("options", "export", "ruling"),
    [
        ({"min_metrics": "3"}, otlp(metric_names=3), P),
        ({"min_metrics": "16"}, otlp(), W),
        ({"min_spans": "0"}, otlp(spans=0), P),
        ({"min_spans": "500"}, otlp(), W),
        ({"max_orphan_spans": "2"}, otlp(orphan_spans=2), P),
        ({"max_orphan_spans": "2"}, otlp(orphan_spans=3), W),
        ({"warn": None}, otlp(orphan_spans=3), F),
        ({"warn": None}, otlp(), P),
        ({"otlp": "ignored"}, otlp(orphan_spans=3), P),
        ({"otlp": "ignored"}, None, P),
        ({"otlp": "required"}, otlp(), P),
        ({"otlp": "required"}, None, M),
    ],
)
def test_options(options, export, ruling):
    assert judged(policy=asking(**options), otlp=export).ruling is ruling


def test_absence_is_missing_once_otlp_is_owed():
    found = judged(otlp_owed=True)
    assert (found.ruling, found.observed) == (M, None)
    assert found.because.startswith("No OTLP was given, and this candidate or one shortly before it brought some.")
    assert "28 of 28 tests" in found.because
    assert judged(F, otlp_owed=True).ruling is F
    assert judged(otlp_owed=True, policy=asking(otlp="ignored")).ruling is P
    assert "the policy requires it" in judged(policy=asking(otlp="required")).because


TALLIES = st.builds(lambda passed: Tally(28, passed, 28 - passed), st.integers(0, 28))
OTLPS = st.builds(
    lambda spans, orphans, metrics, points, incomplete: OtlpEvidence(
        spans, orphans, None, metrics, points, 0, (replace(OTLP, incomplete=incomplete),)
    ),
    st.integers(0, 3), st.one_of(st.none(), st.integers(0, 2)), st.integers(13, 16), st.integers(0, 2), st.booleans(),
)  # fmt: skip


@given(TALLIES, OTLPS, st.sampled_from(["optional", "required", "ignored"]), st.booleans())
def test_leaving_an_export_out_never_earns_more(tally, export, demand, warns):
    """As the store gives it: what was there once is owed from then on. A branch that never brought any is the limit."""
    asked = asking(otlp=demand) if warns else asking(otlp=demand, warn=None)
    shown: Evidence = reference(
        tests=record(categories={"observability": tally}), otlp=export, otlp_owed=True, policy=asked
    )
    gate, rule = gates.all_gates()["observability"], asked.rules["observability"]
    with_it, without = gate.judge(shown, rule), gate.judge(replace(shown, otlp=None), rule)
    assert CREDIT_HALVES.get(without.ruling, 0) <= CREDIT_HALVES.get(with_it.ruling, 0)
    never_brought = gate.judge(replace(shown, otlp=None, otlp_owed=False), rule)
    assert CREDIT_HALVES.get(with_it.ruling, 0) <= CREDIT_HALVES.get(never_brought.ruling, 0) or demand == "required"
