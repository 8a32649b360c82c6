"""The CODEOWNERS files of a project: every version that was ever set, the newest in force."""

from datetime import datetime

from dashboard.store.moments import to_ms
from dashboard.store.transaction import Connection, first, run


def current(connection: Connection, project: str) -> tuple[str, str] | None:
    """Give digest and text of the file in force, or nothing where the project never set one."""
    row = first(
        connection,
        "SELECT o.digest, o.body FROM ownership o JOIN project p ON p.id = o.project_id WHERE p.slug = :project "
        "ORDER BY o.id DESC LIMIT 1",
        project=project,
    )
    return None if row is None else (row["digest"], row["body"])


def add(connection: Connection, project: str, text: str, digest: str, *, by: str, at: datetime) -> bool:
    """Put a file in force; gives whether there is such a project."""
    added = run(
        connection,
        "INSERT INTO ownership (project_id, digest, body, set_by, set_at) "
        "SELECT id, :digest, :body, :by, :at FROM project WHERE slug = :project",
        project=project,
        digest=digest,
        body=text,
        by=by,
        at=to_ms(at),
    )
    return added == 1
