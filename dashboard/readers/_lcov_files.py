"""Source files of an LCOV tracefile, in the two forms they have while it is read.

Most are in one record only and are held as what is given in the end, which is a fifth of the size. A file that comes
again, under another test or odd, is opened: it becomes its lines and branches one by one, to be added to.
"""

from collections.abc import Iterable

from dashboard.model.records import FileCoverage
from dashboard.readers._coverage_branches import with_branches, written
from dashboard.readers._coverage_lines import FileLines, lines_of, ranges
from dashboard.readers._lcov_plain import Plain


class ClosedFile:
    """A source file as its only record has it."""

    __slots__ = ("_record", "_test")

    def __init__(self, path: str, said: Plain, test: str) -> None:
        branched = bool(said.taken or said.left)
        self._test = test
        self._record = FileCoverage(
            path=path,
            lines_total=len(said.hit) + len(said.missed),
            lines_hit=len(said.hit),
            branches_total=len(said.taken) + len(said.left) if branched else None,
            branches_hit=len(said.taken) if branched else None,
            statements_total=None,
            statements_hit=None,
            lines_excluded=None,
            hit=ranges(said.hit),
            missed=ranges(said.missed),
            partial=ranges({line for line, _ in said.left} & said.hit),
            branch_numbering="lcov" if branched else "",
            branches_taken=written(said.taken),
            branches_missed=written(said.left),
        )

    @property
    def tests(self) -> dict[str, str]:
        """Test name -> ranges of the lines it ran."""
        return {self._test: self._record.hit} if self._test else {}

    def record(self, _path: str, *, measured: bool) -> FileCoverage:
        """Give the figures; ``measured`` is whether branches were, in whatever file."""
        if measured and self._record.branches_total is None:
            return self._record._replace(branches_total=0, branches_hit=0)
        return self._record

    def opened(self) -> "OpenFile":
        """Give the same file in the form that can be added to."""
        record, file = self._record, OpenFile()
        file.lines.hit = dict.fromkeys(lines_of(record.missed), False) | dict.fromkeys(lines_of(record.hit), True)
        file.branches = dict.fromkeys(_places(record.branches_missed), False)
        file.branches |= dict.fromkeys(_places(record.branches_taken), True)
        file.tests = self.tests
        return file


class OpenFile:
    """Lines and branches of one source file."""

    def __init__(self) -> None:
        self.lines = FileLines()
        self.branches: dict[str, bool] = {}
        """``line,block,branch`` -> taken; one string is half the size of a tuple, and there may be a million."""
        self.tests: dict[str, str] = {}
        """Test name -> ranges of the lines it ran."""

    def ran(self, test: str, lines: Iterable[int]) -> None:
        """Add the lines that a test ran."""
        known = self.tests.get(test)
        self.tests[test] = ranges(lines) if known is None else ranges([*lines_of(known), *lines])

    def add(self, said: Plain) -> int:
        """Add another record of the file; give how many of its lines were known."""
        hit, branches = self.lines.hit, self.branches
        known = len(hit.keys() & said.hit) + len(hit.keys() & said.missed)
        for line in said.missed:
            hit.setdefault(line, False)
        hit |= dict.fromkeys(said.hit, True)
        for place in _written_out(said.left):
            branches.setdefault(place, False)
        branches |= dict.fromkeys(_written_out(said.taken), True)
        return known

    def opened(self) -> "OpenFile":
        """Give the file itself."""
        return self

    def record(self, path: str, *, measured: bool) -> FileCoverage:
        """Give the figures; ``measured`` is whether branches were, in whatever file."""
        ids: tuple[list[tuple[int, str]], list[tuple[int, str]]] = ([], [])
        for place, taken in self.branches.items():
            number, _, name = place.partition(",")
            line = int(number)
            known, total = self.lines.branches.get(line, (0, 0))
            self.lines.branches[line] = (known + taken, total + 1)
            ids[not taken].append((line, name.replace(",", ".", 1)))
        return with_branches(self.lines.coverage(path, branches_measured=measured), "lcov", *ids)


def _written_out(branches: Iterable[tuple[int, str]]) -> list[str]:
    return [f"{line},{name.replace('.', ',', 1)}" for line, name in branches]


def _places(text: str) -> list[str]:
    """Read branches as ``written`` writes them."""
    lines = [piece.partition(":") for piece in text.split(",")] if text else []
    return _written_out((int(line), name) for line, _, names in lines for name in names.split(" "))
