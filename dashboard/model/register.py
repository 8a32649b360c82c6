"""The register: every candidate of a project, in whatever state, as an auditor samples from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Decision
from dashboard.model.statement import SignOff


class CandidateState(StrEnum):
    """What has become of a candidate, by its signatures and by those of newer ones."""

    OPEN = "open"
    """Nobody has decided yet, or not enough people have."""
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved with conditions"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "STALE"
    """Signed, and then evidence, policy or conditions changed."""
    SUPERSEDED = "superseded"
    """A newer candidate of the environment and branch was approved, or somebody declared that it goes no further."""

    @property
    def stands(self) -> bool:
        """Say whether the release may go on under it."""
        return self in {CandidateState.APPROVED, CandidateState.APPROVED_WITH_CONDITIONS}


@dataclass(frozen=True, slots=True)
class Sought:
    """What narrows the register; empty narrows nothing."""

    states: tuple[CandidateState, ...] = ()
    decisions: tuple[str, ...] = ()
    """Of the stored evaluation; ``NOT_JUDGED`` for none."""
    environments: tuple[str, ...] = ()
    """``NOT_SAID`` for candidates that name none."""
    branches: tuple[str, ...] = ()
    since: datetime | None = None
    """Opened then or later."""
    until: datetime | None = None
    """Opened before."""
    text: str = ""
    """Part of version or subject, in any case."""


NOT_JUDGED = "not judged"
NOT_SAID = "-"


@dataclass(frozen=True, slots=True)
class Declared:
    """Somebody's word that a candidate goes no further."""

    by: str
    at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The stored evaluation of a candidate, in short."""

    id: str
    decision: Decision
    earned_halves: int
    possible_halves: int
    policy_digest: str
    policy_version: int
    at: datetime
    outdated: str
    """Why it is not the last word: ``judged before the newest evidence`` and the like; "" when it is."""
    reasons: tuple[str, ...] = ()
    """``CODE: sentence``; read for exports only."""

    @property
    def score(self) -> Fraction:
        """Exact, 0 to 10."""
        return Fraction(10 * self.earned_halves, self.possible_halves) if self.possible_halves else Fraction(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One candidate of the register."""

    candidate: Candidate
    state: CandidateState
    before: CandidateState
    """The state that its own signatures give it; differs where it is superseded."""
    judged: Judged | None
    """``None`` for one that was never judged; it is in the register all the same."""
    signed: tuple[SignOff, ...]
    """Every signed statement, oldest first, as it stands now."""
    open_conditions: int
    overdue_conditions: int
    artefacts: int
    last_evidence_at: datetime | None
    declared: Declared | None
    passed_by: str
    """Label of the newer approved candidate that supersedes it; ""."""


@dataclass(frozen=True, slots=True)
class Register:
    """A page of the register."""

    entries: tuple[Entry, ...]
    found: int
    """Candidates that fit what is sought."""
    population: int
    """Candidates of the project, all of them."""
    by_state: Mapping[CandidateState, int]
    """Of the whole population; its values add up to it."""
