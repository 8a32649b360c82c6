"""Projects, candidates, runs, artefacts, and the bytes of the artefacts."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class ProjectRow(SQLModel, table=True):
    """A project, known by its slug."""

    __tablename__ = "project"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    created_at: int = Field(sa_type=BigInteger)


class BranchRow(SQLModel, table=True):
    """A branch of a project; "" stands for runs that name none."""

    __tablename__ = "branch"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    name: str


class CandidateRow(SQLModel, table=True):
    """What is proposed for release. ``opened_at`` is the start of its first run."""

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("project_id", "subject"),
        Index("candidate_recent", "project_id", "opened_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    subject: str
    version: str | None = None
    branch: str | None = None
    environment: str | None = None
    opened_at: int = Field(sa_type=BigInteger)
    as_of: int | None = Field(default=None, sa_type=BigInteger)


class RunRow(SQLModel, table=True):
    """A run of a pipeline on a candidate, with the rollup of its test results (attempt 0 of each case).

    ``test_artefacts`` is 0 for a run that brought no test report: such a run is not a run of the suite.
    ``new_failures`` and ``fixed`` count the cases whose state flipped since the run before on the branch.
    """

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("candidate_id", "name"),
        Index("run_of_branch", "branch_id", "started_at", "id"),
        Index("run_of_project", "project_id", "started_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    candidate_id: int = Field(foreign_key="candidate.id")
    branch_id: int = Field(foreign_key="branch.id")
    name: str
    started_at: int = Field(sa_type=BigInteger)
    test_artefacts: int = 0
    total: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    flaky: int = 0
    duration_us: int | None = Field(default=None, sa_type=BigInteger)
    new_failures: int = 0
    fixed: int = 0


class ArtefactRow(SQLModel, table=True):
    """An evidence file of a candidate. ``part`` numbers the files of one run, so that facts can name theirs briefly."""

    __tablename__ = "artefact"
    __table_args__ = (
        UniqueConstraint("candidate_id", "sha256"),
        UniqueConstraint("run_id", "part"),
        Index("artefact_recent", "project_id", "ingested_at", "id"),
        Index("artefact_digest", "sha256"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    candidate_id: int = Field(foreign_key="candidate.id")
    run_id: int = Field(foreign_key="run.id")
    part: int
    sha256: str
    name: str
    size: int = Field(sa_type=BigInteger)
    kind: str
    format: str
    producer: str | None = None
    reader_version: int
    records_sha256: str
    incomplete: bool
    collected_at: int = Field(sa_type=BigInteger)
    ingested_at: int = Field(sa_type=BigInteger)
    ingested_by: str
    origin: str
    counts: str
    """JSON text, as are the next two."""
    ledger: str
    notes: str


class BlobRow(SQLModel, table=True):
    """A compressed piece of a file, by the digest of the whole: kept once, whoever sends it."""

    __tablename__ = "blob_chunk"

    sha256: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)


class MetaRow(SQLModel, table=True):
    """Numbers of the database as a whole, such as its revision."""

    __tablename__ = "meta"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    name: str = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger)
