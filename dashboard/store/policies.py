"""The policies of a project: every version that was ever set, the newest in force, and those that were proposed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from dashboard.errors import NotFoundError
from dashboard.store.engine import Store
from dashboard.store.moments import from_ms, from_ms_or_none, to_ms
from dashboard.store.transaction import PROJECT_LOCK, Connection, first, lock, reading, rows, run, scalar, writing

_OF_PROJECT = "FROM policy y JOIN project p ON p.id = y.project_id WHERE p.slug = :project ORDER BY y.id DESC"
_PROPOSALS = (
    "SELECT q.id, p.slug AS project, q.digest, q.body, q.base_digest, q.reason, q.proposed_by, q.proposed_at, q.state, "
    "q.decided_by, q.decided_at, q.decision_note FROM policy_proposal q JOIN project p ON p.id = q.project_id"
)

PROPOSED, APPROVED, REJECTED, WITHDRAWN, SUPERSEDED = "proposed", "approved", "rejected", "withdrawn", "superseded"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy as it was set."""

    digest: str
    text: str
    by: str
    """Who wrote it."""
    at: datetime
    approved_by: str | None = None
    """The second person; ``None`` for a first policy."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy that waits for a second person, or what became of it."""

    id: int
    project: str
    digest: str
    text: str
    base_digest: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    note: str | None


def current(store: Store, project: str) -> tuple[str, str] | None:
    """Give digest and text of the policy in force, or nothing where the project never set one."""
    with reading(store) as connection:
        return current_in(connection, project)


def current_in(connection: Connection, project: str) -> tuple[str, str] | None:
    """Give the same within a transaction that is under way."""
    row = first(connection, f"SELECT y.digest, y.body {_OF_PROJECT} LIMIT 1", project=project)
    return None if row is None else (row["digest"], row["body"])


def set(store: Store, project: str, text: str, digest: str, by: str, at: datetime) -> None:  # noqa: A001 - the verb
    """Put a policy in force; setting the one that is in force already changes nothing.

    Raises:
        NotFoundError: there is no such project.
    """
    known = current(store, project)
    if known is not None and known[0] == digest:
        return
    with writing(store) as connection:
        hold(connection, project)
        add(connection, project, text, digest, by=by, at=at)


def hold(connection: Connection, project: str) -> int:
    """Let nobody else change policy or evidence of the project until this transaction ends; gives its number.

    Raises:
        NotFoundError: there is no such project.
    """
    number = scalar(connection, "SELECT id FROM project WHERE slug = :project", project=project)
    if number is None:
        msg = f"There is no project {project}."
        raise NotFoundError(msg, slug="project-not-found")
    lock(connection, PROJECT_LOCK, int(number))
    return int(number)


def add(
    connection: Connection,
    project: str,
    text: str,
    digest: str,
    *,
    by: str,
    at: datetime,
    approved_by: str | None = None,
    reason: str | None = None,
) -> None:
    """Put a policy in force within a transaction that is under way."""
    run(
        connection,
        "INSERT INTO policy (project_id, digest, body, set_by, set_at, approved_by, reason) "
        "SELECT id, :digest, :body, :by, :at, :approved_by, :reason FROM project WHERE slug = :project",
        project=project,
        digest=digest,
        body=text,
        by=by,
        at=to_ms(at),
        approved_by=approved_by,
        reason=reason,
    )


def history(store: Store, project: str, *, limit: int = 200) -> list[PolicyVersion]:
    """Give the versions that were set, newest first."""
    with reading(store) as connection:
        columns = "y.digest, y.body, y.set_by, y.set_at, y.approved_by, y.reason"
        found = rows(connection, f"SELECT {columns} {_OF_PROJECT} LIMIT :limit", project=project, limit=limit)
    return [
        PolicyVersion(r["digest"], r["body"], r["set_by"], from_ms(r["set_at"]), r["approved_by"], r["reason"])
        for r in found
    ]


def add_proposal(
    connection: Connection, project_id: int, *, text: str, digest: str, base: str, reason: str, by: str, at: datetime
) -> int:
    """Note a proposal; gives its number."""
    return int(
        scalar(
            connection,
            "INSERT INTO policy_proposal (project_id, digest, body, base_digest, reason, proposed_by, proposed_at, "
            "state) VALUES (:project, :digest, :body, :base, :reason, :by, :at, :state) RETURNING id",
            project=project_id,
            digest=digest,
            body=text,
            base=base,
            reason=reason,
            by=by,
            at=to_ms(at),
            state=PROPOSED,
        )
    )


def decide(connection: Connection, proposal_id: int, *, state: str, by: str, at: datetime, note: str | None) -> bool:
    """Give a proposal that waits its end; says whether it still waited."""
    changed = run(
        connection,
        "UPDATE policy_proposal SET state = :state, decided_by = :by, decided_at = :at, decision_note = :note "
        "WHERE id = :id AND state = :waiting",
        id=proposal_id,
        state=state,
        by=by,
        at=to_ms(at),
        note=note,
        waiting=PROPOSED,
    )
    return changed == 1


def proposal(connection: Connection, proposal_id: int) -> Proposal | None:
    """Give a proposal by its number."""
    row = first(connection, f"{_PROPOSALS} WHERE q.id = :id", id=proposal_id)
    return None if row is None else _proposal(row)


def proposals(
    connection: Connection, project: str, *, states: tuple[str, ...] = (), limit: int = 200
) -> list[Proposal]:
    """Give the proposals of a project, newest first; ``states`` empty for all."""
    named = {f"state{n}": state for n, state in enumerate(states)}
    narrowed = f"AND q.state IN ({', '.join(f':{name}' for name in named)})" if named else ""
    sql = f"{_PROPOSALS} WHERE p.slug = :project {narrowed} ORDER BY q.id DESC LIMIT :limit"
    return [_proposal(row) for row in rows(connection, sql, project=project, limit=limit, **named)]


def _proposal(row: RowMapping) -> Proposal:
    return Proposal(
        id=row["id"],
        project=row["project"],
        digest=row["digest"],
        text=row["body"],
        base_digest=row["base_digest"],
        reason=row["reason"],
        proposed_by=row["proposed_by"],
        proposed_at=from_ms(row["proposed_at"]),
        state=row["state"],
        decided_by=row["decided_by"],
        decided_at=from_ms_or_none(row["decided_at"]),
        note=row["decision_note"],
    )
