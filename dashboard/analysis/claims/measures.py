"""Claims about figures: percentages, bounds, timings and scores, and what they leave out.

Takes: a document. Gives: findings with the lines they rest on. Source: the document alone. Empty: no figures, nothing.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

from dashboard.analysis._bounds import Bound, bounds
from dashboard.analysis._phrases import named
from dashboard.analysis.claims.document import CARE, GOOD, Document, Line, Table
from dashboard.model.claims import ClaimFinding
from dashboard.model.evaluation import Severity
from dashboard.model.figures import decimal_text

_TIME = re.compile(r"^(\d[\d,]{0,14}(?:\.\d{1,9})?)\s*(ns|µs|us|ms|s|min)$")
_SCALE = {
    "ns": Fraction(1, 10**6),
    "µs": Fraction(1, 1000),
    "us": Fraction(1, 1000),
    "ms": Fraction(1),
    "s": Fraction(1000),
}
_SCALE["min"] = Fraction(60_000)
_OUT_OF_TEN = re.compile(r"(?<![\d./])(\d{1,3}(?:\.\d{1,9})?)\s*/\s*10(?![\d/]|\.\d)")
_RANGE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*[-–]\s*(\d{1,9}(?:\.\d{1,9})?)\s*%")
_EXCEEDS = re.compile(
    r"exceed\w*\s+(?:the\s+)?(\d{1,9}(?:\.\d{1,9})?)\s*%[^.]{0,80}?(?:\s+by\s+(\d{1,9}(?:\.\d{1,9})?)\s*%)?(?=[).,;]|\s*$)"
)
_MEASURED = re.compile(
    r"(?:error[ _-]?rate|p95|p99)[^<>≤≥]{0,60}?(?::|=|is|was|of)\s*(\d[\d.,]*)\s*(%|ms|s)\b", re.IGNORECASE
)
_THRESHOLD = re.compile(r"threshold|requirement|target|exceed|[<>≥≤]")
_NAMES = {"error_rate": "error rate", "p95": "P95", "p99": "P99"}
_TARGET = ("target", "monitor", "threshold", "required")


def parts_exceed_whole(document: Document) -> Iterator[ClaimFinding]:
    """Find tables of timings in which the rows beside the total take longer than the total."""
    for table in document.tables:
        totals = [(number, cells) for number, cells in table.rows if cells and "total" in cells[0].casefold()]
        others = [(number, cells) for number, cells in table.rows if cells and "total" not in cells[0].casefold()]
        if len(totals) != 1:
            continue
        number, whole = totals[0]
        for column in range(1, len(table.heads)):
            length = _time(whole, column)
            measured = [(n, cells[0], time) for n, cells in others if (time := _time(cells, column)) is not None]
            together = sum((time for _, _, time in measured), Fraction(0))
            if length is not None and together > length:
                text = (
                    f"{table.heads[column]}: {named([name for _, name, _ in measured])} take "
                    f"{decimal_text(together, 2)} ms together, {whole[0]} takes {decimal_text(length, 2)} ms."
                )
                lines = (*(n for n, _, _ in measured), number)
                yield ClaimFinding("parts-exceed-whole", Severity.MAJOR, text, tuple(sorted(lines)))


def _time(cells: tuple[str, ...], column: int) -> Fraction | None:
    found = _TIME.match(cells[column]) if column < len(cells) else None
    return Fraction(found[1].replace(",", "")) * _SCALE[found[2]] if found else None


def comparisons_incomplete(document: Document) -> Iterator[ClaimFinding]:
    """Find tables of comparisons without a baseline, an absolute figure, or a number of measurements."""
    for table in document.tables:
        column = next((at for at, head in enumerate(table.heads) if "baseline" in head), None)
        if column is None:
            continue
        bare = [(n, cells) for n, cells in table.rows if column < len(cells) and not re.search(r"\d", cells[column])]
        if bare:
            told = named([f"{cells[0]} ({cells[column] or 'nothing'})" for _, cells in bare])
            text = f"Compared with no figure: {told}."
            yield ClaimFinding("baseline-missing", Severity.MINOR, text, tuple(n for n, _ in bare))
        if not _counts_measurements(table):
            text = "Figures are compared without saying how many measurements they are of, or how much they vary."
            yield ClaimFinding("sample-count-missing", Severity.MINOR, text, tuple(n for n, _ in table.rows))


def _counts_measurements(table: Table) -> bool:
    words = re.compile(r"\bn\s*=|\bruns?\b|\brounds?\b|\bsamples?\b|±|stddev")
    return any(head == "n" or words.search(head) for head in table.heads) or any(
        words.search(cell.casefold()) for _, cells in table.rows for cell in cells
    )


def points_not_percent(document: Document) -> Iterator[ClaimFinding]:
    """Find differences of percentages that are called percent, and are percentage points."""
    for line in document.lines:
        for bound, by in _EXCEEDS.findall(line.text):
            known = [*line.percents, *(p for other in document.where("pass rate") for p in other.percents)]
            if by and Fraction(bound) + Fraction(by) in known:
                text = f"{by} % above {bound} % are percentage points, not percent."
                yield ClaimFinding("percent-or-points", Severity.INFO, text, (line.number,))
                return


def meets_is_not_exceeds(document: Document) -> Iterator[ClaimFinding]:
    """Find ranges that are said to exceed what their lower end only meets, and ranges without counts."""
    for line in document.lines:
        found = _RANGE.search(line.text)
        for bound, _ in _EXCEEDS.findall(line.text) if found else ():
            if found and Fraction(found[1]) <= Fraction(bound):
                does = "meets" if Fraction(found[1]) == Fraction(bound) else "misses"
                text = (
                    f"From {found[1]} to {found[2]} % does not exceed {bound} %: its lower end {does} it, and no "
                    "counts stand behind it."
                )
                yield ClaimFinding("range-without-counts", Severity.MINOR, text, (line.number,))
                return


def targets_without_samples(document: Document) -> Iterator[ClaimFinding]:
    """Find targets for which no measured figure stands anywhere in the report."""
    targets: dict[str, list[int]] = {}
    for line, bound in _bounds(document):
        if bound.measure in _NAMES and (line.says(*_TARGET) or line.under(*_TARGET)):
            targets.setdefault(bound.measure, []).append(line.number)
    measured = {name for line in document.lines for name in _NAMES if _states(line, name)}
    bare = [name for name in targets if name not in measured]
    if bare:
        told = named([_NAMES[name] for name in bare])
        lines = tuple(sorted({n for name in bare for n in targets[name]}))
        text = f"There is a target for {told} and no measured figure: a target with a tick is no measurement."
        yield ClaimFinding("target-without-samples", Severity.BLOCKER, text, lines)


def _states(line: Line, name: str) -> bool:
    found = _MEASURED.search(line.text)
    return found is not None and _NAMES[name].casefold() in found[0].casefold().replace("_", " ").replace("-", " ")


def targets_and_triggers(document: Document) -> Iterator[ClaimFinding]:
    """Say how far triggers lie from targets, and where the trigger of one measure is the target of another."""
    targets = {b.measure: (b, line) for line, b in _bounds(document) if b.op in ("<", "<=") and b.number}
    triggers = {b.measure: (b, line) for line, b in _bounds(document) if b.op in (">", ">=") and line.under("trigger")}
    said, lines = [], set()
    for name, (bound, line) in triggers.items():
        for other, (target, where) in targets.items():
            times = bound.number / target.number
            if name == other and times >= 10:
                said.append(f"{_NAMES.get(name, name)} rolls back at {decimal_text(times, 0)} times its target")
            elif name != other and bound.unit == target.unit and times == 1:
                said.append(f"{_NAMES.get(name, name)} rolls back at the target of {_NAMES.get(other, other)}")
            else:
                continue
            lines |= {line.number, where.number}
    if said:
        yield ClaimFinding("target-and-trigger", Severity.INFO, f"{'; '.join(said)}.", tuple(sorted(lines)))


def scores_without_formula(document: Document) -> Iterator[ClaimFinding]:
    """Find scores out of ten without the points, weights or policy they come from."""
    found = [(line, hit) for line in document.lines for hit in _OUT_OF_TEN.findall(line.text)]
    explained = any(
        line.says("points of", " of 43 points", "policy digest", "sha256", "weighted") for line in document.lines
    )
    if found and not explained:
        told = named(list(dict.fromkeys(f"{hit}/10" for _, hit in found)))
        text = f"Scores without a formula, points or policy: {told}."
        beside = [
            f"{part:,}/{of:,} would be {decimal_text(Fraction(10 * part, of), 2)}"
            for line, _ in found
            for part, of in line.fractions
        ]
        text += f" On the same line {beside[0]}." if beside else ""
        lines = tuple(sorted({line.number for line, _ in found}))
        yield ClaimFinding("score-without-formula", Severity.MAJOR, text, lines)


def one_status_a_measure(document: Document) -> Iterator[ClaimFinding]:
    """Find figures that are good in one place and need care in another, or pass without a bound to pass."""
    cares = [line for line in document.lines if CARE in line.text]
    goods = [(line, _long_words(line), line.percents) for line in document.lines if GOOD in line.text]
    for care in cares:
        words = _long_words(care)
        for figure in care.percents:
            same = [line for line, says, shares in goods if figure in shares and words & says]
            if same:
                shown = decimal_text(figure, 0 if figure.denominator == 1 else 2)
                bare = "" if _THRESHOLD.search(same[0].text) else ", by no threshold"
                text = f"{shown} % passes in one place{bare}, and needs care in another: {care.text}."
                lines = tuple(sorted({care.number, *(line.number for line in same)}))
                yield ClaimFinding("status-contradicts", Severity.MAJOR, text, lines)
                return


def _long_words(line: Line) -> set[str]:
    return set(re.findall(r"[a-z]{5,}", line.text.casefold()))


def _bounds(document: Document) -> list[tuple[Line, Bound]]:
    return [(line, bound) for line in document.lines for bound in bounds(line.text)]
