"""What reports say of their test cases beside the outcome: marks, tags, traits and properties.

Most cases of a suite carry the same few, so a set of them is stored once and each result names its set. Only results
that carry some have a row. They belong to the run, since what a test is marked with changes with the code, and what an
older candidate was judged by must not.
"""

from typing import Any, ClassVar

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel


class LabelSetRow(SQLModel, table=True):
    """A set of labels, once by digest; ``body`` is JSON: sorted pairs of name and value."""

    __tablename__ = "label_set"

    id: int | None = Field(default=None, primary_key=True)
    digest: bytes = Field(sa_type=LargeBinary, unique=True)
    body: str


class CaseLabelRow(SQLModel, table=True):
    """The labels of a case in a run; more than one row where its files label it differently."""

    __tablename__ = "case_label"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    run_id: int = Field(primary_key=True)
    case_id: int = Field(primary_key=True)
    set_id: int = Field(primary_key=True)
