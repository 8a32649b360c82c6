"""Projects and their candidates, found by what people call them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import RowMapping

from dashboard.errors import NotFoundError, UsageError
from dashboard.model.candidate import Candidate
from dashboard.store import targets
from dashboard.store.engine import Store
from dashboard.store.moments import from_ms, from_ms_or_none, to_ms
from dashboard.store.transaction import Connection, first, reading, rows, run, scalar

_CANDIDATE = (
    "SELECT c.id, p.slug, p.name, c.subject, c.version, c.branch, c.environment, c.opened_at, c.as_of "
    "FROM candidate c JOIN project p ON p.id = c.project_id"
)
_SHORTEST_PREFIX = 4
_NEWEST = "ORDER BY c.opened_at DESC, c.id DESC"

#: Candidates that the start of a subject is looked up among: a few environments, or two subjects.
_SEVERAL = 20


def project(store: Store, slug: str) -> str:
    """Give the name of a project.

    Raises:
        NotFoundError: slug ``project-not-found``.
    """
    with reading(store) as connection:
        return _project(connection, slug)


def find(
    store: Store,
    project: str,
    *,
    subject: str | None = None,
    version: str | None = None,
    environment: str | None = None,
    id: int | None = None,  # noqa: A002 - the field's name, given by keyword only
) -> Candidate:
    """Find a candidate by number, by subject (or the unique start of one), by version or by environment.

    Without a number or a subject the newest that fits is meant, of the whole project where nothing is given. Several
    that are given must all agree. An environment that is empty counts as not given.

    Raises:
        NotFoundError: there is no such project or candidate.
        UsageError: slug ``subject-ambiguous``: the start of a subject fits several subjects; ``environment-ambiguous``:
            the subject has a candidate for each of several environments, and none is named.
    """
    with reading(store) as connection:
        _project(connection, project)
        where = " ".join((environment or "").split()) or None  # as it was filed
        sought = {"subject": subject, "version": version, "environment": where, "number": id}
        found = _fitting(connection, project, sought)
        if not found:
            msg = f"Project {project} has no candidate{_described(sought)}."
            raise NotFoundError(msg, slug="candidate-not-found")
        return read_row(found[0])


def _fitting(connection: Connection, project: str, sought: Mapping[str, str | int | None]) -> list[RowMapping]:
    """Give the candidates that fit, the newest first; never several for a subject."""
    said = {name: value for name, value in sought.items() if value is not None}
    columns = {"number": "id", "version": "version", "environment": "environment"}
    where = "".join(f" AND c.{column} = :{name}" for name, column in columns.items() if name in said)
    values = {name: value for name, value in said.items() if name in columns} | {"project": project}
    sql = f"{_CANDIDATE} WHERE p.slug = :project{where}"
    subject = str(said.get("subject", ""))
    if not subject:
        return rows(connection, f"{sql} {_NEWEST} LIMIT 1", **values)
    found = rows(connection, f"{sql} AND c.subject = :subject {_NEWEST}", **values, subject=subject)
    if not found and len(subject) >= _SHORTEST_PREFIX:
        prefixed = f"{sql} AND substr(c.subject, 1, {len(subject)}) = :subject {_NEWEST} LIMIT {_SEVERAL}"
        found = rows(connection, prefixed, **values, subject=subject)
    _refuse_several(found, subject)
    return found


def _refuse_several(found: list[RowMapping], subject: str) -> None:
    fitting = tuple(dict.fromkeys(row["subject"] for row in found))
    if len(fitting) > 1:
        msg = f"The subject {subject} fits several candidates, such as {fitting[0]} and {fitting[1]}."
        raise UsageError(msg, slug="subject-ambiguous", hint="Give more of the subject.")
    if len(found) > 1:
        raise targets.several(fitting[0], [row["environment"] for row in reversed(found)])


def _described(sought: Mapping[str, str | int | None]) -> str:
    text = " and ".join(f"{name} {value}" for name, value in sought.items() if value is not None)
    return f" with {text}" if text else " yet"


def by_number(connection: Connection, number: int) -> Candidate:
    """Give the candidate of a number.

    Raises:
        NotFoundError: there is none.
    """
    row = first(connection, f"{_CANDIDATE} WHERE c.id = :id", id=number)
    if row is None:
        msg = f"There is no candidate {number}."
        raise NotFoundError(msg, slug="candidate-not-found")
    return read_row(row)


def supersede(connection: Connection, number: int, *, by: str, at: datetime, because: str) -> bool:
    """Note that a candidate goes no further; gives whether that was not said before."""
    sql = (
        "UPDATE candidate SET superseded_at = :at, superseded_by = :by, superseded_because = :because "
        "WHERE id = :id AND superseded_at IS NULL"
    )
    return run(connection, sql, id=number, at=to_ms(at), by=by, because=because) == 1


def _project(connection: Connection, slug: str) -> str:
    name = scalar(connection, "SELECT name FROM project WHERE slug = :slug", slug=slug)
    if name is None:
        msg = f"There is no project {slug}."
        raise NotFoundError(msg, slug="project-not-found")
    return str(name)


def read_row(row: RowMapping) -> Candidate:
    """Read a candidate from a row that has its columns, and its project's slug and name."""
    return Candidate(
        id=row["id"],
        project=row["slug"],
        project_name=row["name"],
        subject=row["subject"],
        version=row["version"],
        branch=row["branch"],
        environment=row["environment"],
        opened_at=from_ms(row["opened_at"]),
        as_of=from_ms_or_none(row["as_of"]),
    )
