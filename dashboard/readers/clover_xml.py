"""Clover XML, as Clover, OpenClover, PHPUnit and Istanbul (Jest, Vitest, nyc, c8) write it.

Three denominators stand in such a file: lines, statements and elements. Lines are counted here (distinct numbers of
``line`` elements of any type); statements and branches are taken from the metrics of each file. Clover's own
percentage counts elements (methods, statements and conditionals together) and differs from both.
Grammar: https://bitbucket.org/atlassian/clover/raw/master/etc/schema/clover.xsd
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.parsing import moments, xml
from dashboard.readers._coverage_lines import FileLines, clean_path, note_place, ranges
from dashboard.readers._xml_tags import xml_tags

_METRICS = ("statements", "coveredstatements", "conditionals", "coveredconditionals")
_MAX_LINE = 100_000_000


class CloverXml:
    """Reads Clover XML."""

    format = "clover-xml"
    kind = Kind.COVERAGE
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise the root ``coverage`` with a ``project`` or Clover's own attributes."""
        seen = xml_tags(head)
        return seen.root == "coverage" and ("project" in seen.tags or "clover" in seen.attributes)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file, when the last element is read."""
        document = _Document(ledger)
        for _ in xml.feed(body, document, plain_doctype=True):
            pass
        for path, file in document.files.items():
            note_place(path, ledger)
            ledger.kept += 1
            yield file.coverage(path)
        ledger.folded = ledger.seen - ledger.kept - ledger.dropped
        if not ledger.seen:
            ledger.note("no-files", "The report names no source file: nothing was measured.")


@dataclass(slots=True)
class _File:
    """Lines and metrics of one source file."""

    lines: FileLines = field(default_factory=FileLines)
    partial: set[int] = field(default_factory=set)
    metrics: dict[str, int] = field(default_factory=dict)

    def coverage(self, path: str) -> FileCoverage:
        statements, statements_hit, branches, branches_hit = (self.metrics.get(name) for name in _METRICS)
        return self.lines.coverage(path, branches_measured=False)._replace(
            branches_total=branches,
            branches_hit=branches_hit,
            statements_total=statements,
            statements_hit=statements_hit,
            partial=ranges(self.partial),
        )


class _Document:
    """What was read so far; a ``Sink`` of the XML feed."""

    def __init__(self, ledger: Ledger) -> None:
        self.files: dict[str, _File] = {}
        self._ledger = ledger
        self._open: list[str] = []
        self._of_tests = False
        self._package = ""
        self._file: _File | None = None
        ledger.facts["formula"] = "lines hit / lines"

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        tag = xml.local_name(tag)
        parent = self._open[-1] if self._open else None
        self._open.append(tag)
        if parent is None:
            self._root(tag, attributes)
        elif tag == "testproject":
            self._of_tests = True
        elif tag == "package":
            self._package = attributes.get("name", "")
        elif tag == "file":
            self._start_file(attributes)
        elif tag == "line" and self._file is not None:
            self._line(self._file, attributes)
        elif tag == "metrics":
            self._metrics(parent, attributes)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        self._open.pop()
        tag = xml.local_name(tag)
        if tag == "file":
            self._file = None
        elif tag == "package":
            self._package = ""
        elif tag == "testproject":
            self._of_tests = False

    def text(self, data: str) -> None:
        """Pass over text: Clover writes none."""

    def _root(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "coverage":
            msg = f"The root element is <{tag[:60]}>; Clover's is <coverage>."
            raise MalformedArtefactError(msg, slug="clover-root")
        version = attributes.get("clover", "")[:60]
        self._ledger.producer = f"Clover {version}" if version else "Clover format"
        self._ledger.collected_at = moments.iso(attributes.get("generated"))

    def _start_file(self, attributes: dict[str, str]) -> None:
        self._ledger.seen += 1
        if self._of_tests:
            self._ledger.note("test-code", "A file of test code (<testproject>) is not counted.")
            self._ledger.dropped += 1
            return
        path = clean_path(attributes.get("path") or attributes.get("name") or "")
        if "/" not in path and self._package:
            path = f"{self._package.replace('.', '/')}/{path}"
        if path in self.files:
            self._ledger.note("file-repeated", "A file stands more than once; its lines are folded.")
        self._file = self.files.setdefault(path, _File())

    def _line(self, file: _File, attributes: dict[str, str]) -> None:
        number = _count(attributes, "num")
        if not 0 < number <= _MAX_LINE:
            self._ledger.note("line-unreadable", "A line without a usable number is not counted.")
            return
        yes, no = _count(attributes, "truecount"), _count(attributes, "falsecount")
        hits = _count(attributes, "count") if "count" in attributes else yes + no
        file.lines.line(number, hit=hits > 0)
        if attributes.get("type") == "cond" and hits and not (yes and no):
            file.partial.add(number)

    def _metrics(self, parent: str, attributes: dict[str, str]) -> None:
        figures = {name: _count(attributes, name) for name in _METRICS if name in attributes}
        if parent == "project" and not self._of_tests:
            self._ledger.facts["declared"] = figures
        elif parent == "file" and self._file is not None:
            known = self._file.metrics
            self._file.metrics = {name: max(value, known.get(name, 0)) for name, value in figures.items()}


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "0").strip() or "0"
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        msg = f'{name}="{text[:40]}" is not a count.'
        raise MalformedArtefactError(msg, slug="clover-count")
    return int(text)


READER = CloverXml()
