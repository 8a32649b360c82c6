"""The two ways to talk to the database: look at one moment of it, or change it in one step."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from dashboard.store.engine import Store
from dashboard.store.faults import guarded

__all__ = ["Connection", "lock", "one", "reading", "revision", "rows", "run", "writing"]

_REVISION = "revision"

#: Key spaces of PostgreSQL's advisory locks. They are always taken in this order: project, then ledger.
PROJECT_LOCK = 0x43530001
LEDGER_LOCK = 0x43530002


@contextmanager
def reading(store: Store) -> Iterator[Connection]:
    """Give a connection that sees one moment of the database and can change nothing."""
    with guarded(store.url), store.reader.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(store: Store, *, bump: bool = True) -> Iterator[Connection]:
    """Give a connection that holds the write lock; commit at the end of the block, or leave no trace.

    The revision goes up in the same transaction, so that what pages have cached is known to be old. ``bump`` is
    switched off for writes that no page shows, such as when a session was last seen.
    """
    with guarded(store.url), store.writer.connect() as connection, connection.begin():
        yield connection
        if bump:
            raise_revision(connection)


def raise_revision(connection: Connection) -> None:
    """Make every cached page old; the last statement of a transaction, since it locks the row on PostgreSQL."""
    run(connection, "UPDATE meta SET number = number + 1 WHERE name = :name", name=_REVISION)


def revision(store: Store) -> int:
    """Give the number that goes up with every change: the cache key of pages."""
    with reading(store) as connection:
        return int(one(connection, "SELECT number FROM meta WHERE name = :name", name=_REVISION)["number"])


def lock(connection: Connection, space: int, key: int = 0) -> None:
    """Wait for the turn of this transaction; on SQLite the write lock is already in hand."""
    if connection.dialect.name == "postgresql":
        run(connection, "SELECT pg_advisory_xact_lock(:space, :key)", space=space, key=key)


def run(connection: Connection, sql: str, **values: Any) -> int:
    """Run a statement and give the number of rows it changed."""
    return connection.execute(text(sql), values).rowcount


def rows(connection: Connection, sql: str, **values: Any) -> list[RowMapping]:
    """Give all rows of a query, by column name."""
    return list(connection.execute(text(sql), values).mappings())


def columns(connection: Connection, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
    """Give all rows of a query as bare tuples: for many rows."""
    return map(tuple, connection.execute(text(sql), values))


def first(connection: Connection, sql: str, **values: Any) -> RowMapping | None:
    """Give the first row of a query, or nothing."""
    return connection.execute(text(sql), values).mappings().first()


def one(connection: Connection, sql: str, **values: Any) -> RowMapping:
    """Give the only row of a query that always has one."""
    return connection.execute(text(sql), values).mappings().one()


def scalar(connection: Connection, sql: str, **values: Any) -> Any:
    """Give the first column of the first row, or ``None``."""
    return connection.execute(text(sql), values).scalar()
