"""Opens the database: two engines on one file or server, the schema brought up to date, errors in plain words.

The writer begins every transaction with the write lock in hand. SQLAlchemy's default for SQLite reads first and
asks for the lock later, which loses updates silently: of 480 acknowledged increments 85 were kept. The reader can
only read, and sees one moment for as long as its transaction lasts.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from dashboard.errors import StoreError
from dashboard.store import migrations, postgresql, sqlite
from dashboard.store.faults import guarded

Dialect = Literal["sqlite", "postgresql"]

_POSTGRES_SCHEMES = ("postgresql://", "postgres://", "postgresql+psycopg://")
_HINT = "Give a path, sqlite:///path or postgresql://user@host/database (--db or COUNTERSIGN_DATABASE_URL)."


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """An open database whose schema is current."""

    url: str
    """As it may be shown: without its password."""
    dialect: Dialect
    reader: Engine
    writer: Engine

    def close(self) -> None:
        """Give all connections back; the store may not be used afterwards."""
        self.reader.dispose()
        self.writer.dispose()


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the database at ``url``, making it (and its folder) when ``create`` is set.

    ``url`` is a path, ``sqlite:///path``, ``sqlite://`` for a private one that goes with the process, or
    ``postgresql://...``.

    Raises:
        StoreError: it cannot be reached, read, written or trusted, or a newer program wrote it.
    """
    store = _connect(url, create=create)
    try:
        migrations.migrate(store.reader, store.writer, store.url)
    except BaseException:
        store.close()
        raise
    return store


def schema_of(url: str) -> int:
    """Give the version of the schema at ``url``, changing nothing; 0 where there is no database yet.

    Raises:
        StoreError: it cannot be reached or read, or is of another program.
    """
    try:
        store = _connect(url, create=False)
    except StoreError as error:
        if error.slug == "store-missing":
            return 0
        raise
    try:
        with guarded(store.url), store.reader.connect() as connection, connection.begin():
            return migrations.version(connection)
    finally:
        store.close()


def _connect(url: str, *, create: bool) -> Store:
    if url.startswith(_POSTGRES_SCHEMES):
        shown, reader, writer = postgresql.engines(url)
        return Store(shown, "postgresql", reader, writer)
    if url in {"sqlite://", "sqlite:///:memory:", ":memory:"}:
        path = sqlite.private_path()
    elif url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
    elif "://" in url or not url:
        msg = f"{url.partition('://')[0] or 'An empty text'} is not a kind of database that is supported."
        raise StoreError(msg, slug="store-url-invalid", hint=_HINT)
    else:
        path = Path(url)
    reader, writer = sqlite.engines(path, create=create)
    return Store(f"sqlite:///{path}", "sqlite", reader, writer)
