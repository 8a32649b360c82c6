"""The tables. Their classes declare the schema once for both engines; the data itself moves as plain tuples.

Times are Unix milliseconds and durations microseconds, both whole numbers in UTC; NULL is "not said". Facts are
clustered by artefact or run and carry no second index and no foreign key: their parents are written in the same
transaction and are never deleted.
"""

from sqlmodel import SQLModel

from dashboard.store.tables import accounts, candidates, cases, judgements, labels, records, states

__all__ = ["METADATA", "accounts", "candidates", "cases", "judgements", "labels", "records", "states"]

METADATA = SQLModel.metadata
