"""Policy applied to evidence: verdicts, score, findings, decision."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from dashboard.model.candidate import Candidate, Source
from dashboard.model.ledger import Note
from dashboard.model.policy import ExpectedReport, Tier
from dashboard.model.verdict import CREDIT_HALVES, MEASURED, Ruling, Verdict
from dashboard.model.waiver import Acceptance, Waiver


class Decision(StrEnum):
    """The answer, in the words of the field."""

    GO = "GO"
    CONDITIONAL_GO = "CONDITIONAL GO"
    NO_GO = "NO-GO"


#: Best first, for `gate --require` and for "never improves".
DECISION_ORDER = (Decision.GO, Decision.CONDITIONAL_GO, Decision.NO_GO)


class Severity(StrEnum):
    """Severity of a finding."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the decision is what it is; the code is stable."""

    code: str
    text: str
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A contradiction or a hole in the evidence itself."""

    rule: str
    severity: Severity
    text: str
    evidence: tuple[Source, ...] = ()
    accepted: Acceptance | None = None
    """The signed reason why it may stand; never for a blocker."""

    @property
    def digest(self) -> str:
        """Give the sha256 over all that it says: an acceptance holds for this and nothing else."""
        said = [self.rule, str(self.severity), self.text, sorted(source.sha256 for source in self.evidence)]
        return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be done for a CONDITIONAL GO: by whom, by when, and how it is verified."""

    id: int
    gate: str
    """Gate id, or ``finding:<rule>``."""
    text: str
    owner: str
    due: date
    verification: str
    stage: str
    """``before deploy``, ``during rollout`` or ``after``."""
    state: str
    """``open``, ``met`` or ``overdue``."""
    created_by: str
    closed_by: str | None = None
    """Actor who saw that it is met; ``countersign`` when later evidence showed it."""
    closing_note: str | None = None


@dataclass(frozen=True, slots=True)
class GateResult:
    """A verdict with its weight."""

    gate: str
    title: str
    tier: Tier
    key: bool
    weight: int
    verdict: Verdict
    waiver: Waiver | None = None
    """The live waiver that lifts its block; its ruling is then ``waived``."""

    @property
    def counts(self) -> bool:
        """Say whether the gate stands in the denominator."""
        return self.verdict.ruling is not Ruling.NOT_APPLICABLE

    @property
    def earned_halves(self) -> int:
        """Half-points earned."""
        return self.weight * CREDIT_HALVES.get(self.verdict.ruling, 0)

    @property
    def lost_halves(self) -> int:
        """Half-points lost."""
        return self.weight * 2 - self.earned_halves if self.counts else 0

    @property
    def measured(self) -> bool:
        """Say whether the ruling rests on a measurement."""
        return self.verdict.ruling in MEASURED


@dataclass(frozen=True, slots=True)
class Readiness:
    """Score and decision over one set of gate results."""

    decision: Decision
    earned_halves: int
    possible_halves: int
    measured: int
    gates: int
    reasons: tuple[Reason, ...]
    uncovered: tuple[str, ...]
    """Warns, waivers and major findings without a complete condition."""
    held_halves: int = 0
    """Half-points that the gates earned and that are held back while tests are muted; not among ``earned_halves``."""
    overdue: int = 0
    """Conditions of the candidate that are open after their day: the decision is shown degraded and nothing goes on."""

    @property
    def score(self) -> Fraction:
        """Exact, 0 to 10; 0 when no gate counts: an empty policy proves nothing."""
        return Fraction(10 * self.earned_halves, self.possible_halves) if self.possible_halves else Fraction(0)

    @property
    def headline(self) -> str:
        """Say the decision as it is shown."""
        said = [str(self.decision)]
        if self.decision is Decision.CONDITIONAL_GO and self.uncovered:
            said.append(_conditions(len(self.uncovered), "missing"))
        if self.overdue:
            said.append(_conditions(self.overdue, "overdue"))
        return ", ".join(said)

    @property
    def holds(self) -> bool:
        """Say whether the decision may be acted on: no promise behind it is broken."""
        return not self.overdue


def _conditions(n: int, state: str) -> str:
    return f"{n} condition{'s' if n != 1 else ''} {state}"


@dataclass(frozen=True, slots=True)
class Variant:
    """The same rulings under other weights, or with a gate dropped: how far the decision hangs on them."""

    name: str
    decision: Decision
    earned_halves: int
    possible_halves: int

    @property
    def score(self) -> Fraction:
        """Exact, 0 to 10."""
        return Fraction(10 * self.earned_halves, self.possible_halves) if self.possible_halves else Fraction(0)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A report the policy expects, and what there is of it."""

    expected: ExpectedReport
    found: tuple[Source, ...]
    """In the order of the manifest."""
    unusable: tuple[Source, ...]
    """There and not counted: incomplete by what they say themselves, or holding nothing."""

    @property
    def missing(self) -> int:
        """Say how many are not there; 0 when there are enough."""
        return max(0, self.expected.count - len(self.found))


@dataclass(frozen=True, slots=True)
class Integrity:
    """What the readers did with all artefacts of a candidate, summed."""

    artefacts: int = 0
    incomplete: int = 0
    """Artefacts that say of themselves that a part of them is missing."""
    seen: int = 0
    kept: int = 0
    folded: int = 0
    repaired: int = 0
    ambiguous: int = 0
    dropped: int = 0
    notes: tuple[Note, ...] = ()
    """By slug, in its order; the message is that of the first artefact in the manifest that has it."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One judgement, by digest of its inputs."""

    id: str
    """sha256 over subject, policy digest, manifest digest, accepted conditions, cut-off and engine version."""
    candidate: Candidate
    policy_name: str
    policy_version: int
    policy_digest: str
    manifest_digest: str
    engine: str
    as_of: datetime
    evaluated_at: datetime
    results: tuple[GateResult, ...]
    findings: tuple[Finding, ...]
    conditions: tuple[Condition, ...]
    readiness: Readiness
    sources: tuple[Source, ...]
    without: tuple[str, ...] = ()
    """Not empty for a what-if; such an evaluation is never stored nor signed."""
    variants: tuple[Variant, ...] = ()
    """The sensitivity of the decision."""
    expected: tuple[Expectation, ...] = ()
    """In the order of the policy."""
    integrity: Integrity = Integrity()
