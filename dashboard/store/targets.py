"""Where evidence belongs, and the rows that stand for it: project, branch, candidate, run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dashboard.errors import ConflictError, UsageError
from dashboard.store.moments import from_ms, to_ms, to_ms_or_none
from dashboard.store.transaction import PROJECT_LOCK, Connection, first, lock, rows, run, scalar


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
    """A subject may be a candidate for several; ``None`` means the only one there is."""
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
    adopted: bool
    """Whether the candidate had no environment and took that of the target."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The candidate that a target means."""

    id: int
    adopts: bool
    """Whether it has no environment yet and the target gives it one."""


def hold(connection: Connection, target: Target, at: datetime) -> int:
    """Find or make the project and take its lock: what is found after this stays so; gives the project's number."""
    project_id = _project(connection, target, at)
    lock(connection, PROJECT_LOCK, project_id)
    return project_id


def meant(connection: Connection, target: Target) -> Meant | None:
    """Find the candidate that a target means; nothing where its evidence is the first of a new one.

    That is the one of the target's environment. Without such a one it is the only candidate of the subject, if the
    target names no environment, or if that candidate has none yet.

    Raises:
        UsageError: slug ``environment-ambiguous``: no environment is named and the subject has several candidates.
    """
    found = rows(
        connection,
        "SELECT c.id, c.environment FROM candidate c JOIN project p ON p.id = c.project_id "
        "WHERE p.slug = :project AND c.subject = :subject ORDER BY c.opened_at, c.id",
        project=target.project,
        subject=target.subject,
    )
    if target.environment is None:
        if len(found) > 1:
            raise several(target.subject, [row["environment"] for row in found])
        return Meant(found[0]["id"], adopts=False) if found else None
    same = next((row["id"] for row in found if row["environment"] == target.environment), None)
    if same is not None:
        return Meant(same, adopts=False)
    alone = len(found) == 1 and found[0]["environment"] is None
    return Meant(found[0]["id"], adopts=True) if alone else None


def several(subject: str, environments: Iterable[str | None]) -> UsageError:
    """Make the error that says that a subject alone does not name a candidate."""
    named = ", ".join(environment or "no environment" for environment in environments)
    msg = f"The subject {subject} has a candidate for each of several environments: {named}."
    return UsageError(msg, slug="environment-ambiguous", hint="Give --environment (in an address: ?environment=).")


def adopt(connection: Connection, candidate_id: int, environment: str | None) -> None:
    """Give a candidate without environment the one that was named for it."""
    sql = "UPDATE candidate SET environment = :environment WHERE id = :id AND environment IS NULL"
    run(connection, sql, id=candidate_id, environment=environment)


def place(connection: Connection, project_id: int, target: Target) -> Place:
    """Find or make the rows of a target under a project that is held."""
    candidate_id, branch, adopted = _candidate(connection, project_id, target)
    known = first(
        connection,
        "SELECT id, branch_id, started_at, pruned_at FROM run WHERE candidate_id = :candidate AND name = :name",
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
        return Place(project_id, candidate_id, run_id, branch_id, started_at, moved=False, adopted=adopted)
    if known["pruned_at"] is not None:
        msg = f"The results of the run {target.run} were pruned on {from_ms(known['pruned_at']):%Y-%m-%d}."
        raise ConflictError(msg, slug="run-pruned", hint="Name another run; a pruned one stays as it is.")
    moved = started_at < known["started_at"]
    if moved:
        run(connection, "UPDATE run SET started_at = :at WHERE id = :id", at=started_at, id=known["id"])
    earliest = min(started_at, known["started_at"])
    return Place(project_id, candidate_id, known["id"], known["branch_id"], earliest, moved=moved, adopted=adopted)


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


def _candidate(connection: Connection, project_id: int, target: Target) -> tuple[int, str, bool]:
    """Find or make the candidate; what the target declares replaces what was declared before.

    Gives its number, the branch, and whether it took the target's environment.
    """
    values = {
        "version": target.version,
        "branch": target.branch,
        "environment": target.environment,
        "opened_at": to_ms(target.started_at),
        "as_of": to_ms_or_none(target.as_of),
    }
    known = meant(connection, target)
    if known is None:
        sql = (
            "INSERT INTO candidate (project_id, subject, version, branch, environment, opened_at, as_of) "
            "VALUES (:project, :subject, :version, :branch, :environment, :opened_at, :as_of) RETURNING id"
        )
        number = scalar(connection, sql, project=project_id, subject=target.subject, **values)
        return int(number), target.branch or "", False
    sql = (
        "UPDATE candidate SET version = coalesce(:version, version), branch = coalesce(:branch, branch), "
        "environment = coalesce(:environment, environment), as_of = coalesce(:as_of, as_of), "
        "opened_at = CASE WHEN :opened_at < opened_at THEN :opened_at ELSE opened_at END "
        "WHERE id = :id RETURNING branch"
    )
    branch = scalar(connection, sql, id=known.id, **values)
    return known.id, target.branch or branch or "", known.adopts


def _branch(connection: Connection, project_id: int, name: str) -> int:
    run(
        connection,
        "INSERT INTO branch (project_id, name) VALUES (:project, :name) ON CONFLICT (project_id, name) DO NOTHING",
        project=project_id,
        name=name,
    )
    sql = "SELECT id FROM branch WHERE project_id = :project AND name = :name"
    return int(scalar(connection, sql, project=project_id, name=name))
