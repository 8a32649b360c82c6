"""Judging again by itself when evidence or policy changed, so that registers and badges tell the present.

Records are not read again, only judged; the same inputs give the same id, so judging twice keeps one evaluation. A
judgement that fails never undoes the change that asked for it: it is noted in the log, and until somebody judges, every
list says that the stored one is older than the evidence.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.errors import CountersignError
from dashboard.model.evaluation import Evaluation
from dashboard.model.person import Person, Role
from dashboard.model.register import CandidateState, Sought
from dashboard.services import log
from dashboard.services.candidates import register
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate

_log = logging.getLogger(__name__)

#: Who judges when nobody asked.
ITSELF = Person(None, "countersign", "Countersign", Role.OPERATOR)

#: Candidates of a project that a change of its policy is applied to at once; others when they are looked at.
MOST = 25

#: Candidates that a policy still decides about.
_UNDECIDED = (
    CandidateState.OPEN,
    CandidateState.APPROVED,
    CandidateState.APPROVED_WITH_CONDITIONS,
    CandidateState.STALE,
    CandidateState.EXPIRED,
)


@dataclass(frozen=True, slots=True)
class Again:
    """What came of judging one candidate again."""

    candidate_id: int
    evaluation: Evaluation | None
    """``None`` when it failed."""
    failure: str = ""
    """What went wrong, in a sentence."""


def after_change(context: Context, project: str, candidate_ids: Iterable[int] | None = None) -> tuple[Again, ...]:
    """Judge candidates again after their evidence, conditions or policy changed; never raises.

    ``candidate_ids`` of ``None`` means the newest ``MOST`` candidates of the project that are not decided for good:
    what a change of the policy touches. Call it after the transaction of the change, not inside.
    """
    own = context.acting_as(ITSELF)
    if not context.settings.judge_at_once:
        return ()
    try:
        numbers = tuple(dict.fromkeys(candidate_ids)) if candidate_ids is not None else _undecided(own, project)
    except Exception:  # noqa: BLE001 - as below
        _log.exception("Which candidates of %s to judge again could not be found.", project)
        return ()
    return tuple(_again(own, project, number) for number in numbers)


def _undecided(context: Context, project: str) -> tuple[int, ...]:
    found = register(context, project, Sought(states=_UNDECIDED), rows=MOST)
    return tuple(entry.candidate.id for entry in found.entries)


def _again(context: Context, project: str, number: int) -> Again:
    try:
        return Again(number, evaluate(context, project, candidate_id=number))
    except Exception as error:  # noqa: BLE001 - the change is stored; a bug in a gate must not take it back
        _log.exception("Candidate %s of %s could not be judged again.", number, project)
        known = error if isinstance(error, CountersignError) else None
        _noted(context, project, number, known.slug if known else "internal")
        return Again(number, None, str(known) if known else f"An error in the product: {type(error).__name__}.")


def _noted(context: Context, project: str, number: int, slug: str) -> None:
    try:
        log.append(context, "evaluation.failed", {"candidate": number, "because": slug}, project=project)
    except CountersignError:  # the store itself may be what fails
        _log.exception("The failed judgement of candidate %s could not be put into the log.", number)
