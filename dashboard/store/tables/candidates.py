"""Projects, candidates, runs, artefacts, and the bytes of the artefacts."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, text
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
    """What is proposed for release: a subject for an environment. ``opened_at`` is the start of its first run.

    Two indexes keep it single, because in the first one rows without an environment are never equal.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        Index("candidate_in_environment", "project_id", "subject", "environment", unique=True),
        Index(
            "candidate_in_none",
            "project_id",
            "subject",
            unique=True,
            sqlite_where=text("environment IS NULL"),
            postgresql_where=text("environment IS NULL"),
        ),
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
    superseded_at: int | None = Field(default=None, sa_type=BigInteger)
    """When somebody declared that it goes no further, who and why; nothing where a newer approval passed it over."""
    superseded_by: str | None = None
    superseded_because: str | None = None


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
    cases_digest: bytes | None = Field(default=None, sa_type=LargeBinary)
    """sha256 over the numbers of its cases: equal digests are equal sets. ``None`` in runs of older databases."""
    infrastructure: str | None = None
    """Why the run is taken for a failure of its surroundings; nothing when it is not."""
    pruned_at: int | None = Field(default=None, sa_type=BigInteger)
    """When its results were removed; its totals stay as they were then."""


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
    pruned_at: int | None = Field(default=None, sa_type=BigInteger)
    """When its bytes and records were removed; the row stays, so that what was shown can still be named."""


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
