"""Signatures of a candidate, as pages ask for them."""

from dashboard.model.statement import SignOff, Standing
from dashboard.services import sign
from dashboard.services.context import Context
from dashboard.ui.components.links import Place


def standing(context: Context, place: Place) -> tuple[Standing, tuple[SignOff, ...]]:
    """Give how the candidate stands, and its signatures, newest first."""
    found = sign.status(context, place.project, candidate_id=place.candidate.id if place.candidate else None)
    return found.standing, tuple(found.sign_offs)
