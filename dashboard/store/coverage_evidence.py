"""Coverage of a candidate: the newest report of each name, summed in whole numbers."""

from collections.abc import Iterable, Sequence
from posixpath import dirname

from dashboard.model.candidate import Candidate
from dashboard.model.evidence import CoverageEvidence, CoverageTotals
from dashboard.model.policy import Policy
from dashboard.model.records import Kind
from dashboard.store.categories import path_pattern
from dashboard.store.coverage_merge import COLUMNS, Covered, merged
from dashboard.store.filed import Filed, newest_of_each_name, numbers, of_candidate, sources
from dashboard.store.moments import to_ms
from dashboard.store.transaction import Connection, columns, scalar


def of(connection: Connection, candidate: Candidate, policy: Policy, filed: Sequence[Filed]) -> CoverageEvidence | None:
    """Give the coverage, or ``None`` when the candidate has no coverage report."""
    if not filed:
        return None
    newest = counted(connection, filed)
    files = covered_files(connection, newest)
    inside = {component.name: _inside(files, component.paths) for component in policy.components}
    return CoverageEvidence(
        total=_totals(files),
        components={name: _totals(found) for name, found in inside.items()},
        component_range={name: span for name, found in inside.items() if (span := _range(found)) is not None},
        previous_files=_previous_files(connection, candidate),
        sources=sources(newest),
        passed_over=sources(one for one in newest_of_each_name(filed) if one not in newest),
    )


def counted(connection: Connection, filed: Iterable[Filed]) -> list[Filed]:
    """Give the reports that count: the newest of each name; ``filed`` comes oldest first.

    One that knows only what ran, and not what there is to cover, is passed over when a complete report is there.
    """
    newest = newest_of_each_name(filed)
    bare = _without_totals(connection, [one.id for one in newest if one.source.incomplete])
    complete = any(not one.source.incomplete for one in newest)
    return [one for one in newest if one.id not in bare] if complete else newest


def _without_totals(connection: Connection, ids: Sequence[int]) -> frozenset[int]:
    found = columns(
        connection,
        f"SELECT artefact_id FROM coverage_file WHERE artefact_id IN ({numbers(ids)}) "
        "GROUP BY artefact_id HAVING count(lines_total) + count(statements_total) = 0",
    )
    return frozenset(int(number) for (number,) in found)


def covered_files(connection: Connection, filed: Sequence[Filed]) -> list[Covered]:
    """Give the files of reports (oldest first), one entry a path."""
    place = {one.id: number for number, one in enumerate(filed)}
    sql = f"SELECT {COLUMNS} FROM coverage_file WHERE artefact_id IN ({numbers(place)})"
    found = [Covered(*row) for row in columns(connection, sql)]
    return merged(sorted(found, key=lambda file: place[file.artefact_id]))


def _inside(files: Iterable[Covered], paths: tuple[str, ...]) -> list[Covered]:
    fits = path_pattern(paths).fullmatch
    return [file for file in files if fits(file.path.replace("\\", "/"))]


def _totals(files: Sequence[Covered]) -> CoverageTotals:
    lines = [file.lines for file in files]
    return CoverageTotals(
        lines_total=sum(total for total, _ in lines),
        lines_hit=sum(hit for _, hit in lines),
        branches_total=sum(file.branches_total or 0 for file in files),
        branches_hit=sum(file.branches_hit or 0 for file in files),
        files=len(files),
    )


def _range(files: Sequence[Covered]) -> tuple[float, float] | None:
    """Give the lowest and the highest line coverage of the folders, in percent; nothing when none has lines."""
    folders: dict[str, tuple[int, int]] = {}
    for file in files:
        folder = dirname(file.path.replace("\\", "/"))
        (total, hit), (more, covered) = folders.get(folder, (0, 0)), file.lines
        folders[folder] = (total + more, hit + covered)
    shares = [100 * hit / total for total, hit in folders.values() if total]
    return (min(shares), max(shares)) if shares else None


def _previous_files(connection: Connection, candidate: Candidate) -> int | None:
    """Count the files of the candidate before this one on its branch that has coverage."""
    previous = scalar(
        connection,
        "SELECT c.id FROM candidate c JOIN project p ON p.id = c.project_id WHERE p.slug = :project "
        "AND coalesce(c.branch, '') = :branch AND (c.opened_at, c.id) < (:opened_at, :id) "
        "AND EXISTS (SELECT 1 FROM artefact a WHERE a.candidate_id = c.id AND a.kind = 'coverage') "
        "ORDER BY c.opened_at DESC, c.id DESC LIMIT 1",
        project=candidate.project,
        branch=candidate.branch or "",
        opened_at=to_ms(candidate.opened_at),
        id=candidate.id,
    )
    if previous is None:
        return None
    filed = [one for one in of_candidate(connection, int(previous)) if one.kind is Kind.COVERAGE]
    ids = numbers(one.id for one in counted(connection, filed))
    sql = f"SELECT count(DISTINCT path) FROM coverage_file WHERE artefact_id IN ({ids})"
    return int(scalar(connection, sql))
