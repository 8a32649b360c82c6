"""Asks: does the candidate cost more to run than its baseline?

Passes: when every cost series that the policy's pattern names is at most the threshold's share of the median of its
baseline. Less cost is better, whatever the unit. With several series the one that grew most is judged.

Unknown: when no series has the pattern's name, or one of them has no baseline to be a share of.

Remedy: ingest the cost of the version before; or find what made the candidate dearer.
"""

from fractions import Fraction
from statistics import median

from dashboard.analysis.regressions import matches
from dashboard.gates._ruling import invalid, missing, named, oldest, ruled, unusable
from dashboard.model.evidence import Evidence, Series
from dashboard.model.figures import amount_text, decimal_text, exact
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    pattern = rule.options.get("metric", "*cost*")
    benchmarks = evidence.benchmarks
    found = [s for s in benchmarks.series if matches(s.name, pattern) and s.values] if benchmarks else []
    if benchmarks is None or not found:
        return missing(rule, f"No benchmark of this candidate is named {pattern}.", "Ingest a cost figure.")
    bare = [s.name for s in found if not s.baseline]
    if bare:
        because = f"No baseline for {named(bare)}."
        return missing(rule, because, f"Ingest the cost of {evidence.policy.baseline}.", benchmarks.sources)
    refused = unusable(evidence, rule, benchmarks.sources, oldest(benchmarks.sources))
    if refused:
        return refused
    wrong = [s.name for s in found if s.direction == "larger" or median(s.baseline) <= 0 or s.values[-1] < 0]
    if wrong:
        because = f"{named(wrong)} is no cost: more of it is better, or it is not above 0."
        return invalid(rule, because, "Mend the pattern in the policy, or the figure.", benchmarks.sources)
    share, series = max(((_share(s), s) for s in found), key=lambda pair: (pair[0], pair[1].name))
    ruling = ruled(rule, share)
    fraction = f"{amount_text(series.values[-1], series.unit)} of {amount_text(median(series.baseline), series.unit)}"
    because = f"{series.name}: {decimal_text(share, 2)} % of {benchmarks.baseline_label or 'the baseline'}, {fraction}."
    turn = (
        f"{series.name} at {rule.passes.text} of the baseline." if rule.passes and ruling is not Ruling.PASS else None
    )
    figure = decimal_text(share, 0 if share.denominator == 1 else 2)
    return Verdict(ruling, because, figure, fraction, rule.required, "%", benchmarks.sources, turn)


def _share(series: Series) -> Fraction:
    return 100 * exact(series.values[-1]) / exact(median(series.baseline))


GATE = Gate("cost", "Cost against the baseline", judge, __doc__)
