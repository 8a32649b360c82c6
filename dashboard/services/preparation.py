"""What would be signed, and what still forbids it: the page's view, made from the same parts as the signature."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Decision, Evaluation
from dashboard.model.person import Permission
from dashboard.model.policy import Policy
from dashboard.model.statement import (
    Meaning,
    SignedCondition,
    SignedGate,
    Signer,
    SignOff,
    Standing,
    Statement,
    StatementKind,
    Subjects,
)
from dashboard.reports import markdown
from dashboard.reports.dossier import Dossier
from dashboard.services import policies, signatures
from dashboard.services.context import Context
from dashboard.services.evaluate import Assessment, assess
from dashboard.services.log import login_of
from dashboard.services.report import report
from dashboard.signoff.envelope import canonical
from dashboard.signoff.log import root
from dashboard.signoff.reading import MEANINGS, lines, sentence, text
from dashboard.signoff.workflow import VERDICTS, Case, Obstacle, forbidding, obstacles, standing, valid_until
from dashboard.store import accounts, ledger
from dashboard.store.transaction import Connection, reading

#: What every signing asks for again, whatever the session says.
FACTORS = ("identifier", "passphrase")

#: Moments are shown, and signed, in UTC.
OFFSET = "+00:00"

_OF_THE_DECISION = frozenset({"no-go", "go", "conditional"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person wants to say."""

    kind: StatementKind
    meaning: Meaning
    reason: str


@dataclass(frozen=True, slots=True)
class SigningView:
    """Everything the page shows before a signature."""

    candidate: Candidate
    evaluation: Evaluation
    kind: StatementKind
    """The kind shown: as asked, else what the decision suggests."""
    kinds: tuple[StatementKind, ...]
    """Kinds that the decision leaves open."""
    meaning: Meaning
    meanings: tuple[Meaning, ...]
    """Meanings that the person's role may give; the usual one first."""
    statement: Statement
    """Exactly what will be signed, but for the moment, the reason, the log's head and what follows from the moment:
    validity, and for an open candidate ``as_of`` and the report's digest."""
    lines: tuple[tuple[str, str], ...]
    """The statement as label and text."""
    text: str
    """The same as plain text."""
    obstacles: tuple[Obstacle, ...]
    """What forbids the shown kind."""
    all_obstacles: tuple[Obstacle, ...]
    """What forbids any kind."""
    signoffs: tuple[SignOff, ...]
    standing: Standing

    @property
    def evaluation_id(self) -> str:
        """Give the id to hand back when signing."""
        return self.evaluation.id

    @property
    def sentence(self) -> str:
        """Give the sentence that stands above the signature."""
        return self.statement.sentence

    @property
    def may_sign(self) -> bool:
        """Say whether nothing forbids the shown kind."""
        return not self.obstacles


def preview(
    context: Context,
    candidate: Candidate,
    *,
    kind: StatementKind | None = None,
    meaning: Meaning | None = None,
    reason: str = "",
    evaluation: Evaluation | Assessment | None = None,
) -> SigningView:
    """Show what the person would sign.

    ``evaluation`` saves judging again when the caller has just done so; as an ``Assessment`` it saves judging for
    the report as well.
    """
    context.require(Permission.READ)
    if evaluation is None:
        evaluation = assess(context, candidate.project, candidate_id=candidate.id)
    if isinstance(evaluation, Assessment):
        current, body = evaluation.evaluation, written(evaluation)
    else:
        current, body = evaluation, report(context, candidate.project, candidate_id=candidate.id, signed=False)
    policy = policies.current(context, candidate.project)
    with reading(context.store) as connection:
        signed = signatures.read_all(context, connection, candidate.id, current.id)
        found = obstacles(case_of(context, connection, current, policy, signed))
        leaves = ledger.leaves(connection)
    meanings = MEANINGS.get(context.person.role, (Meaning.APPROVAL,))
    wish = Wish(kind or suggested(current), meaning or meanings[0], reason)
    digest = hashlib.sha256(body).hexdigest()
    statement = statement_of(context, current, policy, wish, report_digest=digest, at=None, leaves=leaves)
    by_decision = [o for o in found if o.code in _OF_THE_DECISION]
    return SigningView(
        candidate=candidate,
        evaluation=current,
        kind=wish.kind,
        kinds=tuple(k for k in VERDICTS if not forbidding(by_decision, k)),
        meaning=wish.meaning,
        meanings=meanings,
        statement=statement,
        lines=lines(statement),
        text=text(statement),
        obstacles=forbidding(found, wish.kind),
        all_obstacles=found,
        signoffs=signed,
        standing=standing(signed, policy.quorum),
    )


def suggested(evaluation: Evaluation) -> StatementKind:
    """Give the kind of statement that goes with the decision."""
    return {
        Decision.GO: StatementKind.APPROVE,
        Decision.CONDITIONAL_GO: StatementKind.APPROVE_WITH_CONDITIONS,
    }.get(evaluation.readiness.decision, StatementKind.REJECT)


def case_of(
    context: Context, connection: Connection, evaluation: Evaluation, policy: Policy, signed: tuple[SignOff, ...]
) -> Case:
    """Gather what decides whether the person may sign."""
    candidate, person = evaluation.candidate, context.person
    brought = ledger.contributors(connection, candidate.id)
    key_evidence = {s.sha256 for r in evaluation.results if r.key for s in r.verdict.evidence}
    account = accounts.get(connection, person.id) if person.id is not None else None
    editor, approver = signatures.policy_makers(context, candidate.project)
    return Case(
        evaluation=evaluation,
        person=person,
        uploaders=tuple(dict.fromkeys(login_of(by) for sha256, by in brought if sha256 in key_evidence)),
        creators=tuple(login_of(by) for _, by in brought[:1]),  # a candidate comes into being with its first evidence
        policy_editor=None if editor is None else login_of(editor),
        signed=signed,
        quorum=policy.quorum,
        has_key=account is not None and account.sealed_key is not None,
        waiver_requesters=tuple(login_of(r.waiver.requested_by) for r in evaluation.results if r.waiver is not None),
        policy_approver=None if approver is None else login_of(approver),
    )


def written(made: Assessment) -> bytes:
    """Write the report whose digest is signed: without signatures, since it cannot hold the one over itself."""
    return markdown.render(Dossier(made.evaluation, made.evidence))


def statement_of(
    context: Context,
    evaluation: Evaluation,
    policy: Policy,
    wish: Wish,
    *,
    report_digest: str,
    at: datetime | None,
    leaves: Sequence[bytes],
) -> Statement:
    """Write the statement; ``at`` is ``None`` while it is only shown."""
    candidate, ready, person = evaluation.candidate, evaluation.readiness, context.person
    max_ages = {name: rule.max_age for name, rule in policy.rules.items() if rule.max_age is not None}
    until = valid_until(evaluation, max_ages, policy.validity, at or context.clock().replace(microsecond=0))
    return Statement(
        kind=wish.kind,
        project=candidate.project,
        subjects=Subjects(candidate.subject, evaluation.manifest_digest, evaluation.policy_digest, report_digest),
        candidate=candidate.label,
        environment=candidate.environment or "",
        branch=candidate.branch or "",
        evaluation=evaluation.id,
        engine=evaluation.engine,
        as_of=stamp(evaluation.as_of),
        cut_off_declared=candidate.as_of is not None,
        decision=str(ready.decision),
        headline=ready.headline,
        score_halves=ready.earned_halves,
        possible_halves=ready.possible_halves,
        measured=ready.measured,
        gates=tuple(_gates(evaluation)),
        findings=len(evaluation.findings),
        findings_digest=_findings_digest(evaluation),
        conditions=tuple(
            SignedCondition(c.id, c.gate, c.text, c.owner, c.due.isoformat(), c.verification, c.stage, c.state)
            for c in evaluation.conditions
        ),
        signer=Signer(person.id or 0, person.login, person.name, str(person.role)),
        meaning=wish.meaning,
        sentence=sentence(wish.kind, wish.meaning, person, evaluation),
        reason=wish.reason,
        signed_at=stamp(at) if at else "",
        offset=OFFSET,
        factors=FACTORS,
        valid_until=stamp(until),
        supersedes="",
        log_size=len(leaves),
        log_root=root(leaves).hex(),
    )


def stamp(moment: datetime) -> str:
    """Write a moment as it is signed: UTC, whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _gates(evaluation: Evaluation) -> list[SignedGate]:
    rows = []
    for result in evaluation.results:
        verdict = result.verdict
        observed = "not measured" if verdict.observed is None else f"{verdict.observed} {verdict.unit}".strip()
        rows.append(
            SignedGate(
                result.gate, str(verdict.ruling), observed, verdict.required, result.earned_halves, result.weight
            )
        )
    return rows


def _findings_digest(evaluation: Evaluation) -> str:
    """Give the sha256 over the findings in order: rule, severity, text and the evidence of each."""
    document = [
        {"rule": f.rule, "severity": str(f.severity), "text": f.text, "evidence": [s.sha256 for s in f.evidence]}
        for f in evaluation.findings
    ]
    return hashlib.sha256(canonical(document)).hexdigest()
