"""What is signed, by whom, and in which state a sign-off is: the nouns of the signature."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StatementKind(StrEnum):
    """What a signed statement says."""

    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve-with-conditions"
    REJECT = "reject"
    WITHDRAW = "withdraw"

    @property
    def approves(self) -> bool:
        """Say whether the statement lets the release go on."""
        return self in {StatementKind.APPROVE, StatementKind.APPROVE_WITH_CONDITIONS}


class Meaning(StrEnum):
    """What the signature means, as 21 CFR 11.50(a)(3) asks: it stands on the record in words."""

    REVIEW = "review"
    APPROVAL = "approval"
    RESPONSIBILITY = "responsibility"
    AUTHORSHIP = "authorship"


class SignOffState(StrEnum):
    """State of one signature, or of all of them together."""

    UNSIGNED = "unsigned"
    UNDER_REVIEW = "under review"
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved with conditions"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "STALE"
    INVALID = "invalid"
    """The stored bytes no longer verify: they were changed after the signing."""

    @property
    def stands(self) -> bool:
        """Say whether the release may go on under it."""
        return self in {SignOffState.APPROVED, SignOffState.APPROVED_WITH_CONDITIONS}


@dataclass(frozen=True, slots=True)
class Subjects:
    """The four digests that one signature binds together, so that it cannot be carried elsewhere."""

    candidate: str
    """Commit sha or artefact digest, hexadecimal."""
    manifest: str
    """sha256 of the evidence manifest."""
    policy: str
    """sha256 of the policy file's bytes."""
    report: str
    """sha256 of the rendered report's bytes."""


@dataclass(frozen=True, slots=True)
class SignedGate:
    """One gate as it stood when it was signed."""

    gate: str
    ruling: str
    observed: str
    required: str
    earned_halves: int
    weight: int


@dataclass(frozen=True, slots=True)
class SignedCondition:
    """One condition as it stood when it was signed."""

    id: int
    gate: str
    text: str
    owner: str
    due: str
    """ISO date."""
    verification: str
    stage: str
    state: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, as printed."""

    account: int
    """Never reused, also not after the account is closed."""
    login: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything one signature says. Integers and text only: no float can change its mind on the way to bytes."""

    kind: StatementKind
    project: str
    subjects: Subjects
    candidate: str
    """Label a person reads: version and short subject."""
    environment: str
    branch: str
    evaluation: str
    """Evaluation id."""
    engine: str
    as_of: str
    """The moment at which evidence was judged, ISO 8601 UTC."""
    cut_off_declared: bool
    """Whether ``as_of`` was declared for the candidate, rather than being the present."""
    decision: str
    headline: str
    score_halves: int
    possible_halves: int
    measured: int
    gates: tuple[SignedGate, ...]
    findings: int
    findings_digest: str
    conditions: tuple[SignedCondition, ...]
    signer: Signer
    meaning: Meaning
    sentence: str
    """The sentence shown on the screen above the signature."""
    reason: str
    signed_at: str
    """ISO 8601 UTC, whole seconds."""
    offset: str
    """The offset from UTC in which the moment was shown: ``+00:00``."""
    factors: tuple[str, ...]
    """Authentication factors of this very signing: ``login``, ``passphrase``."""
    valid_until: str
    """ISO 8601 UTC; "" for a withdrawal, which does not expire."""
    supersedes: str
    """sha256 of the payload that is withdrawn; "" when there is none."""
    log_size: int
    """Leaves of the log before this statement."""
    log_root: str
    """Root of the log of that size, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A DSSE v1 envelope: the payload's bytes as they were signed, never encoded again."""

    payload: bytes
    payload_type: str
    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignOff:
    """A stored signature, and how it stands now."""

    id: int
    candidate_id: int
    kind: StatementKind
    meaning: str
    """A ``Meaning``; "", as are the next texts, when the stored bytes cannot be relied on."""
    evaluation_id: str
    account_id: int
    login: str
    name: str
    role: str
    decision: str
    sentence: str
    reason: str
    signed_at: datetime
    offset: str
    valid_until: datetime | None
    payload_sha256: str
    supersedes: str
    key_id: str
    leaf: int
    """Index of its event in the log."""
    state: SignOffState
    because: str
    """Why it is in this state, in a sentence; "" where the state says it all."""
    verified: bool
    """Whether the stored signature still verifies over the stored bytes with the signer's public key."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All signatures of a candidate together, against the policy's quorum."""

    state: SignOffState
    text: str
    signed: Mapping[str, int]
    """Role -> distinct persons whose approval stands."""
    required: Mapping[str, int]
    """Role -> distinct persons the policy asks for."""

    @property
    def missing(self) -> Mapping[str, int]:
        """Give what is still needed, by role."""
        return {role: n - self.signed.get(role, 0) for role, n in self.required.items() if self.signed.get(role, 0) < n}
