"""Projects and their candidates, found by what people call them."""

from sqlalchemy import RowMapping

from dashboard.errors import NotFoundError, UsageError
from dashboard.model.candidate import Candidate
from dashboard.store.engine import Store
from dashboard.store.moments import from_ms, from_ms_or_none
from dashboard.store.transaction import Connection, first, reading, rows, scalar

_CANDIDATE = (
    "SELECT c.id, p.slug, p.name, c.subject, c.version, c.branch, c.environment, c.opened_at, c.as_of "
    "FROM candidate c JOIN project p ON p.id = c.project_id"
)
_SHORTEST_PREFIX = 4


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
    id: int | None = None,  # noqa: A002 - the field's name, given by keyword only
) -> Candidate:
    """Find a candidate by number, by subject (or the unique start of one), or by version; the newest of several.

    Without any of them the newest candidate of the project is meant. Several that are given must all agree.

    Raises:
        NotFoundError: there is no such project or candidate.
        UsageError: slug ``subject-ambiguous``: the start of a subject fits several candidates.
    """
    with reading(store) as connection:
        _project(connection, project)
        return _candidate(_found(connection, project, subject=subject, version=version, number=id))


def _found(
    connection: Connection, project: str, *, subject: str | None, version: str | None, number: int | None
) -> RowMapping:
    sql = f"{_CANDIDATE} WHERE p.slug = :project"
    values: dict[str, str | int] = {"project": project}
    if number is not None:
        sql += " AND c.id = :id"
        values["id"] = number
    if version is not None:
        sql += " AND c.version = :version"
        values["version"] = version
    newest = "ORDER BY c.opened_at DESC, c.id DESC LIMIT 2"
    if subject is None:
        found = rows(connection, f"{sql} {newest}", **values)
    else:
        found = rows(connection, f"{sql} AND c.subject = :subject", **values, subject=subject)
        if not found and len(subject) >= _SHORTEST_PREFIX:
            prefixed = f"{sql} AND substr(c.subject, 1, {len(subject)}) = :subject {newest}"
            found = rows(connection, prefixed, **values, subject=subject)
            _refuse_several(found, subject)
    if not found:
        msg = f"Project {project} has no candidate{_described(subject, version, number)}."
        raise NotFoundError(msg, slug="candidate-not-found")
    return found[0]


def _refuse_several(found: list[RowMapping], subject: str) -> None:
    if len(found) > 1:
        msg = f"The subject {subject} fits several candidates, such as {found[0]['subject']} and {found[1]['subject']}."
        raise UsageError(msg, slug="subject-ambiguous", hint="Give more of the subject.")


def _described(subject: str | None, version: str | None, number: int | None) -> str:
    said = {"subject": subject, "version": version, "number": number}
    text = " and ".join(f"{name} {value}" for name, value in said.items() if value is not None)
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
    return _candidate(row)


def _project(connection: Connection, slug: str) -> str:
    name = scalar(connection, "SELECT name FROM project WHERE slug = :slug", slug=slug)
    if name is None:
        msg = f"There is no project {slug}."
        raise NotFoundError(msg, slug="project-not-found")
    return str(name)


def _candidate(row: RowMapping) -> Candidate:
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
