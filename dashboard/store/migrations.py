"""Brings a database up to the current schema: small numbered steps, forward only, all in one transaction.

Two processes that start together are safe: each takes the write lock (on PostgreSQL an advisory lock) and looks at
the version again before it does anything.

SQLite cannot drop a constraint: the table is made anew under another name and takes the old one's place. References to
it must not be enforced meanwhile (dropping a table deletes its rows), which can be said outside a transaction only; so
they are all looked at before the transaction ends.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn, CreateTable

from dashboard.errors import StoreError
from dashboard.store import partitions, search_index, triggers
from dashboard.store.faults import guarded

_MIGRATION_LOCK = 0x43530000
_INSUFFICIENT_PRIVILEGE = "42501"


#: Columns that step 2 added to tables that were there.
_ADDED_IN_2: Mapping[str, tuple[str, ...]] = {
    "artefact": ("pruned_at",),
    "candidate": ("superseded_at", "superseded_by", "superseded_because"),
    "coverage_file": ("branch_numbering", "branches_taken", "branches_missed"),
    "failure_text": ("group_id",),
    "policy": ("approved_by", "reason"),
    "run": ("infrastructure", "pruned_at", "cases_digest"),
    "test_case": ("family", "base_length"),
    "test_result": (),
}


def _new_database(connection: Connection) -> None:
    """Make the current schema at once; what the steps do one by one ends at the same."""
    from dashboard.store.tables import METADATA  # noqa: PLC0415 - 0.3 s of imports, needed once in a database's life

    METADATA.create_all(connection, checkfirst=False)
    triggers.create(connection)
    connection.execute(text("INSERT INTO meta (name, number) VALUES ('revision', 0)"))
    partitions.create(connection)
    search_index.create(connection)


def _second_schema(connection: Connection) -> None:
    from dashboard.store import families  # noqa: PLC0415 - it needs the store open, which this is a part of
    from dashboard.store.tables import METADATA  # noqa: PLC0415 - as above

    METADATA.create_all(connection, checkfirst=True)
    partitions.convert(connection)
    search_index.create(connection)
    for table, names in _ADDED_IN_2.items():
        add_columns(connection, METADATA.tables[table], names)
    drop_unique(connection, METADATA.tables["candidate"], ("project_id", "subject"))
    families.keep_older(connection)


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


def drop_unique(connection: Connection, table: Table, names: tuple[str, ...]) -> None:
    """Let rows be alike in these columns, where a constraint of the table forbids it."""
    found = [
        known["name"]
        for known in inspect(connection).get_unique_constraints(table.name)
        if tuple(known["column_names"]) == names
    ]
    if found and connection.dialect.name == "sqlite":
        _rebuild(connection, table)
    elif found:
        connection.execute(text(f'ALTER TABLE {table.name} DROP CONSTRAINT "{found[0]}"'))


def _rebuild(connection: Connection, table: Table) -> None:
    """Make a table of SQLite anew as it is declared now, with its rows; its triggers would be lost, so it has none."""
    apart = MetaData()
    for referred in {key.column.table for key in table.foreign_keys}:
        referred.to_metadata(apart)
    name = f"{table.name}_rebuilt"
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    connection.execute(CreateTable(table.to_metadata(apart, name=name)))
    connection.execute(text(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {table.name}"))
    connection.execute(text(f"DROP TABLE {table.name}"))
    connection.execute(text(f"ALTER TABLE {name} RENAME TO {table.name}"))
    for index in table.indexes:
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


@contextmanager
def _said_to_be_behind(found: int, url: str) -> Iterator[None]:
    """Say what to do when the schema must be changed by an account that may not."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _INSUFFICIENT_PRIVILEGE:
            raise
        state = "has no tables yet" if found == 0 else f"is behind (schema {found}; this program needs {CURRENT})"
        msg = f"The database {url} {state}, and this account may not change its tables."
        hint = "Open it once with the account that owns the tables, then run roles.sql again; see the README."
        raise StoreError(msg, slug="store-schema-behind", hint=hint) from error


def migrate(reader: Engine, writer: Engine, url: str) -> None:
    """Run the steps that are missing.

    Raises:
        StoreError: a newer program, or another one, wrote this database, or it cannot be written; slug
            ``store-schema-behind`` when this account may not change the tables.
    """
    with guarded(url):
        with reader.connect() as connection, connection.begin():
            found = version(connection)
        _refuse_newer(found, url)
        if found == CURRENT:
            return
        with _said_to_be_behind(found, url), _changing(writer, url) as connection:
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


@contextmanager
def _changing(writer: Engine, url: str) -> Iterator[Connection]:
    """Give a connection in the transaction of the steps, which ends only when every reference leads to a row."""
    with writer.connect() as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                _refuse_broken(connection, url)
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _refuse_broken(connection: Connection, url: str) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        msg = f"The database {url} has rows in {broken[0]} that belong to a missing {broken[2]}; it was left as it was."
        hint = "Restore a backup, or run `countersign db check` of the version that wrote it."
        raise StoreError(msg, slug="store-references-broken", hint=hint)


def _applied(connection: Connection, number: int) -> None:
    connection.execute(
        text("INSERT INTO schema_version (version, applied_at) VALUES (:number, :at)"),
        {"number": number, "at": time.time_ns() // 1_000_000},
    )
