"""Brings a database up to the current schema: small numbered steps, forward only, all in one transaction.

Two processes that start together are safe: each takes the write lock (on PostgreSQL an advisory lock) and looks at
the version again before it does anything.
"""

import time
from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection, Engine, Table, inspect, text
from sqlalchemy.schema import CreateColumn

from dashboard.errors import StoreError
from dashboard.store import triggers
from dashboard.store.faults import guarded

_MIGRATION_LOCK = 0x43530000


#: Columns that step 2 added to tables that were there.
_ADDED_IN_2: Mapping[str, tuple[str, ...]] = {}


def _new_database(connection: Connection) -> None:
    """Make the current schema at once; what the steps do one by one ends at the same."""
    from dashboard.store.tables import METADATA  # noqa: PLC0415 - 0.3 s of imports, needed once in a database's life

    METADATA.create_all(connection, checkfirst=False)
    triggers.create(connection)
    connection.execute(text("INSERT INTO meta (name, number) VALUES ('revision', 0)"))


def _second_schema(connection: Connection) -> None:
    from dashboard.store.tables import METADATA  # noqa: PLC0415 - as above

    METADATA.create_all(connection, checkfirst=True)
    for table, names in _ADDED_IN_2.items():
        add_columns(connection, METADATA.tables[table], names)


def add_columns(connection: Connection, table: Table, names: Iterable[str]) -> None:
    """Add the columns that an existing table lacks, and the indexes over them."""
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for name in names:
        if name not in there:
            column = CreateColumn(table.columns[name]).compile(dialect=connection.dialect)
            connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {column}"))
    indexes = {index["name"] for index in inspect(connection).get_indexes(table.name)}
    for index in table.indexes:
        if index.name not in indexes:
            index.create(connection)


#: Step n brings a database from version n to n + 1; an empty one is made at the current version. A step is safe where
#: what it adds is there already, and what a published step added is never taken back by changing the step.
STEPS: Mapping[int, Callable[[Connection], None]] = {1: _second_schema}
CURRENT = 2


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
                _new_database(connection)
                _applied(connection, CURRENT)
            else:
                for number in range(found, CURRENT):
                    STEPS[number](connection)
                    _applied(connection, number + 1)


def _applied(connection: Connection, number: int) -> None:
    connection.execute(
        text("INSERT INTO schema_version (version, applied_at) VALUES (:number, :at)"),
        {"number": number, "at": time.time_ns() // 1_000_000},
    )
