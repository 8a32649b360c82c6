"""Findings about the soak: how long it was, its holes, and how often the suite ran meanwhile."""

from collections.abc import Iterator
from datetime import timedelta

from dashboard.analysis.soak import longest_stretch, needed_runs
from dashboard.model.evaluation import Finding, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.figures import duration_text


def soak_short(evidence: Evidence) -> Iterator[Finding]:
    """Find a soak that is shorter than demanded, or has a hole."""
    minimum = evidence.policy.soak.get("minimum")
    if minimum is None:
        return
    asked, ops = duration_text(minimum.total_seconds()), evidence.ops
    if ops is None:
        if not any(gate.startswith("ops.") and rule.key for gate, rule in evidence.policy.rules.items()):
            text = f"The policy demands a soak of {asked}, and there are no operational samples."
            yield Finding("soak-short", Severity.BLOCKER, text)
        return
    if ops.end - ops.start < minimum:
        length = duration_text((ops.end - ops.start).total_seconds())
        text = f"The soak lasted {length} of the {asked} demanded."
        yield Finding("soak-short", Severity.BLOCKER, text, ops.sources)
    gap = evidence.policy.soak.get("max_gap")
    if gap is not None and ops.largest_gap_s > gap.total_seconds():
        hole = duration_text(ops.largest_gap_s)
        text = f"The samples of the soak have a hole of {hole}; at most {duration_text(gap.total_seconds())} may be."
        yield Finding("soak-short", Severity.BLOCKER, text, ops.sources)


def soak_runs_missing(evidence: Evidence) -> Iterator[Finding]:
    """Find a soak in which the suite was not run as often as demanded."""
    soak, ops = evidence.policy.soak, evidence.ops
    if ops is None or "minimum" not in soak or "every" not in soak:
        return
    every, gap = soak["every"], soak.get("max_gap", soak["every"])
    runs = evidence.tests.runs if evidence.tests else ()
    slack = max(gap - every, timedelta(0))
    stretch = longest_stretch(runs, ops.start - slack, ops.end + slack, gap)
    needed = needed_runs(soak["minimum"], every)
    if stretch < needed:
        text = (
            f"The suite ran {stretch} times without a pause of more than {_hours(gap)} during the soak; "
            f"{needed} runs, one every {_hours(every)}, are demanded."
        )
        yield Finding("soak-runs-missing", Severity.BLOCKER, text, evidence.tests.sources if evidence.tests else ())


def _hours(length: timedelta) -> str:
    return duration_text(length.total_seconds())
