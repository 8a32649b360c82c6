"""Brings a database up to the current schema: small numbered steps, forward only, all in one transaction.

Two processes that start together are safe: each takes the write lock (on PostgreSQL an advisory lock) and looks at
the version again before it does anything.
"""

import time
from collections.abc import Callable

from sqlalchemy import Connection, Engine, text

from dashboard.errors import StoreError
from dashboard.store import triggers
from dashboard.store.faults import guarded

_MIGRATION_LOCK = 0x43530000


def _first_schema(connection: Connection) -> None:
    from dashboard.store.tables import METADATA  # noqa: PLC0415 - 0.3 s of imports, needed once in a database's life

    METADATA.create_all(connection, checkfirst=False)
    triggers.create(connection)
    connection.execute(text("INSERT INTO meta (name, number) VALUES ('revision', 0)"))


#: Step n brings a database from version n-1 to n. Published steps never change.
STEPS: tuple[Callable[[Connection], None], ...] = (_first_schema,)
CURRENT = len(STEPS)


def version(connection: Connection) -> int:
    """Give the version of the schema; 0 for an empty database.

    Raises:
        StoreError: slug ``store-foreign`` when an SQLite file holds the tables of another program.
    """
    if connection.dialect.name == "sqlite":
        names = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
        if "schema_version" not in names:
            if names:
                msg = f"The database is of another program (it has the table {min(names)})."
                raise StoreError(msg, slug="store-foreign", hint="Name another file; this one was left alone.")
            return 0
    elif connection.execute(text("SELECT to_regclass('schema_version')")).scalar() is None:
        return 0
    found = connection.execute(text("SELECT coalesce(max(version), 0) FROM schema_version")).scalar()
    return int(found or 0)


def _refuse_newer(found: int, url: str) -> None:
    if found > CURRENT:
        msg = f"The database {url} was written by a newer program (schema {found}; this one knows {CURRENT})."
        raise StoreError(msg, slug="store-newer", hint="Update countersign here; the database was left alone.")


def migrate(reader: Engine, writer: Engine, url: str) -> None:
    """Run the steps that are missing.

    Raises:
        StoreError: a newer program, or another one, wrote this database, or it cannot be written.
    """
    with guarded(url):
        with reader.connect() as connection, connection.begin():
            found = version(connection)
        _refuse_newer(found, url)
        if found == CURRENT:
            return
        with writer.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            found = version(connection)
            _refuse_newer(found, url)
            if found == 0:
                connection.execute(
                    text("CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL)")
                )
            for number, step in enumerate(STEPS[found:], start=found + 1):
                step(connection)
                connection.execute(
                    text("INSERT INTO schema_version (version, applied_at) VALUES (:number, :at)"),
                    {"number": number, "at": time.time_ns() // 1_000_000},
                )
