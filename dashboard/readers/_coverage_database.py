"""A look into a coverage.py data file before coverage.py opens it.

The file is a database from somewhere else: a view, a generated column or a set of lines a gigabyte long would make
the plain questions of coverage.py run for ever. So it is opened read-only and held against the tables that coverage.py
writes (schema 7, versions 5.0 and later); what is not exactly that is refused.
Format: https://coverage.readthedocs.io/en/latest/dbschema.html
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Self

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.readers._coverage_lines import ranges

TABLES = frozenset({"coverage_schema", "meta", "file", "context", "line_bits", "arc", "tracer"})
_SCHEMA = 7
_HEADER = 100
MAX_LINE = 1_000_000
MAX_FILES = 200_000
MAX_CONTEXTS = 1_000_000
MAX_ARCS = 4_000_000
"""Different jumps of all files: what coverage.py holds in memory."""
MAX_BITS = 32 * 1024 * 1024
"""Bytes of all sets of lines, one a file and context; each bit is looked at, a second for every few MiB."""
_NAMED_CONTEXTS = 50
_COMMENT = re.compile(r"--[^\n]*")
_COMPUTED = re.compile(r"\b(?:as|generated|check|default|virtual|collate)\b|['\"`\[]|/\*", re.IGNORECASE)
"""Words of columns and tables that are computed, and what could hide them from being seen here."""
_INSTEAD = "Run `coverage json` where the data was measured, and ingest that report."
_LINE = f"(typeof({{0}}) = 'integer' AND {{0}} BETWEEN -{MAX_LINE} AND {MAX_LINE})"

_ODD_VALUES = (
    "SELECT count(*) FROM file WHERE typeof(id) <> 'integer' OR typeof(path) <> 'text'",
    "SELECT count(*) FROM context WHERE typeof(context) <> 'text'",
    f"SELECT count(*) FROM line_bits WHERE typeof(numbits) <> 'blob' OR length(numbits) > {MAX_LINE // 8}",
    f"SELECT count(*) FROM arc WHERE NOT {_LINE.format('fromno')} OR NOT {_LINE.format('tono')}",
    "SELECT count(*) FROM meta WHERE typeof(key) <> 'text' OR typeof(value) NOT IN ('text', 'integer')",
    "SELECT count(*) FROM meta WHERE key = 'has_arcs' AND CAST(value AS text) NOT IN ('0', '1')",
)
_SIZES = (
    ("source files", MAX_FILES, "SELECT count(*) FROM file"),
    ("contexts", MAX_CONTEXTS, "SELECT count(*) FROM context"),
    ("bytes of line sets", MAX_BITS, "SELECT coalesce(sum(length(numbits)), 0) FROM line_bits"),
    (
        "jumps between lines",
        MAX_ARCS,
        f"SELECT count(*) FROM (SELECT DISTINCT file_id, fromno, tono FROM arc LIMIT {MAX_ARCS + 1})",
    ),
)
_RUN = re.compile("1+")
_CONTEXTS_OF_FILE = (
    "SELECT c.context, u.bits, u.start, u.ending FROM ("
    "SELECT l.context_id, l.numbits AS bits, NULL AS start, NULL AS ending FROM line_bits l "
    "WHERE l.file_id = (SELECT id FROM file WHERE path = ?) UNION ALL "
    "SELECT a.context_id, NULL, a.fromno, a.tono FROM arc a "
    "WHERE a.file_id = (SELECT id FROM file WHERE path = ?)) u "
    "JOIN context c ON c.id = u.context_id ORDER BY c.context"
)


@dataclass(frozen=True, slots=True)
class DataFile:
    """What a data file says of itself."""

    version: str | None
    """Of coverage.py that wrote it."""
    contexts: int
    """Tests, or other named parts of the run, that lines were recorded for; the unnamed one not counted."""
    named: tuple[str, ...]
    """The first of them by name."""
    by_file: dict[str, int]
    """Contexts that ran a line of the file; only files with a named context."""


def examine(path: Path) -> DataFile:
    """Look into the data file at ``path``.

    Raises:
        MalformedArtefactError: it is no database, a damaged one, or none of coverage.py.
        LimitError: it records more than can be read.
    """
    _refuse_cut_off(path)
    with _reading(path) as connection:
        _hold_against_schema(connection)
        for sql in _ODD_VALUES:
            if _number(connection, sql):
                raise _foreign("holds values that coverage.py does not write")
        for what, most, sql in _SIZES:
            found = _number(connection, sql)
            if found > most:
                msg = f"The data file records more than {most:,} {what}; it is not read beyond that."
                raise LimitError(msg, slug="coverage-data-too-large", hint=_INSTEAD)
        return _described(connection)


def _refuse_cut_off(path: Path) -> None:
    """Refuse a file that is shorter than its header says: SQLite takes what is missing of a page for zeros.

    Format: https://www.sqlite.org/fileformat.html#the_database_header
    """
    with path.open("rb") as file:
        head = file.read(_HEADER)
    page = int.from_bytes(head[16:18], "big")
    page, pages, size = 65_536 if page == 1 else page, int.from_bytes(head[28:32], "big"), path.stat().st_size
    if len(head) < _HEADER or page == 0 or size % page or size < page * pages:
        msg = "The file begins like a SQLite database and is cut off, or its header is damaged."
        raise MalformedArtefactError(msg, slug="coverage-data-damaged", hint=_INSTEAD)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            yield connection
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        msg = f"The file begins like a SQLite database and cannot be read as one: {str(error)[:200]}."
        raise MalformedArtefactError(msg, slug="coverage-data-damaged", hint=_INSTEAD) from None


def _hold_against_schema(connection: sqlite3.Connection) -> None:
    objects = connection.execute("SELECT type, name, sql FROM sqlite_master LIMIT 100").fetchall()
    tables = {name for kind, name, _ in objects if kind == "table"}
    if "coverage_schema" not in tables:
        raise _foreign("is a SQLite database of something else")
    only_tables = all(kind == "table" or (kind == "index" and sql is None) for kind, _, sql in objects)
    plain = not any(_COMPUTED.search(_COMMENT.sub("", str(sql or ""))) for *_, sql in objects)
    safe = only_tables and plain and tables == TABLES
    if not safe or connection.execute("SELECT version FROM coverage_schema LIMIT 2").fetchall() != [(_SCHEMA,)]:
        raise _foreign(f"has not the tables of coverage.py (schema {_SCHEMA})")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise sqlite3.DatabaseError(str(found[0]))


class ContextLines:
    """The lines that each context ran, file by file; one set of lines is in memory at a time."""

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def of(cls, path: Path, known: DataFile) -> Iterator[Self]:
        """Open the data file for its contexts, where it has any; it must have been examined before."""
        if not known.contexts:
            yield cls(None)
            return
        with _reading(path) as connection:
            yield cls(connection)

    def by_name(self, path: str) -> Mapping[str, str]:
        """Give the ranges of lines of each context that ran a line of the file."""
        if self._connection is None:
            return {}
        found: dict[str, str] = {}
        for name, rows in groupby(self._connection.execute(_CONTEXTS_OF_FILE, (path, path)), key=itemgetter(0)):
            bits = 0
            jumps: set[int] = set()
            for _, numbits, start, end in rows:
                if numbits is None:
                    jumps.update((start, end))
                else:
                    bits |= int.from_bytes(numbits, "little")
            found[str(name)] = _set_bits(bits) if bits else ranges(line for line in jumps if line > 0)
        return found


def _set_bits(bits: int) -> str:
    """Write the places of the bits that are set as ranges; line 0 is none."""
    runs = _RUN.finditer(bin(bits & ~1)[:1:-1])
    places = ((run.start(), run.end() - 1) for run in runs)
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in places)


def _described(connection: sqlite3.Connection) -> DataFile:
    version = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
    contexts = _number(connection, "SELECT count(*) FROM context WHERE context <> ''")
    names = connection.execute("SELECT context FROM context WHERE context <> '' ORDER BY 1 LIMIT ?", (_NAMED_CONTEXTS,))
    by_file = connection.execute(
        "SELECT f.path, count(DISTINCT u.context_id) FROM (SELECT file_id, context_id FROM line_bits "
        "UNION SELECT file_id, context_id FROM arc) u JOIN file f ON f.id = u.file_id "
        "JOIN context c ON c.id = u.context_id WHERE c.context <> '' GROUP BY f.path"
    )
    return DataFile(
        version=str(version[0])[:40] if version else None,
        contexts=contexts,
        named=tuple(str(name)[:200] for (name,) in names),
        by_file={str(path): int(count) for path, count in by_file},
    )


def _number(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


def _foreign(what: str) -> MalformedArtefactError:
    msg = f"The file {what}; no coverage is read from it."
    return MalformedArtefactError(msg, slug="not-coverage-data", hint=_INSTEAD)
