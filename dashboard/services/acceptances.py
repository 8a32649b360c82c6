"""Findings that somebody lets stand, by a signed reason: the identifier and the passphrase are asked again.

What is signed is an in-toto statement over the candidate, the evaluation and the finding's own digest. When text or
evidence of the finding change, so does its digest, and the acceptance speaks of something that is no longer there.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from dashboard.errors import AccessError, ConflictError, CountersignError, NotFoundError, UsageError
from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Evaluation, Finding, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.person import Permission
from dashboard.model.waiver import Acceptance
from dashboard.services import log, reevaluate, sign, signatures
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.signoff.envelope import canonical, payload_digest, seal, to_json
from dashboard.signoff.keys import PrivateKey
from dashboard.signoff.statements import STATEMENT_TYPE
from dashboard.store import acceptances as stored
from dashboard.store import ledger
from dashboard.store.transaction import writing

PREDICATE_TYPE = "urn:countersign:finding-acceptance:v1"
MAX_REASON = 2000


def accept(context: Context, candidate_id: int, digest: str, login: str, passphrase: str, reason: str) -> Acceptance:
    """Accept the finding of this digest in the evaluation in force.

    Raises:
        AccessError: slugs ``forbidden``, ``sign-in-needed``, ``wrong-signer``, ``wrong-passphrase`` as for signing;
            ``finding-blocker``: a blocker cannot be accepted; ``own-evidence``: the person brought in what it is about.
        ConflictError: slug ``finding-accepted``: it is accepted already.
        NotFoundError: slug ``finding-not-found``: there is no such finding, or it says something else by now.
        UsageError: slug ``reason-missing``.
    """
    context.require(Permission.SIGN)
    candidate = signatures.find_candidate(context, candidate_id)
    tidy = " ".join(reason.split())
    try:
        if not tidy or len(tidy) > MAX_REASON:
            msg = f"An acceptance needs a reason of 1 to {MAX_REASON:,} characters."
            raise UsageError(msg, slug="reason-missing", hint="Say why the finding may stand as it is.")
        private = sign.open_key(context, login, passphrase)
        return _file(context, candidate, digest, tidy, private)
    except CountersignError as error:
        facts: dict[str, log.Fact] = {"candidate": candidate_id, "finding": digest, "because": error.slug}
        log.append(context, "finding.acceptance-refused", facts, project=candidate.project)
        raise


def acceptable(evaluation: Evaluation) -> tuple[Finding, ...]:
    """Give the findings that may still be accepted: major and minor ones that nobody accepted."""
    return tuple(
        f for f in evaluation.findings if f.severity in (Severity.MAJOR, Severity.MINOR) and f.accepted is None
    )


def stale(evidence: Evidence, evaluation: Evaluation) -> tuple[Acceptance, ...]:
    """Give the acceptances that no finding of the evaluation answers to any more."""
    alive = {finding.digest for finding in evaluation.findings}
    return tuple(one for one in evidence.acceptances if one.digest not in alive)


def _file(context: Context, candidate: Candidate, digest: str, reason: str, private: PrivateKey) -> Acceptance:
    evaluation = evaluate(context, candidate.project, candidate_id=candidate.id)
    finding = _finding(evaluation.findings, digest)
    at, person = context.clock().replace(microsecond=0), context.person
    with writing(context.store) as connection:
        brought = dict(ledger.contributors(connection, candidate.id))
        mine = [s.name for s in finding.evidence if log.same_person(brought.get(s.sha256, ""), person.login)]
        if mine:
            msg = f"{person.name} brought in {mine[0]}, which the finding is about; somebody else has to accept it."
            raise AccessError(msg, slug="own-evidence", hint="Ask another auditor or manager.")
        document: dict[str, Any] = {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": "finding", "digest": {"sha256": digest}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "project": candidate.project,
                "candidate": candidate.subject,
                "evaluation": evaluation.id,
                "rule": finding.rule,
                "severity": str(finding.severity),
                "text": finding.text,
                "evidence": sorted(s.sha256 for s in finding.evidence),
                "reason": reason,
                "signer": {"account": person.id, "login": person.login, "name": person.name, "role": str(person.role)},
                "signed_at": at.astimezone(UTC).isoformat(timespec="seconds"),
            },
        }
        envelope = seal(canonical(document), private)
        made = Acceptance(
            id=0,
            rule=finding.rule,
            digest=digest,
            login=person.login,
            name=person.name,
            role=str(person.role),
            reason=reason,
            at=at,
            payload_sha256=payload_digest(envelope),
        )
        new = stored.add(connection, candidate.id, stored.StoredAcceptance(made, person.id or 0, to_json(envelope)))
        if new is None:
            msg = "The finding is accepted already."
            raise ConflictError(msg, slug="finding-accepted", hint="Reload the page.")
        facts: dict[str, log.Fact] = {
            "candidate": candidate.id,
            "rule": finding.rule,
            "finding": digest,
            "reason": reason,
            "payload_sha256": made.payload_sha256,
            "key_id": envelope.key_id,
        }
        log.add(context, connection, "finding.accepted", facts, project=candidate.project)
    reevaluate.after_change(context, candidate.project, [candidate.id])
    return made


def _finding(findings: Sequence[Finding], digest: str) -> Finding:
    finding = next((f for f in findings if f.digest == digest), None)
    if finding is None:
        msg = "There is no such finding in the evaluation in force; what it said may have changed."
        raise NotFoundError(msg, slug="finding-not-found", hint="Reload the page and look at the findings again.")
    if finding.severity is Severity.BLOCKER:
        msg = "A blocker cannot be accepted; it has to go away."
        raise AccessError(msg, slug="finding-blocker", hint="Mend what it says, and bring in the evidence again.")
    if finding.severity is Severity.INFO:
        msg = "The finding is for information; there is nothing to accept."
        raise AccessError(msg, slug="finding-info", hint="Nothing has to be done about it.")
    return finding
