"""The life of a candidate from its signatures: what stands, what fell, and what was approved once."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.model.register import CandidateState
from dashboard.model.statement import SignOff, SignOffState, Standing, StatementKind
from dashboard.signoff.life import approved_at, own_state, state

AT = datetime(2025, 10, 18, 14, tzinfo=UTC)
K, S, C = StatementKind, SignOffState, CandidateState
QUORUM = {"auditor": 1, "manager": 1}


def signed(account, role, kind=K.APPROVE, evaluation="e", state=S.APPROVED, *, verified=True, minutes=0, days=7):
    at = AT + timedelta(minutes=minutes)
    return SignOff(
        account, 1, kind, "review", evaluation, account, f"l{account}", f"P{account}", role, "GO", "", "", at, "+00:00",
        at + timedelta(days=days), "d", "", "key", 1, state, "", verified=verified,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "outdated", "expected"),
    [
        (S.UNSIGNED, False, C.OPEN),
        (S.UNDER_REVIEW, False, C.OPEN),
        (S.INVALID, False, C.OPEN),  # what does not verify decides nothing
        (S.APPROVED, False, C.APPROVED),
        (S.APPROVED_WITH_CONDITIONS, False, C.APPROVED_WITH_CONDITIONS),
        (S.REJECTED, False, C.REJECTED),
        (S.WITHDRAWN, False, C.WITHDRAWN),
        (S.EXPIRED, False, C.EXPIRED),
        (S.STALE, False, C.STALE),
        (S.APPROVED, True, C.STALE),
        (S.APPROVED_WITH_CONDITIONS, True, C.STALE),
        (S.REJECTED, True, C.STALE),
        (S.UNSIGNED, True, C.OPEN),
        (S.WITHDRAWN, True, C.WITHDRAWN),
    ],
)
def test_the_state_by_its_own_signatures(found, outdated, expected):
    assert own_state(Standing(found, "", {}, {}), outdated=outdated) is expected


@pytest.mark.parametrize("own", list(C))
def test_a_newer_approval_passes_over_all_but_a_refusal_and_a_withdrawal(own):
    final = own in (C.REJECTED, C.WITHDRAWN)
    assert state(own, superseded=True) is (own if final else C.SUPERSEDED)
    assert state(own, superseded=False) is own


@pytest.mark.parametrize("fell", [S.STALE, S.EXPIRED])
def test_what_fell_since_was_approved_all_the_same(fell):
    both = [signed(1, "auditor", state=fell), signed(2, "manager", state=fell, minutes=9)]
    assert approved_at(both, QUORUM) == ("e", AT + timedelta(minutes=9))


@pytest.mark.parametrize(
    "group",
    [
        [],
        [signed(1, "auditor")],
        [signed(1, "auditor"), signed(2, "auditor")],
        [signed(1, "auditor"), signed(1, "manager")],  # one person, two roles
        [signed(1, "auditor"), signed(2, "manager", evaluation="other")],
        [signed(1, "auditor"), signed(2, "manager", state=S.WITHDRAWN)],
        [signed(1, "auditor"), signed(2, "manager", verified=False)],
        [signed(1, "auditor"), signed(2, "manager"), signed(3, "auditor", K.REJECT, state=S.REJECTED)],
        [signed(1, "auditor"), signed(2, "manager", days=0)],  # was never valid for a moment
    ],
)
def test_what_never_was_an_approval(group):
    assert approved_at(group, QUORUM) is None


def test_a_quorum_of_nobody_never_approved():
    assert approved_at([signed(1, "auditor")], {}) is None


def test_the_latest_of_two_approvals_counts():
    first = [signed(1, "auditor"), signed(2, "manager")]
    later = [signed(1, "auditor", evaluation="f", minutes=5), signed(2, "manager", evaluation="f", minutes=6)]
    assert approved_at([*later, *first], QUORUM) == ("f", AT + timedelta(minutes=6))
