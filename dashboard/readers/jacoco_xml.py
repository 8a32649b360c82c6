"""JaCoCo XML: lines by instructions and branches that ran, never by hits.

A line is hit when one of its instructions ran. A writer that gives no instructions a line (gcovr) leaves only the
counters of the source file. There is no file path: the package and the name of the source file stand for it, with
the group (the module) in front where a report has groups. A file that stands twice is folded line by line; branches
have no ids, so its branch figures are a lower bound.
Grammar: https://www.jacoco.org/jacoco/trunk/coverage/report.dtd (never fetched).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.parsing import moments, xml
from dashboard.readers._coverage_lines import FileLines
from dashboard.readers._xml_tags import xml_tags

_LINE = ("nr", "ci", "mb", "cb")
_MAX_LINE = 100_000_000
_Counter = tuple[int, int]


class JacocoXml:
    """Reads JaCoCo XML."""

    format = "jacoco-xml"
    kind = Kind.COVERAGE
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise the root ``report`` with JaCoCo's elements."""
        seen = xml_tags(head)
        own = {"sessioninfo", "sourcefile", "counter"} & seen.tags or ("class", "sourcefilename") in seen.pairs
        return seen.root == "report" and bool(own)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file, when the last element is read."""
        document = _Document(ledger)
        for _ in xml.feed(body, document, plain_doctype=True):
            pass
        sums = [0, 0, 0, 0]
        for path, file in document.files.items():
            record = file.coverage(path)
            sums = [a + (b or 0) for a, b in zip(sums, record[1:5], strict=True)]
            ledger.kept += 1
            yield record
        ledger.folded = ledger.seen - ledger.kept
        document.finish(sums)


@dataclass(slots=True)
class _File:
    """Lines and counters of one source file."""

    lines: FileLines = field(default_factory=FileLines)
    counters: dict[str, _Counter] = field(default_factory=dict)
    counters_only: bool = False
    mentions: int = 0

    def coverage(self, path: str) -> FileCoverage:
        if not self.counters_only and (self.lines.hit or "LINE" not in self.counters):
            return self.lines.coverage(path, branches_measured=True, approximate=self.mentions > 1)
        (total, hit), (branches, taken) = (self.counters.get(kind, (0, 0)) for kind in ("LINE", "BRANCH"))
        return FileCoverage(path, total, hit, branches, taken, None, None, None, "", "", "")


class _Document:
    """What was read so far; a ``Sink`` of the XML feed."""

    def __init__(self, ledger: Ledger) -> None:
        self.files: dict[str, _File] = {}
        self._ledger = ledger
        self._open: list[str] = []
        self._groups: list[str] = []
        self._package = ""
        self._file: _File | None = None
        self._declared: dict[str, _Counter] = {}
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
            self._line(self._file, attributes)
        elif tag == "counter":
            self._counter(parent, attributes)
        elif tag == "sourcefile":
            self._source_file(attributes.get("name", ""))
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
            self._file = None
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

    def _counter(self, parent: str | None, attributes: dict[str, str]) -> None:
        missed, covered = (_count(attributes, name) for name in ("missed", "covered"))
        if parent == "report":
            self._declared[attributes.get("type", "")] = (missed + covered, covered)
        elif parent == "sourcefile" and self._file is not None:
            self._file.counters[attributes.get("type", "")] = (missed + covered, covered)

    def _line(self, file: _File, attributes: dict[str, str]) -> None:
        number, ran, missed, taken = (_count(attributes, name) for name in _LINE)
        if not 0 < number <= _MAX_LINE:
            self._ledger.note("line-unreadable", "A line without a usable number is not counted.")
            return
        file.counters_only |= "ci" not in attributes
        file.lines.line(number, hit=ran > 0)
        if missed + taken:
            file.lines.branch(number, taken, missed + taken)

    def _source_file(self, name: str) -> None:
        self._ledger.seen += 1
        path = "/".join(part for part in (*self._groups, self._package, name) if part)
        self._file = self.files.setdefault(path, _File())
        self._file.mentions += 1
        if self._file.mentions == 1:
            return
        if self._file.counters_only:
            msg = f"The source file {path[:200]} stands twice in the report without instructions a line."
            raise MalformedArtefactError(msg, slug="jacoco-repeated-file", hint="Merge the runs before reporting.")
        self._ledger.note("file-repeated", "A source file stands more than once; its branches are a lower bound.")


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        msg = f'{name}="{text[:40]}" is not a count.'
        raise MalformedArtefactError(msg, slug="jacoco-count")
    return int(text)


READER = JacocoXml()
