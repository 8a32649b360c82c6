"""A copy of an SQLite database while it is in use, looked at before it is called one."""

import os
import sqlite3
from pathlib import Path

from dashboard.errors import StoreError, UsageError
from dashboard.store.engine import Store, open_store
from dashboard.store.faults import guarded
from dashboard.store.maintenance.soundness import damage
from dashboard.store.transaction import reading, revision


def backup(store: Store, path: Path) -> int:
    """Copy an SQLite database to a new file while it is in use; gives the size of the copy in bytes.

    The copy is opened afterwards and must be whole and at the revision that the database had, or a later one; a copy
    that is not is removed again.

    Raises:
        UsageError: the database is PostgreSQL's, or the file exists already.
        StoreError: the copy cannot be written, or (slug ``backup-not-whole``) is not what it should be.
    """
    if store.dialect != "sqlite":
        msg = "A PostgreSQL database is backed up with its own tools."
        raise UsageError(msg, slug="backup-with-pg-dump", hint="Use pg_dump --format=custom.")
    before = revision(store)
    _claim(path)
    try:
        with guarded(str(path)), store.reader.connect() as connection:
            copy = sqlite3.connect(path)
            try:
                connection.connection.driver_connection.backup(copy)  # type: ignore[union-attr]
            finally:
                copy.close()
        verify(path, before)
        return path.stat().st_size
    except BaseException:
        for leftover in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
        raise


def _claim(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        msg = f"There is a file {path} already."
        raise UsageError(msg, slug="backup-exists", hint="Name a new file; copies are never overwritten.") from error
    except OSError as error:
        msg = f"The copy {path} cannot be written: {error.strerror or error}."
        raise StoreError(msg) from error


def verify(path: Path, least: int) -> None:
    """See that the copy at ``path`` opens, is whole, and is at revision ``least`` or a later one.

    Raises:
        StoreError: it is not; slug ``backup-not-whole`` where it opens at all.
    """
    copy = open_store(str(path), create=False)
    try:
        with reading(copy) as connection:
            found = damage(connection)
        at = revision(copy)
    finally:
        copy.close()
    if at < least:
        found.append(f"It is at revision {at}, the database was at {least}.")
    if found:
        msg = f"The copy {path} is not whole: {' '.join(found)}"
        raise StoreError(msg, slug="backup-not-whole", hint="Check the disk of the copy, and the database itself.")
