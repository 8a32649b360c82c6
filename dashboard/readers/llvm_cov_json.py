"""llvm-cov JSON (``llvm-cov export``, ``cargo llvm-cov --json``), schema 2 and 3.

The line and branch figures are those of each file's summary, which llvm derives from its regions; an export with
``--summary-only`` says no more. Where segments are given, the lines they span are shown.
Format: https://github.com/llvm/llvm-project/blob/main/llvm/tools/llvm-cov/CoverageExporterJson.cpp
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.parsing import shapes
from dashboard.readers._coverage_branches import Branch, with_branches
from dashboard.readers._coverage_lines import clean_path, note_place, ranges
from dashboard.readers._json_body import LARGE_HINT, document
from dashboard.readers._json_head import json_head

_TYPE = "llvm.coverage.json.export"
_LARGE_HINT = "Export with --summary-only or --skip-expansions. " + LARGE_HINT
_MAX_LINE = 1_000_000


class LlvmCovJson:
    """Reads llvm-cov JSON."""

    format = "llvm-cov-json"
    kind = Kind.COVERAGE
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise the type, or (it may stand last) a file entry as only llvm-cov writes it."""
        seen = json_head(head)
        entry = seen.under("data", "[]", "files", "[]")
        return seen.scalar("type") == _TYPE or bool(entry & {"segments", "mcdc_records", "expansions", "branches"})

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file."""
        report = shapes.mapping(document(body, ledger, large_hint=_LARGE_HINT), "The document")
        ledger.producer = "llvm-cov"
        ledger.facts["schema"] = str(report.get("version"))[:60]
        ledger.facts["formula"] = "lines hit / lines"
        given: set[str] = set()
        for index, export in enumerate(shapes.items(report.get("data"), "data")):
            where = f"data[{index}].files"
            for entry in shapes.items(shapes.mapping(export, f"data[{index}]").get("files"), where):
                ledger.seen += 1
                record = _file(shapes.mapping(entry, where), where)
                if record.path in given:
                    msg = f"The file {record.path[:200]} stands twice in the export."
                    raise MalformedArtefactError(msg, slug="repeated-file", hint="Merge the profiles before exporting.")
                note_place(record.path, ledger)
                given.add(record.path)
                ledger.kept += 1
                yield record
        if not given:
            ledger.note("no-files", "The report names no source file: nothing was measured.")


def _file(entry: dict[str, Any], where: str) -> FileCoverage:
    path = shapes.text(entry.get("filename"), f"{where}.filename")
    place = f"{where}[{path[:120]!r}]"
    summary = shapes.mapping(entry.get("summary"), f"{place}.summary")
    lines = _pair(summary.get("lines"), f"{place}.summary.lines")
    branches = _pair(summary.get("branches"), f"{place}.summary.branches")
    hit, missed = _lines(entry.get("segments"), f"{place}.segments")
    record = FileCoverage(
        clean_path(path),
        *lines,
        *branches,
        None,
        None,
        None,
        ranges(hit - missed),
        ranges(missed - hit),
        ranges(hit & missed),
    )
    return with_branches(record, "llvm", *_branches(entry.get("branches"), f"{place}.branches"))


def _branches(value: Any, where: str) -> tuple[set[Branch], set[Branch]]:
    """Give the outcomes taken and not taken: each region of a condition has two, known by the place of the region.

    Of instantiations that repeat a region an outcome is taken when one took it, as the summary counts them.
    """
    taken: set[Branch] = set()
    missed: set[Branch] = set()
    for item in [] if value is None else shapes.items(value, where):
        region = shapes.items(item, where)
        if len(region) < 6:
            raise MalformedArtefactError(f"{where}: a branch has {len(region)} parts.", slug="json-shape")
        line, *rest = (shapes.count(part, where) for part in region[:4])
        place = ".".join(map(str, rest))
        for outcome, count in zip("TF", region[4:6], strict=True):
            (taken if shapes.number(count, where) > 0 else missed).add((line, f"{place}{outcome}"))
    return taken, missed


def _pair(value: Any, where: str) -> tuple[int | None, int | None]:
    if value is None:
        return None, None
    figures = shapes.mapping(value, where)
    total, covered = (shapes.count(figures.get(name), f"{where}.{name}") for name in ("count", "covered"))
    if covered > total:
        raise MalformedArtefactError(f"{where}: {covered} of {total} are covered.", slug="json-shape")
    return total, covered


def _lines(value: Any, where: str) -> tuple[set[int], set[int]]:
    """Give the lines that counted segments span: from the start of each to the start of the next."""
    hit: set[int] = set()
    missed: set[int] = set()
    segments = [shapes.items(item, where) for item in ([] if value is None else shapes.items(value, where))]
    for segment, following in pairwise(segments):
        if len(segment) < 5 or len(following) < 2 or segment[3] is not True:
            continue
        first, last = shapes.count(segment[0], where), shapes.count(following[0], where)
        if last > _MAX_LINE:
            raise MalformedArtefactError(f"{where}: no source file has {last:,} lines.", slug="json-shape")
        end = last if shapes.count(following[1], where) > 1 or first == last else last - 1
        (hit if shapes.number(segment[2], where) > 0 else missed).update(range(first, end + 1))
    return hit, missed


READER = LlvmCovJson()
