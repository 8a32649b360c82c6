"""Conditions of a candidate: what was promised, by whom, by when, and whether it was kept."""

import builtins
from datetime import date, datetime

from sqlalchemy import RowMapping

from dashboard.model.evaluation import Condition
from dashboard.store.engine import Store
from dashboard.store.moments import to_ms
from dashboard.store.transaction import Connection, reading, rows, run, scalar


def add(  # noqa: PLR0913 - what makes a condition complete
    connection: Connection,
    candidate_id: int,
    *,
    gate: str,
    text: str,
    owner: str,
    due: date,
    verification: str,
    stage: str,
    by: str,
    at: datetime,
) -> int:
    """Add a condition; gives its number."""
    sql = (
        "INSERT INTO release_condition (candidate_id, gate, body, owner, due, verification, stage, created_by, "
        "created_at) VALUES (:candidate, :gate, :body, :owner, :due, :verification, :stage, :by, :at) RETURNING id"
    )
    new = scalar(
        connection,
        sql,
        candidate=candidate_id,
        gate=gate,
        body=text,
        owner=owner,
        due=due.isoformat(),
        verification=verification,
        stage=stage,
        by=by,
        at=to_ms(at),
    )
    return int(new)


def list(  # noqa: A001 - the verb
    store: Store, candidate_id: int, *, today: date | None = None
) -> builtins.list[Condition]:
    """List the conditions of a candidate in the order in which they were added.

    One that is open after its day reads ``overdue`` when the caller says which day it is.
    """
    with reading(store) as connection:
        found = rows(
            connection,
            "SELECT id, gate, body, owner, due, verification, stage, created_by, closed_at FROM release_condition "
            "WHERE candidate_id = :candidate ORDER BY id",
            candidate=candidate_id,
        )
    return [_condition(row, today) for row in found]


def candidate_of(connection: Connection, condition_id: int) -> int | None:
    """Give the candidate a condition belongs to."""
    found = scalar(connection, "SELECT candidate_id FROM release_condition WHERE id = :id", id=condition_id)
    return None if found is None else int(found)


def close(connection: Connection, condition_id: int, *, by: str, at: datetime, note: str) -> bool:
    """Say that an open condition is met; gives whether there was one."""
    sql = (
        "UPDATE release_condition SET closed_by = :by, closed_at = :at, closing_note = :note "
        "WHERE id = :id AND closed_at IS NULL"
    )
    return run(connection, sql, id=condition_id, by=by, at=to_ms(at), note=note) == 1


def _condition(row: RowMapping, today: date | None) -> Condition:
    due = date.fromisoformat(row["due"])
    waiting = "overdue" if today is not None and due < today else "open"
    return Condition(
        id=row["id"],
        gate=row["gate"],
        text=row["body"],
        owner=row["owner"],
        due=due,
        verification=row["verification"],
        stage=row["stage"],
        state=waiting if row["closed_at"] is None else "met",
        created_by=row["created_by"],
    )
