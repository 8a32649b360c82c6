"""What is concluded of test cases and of their failures, and what people decided about them."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class FailureGroupRow(SQLModel, table=True):
    """Failures with one cause, by fingerprint."""

    __tablename__ = "failure_group"

    id: int | None = Field(default=None, primary_key=True)
    digest: bytes = Field(sa_type=LargeBinary, unique=True)
    """sha256 of the fingerprint's parts."""
    type: str | None = None
    title: str
    """The masked first line of the message, as it is shown."""
    frame: str | None = None


class GroupSeenRow(SQLModel, table=True):
    """How many cases of a run failed in a group: rollup of the failing results of the run."""

    __tablename__ = "group_seen"
    __table_args__ = (Index("group_seen_trend", "branch_id", "group_id", "run_id"), {"sqlite_with_rowid": False})

    run_id: int = Field(primary_key=True)
    group_id: int = Field(primary_key=True)
    branch_id: int
    cases: int


class CaseStateRow(SQLModel, table=True):
    """The status of a case on a branch. A case that has never failed there has no row: it is healthy."""

    __tablename__ = "case_state"
    __table_args__ = (Index("case_state_listed", "branch_id", "status"), {"sqlite_with_rowid": False})

    branch_id: int = Field(primary_key=True)
    case_id: int = Field(primary_key=True)
    status: str
    rule: str
    because: str
    order_suspect: str | None = None
    """Why the order of the tests is suspected; nothing when it is not."""
    since: int | None = Field(default=None, sa_type=BigInteger)
    changed_at: int = Field(sa_type=BigInteger)
    """Start of the run with which the status came."""
    failures: int
    decided: int
    low: float
    high: float
    failed_runs: int
    retried_runs: int
    rerun_us: int = Field(sa_type=BigInteger)
    last_run: int
    """Newest run of the window in which it was seen."""
    rules: str
    """Digest of the thresholds, with the version of the rules."""


class CaseEventRow(SQLModel, table=True):
    """A change of status. ``run_id`` is the run that brought it; nothing where new thresholds did."""

    __tablename__ = "case_event"
    __table_args__ = (Index("case_event_of_branch", "branch_id", "id"), Index("case_event_of_case", "case_id", "id"))

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int
    case_id: int
    run_id: int | None = None
    at: int = Field(sa_type=BigInteger)
    old_status: str
    new_status: str
    rule: str
    because: str
    evidence: str
    """JSON list of run ids."""
    rules: str


class MuteRow(SQLModel, table=True):
    """A failing test that somebody answers for, for a while. It never changes a figure."""

    __tablename__ = "mute"
    __table_args__ = (Index("mute_of_project", "project_id", "ended_at"), Index("mute_of_case", "case_id"))

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    case_id: int = Field(foreign_key="test_case.id")
    branch: str | None = None
    """The only branch it holds on; nothing for all."""
    owner: str
    reason: str
    ticket: str
    created_by: str
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    ended_by: str | None = None
    ended_because: str | None = None


class CaseNoteRow(SQLModel, table=True):
    """What somebody wrote beside a case; never changed, never taken out."""

    __tablename__ = "case_note"
    __table_args__ = (Index("case_note_of_case", "case_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="test_case.id")
    body: str
    written_by: str
    written_at: int = Field(sa_type=BigInteger)


class OwnershipRow(SQLModel, table=True):
    """A version of a project's CODEOWNERS file; the newest holds."""

    __tablename__ = "ownership"
    __table_args__: ClassVar[Any] = (UniqueConstraint("project_id", "digest", "set_at"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    digest: str
    body: str
    set_by: str
    set_at: int = Field(sa_type=BigInteger)
