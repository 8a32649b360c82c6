"""The readiness assessment, the sign-off and the evidence: what was decided, by whom, and on what."""

from dashboard.model.evaluation import Finding, GateResult, Severity
from dashboard.model.figures import moment_text, points_text, score_text, size_text
from dashboard.model.verdict import Ruling
from dashboard.reports import _figures
from dashboard.reports import _markup as md
from dashboard.reports.dossier import Dossier


def readiness(dossier: Dossier) -> list[str]:
    """Write score, strengths, considerations, conditions and findings, all from the verdicts."""
    evaluation, ready = dossier.evaluation, dossier.evaluation.readiness
    passes = [r for r in evaluation.results if r.verdict.ruling is Ruling.PASS]
    others = [r for r in evaluation.results if r.verdict.ruling is not Ruling.PASS]
    lines = ["## Production Readiness Assessment", ""]
    lines += [
        f"**Decision: {md.text(ready.headline)}**",
        "",
        (
            f"Readiness score **{score_text(ready.score)} of 10**: {points_text(ready.earned_halves)} of "
            f"{points_text(ready.possible_halves)} points, {ready.measured} of {ready.gates} gates measured."
        ),
        "",
    ]
    if ready.reasons:
        lines += ["Reasons:", "", *(f"- {r.code}: {md.text(r.text)}" for r in ready.reasons), ""]
    same = sum(1 for v in evaluation.variants if v.decision is ready.decision)
    if evaluation.variants:
        lines += [
            (
                f"{ready.decision} in {same} of {len(evaluation.variants)} variants of the weights (each gate one tier "
                "up or down, each gate dropped, all weights equal)."
            ),
            "",
        ]
    lines += ["### Strengths", "", *_listed(passes, "No gate passes."), ""]
    lines += ["### Considerations", "", *_listed(others, "Every gate passes."), ""]
    return [*lines, *_conditions(dossier), *_findings(dossier)]


def _listed(results: list[GateResult], nothing: str) -> list[str]:
    if not results:
        return [nothing]
    return [f"{number}. {_line(result)}" for number, result in enumerate(results, 1)]


def _line(result: GateResult) -> str:
    lost, whole = points_text(result.lost_halves), points_text(2 * result.weight)
    loss = f" Loss: {lost} of {whole}." if result.lost_halves else ""
    return f"{md.text(result.title)}: {_figures.figure(result)}. Required: {md.text(result.verdict.required)}.{loss}"


def _conditions(dossier: Dossier) -> list[str]:
    held, uncovered = dossier.evaluation.conditions, dossier.evaluation.readiness.uncovered
    lines = ["### Conditions", ""]
    if held:
        heads = ("No.", "For", "Condition", "Owner", "Due", "Verified by", "Stage", "State")
        rows = [
            (
                str(c.id),
                md.text(c.gate),
                md.text(c.text),
                md.text(c.owner),
                c.due.isoformat(),
                md.text(c.verification),
                md.text(c.stage),
                md.text(c.state),
            )
            for c in held
        ]
        lines += [*md.table(heads, rows), ""]
    else:
        lines += ["None is recorded.", ""]
    if uncovered:
        lines += [f"Without a condition: {md.text(', '.join(uncovered))}.", ""]
    return lines


def _findings(dossier: Dossier) -> list[str]:
    found = dossier.evaluation.findings
    lines = ["### Findings", ""]
    if not found:
        return [*lines, "None.", ""]
    rows = [
        (f"**{f.severity}**" if f.severity is Severity.BLOCKER else str(f.severity), f.rule, md.text(_told(f)),
         _figures.digests(f.evidence) if f.evidence else "")
        for f in found
    ]  # fmt: skip
    return [*lines, *md.table(("Severity", "Rule", "Finding", "Source"), rows), ""]


def _told(finding: Finding) -> str:
    accepted = finding.accepted
    if accepted is None:
        return finding.text
    return f"{finding.text} Accepted by {accepted.name} ({accepted.role}): {accepted.reason}"


def sign_off(dossier: Dossier) -> list[str]:
    """Write who has signed what, and whether it stands; never more than was signed."""
    evaluation = dossier.evaluation
    lines = ["## Sign-Off", ""]
    if dossier.standing is not None:
        signed = ", ".join(
            f"{dossier.standing.signed.get(role, 0)} of {n} {role}" for role, n in dossier.standing.required.items()
        )
        lines += [f"**{md.text(str(dossier.standing.state))}**: {md.text(dossier.standing.text)} ({signed})", ""]
    if not dossier.signoffs:
        lines += ["Nobody has signed this evaluation.", ""]
    else:
        heads = ("Signed by", "Role", "Statement", "Meaning", "At", "Valid until", "State", "Payload")
        rows = [
            (
                md.text(s.name),
                md.text(s.role),
                str(s.kind),
                md.text(s.meaning),
                moment_text(s.signed_at),
                moment_text(s.valid_until),
                md.text(f"{s.state}{', ' + s.because if s.because else ''}"),
                md.code(s.payload_sha256[:16]),
            )
            for s in dossier.signoffs
        ]
        lines += [*md.table(heads, rows), ""]
        lines += [f"- {md.text(s.name)}: {md.text(s.sentence)} {md.text(s.reason)}".rstrip() for s in dossier.signoffs]
        lines += [""]
    if dossier.log_root is not None:
        lines += [f"Log: {dossier.log_size:,} events, root {md.code(dossier.log_root)}.", ""]
    lines += [
        (
            f"Evaluation {md.code(evaluation.id)}, manifest {md.code(evaluation.manifest_digest)}, "
            f"policy {md.code(evaluation.policy_digest)}, {md.text(evaluation.engine)}."
        ),
        "",
    ]
    return lines


def evidence(dossier: Dossier) -> list[str]:
    """Write what is expected and not there, the manifest with every artefact's digest, and how it was read."""
    lines = ["## Evidence", "", *_expected(dossier)]
    if not dossier.sources:
        return [*lines, "There is none.", ""]
    heads = ("Kind", "File", "sha256", "Size", "Read as", "Measured", "Complete")
    rows = [
        (
            str(s.kind),
            md.text(s.name),
            md.code(s.sha256),
            size_text(s.size),
            md.text(s.reader),
            moment_text(s.collected_at),
            "no" if s.incomplete else "yes",
        )
        for s in dossier.sources
    ]
    return [*lines, *md.table(heads, rows, right=(3,)), "", *_integrity(dossier)]


def _expected(dossier: Dossier) -> list[str]:
    asked = dossier.evaluation.expected
    if not asked:
        return ["The policy expects no report by name.", ""]
    short = [one for one in asked if one.missing]
    lines = [f"Reports expected by the policy: {len(asked) - len(short):,} of {len(asked):,} there.", ""]
    if short:
        rows = [
            (
                str(one.expected.kind),
                md.text(one.expected.name),
                md.text(one.expected.format or "any"),
                f"{one.expected.count:,}",
                f"{len(one.found):,}",
                f"**{one.missing:,}**",
                md.text("; ".join(f"{s.name} (incomplete or empty)" for s in one.unusable)),
            )
            for one in short
        ]
        heads = ("Kind", "Expected", "Format", "Asked", "There", "Missing", "Not counted")
        lines += [*md.table(heads, rows, right=(3, 4, 5)), ""]
    return lines


def _integrity(dossier: Dossier) -> list[str]:
    sums = dossier.evaluation.integrity
    lines = [
        (
            f"How it was read: {sums.seen:,} elements seen, {sums.kept:,} kept, {sums.folded:,} folded into others, "
            f"{sums.dropped:,} dropped; {sums.repaired:,} repaired, {sums.ambiguous:,} ambiguous; "
            f"{sums.incomplete:,} of {sums.artefacts:,} artefacts incomplete."
        ),
        "",
    ]
    if sums.notes:
        rows = [(md.code(note.slug), f"{note.count:,}", md.text(note.message)) for note in sums.notes]
        lines += [*md.table(("Note", "Times", "Meaning"), rows, right=(1,)), ""]
    return lines
