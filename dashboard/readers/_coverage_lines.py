"""Lines and branches of one source file, gathered from a report that may mention them several times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage

_ABSOLUTE = "A file is named by its place on the machine that measured; other reports and components say what it is."


def ranges(lines: Iterable[int]) -> str:
    """Write line numbers as ranges: ``1-4,9``."""
    ordered = sorted(set(lines))
    if not ordered:
        return ""
    parts: list[str] = []
    first = last = ordered[0]
    for line in ordered:
        if line - last > 1:
            parts.append(f"{first}" if first == last else f"{first}-{last}")
            first = line
        last = line
    parts.append(f"{first}" if first == last else f"{first}-{last}")
    return ",".join(parts)


def lines_of(text: str) -> set[int]:
    """Read the lines of ranges as ``ranges`` writes them."""
    found: set[int] = set()
    for piece in text.split(",") if text else ():
        first, _, last = piece.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


@dataclass(slots=True)
class FileLines:
    """What is known of one source file so far; a line named again is folded into its first mention."""

    hit: dict[int, bool] = field(default_factory=dict)
    branches: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Line -> (branches taken, branches there are)."""

    def line(self, number: int, *, hit: bool) -> bool:
        """Add a line, hit when any mention says so; ``True`` when it was known already."""
        known = number in self.hit
        self.hit[number] = hit or self.hit.get(number, False)
        return known

    def add(self, lines: Sequence[tuple[int, bool]]) -> int:
        """Add lines with whether they were hit; give how many of them were known already."""
        if not self.hit:
            hit = dict(lines)
            if len(hit) == len(lines):  # nearly always: no line is there twice
                self.hit = hit
                return 0
        return sum(self.line(number, hit=hit) for number, hit in lines)

    def branch(self, number: int, taken: int, total: int) -> None:
        """Add the branches of a line; of two mentions the one with more taken stands, totals never shrink.

        A report without branch ids cannot say which branches two mentions share, so they are never added up.
        """
        known_taken, known_total = self.branches.get(number, (0, 0))
        total = max(total, known_total)
        self.branches[number] = (min(max(taken, known_taken), total), total)

    def coverage(self, path: str, *, branches_measured: bool, approximate: bool = False) -> FileCoverage:
        """Give the record of the file; branch figures are ``None`` where branches were not measured."""
        measured = branches_measured or bool(self.branches)
        hit = [line for line, was_hit in self.hit.items() if was_hit]
        partial = [line for line, (taken, total) in self.branches.items() if taken < total and self.hit.get(line)]
        return FileCoverage(
            path=path,
            lines_total=len(self.hit),
            lines_hit=len(hit),
            branches_total=sum(total for _, total in self.branches.values()) if measured else None,
            branches_hit=sum(taken for taken, _ in self.branches.values()) if measured else None,
            statements_total=None,
            statements_hit=None,
            lines_excluded=None,
            hit=ranges(hit),
            missed=ranges(line for line, was_hit in self.hit.items() if not was_hit),
            partial=ranges(partial),
            approximate=approximate,
        )


def note_place(path: str, ledger: Ledger) -> None:
    """Note a path that begins at the root of a machine: what it is in the repository only other reports can say."""
    if path.startswith("/") or path[1:3] == ":/":
        ledger.note("absolute-path", _ABSOLUTE)


def clean_path(path: str) -> str:
    """Write a path with forward slashes and without a leading ``./``; ``.github/x`` keeps its dot."""
    path = path.strip().replace("\\", "/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path
