"""The life of a candidate, read from its signatures alone: pure functions, no store and no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from dashboard.model.register import CandidateState
from dashboard.model.statement import SignOff, SignOffState, Standing
from dashboard.signoff.workflow import VERDICTS, standing, state_of

_STATES: Mapping[SignOffState, CandidateState] = {
    SignOffState.APPROVED: CandidateState.APPROVED,
    SignOffState.APPROVED_WITH_CONDITIONS: CandidateState.APPROVED_WITH_CONDITIONS,
    SignOffState.REJECTED: CandidateState.REJECTED,
    SignOffState.WITHDRAWN: CandidateState.WITHDRAWN,
    SignOffState.EXPIRED: CandidateState.EXPIRED,
    SignOffState.STALE: CandidateState.STALE,
}

#: What a newer approval does not undo: somebody said no, or took their word back.
_FINAL = frozenset({CandidateState.REJECTED, CandidateState.WITHDRAWN})


def own_state(together: Standing, *, outdated: bool) -> CandidateState:
    """Give the state by the candidate's own signatures.

    ``outdated`` says that what was signed is known to have changed, although it was not judged again yet: whoever
    signed did not see it, so nothing stands. Signatures that do not verify decide nothing.
    """
    found = _STATES.get(together.state, CandidateState.OPEN)
    return CandidateState.STALE if outdated and (found.stands or found is CandidateState.REJECTED) else found


def state(own: CandidateState, *, superseded: bool) -> CandidateState:
    """Give the state of a candidate among the others."""
    return CandidateState.SUPERSEDED if superseded and own not in _FINAL else own


def approved_at(signed: Iterable[SignOff], quorum: Mapping[str, int]) -> tuple[str, datetime] | None:
    """Give the evaluation under which a quorum stood, and since when; the latest of several.

    Expired or stale since then does not matter: the release went out on it. Withdrawn does.
    """
    groups: dict[str, list[SignOff]] = {}
    for one in signed:
        if one.kind in VERDICTS and one.verified:
            taken_back = one.state is SignOffState.WITHDRAWN
            at_signing, because = state_of(
                one, evaluation_id=one.evaluation_id, withdrawn=taken_back, now=one.signed_at
            )
            groups.setdefault(one.evaluation_id, []).append(replace(one, state=at_signing, because=because))
    stood = [
        (max(s.signed_at for s in group), evaluation)
        for evaluation, group in groups.items()
        if standing(group, quorum).state.stands
    ]
    if not stood:
        return None
    at, evaluation = max(stood)
    return evaluation, at
