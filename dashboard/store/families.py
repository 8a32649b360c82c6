"""Parametrised tests: which cases are one test with other parameters.

The name of a case is split once, when the case is new; cases whose name keeps the same base within suite and class are
of one family.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from dashboard.parsing.names import parametrised
from dashboard.store.stage_cases import key_digest
from dashboard.store.transaction import Connection, columns

#: Told apart from a case that is called like a base.
_MARK = "\x01family"

#: Forms of a name that may hold parameters; all others are not looked at.
_LIKELY = "(s.name LIKE '%]%' OR s.name LIKE '%)' OR s.name LIKE '% with data set %' OR s.name LIKE '%/%')"


def keep(connection: Connection, project_id: int) -> None:
    """Mark the cases that were just made from ``stage_new``."""
    found = columns(
        connection,
        "SELECT s.digest, s.suite, s.classname, s.name FROM stage_new n JOIN stage_case s ON s.seq = n.seq "
        f"WHERE {_LIKELY}",
    )
    _mark(connection, ((project_id, *row) for row in found))


def keep_older(connection: Connection) -> None:
    """Mark the cases of a database that knew no families."""
    found = columns(
        connection, f"SELECT s.project_id, s.digest, s.suite, s.classname, s.name FROM test_case s WHERE {_LIKELY}"
    )
    _mark(connection, list(found))


def _mark(connection: Connection, cases: Iterable[tuple[Any, ...]]) -> None:
    rows = []
    for project_id, digest, suite, classname, name in cases:
        split = parametrised(name)
        if split is not None:
            family = key_digest(suite, classname, split.base, _MARK)
            rows.append({"project": project_id, "digest": digest, "family": family, "length": len(split.base)})
    if rows:
        sql = (
            "UPDATE test_case SET family = :family, base_length = :length "
            "WHERE project_id = :project AND digest = :digest"
        )
        connection.execute(text(sql), rows)
