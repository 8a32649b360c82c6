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
from xml.parsers import expat

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind, Record
from dashboard.parsing import moments, xml
from dashboard.readers._coverage_lines import FileLines, clean_path, note_place
from dashboard.readers._xml_tags import xml_tags

_FRACTION = re.compile(r"\((\d{1,9})\s*/\s*(\d{1,9})\)", re.ASCII)
_OWN = frozenset({"packages", "package", "classes", "class", "sources", "source"})
_DECLARED = ("lines-valid", "lines-covered", "branches-valid", "branches-covered")
_MAX_LINE = 100_000_000
_SHORT = 9
"""Digits of a number that is within all limits, and the same read as an integer or not, are fewer."""
_Line = tuple[int, bool, int, int]


class CoberturaXml:
    """Reads Cobertura XML."""

    format = "cobertura-xml"
    kind = Kind.COVERAGE
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise the root ``coverage`` with Cobertura's children or rates, unlike Clover's and SonarQube's."""
        seen = xml_tags(head)
        if seen.root != "coverage" or "project" in seen.tags or ("file", "path") in seen.pairs:
            return False
        return bool(seen.tags & _OWN) or "line-rate" in seen.attributes or "lines-valid" in seen.attributes

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file, when the last class is read."""
        document = _Document(ledger)
        for _ in document.reading(body):
            pass
        measured = document.branches_measured
        unlisted = not document.listed and document.declared.get("lines-valid", 0) > 0
        if unlisted:
            ledger.note("no-line-elements", "The report states totals but lists no lines, so no file has a figure.")
        sums = [0, 0, 0, 0]
        for path, lines in document.files.items():
            if not lines.hit and not unlisted:
                ledger.note("file-without-lines", "A file (an interface, an empty module) has no line to cover.")
                ledger.dropped += 1
                continue
            note_place(path, ledger)
            record = lines.coverage(path, branches_measured=measured)
            sums = [a + (b or 0) for a, b in zip(sums, record[1:5], strict=True)]
            ledger.kept += 1
            yield record._replace(lines_total=None, lines_hit=None) if unlisted else record
        ledger.folded = ledger.seen - ledger.kept - ledger.dropped
        document.finish(sums)


class _Document:
    """What was read so far."""

    def __init__(self, ledger: Ledger) -> None:
        self.files: dict[str, FileLines] = {}
        self.listed = False
        """Whether there is any line element."""
        self.declared: dict[str, int] = {}
        self.branches_measured = False
        self._ledger = ledger
        self._root_seen = False
        self._path: str | None = None
        self._of_class: list[_Line] = []
        self._of_methods: list[_Line] = []
        self._into = self._of_class
        self._source: xml.Text | None = None
        self._sources: list[str] = []

    def reading(self, body: BinaryIO) -> Iterator[None]:
        """Read the document, stopping after every chunk.

        Nearly all elements are lines with a plain number and a plain count of hits. The handlers take those themselves:
        one more call for each would cost as much as all the rest.
        """
        feed = xml.Feed(body, plain_doctype=True)
        depth, deepest = 0, feed.limits.depth

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > deepest:
                feed.too_deep()
            if tag == "line" and len(attributes) == 2:
                number, hits = attributes.get("number", ""), attributes.get("hits", "")
                line = int(number) if number.isdecimal() and len(number) < _SHORT else 0
                if line and hits.isdecimal() and len(hits) < _SHORT:
                    self.listed = True
                    self._into.append((line, int(hits) > 0, 0, 0))
                    return
            self._start(xml.local_name(tag), attributes, feed.parser)

        def end(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if tag != "line":
                self._end(xml.local_name(tag), feed.parser)

        feed.parser.StartElementHandler = start
        feed.parser.EndElementHandler = end
        return feed.chunks()

    def _start(self, tag: str, attributes: dict[str, str], parser: expat.XMLParserType) -> None:
        if tag == "line":
            self._line(attributes)
        elif tag == "class":
            self._path = attributes.get("filename")
            self._forget_lines()
        elif tag == "method":
            self._into = self._of_methods
        elif tag == "source":
            self._source = xml.Text(4096)
            parser.CharacterDataHandler = self._source.add  # nothing else has text
        if not self._root_seen:
            self._root(tag, attributes)

    def _end(self, tag: str, parser: expat.XMLParserType) -> None:
        if tag == "method":
            self._into = self._of_class
        elif tag == "class":
            self._class()
        elif tag == "source" and self._source is not None:
            parser.CharacterDataHandler = None
            self._sources.append(self._source.value.strip())
            self._source = None

    def _forget_lines(self) -> None:
        in_method = self._into is self._of_methods
        self._of_class, self._of_methods = [], []
        self._into = self._of_methods if in_method else self._of_class

    def finish(self, sums: list[int]) -> None:
        """Compare with what the root declares."""
        self._ledger.facts["sources"] = self._sources[:100]
        if len(self._sources) > 1:
            message = "The report declares several source folders and not which of them a file is in."
            self._ledger.note("several-sources", message)
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
        self.listed = True
        number, hits = _figure(attributes.get("number")), _figure(attributes.get("hits"))
        if number is None or hits is None or not 0 < number <= _MAX_LINE:
            self._ledger.note("line-unreadable", "A line without a usable number or hit count is not counted.")
            return
        fraction = _FRACTION.search(attributes.get("condition-coverage", ""))
        taken, total = (int(fraction[1]), int(fraction[2])) if fraction else (0, 0)
        if not fraction and attributes.get("branch", "").casefold() == "true":
            self._ledger.note("branch-without-counts", "A line has branches but not how many; they are not counted.")
        self._into.append((int(number), hits > 0, min(taken, total), total))

    def _class(self) -> None:
        lines = self._of_class or self._of_methods
        self._forget_lines()
        if self._path is None or not self._path.strip():
            if not lines:
                return
            msg = "A class lists lines but names no file, so they cannot be told from those of another class."
            raise MalformedArtefactError(msg, slug="cobertura-no-filename")
        self._ledger.seen += 1
        path = self._joined(clean_path(self._path))
        file = self.files.setdefault(path, FileLines())
        folded = file.add([line[:2] for line in lines])
        for number, _, taken, total in lines:
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
