"""JaCoCo XML: lines by instructions and branches that ran, never by hits.

A line is hit when one of its instructions ran. A writer that gives no instructions a line (gcovr) leaves only the
counters of the source file. There is no file path: the package and the name of the source file stand for it, with
the group (the module) in front where a report has groups.
Grammar: https://www.jacoco.org/jacoco/trunk/coverage/report.dtd (never fetched).
"""

from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.parsing import moments, xml
from dashboard.readers._coverage_lines import FileLines
from dashboard.readers._xml_tags import xml_tags

_LINE = ("nr", "mi", "ci", "mb", "cb")
_MAX_LINE = 100_000_000
_Counter = tuple[int, int]


class JacocoXml:
    """Reads JaCoCo XML."""

    format = "jacoco-xml"
    kind = Kind.COVERAGE
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the root ``report`` with JaCoCo's elements."""
        seen = xml_tags(head)
        own = {"sessioninfo", "sourcefile", "counter"} & seen.tags or ("class", "sourcefilename") in seen.pairs
        return seen.root == "report" and bool(own)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file as soon as its element ends."""
        document = _Document(ledger)
        sums = [0, 0, 0, 0]
        for _ in xml.feed(body, document, plain_doctype=True):
            for record in document.ready:
                sums = [a + (b or 0) for a, b in zip(sums, record[1:5], strict=True)]
                ledger.kept += 1
                yield record
            document.ready.clear()
        document.finish(sums)


class _Document:
    """What was read so far; a ``Sink`` of the XML feed."""

    def __init__(self, ledger: Ledger) -> None:
        self.ready: list[FileCoverage] = []
        self._ledger = ledger
        self._open: list[str] = []
        self._groups: list[str] = []
        self._package = ""
        self._file: str | None = None
        self._lines = FileLines()
        self._without_instructions = False
        self._counters: dict[str, _Counter] = {}
        self._declared: dict[str, _Counter] = {}
        self._given: set[str] = set()
        ledger.producer = "JaCoCo format"

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        tag = xml.local_name(tag)
        parent = self._open[-1] if self._open else None
        self._open.append(tag)
        if parent is None and tag != "report":
            msg = f"The root element is <{tag[:60]}>; JaCoCo's is <report>."
            raise MalformedArtefactError(msg, slug="jacoco-root")
        if tag == "line" and self._file is not None:
            self._line(attributes)
        elif tag == "counter" and parent in ("sourcefile", "report"):
            counters = self._counters if parent == "sourcefile" else self._declared
            missed, covered = (_count(attributes, name) for name in ("missed", "covered"))
            counters[attributes.get("type", "")] = (missed + covered, covered)
        elif tag == "sourcefile":
            self._file = attributes.get("name", "")
            self._lines, self._counters, self._without_instructions = FileLines(), {}, False
        elif tag == "package":
            self._package = attributes.get("name", "")
        elif tag == "group":
            self._groups.append(attributes.get("name", ""))
        elif tag == "sessioninfo":
            self._ledger.collected_at = moments.iso(attributes.get("dump")) or self._ledger.collected_at

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        self._open.pop()
        tag = xml.local_name(tag)
        if tag == "sourcefile":
            self._source_file()
        elif tag == "group":
            self._groups.pop()

    def text(self, data: str) -> None:
        """Pass over text: JaCoCo writes none."""

    def finish(self, sums: list[int]) -> None:
        """Compare with the counters of the report."""
        lines, branches = self._declared.get("LINE", (0, 0)), self._declared.get("BRANCH", (0, 0))
        self._ledger.facts["declared"] = {name: list(counter) for name, counter in self._declared.items()}
        self._ledger.facts["formula"] = "lines hit / lines"
        if self._declared and [*lines, *branches] != sums:
            self._ledger.note("totals-differ", "The counters of the report differ from the sum of its source files.")
        if not self._ledger.seen:
            self._ledger.note("no-files", "The report names no source file: nothing was measured.")

    def _line(self, attributes: dict[str, str]) -> None:
        number, _, ran, missed, taken = (_count(attributes, name) for name in _LINE)
        if not 0 < number <= _MAX_LINE:
            self._ledger.note("line-unreadable", "A line without a usable number is not counted.")
            return
        self._without_instructions |= "ci" not in attributes
        self._lines.line(number, hit=ran > 0)
        if missed + taken:
            self._lines.branch(number, taken, missed + taken)

    def _source_file(self) -> None:
        self._ledger.seen += 1
        path = "/".join(part for part in (*self._groups, self._package, self._file or "") if part)
        self._file = None
        if path in self._given:
            msg = f"The source file {path[:200]} stands twice in the report, and its branches cannot be told apart."
            raise MalformedArtefactError(msg, slug="jacoco-repeated-file")
        self._given.add(path)
        record = self._lines.coverage(path, branches_measured=True)
        if self._without_instructions or not self._lines.hit:
            (total, hit), (branches, taken) = self._counters.get("LINE", (0, 0)), self._counters.get("BRANCH", (0, 0))
            record = FileCoverage(path, total, hit, branches, taken, None, None, None, "", "", "")
        self.ready.append(record)


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        msg = f'{name}="{text[:40]}" is not a count.'
        raise MalformedArtefactError(msg, slug="jacoco-count")
    return int(text)


READER = JacocoXml()
