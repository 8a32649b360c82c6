"""Operational evidence in words and shares: what flags serve, how samples stand to their targets."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from dashboard.analysis.flags import broken_dependencies
from dashboard.model.policy import Policy, Rule, Threshold
from dashboard.model.records import FlagState
from dashboard.ui.components.states import FAIL, MISSING, PASS, SKIPPED, WARN, State

#: Points of a line that are sent: more than a screen has columns shows nothing more.
MOST_POINTS = 600

#: Gate -> the option that names its metric, and the name when the policy says none.
_METRICS = (
    ("ops.error_rate", "ratio", "error_rate"),
    ("ops.p95", "metric", "latency_p95"),
    ("ops.p99", "metric", "latency_p99"),
    ("cost", "metric", "*cost*"),
)
_IN_S = {"ms": 1e-3, "s": 1.0}


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
    for row in frame.to_dict("records"):
        said = {k: (None if not isinstance(v, list | tuple) and pd.isna(v) else v) for k, v in row.items()}
        needs, plan = tuple(said.get("depends_on") or ()), tuple(said.get("plan") or ())
        enabled = None if said["enabled"] is None else bool(said["enabled"])
        found.append(
            FlagState(
                said["key"], enabled, said["served_min_pct"], said["served_max_pct"], said["category"], needs, plan,
                said["description"], said["value"],
            )
        )  # fmt: skip
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
    median: float | None
    highest: float | None
    holes: int
    """Samples that measure nothing."""
    largest_gap_s: float
    targets: tuple[tuple[float, str, str], ...]
    """(value, label, tone) in the unit shown."""

    @property
    def state(self) -> State:
        """Judge the highest sample by the lines drawn; the gates judge by their own statistic."""
        if self.highest is None:
            return MISSING
        crossed = [tone for value, _, tone in self.targets if self.highest >= value]
        if not self.targets:
            return SKIPPED.named("no target")
        return (
            FAIL.named("over trigger")
            if "fail" in crossed
            else WARN.named("over target")
            if crossed
            else PASS.named("in target")
        )


def metric(name: str, unit: str, samples: pd.DataFrame, policy: Policy) -> Metric:
    """Sum one metric up for showing; ``samples`` has at and value in base units."""
    ordered = samples.sort_values("at")
    values = ordered["value"].astype(float)
    top = float(values.max()) if values.notna().any() else 0.0
    scale, shown_unit = _scale(unit, top)
    scaled = ordered.assign(value=values * scale)[["at", "value"]]
    gaps = ordered["at"].diff().dt.total_seconds()
    known = scaled["value"].dropna()
    return Metric(
        name,
        shown_unit,
        len(ordered),
        thinned(scaled),
        float(known.median()) if len(known) else None,
        float(known.max()) if len(known) else None,
        int(values.isna().sum()),
        float(gaps.max()) if gaps.notna().any() else 0.0,
        _targets(name, unit, scale, policy),
    )


def thinned(samples: pd.DataFrame) -> pd.DataFrame:
    """Keep the highest sample of each of at most ``MOST_POINTS`` steps, so that no peak is lost; holes stay holes."""
    if len(samples) <= MOST_POINTS:
        return samples.reset_index(drop=True)
    step = np.arange(len(samples)) * MOST_POINTS // len(samples)
    plain = samples.reset_index(drop=True)
    kept = plain.groupby(step)["value"].transform(lambda v: v == v.max() if v.notna().any() else v.isna())
    return plain[kept].groupby(step[kept.to_numpy()]).head(1).reset_index(drop=True)


def error_rate(errors: pd.DataFrame, requests: pd.DataFrame) -> pd.DataFrame:
    """Give the share of failed requests, sample by sample, where both were counted at the same moment."""
    both = errors[["at", "value"]].merge(requests[["at", "value"]], on="at", suffixes=("_errors", "_requests"))
    share = both["value_errors"] / both["value_requests"].where(both["value_requests"] > 0)
    return both.assign(value=share)[["at", "value"]]


def _scale(unit: str, top: float) -> tuple[float, str]:
    if unit == "s":
        return (1.0, "s") if top >= 1 else (1e3, "ms")
    if unit in {"ratio", "1", ""} and 0 < top <= 1:
        return 100.0, "%"
    return 1.0, unit


def _targets(name: str, unit: str, scale: float, policy: Policy) -> tuple[tuple[float, str, str], ...]:
    for gate, option, default in _METRICS:
        rule = policy.rules.get(gate)
        if rule is not None and fnmatchcase(name, rule.options.get(option, default)):
            return tuple(_lines(rule, unit, scale))
    return ()


def _lines(rule: Rule, unit: str, scale: float) -> list[tuple[float, str, str]]:
    found = []
    for threshold, word, tone in ((rule.passes, "target", "warn"), (rule.warns, "trigger", "fail")):
        value = _in_base(threshold, unit) if threshold else None
        if threshold is not None and value is not None:
            found.append((value * scale, f"{word} {threshold.text}", tone))
    return found


def _in_base(threshold: Threshold, unit: str) -> float | None:
    number = float(threshold.number)
    if unit == "s":
        return number * _IN_S[threshold.unit] if threshold.unit in _IN_S else None
    if threshold.unit == "%":
        return number / 100 if unit in {"ratio", "1", ""} else None
    return number
