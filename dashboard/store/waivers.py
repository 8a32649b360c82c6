"""Waivers of a candidate: a failed gate set aside for a while, asked for by one person and granted by another."""

import builtins
from datetime import datetime

from sqlalchemy import RowMapping

from dashboard.model.waiver import Waiver
from dashboard.store.moments import from_ms, from_ms_or_none, to_ms
from dashboard.store.transaction import Connection, first, rows, run, scalar

_WAIVER = (
    "SELECT id, candidate_id, gate, reason, requested_by, requested_at, approved_by, approved_at, expires_at, "
    "withdrawn_by, withdrawn_at FROM waiver"
)


def add(
    connection: Connection, candidate_id: int, *, gate: str, reason: str, expires_at: datetime, by: str, at: datetime
) -> int:
    """Ask for a waiver; gives its number."""
    new = scalar(
        connection,
        "INSERT INTO waiver (candidate_id, gate, reason, requested_by, requested_at, expires_at) "
        "VALUES (:candidate, :gate, :reason, :by, :at, :expires) RETURNING id",
        candidate=candidate_id,
        gate=gate,
        reason=reason,
        by=by,
        at=to_ms(at),
        expires=to_ms(expires_at),
    )
    return int(new)


def approve(connection: Connection, waiver_id: int, *, by: str, at: datetime) -> bool:
    """Grant a waiver that is asked for; gives whether there was one to grant."""
    sql = (
        "UPDATE waiver SET approved_by = :by, approved_at = :at "
        "WHERE id = :id AND approved_at IS NULL AND withdrawn_at IS NULL"
    )
    return run(connection, sql, id=waiver_id, by=by, at=to_ms(at)) == 1


def withdraw(connection: Connection, waiver_id: int, *, by: str, at: datetime) -> bool:
    """Take a waiver back; gives whether there was one to take."""
    sql = "UPDATE waiver SET withdrawn_by = :by, withdrawn_at = :at WHERE id = :id AND withdrawn_at IS NULL"
    return run(connection, sql, id=waiver_id, by=by, at=to_ms(at)) == 1


def of_candidate(connection: Connection, candidate_id: int) -> tuple[Waiver, ...]:
    """Give all waivers of a candidate, in the order in which they were asked for."""
    found = rows(connection, f"{_WAIVER} WHERE candidate_id = :candidate ORDER BY id", candidate=candidate_id)
    return tuple(_waiver(row) for row in found)


def find(connection: Connection, waiver_id: int) -> Waiver | None:
    """Give one waiver."""
    row = first(connection, f"{_WAIVER} WHERE id = :id", id=waiver_id)
    return None if row is None else _waiver(row)


def of_project(connection: Connection, project: str) -> builtins.list[Waiver]:
    """Give the waivers of all candidates of a project, newest first."""
    sql = (
        f"{_WAIVER} WHERE candidate_id IN (SELECT c.id FROM candidate c JOIN project p ON p.id = c.project_id "
        "WHERE p.slug = :project) ORDER BY id DESC"
    )
    return [_waiver(row) for row in rows(connection, sql, project=project)]


def _waiver(row: RowMapping) -> Waiver:
    return Waiver(
        id=row["id"],
        candidate_id=row["candidate_id"],
        gate=row["gate"],
        reason=row["reason"],
        requested_by=row["requested_by"],
        requested_at=from_ms(row["requested_at"]),
        approved_by=row["approved_by"],
        approved_at=from_ms_or_none(row["approved_at"]),
        expires_at=from_ms(row["expires_at"]),
        withdrawn_by=row["withdrawn_by"],
        withdrawn_at=from_ms_or_none(row["withdrawn_at"]),
    )
