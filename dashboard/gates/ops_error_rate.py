"""Asks: how many requests failed during the soak?

Passes: when errors / requests, both summed over the window, is below the threshold. Only moments at which both were
sampled count for the requests, while every error counts: a hole in one series must not dilute the other. Where only a
ratio was sampled, it is weighted by its counts. The warning bound is the value at which the rollout would roll back.

Unknown: when a series is not among the samples, has too many holes, counts too few requests, contradicts itself, or is
too old.

Remedy: look at the errors on the page of the operations; soak again after the change, under enough traffic.
"""

import math
from fractions import Fraction
from typing import NamedTuple

from dashboard.gates._ruling import invalid, missing, ruled
from dashboard.gates._window import INGEST, unmeasured, window
from dashboard.model.evidence import Evidence, MetricSeries, OpsEvidence
from dashboard.model.figures import decimal_text, exact
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict

UNITS_OF_RATIO = {"ratio": 1, "": 1, "%": 100}


class Sums(NamedTuple):
    """What the samples add up to."""

    errors: Fraction
    requests: Fraction
    measured: tuple[int, ...]
    """Moments with both, Unix milliseconds."""
    holes: int
    sane: bool


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    ops = window(evidence, rule)
    if isinstance(ops, Verdict):
        return ops
    sums, what = _sums(ops, rule)
    if sums is None:
        return missing(rule, f"The samples hold neither {what}.", INGEST, ops.sources)
    refused = unmeasured(evidence, rule, ops, sums.measured, sums.holes, what)
    if refused:
        return refused
    if not sums.sane or sums.errors > sums.requests:
        because = f"The samples of {what} contradict themselves: a count below 0, or more errors than requests."
        return invalid(rule, because, "Mend the export, and ingest the samples again.", ops.sources)
    least = int(rule.options.get("min_requests", "1000"))
    if sums.requests < least:
        because = f"Too few requests to tell: {_count(sums.requests)}, at least {least:,} are needed."
        return missing(rule, because, "Soak under more traffic, or longer.", ops.sources)
    return _verdict(rule, ops, sums)


def _verdict(rule: Rule, ops: OpsEvidence, sums: Sums) -> Verdict:
    rate = 100 * sums.errors / sums.requests
    ruling = ruled(rule, rate)
    fraction = f"{_count(sums.errors)} of {_count(sums.requests)}"
    because = f"{fraction} requests failed, in {len(sums.measured):,} samples"
    because += f"; {sums.holes:,} moments without a value" if sums.holes else ""
    turn = None
    if ruling is not Ruling.PASS and rule.passes is not None:
        bound = rule.passes.number * sums.requests / 100
        goal = math.ceil(bound) - 1 if rule.passes.op == "<" else math.floor(bound)
        turn = f"At most {goal:,} failed of as many requests for {rule.passes.text}." if goal >= 0 else None
    return Verdict(ruling, f"{because}.", _rate_text(rate), fraction, rule.required, "%", ops.sources, turn)


def _rate_text(rate: Fraction) -> str:
    if rate == 0:
        return "0"
    return decimal_text(rate, 3) if rate >= Fraction(1, 1000) else "0.001"


def _count(value: Fraction) -> str:
    return f"{value.numerator:,}" if value.denominator == 1 else decimal_text(value, 1)


def _sums(ops: OpsEvidence, rule: Rule) -> tuple[Sums | None, str]:
    names = {key: rule.options.get(key, default) for key, default in _DEFAULTS.items()}
    errors, requests = ops.series.get(names["errors"]), ops.series.get(names["requests"])
    if errors is not None and requests is not None:
        return _counted(errors, requests), f"{names['errors']} / {names['requests']}"
    ratio = ops.series.get(names["ratio"])
    if ratio is not None and ratio.unit in UNITS_OF_RATIO:
        return _weighted(ratio), names["ratio"]
    return None, f"both `{names['errors']}` and `{names['requests']}`, nor the ratio `{names['ratio']}`"


_DEFAULTS = {"errors": "errors", "requests": "requests", "ratio": "error_rate"}


def _counted(errors: MetricSeries, requests: MetricSeries) -> Sums:
    asked = {at: v for at, v in zip(requests.at_ms, requests.values, strict=True) if _number(v)}
    failed = {at: v for at, v in zip(errors.at_ms, errors.values, strict=True) if _number(v)}
    both = sorted(asked.keys() & failed.keys())
    moments = set(errors.at_ms) | set(requests.at_ms)
    return Sums(
        errors=sum((exact(v) for v in failed.values() if v is not None), Fraction(0)),
        requests=sum((exact(asked[at] or 0.0) for at in both), Fraction(0)),
        measured=tuple(both),
        holes=len(moments) - len(both),
        sane=all(v is not None and v >= 0 for v in (*asked.values(), *failed.values())),
    )


def _weighted(ratio: MetricSeries) -> Sums:
    points = [
        (at, exact(value) / UNITS_OF_RATIO[ratio.unit], count)
        for at, value, count in zip(ratio.at_ms, ratio.values, ratio.counts, strict=True)
        if value is not None and math.isfinite(value) and count is not None
    ]
    return Sums(
        errors=sum((share * count for _, share, count in points), Fraction(0)),
        requests=Fraction(sum(count for _, _, count in points)),
        measured=tuple(at for at, _, _ in points),
        holes=len(ratio.values) - len(points),
        sane=all(0 <= share <= 1 and count >= 0 for _, share, count in points),
    )


def _number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


GATE = Gate("ops.error_rate", "Error rate", judge, __doc__)
