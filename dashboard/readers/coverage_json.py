"""coverage.py JSON (``coverage json``), formats 1 to 3 of versions 5.0 to 7.x.

Figures are counted from the line and branch lists and held against the summary of each file. The lists of executed
lines and branches may hold more than statements (7.3 lists decorators, 5.5 and 7.3 a line 0 or 1 of an empty file),
so the summary stands as long as it claims no more hits than are listed and misses exactly what is listed as missed.
Reports made with ``--show-contexts`` say which test ran which line; that is kept as ranges of lines a test and file.
Format: https://coverage.readthedocs.io/en/latest/commands/cmd_json.html
"""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.parsing import moments, shapes
from dashboard.readers._coverage_branches import Branch, with_branches
from dashboard.readers._coverage_contexts import ContextBook, Contexts
from dashboard.readers._coverage_lines import clean_path, note_place, ranges
from dashboard.readers._json_body import LARGE_HINT, document
from dashboard.readers._json_head import json_head

_LARGE_HINT = (
    "Leave --show-contexts out of `coverage json`, which repeats the test names for every line; the data file "
    "(.coverage) beside it names them once. " + LARGE_HINT
)
_FORMULA = "(lines hit + branches hit) / (lines + branches)"


class CoverageJson:
    """Reads coverage.py JSON."""

    format = "coverage-json"
    kind = Kind.COVERAGE
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise ``meta`` with coverage.py's keys, or a file entry with ``executed_lines``."""
        seen = json_head(head)
        by_meta = bool(seen.under("meta") & {"branch_coverage", "show_contexts"})
        return by_meta or (seen.has("files") and b'"executed_lines"' in head and not seen.has("meta", "collectors"))

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file."""
        report = shapes.mapping(document(body, ledger, large_hint=_LARGE_HINT), "The document")
        meta = shapes.mapping(report.get("meta"), "meta")
        files = shapes.mapping(report.get("files"), "files")
        branches = shapes.maybe_truth(meta.get("branch_coverage"), "meta.branch_coverage")
        version = shapes.maybe_text(meta.get("version"), "meta.version")
        ledger.producer = f"coverage.py {version}" if version else "coverage.py"
        written = shapes.maybe_text(meta.get("timestamp"), "meta.timestamp")
        ledger.collected_at = moments.iso(written)
        ledger.facts |= {"written_at": written, "formula": _FORMULA if branches else "lines hit / lines"}
        sums = [0, 0, 0, 0]
        contexts = ContextBook(ledger)
        for path, entry in files.items():
            ledger.seen += 1
            record = _file(path, entry, branches=bool(branches), ledger=ledger)
            for i, value in enumerate(record[1:5]):
                sums[i] += value if isinstance(value, int) else 0
            note_place(record.path, ledger)
            ledger.kept += 1
            yield record._replace(contexts=_contexts(entry, record.path, contexts))
        if contexts.names:
            ledger.facts["contexts"] = {"count": contexts.names}
        if not files:
            ledger.note("no-files", "The report names no source file: nothing was measured.")
        _compare_totals(report.get("totals"), sums, ledger)


def _file(path: str, entry: Any, *, branches: bool, ledger: Ledger) -> FileCoverage:
    where = f"files[{path[:200]!r}]"
    entry = shapes.mapping(entry, where)
    summary = shapes.mapping(entry.get("summary"), f"{where}.summary")
    stated = _stated(summary, f"{where}.summary")
    hit = _lines(entry.get("executed_lines"), f"{where}.executed_lines")
    missed = _lines(entry.get("missing_lines"), f"{where}.missing_lines")
    excluded = _lines(entry.get("excluded_lines"), f"{where}.excluded_lines")
    lines = _line_figures(hit, missed, stated, ledger)
    if lines == (0, 0):
        hit, missed = set(), set()
    (branch_figures, taken, left) = (
        _branch_figures(entry, where, stated, ledger) if branches else ((None, None), set(), set())
    )
    partial = {line for line, _ in left}
    record = FileCoverage(
        path=clean_path(path),
        lines_total=lines[0],
        lines_hit=lines[1],
        branches_total=branch_figures[0],
        branches_hit=branch_figures[1],
        statements_total=None,
        statements_hit=None,
        lines_excluded=len(excluded) if excluded is not None else stated["excluded_lines"],
        hit=ranges(hit or ()),
        missed=ranges(missed or ()),
        partial=ranges(partial & (hit or set())),
    )
    return with_branches(record, "arc", taken, left)


def _contexts(entry: Any, path: str, book: ContextBook) -> Contexts:
    """Turn the contexts of each line into the lines of each context."""
    by_line = entry.get("contexts")
    if by_line is None:
        return ()
    where = f"files[{path[:200]!r}].contexts"
    by_name: dict[str, list[int]] = {}
    for line, names in shapes.mapping(by_line, where).items():
        if not (line.isascii() and line.isdecimal() and len(line) <= 9):
            raise MalformedArtefactError(f"{where}: {line[:40]!r} is no line.", slug="json-shape")
        for name in shapes.items(names, where):
            by_name.setdefault(shapes.text(name, where), []).append(int(line))
    return book.kept(by_name)


def _stated(summary: dict[str, Any], where: str) -> dict[str, int | None]:
    names = ("num_statements", "covered_lines", "num_branches", "covered_branches", "excluded_lines")
    return {name: shapes.maybe_count(summary.get(name), f"{where}.{name}") for name in names}


def _lines(value: Any, where: str) -> set[int] | None:
    return None if value is None else {shapes.count(line, where) for line in shapes.items(value, where)}


def _line_figures(
    hit: set[int] | None, missed: set[int] | None, stated: dict[str, int | None], ledger: Ledger
) -> tuple[int | None, int | None]:
    summary = (stated["num_statements"], stated["covered_lines"])
    if hit is None or missed is None:
        ledger.note("no-line-lists", "The file lists no lines; its summary is shown as it stands.")
        return _in_order(summary, ledger)
    return _reconciled((len(hit | missed), len(hit)), len(missed), summary, ledger)


def _reconciled(
    counted: tuple[int, int], missed: int, summary: tuple[int | None, int | None], ledger: Ledger
) -> tuple[int, int]:
    """Decide between (total, hit) as listed and as the summary says; the summary may only claim less."""
    total, hit = summary
    if total is None or hit is None or counted == (total, hit):
        return counted
    if total - hit == missed and hit <= counted[1]:
        ledger.note("more-than-statements", "A file lists executed lines or branches that are no statements.")
        return total, hit
    ledger.note("summary-differs", "The summary of a file differs from its lists; the lists were counted.")
    return counted


def _in_order(figures: tuple[int | None, int | None], ledger: Ledger) -> tuple[int | None, int | None]:
    total, hit = figures
    if total is not None and hit is not None and hit > total:
        ledger.note("more-hit-than-total", "A summary claims more hits than there are; the file has no figure.")
        return None, None
    return figures


def _branch_figures(
    entry: dict[str, Any], where: str, stated: dict[str, int | None], ledger: Ledger
) -> tuple[tuple[int | None, int | None], set[Branch], set[Branch]]:
    """Give (branches, taken) and the branches by line and target; early versions list no branches."""
    taken = _arcs(entry.get("executed_branches"), f"{where}.executed_branches")
    missed = _arcs(entry.get("missing_branches"), f"{where}.missing_branches")
    summary = (stated["num_branches"], stated["covered_branches"])
    if taken is None or missed is None:
        return _in_order(summary, ledger), set(), set()
    figures = _reconciled((len(taken | missed), len(taken)), len(missed), summary, ledger)
    return figures, _ids(taken), _ids(missed)


def _ids(arcs: set[tuple[int, int]]) -> set[Branch]:
    return {(source, str(target)) for source, target in arcs}


def _arcs(value: Any, where: str) -> set[tuple[int, int]] | None:
    if value is None:
        return None
    return {_arc(shapes.items(pair, where), where) for pair in shapes.items(value, where)}


def _arc(pair: list[Any], where: str) -> tuple[int, int]:
    source, target = [*pair, None, None][:2]
    return shapes.whole(source, where), shapes.whole(target, where)


def _compare_totals(totals: Any, sums: Iterable[int], ledger: Ledger) -> None:
    if not isinstance(totals, dict):
        ledger.note("no-totals", "The report states no totals to compare with; it may have been cut or edited.")
        return
    names = ("num_statements", "covered_lines", "num_branches", "covered_branches")
    stated = {name: shapes.maybe_count(totals.get(name), f"totals.{name}") for name in names}
    ledger.facts["declared"] = {name: value for name, value in stated.items() if value is not None}
    counted = dict(zip(names, sums, strict=True))
    if any(value is not None and value != counted[name] for name, value in stated.items()):
        ledger.note("totals-differ", "The totals the report states differ from the sum of its files.")


READER = CoverageJson()
