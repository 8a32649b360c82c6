"""The decision rule, branch by branch."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from evidence_maker import condition, policy
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.evaluation import DECISION_ORDER, Decision, Finding, GateResult, Severity
from dashboard.model.policy import Tier
from dashboard.model.verdict import Ruling, Verdict
from dashboard.model.waiver import Acceptance, Waiver
from dashboard.policy.readiness import judge, waived
from dashboard.policy.sensitivity import counts, same, variants

POLICY = policy()


def result(gate: str, ruling: Ruling, *, key: bool = False, tier: Tier = Tier.MEDIUM) -> GateResult:
    verdict = Verdict(ruling, f"{gate} is {ruling}.", None, None, "all", "")
    return GateResult(gate, gate.title(), tier, key, POLICY.weights[tier], verdict)


def finding(severity: Severity, rule: str = "soak-short") -> Finding:
    return Finding(rule, severity, f"{rule} found")


#: Heavy passes, so that the rule under test decides and not the score.
BULK = tuple(result(f"bulk{i}", Ruling.PASS, key=True, tier=Tier.CRITICAL) for i in range(12))
P, W, F = Ruling.PASS, Ruling.WARN, Ruling.FAIL
M, S, I, N, V = Ruling.MISSING, Ruling.STALE, Ruling.INVALID, Ruling.NOT_APPLICABLE, Ruling.WAIVED  # noqa: E741

# ruling, key, findings, condition for the gate?, decision, codes, uncovered
BRANCHES = [
    (P, True, (), False, Decision.GO, [], ()),
    (P, False, (), False, Decision.GO, [], ()),
    (N, False, (), False, Decision.GO, [], ()),
    (W, True, (), False, Decision.CONDITIONAL_GO, ["WARNING", "UNCOVERED_WARNING"], ("x",)),
    (W, True, (), True, Decision.CONDITIONAL_GO, ["WARNING"], ()),
    (W, False, (), False, Decision.CONDITIONAL_GO, ["WARNING", "UNCOVERED_WARNING"], ("x",)),
    (W, False, (), True, Decision.CONDITIONAL_GO, ["WARNING"], ()),
    (V, False, (), False, Decision.CONDITIONAL_GO, ["WAIVER", "UNCOVERED_WARNING"], ("x",)),
    (V, False, (), True, Decision.CONDITIONAL_GO, ["WAIVER"], ()),
    (F, True, (), True, Decision.NO_GO, ["KEY_FAIL"], ()),
    (V, True, (), True, Decision.NO_GO, ["KEY_FAIL"], ()),
    (N, True, (), True, Decision.NO_GO, ["KEY_FAIL"], ()),
    (M, True, (), True, Decision.NO_GO, ["EVIDENCE_MISSING"], ()),
    (S, True, (), True, Decision.NO_GO, ["EVIDENCE_STALE"], ()),
    (I, True, (), True, Decision.NO_GO, ["EVIDENCE_INVALID"], ()),
    (F, False, (), True, Decision.NO_GO, ["GATE_FAIL"], ()),
    (M, False, (), False, Decision.NO_GO, ["EVIDENCE_MISSING"], ("x",)),
    (S, False, (), False, Decision.NO_GO, ["EVIDENCE_STALE"], ("x",)),
    (I, False, (), False, Decision.NO_GO, ["EVIDENCE_INVALID"], ("x",)),
    (M, False, (), True, Decision.CONDITIONAL_GO, ["EVIDENCE_MISSING"], ()),
    (S, False, (), True, Decision.CONDITIONAL_GO, ["EVIDENCE_STALE"], ()),
    (I, False, (), True, Decision.CONDITIONAL_GO, ["EVIDENCE_INVALID"], ()),
    (P, False, (Severity.BLOCKER,), False, Decision.NO_GO, ["BLOCKER_FINDING"], ()),
    (P, False, (Severity.MAJOR,), False, Decision.CONDITIONAL_GO, ["MAJOR_FINDING", "UNCOVERED_WARNING"],
     ("finding:soak-short",)),
    (P, False, (Severity.MINOR, Severity.INFO), False, Decision.GO, [], ()),
    (W, False, (Severity.BLOCKER,), False, Decision.NO_GO, ["BLOCKER_FINDING"], ("x",)),
]  # fmt: skip


@pytest.mark.parametrize(("ruling", "key", "severities", "covered", "decision", "codes", "uncovered"), BRANCHES)
def test_every_branch(ruling, key, severities, covered, decision, codes, uncovered):
    ready = judge(
        (*BULK, result("x", ruling, key=key)),
        [finding(s) for s in severities],
        [condition("x")] if covered else [],
        POLICY,
    )
    assert ready.decision is decision
    assert [reason.code for reason in ready.reasons] == codes
    assert ready.uncovered == uncovered


@pytest.mark.parametrize("blank", [{"owner": " "}, {"verification": ""}])
def test_a_condition_without_owner_or_verification_covers_nothing(blank):
    results = (*BULK, result("x", W))
    assert judge(results, [], [condition("x", **blank)], POLICY).uncovered == ("x",)
    assert judge(results, [], [condition("x", **blank), condition("x")], POLICY).uncovered == ()


def test_a_condition_of_a_finding_covers_it():
    ready = judge(BULK, [finding(Severity.MAJOR)], [condition("finding:soak-short")], POLICY)
    assert ready.decision is Decision.CONDITIONAL_GO and ready.uncovered == ()
    assert ready.headline == "CONDITIONAL GO"


def test_the_headline_counts_what_is_not_covered():
    results = (*BULK, result("x", W), result("y", W))
    assert judge(results, [], [], POLICY).headline == "CONDITIONAL GO, 2 conditions missing"
    assert judge(results, [], [condition("x")], POLICY).headline == "CONDITIONAL GO, 1 condition missing"


def test_k_failing_key_gates_give_k_reasons():
    results = [result(f"k{i}", F, key=True) for i in range(4)] + list(BULK)
    assert [r.gate for r in judge(results, [], [], POLICY).reasons if r.code == "KEY_FAIL"] == ["k0", "k1", "k2", "k3"]


ACCEPTED = Acceptance(
    1, "r", "0" * 64, "cora", "Cora", "auditor", "Known to us.", datetime(2025, 10, 18, tzinfo=UTC), ""
)

# finding, its acceptance, decision, codes, uncovered
ACCEPTANCES = [
    (finding(Severity.MAJOR), True, Decision.CONDITIONAL_GO, ["MAJOR_FINDING"], ()),
    (finding(Severity.MAJOR), False, Decision.CONDITIONAL_GO, ["MAJOR_FINDING", "UNCOVERED_WARNING"],
     ("finding:soak-short",)),
    (finding(Severity.MINOR), True, Decision.GO, [], ()),
    (finding(Severity.BLOCKER), True, Decision.NO_GO, ["BLOCKER_FINDING"], ()),
    (finding(Severity.MAJOR, "warning-without-condition"), False, Decision.GO, [], ()),
    (finding(Severity.MAJOR, "condition-incomplete"), False, Decision.GO, [], ()),
]  # fmt: skip


@pytest.mark.parametrize(("found", "accepted", "decision", "codes", "uncovered"), ACCEPTANCES)
def test_an_accepted_finding_needs_no_condition_and_is_conditional_at_best(found, accepted, decision, codes, uncovered):
    ready = judge(BULK, [replace(found, accepted=ACCEPTED if accepted else None)], [], POLICY)
    assert (ready.decision, [r.code for r in ready.reasons], ready.uncovered) == (decision, codes, uncovered)
    if accepted and codes == ["MAJOR_FINDING"]:
        assert ready.reasons[0].text.endswith("Accepted by Cora: Known to us.")


OVERDUE = [
    ((), "GO", True),
    ((condition("x", state="open"),), "GO", True),
    ((condition("x", state="met"),), "GO", True),
    ((condition("x", state="overdue"),), "GO, 1 condition overdue", False),
    ((condition("x", state="overdue"), condition("y", state="overdue")), "GO, 2 conditions overdue", False),
]


@pytest.mark.parametrize(("conditions", "headline", "holds"), OVERDUE)
def test_overdue_conditions_are_said_beside_the_decision(conditions, headline, holds):
    ready = judge(BULK, [], conditions, POLICY)
    assert (ready.decision, ready.headline, ready.holds) == (Decision.GO, headline, holds)


def test_missing_and_overdue_are_both_said():
    ready = judge((*BULK, result("x", W)), [], [condition("y", state="overdue")], POLICY)
    assert ready.headline == "CONDITIONAL GO, 1 condition missing, 1 condition overdue"


NOW = datetime(2025, 10, 18, 12, tzinfo=UTC)
GRANTED = Waiver(1, 1, "x", "hardware", "erin", NOW, "max", NOW, NOW + timedelta(days=1))

# ruling, key, waivers, ruling after, words of the sentence
WAIVERS = [
    (F, False, (GRANTED,), V, "Waived by max until 2025-10-19 12:00 UTC: hardware"),
    (F, False, (replace(GRANTED, gate="y"),), F, "x is fail."),
    (F, False, (replace(GRANTED, approved_by=None, approved_at=None),), F, "x is fail."),
    (F, False, (replace(GRANTED, expires_at=NOW),), F, "Its waiver ran out at 2025-10-18 12:00 UTC."),
    (F, False, (replace(GRANTED, withdrawn_by="max", withdrawn_at=NOW),), F, "x is fail."),
    (F, False, (replace(GRANTED, expires_at=NOW), GRANTED), V, "until 2025-10-19"),
    (F, True, (GRANTED,), F, "x is fail."),
    (M, False, (GRANTED,), M, "x is missing."),
    (W, False, (GRANTED,), W, "x is warn."),
    (P, False, (GRANTED,), P, "x is pass."),
]


@pytest.mark.parametrize(("ruling", "key", "waivers", "after", "words"), WAIVERS)
def test_a_waiver_turns_a_failed_gate_that_is_not_key(ruling, key, waivers, after, words):
    [made] = waived([result("x", ruling, key=key)], waivers, NOW)
    assert made.verdict.ruling is after
    assert words in made.verdict.because
    assert (made.waiver is not None) is (after is V)
    assert made.earned_halves == result("x", ruling, key=key).earned_halves


def test_nothing_asked_proves_nothing():
    ready = judge((), [], [], POLICY)
    assert (ready.decision, ready.score, [r.code for r in ready.reasons]) == (Decision.NO_GO, 0, ["EMPTY_POLICY"])
    only_set_aside = judge((result("x", N),), [], [], POLICY)
    assert only_set_aside.decision is Decision.NO_GO and only_set_aside.reasons[0].code == "EMPTY_POLICY"


def test_not_applicable_leaves_the_denominator_and_missing_stays():
    assert judge((result("a", P), result("b", N)), [], [], POLICY).score == 10
    assert judge((result("a", P), result("b", M)), [], [], POLICY).score == 5


def test_the_fraction_decides_and_not_the_rounded_text():
    # 179 of 200 half-points: 8.95, shown as 9.0
    results = [result(f"g{i}", P, tier=Tier.LOW) for i in range(89)]
    results += [result("w", W, tier=Tier.LOW), *(result(f"n{i}", M, tier=Tier.LOW) for i in range(10))]
    conditions = [condition("w"), *(condition(f"n{i}") for i in range(10))]
    ready = judge(results, [], conditions, POLICY)
    assert ready.score == Fraction(895, 100)
    assert [r.code for r in ready.reasons][-1] == "SCORE_BELOW_GO"
    assert "9.0 (exactly 179/20) is below 9.0" in ready.reasons[-1].text


def test_a_low_score_is_no_go_although_everything_is_covered():
    results = [result(f"w{i}", W) for i in range(3)]
    ready = judge(results, [], [condition(f"w{i}") for i in range(3)], POLICY)
    assert (ready.decision, [r.code for r in ready.reasons]) == (Decision.NO_GO, ["SCORE_LOW"])


RULINGS = st.lists(
    st.tuples(st.sampled_from(Ruling), st.booleans(), st.sampled_from(Tier)), min_size=1, max_size=12
).map(lambda rows: [result(f"g{i}", r, key=k, tier=t) for i, (r, k, t) in enumerate(rows)])
FINDINGS = st.lists(st.sampled_from(Severity), max_size=3).map(lambda found: [finding(s) for s in found])
COVERED = st.sets(st.integers(0, 11)).map(lambda picked: [condition(f"g{i}") for i in sorted(picked)])

#: Better first; what a measurement can turn into when it gets worse.
LADDER = (Ruling.PASS, Ruling.WARN, Ruling.FAIL)


def worse_or_equal(one, other) -> bool:
    return one.score <= other.score and DECISION_ORDER.index(one.decision) >= DECISION_ORDER.index(other.decision)


@given(RULINGS, FINDINGS, COVERED, st.data())
def test_a_worse_ruling_never_improves_anything(results, found, conditions, data):
    before = judge(results, found, conditions, POLICY)
    index = data.draw(st.integers(0, len(results) - 1))
    ruling = results[index].verdict.ruling
    if ruling not in LADDER:
        return
    lower = data.draw(st.sampled_from(LADDER[LADDER.index(ruling) :]))
    changed = [*results]
    changed[index] = replace(changed[index], verdict=replace(changed[index].verdict, ruling=lower))
    assert worse_or_equal(judge(changed, found, conditions, POLICY), before)


@given(RULINGS, FINDINGS, st.data())
def test_evidence_taken_away_never_improves_anything(results, found, data):
    conditions = [condition(r.gate) for r in results if r.verdict.ruling is Ruling.WARN]
    before = judge(results, found, conditions, POLICY)
    gone = data.draw(st.sets(st.integers(0, len(results) - 1)))
    changed = [
        replace(r, verdict=replace(r.verdict, ruling=Ruling.MISSING)) if i in gone and r.verdict.ruling in LADDER else r
        for i, r in enumerate(results)
    ]
    assert worse_or_equal(judge(changed, found, conditions, POLICY), before)


@given(RULINGS, FINDINGS, COVERED, st.sampled_from(Severity))
def test_another_finding_never_improves_anything(results, found, conditions, severity):
    before = judge(results, found, conditions, POLICY)
    assert worse_or_equal(judge(results, [*found, finding(severity)], conditions, POLICY), before)


@given(RULINGS, FINDINGS, COVERED, st.data())
def test_an_acceptance_changes_no_decision_and_no_score(results, found, conditions, data):
    before = judge(results, found, conditions, POLICY)
    picked = data.draw(st.sets(st.integers(0, max(0, len(found) - 1))))
    changed = [replace(f, accepted=ACCEPTED) if i in picked else f for i, f in enumerate(found)]
    after = judge(results, changed, conditions, POLICY)
    assert (after.decision, after.score) == (before.decision, before.score)
    assert set(after.uncovered) <= set(before.uncovered)


@given(RULINGS, FINDINGS, COVERED, st.randoms(use_true_random=False))
def test_the_order_of_gates_does_not_matter(results, found, conditions, random):
    before = judge(results, found, conditions, POLICY)
    random.shuffle(results)
    random.shuffle(found)
    random.shuffle(conditions)
    after = judge(results, found, conditions, POLICY)
    assert (after.decision, after.score, set(after.uncovered)) == (before.decision, before.score, set(before.uncovered))


@given(RULINGS, FINDINGS, COVERED, st.data())
def test_a_waiver_never_changes_the_score(results, found, conditions, data):
    failing = [i for i, r in enumerate(results) if r.verdict.ruling is Ruling.FAIL]
    if not failing:
        return
    index = data.draw(st.sampled_from(failing))
    changed = [*results]
    changed[index] = replace(changed[index], verdict=replace(changed[index].verdict, ruling=Ruling.WAIVED))
    assert judge(changed, found, conditions, POLICY).score == judge(results, found, conditions, POLICY).score


@given(RULINGS, FINDINGS, COVERED, st.integers(2, 9))
def test_scaled_weights_change_nothing(results, found, conditions, factor):
    scaled = [replace(r, weight=r.weight * factor) for r in results]
    before, after = (judge(given, found, conditions, POLICY) for given in (results, scaled))
    assert (before.decision, before.score) == (after.decision, after.score)


@given(RULINGS, FINDINGS, COVERED)
def test_a_failing_gate_more_never_turns_no_go_into_something_better(results, found, conditions):
    before = judge(results, found, conditions, POLICY)
    after = judge([*results, result("new", Ruling.FAIL)], found, conditions, POLICY)
    assert DECISION_ORDER.index(after.decision) >= DECISION_ORDER.index(before.decision)
    assert after.decision is Decision.NO_GO


def test_variants_move_drop_and_level():
    results = (result("a", P, tier=Tier.CRITICAL), result("b", W, tier=Tier.LOW), result("c", F, tier=Tier.HIGH))
    found = variants(results, [], [], POLICY)
    names = [v.name for v in found]
    assert names == [
        "a down to high", "without the gate a", "b up to medium", "without the gate b", "c up to critical",
        "c down to medium", "without the gate c", "equal weights",
    ]  # fmt: skip
    assert [v.name for v in found if v.decision is not Decision.NO_GO] == ["without the gate c"]
    assert same(found, Decision.NO_GO) == 7
    assert counts(found) == {Decision.GO: 0, Decision.CONDITIONAL_GO: 1, Decision.NO_GO: 7}
    assert found[-1].score == 5


def test_no_gate_has_no_variants():
    assert variants((), [], [], POLICY) == ()


MUTED = (finding(Severity.MAJOR, "tests-muted"),)


def test_muted_tests_hold_the_score_below_go():
    free, held = judge(BULK, [], [], POLICY), judge(BULK, MUTED, [], POLICY)
    assert (free.decision, free.score, free.held_halves) == (Decision.GO, 10, 0)
    assert held.decision is Decision.CONDITIONAL_GO
    assert POLICY.conditional < held.score < POLICY.go
    assert held.earned_halves + held.held_halves == free.earned_halves
    assert Fraction(10 * (held.earned_halves + 1), held.possible_halves) >= POLICY.go


def test_a_signed_reason_does_not_give_back_what_muted_tests_hold():
    accepted = replace(MUTED[0], accepted=ACCEPTED)
    ready = judge(BULK, [accepted], [], POLICY)
    assert (ready.decision, ready.uncovered) == (Decision.CONDITIONAL_GO, ())
    assert ready.score < POLICY.go


@given(st.lists(st.sampled_from([P, W, F, M]), max_size=8))
def test_muting_never_improves(rulings):
    results = tuple(result(f"g{n}", ruling) for n, ruling in enumerate(rulings))
    free, held = judge(results, [], [], POLICY), judge(results, MUTED, [], POLICY)
    assert held.score <= free.score
    assert held.earned_halves + held.held_halves == free.earned_halves
    assert DECISION_ORDER.index(held.decision) >= DECISION_ORDER.index(free.decision)
