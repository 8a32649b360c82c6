"""Records of the other kinds of evidence, each clustered by the artefact it was read from."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Float, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

_CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}
_EMPTY: dict[str, Any] = {"server_default": ""}


class CoverageRow(SQLModel, table=True):
    """Coverage of one source file; percentages are made only for showing."""

    __tablename__ = "coverage_file"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    artefact_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    path: str
    lines_total: int | None = Field(default=None, sa_type=BigInteger)
    lines_hit: int | None = Field(default=None, sa_type=BigInteger)
    branches_total: int | None = Field(default=None, sa_type=BigInteger)
    branches_hit: int | None = Field(default=None, sa_type=BigInteger)
    statements_total: int | None = Field(default=None, sa_type=BigInteger)
    statements_hit: int | None = Field(default=None, sa_type=BigInteger)
    lines_excluded: int | None = Field(default=None, sa_type=BigInteger)
    hit: str
    missed: str
    partial: str
    approximate: bool
    branch_numbering: str = Field(default="", sa_column_kwargs=_EMPTY)
    branches_taken: str = Field(default="", sa_column_kwargs=_EMPTY)
    branches_missed: str = Field(default="", sa_column_kwargs=_EMPTY)


class ContextRow(SQLModel, table=True):
    """A name by which a coverage report tells parts of the run apart (a test), interned for its artefact."""

    __tablename__ = "coverage_context"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    artefact_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    name: str


class ContextLinesRow(SQLModel, table=True):
    """The contexts that ran lines of one file (``seq`` is its own): ``name's seq:ranges`` by line, compressed."""

    __tablename__ = "coverage_context_lines"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    artefact_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    contexts: int
    body: bytes = Field(sa_type=LargeBinary)


class BenchmarkRow(SQLModel, table=True):
    """One benchmark, in base units; ``samples`` is a JSON list."""

    __tablename__ = "benchmark_result"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    artefact_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    name: str
    grouping: str | None = None
    value: float = Field(sa_type=Float)
    statistic: str
    unit: str
    unit_text: str
    direction: str | None = None
    mean: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    stddev: float | None = None
    rounds: int | None = Field(default=None, sa_type=BigInteger)
    fingerprint: str
    samples: str


class FlagRow(SQLModel, table=True):
    """What one feature flag serves; ``depends_on`` and ``plan`` are JSON lists."""

    __tablename__ = "flag_state"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    artefact_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    key: str
    enabled: bool | None = None
    served_min_pct: float | None = None
    served_max_pct: float | None = None
    category: str | None = None
    depends_on: str
    plan: str
    description: str | None = None
    value: str | None = None


class HealthRow(SQLModel, table=True):
    """One check of a health document."""

    __tablename__ = "health_check"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    artefact_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    name: str
    status: str
    observed: str | None = None
    unit: str | None = None
    time: str | None = None
    output: str | None = None


class SeriesRow(SQLModel, table=True):
    """A metric with its labels, interned; ``digest`` stands for metric, labels and unit."""

    __tablename__ = "metric_series"
    __table_args__ = (UniqueConstraint("project_id", "digest"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    digest: bytes = Field(sa_type=LargeBinary)
    metric: str
    labels: str
    unit: str


class SampleRow(SQLModel, table=True):
    """One sample; a ``value`` of NULL was present and measured nothing."""

    __tablename__ = "metric_sample"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    artefact_id: int = Field(primary_key=True)
    series_id: int = Field(primary_key=True)
    at_ms: int = Field(primary_key=True, sa_type=BigInteger)
    value: float | None = None
    observations: int | None = Field(default=None, sa_type=BigInteger)


class EnvironmentRow(SQLModel, table=True):
    """One line of an environment snapshot."""

    __tablename__ = "environment_fact"
    __table_args__: ClassVar[dict[str, Any]] = _CLUSTERED

    artefact_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    grouping: str
    name: str
    observed: str | None = None
    required: str | None = None
