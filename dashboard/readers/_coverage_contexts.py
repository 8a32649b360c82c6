"""Which test (or other named part of the run) ran which lines, kept as far as one artefact may hold it.

A report repeats its context names for every line, and a database holds a set of lines for every file and context. Here
a context is one name and one text of line ranges a file, and there are bounds on all of them together; what is beyond
is counted in the ledger, and the figures of the files do not depend on it.
"""

from collections.abc import Iterable, Mapping

from dashboard.model.ledger import Ledger
from dashboard.readers._coverage_lines import lines_of, ranges

MAX_NAMES = 50_000
"""Different names an artefact."""
MAX_PAIRS = 500_000
"""Contexts of all files together."""
MAX_TEXT = 32 * 1024 * 1024
"""Characters of all ranges and different names together."""
_LONGEST_NAME = 500
_CUT = (
    f"An artefact keeps at most {MAX_NAMES:,} contexts, {MAX_PAIRS:,} pairs of file and context, and {MAX_TEXT >> 20} "
    "MiB of their lines; this file has more contexts than are kept. The figures are whole."
)

Contexts = tuple[tuple[str, str], ...]


class ContextBook:
    """Gives the contexts of one file after another, within the bounds of their artefact."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._names: dict[str, str] = {}
        self._pairs = 0
        self._text = 0
        self.full = False
        """A bound was reached: no more is kept, and nothing more need be read."""

    @property
    def names(self) -> int:
        """Count the different contexts so far; what ran outside any is none."""
        return len(self._names) - ("" in self._names)

    def kept(self, given: Mapping[str, Iterable[int] | str]) -> Contexts:
        """Give the contexts of one file by name; ``given`` is the lines (or their ranges) of each."""
        found: dict[str, str] = {}
        for name, lines in sorted(given.items()):
            ran = lines if isinstance(lines, str) else ranges(lines)
            known = self._name(name) if ran and not self.full else None
            if known is not None and self._fits(len(ran)):
                # Two names that are one when they are cut share their lines.
                found[known] = ran if known not in found else ranges([*lines_of(found[known]), *lines_of(ran)])
        if self.full:
            self._ledger.note("contexts-cut", _CUT)
        return tuple(found.items())

    def _name(self, name: str) -> str | None:
        short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        if short in self._names:
            return self._names[short]
        if len(self._names) >= MAX_NAMES or self._text + len(short) > MAX_TEXT:
            self.full = True
            return None
        self._text += len(short)
        return self._names.setdefault(short, short)

    def _fits(self, size: int) -> bool:
        if self._pairs >= MAX_PAIRS or self._text + size > MAX_TEXT:
            self.full = True
            return False
        self._pairs += 1
        self._text += size
        return True
