"""Who may sign what, and how signatures stand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboard.model.evaluation import Condition, Decision
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.model.statement import SignOffState, StatementKind
from dashboard.signoff.workflow import (
    Case,
    forbidding,
    may_withdraw,
    obstacles,
    standing,
    state_of,
    valid_until,
)

K = StatementKind
S = SignOffState
QUORUM = {"auditor": 1, "manager": 1}
CORA = Person(7, "cora", "Cora Diaz", Role.AUDITOR)
MAX = Person(8, "max", "Max Berg", Role.MANAGER)


@pytest.fixture
def case(evaluation):
    return Case(evaluation(), CORA, ("ci",), ("ci",), "erin", (), QUORUM)


def codes(case, kind):
    return {obstacle.code for obstacle in forbidding(obstacles(case), kind)}


@pytest.mark.parametrize(
    ("decision", "kind"),
    [(Decision.GO, K.APPROVE), (Decision.CONDITIONAL_GO, K.APPROVE_WITH_CONDITIONS)]
    + [(decision, K.REJECT) for decision in Decision],
)
@pytest.mark.parametrize("person", [CORA, MAX])
def test_may_sign(case, evaluation, decision, kind, person):
    assert codes(replace(case, evaluation=evaluation(decision), person=person), kind) == set()


@pytest.mark.parametrize(
    ("decision", "kind", "code"),
    [
        (Decision.NO_GO, K.APPROVE, "no-go"),
        (Decision.NO_GO, K.APPROVE_WITH_CONDITIONS, "no-go"),
        (Decision.CONDITIONAL_GO, K.APPROVE, "conditional"),
        (Decision.GO, K.APPROVE_WITH_CONDITIONS, "go"),
    ],
)
def test_the_decision_forbids(case, evaluation, decision, kind, code):
    assert codes(replace(case, evaluation=evaluation(decision)), kind) == {code}


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.AUDITOR, Role.MANAGER, Role.ANONYMOUS}])
def test_other_roles_sign_nothing(case, role):
    for kind in (K.APPROVE, K.APPROVE_WITH_CONDITIONS, K.REJECT):
        assert "role" in codes(replace(case, person=replace(CORA, role=role)), kind)


def test_nobody_signs_nothing(case):
    assert "not-signed-in" in codes(replace(case, person=ANONYMOUS), K.REJECT)
    assert "role" in codes(replace(case, person=replace(CORA, id=None)), K.REJECT)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"uploaders": ("ci", "cora")}, "uploader"),
        ({"creators": ("cora",)}, "creator"),
        ({"policy_editor": "cora"}, "policy-editor"),
        ({"policy_approver": "cora"}, "policy-approver"),
        ({"has_key": False}, "no-key"),
    ],
)
def test_four_eyes(case, change, code):
    for kind in (K.APPROVE_WITH_CONDITIONS, K.REJECT):
        assert codes(replace(case, **change), kind) == {code}


def test_the_default_policy_has_no_editor(case):
    assert codes(replace(case, policy_editor=None), K.APPROVE_WITH_CONDITIONS) == set()


def test_missing_and_overdue_conditions_forbid_approving_only(case, evaluation):
    overdue = Condition(1, "coverage.total", "70 %", "platform", date(2025, 1, 1), "report", "after", "open", "cora")
    for change, code in (
        ({"uncovered": ("coverage.total",)}, "conditions-missing"),
        ({"conditions": (overdue,)}, "conditions-overdue"),
    ):
        changed = replace(case, evaluation=evaluation(**change))
        assert codes(changed, K.APPROVE_WITH_CONDITIONS) == {code}
        assert codes(changed, K.REJECT) == set()


def test_a_what_if_is_never_signed(case, evaluation):
    assert "what-if" in codes(replace(case, evaluation=evaluation(without=("metrics",))), K.REJECT)


def test_a_role_outside_the_quorum_can_only_reject(case):
    one = replace(case, quorum={"manager": 1})
    assert codes(one, K.APPROVE_WITH_CONDITIONS) == {"not-in-quorum"}
    assert codes(one, K.REJECT) == set()


def test_nobody_signs_twice(case, signed):
    for state, kind in ((S.APPROVED_WITH_CONDITIONS, K.APPROVE_WITH_CONDITIONS), (S.REJECTED, K.REJECT)):
        again = replace(case, signed=(signed(state=state, kind=kind),))
        assert codes(again, K.REJECT) == {"already-signed"}
    for state in (S.STALE, S.WITHDRAWN, S.EXPIRED):
        assert codes(replace(case, signed=(signed(state=state),)), K.REJECT) == set()


def test_withdrawing(signed):
    assert may_withdraw(CORA, signed()) == ()
    assert may_withdraw(MAX, signed()) == ()
    other = replace(CORA, id=9, login="ada", name="Ada")
    assert [o.code for o in may_withdraw(other, signed())] == ["not-signer"]
    assert [o.code for o in may_withdraw(replace(CORA, role=Role.ADMIN), signed())] == ["role"]
    assert [o.code for o in may_withdraw(CORA, signed(), has_key=False)] == ["no-key"]
    assert [o.code for o in may_withdraw(CORA, signed(state=S.WITHDRAWN))] == ["withdrawn"]


def test_validity_is_the_earlier_of_policy_and_freshness(evaluation, now):
    week = timedelta(days=7)
    assert valid_until(evaluation(), {}, week, now) == now + week
    assert valid_until(evaluation(), {"ops.p95": timedelta(hours=24)}, week, now) == now + timedelta(hours=4)
    assert valid_until(evaluation(), {"coverage.total": timedelta(hours=24)}, week, now) == now + week  # not a key gate
    assert valid_until(evaluation(), {"ops.p95": timedelta(hours=1)}, week, now) == now
    # A declared cut-off: what was left of the evidence then counts from the signing.
    later = now + timedelta(days=300)
    assert valid_until(evaluation(), {"ops.p95": timedelta(hours=24)}, week, later) == later + timedelta(hours=4)


@pytest.mark.parametrize(
    ("change", "current", "withdrawn", "hours", "state"),
    [
        ({}, "e", False, 1, S.APPROVED_WITH_CONDITIONS),
        ({"kind": K.APPROVE}, "e", False, 1, S.APPROVED),
        ({"kind": K.REJECT}, "e", False, 1, S.REJECTED),
        ({}, "f", False, 1, S.STALE),
        ({}, "e", False, 24 * 7, S.EXPIRED),
        ({}, "f", False, 24 * 8, S.STALE),
        ({}, "f", True, 24 * 8, S.WITHDRAWN),
        ({"kind": K.WITHDRAW, "supersedes": "9" * 64}, "e", False, 1, S.WITHDRAWN),
        ({"verified": False}, "e", False, 1, S.INVALID),
        ({"valid_until": None}, "e", False, 24 * 365, S.APPROVED_WITH_CONDITIONS),
    ],
)
def test_states(signed, now, change, current, withdrawn, hours, state):
    found, because = state_of(
        signed(**change), evaluation_id=current * 64, withdrawn=withdrawn, now=now + timedelta(hours=hours)
    )
    assert found is state
    assert bool(because) == (state not in {S.APPROVED, S.APPROVED_WITH_CONDITIONS, S.REJECTED})


def test_nothing_signed_is_not_approved():
    assert standing((), QUORUM).state is S.UNSIGNED
    assert standing((), {}).state is S.UNSIGNED


def test_the_quorum_counts_persons_by_role(signed):
    first = signed()
    second = signed(id=2, account_id=8, login="max", name="Max Berg", role="manager")
    half = standing((first,), QUORUM)
    assert half.state is S.UNDER_REVIEW
    assert half.missing == {"manager": 1}
    whole = standing((first, second), QUORUM)
    assert whole.state is S.APPROVED_WITH_CONDITIONS
    assert whole.missing == {}
    assert "Cora Diaz (auditor)" in whole.text
    plain = [replace(s, state=S.APPROVED, kind=K.APPROVE) for s in (first, second)]
    assert standing(plain, QUORUM).state is S.APPROVED


def test_one_person_is_not_two(signed):
    twice = (signed(), signed(id=2, role="manager", key_id="7" * 64))
    found = standing(twice, QUORUM)
    assert found.state is S.UNDER_REVIEW
    assert sum(found.signed.values()) == 1


def test_an_empty_quorum_approves_nothing(signed):
    assert standing((signed(),), {}).state is S.UNDER_REVIEW


@pytest.mark.parametrize("state", [S.STALE, S.EXPIRED, S.WITHDRAWN, S.INVALID])
def test_fallen_signatures_count_for_nothing(signed, state):
    fallen = signed(state=state, because="why", verified=state is not S.INVALID)
    found = standing((fallen,), {"auditor": 1})
    assert found.state is state
    assert found.text == "why"
    assert not found.state.stands


def test_one_refusal_outweighs_approvals(signed):
    refusal = signed(id=2, account_id=8, name="Max Berg", role="manager", kind=K.REJECT, state=S.REJECTED)
    assert standing((signed(), refusal), {"auditor": 1}).state is S.REJECTED
    taken_back = replace(refusal, state=S.WITHDRAWN)
    assert standing((signed(), taken_back), {"auditor": 1}).state.stands
