"""Coverage of one file from several reports: the union of their lines, never a sum of the same lines."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


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


COLUMNS = (
    "path, lines_total, lines_hit, branches_total, branches_hit, statements_total, statements_hit, hit, missed, "
    "partial, artefact_id"
)


def merged(files: Iterable[Covered]) -> list[Covered]:
    """Give one entry a path, in order of path; ``files`` come from the oldest report to the newest.

    Where reports that list lines speak of one file, their lines are united: a line is covered when one of them
    covered it. Branches and statements cannot be united by number, so the better of the reports stands, which is a
    lower bound. Where one lists no lines the newest report stands. A report that knows only what ran counts only where
    no other speaks of the file, and then without a total.
    """
    by_path: dict[str, list[Covered]] = {}
    for one in files:
        by_path.setdefault(one.path, []).append(one)
    return [_merge(by_path[path]) for path in sorted(by_path)]


def _merge(several: Sequence[Covered]) -> Covered:
    measured = [one for one in several if one.has_total]
    if not measured:
        ran = set[int]().union(*(_lines(one.hit) for one in several))
        return several[-1]._replace(hit=_ranges(ran))
    return _unite(measured)


def _unite(several: Sequence[Covered]) -> Covered:
    newest = several[-1]
    if len(several) == 1 or any(not one.hit and not one.missed for one in several):
        return newest
    hit = set[int]().union(*(_lines(one.hit) for one in several))
    known = hit.union(*(_lines(one.missed) for one in several))
    branches = max(several, key=lambda one: (one.branches_total or 0, one.branches_hit or 0))
    statements = max(several, key=lambda one: (one.statements_total or 0, one.statements_hit or 0))
    fully = set[int]().union(*(_lines(one.hit) - _lines(one.partial) for one in several))
    partial = set[int]().union(*(_lines(one.partial) for one in several)) - fully
    return newest._replace(
        lines_total=len(known),
        lines_hit=len(hit),
        branches_total=branches.branches_total,
        branches_hit=branches.branches_hit,
        statements_total=statements.statements_total,
        statements_hit=statements.statements_hit,
        hit=_ranges(hit),
        missed=_ranges(known - hit),
        partial=_ranges(partial),
    )


def _lines(ranges: str) -> set[int]:
    lines: set[int] = set()
    for piece in ranges.split(",") if ranges else ():
        first, _, last = piece.partition("-")
        lines.update(range(int(first), int(last or first) + 1))
    return lines


def _ranges(lines: set[int]) -> str:
    pieces: list[list[int]] = []
    for line in sorted(lines):
        if pieces and pieces[-1][1] == line - 1:
            pieces[-1][1] = line
        else:
            pieces.append([line, line])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in pieces)
