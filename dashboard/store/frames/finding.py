"""Test cases of a project, found by a part of their name."""

import pandas as pd

from dashboard.store import search
from dashboard.store.engine import Store
from dashboard.store.frames.shape import framed
from dashboard.store.transaction import reading, rows, scalar

MOST = 1000
"""Cases that one search finds; where there are more, the text is to be made longer."""

_SHAPE = {"case_id": "whole", "suite": "text", "classname": "text", "name": "text", "file": "text"}


def find_cases(store: Store, project: str, text: str, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """Give a page of the cases whose suite, class or name has a text, in any case of letters, by name.

    Where more than ``MOST`` have it, the first of these by number are sorted and paged. An empty text finds nothing.
    Gives: case_id, suite, classname, name, file.
    """
    with reading(store) as connection:
        found = search.in_project(connection, text)
        names = ", ".join(_SHAPE)
        sql = (
            f"SELECT {names} FROM (SELECT c.id AS case_id, c.suite, c.classname, c.name, c.file FROM {found.tables} "
            f"WHERE +c.project_id = (SELECT id FROM project WHERE slug = :project) AND {found.where} LIMIT {MOST}) f "
            "ORDER BY suite, classname, name, case_id LIMIT :limit OFFSET :offset"
        )
        values = {"project": project, "limit": limit, "offset": offset, **found.binds}
        there = rows(connection, sql, **values) if text else []
    return framed(_SHAPE, [[row[name] for name in _SHAPE] for row in there])


def count_found_cases(store: Store, project: str, text: str) -> tuple[int, bool]:
    """Count what ``find_cases`` pages through; true with it says that more cases than these have the text."""
    if not text:
        return 0, False
    with reading(store) as connection:
        found = search.in_project(connection, text)
        sql = (
            f"SELECT count(*) FROM (SELECT 1 FROM {found.tables} WHERE "
            f"+c.project_id = (SELECT id FROM project WHERE slug = :project) AND {found.where} LIMIT {MOST + 1}) f"
        )
        count = int(scalar(connection, sql, project=project, **found.binds))
    return min(count, MOST), count > MOST
