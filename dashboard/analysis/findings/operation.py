"""Findings about operational samples: targets that nothing was measured for, ratios of nobody knows how many."""

from collections.abc import Iterator

from dashboard.analysis._phrases import named
from dashboard.model.evaluation import Finding, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.policy import Rule

_ERROR_RATE = {"errors": "errors", "requests": "requests", "ratio": "error_rate"}
_HEALTH = "health"


def target_without_samples(evidence: Evidence) -> Iterator[Finding]:
    """Find values that the policy sets a target or a rollback trigger for, and that nothing was measured of.

    A key gate that asks for the same value is NO-GO by itself and says so; it is not said twice.
    """
    rules = evidence.policy.rules.values()
    said = {name for rule in rules if rule.key for name in _measures(rule)}
    targets = {name: rule.gate for rule in rules for name in _measures(rule)}
    targets |= {trigger.metric: f"trigger {trigger.id}" for trigger in evidence.policy.triggers}
    bare = [f"{name} ({why})" for name, why in targets.items() if name not in said and not _measured(evidence, name)]
    if bare:
        text = f"There is a target and not one sample for {named(sorted(bare))}: a target is no measurement."
        yield Finding("target-without-samples", Severity.BLOCKER, text, evidence.ops.sources if evidence.ops else ())


def sample_count_missing(evidence: Evidence) -> Iterator[Finding]:
    """Find ratios and percentiles that do not say of how many requests they are, with no count sampled beside them."""
    ops = evidence.ops
    if ops is None or _has_values(evidence, _error_options(evidence)["requests"]):
        return
    wanted = {name for rule in evidence.policy.rules.values() for name in _measures(rule)}
    bare = [s.name for s in ops.series.values() if s.name in wanted and all(count is None for count in s.counts)]
    if bare:
        text = f"Samples do not say of how many requests they are: {named(sorted(bare))}."
        yield Finding("sample-count-missing", Severity.MINOR, text, ops.sources)


def _measures(rule: Rule) -> tuple[str, ...]:
    """Give the values an operational gate judges, by the name a trigger would use."""
    if rule.gate == "ops.error_rate":
        return (rule.options.get("ratio", _ERROR_RATE["ratio"]),)
    if rule.gate == "health.checks":
        return (_HEALTH,)
    metric = rule.options.get("metric", "") if rule.gate.startswith("ops.") else ""
    return (metric,) if metric else ()


def _measured(evidence: Evidence, name: str) -> bool:
    if name == _HEALTH and evidence.health is not None and evidence.health.checks:
        return True
    options = _error_options(evidence)
    if name == options["ratio"] and all(_has_values(evidence, options[part]) for part in ("errors", "requests")):
        return True
    return _has_values(evidence, name)


def _has_values(evidence: Evidence, name: str) -> bool:
    series = evidence.ops.series.get(name) if evidence.ops else None
    return series is not None and any(value is not None for value in series.values)


def _error_options(evidence: Evidence) -> dict[str, str]:
    rule = evidence.policy.rules.get("ops.error_rate")
    options = rule.options if rule else {}
    return {name: options.get(name, default) for name, default in _ERROR_RATE.items()}
