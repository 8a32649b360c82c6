"""Coverage of a candidate: the newest report of each name, summed in whole numbers."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from posixpath import dirname

from dashboard.model.candidate import Candidate
from dashboard.model.evidence import CoverageEvidence, CoverageTotals
from dashboard.model.policy import Component, Policy
from dashboard.model.records import Kind
from dashboard.store.categories import path_pattern
from dashboard.store.coverage_merge import COLUMNS, IDS, Covered, merged
from dashboard.store.coverage_paths import Doubt, Mapped, Report, cleaned, is_absolute, mapped
from dashboard.store.filed import Filed, newest_of_each_name, numbers, of_candidate, sources
from dashboard.store.moments import to_ms
from dashboard.store.transaction import Connection, columns, scalar


@dataclass(frozen=True, slots=True)
class Survey:
    """The files of a candidate, and the paths that may be of files that are counted already."""

    files: list[Covered]
    unmapped: tuple[Doubt, ...]
    ambiguous: tuple[Doubt, ...]


def of(connection: Connection, candidate: Candidate, policy: Policy, filed: Sequence[Filed]) -> CoverageEvidence | None:
    """Give the coverage, or ``None`` when the candidate has no coverage report."""
    if not filed:
        return None
    newest = counted(connection, filed)
    survey = surveyed(connection, newest, policy.components)
    files = survey.files
    inside = {component.name: _inside(files, component.paths) for component in policy.components}
    return CoverageEvidence(
        total=_totals(files),
        components={name: _totals(found) for name, found in inside.items()},
        component_range={name: span for name, found in inside.items() if (span := _range(found)) is not None},
        previous_files=_previous_files(connection, candidate, policy.components),
        sources=sources(newest),
        passed_over=sources(one for one in newest_of_each_name(filed) if one not in newest),
        unmapped=tuple(sorted({doubt.path for doubt in survey.unmapped})),
        ambiguous=tuple(sorted({doubt.path for doubt in survey.ambiguous})),
        approximate=tuple(file.path for file in files if file.approximate),
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


def surveyed(connection: Connection, filed: Sequence[Filed], components: Sequence[Component]) -> Survey:
    """Give the files of reports (oldest first), one entry a path; ``components`` help to tell what a path is."""
    place = {one.id: number for number, one in enumerate(filed)}
    # Ids of branches are for uniting reports; one alone has nothing to unite.
    wanted = COLUMNS if len(filed) > 1 else COLUMNS.replace(IDS, "'' AS a, '' AS b, '' AS c")
    sql = f"SELECT {wanted} FROM coverage_file WHERE artefact_id IN ({numbers(place)})"
    found = [Covered(*row) for row in columns(connection, sql)]
    names = _mapped(filed, ((file.artefact_id, file.path) for file in found), components)
    named = [file._replace(path=names.names[place[file.artefact_id]][file.path]) for file in found]
    return Survey(merged(sorted(named, key=lambda file: place[file.artefact_id])), names.unmapped, names.ambiguous)


def doubts(connection: Connection, filed: Sequence[Filed], components: Sequence[Component]) -> tuple[Doubt, ...]:
    """Give the ambiguous paths of reports, then the unmapped ones; nothing but paths is read."""
    ids = numbers(one.id for one in filed)
    paths = columns(connection, f"SELECT artefact_id, path FROM coverage_file WHERE artefact_id IN ({ids})")
    names = _mapped(filed, ((int(artefact), str(path)) for artefact, path in paths), components)
    return (*names.ambiguous, *names.unmapped)


def places_of(
    connection: Connection, filed: Sequence[Filed], components: Sequence[Component], path: str
) -> list[tuple[int, int]]:
    """Give (artefact, number of the file in it) wherever a report speaks of the file with this path."""
    ids = numbers(one.id for one in filed)
    found = list(columns(connection, f"SELECT artefact_id, seq, path FROM coverage_file WHERE artefact_id IN ({ids})"))
    names = _mapped(filed, ((artefact, stands) for artefact, _, stands in found), components).names
    place = {one.id: number for number, one in enumerate(filed)}
    return [(artefact, seq) for artefact, seq, stands in found if names[place[artefact]][stands] == path]


def _mapped(filed: Sequence[Filed], paths: Iterable[tuple[int, str]], components: Sequence[Component]) -> Mapped:
    by_artefact: dict[int, list[str]] = {one.id: [] for one in filed}
    for artefact, path in paths:
        by_artefact[artefact].append(path)
    reports = [_report(one, by_artefact[one.id]) for one in filed]
    return mapped(reports, [pattern for component in components for pattern in component.paths])


def _report(one: Filed, paths: Sequence[str]) -> Report:
    declared = json.loads(one.ledger).get("facts", {}).get("sources", [])
    roots = [root for root in declared if isinstance(root, str) and root.strip()] if isinstance(declared, list) else []
    if len(roots) == 1 and not is_absolute(cleaned(roots[0])):
        roots = []  # the reader has put it before the paths already
    return Report(
        name=one.source.name,
        paths=paths,
        roots=tuple(roots),
        modular=one.source.format == "go-cover",
        packages=one.source.format == "jacoco-xml",
    )


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


def _previous_files(connection: Connection, candidate: Candidate, components: Sequence[Component]) -> int | None:
    """Count the files of the candidate before this one on its branch that has coverage and is of another subject."""
    previous = scalar(
        connection,
        "SELECT c.id FROM candidate c JOIN project p ON p.id = c.project_id WHERE p.slug = :project "
        "AND coalesce(c.branch, '') = :branch AND c.subject <> :subject AND (c.opened_at, c.id) < (:opened_at, :id) "
        "AND EXISTS (SELECT 1 FROM artefact a WHERE a.candidate_id = c.id AND a.kind = 'coverage' "
        "AND a.pruned_at IS NULL) "
        "ORDER BY c.opened_at DESC, c.id DESC LIMIT 1",
        project=candidate.project,
        branch=candidate.branch or "",
        subject=candidate.subject,
        opened_at=to_ms(candidate.opened_at),
        id=candidate.id,
    )
    if previous is None:
        return None
    filed = [one for one in of_candidate(connection, int(previous)) if one.kind is Kind.COVERAGE]
    newest = counted(connection, filed)
    ids = numbers(one.id for one in newest)
    paths = columns(connection, f"SELECT artefact_id, path FROM coverage_file WHERE artefact_id IN ({ids})")
    names = _mapped(newest, ((int(artefact), str(path)) for artefact, path in paths), components).names
    return len({path for found in names for path in found.values()})
