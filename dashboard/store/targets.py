"""Where evidence belongs, and the rows that stand for it: project, branch, candidate, run."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.store.moments import to_ms, to_ms_or_none
from dashboard.store.transaction import PROJECT_LOCK, Connection, first, lock, run, scalar


@dataclass(frozen=True, slots=True)
class Target:
    """The references by which a file becomes evidence of a candidate. What is ``None`` leaves what is known."""

    project: str
    """Slug."""
    project_name: str | None
    subject: str
    """Commit sha, or sha256 of the built artefact."""
    branch: str | None
    version: str | None
    environment: str | None
    run: str
    """Name of the pipeline run; files of one run are parts of one whole."""
    started_at: datetime
    """Of the run; the earliest of its files counts."""
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """The rows a target stands for, with the project's lock held."""

    project_id: int
    candidate_id: int
    run_id: int
    branch_id: int
    started_at: int
    """Unix milliseconds, of the run."""
    moved: bool
    """Whether this file made a run that was known start earlier."""


def place(connection: Connection, target: Target, at: datetime) -> Place:
    """Find or make the rows of a target."""
    project_id = _project(connection, target, at)
    lock(connection, PROJECT_LOCK, project_id)
    candidate_id, branch = _candidate(connection, project_id, target)
    known = first(
        connection,
        "SELECT id, branch_id, started_at FROM run WHERE candidate_id = :candidate AND name = :name",
        candidate=candidate_id,
        name=target.run,
    )
    started_at = to_ms(target.started_at)
    if known is None:
        branch_id = _branch(connection, project_id, branch)
        run_id = scalar(
            connection,
            "INSERT INTO run (project_id, candidate_id, branch_id, name, started_at, test_artefacts, total, passed, "
            "failed, errors, skipped, flaky, new_failures, fixed) "
            "VALUES (:project, :candidate, :branch, :name, :started_at, 0, 0, 0, 0, 0, 0, 0, 0, 0) RETURNING id",
            project=project_id,
            candidate=candidate_id,
            branch=branch_id,
            name=target.run,
            started_at=started_at,
        )
        return Place(project_id, candidate_id, run_id, branch_id, started_at, moved=False)
    moved = started_at < known["started_at"]
    if moved:
        run(connection, "UPDATE run SET started_at = :at WHERE id = :id", at=started_at, id=known["id"])
    earliest = min(started_at, known["started_at"])
    return Place(project_id, candidate_id, known["id"], known["branch_id"], earliest, moved=moved)


def _project(connection: Connection, target: Target, at: datetime) -> int:
    run(
        connection,
        "INSERT INTO project (slug, name, created_at) VALUES (:slug, :name, :at) ON CONFLICT (slug) DO NOTHING",
        slug=target.project,
        name=target.project_name or target.project,
        at=to_ms(at),
    )
    if target.project_name is not None:
        run(
            connection,
            "UPDATE project SET name = :name WHERE slug = :slug AND name <> :name",
            slug=target.project,
            name=target.project_name,
        )
    return int(scalar(connection, "SELECT id FROM project WHERE slug = :slug", slug=target.project))


def _candidate(connection: Connection, project_id: int, target: Target) -> tuple[int, str]:
    """Find or make the candidate; what the target declares replaces what was declared before."""
    row = first(
        connection,
        "INSERT INTO candidate (project_id, subject, version, branch, environment, opened_at, as_of) "
        "VALUES (:project, :subject, :version, :branch, :environment, :opened_at, :as_of) "
        "ON CONFLICT (project_id, subject) DO UPDATE SET version = coalesce(excluded.version, candidate.version), "
        "branch = coalesce(excluded.branch, candidate.branch), "
        "environment = coalesce(excluded.environment, candidate.environment), "
        "as_of = coalesce(excluded.as_of, candidate.as_of), "
        "opened_at = CASE WHEN excluded.opened_at < candidate.opened_at THEN excluded.opened_at "
        "ELSE candidate.opened_at END RETURNING id, branch",
        project=project_id,
        subject=target.subject,
        version=target.version,
        branch=target.branch,
        environment=target.environment,
        opened_at=to_ms(target.started_at),
        as_of=to_ms_or_none(target.as_of),
    )
    if row is None:
        msg = "an upsert gives its row back"
        raise AssertionError(msg)
    return row["id"], target.branch or row["branch"] or ""


def _branch(connection: Connection, project_id: int, name: str) -> int:
    run(
        connection,
        "INSERT INTO branch (project_id, name) VALUES (:project, :name) ON CONFLICT (project_id, name) DO NOTHING",
        project=project_id,
        name=name,
    )
    sql = "SELECT id FROM branch WHERE project_id = :project AND name = :name"
    return int(scalar(connection, sql, project=project_id, name=name))
