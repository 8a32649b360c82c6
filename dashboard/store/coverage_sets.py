"""Lines and branches as they are stored: ``1-4,9`` and ``2:4 -1,7:8``."""

from collections.abc import Iterable


def lines_of(text: str) -> set[int]:
    """Read ranges of lines."""
    lines: set[int] = set()
    for piece in text.split(",") if text else ():
        first, _, last = piece.partition("-")
        lines.update(range(int(first), int(last or first) + 1))
    return lines


def ranges(lines: Iterable[int]) -> str:
    """Write lines as ranges."""
    pieces: list[list[int]] = []
    for line in sorted(lines):
        if pieces and pieces[-1][1] == line - 1:
            pieces[-1][1] = line
        else:
            pieces.append([line, line])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in pieces)


def branches_of(text: str) -> set[tuple[int, str]]:
    """Read branches as (line, id)."""
    branches: set[tuple[int, str]] = set()
    for piece in text.split(",") if text else ():
        line, _, names = piece.partition(":")
        branches.update((int(line), name) for name in names.split(" "))
    return branches
