"""LCOV tracefiles (``lcov``, ``geninfo``, coverage.py, c8, coverlet, node --test, grcov, ...).

Lines are counted from ``DA``, branches from ``BRDA``; the totals of the file (``LF``, ``LH``, ``BRF``, ``BRH``) are
only compared. Records of one source file under several test names are folded: lines with any hit, branches by
their ids. A branch whose block never ran (``-``) is not taken but counts.
Format: https://github.com/linux-test-project/lcov/blob/master/man/geninfo.1 (section FILES)
"""

import math
import re
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.readers._coverage_lines import FileLines, clean_path
from dashboard.readers._text_body import lines

_START = re.compile(rb"\s*(?:#[^\n]*\n\s*)*(?:TN:[^\n]*\n\s*)*SF:")
_TOTALS = ("LF", "LH", "BRF", "BRH")
_MAX_LINE = 100_000_000


class LcovInfo:
    """Reads LCOV tracefiles."""

    format = "lcov-info"
    kind = Kind.COVERAGE
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise a source file record, after the test names that may precede it."""
        return _START.match(head) is not None

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file, when the last line is read."""
        trace = _Trace(ledger)
        for number, line in enumerate(lines(body), 1):
            text = line.strip()
            if text and not text.startswith("#"):
                trace.take(text, number)
        if trace.path is not None:
            msg = f"The record of {trace.path[:200]} has no end_of_record: the file is cut off."
            raise MalformedArtefactError(msg, slug="lcov-cut-off")
        for record in trace.records():
            ledger.kept += 1
            yield record
        ledger.folded = ledger.seen - ledger.kept


class _File:
    """Lines and branches of one source file."""

    def __init__(self) -> None:
        self.lines = FileLines()
        self.branches: dict[str, bool] = {}
        """``line,block,branch`` -> taken; one string is half the size of a tuple, and there may be a million."""

    def record(self, path: str, *, measured: bool) -> FileCoverage:
        for place, taken in self.branches.items():
            line = int(place.partition(",")[0])
            known, total = self.lines.branches.get(line, (0, 0))
            self.lines.branches[line] = (known + taken, total + 1)
        return self.lines.coverage(path, branches_measured=measured)


class _Trace:
    """What was read so far."""

    def __init__(self, ledger: Ledger) -> None:
        self.path: str | None = None
        self._ledger = ledger
        self._files: dict[str, _File] = {}
        self._declared = dict.fromkeys(_TOTALS, 0)
        self._branches_measured = False

    def take(self, text: str, number: int) -> None:
        """Take one line of the tracefile."""
        kind, _, rest = text.partition(":")
        if kind == "SF":
            self.path = clean_path(rest)
            self._files.setdefault(self.path, _File())
            self._ledger.seen += 1
        elif text == "end_of_record":
            self.path = None
        elif kind in ("DA", "BRDA"):
            if self.path is None:
                msg = f"Line {number:,}: {kind} stands outside the record of a source file."
                raise MalformedArtefactError(msg, slug="lcov-line")
            (self._line if kind == "DA" else self._branch)(self._files[self.path], rest, number)
        elif kind in _TOTALS:
            self._declared[kind] += int(_figure(rest, number))
            self._branches_measured |= kind == "BRF"

    def records(self) -> Iterator[FileCoverage]:
        """Give every file, and compare with the totals the tracefile states."""
        sums = [0, 0, 0, 0]
        for path, file in self._files.items():
            record = file.record(path, measured=self._branches_measured)
            sums = [a + (b or 0) for a, b in zip(sums, record[1:5], strict=True)]
            yield record
        counted = dict(zip(_TOTALS, sums, strict=True))
        self._ledger.producer = "lcov format"
        self._ledger.facts |= {"declared": dict(self._declared), "formula": "lines hit / lines"}
        if any(value and value != counted[name] for name, value in self._declared.items()):
            self._ledger.note("totals-differ", "The totals the report states differ from its lines and branches.")

    def _line(self, file: _File, rest: str, number: int) -> None:
        line, hits, *_ = [*rest.split(","), "", ""]
        if not 0 < (at := int(_figure(line, number))) <= _MAX_LINE:
            self._ledger.note("line-unreadable", "A line without a usable number is not counted.")
            return
        count = _figure(hits, number)
        if count < 0:
            self._ledger.note("negative-hits", "A line has a negative hit count (a known gcov defect): not hit.")
        if file.lines.line(at, hit=count > 0):
            self._ledger.note("lines-folded", "A line is listed more than once in its file; it is counted once.")

    def _branch(self, file: _File, rest: str, number: int) -> None:
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
