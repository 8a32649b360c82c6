"""Coverage of one file from several reports: the union of their lines, never a sum of the same lines.

A line is known by its number and a branch by its id, where the reports give ids of one numbering; what is united by
them is exact, as ``coverage combine`` and ``lcov --add-tracefile`` do it. Where there is nothing to unite by, the
better of the reports stands. That is a lower bound, and the file says why.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from dashboard.store.coverage_sets import branches_of, lines_of, ranges

NO_BRANCH_IDS = "branches without shared ids"
OTHER_BRANCH_IDS = "branches numbered differently"
LINES_DIFFER = "reports list different lines"
LINES_NOT_LISTED = "lines counted otherwise than listed"
STATEMENTS = "statements without ids"

_Figures = tuple[int | None, int | None]


class Covered(NamedTuple):
    """Coverage of one source file of a candidate."""

    path: str
    lines_total: int | None
    lines_hit: int | None
    branches_total: int | None
    branches_hit: int | None
    statements_total: int | None
    statements_hit: int | None
    hit: str
    missed: str
    partial: str
    artefact_id: int
    lower_bound: bool = False
    """As the reader says: the report itself united branches without ids."""
    branch_numbering: str = ""
    branches_taken: str = ""
    branches_missed: str = ""
    approximate: str = ""
    """Why the figures are a lower bound; "" when they are exact."""
    reports: int = 1
    """Reports that speak of the file."""

    @property
    def lines(self) -> tuple[int, int]:
        """Give total and hit lines; a file that lists none counts by its statements."""
        if self.lines_total is None:
            return self.statements_total or 0, self.statements_hit or 0
        return self.lines_total, self.lines_hit or 0

    @property
    def has_total(self) -> bool:
        """Say whether the report knows how much there is to cover, and not only what ran."""
        return self.lines_total is not None or self.statements_total is not None


IDS = "branch_numbering, branches_taken, branches_missed"
COLUMNS = (
    "path, lines_total, lines_hit, branches_total, branches_hit, statements_total, statements_hit, hit, missed, "
    f"partial, artefact_id, approximate, {IDS}"
)


def merged(files: Iterable[Covered]) -> list[Covered]:
    """Give one entry a path, in order of path; ``files`` come from the oldest report to the newest.

    Where one report lists no lines the newest report stands. A report that knows only what ran counts only where no
    other speaks of the file, and then without a total.
    """
    by_path: dict[str, list[Covered]] = {}
    for one in files:
        by_path.setdefault(one.path, []).append(one)
    return [_merge(by_path[path]) for path in sorted(by_path)]


def _merge(several: Sequence[Covered]) -> Covered:
    measured = [one for one in several if one.has_total]
    if len(measured) == 1:
        (only,) = measured
        return only._replace(approximate=NO_BRANCH_IDS) if only.lower_bound else only
    if not measured:
        ran = set[int]().union(*(lines_of(one.hit) for one in several))
        return several[-1]._replace(hit=ranges(ran), reports=len(several))
    return _unite(measured)


def _unite(several: Sequence[Covered]) -> Covered:
    newest = several[-1]._replace(reports=len(several))
    if any(not one.hit and not one.missed and not one.partial for one in several):
        same = len({one[1:7] for one in several}) == 1
        return newest if same else newest._replace(approximate=LINES_NOT_LISTED)
    united, line_doubt = _lines(newest, several)
    united, branch_doubt = _branches(united, several)
    statements, statement_doubt = _better(several, lambda one: (one.statements_total, one.statements_hit), STATEMENTS)
    doubts = dict.fromkeys(doubt for doubt in (line_doubt, branch_doubt, statement_doubt) if doubt)
    return united._replace(statements_total=statements[0], statements_hit=statements[1], approximate=", ".join(doubts))


def _lines(newest: Covered, several: Sequence[Covered]) -> tuple[Covered, str]:
    """Unite lines by number; the figures too, where every report counts what it lists."""
    hits = [lines_of(one.hit) for one in several]
    known = [found | lines_of(one.missed) for found, one in zip(hits, several, strict=True)]
    parts = [lines_of(one.partial) for one in several]
    hit, lines = set[int]().union(*hits), set[int]().union(*known)
    fully = set[int]().union(*(found - part for found, part in zip(hits, parts, strict=True)))
    united = newest._replace(
        hit=ranges(hit), missed=ranges(lines - hit), partial=ranges(set[int]().union(*parts) - fully)
    )
    listed = [(len(there), len(found)) for there, found in zip(known, hits, strict=True)]
    if listed == [(one.lines_total, one.lines_hit) for one in several]:
        doubt = LINES_DIFFER if any(there != lines for there in known) else ""
        return united._replace(lines_total=len(lines), lines_hit=len(hit)), doubt
    figures, doubt = _better(several, lambda one: (one.lines_total, one.lines_hit), LINES_NOT_LISTED)
    # What is neither hit nor missed alone (Go, LLVM) stands in ``partial`` and counts as neither here.
    part = set[int]().union(*parts) - fully
    return united._replace(
        lines_total=figures[0], lines_hit=figures[1], hit=ranges(hit - part), missed=ranges(lines - hit - part)
    ), doubt


def _branches(united: Covered, several: Sequence[Covered]) -> tuple[Covered, str]:
    measured = [one for one in several if one.branches_total is not None]
    counting = [one for one in measured if one.branches_total]
    numberings = {one.branch_numbering for one in counting}
    doubt = NO_BRANCH_IDS
    if counting and len(measured) == len(several) and len(numberings) == 1 and "" not in numberings:
        taken = [branches_of(one.branches_taken) for one in counting]
        there = [found | branches_of(one.branches_missed) for found, one in zip(taken, counting, strict=True)]
        if _one_numbering(there):
            return _united_branches(united, set().union(*taken), set().union(*there)), ""
        doubt = OTHER_BRANCH_IDS
    figures, doubt = _better(several, lambda one: (one.branches_total, one.branches_hit), doubt)
    return united._replace(
        branches_total=figures[0], branches_hit=figures[1], branch_numbering="", branches_taken="", branches_missed=""
    ), doubt


def _united_branches(united: Covered, taken: set[tuple[int, str]], there: set[tuple[int, str]]) -> Covered:
    if united.branch_numbering != "llvm":  # whose partial lines are those that regions divide
        partial = {line for line, _ in there - taken} & lines_of(united.hit)
        united = united._replace(partial=ranges(partial))
    return united._replace(branches_total=len(there), branches_hit=len(taken))


def _one_numbering(reports: Sequence[set[tuple[int, str]]]) -> bool:
    """Say whether ids mean the same: on no line do two reports each know a branch that the other does not.

    One may know more than another, as of a template that only its program instantiates.
    """
    known: dict[int, set[str]] = {}
    for branches in reports:
        by_line: dict[int, set[str]] = {}
        for line, name in branches:
            by_line.setdefault(line, set()).add(name)
        for line, found in by_line.items():
            before = known.get(line, found)
            if not (found <= before or before <= found):
                return False
            known[line] = found | before
    return True


def _better(several: Sequence[Covered], of: Callable[[Covered], _Figures], doubt: str) -> tuple[_Figures, str]:
    """Give the better of the figures, and ``doubt`` unless the union can be no other.

    It can be no other where the totals agree and everything is covered, or only one report covers anything.
    """
    given = [(total, hit or 0) for total, hit in map(of, several) if total is not None]
    if not given:
        return (None, None), ""
    total, hit = max(given)
    agreed = len(given) == len(several) and len({total for total, _ in given}) == 1
    exact = agreed and (hit == total or sum(1 for _, covered in given if covered) <= 1)
    return (total, hit), "" if exact or not total else doubt
