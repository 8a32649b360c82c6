"""Which cases a clean pass leaves as they are, so that an ingest need not judge them again.

Takes: the status of a case, the runs it was judged by, and how long it has been clean. Gives: whether one more pass at
the first try, in a run of the whole suite and on a commit on which nothing failed, can change its status. Source: the
rules of this package, read backwards: every rule but recovery needs a failure, and recovery needs its days first.
Empty: a case that was never decided may become anything.
"""

from fractions import Fraction
from typing import NamedTuple

from dashboard.analysis.status.history import milliseconds
from dashboard.model.status import Status, StatusRules
from dashboard.stats.proportion import rule_of_three

_RECOVERING = frozenset({Status.FLAKY, Status.SUSPECTED, Status.FIXED})


class Calm(NamedTuple):
    """How long a case has been clean, from its last failed attempt to the run that passed.

    Where there was no failure, from the oldest run that is looked at.
    """

    ms: int
    runs: int
    """Runs of the whole suite since, whether they had the case or not."""
    before: int
    """Runs that are looked at until then."""


def quiet(status: Status, decided: int, failures: int, calm: Calm, rules: StatusRules) -> bool:
    """Say whether a clean pass leaves the status of a case as it is.

    Takes: ``decided`` runs that it was judged by, ``failures`` of them with a failed attempt.
    """
    if decided < rules.min_decided:
        return False  # with enough runs, rule F2 may begin to say something
    if status is Status.HEALTHY:
        return failures <= 1 or _stays_healthy(decided, calm)
    return status in _RECOVERING and calm.ms < milliseconds(rules.recovery) and calm.before > 0


def _stays_healthy(decided: int, calm: Calm) -> bool:
    """Say whether its clean runs outrun what it failed before, however few of the failures are left in the window.

    Of several failures one leaves after the other, and the runs between them count as clean only when the last is gone.
    """
    clean = calm.runs - max(0, calm.runs + calm.before - decided)  # as if every run without it were one of these
    return clean > 0 and (calm.before == 0 or rule_of_three(clean) < Fraction(1, calm.before))
