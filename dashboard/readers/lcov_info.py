"""LCOV tracefiles (``lcov``, ``geninfo``, coverage.py, c8, coverlet, node --test, grcov, ...).

Lines are counted from ``DA``, branches from ``BRDA``; the totals of the file (``LF``, ``LH``, ``BRF``, ``BRH``) are
only compared. Records of one source file under several test names are folded: lines with any hit, branches by
their ids. A branch whose block never ran (``-``) is not taken but counts. Where records have a test name (``TN``), the
lines each test ran are kept.
Format: https://github.com/linux-test-project/lcov/blob/master/man/geninfo.1 (section FILES)
"""

import math
import re
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.readers._coverage_contexts import ContextBook
from dashboard.readers._coverage_lines import clean_path, note_place
from dashboard.readers._lcov_files import ClosedFile, OpenFile
from dashboard.readers._lcov_plain import Plain, plain
from dashboard.readers._text_body import blocks, lines_within

_START = re.compile(rb"\s*(?:#[^\n]*\n\s*)*(?:TN:[^\n]*\n\s*)*SF:")
_TOTALS = ("LF", "LH", "BRF", "BRH")
_MAX_LINE = 100_000_000
_END = "\nend_of_record\n"
_MAX_HELD = 1024 * 1024
"""Characters of lines that may wait for the end of their record."""
_FOLDED = "A line is listed more than once in its file; it is counted once."


class LcovInfo:
    """Reads LCOV tracefiles."""

    format = "lcov-info"
    kind = Kind.COVERAGE
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise a source file record, after the test names that may precede it."""
        return _START.match(head) is not None

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file, when the last line is read."""
        trace = _Trace(ledger)
        for block in blocks(body):
            trace.read(block)
        trace.read_rest()
        if trace.path is not None:
            msg = f"The record of {trace.path[:200]} has no end_of_record: the file is cut off."
            raise MalformedArtefactError(msg, slug="lcov-cut-off")
        for record in trace.records():
            ledger.kept += 1
            yield record
        ledger.folded = ledger.seen - ledger.kept


class _Trace:
    """What was read so far."""

    def __init__(self, ledger: Ledger) -> None:
        self.path: str | None = None
        """Of the record that is being read line by line."""
        self._ledger = ledger
        self._rest = ""
        self._number = 0
        """Lines read so far."""
        self._files: dict[str, ClosedFile | OpenFile] = {}
        self._declared = dict.fromkeys(_TOTALS, 0)
        self._branches_measured = False
        self._test = ""
        self._ran: list[int] = []
        self._file = OpenFile()
        self._contexts = ContextBook(ledger)

    def read(self, block: str) -> None:
        """Read some lines: whole records at once where they are plain, and the others line by line."""
        text = self._rest + block
        if "\0" in text or len(text) > _MAX_HELD:
            self._rest = ""
            self._by_line(text)
            return
        *records, self._rest = text.replace("\r\n", "\n").split(_END)
        for record in records:
            said = plain(record) if self.path is None else None
            if said is None:
                self._by_line(record + _END)
            else:
                self._at_once(said)
                self._number += record.count("\n") + _END.count("\n")

    def read_rest(self) -> None:
        """Read what does not end as a record should."""
        self._by_line(self._rest)

    def _at_once(self, said: Plain) -> None:
        path = clean_path(said.path)
        if said.test is not None:
            self._test = said.test.strip()
        self._ledger.seen += 1
        file = self._files.get(path)
        if file is None:
            self._files[path] = ClosedFile(path, said, self._test)
        else:
            file = self._files[path] = file.opened()
            folded = file.add(said)
            if folded:
                self._ledger.note("lines-folded", _FOLDED, folded)
            if self._test:
                file.ran(self._test, said.hit)
        for kind, figure in said.totals:
            self._declare(kind, int(figure))

    def _by_line(self, text: str) -> None:
        for line in lines_within(text, self._number):
            self._number += 1
            stripped = line.strip()
            if stripped and not stripped.startswith("#"):
                self._take(stripped, self._number)

    def _take(self, text: str, number: int) -> None:
        """Take one line of the tracefile."""
        kind, _, rest = text.partition(":")
        if kind == "SF":
            self._end()
            self.path = clean_path(rest)
            known = self._files.get(self.path)
            self._file = self._files[self.path] = OpenFile() if known is None else known.opened()
            self._ledger.seen += 1
        elif text == "end_of_record":
            self._end()
        elif kind in ("DA", "BRDA"):
            if self.path is None:
                msg = f"Line {number:,}: {kind} stands outside the record of a source file."
                raise MalformedArtefactError(msg, slug="lcov-line")
            (self._line if kind == "DA" else self._branch)(self._file, rest, number)
        elif kind == "TN":
            self._test = rest.strip()
        elif kind in _TOTALS:
            self._declare(kind, int(_figure(rest, number)))

    def _declare(self, kind: str, figure: int) -> None:
        self._declared[kind] += figure
        self._branches_measured |= kind == "BRF"

    def records(self) -> Iterator[FileCoverage]:
        """Give every file, and compare with the totals the tracefile states."""
        sums = [0, 0, 0, 0]
        for path, file in self._files.items():
            record = file.record(path, measured=self._branches_measured)
            note_place(path, self._ledger)
            if file.tests:
                record = record._replace(contexts=self._contexts.kept(file.tests))
            sums = [a + (b or 0) for a, b in zip(sums, record[1:5], strict=True)]
            yield record
        counted = dict(zip(_TOTALS, sums, strict=True))
        self._ledger.producer = "lcov format"
        self._ledger.facts |= {"declared": dict(self._declared), "formula": "lines hit / lines"}
        if self._contexts.names:
            self._ledger.facts["contexts"] = {"count": self._contexts.names}
        if any(value and value != counted[name] for name, value in self._declared.items()):
            self._ledger.note("totals-differ", "The totals the report states differ from its lines and branches.")

    def _end(self) -> None:
        if self.path is not None and self._test:
            self._file.ran(self._test, self._ran)
        self.path, self._ran = None, []

    def _line(self, file: OpenFile, rest: str, number: int) -> None:
        line, hits, *_ = [*rest.split(","), "", ""]
        if not 0 < (at := int(_figure(line, number))) <= _MAX_LINE:
            self._ledger.note("line-unreadable", "A line without a usable number is not counted.")
            return
        count = _figure(hits, number)
        if count < 0:
            self._ledger.note("negative-hits", "A line has a negative hit count (a known gcov defect): not hit.")
        if count > 0 and self._test:
            self._ran.append(at)
        if file.lines.line(at, hit=count > 0):
            self._ledger.note("lines-folded", _FOLDED)

    def _branch(self, file: OpenFile, rest: str, number: int) -> None:
        """Take ``line,block,branch,taken``; the branch is free text and may hold commas."""
        line, _, more = rest.partition(",")
        branch, _, taken = more.rpartition(",")
        if not 0 < (at := int(_figure(line, number))) <= _MAX_LINE:
            self._ledger.note("line-unreadable", "A line without a usable number is not counted.")
            return
        hit = taken.strip() != "-" and _figure(taken, number) > 0
        place = f"{at},{branch}"
        file.branches[place] = file.branches.get(place, False) or hit


def _figure(text: str, number: int) -> float:
    """Read a number, also one in scientific notation."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise MalformedArtefactError(f"Line {number:,}: {text[:60]!r} is not a number.", slug="lcov-line")
    return value


READER = LcovInfo()
