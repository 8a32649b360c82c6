"""What a gate answers. Absence has rulings of its own, and none of them earns credit."""

from dataclasses import dataclass
from enum import StrEnum

from dashboard.model.candidate import Source


class Ruling(StrEnum):
    """Ruling of a gate."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    MISSING = "missing"
    STALE = "stale"
    INVALID = "invalid"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"


#: Half-points of credit per unit of weight. Missing, stale and invalid stay in the denominator and earn nothing;
#: a waiver lifts a block, never the credit.
CREDIT_HALVES = {Ruling.PASS: 2, Ruling.WARN: 1}

#: Rulings that rest on a measurement.
MEASURED = frozenset({Ruling.PASS, Ruling.WARN, Ruling.FAIL, Ruling.WAIVED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one gate, with what it rests on."""

    ruling: Ruling
    because: str
    """One sentence, with its numbers."""
    observed: str | None
    """The figure without its unit (``98.28``); ``None`` when nothing was measured."""
    fraction: str | None
    """What stands behind the figure: ``1,026 of 1,044``."""
    required: str
    """``>= 95 %, warn >= 90 %``."""
    unit: str
    evidence: tuple[Source, ...] = ()
    turn: str | None = None
    """What would turn a ruling that is not a pass: ``9 more passing tests``."""
