"""Test cases and their results.

Outcomes are numbers in order of severity: 0 passed, 1 skipped, 2 failed, 3 error, so that the worst of several is
their maximum and a failing one is ``>= 2``. (SQLite also stores 0 and 1 without a byte of payload.)
"""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

_CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}
_BAD = text("outcome >= 2")


class CaseRow(SQLModel, table=True):
    """A test case, interned. ``digest`` stands for suite, class and name, which may be too long for an index."""

    __tablename__ = "test_case"
    __table_args__ = (
        UniqueConstraint("project_id", "digest"),
        Index(
            "test_case_family",
            "family",
            sqlite_where=text("family IS NOT NULL"),
            postgresql_where=text("family IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    digest: bytes = Field(sa_type=LargeBinary)
    suite: str
    classname: str
    name: str
    file: str | None = None
    line: int | None = None
    family: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Of a case with parameters in its name: what it shares with those that have others."""
    base_length: int | None = None
    """Letters of the name before its parameters."""


class FailureRow(SQLModel, table=True):
    """Why something did not pass, once by digest; ``body`` is the text, zlib-compressed."""

    __tablename__ = "failure_text"

    id: int | None = Field(default=None, primary_key=True)
    digest: bytes = Field(sa_type=LargeBinary, unique=True)
    type: str | None = None
    message: str | None = None
    size: int = Field(sa_type=BigInteger)
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
    group_id: int | None = None
    """The failures it belongs with; nothing until a failing result was grouped."""


class ResultRow(SQLModel, table=True):
    """The fact: attempt 0 is the final outcome of the case in the run, 1 and up exist for cases run repeatedly.

    ``part`` is the artefact of the run that said so. PostgreSQL keeps ranges of runs in tables of their own; see
    ``store.partitions``.
    """

    __tablename__ = "test_result"
    # One result in a hundred is bad, and they are asked for more often than all others.
    __table_args__ = (
        Index("bad_result", "run_id", "outcome", sqlite_where=_BAD, postgresql_where=_BAD),
        {**_CLUSTERED, "postgresql_partition_by": "RANGE (run_id)"},
    )

    run_id: int = Field(primary_key=True)
    case_id: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    outcome: int
    duration_us: int | None = Field(default=None, sa_type=BigInteger)
    failure_id: int | None = None
    part: int


class UnstableRow(SQLModel, table=True):
    """Which observation of a run stands under which case, where its name changes from run to run.

    ``digest`` is that of the name in the report; it keeps files of one run that name it again on one case.
    """

    __tablename__ = "unstable_name"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    run_id: int = Field(primary_key=True)
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    case_id: int


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
