"""Clover XML, as Clover, OpenClover, PHPUnit and Istanbul (Jest, Vitest, nyc, c8) write it.

Three denominators stand in such a file: lines, statements and elements. Lines are counted here (distinct numbers of
``line`` elements of any type); statements and branches are taken from the metrics of each file. Clover's own
percentage counts elements (methods, statements and conditionals together) and differs from both.
Grammar: https://bitbucket.org/atlassian/clover/raw/master/etc/schema/clover.xsd
"""

from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.parsing import moments, xml
from dashboard.readers._coverage_lines import FileLines, clean_path, ranges
from dashboard.readers._xml_tags import xml_tags

_METRICS = ("statements", "coveredstatements", "conditionals", "coveredconditionals")
_MAX_LINE = 100_000_000


class CloverXml:
    """Reads Clover XML."""

    format = "clover-xml"
    kind = Kind.COVERAGE
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the root ``coverage`` with a ``project`` or Clover's own attributes."""
        seen = xml_tags(head)
        return seen.root == "coverage" and ("project" in seen.tags or "clover" in seen.attributes)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file as soon as its element ends."""
        document = _Document(ledger)
        for _ in xml.feed(body, document, plain_doctype=True):
            yield from document.ready
            ledger.kept += len(document.ready)
            document.ready.clear()
        if not ledger.seen:
            ledger.note("no-files", "The report names no source file: nothing was measured.")


class _Document:
    """What was read so far; a ``Sink`` of the XML feed."""

    def __init__(self, ledger: Ledger) -> None:
        self.ready: list[FileCoverage] = []
        self._ledger = ledger
        self._open: list[str] = []
        self._of_tests = False
        self._path: str | None = None
        self._lines = FileLines()
        self._partial: set[int] = set()
        self._metrics: dict[str, int] = {}
        self._given: set[str] = set()
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
        elif tag == "file":
            self._path = clean_path(attributes.get("path") or attributes.get("name") or "")
            self._lines, self._metrics, self._partial = FileLines(), {}, set()
        elif tag == "line" and self._path is not None:
            self._line(attributes)
        elif tag == "metrics" and parent in ("file", "project"):
            figures = {name: _count(attributes, name) for name in _METRICS if name in attributes}
            if parent == "file":
                self._metrics = figures
            elif not self._of_tests:
                self._ledger.facts["declared"] = figures

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        self._open.pop()
        tag = xml.local_name(tag)
        if tag == "file":
            self._file()
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

    def _line(self, attributes: dict[str, str]) -> None:
        number = _count(attributes, "num")
        if not 0 < number <= _MAX_LINE:
            self._ledger.note("line-unreadable", "A line without a usable number is not counted.")
            return
        yes, no = _count(attributes, "truecount"), _count(attributes, "falsecount")
        hits = _count(attributes, "count") if "count" in attributes else yes + no
        self._lines.line(number, hit=hits > 0)
        if attributes.get("type") == "cond" and hits and not (yes and no):
            self._partial.add(number)

    def _file(self) -> None:
        path, self._path = self._path or "", None
        self._ledger.seen += 1
        if self._of_tests or path in self._given:
            slug, what = (
                ("test-code", "A file of test code (<testproject>) is not counted.")
                if self._of_tests
                else ("repeated-file", "A file stands twice; its second mention is not counted.")
            )
            self._ledger.note(slug, what)
            self._ledger.dropped += 1
            return
        self._given.add(path)
        lines = self._lines.coverage(path, branches_measured=False)
        get = self._metrics.get
        branches, statements = (
            (get("conditionals"), get("coveredconditionals")),
            (
                get("statements"),
                get("coveredstatements"),
            ),
        )
        self.ready.append(
            lines._replace(
                branches_total=branches[0],
                branches_hit=branches[1],
                statements_total=statements[0],
                statements_hit=statements[1],
                partial=ranges(self._partial),
            )
        )


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "0").strip() or "0"
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        msg = f'{name}="{text[:40]}" is not a count.'
        raise MalformedArtefactError(msg, slug="clover-count")
    return int(text)


READER = CloverXml()
