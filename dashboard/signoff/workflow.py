"""Who may sign what, and how signatures stand: pure functions, the same in the service, on the page and offline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.model.evaluation import Decision, Evaluation
from dashboard.model.figures import moment_text
from dashboard.model.person import Permission, Person, Role
from dashboard.model.statement import SignOff, SignOffState, Standing, StatementKind

#: Roles whose signature a quorum may count.
SIGNING_ROLES = (Role.AUDITOR, Role.MANAGER)

VERDICTS = (StatementKind.APPROVE, StatementKind.APPROVE_WITH_CONDITIONS, StatementKind.REJECT)
APPROVALS = (StatementKind.APPROVE, StatementKind.APPROVE_WITH_CONDITIONS)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that forbids signing, in words for the person in front of it."""

    code: str
    text: str
    forbids: tuple[StatementKind, ...]
    """The kinds of statement it forbids."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that decides who may sign."""

    evaluation: Evaluation
    person: Person
    uploaders: tuple[str, ...]
    """Logins of those who brought in the evidence that key gates rest on."""
    creators: tuple[str, ...]
    """Logins of those who proposed the candidate."""
    policy_editor: str | None
    """Login of whoever wrote the policy in force; ``None`` for the default policy."""
    signed: tuple[SignOff, ...]
    """Signatures of this candidate, oldest first."""
    quorum: Mapping[str, int]
    has_key: bool = True
    """Whether the person's account has a signing key that is not revoked."""
    waiver_requesters: tuple[str, ...] = ()
    """Logins of those who asked for a waiver that stands in the evaluation."""
    policy_approver: str | None = None
    """Login of whoever approved the policy in force; ``None`` where one person set it."""


def obstacles(case: Case) -> tuple[Obstacle, ...]:
    """List what forbids this person to sign this evaluation; empty means: go ahead."""
    return (*_of_the_person(case), *_four_eyes(case), *_of_the_decision(case))


def forbidding(found: Sequence[Obstacle], kind: StatementKind) -> tuple[Obstacle, ...]:
    """Give those that forbid statements of this kind."""
    return tuple(obstacle for obstacle in found if kind in obstacle.forbids)


def _of_the_person(case: Case) -> tuple[Obstacle, ...]:
    person = case.person
    if person.role is Role.ANONYMOUS:
        return (Obstacle("not-signed-in", "Nobody is signed in.", VERDICTS),)
    if person.id is None or person.role not in SIGNING_ROLES or not person.may(Permission.SIGN):
        text = f"{person.name} has the role {person.role}; auditors and managers sign."
        return (Obstacle("role", text, VERDICTS),)
    found = []
    if not case.has_key:
        text = f"{person.name} has no signing key; an administrator can reset the account."
        found.append(Obstacle("no-key", text, VERDICTS))
    if case.quorum.get(str(person.role), 0) == 0:
        text = f"The policy asks for no signature of the role {person.role}."
        found.append(Obstacle("not-in-quorum", text, APPROVALS))
    if any(s.account_id == person.id and _standing_verdict(s) for s in case.signed):
        found.append(Obstacle("already-signed", f"{person.name} has already signed this evaluation.", VERDICTS))
    return tuple(found)


def _four_eyes(case: Case) -> tuple[Obstacle, ...]:
    login, name = case.person.login, case.person.name
    parts = (
        ("uploader", login in case.uploaders, "brought in evidence that key gates rest on"),
        ("creator", login in case.creators, "proposed this candidate"),
        ("policy-editor", login == case.policy_editor, "was the last to edit the policy"),
        ("waiver-requester", login in case.waiver_requesters, "asked for a waiver that this release rests on"),
        ("policy-approver", login == case.policy_approver, "approved the policy in force"),
    )
    return tuple(
        Obstacle(code, f"{name} {what}; somebody else has to sign.", VERDICTS) for code, hit, what in parts if hit
    )


def _of_the_decision(case: Case) -> tuple[Obstacle, ...]:
    evaluation, ready = case.evaluation, case.evaluation.readiness
    found = []
    if evaluation.without:
        text = f"This is a what-if without {', '.join(evaluation.without)}; it cannot be signed."
        found.append(Obstacle("what-if", text, VERDICTS))
    if ready.decision is Decision.NO_GO:
        found.append(Obstacle("no-go", "The decision is NO-GO: it can only be rejected.", APPROVALS))
    elif ready.decision is Decision.GO:
        text = "The decision is GO: it is approved without conditions."
        found.append(Obstacle("go", text, (StatementKind.APPROVE_WITH_CONDITIONS,)))
    else:
        text = "The decision is CONDITIONAL GO: it can only be approved with its conditions."
        found.append(Obstacle("conditional", text, (StatementKind.APPROVE,)))
    if ready.uncovered:
        text = f"Conditions are missing for {', '.join(ready.uncovered)}."
        found.append(Obstacle("conditions-missing", text, APPROVALS))
    day = evaluation.as_of.date()  # like the evidence, promises are judged at the declared cut-off where there is one
    overdue = [c.text for c in evaluation.conditions if c.state != "met" and c.due < day]
    if overdue:
        found.append(Obstacle("conditions-overdue", f"Conditions are overdue: {'; '.join(overdue)}.", APPROVALS))
    return tuple(found)


def _standing_verdict(signed: SignOff) -> bool:
    if signed.kind is StatementKind.WITHDRAW or not signed.verified:
        return False
    return signed.state.stands or signed.state is SignOffState.REJECTED


def may_withdraw(person: Person, signed: SignOff, *, has_key: bool = True) -> tuple[Obstacle, ...]:
    """List what forbids this person to withdraw this signature: its signer may, and any manager."""
    kinds = (StatementKind.WITHDRAW,)
    if person.id is None or person.role not in SIGNING_ROLES:
        return (Obstacle("role", f"{person.name} has the role {person.role}; auditors and managers sign.", kinds),)
    found = []
    if not has_key:
        found.append(Obstacle("no-key", f"{person.name} has no signing key.", kinds))
    if signed.account_id != person.id and person.role is not Role.MANAGER:
        found.append(Obstacle("not-signer", f"Only {signed.name} or a manager can withdraw this.", kinds))
    if signed.kind is StatementKind.WITHDRAW or signed.state is SignOffState.WITHDRAWN:
        found.append(Obstacle("withdrawn", "It is withdrawn already.", kinds))
    return tuple(found)


def valid_until(
    evaluation: Evaluation, max_ages: Mapping[str, timedelta], validity: timedelta, at: datetime
) -> datetime:
    """Give the end of a signature made ``at``: the policy's validity, or when the oldest key evidence turns stale.

    Age is judged at the evaluation's ``as_of``; what is left of it then counts from the signing. For an open
    candidate both are the same moment; a declared cut-off must not make a signature expire before it is made.
    """
    left = [
        source.collected_at + max_ages[result.gate] - evaluation.as_of
        for result in evaluation.results
        if result.key and result.gate in max_ages
        for source in result.verdict.evidence
    ]
    return at + max(timedelta(0), min([validity, *left]))


def state_of(signed: SignOff, *, evaluation_id: str, withdrawn: bool, now: datetime) -> tuple[SignOffState, str]:
    """Give how one signature stands now, and why: withdrawn before stale before expired."""
    if not signed.verified:
        return SignOffState.INVALID, "The stored bytes no longer verify: they were changed after the signing."
    if signed.kind is StatementKind.WITHDRAW:
        return SignOffState.WITHDRAWN, f"Withdraws the statement {signed.supersedes[:12]}."
    if withdrawn:
        return SignOffState.WITHDRAWN, "A later signed statement withdraws it."
    if signed.evaluation_id != evaluation_id:
        return SignOffState.STALE, "Evidence, policy, conditions or engine changed after the signing."
    if signed.valid_until is not None and now >= signed.valid_until:
        return SignOffState.EXPIRED, f"It was valid until {moment_text(signed.valid_until)}."
    return {
        StatementKind.APPROVE: SignOffState.APPROVED,
        StatementKind.APPROVE_WITH_CONDITIONS: SignOffState.APPROVED_WITH_CONDITIONS,
    }.get(signed.kind, SignOffState.REJECTED), ""


def standing(signed: Sequence[SignOff], quorum: Mapping[str, int]) -> Standing:
    """Say how all signatures stand together. Persons are counted, not keys and not signatures."""
    live = [s for s in signed if _standing_verdict(s)]
    persons: dict[int, SignOff] = {s.account_id: s for s in live}  # the latest of each person
    by_role: dict[str, int] = {}
    for s in persons.values():
        if s.state.stands:
            by_role[s.role] = by_role.get(s.role, 0) + 1
    refusals = [s for s in persons.values() if s.state is SignOffState.REJECTED]
    asked = dict(quorum)
    if refusals:
        text = f"Rejected by {', '.join(s.name for s in refusals)}."
        return Standing(SignOffState.REJECTED, text, by_role, asked)
    if not by_role:
        return _fallen(signed, by_role, asked)
    result = Standing(SignOffState.UNDER_REVIEW, "", by_role, asked)
    if result.missing or not asked:  # a quorum of nobody approves nothing
        still = ", ".join(f"{n} × {role}" for role, n in result.missing.items()) or "a quorum in the policy"
        return Standing(SignOffState.UNDER_REVIEW, f"Still needed: {still}.", by_role, asked)
    conditional = any(s.state is SignOffState.APPROVED_WITH_CONDITIONS for s in persons.values())
    state = SignOffState.APPROVED_WITH_CONDITIONS if conditional else SignOffState.APPROVED
    names = ", ".join(f"{s.name} ({s.role})" for s in persons.values())
    return Standing(state, f"Signed by {names}.", by_role, asked)


def _fallen(signed: Sequence[SignOff], by_role: Mapping[str, int], asked: Mapping[str, int]) -> Standing:
    """Say why nothing stands: never signed, or the state of the last signature that fell."""
    verdicts = [s for s in signed if s.kind is not StatementKind.WITHDRAW]
    if not verdicts:
        return Standing(SignOffState.UNSIGNED, "Nobody has signed yet.", by_role, asked)
    last = verdicts[-1]
    return Standing(last.state, last.because, by_role, asked)
