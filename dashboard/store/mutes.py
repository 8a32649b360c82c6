"""Muted tests as they are stored: who answers for which, why, until when, and how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from dashboard.store.filed import numbers
from dashboard.store.moments import from_ms, from_ms_or_none, to_ms
from dashboard.store.transaction import Connection, first, rows, run, scalar


@dataclass(frozen=True, slots=True)
class Mute:
    """One mute, with the case it is about."""

    id: int
    case_id: int
    suite: str
    classname: str
    name: str
    file: str | None
    branch: str | None
    """The only branch it holds on; nothing for all."""
    owner: str
    reason: str
    ticket: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_because: str | None

    @property
    def label(self) -> str:
        """Name the case as lists do."""
        return f"{self.classname}.{self.name}" if self.classname else self.name

    def as_dict(self) -> dict[str, Any]:
        """Give the mute as ``--json`` prints it."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}

    def live(self, now: datetime) -> bool:
        """Say whether it holds at a moment."""
        return self.created_at <= now < self.expires_at and (self.ended_at is None or now < self.ended_at)


_SELECT = (
    "SELECT m.id, m.case_id, c.suite, c.classname, c.name, c.file, m.branch, m.owner, m.reason, m.ticket, "
    "m.created_by, m.created_at, m.expires_at, m.ended_at, m.ended_by, m.ended_because FROM mute m "
    "JOIN test_case c ON c.id = m.case_id JOIN project p ON p.id = m.project_id "
)


def add(  # noqa: PLR0913 - what makes a mute complete
    connection: Connection,
    case_id: int,
    *,
    branch: str | None,
    owner: str,
    reason: str,
    ticket: str,
    by: str,
    at: datetime,
    expires_at: datetime,
) -> int:
    """Add a mute; gives its number."""
    new = scalar(
        connection,
        "INSERT INTO mute (project_id, case_id, branch, owner, reason, ticket, created_by, created_at, expires_at) "
        "SELECT project_id, id, :branch, :owner, :reason, :ticket, :by, :at, :expires FROM test_case WHERE id = :case "
        "RETURNING id",
        case=case_id,
        branch=branch,
        owner=owner,
        reason=reason,
        ticket=ticket,
        by=by,
        at=to_ms(at),
        expires=to_ms(expires_at),
    )
    return int(new)


def find(connection: Connection, mute_id: int) -> tuple[str, Mute] | None:
    """Give a mute with its project's slug."""
    row = first(connection, f"{_SELECT.replace('SELECT ', 'SELECT p.slug, ', 1)} WHERE m.id = :id", id=mute_id)
    return None if row is None else (row["slug"], _mute(row))


def of_project(connection: Connection, project: str, limit: int = 1000) -> list[Mute]:
    """Give the mutes of a project, those not ended first, then the newest."""
    sql = (
        f"{_SELECT} WHERE p.slug = :project ORDER BY m.ended_at IS NOT NULL, m.expires_at DESC, m.id DESC LIMIT :limit"
    )
    return [_mute(row) for row in rows(connection, sql, project=project, limit=limit)]


def of_case(connection: Connection, case_id: int) -> list[Mute]:
    """Give the mutes a case ever had, newest first."""
    return [
        _mute(row) for row in rows(connection, f"{_SELECT} WHERE m.case_id = :case ORDER BY m.id DESC", case=case_id)
    ]


def live(connection: Connection, project: str, now: datetime, branch: str | None = None) -> list[Mute]:
    """Give the mutes that hold at a moment, on a branch or (with none named) on any; the soonest to expire first."""
    found = rows(
        connection,
        f"{_SELECT} WHERE p.slug = :project AND m.created_at <= :now AND m.expires_at > :now "
        "AND (m.ended_at IS NULL OR m.ended_at > :now) ORDER BY m.expires_at, m.id",
        project=project,
        now=to_ms(now),
    )
    mutes = [_mute(row) for row in found]
    return [one for one in mutes if branch is None or one.branch in (None, branch)]


def end(connection: Connection, mute_id: int, *, by: str, because: str, at: datetime) -> bool:
    """End a mute; gives whether it was not ended before."""
    sql = "UPDATE mute SET ended_at = :at, ended_by = :by, ended_because = :because WHERE id = :id AND ended_at IS NULL"
    return run(connection, sql, at=to_ms(at), by=by, because=because, id=mute_id) == 1


def open_for(connection: Connection, cases: Iterable[int], branch: str, now: datetime) -> list[Mute]:
    """Give the mutes of the cases that hold on a branch at a moment."""
    found = rows(
        connection,
        f"{_SELECT} WHERE m.case_id IN ({numbers(cases)}) AND m.ended_at IS NULL AND m.expires_at > :now "
        "AND (m.branch IS NULL OR m.branch = :branch) ORDER BY m.id",
        now=to_ms(now),
        branch=branch,
    )
    return [_mute(row) for row in found]


def _mute(row: RowMapping) -> Mute:
    return Mute(
        id=row["id"],
        case_id=row["case_id"],
        suite=row["suite"],
        classname=row["classname"],
        name=row["name"],
        file=row["file"],
        branch=row["branch"],
        owner=row["owner"],
        reason=row["reason"],
        ticket=row["ticket"],
        created_by=row["created_by"],
        created_at=from_ms(row["created_at"]),
        expires_at=from_ms(row["expires_at"]),
        ended_at=from_ms_or_none(row["ended_at"]),
        ended_by=row["ended_by"],
        ended_because=row["ended_because"],
    )


def cases_named(connection: Connection, project: str, test: str) -> list[int]:
    """Give the numbers of the cases that are called so: by number, by class and name, or by name alone."""
    mine = "SELECT id FROM test_case WHERE project_id = (SELECT id FROM project WHERE slug = :project) AND "
    if test.isascii() and test.isdecimal() and len(test) < 16:
        return [row["id"] for row in rows(connection, f"{mine} id = :id", project=project, id=int(test))]
    named = "(name = :test OR (classname <> '' AND classname || '.' || name = :test)) ORDER BY id LIMIT 10"
    return [row["id"] for row in rows(connection, mine + named, project=project, test=test)]
