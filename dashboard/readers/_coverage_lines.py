"""Lines and branches of one source file, gathered from a report that may mention them several times."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dashboard.model.records import FileCoverage


def ranges(lines: Iterable[int]) -> str:
    """Write line numbers as ranges: ``1-4,9``."""
    parts: list[str] = []
    first = last = None
    for line in sorted(set(lines)):
        if last is not None and line == last + 1:
            last = line
            continue
        if first is not None:
            parts.append(_range(first, last))
        first = last = line
    if first is not None:
        parts.append(_range(first, last))
    return ",".join(parts)


def _range(first: int, last: int | None) -> str:
    return str(first) if first == last else f"{first}-{last}"


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


def clean_path(path: str) -> str:
    """Write a path with forward slashes and without a leading ``./``; ``.github/x`` keeps its dot."""
    path = path.strip().replace("\\", "/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path
