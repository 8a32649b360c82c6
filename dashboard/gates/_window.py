"""What the gates over operational samples share: which samples measure, how much of the window they stand for, latency.

A hole measures nothing, and too many of them mean that the window was not measured: a monitor that was down must not
look like a service that was well.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from statistics import median

from dashboard.gates._ruling import invalid, missing, ruled, unusable
from dashboard.model.evidence import Evidence, OpsEvidence
from dashboard.model.figures import decimal_text, duration_text, exact
from dashboard.model.policy import Rule
from dashboard.model.verdict import Ruling, Verdict

INGEST = "Ingest operational samples (CSV or a Prometheus answer) of the soak window."
PER_SECOND = {"s": Fraction(1), "ms": Fraction(1000)}


def window(evidence: Evidence, rule: Rule) -> OpsEvidence | Verdict:
    """Give the samples of the candidate, or the ruling that there are none."""
    if evidence.ops is None:
        return missing(rule, "No operational samples belong to this candidate.", INGEST)
    return evidence.ops


def unmeasured(
    evidence: Evidence, rule: Rule, ops: OpsEvidence, measured: Sequence[int], holes: int, what: str
) -> Verdict | None:
    """Give the ruling of a series that measures too little, or too long ago; ``None`` when it may be judged.

    ``measured`` are the moments (Unix milliseconds, sorted) at which there is a value, ``holes`` how many there
    are without one.
    """
    turn = f"Ingest samples of {what} over the whole window."
    allowed = int(rule.options.get("max_holes_pct", "10"))
    if not measured:
        return missing(rule, f"No sample of {what} has a value.", turn, ops.sources)
    if holes * 100 > allowed * (holes + len(measured)):
        because = f"{holes:,} of {holes + len(measured):,} samples of {what} have no value; at most {allowed} % may."
        return missing(rule, because, turn, ops.sources)
    length = (ops.end - ops.start).total_seconds()
    span = (measured[-1] - measured[0]) / 1000
    if span * 100 < length * (100 - allowed):
        because = f"{what} was measured for {duration_text(span)} of the {duration_text(length)} of the window."
        return missing(rule, because, turn, ops.sources)
    return unusable(evidence, rule, ops.sources, datetime.fromtimestamp(measured[-1] / 1000, UTC))


def latency(evidence: Evidence, rule: Rule) -> Verdict:
    """Judge a latency percentile by its worst sample: percentiles cannot be averaged.

    With the option ``statistic = "median"`` half of the samples may be worse; the policy has to ask for that.
    """
    ops = window(evidence, rule)
    if isinstance(ops, Verdict):
        return ops
    metric = rule.options.get("metric", "")
    series = ops.series.get(metric)
    if series is None:
        return missing(rule, f"The samples hold no metric `{metric}`.", INGEST, ops.sources)
    points = [(at, value) for at, value in zip(series.at_ms, series.values, strict=True) if value is not None]
    holes = len(series.values) - len(points)
    refused = unmeasured(evidence, rule, ops, [at for at, _ in points], holes, metric)
    if refused:
        return refused
    values = [value for _, value in points]
    problem = None
    if series.unit != "s":
        problem = f"is in {series.unit or 'a unit that is not said'}"
    elif any(not math.isfinite(v) or v < 0 for v in values):
        problem = "holds values that are no durations"
    if problem:
        because = f"`{metric}` {problem}, so it cannot be judged as a latency."
        return invalid(rule, because, "Mend the export, and ingest the samples again.", ops.sources)
    return _latency(rule, ops, values, holes)


def _latency(rule: Rule, ops: OpsEvidence, values: Sequence[float], holes: int) -> Verdict:
    unit = rule.passes.unit if rule.passes else "ms"
    scale = PER_SECOND.get(unit, Fraction(1000))
    worst, middle = exact(max(values)) * scale, exact(median(values)) * scale
    chosen = middle if rule.options.get("statistic") == "median" else worst
    ruling = ruled(rule, chosen)
    because = (
        f"Worst sample {decimal_text(worst, 1)} {unit}, median {decimal_text(middle, 1)} {unit}, "
        f"n = {len(values):,} in {duration_text((ops.end - ops.start).total_seconds())}"
    )
    because += f"; {holes:,} without a value" if holes else ""
    turn = None
    if ruling is not Ruling.PASS and rule.passes is not None:
        above = sum(1 for v in values if not rule.passes.met(exact(v) * scale))
        turn = f"{above:,} of {len(values):,} samples miss {rule.passes.text}; a window without them would pass."
    figure = decimal_text(chosen, 1)
    return Verdict(ruling, f"{because}.", figure, f"n = {len(values):,}", rule.required, unit, ops.sources, turn)
