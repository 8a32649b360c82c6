"""Cobertura XML, as Cobertura, coverage.py, gcovr, coverlet, Istanbul, PHPUnit and many others write it.

Figures are counted again from the ``line`` elements: one file may be spread over several ``class`` elements (inner,
partial, lambda), so lines are folded by file and number, with the most hits and the most branches of any mention.
The lines of methods repeat those of their class and count only where the class lists none. Rates are never used:
they are rounded, and several producers write wrong ones.
Grammar: https://github.com/cobertura/web/blob/master/htdocs/xml/coverage-04.dtd (never fetched).
"""

import math
import re
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind, Record
from dashboard.parsing import moments, xml
from dashboard.readers._coverage_lines import FileLines, clean_path
from dashboard.readers._xml_tags import xml_tags

_FRACTION = re.compile(r"\((\d{1,9})\s*/\s*(\d{1,9})\)", re.ASCII)
_OWN = frozenset({"packages", "package", "classes", "class", "sources", "source"})
_DECLARED = ("lines-valid", "lines-covered", "branches-valid", "branches-covered")
_MAX_LINE = 100_000_000
_Line = tuple[int, bool, int, int]


class CoberturaXml:
    """Reads Cobertura XML."""

    format = "cobertura-xml"
    kind = Kind.COVERAGE
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the root ``coverage`` with Cobertura's children or rates, unlike Clover's and SonarQube's."""
        seen = xml_tags(head)
        if seen.root != "coverage" or "project" in seen.tags or ("file", "path") in seen.pairs:
            return False
        return bool(seen.tags & _OWN) or "line-rate" in seen.attributes or "lines-valid" in seen.attributes

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file, when the last class is read."""
        document = _Document(ledger)
        for _ in xml.feed(body, document, plain_doctype=True, with_text=True):
            pass
        measured = document.branches_measured
        unlisted = not document.lines and document.declared.get("lines-valid", 0) > 0
        if unlisted:
            ledger.note("no-line-elements", "The report states totals but lists no lines, so no file has a figure.")
        sums = [0, 0, 0, 0]
        for path, lines in document.files.items():
            if not lines.hit and not unlisted:
                ledger.note("file-without-lines", "A file (an interface, an empty module) has no line to cover.")
                ledger.dropped += 1
                continue
            record = lines.coverage(path, branches_measured=measured)
            sums = [a + (b or 0) for a, b in zip(sums, record[1:5], strict=True)]
            ledger.kept += 1
            yield record._replace(lines_total=None, lines_hit=None) if unlisted else record
        ledger.folded = ledger.seen - ledger.kept - ledger.dropped
        document.finish(sums)


class _Document:
    """What was read so far; a ``Sink`` of the XML feed."""

    def __init__(self, ledger: Ledger) -> None:
        self.files: dict[str, FileLines] = {}
        self.lines = 0
        self.declared: dict[str, int] = {}
        self.branches_measured = False
        self._ledger = ledger
        self._root_seen = False
        self._path: str | None = None
        self._in_method = False
        self._of_class: list[_Line] = []
        self._of_methods: list[_Line] = []
        self._source: xml.Text | None = None
        self._sources: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        tag = xml.local_name(tag)
        if tag == "line":
            self._line(attributes)
        elif tag == "class":
            self._path = attributes.get("filename")
            self._of_class, self._of_methods = [], []
        elif tag == "method":
            self._in_method = True
        elif tag == "source":
            self._source = xml.Text(4096)
        if not self._root_seen:
            self._root(tag, attributes)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        tag = xml.local_name(tag)
        if tag == "method":
            self._in_method = False
        elif tag == "class":
            self._class()
        elif tag == "source" and self._source is not None:
            self._sources.append(self._source.value.strip())
            self._source = None

    def text(self, data: str) -> None:
        """Take a piece of text: only sources have any."""
        if self._source is not None:
            self._source.add(data)

    def finish(self, sums: list[int]) -> None:
        """Compare with what the root declares."""
        self._ledger.facts["sources"] = self._sources[:100]
        if not self.files:
            self._ledger.note("no-files", "The report names no source file: nothing was measured.")
        counted = dict(zip(_DECLARED, sums, strict=True))
        if any(counted[name] != value for name, value in self.declared.items()):
            self._ledger.note("totals-differ", "The totals the report states differ from its line elements.")

    def _root(self, tag: str, attributes: dict[str, str]) -> None:
        self._root_seen = True
        if tag != "coverage":
            msg = f"The root element is <{tag[:60]}>; Cobertura's is <coverage>."
            raise MalformedArtefactError(msg, slug="cobertura-root")
        figures = ((name, attributes.get(name, "")) for name in _DECLARED)
        self.declared = {name: int(text) for name, text in figures if re.fullmatch(r"\d{1,15}", text, re.ASCII)}
        self.branches_measured = self.declared.get("branches-valid", 0) > 0
        self._ledger.facts["declared"] = dict(self.declared)
        self._ledger.facts["formula"] = "lines hit / lines"
        self._ledger.collected_at = moments.iso(attributes.get("timestamp"))
        self._ledger.producer = f"Cobertura format {attributes.get('version', '')[:60]}".strip()

    def _line(self, attributes: dict[str, str]) -> None:
        self.lines += 1
        number, hits = _figure(attributes.get("number")), _figure(attributes.get("hits"))
        if number is None or hits is None or not 0 < number <= _MAX_LINE:
            self._ledger.note("line-unreadable", "A line without a usable number or hit count is not counted.")
            return
        fraction = _FRACTION.search(attributes.get("condition-coverage", ""))
        taken, total = (int(fraction[1]), int(fraction[2])) if fraction else (0, 0)
        if not fraction and attributes.get("branch", "").casefold() == "true":
            self._ledger.note("branch-without-counts", "A line has branches but not how many; they are not counted.")
        line = (int(number), hits > 0, min(taken, total), total)
        (self._of_methods if self._in_method else self._of_class).append(line)

    def _class(self) -> None:
        lines = self._of_class or self._of_methods
        self._of_class, self._of_methods = [], []
        if self._path is None or not self._path.strip():
            if not lines:
                return
            msg = "A class lists lines but names no file, so they cannot be told from those of another class."
            raise MalformedArtefactError(msg, slug="cobertura-no-filename")
        self._ledger.seen += 1
        path = self._joined(clean_path(self._path))
        file = self.files.setdefault(path, FileLines())
        folded = 0
        for number, hit, taken, total in lines:
            folded += file.line(number, hit=hit)
            if total:
                file.branch(number, taken, total)
        if folded:
            self._ledger.note("lines-folded", "A line is listed by several classes of its file; counted once.", folded)

    def _joined(self, path: str) -> str:
        """Put the one source folder in front when it is relative; an absolute one differs from machine to machine."""
        source = clean_path(self._sources[0]).rstrip("/") if len(self._sources) == 1 else ""
        absolute = source.startswith("/") or source[1:2] == ":" or "://" in source
        return path if source in ("", ".") or absolute or path.startswith(("/", f"{source}/")) else f"{source}/{path}"


def _figure(text: str | None) -> float | None:
    """Read a number that may be written ``3.0e9``; ``None`` for "undefined" and other words."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


READER = CoberturaXml()
