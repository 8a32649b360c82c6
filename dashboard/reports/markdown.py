"""The deployment report as Markdown, in the sections a release manager knows.

Every figure has what stands behind it and the digest of its source; what was not measured is said not to have been.
The bytes depend on the dossier alone.
"""

from dashboard.model.figures import moment_text, points_text, score_text
from dashboard.reports import _figures
from dashboard.reports import _markup as md
from dashboard.reports._assessment import evidence, readiness, sign_off
from dashboard.reports._operation import environment, validation_period
from dashboard.reports._validation import sections
from dashboard.reports.dossier import Dossier

FORMAT = "md"

KEY_METRICS = (
    ("Test pass rate", "tests.pass_rate"),
    ("Code coverage", "coverage.total"),
    ("Coverage of components", "coverage.component"),
    ("Health checks", "health.checks"),
    ("Feature flags", "flags.valid"),
    ("Error rate", "ops.error_rate"),
    ("Latency, 95th percentile", "ops.p95"),
    ("Performance", "perf.regression"),
    ("Cost", "cost"),
)


def render(dossier: Dossier) -> bytes:
    """Write the report."""
    lines = [
        *_head(dossier),
        *_summary(dossier),
        *sections(dossier),
        *environment(dossier),
        *validation_period(dossier),
        *readiness(dossier),
        *sign_off(dossier),
        *evidence(dossier),
    ]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _head(dossier: Dossier) -> list[str]:
    evaluation, candidate = dossier.evaluation, dossier.evaluation.candidate
    declared = " (a declared cut-off)" if candidate.as_of else ""
    rows = [
        ("Version", md.text(candidate.version or "not said")),
        ("Subject", md.code(candidate.subject)),
        ("Environment", md.text(candidate.environment or "not said")),
        ("Branch", md.text(candidate.branch or "not said")),
        ("Judged as of", f"{moment_text(evaluation.as_of)}{declared}"),
        ("Policy", f"{md.text(evaluation.policy_name)} version {evaluation.policy_version}"),
    ]
    lines = [f"# {md.text(candidate.project_name)}: deployment report", "", *md.table(("Candidate", ""), rows), ""]
    if evaluation.without:
        left_out = md.text(", ".join(evaluation.without))
        lines += [f"**What if, without {left_out}. This is not the judgement in force.**", ""]
    return lines


def _summary(dossier: Dossier) -> list[str]:
    ready = dossier.evaluation.readiness
    return [
        "## Executive Summary",
        "",
        f"**{md.text(ready.headline)}**",
        "",
        (
            f"Score {score_text(ready.score)} of 10 ({points_text(ready.earned_halves)} of "
            f"{points_text(ready.possible_halves)} points); {ready.measured} of {ready.gates} gates measured."
        ),
        "",
        "Key metrics:",
        "",
        *(f"- {title}: {_figures.figure(dossier.result(gate))}" for title, gate in KEY_METRICS),
        "",
    ]
