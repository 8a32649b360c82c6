"""The policies of a project: every version that was ever set, the newest in force."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.errors import NotFoundError
from dashboard.store.engine import Store
from dashboard.store.moments import from_ms, to_ms
from dashboard.store.transaction import first, reading, rows, run, writing

_OF_PROJECT = "FROM policy y JOIN project p ON p.id = y.project_id WHERE p.slug = :project ORDER BY y.id DESC"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy as it was set."""

    digest: str
    text: str
    by: str
    at: datetime


def current(store: Store, project: str) -> tuple[str, str] | None:
    """Give digest and text of the policy in force, or nothing where the project never set one."""
    with reading(store) as connection:
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
        added = run(
            connection,
            "INSERT INTO policy (project_id, digest, body, set_by, set_at) "
            "SELECT id, :digest, :body, :by, :at FROM project WHERE slug = :project",
            project=project,
            digest=digest,
            body=text,
            by=by,
            at=to_ms(at),
        )
        if added != 1:
            msg = f"There is no project {project}."
            raise NotFoundError(msg, slug="project-not-found")


def history(store: Store, project: str, *, limit: int = 200) -> list[PolicyVersion]:
    """Give the versions that were set, newest first."""
    with reading(store) as connection:
        sql = f"SELECT y.digest, y.body, y.set_by, y.set_at {_OF_PROJECT} LIMIT :limit"
        found = rows(connection, sql, project=project, limit=limit)
    return [PolicyVersion(r["digest"], r["body"], r["set_by"], from_ms(r["set_at"])) for r in found]
