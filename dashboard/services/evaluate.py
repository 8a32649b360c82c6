"""The policy applied to the evidence of a candidate: verdicts, findings, score, decision, under one id.

The id is the digest of all that the judgement rests on, so that a signature over it falls stale when any of that
changes: subject, policy, manifest, conditions, waivers, acceptances, mutes, a declared cut-off, the engine, and the
rulings themselves. The rulings are inputs too because evidence grows old without a byte of it changing, and a waiver
runs out.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import rfc8785

from dashboard import __version__, gates
from dashboard.analysis import expected, integrity
from dashboard.analysis.findings import accepted, findings
from dashboard.errors import UsageError
from dashboard.model.candidate import Candidate, Source
from dashboard.model.evaluation import Condition, Evaluation, GateResult
from dashboard.model.evidence import Evidence
from dashboard.model.person import Permission
from dashboard.model.policy import Policy
from dashboard.model.records import Kind
from dashboard.parsing.diff import changed_lines
from dashboard.policy import readiness, sensitivity
from dashboard.policy.load import parse
from dashboard.reports.evaluation_json import as_dict, instant
from dashboard.reports.summary import summary_markdown
from dashboard.services import fulfilment, genuine, policies
from dashboard.services.context import Context
from dashboard.store import candidates, conditions, evaluations, patch_evidence
from dashboard.store import evidence as stored_evidence
from dashboard.store.transaction import Connection

__all__ = ["Assessment", "as_dict", "assess", "evaluate", "judge", "manifest", "manifest_digest", "summary_markdown"]

ENGINE = f"countersign {__version__}"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A judgement with the evidence it was made from."""

    evaluation: Evaluation
    evidence: Evidence


def evaluate(  # noqa: PLR0913 - what names the candidate, and the four ways to ask a what-if
    context: Context,
    project: str,
    *,
    subject: str | None = None,
    version: str | None = None,
    environment: str | None = None,
    candidate_id: int | None = None,
    policy_text: str | None = None,
    without: tuple[str, ...] = (),
    as_of: datetime | None = None,
    diff_text: str | None = None,
) -> Evaluation:
    """Judge a candidate, the newest of the project when none is named.

    The judgement is stored by its id. One that answers a what-if is not: kinds of evidence left out (``without``), a
    policy that is not the project's (``policy_text``), another moment than the candidate's own (``as_of``), or a change
    that is only shown and not part of the evidence (``diff_text``, a unified diff for the gate ``coverage.patch``).

    Raises:
        NotFoundError: there is no such project or candidate.
        PolicyError: ``policy_text`` cannot be used.
        UsageError: ``without`` names no kind of evidence, or the subject has a candidate for each of several
            environments and none is named.
        MalformedArtefactError: ``diff_text`` is no unified diff.
    """
    made = assess(
        context,
        project,
        subject=subject,
        version=version,
        environment=environment,
        candidate_id=candidate_id,
        policy_text=policy_text,
        without=without,
        as_of=as_of,
        diff_text=diff_text,
    )
    return made.evaluation


def assess(  # noqa: PLR0913 - as above
    context: Context,
    project: str,
    *,
    subject: str | None = None,
    version: str | None = None,
    environment: str | None = None,
    candidate_id: int | None = None,
    policy_text: str | None = None,
    without: tuple[str, ...] = (),
    as_of: datetime | None = None,
    diff_text: str | None = None,
) -> Assessment:
    """Judge as ``evaluate`` does, and give the evidence as well: a report shows both."""
    context.require(Permission.READ)
    left_out = _kinds(without)
    candidate = candidates.find(
        context.store, project, subject=subject, version=version, environment=environment, id=candidate_id
    )
    policy = parse(policy_text) if policy_text is not None else policies.current(context, project)
    now = context.clock()
    moment = as_of or candidate.as_of or now
    evidence = stored_evidence.of(context.store, candidate.id, policy, moment, left_out)
    if diff_text is not None and evidence.coverage is not None:
        changed = changed_lines(diff_text)
        patch = patch_evidence.of(context.store, candidate, policy, changed, "the change that was given")
        evidence = replace(evidence, patch=patch)
    if evidence.acceptances:
        evidence = replace(evidence, acceptances=genuine.acceptances(context, candidate.id))
    agreed = tuple(conditions.list(context.store, candidate.id, today=moment.date()))
    evaluation = judge(evidence, agreed, at=now)
    if policy_text is None and not left_out and as_of is None and diff_text is None:
        met = fulfilment.met_by(context, evaluation)
        if met:
            evaluation = judge(evidence, fulfilment.closed(agreed, met), at=now)
        _save(context, evaluation, met)
    return Assessment(evaluation, evidence)


def judge(evidence: Evidence, agreed: Sequence[Condition], *, at: datetime) -> Evaluation:
    """Judge evidence that is at hand; reads nothing else, so an auditor can repeat it from a bundle."""
    policy, candidate = evidence.policy, evidence.candidate
    results = readiness.waived(gates.results(evidence), evidence.waivers, evidence.as_of)
    found = accepted(findings(evidence, results, agreed), evidence.acceptances)
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
    # Only where there are any, so that what was signed before there could be some keeps its id.
    exceptions = {
        "waivers": _granted(evidence),
        "acceptances": sorted(a.digest for a in evidence.acceptances),
        "muted": sorted([m.label, m.owner, m.ticket, instant(m.expires_at)] for m in evidence.muted),
    }
    return _digest(
        {name: said for name, said in exceptions.items() if said}
        | {
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


def _granted(evidence: Evidence) -> list[list[str]]:
    """Give what was granted and not taken back; a mere request changes nothing."""
    return sorted(
        [w.gate, w.reason, w.requested_by, w.approved_by or "", instant(w.expires_at)]
        for w in evidence.waivers
        if w.approved_at is not None and w.withdrawn_at is None
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


def _save(context: Context, evaluation: Evaluation, met: Sequence[fulfilment.Met]) -> None:
    def then(connection: Connection) -> None:
        fulfilment.record(context, connection, evaluation, met)

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
        then=then if met else None,
    )
