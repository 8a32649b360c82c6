"""Whole tables as rows, in bounded memory, and what they say in sum."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Float, LargeBinary, Table, select, text

from dashboard.store.tables import METADATA
from dashboard.store.transaction import Connection

Row = Sequence[Any]

#: Tables in which a database speaks of itself.
_OWN = frozenset({"meta"})
_BATCH = 2000
#: Rows that hold bytes may take a megabyte each.
_BATCH_OF_BYTES = 16


def tables() -> tuple[Table, ...]:
    """Give every table of the schema, each after those that it refers to."""
    return tuple(table for table in METADATA.sorted_tables if table.name not in _OWN)


def led_by(column: str) -> tuple[str, ...]:
    """Name the tables that are clustered by this column: it is part of their key."""
    return tuple(table.name for table in tables() if column in table.primary_key.columns)


def batches(
    connection: Connection, table: Table, where: str = "", values: Mapping[str, Any] | None = None
) -> Iterator[Sequence[Row]]:
    """Give the rows of a table, or of a part of it, in the order of its key.

    Values are what the schema says they are on either engine: true and false, bytes, whole numbers, texts.
    """
    statement = select(*table.columns).order_by(*table.primary_key.columns)
    if where:
        statement = statement.where(text(where))
    size = _BATCH_OF_BYTES if _of_bytes(table) else _BATCH
    options = {"stream_results": True, "yield_per": size}
    yield from connection.execute(statement, values or {}, execution_options=options).partitions()


def _of_bytes(table: Table) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(table.columns) if isinstance(column.type, LargeBinary))


class Sum:
    """Count and digest of the rows of a table, the same in any order: their hashes, added up.

    It finds out what a copy lost or changed; against somebody who chooses the rows it proves nothing.
    """

    def __init__(self, table: Table) -> None:
        self.rows = 0
        self._total = 0
        self._said: dict[int, Callable[[Any], Any]] = dict.fromkeys(_of_bytes(table), _hashed)
        for place, column in enumerate(table.columns):
            if isinstance(column.type, Float):
                self._said[place] = _unsigned_zero

    def add(self, batch: Sequence[Row]) -> None:
        """Take some rows."""
        total, said = self._total, self._said
        for row in batch:
            values = list(row)
            for place, say in said.items():
                if values[place] is not None:
                    values[place] = say(values[place])
            total += int.from_bytes(hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).digest())
        self._total = total % 2**256
        self.rows += len(batch)

    @property
    def digest(self) -> str:
        """Give the digest of the rows so far, in hexadecimal."""
        return f"{self._total:064x}"


def _hashed(value: bytes) -> bytes:
    """Give a digest in place of bytes, which take long to write out."""
    return hashlib.sha256(value).digest()


def _unsigned_zero(value: float) -> float:
    """Give a number as SQLite keeps it: it knows no negative nought."""
    return value + 0.0


def summed(connection: Connection, table: Table) -> Sum:
    """Sum a whole table up."""
    found = Sum(table)
    for batch in batches(connection, table):
        found.add(batch)
    return found
