"""Coverage of a candidate by file, and its totals over time."""

from collections.abc import Sequence

import pandas as pd

from dashboard.model.policy import Component
from dashboard.model.records import Kind
from dashboard.store.coverage_contexts import of_file
from dashboard.store.coverage_evidence import Survey, counted, doubts, places_of, surveyed
from dashboard.store.coverage_merge import Covered
from dashboard.store.coverage_paths import UNKNOWN
from dashboard.store.engine import Store
from dashboard.store.filed import Filed, newest_of_each_name, of_candidate
from dashboard.store.frames.shape import framed
from dashboard.store.transaction import Connection, reading, rows

_FILES = {
    "path": "text",
    "lines_total": "number",
    "lines_hit": "number",
    "branches_total": "number",
    "branches_hit": "number",
    "statements_total": "number",
    "statements_hit": "number",
    "artefact_id": "whole",
    "hit": "text",
    "missed": "text",
    "partial": "text",
    "approximate": "text",
    "reports": "whole",
}
_DOUBTS = {"path": "text", "report": "text", "reason": "text"}
_CONTEXTS = {"name": "text", "count": "whole", "lines": "text"}
_TREND = {
    "candidate_id": "whole",
    "subject": "text",
    "version": "text",
    "environment": "text",
    "at": "moment",
    "lines_total": "whole",
    "lines_hit": "whole",
    "branches_total": "whole",
    "branches_hit": "whole",
    "files": "whole",
}


def _surveyed(connection: Connection, candidate_id: int, components: Sequence[Component]) -> Survey:
    return surveyed(connection, counted(connection, _filed(connection, candidate_id)), components)


def _filed(connection: Connection, candidate_id: int) -> list[Filed]:
    return [one for one in of_candidate(connection, candidate_id) if one.kind is Kind.COVERAGE]


def coverage_files(
    store: Store, candidate_id: int, limit: int = 100_000, *, components: Sequence[Component] = ()
) -> pd.DataFrame:
    """Give the files of the newest report of each name, by path; several reports of one file are united.

    Takes: ``components`` of the policy, whose patterns help to tell what a path is.
    Gives: path, lines_total, lines_hit, branches_total, branches_hit, statements_total, statements_hit, artefact_id,
    the line ranges (``1-4,9``) hit, missed and partial, approximate (why the figures are a lower bound, "" where they
    are exact) and reports (how many speak of the file).
    """
    with reading(store) as connection:
        files = _surveyed(connection, candidate_id, components).files
    return framed(_FILES, [[getattr(file, name) for name in _FILES] for file in files[:limit]])


def count_coverage_reports(store: Store, candidate_id: int) -> int:
    """Count the reports that stand behind ``coverage_files``."""
    with reading(store) as connection:
        return len(counted(connection, _filed(connection, candidate_id)))


def coverage_doubts(store: Store, candidate_id: int, components: Sequence[Component] = ()) -> pd.DataFrame:
    """Give the paths that could not be mapped to one file of the repository, by report and path.

    Gives: path (as the report has it), report (its name), reason.
    """
    with reading(store) as connection:
        found = doubts(connection, counted(connection, _filed(connection, candidate_id)), components)
    ordered = sorted(found, key=lambda one: (one.reason == UNKNOWN, one.report, one.path))
    return framed(_DOUBTS, [[one.path, one.report, one.reason] for one in ordered])


def coverage_contexts(
    store: Store, candidate_id: int, path: str, components: Sequence[Component] = ()
) -> pd.DataFrame | None:
    """Give the contexts (tests) that ran lines of a file, those with the most lines first.

    Reports that know only what ran are asked too. Gives: name ("" for what ran outside any), count (of lines), lines
    (ranges); ``None`` where no report of the file says anything of contexts.
    """
    with reading(store) as connection:
        filed = newest_of_each_name(_filed(connection, candidate_id))
        found = of_file(connection, places_of(connection, filed, components, path))
    if found is None:
        return None
    ordered = sorted(found, key=lambda one: (one.name == "", -one.count, one.name))
    return framed(_CONTEXTS, [[one.name, one.count, one.lines] for one in ordered])


def coverage_trend(
    store: Store,
    project: str,
    branch: str | None = None,
    limit: int = 60,
    *,
    components: Sequence[Component] = (),
) -> pd.DataFrame:
    """Give the totals of the newest candidates that have coverage, oldest first.

    Gives: candidate_id, subject, version, environment, at (the candidate's opening), lines_total, lines_hit,
    branches_total, branches_hit, files.
    """
    on_branch = "" if branch is None else "AND coalesce(c.branch, '') = :branch"
    values = {"project": project, "limit": limit} | ({} if branch is None else {"branch": branch})
    with reading(store) as connection:
        found = rows(
            connection,
            "SELECT c.id, c.subject, c.version, c.environment, c.opened_at FROM candidate c "
            f"JOIN project p ON p.id = c.project_id WHERE p.slug = :project {on_branch} "
            "AND EXISTS (SELECT 1 FROM artefact a WHERE a.candidate_id = c.id AND a.kind = 'coverage') "
            "ORDER BY c.opened_at DESC, c.id DESC LIMIT :limit",
            **values,
        )
        trend = [
            [
                *(row[name] for name in ("id", "subject", "version", "environment", "opened_at")),
                *_sums(_surveyed(connection, row["id"], components).files),
            ]
            for row in reversed(found)
        ]
    return framed(_TREND, trend)


def _sums(files: Sequence[Covered]) -> tuple[int, int, int, int, int]:
    lines = [file.lines for file in files]
    return (
        sum(total for total, _ in lines),
        sum(hit for _, hit in lines),
        sum(file.branches_total or 0 for file in files),
        sum(file.branches_hit or 0 for file in files),
        len(files),
    )
