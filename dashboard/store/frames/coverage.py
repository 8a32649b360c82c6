"""Coverage of a candidate by file, and its totals over time."""

from collections.abc import Sequence

import pandas as pd

from dashboard.model.records import Kind
from dashboard.store.coverage_evidence import counted, covered_files
from dashboard.store.coverage_merge import Covered
from dashboard.store.engine import Store
from dashboard.store.filed import of_candidate
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
}
_TREND = {
    "candidate_id": "whole",
    "subject": "text",
    "version": "text",
    "at": "moment",
    "lines_total": "whole",
    "lines_hit": "whole",
    "branches_total": "whole",
    "branches_hit": "whole",
    "files": "whole",
}


def _files(connection: Connection, candidate_id: int) -> list[Covered]:
    filed = [one for one in of_candidate(connection, candidate_id) if one.kind is Kind.COVERAGE]
    return covered_files(connection, counted(connection, filed))


def coverage_files(store: Store, candidate_id: int, limit: int = 100_000) -> pd.DataFrame:
    """Give the files of the newest report of each name, by path; several reports of one file are united.

    Gives: path, lines_total, lines_hit, branches_total, branches_hit, statements_total, statements_hit, artefact_id,
    and the line ranges (``1-4,9``) hit, missed and partial.
    """
    with reading(store) as connection:
        files = _files(connection, candidate_id)
    return framed(_FILES, [[getattr(file, name) for name in _FILES] for file in files[:limit]])


def coverage_trend(store: Store, project: str, branch: str | None = None, limit: int = 60) -> pd.DataFrame:
    """Give the totals of the newest candidates that have coverage, oldest first.

    Gives: candidate_id, subject, version, at (the candidate's opening), lines_total, lines_hit, branches_total,
    branches_hit, files.
    """
    on_branch = "" if branch is None else "AND coalesce(c.branch, '') = :branch"
    values = {"project": project, "limit": limit} | ({} if branch is None else {"branch": branch})
    with reading(store) as connection:
        found = rows(
            connection,
            "SELECT c.id, c.subject, c.version, c.opened_at FROM candidate c JOIN project p ON p.id = c.project_id "
            f"WHERE p.slug = :project {on_branch} AND EXISTS (SELECT 1 FROM artefact a "
            "WHERE a.candidate_id = c.id AND a.kind = 'coverage') ORDER BY c.opened_at DESC, c.id DESC LIMIT :limit",
            **values,
        )
        trend = [
            [row["id"], row["subject"], row["version"], row["opened_at"], *_sums(_files(connection, row["id"]))]
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
