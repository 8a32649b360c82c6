"""The judgement in short, as Markdown: for the summary of a pipeline step."""

from dashboard.model.evaluation import Evaluation, GateResult
from dashboard.model.figures import moment_text, points_text, score_text
from dashboard.reports import _markup as md

SHOWN = 20


def summary_markdown(evaluation: Evaluation) -> str:
    """Give decision, score and completeness, then what cost points, then the reasons and the findings."""
    ready, candidate = evaluation.readiness, evaluation.candidate
    lines = [
        f"## {md.text(candidate.project_name)} {md.text(candidate.full_label)}: {md.text(ready.headline)}",
        "",
    ]
    if evaluation.without:
        lines += [f"What if, without {md.text(', '.join(evaluation.without))}. This is not the judgement in force.", ""]
    lines += [
        (
            f"Score {score_text(ready.score)} of 10, {points_text(ready.earned_halves)} of "
            f"{points_text(ready.possible_halves)} points. {ready.measured} of {ready.gates} gates measured. "
            f"Judged as of {moment_text(evaluation.as_of)}."
        ),
        "",
    ]
    lost = sorted((r for r in evaluation.results if r.lost_halves or not r.counts), key=lambda r: -r.lost_halves)
    if lost:
        heads = ("Gate", "Ruling", "Observed", "Required", "Loss", "Because")
        lines += [*md.table(heads, (_row(result) for result in lost), right=(2, 4)), ""]
    for title, items in (
        ("Reasons", [f"{r.code}: {md.text(r.text)}" for r in ready.reasons]),
        ("Findings", [f"{f.severity}, {f.rule}: {md.text(f.text)}" for f in evaluation.findings]),
    ):
        if items:
            more = [f"- and {len(items) - SHOWN:,} more"] if len(items) > SHOWN else []
            lines += [f"### {title}", "", *(f"- {item}" for item in items[:SHOWN]), *more, ""]
    lines += [
        (
            f"Evaluation {md.code(evaluation.id)}, policy {md.text(evaluation.policy_name)} version "
            f"{evaluation.policy_version}."
        ),
        "",
    ]
    return "\n".join(lines)


def _row(result: GateResult) -> tuple[str, ...]:
    verdict = result.verdict
    observed = f"{verdict.observed} {verdict.unit}".strip() if verdict.observed is not None else "not measured"
    name = f"{md.text(result.title)} (key)" if result.key else md.text(result.title)
    loss = f"−{points_text(result.lost_halves)}" if result.lost_halves else "0"
    return name, str(verdict.ruling), md.text(observed), md.text(verdict.required), loss, md.text(verdict.because)
