"""The index of trigrams behind the search for names, where it is worth having.

A scan with LIKE is quick up to some hundred thousand names and is what SQLite begins with. The ingest that brings
the names beyond ``LIKE_UP_TO`` makes an index (FTS5), which triggers keep from then on. PostgreSQL has one from the
start where its extension pg_trgm is there or may be created, and scans where not.
"""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

LIKE_UP_TO = 250_000
"""Names."""
INDEX = "case_search"

_POSTGRES_INDEX = "test_case_text"


def label(row: str) -> str:
    """Write the text of a case that is searched, of a row called so."""
    return f"{row}.suite || ' > ' || {row}.classname || '.' || {row}.name"


def way(connection: Connection) -> str:
    """Say how names are searched: ``fts5``, ``pg_trgm`` or ``scan``."""
    if connection.dialect.name == "sqlite":
        sql = f"SELECT 1 FROM sqlite_master WHERE name = '{INDEX}'"
        return "fts5" if connection.execute(text(sql)).scalar() else "scan"
    found = connection.execute(text(f"SELECT to_regclass('{_POSTGRES_INDEX}')")).scalar()
    return "pg_trgm" if found else "scan"


def keep(connection: Connection) -> None:
    """Make SQLite's index when there are names enough for it; to be asked after names were added."""
    if connection.dialect.name != "sqlite":
        return
    highest = connection.execute(text("SELECT max(id) FROM test_case")).scalar()
    if highest is None or highest <= LIKE_UP_TO or way(connection) == "fts5":
        return
    if connection.execute(text("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'")).scalar() is None:
        return
    # Neither texts nor places are kept in it: a third of the size, and LIKE decides in the end.
    options = "content='', columnsize=0, detail=none, tokenize='trigram'"
    added = f"INSERT INTO {INDEX} (rowid, label) VALUES (NEW.id, {label('NEW')});"
    removed = f"INSERT INTO {INDEX} ({INDEX}, rowid, label) VALUES ('delete', OLD.id, {label('OLD')});"
    changed = "UPDATE OF suite, classname, name"
    for statement in (
        f"CREATE VIRTUAL TABLE {INDEX} USING fts5(label, {options})",
        f"INSERT INTO {INDEX} (rowid, label) SELECT c.id, {label('c')} FROM test_case c ORDER BY c.id",
        f"CREATE TRIGGER {INDEX}_insert AFTER INSERT ON test_case BEGIN {added} END",
        f"CREATE TRIGGER {INDEX}_delete AFTER DELETE ON test_case BEGIN {removed} END",
        f"CREATE TRIGGER {INDEX}_update AFTER {changed} ON test_case BEGIN {removed} {added} END",
    ):
        connection.execute(text(statement))


def create(connection: Connection) -> None:
    """Make PostgreSQL's index, if its extension is there or this account may create it."""
    if connection.dialect.name != "postgresql":
        return
    where = (
        "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
        "WHERE e.extname = 'pg_trgm'"
    )
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            schema = connection.execute(text(where)).scalar()
            wanted = f"(lower({label('test_case')}) {schema}.gin_trgm_ops)"
            connection.execute(text(f"CREATE INDEX IF NOT EXISTS {_POSTGRES_INDEX} ON test_case USING gin {wanted}"))
    except DBAPIError:  # not on this server, or not for this account: names are scanned
        return
