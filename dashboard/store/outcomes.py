"""Outcomes as numbers in order of severity, so that the worst of several is their maximum."""

from dashboard.model.records import Outcome

PASSED, SKIPPED, FAILED, ERROR = 0, 1, 2, 3

OUTCOMES: tuple[Outcome, ...] = (Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED, Outcome.ERROR)
"""By number."""

CODES: dict[Outcome, int] = {outcome: code for code, outcome in enumerate(OUTCOMES)}
