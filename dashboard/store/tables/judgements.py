"""Policies, evaluations, conditions, and the two tables that are only ever added to."""

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class PolicyRow(SQLModel, table=True):
    """A version of a project's policy, as its file was written."""

    __tablename__ = "policy"
    __table_args__ = (Index("policy_of_project", "project_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    digest: str
    body: str
    set_by: str
    """Who wrote it: of a change by two persons the one who proposed it."""
    set_at: int = Field(sa_type=BigInteger)
    approved_by: str | None = None
    """The second person; nothing for a project's first policy, which one person may set."""
    reason: str | None = None


class ProposalRow(SQLModel, table=True):
    """A policy that somebody would put in force; it judges nothing until somebody else agrees."""

    __tablename__ = "policy_proposal"
    __table_args__ = (Index("policy_proposal_of_project", "project_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    digest: str
    body: str
    base_digest: str
    """Of the policy that was in force when this was proposed: what its differences are told against."""
    reason: str
    proposed_by: str
    proposed_at: int = Field(sa_type=BigInteger)
    state: str
    """``proposed``, ``approved``, ``rejected``, ``withdrawn`` or ``superseded``."""
    decided_by: str | None = None
    decided_at: int | None = Field(default=None, sa_type=BigInteger)
    decision_note: str | None = None


class EvaluationRow(SQLModel, table=True):
    """A judgement, by the digest of its inputs."""

    __tablename__ = "evaluation"
    __table_args__ = (Index("evaluation_of_candidate", "candidate_id", "evaluated_at"),)

    id: str = Field(primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id")
    decision: str
    earned_halves: int
    possible_halves: int
    policy_digest: str
    policy_version: int
    as_of: int = Field(sa_type=BigInteger)
    evaluated_at: int = Field(sa_type=BigInteger)
    body: bytes = Field(sa_type=LargeBinary)


class ConditionRow(SQLModel, table=True):
    """What must be done for a conditional decision, by whom and by when."""

    __tablename__ = "release_condition"
    __table_args__ = (Index("condition_of_candidate", "candidate_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id")
    gate: str
    body: str
    owner: str
    due: str
    """ISO 8601 date."""
    verification: str
    stage: str
    created_by: str
    created_at: int = Field(sa_type=BigInteger)
    closed_by: str | None = None
    closed_at: int | None = Field(default=None, sa_type=BigInteger)
    closing_note: str | None = None


class WaiverRow(SQLModel, table=True):
    """A failed gate that may be set aside until a moment, when a second person agrees."""

    __tablename__ = "waiver"
    __table_args__ = (Index("waiver_of_candidate", "candidate_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id")
    gate: str
    reason: str
    requested_by: str
    requested_at: int = Field(sa_type=BigInteger)
    approved_by: str | None = None
    approved_at: int | None = Field(default=None, sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    withdrawn_by: str | None = None
    withdrawn_at: int | None = Field(default=None, sa_type=BigInteger)


class AcceptanceRow(SQLModel, table=True):
    """A signed reason why a finding may stand, bound to the finding's digest."""

    __tablename__ = "finding_acceptance"
    __table_args__ = (UniqueConstraint("candidate_id", "digest"),)

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id")
    rule: str
    digest: str
    account_id: int = Field(foreign_key="account.id")
    login: str
    name: str
    role: str
    reason: str
    at: int = Field(sa_type=BigInteger)
    payload_sha256: str
    envelope: bytes = Field(sa_type=LargeBinary)


class EventRow(SQLModel, table=True):
    """A line of the ledger; ``seq`` counts from 0 without a gap and is the index of the leaf in the Merkle tree."""

    __tablename__ = "event"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: int = Field(sa_type=BigInteger)
    kind: str
    actor: str
    body: bytes = Field(sa_type=LargeBinary)
    leaf: bytes = Field(sa_type=LargeBinary)


class SignoffRow(SQLModel, table=True):
    """A signed statement about a candidate: the envelope is stored byte for byte as it was signed."""

    __tablename__ = "signoff"
    __table_args__ = (UniqueConstraint("event_seq"), Index("signoff_of_candidate", "candidate_id", "id"))

    id: int | None = Field(default=None, primary_key=True)
    candidate_id: int = Field(foreign_key="candidate.id")
    evaluation_id: str
    kind: str
    account_id: int = Field(foreign_key="account.id")
    login: str
    name: str
    role: str
    key_id: str
    signed_at: int = Field(sa_type=BigInteger)
    valid_until: int | None = Field(default=None, sa_type=BigInteger)
    event_seq: int = Field(foreign_key="event.seq")
    envelope: bytes = Field(sa_type=LargeBinary)
