"""Istanbul JSON: ``coverage-final.json`` (counters a file) and ``coverage-summary.json`` (totals a file).

nyc, Jest, Vitest and c8 write both. A line is hit as often as the most frequent statement that begins on it, which
is how Istanbul derives lines from statements.
Format: https://github.com/istanbuljs/istanbuljs/blob/main/docs/raw-output.md
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.parsing import shapes
from dashboard.readers._coverage_branches import Branch, with_branches
from dashboard.readers._coverage_lines import FileLines, clean_path, note_place
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_FINAL = frozenset({"statementMap", "fnMap", "branchMap"})
_SUMMARY = frozenset({"lines", "statements", "functions", "branches"})


class IstanbulJson:
    """Reads both JSON reports of Istanbul."""

    format = "istanbul-json"
    kind = Kind.COVERAGE
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise a file entry with a statement map, or one with the four totals."""
        seen = json_head(head)
        if seen.root != "{":
            return False
        entries = [seen.under(key) for key in seen.keys[:3]]
        final = any(
            entry & _FINAL or "statementMap" in seen.under(key, "data")
            for key, entry in zip(seen.keys, entries, strict=False)
        )
        return final or any(
            entry >= _SUMMARY and seen.has(key, "lines", "pct") for key, entry in zip(seen.keys, entries, strict=False)
        )

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file."""
        report = shapes.mapping(document(body, ledger), "The document")
        ledger.producer = "Istanbul"
        ledger.facts["formula"] = "lines hit / lines"
        for path, value in report.items():
            where = f"[{path[:200]!r}]"
            entry = shapes.mapping(value, where)
            if path == "total" and "statementMap" not in entry:
                ledger.facts["declared"] = {name: _pair(entry.get(name), f"total.{name}") for name in sorted(_SUMMARY)}
                continue
            ledger.seen += 1
            if isinstance(entry.get("data"), dict):  # as old Istanbul wraps an instrumented file
                entry = entry["data"]
            record = _counted(path, entry, where) if "statementMap" in entry else _summed(path, entry, where)
            note_place(record.path, ledger)
            ledger.kept += 1
            yield record
        if not ledger.seen:
            ledger.note("no-files", "The report names no source file: nothing was measured.")


def _counted(path: str, entry: dict[str, Any], where: str) -> FileCoverage:
    statements = shapes.mapping(entry.get("s"), f"{where}.s")
    places = shapes.mapping(entry.get("statementMap"), f"{where}.statementMap")
    lines = FileLines()
    hits = {}
    for key, hit in statements.items():
        hits[key] = shapes.number(hit, f"{where}.s[{key[:40]}]") > 0
        line = _start_line(places.get(key), f"{where}.statementMap[{key[:40]}]")
        if line:
            lines.line(line, hit=hits[key])
    arms = shapes.mapping(entry.get("b"), f"{where}.b")
    ids: tuple[list[Branch], list[Branch]] = ([], [])
    branch_places = shapes.mapping(entry.get("branchMap"), f"{where}.branchMap")
    for key, counts in arms.items():
        taken = [shapes.number(n, f"{where}.b[{key[:40]}]") > 0 for n in shapes.items(counts, f"{where}.b")]
        line = _branch_line(branch_places.get(key), f"{where}.branchMap[{key[:40]}]")
        known_taken, known_total = lines.branches.get(line, (0, 0))
        lines.branches[line] = (known_taken + sum(taken), known_total + len(taken))
        for arm, was_taken in enumerate(taken):
            ids[not was_taken].append((line, f"{key}.{arm}"))
    record = lines.coverage(clean_path(path), branches_measured=True)._replace(
        statements_total=len(hits), statements_hit=sum(hits.values())
    )
    return with_branches(record, "istanbul", *ids)


def _start_line(place: Any, where: str) -> int:
    """Give the line a statement begins on; 0 for generated code, which a source map leaves without one."""
    start = shapes.mapping(shapes.mapping(place, where).get("start") or {}, f"{where}.start")
    return shapes.maybe_count(start.get("line"), f"{where}.start.line") or 0


def _branch_line(place: Any, where: str) -> int:
    entry = shapes.mapping(place, where)
    line = shapes.maybe_count(entry.get("line"), f"{where}.line")
    return line or _start_line(entry.get("loc") or {}, f"{where}.loc")


def _summed(path: str, entry: dict[str, Any], where: str) -> FileCoverage:
    lines, branches, statements = (
        _pair(entry.get(name), f"{where}.{name}") for name in ("lines", "branches", "statements")
    )
    return FileCoverage(clean_path(path), *lines, *branches, *statements, None, "", "", "")


def _pair(value: Any, where: str) -> tuple[int, int]:
    figures = shapes.mapping(value, where)
    total, covered = (shapes.count(figures.get(name), f"{where}.{name}") for name in ("total", "covered"))
    if covered > total:
        raise MalformedArtefactError(f"{where}: {covered} of {total} are covered.", slug="json-shape")
    return total, covered


READER = IstanbulJson()
