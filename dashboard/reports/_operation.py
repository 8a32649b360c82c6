"""The environment of the candidate, and the period over which it was watched."""

from statistics import median

from dashboard.model.evidence import MetricSeries, OpsEvidence
from dashboard.model.figures import amount_text, duration_text, moment_text
from dashboard.model.records import EnvironmentFact
from dashboard.reports import _figures
from dashboard.reports import _markup as md
from dashboard.reports.dossier import Dossier

OPERATIONS = ("ops.error_rate", "ops.p95", "ops.p99", "health.checks", "tests.pass_rate")
MOST_ROWS = 200


def environment(dossier: Dossier) -> list[str]:
    """Write what the deployment runs on, against what was asked for."""
    lines = [f"## {_title(dossier)} Environment Configuration", ""]
    held = dossier.evidence.environment
    if held is None:
        return [*lines, "No environment snapshot belongs to this candidate.", ""]
    rows = [
        (fact.group, md.text(fact.name), md.text(fact.observed or "absent"), md.text(fact.required or ""), _equal(fact))
        for fact in held.facts[:MOST_ROWS]
    ]
    lines += [f"Source: {_figures.digests(held.sources)}.", ""]
    lines += md.table(("Kind", "Name", "Found", "Required", "Equal"), rows)
    if len(held.facts) > MOST_ROWS:
        lines += ["", f"{len(held.facts) - MOST_ROWS:,} more are not listed."]
    for gate, title in (("config.files", "Configuration files"), ("runtime.environment", "Runtime")):
        lines += ["", *_figures.explained(dossier.result(gate), title)]
    return [*lines, ""]


def _equal(fact: EnvironmentFact) -> str:
    if fact.required is None:
        return ""
    return "yes" if fact.observed == fact.required else "no"


def validation_period(dossier: Dossier) -> list[str]:
    """Write how long the candidate was watched, what was demanded, and what was measured against the targets."""
    lines = [f"## {_title(dossier)} Validation Period", ""]
    soak = dossier.evidence.policy.soak
    if soak:
        words = {"minimum": "at least {} long", "every": "the suite every {}", "max_gap": "no pause longer than {}"}
        asked = [words[key].format(duration_text(value.total_seconds())) for key, value in soak.items()]
        lines += [f"Demanded: {', '.join(asked)}.", ""]
    else:
        lines += ["The policy demands no soak.", ""]
    lines += _samples(dossier.evidence.ops)
    lines += _runs(dossier)
    return [*lines, "Targets:", "", *_figures.gates(dossier.result(gate) for gate in OPERATIONS), ""]


def _samples(ops: OpsEvidence | None) -> list[str]:
    if ops is None:
        return ["No operational samples belong to this candidate: nothing was measured in operation.", ""]
    length = duration_text((ops.end - ops.start).total_seconds())
    rows = [_series(series) for _, series in sorted(ops.series.items())[:MOST_ROWS]]
    return [
        (
            f"Watched for {length}, from {moment_text(ops.start)} to {moment_text(ops.end)}; largest gap between "
            f"samples {duration_text(ops.largest_gap_s)}. Source: {_figures.digests(ops.sources)}."
        ),
        "",
        *md.table(("Metric", "Samples", "Without value", "Least", "Median", "Greatest"), rows, right=(1, 2, 3, 4, 5)),
        "",
    ]


def _series(series: MetricSeries) -> tuple[str, ...]:
    values = [v for v in series.values if v is not None]
    holes = f"{len(series.values) - len(values):,}"
    if not values:
        return md.text(series.name), f"{len(series.values):,}", holes, *(_figures.NOT_MEASURED,) * 3
    ends = (min(values), median(values), max(values))
    return md.text(series.name), f"{len(series.values):,}", holes, *(md.text(_amount(v, series.unit)) for v in ends)


def _amount(value: float, unit: str) -> str:
    return amount_text(value, unit) if abs(value) != float("inf") else "infinite"


def _runs(dossier: Dossier) -> list[str]:
    tests = dossier.evidence.tests
    if tests is None or not tests.runs:
        return ["The test suite did not run on this candidate.", ""]
    shown = tests.runs[-MOST_ROWS:]
    rows = [
        (
            md.text(run.name),
            moment_text(run.started_at),
            f"{run.tally.total:,}",
            f"{run.tally.passed:,}",
            f"{run.tally.failed + run.tally.errors:,}",
            f"{run.tally.skipped:,}",
            "part of the suite" if run.partial else "whole suite",
        )
        for run in shown
    ]
    heads = ("Run", "Started", "Tests", "Passed", "Failed", "Skipped", "Extent")
    return [*md.table(heads, rows, right=(2, 3, 4, 5)), ""]


def _title(dossier: Dossier) -> str:
    name = dossier.evaluation.candidate.environment
    return md.text(name[:1].upper() + name[1:]) if name else "Deployment"
