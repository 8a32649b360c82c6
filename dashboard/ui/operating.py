"""Operational evidence in words and shares: what flags serve, how samples stand to their targets."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from dashboard.analysis.flags import broken_dependencies
from dashboard.model.policy import Policy, Rule, Threshold
from dashboard.model.records import FlagState
from dashboard.ui.components.states import FAIL, MISSING, PASS, SKIPPED, WARN, State
from dashboard.ui.rows import rows as rows_of

#: Over how long the error rate is summed, as its rollback trigger does.
WINDOW = "5min"

#: Points of a line that are sent: more than a screen has columns shows nothing more.
MOST_POINTS = 600

#: Gate -> the option that names its metric, and the name when the policy says none. What a gate holds against a
#: baseline, such as the cost, has no line of its own.
_METRICS = (
    ("ops.error_rate", "ratio", "error_rate"),
    ("ops.p95", "metric", "latency_p95"),
    ("ops.p99", "metric", "latency_p99"),
)
_IN_S = {"ms": 1e-3, "s": 1.0}
_BARE = frozenset({"1", ""})


def flag_state(flag: FlagState, broken: dict[str, str]) -> State:
    """Give what a flag really does: switched on is not the same as served."""
    if flag.key in broken:
        return FAIL.named("needs another")
    if flag.served_max_pct is None:
        return SKIPPED.named("off") if flag.enabled is False else MISSING.named("not a switch")
    if flag.served_max_pct <= 0:
        return WARN.named("on, serves nobody") if flag.enabled else SKIPPED.named("off")
    if flag.served_min_pct is not None and flag.served_min_pct >= 100:
        return PASS.named("everybody")
    return WARN.named("staged")


def served_text(flag: FlagState) -> str:
    """Write the share of users that is served."""
    low, high = flag.served_min_pct, flag.served_max_pct
    if high is None or low is None:
        return "not said"
    return f"{high:g} %" if low == high else f"{low:g} to {high:g} %"


def flags_of(frame: pd.DataFrame) -> tuple[FlagState, ...]:
    """Make flag states of a frame, where NaN is "not said"."""
    found = []
    for row in rows_of(frame):
        said = {k: (None if not isinstance(v, list | tuple) and pd.isna(v) else v) for k, v in row.items()}
        needs, plan = tuple(said.get("depends_on") or ()), tuple(said.get("plan") or ())
        enabled = None if said["enabled"] is None else bool(said["enabled"])
        found.append(
            FlagState(
                str(said["key"]),
                enabled,
                said["served_min_pct"],
                said["served_max_pct"],
                said["category"],
                needs,
                plan,
                said["description"],
                said["value"],
            )
        )
    return tuple(found)


def broken(flags: tuple[FlagState, ...]) -> dict[str, str]:
    """Give served flags that need one that serves nobody, with its name."""
    return broken_dependencies(flags)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric over its window, in the unit that is shown."""

    name: str
    unit: str
    samples: int
    shown: pd.DataFrame
    """Columns at, value: at most ``MOST_POINTS``, the highest of each step kept."""
    judged: float | None
    """What the target is held against: the share over the whole window, else the highest sample."""
    median: float | None
    highest: float | None
    holes: int
    """Samples that measure nothing."""
    largest_gap_s: float
    lines: tuple[tuple[float, str, str], ...]
    """(value, label, tone) in the unit shown: the target, then the rollback trigger."""

    @property
    def state(self) -> State:
        """Judge by the lines drawn; the gates judge by their own statistic."""
        if self.highest is None or self.judged is None:
            return MISSING
        if not self.lines:
            return SKIPPED.named("no target")
        over = {tone: (self.highest if tone == "fail" else self.judged) >= value for value, _, tone in self.lines}
        if over.get("fail"):
            return FAIL.named("over trigger")
        return WARN.named("over target") if over.get("warn") else PASS.named("in target")


def metric(name: str, unit: str, samples: pd.DataFrame, policy: Policy, *, whole: float | None = None) -> Metric:
    """Sum one metric up for showing; ``samples`` has at and value in base units, ``whole`` a share over all of it."""
    ordered = samples.sort_values("at")
    values = ordered["value"].astype(float)
    top = float(values.max()) if values.notna().any() else 0.0
    rule = _rule_of(name, policy)
    scale, shown_unit = _scale(unit, top, rule)
    scaled = ordered.assign(value=values * scale)[["at", "value"]]
    gaps = ordered["at"].diff().dt.total_seconds()
    known = scaled["value"].dropna()
    highest = float(known.max()) if len(known) else None
    return Metric(
        name,
        shown_unit,
        len(ordered),
        thinned(scaled),
        highest if whole is None else whole * scale,
        float(known.median()) if len(known) else None,
        highest,
        int(values.isna().sum()),
        float(gaps.max()) if gaps.notna().any() else 0.0,
        _lines(rule, unit, scale) if rule else (),
    )


def thinned(samples: pd.DataFrame) -> pd.DataFrame:
    """Keep the highest sample of each of at most ``MOST_POINTS`` steps, so that no peak is lost; holes stay holes."""
    plain = samples.reset_index(drop=True)
    if len(plain) <= MOST_POINTS:
        return plain
    step = np.arange(len(plain)) * MOST_POINTS // len(plain)
    highest = plain["value"].fillna(-np.inf).groupby(step).idxmax()
    return plain.loc[highest].reset_index(drop=True)


def error_rate(errors: pd.DataFrame, requests: pd.DataFrame) -> tuple[pd.DataFrame, float | None]:
    """Give failed over all requests, summed over windows of five minutes as the rollback trigger does, and over all.

    A single sample of few requests says nothing; a window without requests is a hole.
    """
    both = errors[["at", "value"]].merge(requests[["at", "value"]], on="at", suffixes=("_errors", "_requests"))
    if both.empty:
        return pd.DataFrame(
            {"at": pd.Series([], dtype="datetime64[ns, UTC]"), "value": pd.Series([], dtype=float)}
        ), None
    sums = both.set_index("at").resample(WINDOW, label="right", closed="right").sum()
    share = sums["value_errors"] / sums["value_requests"].where(sums["value_requests"] > 0)
    total = float(both["value_requests"].sum())
    return share.rename("value").reset_index(), float(both["value_errors"].sum()) / total if total > 0 else None


def _rule_of(name: str, policy: Policy) -> Rule | None:
    """Give the rule of the gate that judges this metric."""
    for gate, option, default in _METRICS:
        rule = policy.rules.get(gate)
        if rule is not None and fnmatchcase(name, rule.options.get(option, default)):
            return rule
    return None


def _scale(unit: str, top: float, rule: Rule | None) -> tuple[float, str]:
    """Give the factor and unit in which a metric is shown; a bare number is a share only where its gate says so."""
    if unit == "s":
        return (1.0, "s") if top >= 1 else (1e3, "ms")
    asked_in_percent = rule is not None and rule.passes is not None and rule.passes.unit == "%"
    if unit == "ratio" or (unit in _BARE and asked_in_percent):
        return 100.0, "%"
    return 1.0, unit


def _lines(rule: Rule, unit: str, scale: float) -> tuple[tuple[float, str, str], ...]:
    found = []
    for threshold, word, tone in ((rule.passes, "target", "warn"), (rule.warns, "trigger", "fail")):
        value = _in_base(threshold, unit) if threshold else None
        if threshold is not None and value is not None:
            found.append((value * scale, f"{word} {float(threshold.number):g} {threshold.unit}".strip(), tone))
    return tuple(found)


def _in_base(threshold: Threshold, unit: str) -> float | None:
    """Give a threshold in the metric's base unit; ``None`` where the two do not measure the same."""
    number = float(threshold.number)
    if threshold.unit in _IN_S:
        return number * _IN_S[threshold.unit] if unit == "s" else None
    if threshold.unit == "%":
        return number / 100 if unit == "ratio" or unit in _BARE else None
    return number if threshold.unit == unit or not threshold.unit else None
