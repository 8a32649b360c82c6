"""Test cases and their results.

Outcomes are numbers in order of severity: 0 passed, 1 skipped, 2 failed, 3 error, so that the worst of several is
their maximum and a failing one is ``>= 2``. (SQLite also stores 0 and 1 without a byte of payload.)
"""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

_CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}


class CaseRow(SQLModel, table=True):
    """A test case, interned. ``digest`` stands for suite, class and name, which may be too long for an index."""

    __tablename__ = "test_case"
    __table_args__ = (UniqueConstraint("project_id", "digest"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    digest: bytes = Field(sa_type=LargeBinary)
    suite: str
    classname: str
    name: str
    file: str | None = None
    line: int | None = None


class FailureRow(SQLModel, table=True):
    """Why something did not pass, once by digest; ``body`` is the text, zlib-compressed."""

    __tablename__ = "failure_text"

    id: int | None = Field(default=None, primary_key=True)
    digest: bytes = Field(sa_type=LargeBinary, unique=True)
    type: str | None = None
    message: str | None = None
    size: int = Field(sa_type=BigInteger)
    body: bytes | None = Field(default=None, sa_type=LargeBinary)


class ResultRow(SQLModel, table=True):
    """The fact: attempt 0 is the final outcome of the case in the run, 1 and up exist for cases run repeatedly.

    ``part`` is the artefact of the run that said so.
    """

    __tablename__ = "test_result"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    run_id: int = Field(primary_key=True)
    case_id: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    outcome: int
    duration_us: int | None = Field(default=None, sa_type=BigInteger)
    failure_id: int | None = None
    part: int


class AmbiguousRow(SQLModel, table=True):
    """A case observed several times in a run without these being retries, and each file that observed it."""

    __tablename__ = "ambiguous_case"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    run_id: int = Field(primary_key=True)
    case_id: int = Field(primary_key=True)
    part: int = Field(primary_key=True)


class StatusChangeRow(SQLModel, table=True):
    """A case that began or ceased to fail since the run before on the branch; skips are looked through."""

    __tablename__ = "status_change"
    __table_args__ = (Index("status_change_case", "case_id"), _CLUSTERED)

    run_id: int = Field(primary_key=True)
    case_id: int = Field(primary_key=True)
    old_outcome: int
    new_outcome: int


class CaseStatRow(SQLModel, table=True):
    """Rollup of a case over the runs of a branch. ``last_*`` is the newest run in which it was not skipped."""

    __tablename__ = "case_stat"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False, "postgresql_with": {"fillfactor": 50}}

    branch_id: int = Field(primary_key=True)
    case_id: int = Field(primary_key=True)
    runs: int
    passed: int
    failing: int
    skipped: int
    timed: int
    """Runs that said a duration, whose sum is the next column."""
    sum_us: int = Field(sa_type=BigInteger)
    last_run: int | None = None
    last_outcome: int | None = None
