"""SQLite's two engines: write-ahead log, patient locks, a private file.

A database that may not be written is read as it lies there, and every attempt to write says so.
"""

import atexit
import os
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from sqlalchemy import URL, Engine, NullPool, create_engine, event

from dashboard.errors import StoreError
from dashboard.store.faults import guarded

OLDEST_SQLITE = (3, 35, 0)
_BUSY_S = 60
_POOL = 20
_PRAGMAS = (
    f"PRAGMA busy_timeout={_BUSY_S * 1000}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
    "PRAGMA mmap_size=0",  # mapped reads make a cold database four times slower to page in
    "PRAGMA temp_store=FILE",  # a million staged cases must not live in memory
    # Every commit carries its line of the ledger, and the ledger must survive a power cut.
    "PRAGMA synchronous=FULL",
)


def private_path() -> Path:
    """Make a place for a database that nobody else sees and that goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / "private.db"


def engines(path: Path, *, create: bool) -> tuple[Engine, Engine]:
    """Give the reading and the writing engine of the file at ``path``.

    Raises:
        StoreError: there is no such file and none may be made, it is not a database, or it can be neither written nor
            read alone.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        msg = f"This Python comes with SQLite {sqlite3.sqlite_version}; 3.35 or newer is needed."
        raise StoreError(msg, slug="sqlite-too-old", hint="Use a Python that is linked to a newer SQLite.")
    _prepare_file(path, create=create)
    if not _may_be_written(path):
        _look_at(path)
        writer = create_engine("sqlite://", creator=lambda: _refuse(path), poolclass=NullPool)
        return _reader_of_unwritable(path), writer
    _turn_on_wal(path)
    return _engine(path, begin="BEGIN", read_only=True), _engine(path, begin="BEGIN IMMEDIATE", read_only=False)


def _prepare_file(path: Path, *, create: bool) -> None:
    try:
        if path.is_dir():
            msg = f"{path} is a folder, not a database file."
            raise StoreError(msg, slug="store-not-a-file", hint="Name a file in it, such as countersign.db.")
        # A file that exists is not opened to look at its head: closing it would drop every lock this process holds
        # on the database (POSIX locks belong to the process), under the feet of a store that is open already.
        if path.exists():
            return
        if not create:
            msg = f"There is no database at {path}."
            raise StoreError(msg, slug="store-missing", hint="Check the path; `countersign ingest` creates databases.")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The log and the index of the write-ahead log take over the mode of the file they belong to.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        msg = f"The database file {path} cannot be opened: {error.strerror or error}."
        raise StoreError(msg, slug="store-unreachable") from error


def _turn_on_wal(path: Path) -> None:
    """Switch the write-ahead log on, once, and see that it is on.

    The switch does not wait for locks as other statements do, so two processes that open a new file together
    need this loop.
    """
    deadline = time.monotonic() + _BUSY_S
    with guarded(str(path)):
        connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        try:
            answer = _journal_mode(connection, deadline)
        except sqlite3.DatabaseError as error:
            if "not a database" not in str(error):
                raise
            raise _no_database(path) from error
        finally:
            connection.close()
    if answer != "wal":
        msg = f"SQLite cannot keep a write-ahead log for {path} (it answered {answer!r})."
        hint = "Put the database on a local disk, not on a network file system, or use PostgreSQL."
        raise StoreError(msg, slug="store-no-wal", hint=hint)


def _journal_mode(connection: sqlite3.Connection, deadline: float) -> str:
    while True:
        try:
            return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _no_database(path: Path) -> StoreError:
    hint = "Name another file; this one was left alone."
    return StoreError(f"{path} is not an SQLite database.", slug="store-not-a-database", hint=hint)


def _may_be_written(path: Path) -> bool:
    """Say whether this process may write the database: the file, and its log beside it."""
    effective = os.access in os.supports_effective_ids

    def may(what: Path) -> bool:
        return os.access(what, os.W_OK, effective_ids=effective)

    beside = [Path(f"{path}-wal"), Path(f"{path}-shm")]
    return may(path) and (may(path.parent) or all(may(file) for file in beside))


def _look_at(path: Path) -> None:
    """See that an unwritable database can be read."""
    try:
        connection = _open_unwritable(path)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise _no_database(path) from error
        msg = f"The database {path} may not be written, and its latest changes lie in its log, which needs writing."
        hint = "Copy it with its -wal file to a folder that may be written, or stop the server that has it open."
        raise StoreError(msg, slug="store-read-only", hint=hint) from error


def _open_unwritable(path: Path) -> sqlite3.Connection:
    """Open the file as it lies there.

    Reading beside a writer needs an index in shared memory, which cannot be made where nothing may be written. Without
    a log nobody has written since, and SQLite is told that it can do without; this is looked at for every reading.
    """
    log = Path(f"{path}-wal")
    still = "" if log.exists() and log.stat().st_size else "&immutable=1"
    address = f"file:{quote(str(path.absolute()))}?mode=ro{still}"
    return sqlite3.connect(address, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)


def _reader_of_unwritable(path: Path) -> Engine:
    # A connection a reading: one that was told that nothing changes must not be kept.
    engine = create_engine("sqlite://", creator=lambda: _open_unwritable(path), poolclass=NullPool)
    return _set_up(engine, begin="BEGIN", read_only=True)


def _refuse(path: Path) -> NoReturn:
    msg = f"The database {path} may only be read by this account."
    raise StoreError(msg, slug="store-read-only", hint="Check who owns the file and its folder, and how it is mounted.")


def _engine(path: Path, *, begin: str, read_only: bool) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": _BUSY_S, "isolation_level": None, "check_same_thread": False},
        pool_size=_POOL,
        max_overflow=_POOL,
        pool_timeout=_BUSY_S,
    )
    return _set_up(engine, begin=begin, read_only=read_only)


def _set_up(engine: Engine, *, begin: str, read_only: bool) -> Engine:
    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        # SQLite's own lower() knows ASCII letters alone.
        connection.create_function("lowered", 1, str.lower, deterministic=True)
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
