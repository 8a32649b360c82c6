"""Turns what a database driver says into a sentence with a hint; bugs pass through as they are."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from dashboard.errors import StoreError


class _Fault(NamedTuple):
    """A driver's words, lower case, and what they mean."""

    words: str
    slug: str
    sentence: str
    hint: str


_FAULTS = (
    _Fault("readonly", "store-read-only", "cannot be written", "Check who owns the file and its folder."),
    _Fault("read-only", "store-read-only", "cannot be written", "Use a server or an account that may write."),
    _Fault("unable to open", "store-unreachable", "cannot be opened", "Check the path and its permissions."),
    _Fault("not a database", "store-not-a-database", "is not an SQLite database", "Name another file."),
    _Fault("malformed", "store-damaged", "is damaged", "Restore a backup; `countersign db check` tells more."),
    _Fault("disk i/o error", "store-damaged", "cannot be read or written", "Check the disk and its free space."),
    _Fault("full", "store-full", "has no space left", "Free some space on its disk and try again."),
    _Fault("no space left", "store-full", "has no space left", "Free some space on its disk and try again."),
    _Fault("locked", "store-busy", "was kept busy by others for too long", "Try again in a moment."),
    _Fault("lock timeout", "store-busy", "was kept busy by others for too long", "Try again in a moment."),
    _Fault("permission denied", "store-forbidden", "may not be used by this account", "Grant it the tables."),
)


def explained(error: BaseException, url: str) -> StoreError | None:
    """Give the error in plain words, or ``None`` for one that is a bug of this program."""
    if isinstance(error, PoolTimeoutError):
        msg = f"The database {url} had no connection free."
        return StoreError(msg, slug="store-busy", hint="Try again in a moment.")
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, IntegrityError) or isinstance(cause, sqlite3.IntegrityError):
        return None
    first_line = str(cause).strip().partition("\n")[0]
    words = first_line.lower()
    for fault in _FAULTS:
        if fault.words in words:
            return StoreError(f"The database {url} {fault.sentence}: {first_line}.", slug=fault.slug, hint=fault.hint)
    if isinstance(error, OperationalError) and not isinstance(cause, sqlite3.Error):
        msg = f"The database {url} cannot be reached: {first_line}."
        return StoreError(msg, slug="store-unreachable", hint="Check the address, and that the server is running.")
    return None


@contextmanager
def guarded(url: str) -> Iterator[None]:
    """Say database errors in plain words while the block runs."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, sqlite3.DatabaseError) as error:
        meant = explained(error, url)
        if meant is None:
            raise
        raise meant from error
