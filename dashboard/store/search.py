"""Finding test cases by a part of their name, in any case of letters, fast also among a million names.

An index of trigrams (``search_index``) narrows down what is looked at, where there is one. What matches is decided by
LIKE in all cases, so that the answer is the same with it and without.

Letters are compared without case in any script on SQLite, and as far as the database's locale knows them on
PostgreSQL.
"""

import re
from typing import Any, NamedTuple

from dashboard.store.search_index import INDEX, label, way
from dashboard.store.text import LONGEST, clean
from dashboard.store.transaction import Connection, scalar

SHORT_AMONG = 50_000

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_TRIGRAM = 3
_MOST_TRIGRAMS = 6
_PIECE = 6
#: Of a run, the index serves a rare term; a common one is looked for in the run's own names.
_RARE = 5000


class Condition(NamedTuple):
    """What selects cases: tables (``c`` is ``test_case``), a condition on them, and the values it binds."""

    tables: str
    where: str
    binds: dict[str, Any]


def in_project(connection: Connection, term: str) -> Condition:
    """Select the cases whose text has the term; the project is for the caller to name.

    With an index, a term of less than three characters is looked for among the newest ``SHORT_AMONG`` names only: the
    index cannot serve it, and nearly all names have it.
    """
    alike, how, trigrams = _alike(connection, term), way(connection), _trigrams(term)
    if how != "scan" and not trigrams:
        newest = f"{alike.where} AND c.id > (SELECT max(id) - {SHORT_AMONG} FROM test_case)"
        return alike._replace(where=newest)
    if how == "pg_trgm" and (piece := _telling(_plain(term))):
        # The index is asked for the telling piece alone: going through the lists of common trigrams takes longer.
        where = f"lower({label('c')}) LIKE :piece ESCAPE '\\' AND lower({label('c')}) || '' LIKE :term ESCAPE '\\'"
        return Condition("test_case c", where, {"piece": _pattern(piece), **alike.binds})
    if how != "fts5":
        return alike
    # The index is walked in the order of its numbers, so that a limit ends it; SQLite leaves a CROSS JOIN as it is.
    tables = f"{INDEX} s CROSS JOIN test_case c ON c.id = s.rowid"
    return Condition(tables, f"s.{INDEX} MATCH :trigrams AND {alike.where}", {"trigrams": trigrams, **alike.binds})


def in_run(connection: Connection, term: str) -> Condition:
    """Select the cases whose text has the term among those that a run already selects."""
    alike = _alike(connection, term)
    if way(connection) != "fts5" or not (trigrams := _trigrams(term)):
        return alike
    there = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH :trigrams"
    values = {"trigrams": trigrams}
    if scalar(connection, f"SELECT count(*) FROM ({there} LIMIT {_RARE + 1})", **values) > _RARE:
        return alike
    return alike._replace(where=f"c.id IN ({there}) AND {alike.where}", binds={**values, **alike.binds})


def _alike(connection: Connection, term: str) -> Condition:
    """Compare with LIKE; the term is a plain text, in which nothing stands for anything else."""
    if len(term) > LONGEST:
        return Condition("test_case c", "1 = 0", {})
    wanted = _plain(term)
    values = {"term": _pattern(wanted)}
    if connection.dialect.name == "postgresql":
        return Condition("test_case c", f"lower({label('c')}) LIKE :term ESCAPE '\\'", values)
    # SQLite's LIKE knows the case of ASCII letters alone. Others may be anything at first, then Python looks.
    if wanted.isascii():
        return Condition("test_case c", f"{label('c')} LIKE :term ESCAPE '\\'", values)
    values["loose"] = _NOT_ASCII.sub("%", values["term"])
    where = f"({label('c')} LIKE :loose ESCAPE '\\' AND lowered({label('c')}) LIKE :term ESCAPE '\\')"
    return Condition("test_case c", where, values)


def _plain(term: str) -> str:
    return clean(term.replace("\x00", "")).lower()


def _pattern(wanted: str) -> str:
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _trigrams(term: str) -> str:
    """Write the query that asks for the term's trigrams; empty for a term that is too short or too long."""
    wanted = _plain(term)
    if not _TRIGRAM <= len(wanted) <= LONGEST:
        return ""
    every = dict.fromkeys(wanted[i : i + _TRIGRAM] for i in range(len(wanted) - _TRIGRAM + 1))
    # A few rare ones tell more, and cost less, than all: digits are rarer in names than signs, and signs than letters.
    chosen = sorted(every, key=lambda trigram: [sum(map(kind, trigram)) for kind in (_no_digit, str.isalpha)])
    return " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in chosen[:_MOST_TRIGRAMS])


def _telling(wanted: str) -> str:
    """Give the piece of a long term with the most digits, then signs; nothing where it has no digit."""
    pieces = [wanted[i : i + _PIECE] for i in range(len(wanted) - _PIECE + 1)]
    if not any(map(str.isdigit, wanted)) or not pieces:
        return ""
    return min(pieces, key=lambda piece: [sum(map(kind, piece)) for kind in (_no_digit, str.isalpha)])


def _no_digit(letter: str) -> bool:
    return not letter.isdigit()
