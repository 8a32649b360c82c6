"""The policy applied to the evidence of a candidate: verdicts, findings, score, decision, under one id.

The id is the digest of all that the judgement rests on, so that a signature over it falls stale when any of that
changes: subject, policy, manifest, conditions, a declared cut-off, the engine, and the rulings themselves. The rulings
are inputs too because evidence grows old without a byte of it changing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from dashboard import __version__, gates
from dashboard.analysis import expected, integrity
from dashboard.analysis.consistency import findings as find
from dashboard.errors import UsageError
from dashboard.model.candidate import Candidate, Source
from dashboard.model.evaluation import Condition, Evaluation, GateResult
from dashboard.model.evidence import Evidence
from dashboard.model.person import Permission
from dashboard.model.policy import Policy
from dashboard.model.records import Kind
from dashboard.policy import readiness, sensitivity
from dashboard.policy.load import parse
from dashboard.reports.evaluation_json import as_dict, instant
from dashboard.reports.summary import summary_markdown
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.store import candidates, conditions, evaluations
from dashboard.store import evidence as stored_evidence

__all__ = ["Assessment", "as_dict", "assess", "evaluate", "judge", "manifest", "manifest_digest", "summary_markdown"]

ENGINE = f"countersign {__version__}"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A judgement with the evidence it was made from."""

    evaluation: Evaluation
    evidence: Evidence


def evaluate(
    context: Context,
    project: str,
    *,
    subject: str | None = None,
    version: str | None = None,
    candidate_id: int | None = None,
    policy_text: str | None = None,
    without: tuple[str, ...] = (),
    as_of: datetime | None = None,
) -> Evaluation:
    """Judge a candidate, the newest of the project when none is named.

    The judgement is stored by its id. One that answers a what-if is not: kinds of evidence left out (``without``), a
    policy that is not the project's (``policy_text``), or another moment than the candidate's own (``as_of``).

    Raises:
        NotFoundError: there is no such project or candidate.
        PolicyError: ``policy_text`` cannot be used.
        UsageError: ``without`` names no kind of evidence.
    """
    made = assess(
        context,
        project,
        subject=subject,
        version=version,
        candidate_id=candidate_id,
        policy_text=policy_text,
        without=without,
        as_of=as_of,
    )
    return made.evaluation


def assess(
    context: Context,
    project: str,
    *,
    subject: str | None = None,
    version: str | None = None,
    candidate_id: int | None = None,
    policy_text: str | None = None,
    without: tuple[str, ...] = (),
    as_of: datetime | None = None,
) -> Assessment:
    """Judge as ``evaluate`` does, and give the evidence as well: a report shows both."""
    context.require(Permission.READ)
    left_out = _kinds(without)
    candidate = candidates.find(context.store, project, subject=subject, version=version, id=candidate_id)
    policy = parse(policy_text) if policy_text is not None else policies.current(context, project)
    now = context.clock()
    moment = as_of or candidate.as_of or now
    evidence = stored_evidence.of(context.store, candidate.id, policy, moment, left_out)
    agreed = tuple(conditions.list(context.store, candidate.id, today=moment.date()))
    evaluation = judge(evidence, agreed, at=now)
    if policy_text is None and not left_out and as_of is None:
        _save(context, evaluation)
    return Assessment(evaluation, evidence)


def judge(evidence: Evidence, agreed: Sequence[Condition], *, at: datetime) -> Evaluation:
    """Judge evidence that is at hand; reads nothing else, so an auditor can repeat it from a bundle."""
    policy, candidate = evidence.policy, evidence.candidate
    results = gates.results(evidence)
    found = find(evidence)
    digest = manifest_digest(evidence.sources)
    return Evaluation(
        id=_id(evidence, digest, results, agreed),
        candidate=candidate,
        policy_name=policy.name,
        policy_version=policy.version,
        policy_digest=policy.digest,
        manifest_digest=digest,
        engine=ENGINE,
        as_of=evidence.as_of,
        evaluated_at=at,
        results=results,
        findings=found,
        conditions=tuple(agreed),
        readiness=readiness.judge(results, found, agreed, policy),
        sources=evidence.sources,
        without=evidence.without,
        variants=sensitivity.variants(results, found, agreed, policy),
        expected=expected.status(evidence),
        integrity=integrity.summed(evidence),
    )


def manifest(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """Give the manifest: every artefact by what it is, sorted, without anything the database made up."""
    entries = [
        {
            "kind": str(s.kind),
            "name": s.name,
            "sha256": s.sha256,
            "size": s.size,
            "reader": s.reader,
            "records_sha256": s.records_sha256,
            "collected_at": instant(s.collected_at),
            "origin": s.origin,
        }
        for s in sources
    ]
    return sorted(
        entries, key=lambda entry: [str(entry[key]) for key in ("kind", "name", "sha256", "reader", "origin")]
    )


def manifest_digest(sources: Iterable[Source]) -> str:
    """Give the sha256 of the manifest's RFC 8785 bytes."""
    return _digest(manifest(sources))


def _kinds(without: tuple[str, ...]) -> tuple[str, ...]:
    known = tuple(str(kind) for kind in Kind)
    unknown = [kind for kind in without if kind not in known]
    if unknown:
        msg = f"{unknown[0]!r} is no kind of evidence; kinds are {', '.join(known)}."
        raise UsageError(msg, slug="kind-unknown", hint="Name one of the kinds in the message.")
    return tuple(kind for kind in known if kind in without)


def _id(evidence: Evidence, manifest_sha256: str, results: Iterable[GateResult], agreed: Iterable[Condition]) -> str:
    candidate: Candidate = evidence.candidate
    policy: Policy = evidence.policy
    rulings = [
        [r.gate, str(r.tier), r.key, r.weight, str(r.verdict.ruling), r.verdict.observed, r.verdict.fraction]
        for r in results
    ]
    promised = [[c.gate, c.text, c.owner, c.due.isoformat(), c.verification, c.stage] for c in agreed]
    return _digest(
        {
            "project": candidate.project,
            "subject": candidate.subject,
            "version": candidate.version,
            "environment": candidate.environment,
            "policy": policy.digest,
            "manifest": manifest_sha256,
            "conditions": sorted(promised),
            "as_of": instant(candidate.as_of) if candidate.as_of else None,
            "engine": ENGINE,
            "rulings": rulings,
            "without": list(evidence.without),
        }
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


def _save(context: Context, evaluation: Evaluation) -> None:
    evaluations.save(
        context.store,
        evaluation.id,
        evaluation.candidate.id,
        rfc8785.dumps(as_dict(evaluation)),
        decision=str(evaluation.readiness.decision),
        earned_halves=evaluation.readiness.earned_halves,
        possible_halves=evaluation.readiness.possible_halves,
        policy_digest=evaluation.policy_digest,
        policy_version=evaluation.policy_version,
        as_of=evaluation.as_of,
        evaluated_at=evaluation.evaluated_at,
    )
