"""Signatures of a candidate, as pages ask for them."""

from dashboard.model.evaluation import Evaluation
from dashboard.model.statement import SignOff, Standing
from dashboard.services import policies, signatures
from dashboard.services.context import Context
from dashboard.signoff.workflow import standing as standing_of


def standing(context: Context, evaluation: Evaluation) -> tuple[Standing, tuple[SignOff, ...]]:
    """Give how the candidate stands, and its signatures, newest first."""
    signed = signatures.status(context, evaluation.candidate, evaluation)
    return standing_of(signed, policies.current(context, evaluation.candidate.project).quorum), signed[::-1]
