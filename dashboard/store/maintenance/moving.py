"""A whole database into an empty one, of either engine: every table, proved equal before it is committed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from dashboard.errors import ConflictError, StoreError
from dashboard.store import migrations, partitions, search_index
from dashboard.store.engine import Store, open_store, schema_of
from dashboard.store.maintenance.rows import Row, Sum, batches, summed, tables
from dashboard.store.transaction import (
    LEDGER_LOCK,
    Connection,
    columns,
    lock,
    reading,
    revision,
    rows,
    run,
    scalar,
    writing,
)

Watch = Callable[[Sequence[Table], str], Iterable[Table]]
"""Gives the same things back one by one, and may show how far it is."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that is the same in both databases."""

    table: str
    rows: int
    digest: str
    """Of its rows in any order."""


def open_target(url: str) -> Store:
    """Open the database to move to, making its tables where there is none yet.

    Raises:
        ConflictError: slug ``move-target-schema``: it has another schema; it is left as it is.
        StoreError: it cannot be opened.
    """
    found = schema_of(url)
    if found not in (0, migrations.CURRENT):
        msg = f"The target has schema {found}, and this program moves to schema {migrations.CURRENT} only."
        raise ConflictError(msg, slug="move-target-schema", hint="Name an empty database; this one was left alone.")
    return open_store(url)


def move(source: Store, target: Store, watch: Watch) -> list[Moved]:
    """Copy every table in one transaction of the target, and compare count and digest of each before it ends.

    Raises:
        ConflictError: slug ``move-target-not-empty``, or ``move-source-changed`` when somebody wrote meanwhile.
        StoreError: slug ``move-failed``, or ``move-differs`` when a table did not arrive as it left. Nothing of it
            stays in the target in any of these cases.
    """
    with reading(source) as old, writing(target, bump=False) as new:
        lock(new, LEDGER_LOCK)
        _refuse_unless_empty(new, target.url)
        seen = _copy_numbers(old, new)
        if target.dialect == "postgresql":
            _make_partitions(old, new)
        sent = {table.name: _copy(old, new, table) for table in watch(tables(), "Moving")}
        if target.dialect == "postgresql":
            _set_sequences(new)
        search_index.keep(new)
        moved = [_compared(new, table, sent[table.name]) for table in watch(tables(), "Comparing")]
        if revision(source) != seen:
            msg = "Somebody wrote to the database while it was moved; nothing was kept in the target."
            raise ConflictError(msg, slug="move-source-changed", hint="Stop the server and all pipelines, then repeat.")
    return moved


def _refuse_unless_empty(new: Connection, url: str) -> None:
    for table in tables():
        if scalar(new, f'SELECT 1 FROM "{table.name}" LIMIT 1') is not None:
            msg = f"The target {url} is not empty: it has rows in {table.name}."
            raise ConflictError(msg, slug="move-target-not-empty", hint="Name an empty database; nothing was moved.")


def _copy_numbers(old: Connection, new: Connection) -> int:
    """Copy the numbers of the database as a whole, but for its own layout; gives the revision."""
    found = {row["name"]: int(row["number"]) for row in rows(old, "SELECT name, number FROM meta")}
    for name, number in found.items():
        if name != partitions.BELOW:
            run(
                new,
                "INSERT INTO meta (name, number) VALUES (:name, :number) "
                "ON CONFLICT (name) DO UPDATE SET number = excluded.number",
                name=name,
                number=number,
            )
    return found["revision"]


def _make_partitions(old: Connection, new: Connection) -> None:
    wanted = f"SELECT DISTINCT run_id / {partitions.RUNS} FROM test_result ORDER BY 1"
    for (number,) in columns(old, wanted):
        partitions.ensure(new, int(number) * partitions.RUNS)


def _copy(old: Connection, new: Connection, table: Table) -> Sum:
    found = Sum(table)
    driver: Any = new.connection.driver_connection
    failures: Any = new.dialect.loaded_dbapi.Error
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    try:
        if new.dialect.name == "postgresql":
            with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
                for batch in batches(old, table):
                    found.add(batch)
                    for row in batch:
                        copy.write_row(row)
        else:
            places = ", ".join("?" * len(table.columns))
            for batch in batches(old, table):
                found.add(batch)
                driver.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})', _plain(batch))
    except failures as error:
        told = str(error).strip().partition("\n")[0]
        msg = f"The table {table.name} cannot be copied: {told}."
        hint = "Nothing was kept in the target. `countersign db check` on the source may tell more."
        raise StoreError(msg, slug="move-failed", hint=hint) from error
    return found


def _plain(batch: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in batch]


def _set_sequences(new: Connection) -> None:
    """Let the numbers that the target gives next begin after those that were copied."""
    for table in tables():
        column = table.autoincrement_column
        if column is not None:
            last = scalar(new, f'SELECT max("{column.name}") FROM "{table.name}"')
            if last is not None:
                named = {"table": f'"{table.name}"', "column": column.name, "last": int(last)}
                run(new, "SELECT setval(pg_get_serial_sequence(:table, :column), :last)", **named)


def _compared(new: Connection, table: Table, sent: Sum) -> Moved:
    found = summed(new, table)
    if (found.rows, found.digest) != (sent.rows, sent.digest):
        msg = (
            f"The table {table.name} did not arrive as it left: {found.rows:,} of {sent.rows:,} rows, "
            f"digest {found.digest[:12]}… instead of {sent.digest[:12]}…."
        )
        raise StoreError(msg, slug="move-differs", hint="Nothing was kept in the target; report this.")
    return Moved(table.name, found.rows, found.digest)
