"""Findings about benchmarks: parts that outlast their whole, and figures that cannot be compared."""

from collections.abc import Iterator
from fractions import Fraction

from dashboard.analysis._phrases import many, named
from dashboard.analysis.regressions import matches
from dashboard.model.evaluation import Finding, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.figures import amount_text, exact


def baseline_missing(evidence: Evidence) -> Iterator[Finding]:
    """Find benchmarks that are compared with nothing."""
    benchmarks = evidence.benchmarks
    bare = [s.name for s in benchmarks.series if not s.baseline] if benchmarks else []
    if benchmarks and bare:
        text = f"{many(len(bare), 'benchmark has', 'benchmarks have')} no baseline: {named(bare)}."
        yield Finding("baseline-missing", Severity.MINOR, text, benchmarks.sources)


def direction_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Find benchmarks with a baseline of which nobody says which way is better; they never judge."""
    rule = evidence.policy.rules.get("cost")
    cost = rule.options.get("metric", "") if rule else ""
    benchmarks = evidence.benchmarks
    compared = [s for s in benchmarks.series if s.baseline and not matches(s.name, cost)] if benchmarks else []
    unsaid = [s.name for s in compared if s.direction is None]
    if benchmarks and unsaid:
        text = f"{many(len(unsaid), 'benchmark does', 'benchmarks do')} not say which way is better: {named(unsaid)}."
        yield Finding("direction-unknown", Severity.MINOR, text, benchmarks.sources)


def unit_missing(evidence: Evidence) -> Iterator[Finding]:
    """Find benchmarks without a unit: a bare number can be compared with nothing outside its own file."""
    benchmarks = evidence.benchmarks
    bare = [s.name for s in benchmarks.series if not s.unit] if benchmarks else []
    if benchmarks and bare:
        text = f"{many(len(bare), 'benchmark has', 'benchmarks have')} no unit: {named(bare)}."
        yield Finding("unit-missing", Severity.MINOR, text, benchmarks.sources)


def parts_exceed_whole(evidence: Evidence) -> Iterator[Finding]:
    """Find timings whose parts, which by their names lie within it (``whole/part``), take longer than the whole.

    Parts that overlap, or that were measured apart, make such sums; then the whole is not what they add up to.
    """
    benchmarks = evidence.benchmarks
    timed = {s.name: exact(s.values[-1]) for s in benchmarks.series if s.unit == "s" and s.values} if benchmarks else {}
    for whole, length in timed.items():
        parts = [name for name in timed if name.startswith(f"{whole}/") and "/" not in name.removeprefix(f"{whole}/")]
        together = sum((timed[name] for name in parts), Fraction(0))
        if benchmarks and together > length:
            text = (
                f"The parts of {whole} take {amount_text(float(together), 's')} together, the whole takes "
                f"{amount_text(float(length), 's')}: {named(sorted(parts))}."
            )
            yield Finding("parts-exceed-whole", Severity.MAJOR, text, benchmarks.sources)
