"""Looking after a database: what is in it, whether it is whole, and a copy of it while it is in use."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from dashboard.errors import StoreError, UsageError
from dashboard.store import migrations, rollups
from dashboard.store.engine import Store
from dashboard.store.faults import guarded
from dashboard.store.transaction import Connection, one, reading, rows, scalar

_COUNTED = ("project", "candidate", "run", "artefact", "test_case", "test_result", "metric_sample", "event", "signoff")


@dataclass(frozen=True, slots=True)
class Info:
    """A database in figures."""

    url: str
    dialect: str
    engine: str
    """SQLite's or PostgreSQL's own version."""
    schema: int
    revision: int
    size: int
    """Bytes of the database, indexes and free pages included."""
    rows: dict[str, int]


def info(store: Store) -> Info:
    """Give figures of the database."""
    with reading(store) as connection:
        sqlite = store.dialect == "sqlite"
        size = (
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            if sqlite
            else "SELECT CAST(sum(pg_total_relation_size(c.oid)) AS BIGINT) FROM pg_class c "
            "WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND c.relkind = 'r'"
        )
        return Info(
            url=store.url,
            dialect=store.dialect,
            engine=str(scalar(connection, "SELECT sqlite_version()" if sqlite else "SHOW server_version")),
            schema=migrations.version(connection),
            revision=int(one(connection, "SELECT number FROM meta WHERE name = 'revision'")["number"]),
            size=int(scalar(connection, size)),
            rows={table: int(scalar(connection, f"SELECT count(*) FROM {table}")) for table in _COUNTED},
        )


def check(store: Store) -> list[str]:
    """Look for damage and for rollups that are not what the facts say; gives a sentence each, none when all is well."""
    with reading(store) as connection:
        found = _damage(connection) if store.dialect == "sqlite" else []
        found += _runs_that_differ(connection)
        for branch in rows(connection, "SELECT id, name FROM branch ORDER BY id"):
            found += _branch_differences(connection, branch["id"], branch["name"])
        found += _files_without_bytes(connection)
        found += _gaps_in_the_ledger(connection)
    return found


def _damage(connection: Connection) -> list[str]:
    told = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    return [] if told == ["ok"] else [f"SQLite finds damage: {line}." for line in told]


def _runs_that_differ(connection: Connection) -> list[str]:
    names = ("id", *rollups.TOTALS)
    facts = rollups.totals_from_facts("run.test_artefacts > 0")
    wanted = ", ".join(("run_id", *rollups.TOTALS))
    differing = rows(
        connection,
        f"SELECT d.id FROM (SELECT {', '.join(names)} FROM run WHERE test_artefacts > 0 EXCEPT "
        f"SELECT {wanted} FROM ({facts}) f) d ORDER BY d.id",
    )
    return [f"The totals of run {row['id']} are not those of its results." for row in differing]


def _branch_differences(connection: Connection, branch_id: int, name: str) -> list[str]:
    mine = "run_id IN (SELECT id FROM run WHERE branch_id = :branch)"
    kept = {
        "sums of cases": f"SELECT {rollups.STATS} FROM case_stat WHERE branch_id = :branch",
        "changes of state": f"SELECT {rollups.CHANGES} FROM status_change WHERE {mine}",
    }
    facts = {"sums of cases": rollups.stats_from_facts(), "changes of state": rollups.changes_from_facts()}
    found = []
    for what, stored in kept.items():
        ways = (f"{stored} EXCEPT {facts[what]}", f"{facts[what]} EXCEPT {stored}")
        wrong = sum(int(scalar(connection, f"SELECT count(*) FROM ({way}) d", branch=branch_id)) for way in ways)
        if wrong:
            found.append(f"On branch {name or '(none)'} {wrong} {what} are not what the results say.")
    return found


def _files_without_bytes(connection: Connection) -> list[str]:
    lost = rows(
        connection,
        "SELECT a.sha256 FROM artefact a WHERE a.size > 0 AND NOT EXISTS "
        "(SELECT 1 FROM blob_chunk b WHERE b.sha256 = a.sha256 AND b.seq = 0) ORDER BY a.sha256",
    )
    return [f"The bytes of artefact {row['sha256'][:12]}… are not there." for row in lost]


def _gaps_in_the_ledger(connection: Connection) -> list[str]:
    row = one(connection, "SELECT count(*) AS events, coalesce(max(seq) + 1, 0) AS expected FROM event")
    missing = int(row["expected"]) - int(row["events"])
    return [f"The ledger has {missing} gaps."] if missing else []


def backup(store: Store, path: Path) -> int:
    """Copy an SQLite database to a new file while it is in use; gives the size of the copy in bytes.

    Raises:
        UsageError: the database is PostgreSQL's, or the file exists already.
        StoreError: the copy cannot be written.
    """
    if store.dialect != "sqlite":
        msg = "A PostgreSQL database is backed up with its own tools."
        raise UsageError(msg, slug="backup-with-pg-dump", hint="Use pg_dump --format=custom.")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        msg = f"There is a file {path} already."
        raise UsageError(msg, slug="backup-exists", hint="Name a new file; copies are never overwritten.") from error
    except OSError as error:
        msg = f"The copy {path} cannot be written: {error.strerror or error}."
        raise StoreError(msg) from error
    with guarded(str(path)), store.reader.connect() as connection:
        copy = sqlite3.connect(path)
        try:
            connection.connection.driver_connection.backup(copy)  # type: ignore[union-attr]
        finally:
            copy.close()
    return path.stat().st_size
