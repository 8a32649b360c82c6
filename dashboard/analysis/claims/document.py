"""A Markdown report as lines, sections, tables and what stands in each of them.

Takes: the text. Gives: a ``Document``. Source: the text alone, read line by line and without regard to what is inside
fenced code, which claims nothing. Empty: a text without lines has none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

GOOD, BAD, HELD, CARE = "✅", "❌", "⏸", "⚠"
_FRACTION = re.compile(r"(?<![\d.,/])(\d[\d,]{0,14})\s*(?:/|\bof\b)\s*(\d[\d,]{0,14})(?![\d.,/]*\d)")
_PERCENT = re.compile(r"(?<![\d.])(\d{1,9}(?:\.\d{1,9})?)\s*%")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_SEPARATOR = re.compile(r"^\s*\|?[\s:|-]+\|[\s:|-]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report."""

    number: int
    text: str
    """Without emphasis, list marker and heading marks."""
    section: str
    """The headings above it, lower case, joined with ``>``."""
    group: str
    """The label above the list it stands in: ``Known Issues``; "" for none."""
    item: bool

    def says(self, *words: str) -> bool:
        """Say whether one of the words stands in it, whatever its case."""
        low = self.text.casefold()
        return any(word in low for word in words)

    def under(self, *words: str) -> bool:
        """Say whether one of the words stands in a heading or label above it."""
        above = f"{self.section} > {self.group}".casefold()
        return any(word in above for word in words)

    @property
    def label(self) -> str:
        """What stands before the colon; "" without one."""
        head, colon, _ = self.text.partition(":")
        return head.strip(f" {GOOD}{BAD}{CARE}{HELD}\ufe0f") if colon else ""

    @property
    def value(self) -> str:
        """What stands behind the colon; the whole line without one."""
        head, colon, tail = self.text.partition(":")
        return (tail if colon else head).strip()

    @property
    def fractions(self) -> tuple[tuple[int, int], ...]:
        """Counts such as 27/28, where the whole is not 10: that is a score."""
        found = [(whole_number(a), whole_number(b)) for a, b in _FRACTION.findall(self.text)]
        return tuple((part, whole) for part, whole in found if whole not in (0, 10) and part <= whole)

    @property
    def percents(self) -> tuple[Fraction, ...]:
        """Numbers with a percent sign."""
        return tuple(Fraction(number) for number in _PERCENT.findall(self.text))


@dataclass(frozen=True, slots=True)
class Table:
    """One table: heads in lower case, and rows of cells with their lines."""

    heads: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    section: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    lines: tuple[Line, ...]
    """Those that say something: no blanks, no code."""
    tables: tuple[Table, ...]
    front: tuple[tuple[int, str, str], ...]
    """Line, name and value of each entry of the front matter."""
    count: int

    def where(self, *words: str) -> Iterator[Line]:
        """Give the lines that have one of the words."""
        return (line for line in self.lines if line.says(*words))


def whole_number(text: str) -> int:
    """Read 1,044."""
    return int(text.replace(",", ""))


LONGEST_LINE = 2000
"""Characters of a line that are read; no table row of a report is longer."""


def read(text: str) -> Document:
    """Read a report."""
    raw = [line[:LONGEST_LINE] for line in text.splitlines()]
    front, start = _front(raw)
    lines: list[Line] = []
    headings: list[str] = []
    group, fenced, gap = "", False, False
    for number, full in enumerate(raw[start:], start + 1):
        if full.lstrip().startswith("```"):
            fenced = not fenced
            continue
        if fenced or not full.strip():
            gap = True
            continue
        if heading := re.match(r"^(#{1,6})\s+(.*)", full):
            depth, group = len(heading[1]), ""
            headings = [*headings[: depth - 1], _plain(heading[2])]
            lines.append(Line(number, headings[-1], " > ".join(headings).casefold(), "", item=False))
            continue
        item, plain = bool(_ITEM.match(full)), _plain(full)
        if not item and plain.endswith(":"):
            group = plain.rstrip(":")
        elif not item and gap:
            group = ""
        gap = False
        lines.append(Line(number, plain, " > ".join(headings).casefold(), group, item=item))
    return Document(tuple(lines), tuple(_tables(raw, lines)), front, len(raw))


def _front(raw: list[str]) -> tuple[tuple[tuple[int, str, str], ...], int]:
    if not raw or raw[0].strip() != "---":
        return (), 0
    end = next((at for at, line in enumerate(raw[1:], 1) if line.strip() == "---"), None)
    if end is None:
        return (), 0
    pairs = [(at + 1, *raw[at].partition(":")[::2]) for at in range(1, end) if ":" in raw[at]]
    return tuple((number, name.strip().casefold(), value.strip(" '\"")) for number, name, value in pairs), end + 1


def _plain(full: str) -> str:
    return " ".join(_ITEM.sub("", full).replace("**", "").replace("`", " ").split())


def _tables(raw: list[str], lines: list[Line]) -> Iterator[Table]:
    section = {line.number: line.section for line in lines}
    at = 0
    while at + 1 < len(raw):
        if "|" not in raw[at] or not _SEPARATOR.match(raw[at + 1]):
            at += 1
            continue
        start, rows = at, []
        at += 2
        while at < len(raw) and "|" in raw[at]:
            rows.append((at + 1, _cells(raw[at])))
            at += 1
        yield Table(tuple(head.casefold() for head in _cells(raw[start])), tuple(rows), section.get(start + 1, ""))


def _cells(row: str) -> tuple[str, ...]:
    return tuple(_plain(cell) for cell in row.strip().strip("|").split("|"))
