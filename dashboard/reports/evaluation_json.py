"""An evaluation as the object that ``--json``, the API and the store hold: text, whole numbers, nothing rounded twice.

There are no floats in it, so its RFC 8785 bytes are the same everywhere.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dashboard.model.candidate import Candidate, Source
from dashboard.model.evaluation import Condition, Evaluation, Expectation, Finding, GateResult, Integrity
from dashboard.model.figures import points_text, score_text
from dashboard.model.verdict import CREDIT_HALVES
from dashboard.model.waiver import Acceptance, Waiver

_SUMS = ("artefacts", "incomplete", "seen", "kept", "folded", "repaired", "ambiguous", "dropped")


def instant(at: datetime) -> str:
    """Write a moment as ISO 8601 in UTC, to the microsecond only where it has any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def as_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Give the whole judgement as an object."""
    ready = evaluation.readiness
    return {
        "decision": str(ready.decision),
        "headline": ready.headline,
        "score": score_text(ready.score),
        "points": {"earned": points_text(ready.earned_halves), "possible": points_text(ready.possible_halves)},
        "held_back": points_text(ready.held_halves),
        "completeness": {"measured": ready.measured, "gates": ready.gates},
        "gates": [_gate(result) for result in evaluation.results],
        "reasons": [{"code": r.code, "gate": r.gate, "text": r.text} for r in ready.reasons],
        "findings": [_finding(finding) for finding in evaluation.findings],
        "conditions": [_condition(condition) for condition in evaluation.conditions],
        "uncovered": list(ready.uncovered),
        "overdue": ready.overdue,
        "expected": [_expectation(one) for one in evaluation.expected],
        "integrity": _integrity(evaluation.integrity),
        "sensitivity": _sensitivity(evaluation),
        "candidate": _candidate(evaluation.candidate),
        "policy": {
            "name": evaluation.policy_name,
            "version": evaluation.policy_version,
            "digest": evaluation.policy_digest,
        },
        "evaluation_id": evaluation.id,
        "manifest_digest": evaluation.manifest_digest,
        "engine": evaluation.engine,
        "as_of": instant(evaluation.as_of),
        "evaluated_at": instant(evaluation.evaluated_at),
        "what_if": {"without": list(evaluation.without)} if evaluation.without else None,
    }


def _gate(result: GateResult) -> dict[str, Any]:
    verdict = result.verdict
    return {
        "id": result.gate,
        "title": result.title,
        "ruling": str(verdict.ruling),
        "observed": verdict.observed,
        "fraction": verdict.fraction,
        "required": verdict.required,
        "unit": verdict.unit,
        "tier": str(result.tier),
        "key": result.key,
        "weight": result.weight,
        "credit": points_text(CREDIT_HALVES.get(verdict.ruling, 0)),
        "because": verdict.because,
        "turn": verdict.turn,
        "waiver": _waiver(result.waiver),
        "evidence": _named(verdict.evidence),
    }


def _waiver(waiver: Waiver | None) -> dict[str, Any] | None:
    if waiver is None:
        return None
    return {
        "id": waiver.id,
        "reason": waiver.reason,
        "requested_by": waiver.requested_by,
        "approved_by": waiver.approved_by,
        "expires_at": instant(waiver.expires_at),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "text": finding.text,
        "digest": finding.digest,
        "accepted": _acceptance(finding.accepted),
        "evidence": _named(finding.evidence),
    }


def _acceptance(accepted: Acceptance | None) -> dict[str, Any] | None:
    if accepted is None:
        return None
    return {
        "login": accepted.login,
        "name": accepted.name,
        "role": accepted.role,
        "reason": accepted.reason,
        "at": instant(accepted.at),
        "payload_sha256": accepted.payload_sha256,
    }


def _named(sources: Iterable[Source]) -> list[dict[str, Any]]:
    return [{"sha256": s.sha256, "name": s.name, "kind": str(s.kind)} for s in sources]


def _expectation(one: Expectation) -> dict[str, Any]:
    return {
        "kind": str(one.expected.kind),
        "name": one.expected.name,
        "format": one.expected.format,
        "count": one.expected.count,
        "found": _named(one.found),
        "unusable": _named(one.unusable),
        "missing": one.missing,
    }


def _integrity(sums: Integrity) -> dict[str, Any]:
    figures = {name: getattr(sums, name) for name in _SUMS}
    return {**figures, "notes": [note.as_dict() for note in sums.notes]}


def _condition(condition: Condition) -> dict[str, Any]:
    return {
        "id": condition.id,
        "gate": condition.gate,
        "text": condition.text,
        "owner": condition.owner,
        "due": condition.due.isoformat(),
        "verification": condition.verification,
        "stage": condition.stage,
        "state": condition.state,
        "created_by": condition.created_by,
        "closed_by": condition.closed_by,
        "closing_note": condition.closing_note,
    }


def _sensitivity(evaluation: Evaluation) -> dict[str, Any]:
    decision = evaluation.readiness.decision
    return {
        "same": sum(1 for variant in evaluation.variants if variant.decision is decision),
        "variants": len(evaluation.variants),
        "table": [
            {"name": v.name, "decision": str(v.decision), "score": score_text(v.score)} for v in evaluation.variants
        ],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "id": candidate.id,
        "project": candidate.project,
        "project_name": candidate.project_name,
        "label": candidate.label,
        "subject": candidate.subject,
        "version": candidate.version,
        "branch": candidate.branch,
        "environment": candidate.environment,
        "opened_at": instant(candidate.opened_at),
        "as_of": instant(candidate.as_of) if candidate.as_of else None,
    }
