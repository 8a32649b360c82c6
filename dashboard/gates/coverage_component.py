"""Asks: is every component that has a floor covered as far as its floor?

Passes: when each component of the policy with a floor has at least that share of its lines covered; the one furthest
below (or least above) its floor is shown. Warns down to the policy's margin in percentage points below the floor.

Unknown: when there is no coverage report, no component has a floor, a component with a floor has no line in the report,
or the report says that a part of it is missing.

Remedy: cover the named component, or check that its path patterns in the policy still fit the code.
"""

import math
from fractions import Fraction

from dashboard.gates._ruling import counted, missing, oldest, unusable
from dashboard.model.evidence import CoverageEvidence, CoverageTotals, Evidence
from dashboard.model.figures import decimal_text, exact, of_text, share_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict

NOTHING = CoverageTotals(0, 0, 0, 0, 0)


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    coverage = evidence.coverage
    if coverage is None:
        turn = "Ingest the coverage report of this candidate."
        return missing(rule, "No coverage report belongs to this candidate.", turn)
    parts = [
        (c.name, c.floor_pct, coverage.components.get(c.name, NOTHING))
        for c in evidence.policy.components
        if c.floor_pct is not None
    ]
    if not parts:
        turn = "Give a component a floor in the policy."
        return missing(rule, "No component of the policy has a floor.", turn, coverage.sources)
    empty = [name for name, _, totals in parts if totals.lines_total == 0]
    if empty:
        because = f"No line of the report belongs to {', '.join(empty)}, which has a floor to reach."
        turn = "Measure the component, or mend its paths in the policy."
        return missing(rule, because, turn, coverage.sources)
    refused = unusable(evidence, rule, coverage.sources, oldest(coverage.sources))
    if refused:
        return refused
    return _verdict(coverage, rule, *min(parts, key=lambda part: (_above(part[1], part[2]), part[0])))


def _above(floor: Fraction, totals: CoverageTotals) -> Fraction:
    return Fraction(100 * totals.lines_hit, totals.lines_total) - floor


def _verdict(coverage: CoverageEvidence, rule: Rule, name: str, floor: Fraction, totals: CoverageTotals) -> Verdict:
    margin = int(rule.options.get("margin", "10"))
    above = _above(floor, totals)
    ruling = Ruling.PASS if above >= 0 else Ruling.WARN if above >= -margin else Ruling.FAIL
    fraction = of_text(totals.lines_hit, totals.lines_total)
    because = f"{name}: {fraction} lines are covered; its floor is {_points(floor)} %"
    modules = coverage.component_range.get(name)
    if modules:
        low, high = (decimal_text(exact(value), 1) for value in modules)
        because += f", its modules reach from {low} to {high} %"
    needed = math.ceil(floor * totals.lines_total / 100) - totals.lines_hit
    turn = f"{counted(needed, ('more covered line', 'more covered lines'))} in {name} for {_points(floor)} %."
    return Verdict(
        ruling=ruling,
        because=f"{because}.",
        observed=share_text(totals.lines_hit, totals.lines_total),
        fraction=fraction,
        required=f">= {_points(floor)} %, warn >= {_points(max(floor - margin, Fraction(0)))} %",
        unit="%",
        evidence=coverage.sources,
        turn=None if ruling is Ruling.PASS else turn,
    )


def _points(value: Fraction) -> str:
    return decimal_text(value, 0 if value.denominator == 1 else 2)


GATE = Gate("coverage.component", "Coverage, components with a floor", judge, __doc__)
