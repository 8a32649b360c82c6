"""Conditions of a candidate: what was promised, by whom, by when, and whether it was kept."""

import builtins
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping

from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Condition
from dashboard.model.evidence import Promise
from dashboard.store.engine import Store
from dashboard.store.moments import from_ms, from_ms_or_none, to_ms
from dashboard.store.transaction import Connection, reading, rows, run, scalar

_CONDITION = (
    "SELECT id, candidate_id, gate, body, owner, due, verification, stage, created_by, created_at, closed_by, "
    "closed_at, closing_note FROM release_condition"
)


@dataclass(frozen=True, slots=True)
class Filed:
    """A condition with the candidate it belongs to, and its moments."""

    condition: Condition
    candidate_id: int
    subject: str
    version: str | None
    environment: str | None
    branch: str
    opened_at: datetime
    """When its candidate was opened."""
    created_at: datetime
    closed_at: datetime | None


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
            f"{_CONDITION} WHERE candidate_id = :candidate ORDER BY id",
            candidate=candidate_id,
        )
    return [_condition(row, today) for row in found]


def of_project(connection: Connection, project: str, *, today: date, open_only: bool = False) -> builtins.list[Filed]:
    """Give the conditions of all candidates of a project, in the order in which they were added."""
    sql = (
        "SELECT r.id, r.candidate_id, r.gate, r.body, r.owner, r.due, r.verification, r.stage, r.created_by, "
        "r.created_at, r.closed_by, r.closed_at, r.closing_note, c.subject, c.version, c.environment, "
        "coalesce(c.branch, '') AS branch, c.opened_at, c.as_of FROM release_condition r "
        "JOIN candidate c ON c.id = r.candidate_id JOIN project p ON p.id = c.project_id WHERE p.slug = :project "
        f"{'AND r.closed_at IS NULL' if open_only else ''} ORDER BY r.id"
    )
    return [_filed(row, today) for row in rows(connection, sql, project=project)]


def approved_with(connection: Connection, candidate: Candidate) -> builtins.list[Promise]:
    """Give the open conditions of earlier candidates on the branch that somebody approved, earliest due first."""
    sql = (
        "SELECT r.body, r.owner, r.due, c.subject, c.version, c.environment FROM release_condition r "
        "JOIN candidate c ON c.id = r.candidate_id JOIN project p ON p.id = c.project_id "
        "WHERE p.slug = :project AND coalesce(c.branch, '') = :branch AND (c.opened_at, c.id) < (:opened_at, :id) "
        "AND r.closed_at IS NULL AND EXISTS (SELECT 1 FROM signoff s WHERE s.candidate_id = c.id "
        "AND s.kind IN ('approve', 'approve-with-conditions')) ORDER BY r.due, r.id"
    )
    found = rows(
        connection,
        sql,
        project=candidate.project,
        branch=candidate.branch or "",
        opened_at=to_ms(candidate.opened_at),
        id=candidate.id,
    )
    return [Promise(told(row, candidate), row["body"], row["owner"], date.fromisoformat(row["due"])) for row in found]


def arrivals(connection: Connection, candidate_id: int) -> dict[str, datetime]:
    """Give when each artefact of a candidate came in, by its sha256."""
    sql = "SELECT sha256, ingested_at FROM artefact WHERE candidate_id = :candidate"
    return {row["sha256"]: from_ms(row["ingested_at"]) for row in rows(connection, sql, candidate=candidate_id)}


def label(subject: str, version: str | None, environment: str | None = None) -> str:
    """Give the name a person uses for a candidate: version, short subject, and environment where that is told."""
    return " · ".join(filter(None, (version, subject[:7], environment)))


def told(row: RowMapping, candidate: Candidate) -> str:
    """Give the name of another candidate beside this one: its environment is told where it is not the same."""
    other = row["environment"] if row["environment"] != candidate.environment else None
    return label(row["subject"], row["version"], other)


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
        closed_by=row["closed_by"],
        closing_note=row["closing_note"],
    )


def _filed(row: RowMapping, today: date) -> Filed:
    cut_off = from_ms_or_none(row["as_of"])
    return Filed(
        condition=_condition(row, cut_off.date() if cut_off else today),
        candidate_id=row["candidate_id"],
        subject=row["subject"],
        version=row["version"],
        environment=row["environment"],
        branch=row["branch"],
        opened_at=from_ms(row["opened_at"]),
        created_at=from_ms(row["created_at"]),
        closed_at=from_ms_or_none(row["closed_at"]),
    )
