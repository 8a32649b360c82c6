"""Turns what a database driver says into a sentence with a hint; bugs pass through as they are."""

import errno
import sqlite3
import tempfile
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


_FREE_SPACE = "Nothing was stored. Free some space on its disk, or where temporary files lie, and try again."
_GRANT = "Run roles.sql, which gives the accounts their rights, or use another account; see the README."
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_FAULTS = (
    _Fault("readonly", "store-read-only", "cannot be written", "Check who owns the file and its folder."),
    _Fault("read-only", "store-read-only", "cannot be written", "Use a server or an account that may write."),
    _Fault("unable to open", "store-unreachable", "cannot be opened", "Check the path and its permissions."),
    _Fault("not a database", "store-not-a-database", "is not an SQLite database", "Name another file."),
    _Fault("malformed", "store-damaged", "is damaged", "Restore a backup; `countersign db check` tells more."),
    _Fault("disk i/o error", "store-disk-error", "cannot be read or written", "Check the disk, its space and quotas."),
    _Fault("full", "store-full", "has no space left", _FREE_SPACE),
    _Fault("no space left", "store-full", "has no space left", _FREE_SPACE),
    _Fault("locked", "store-busy", "was kept busy by others for too long", "Try again in a moment."),
    _Fault("lock timeout", "store-busy", "was kept busy by others for too long", "Try again in a moment."),
    _Fault("permission denied", "store-forbidden", "does not let this account do that", _GRANT),
    _Fault("must be owner", "store-forbidden", "does not let this account do that", _GRANT),
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


@contextmanager
def spooling() -> Iterator[None]:
    """Say in plain words that there is no space for temporary files while the block runs."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        msg = f"There is no space left for temporary files in {tempfile.gettempdir()}."
        hint = "Nothing was stored. Free some space there, or name another folder by TMPDIR, and try again."
        raise StoreError(msg, slug="store-full", hint=hint) from error
