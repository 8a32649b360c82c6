"""The policy of a project: the one in force, and how it is changed.

The command line operator sets a project's first policy alone. Every later change is proposed by one person and put in
force by another; until then it judges nothing. Who proposed it and who approved it both stay away from signing what
it judges.
"""

import hashlib
from typing import NoReturn

from dashboard.errors import AccessError, ConflictError, NotFoundError, PolicyError, UsageError
from dashboard.model.person import Permission, Role
from dashboard.model.policy import Policy
from dashboard.policy.changes import changes, summary
from dashboard.policy.load import default_text, parse
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.store import candidates
from dashboard.store import policies as stored
from dashboard.store.policies import PolicyVersion, Proposal
from dashboard.store.text import clean
from dashboard.store.transaction import Connection, reading, writing

MAX_REASON = 500
SHORTEST_DIGEST = 6

#: Names of versions beside their digests.
CURRENT, DEFAULT = "current", "default"


def current_text(context: Context, project: str) -> str:
    """Give the text of the policy in force: the project's own, or the default that comes with the product."""
    own = stored.current(context.store, project)
    return own[1] if own else default_text()


def current(context: Context, project: str) -> Policy:
    """Give the policy in force."""
    return parse(current_text(context, project))


def is_default(context: Context, project: str) -> bool:
    """Say whether nobody has set a policy for the project."""
    return stored.current(context.store, project) is None


def change(context: Context, project: str, text: str) -> Policy:
    """Set the first policy of a project, alone; the one in force already is left as it is.

    Evaluations under the default policy fall stale, and whoever set this one may not sign.

    Raises:
        AccessError: the person may not change policies; or slug ``second-person-needed``, because the project has a
            policy of its own, or because this is not the operator at the command line.
        PolicyError: the text is no policy; nothing was changed.
        NotFoundError: there is no such project.
    """
    context.require(Permission.POLICY)
    read = parse(text)
    candidates.project(context.store, project)
    own = stored.current(context.store, project)
    if own is not None and own[0] == read.digest:
        return read
    with writing(context.store) as connection:
        stored.hold(connection, project)
        own = stored.current_in(connection, project)
        if own is not None or context.person.role is not Role.OPERATOR:
            _second_person_needed(first=own is None)
        actor = log.actor_of(context.person)
        stored.add(connection, project, text, read.digest, by=actor, at=context.clock())
        log.add(context, connection, "policy.changed", {**_facts(read), "first": True}, project=project)
        _judge_tests_again(context, connection, project, default_text(), read)
    return read


def propose(context: Context, project: str, text: str, reason: str) -> Proposal:
    """Propose another policy; it judges nothing until somebody else approves it.

    Raises:
        AccessError: the person may not change policies.
        PolicyError: the text is no policy.
        UsageError: slugs ``reason-missing``, ``policy-unchanged`` (it is the one in force).
        ConflictError: slug ``proposal-pending``: the very same text waits already.
        NotFoundError: there is no such project.
    """
    context.require(Permission.POLICY)
    said = _reason(reason)
    read = parse(text)
    with writing(context.store) as connection:
        project_id = stored.hold(connection, project)
        base = _in_force(connection, project)
        if _digest(base) == read.digest:
            msg = "This is the policy in force, to the letter: nothing would change."
            raise UsageError(msg, slug="policy-unchanged", hint="Change the text, then propose it.")
        for waiting in stored.proposals(connection, project, states=(stored.PROPOSED,)):
            if waiting.digest == read.digest:
                msg = f"The very same text waits already: proposal {waiting.id} by {waiting.proposed_by}."
                raise ConflictError(msg, slug="proposal-pending", hint="Ask somebody else to approve that one.")
        number = stored.add_proposal(
            connection,
            project_id,
            text=text,
            digest=read.digest,
            base=_digest(base),
            reason=said,
            by=log.actor_of(context.person),
            at=context.clock(),
        )
        facts = {**_facts(read), "proposal": number, "reason": said, "changes": _summary(base, read)}
        log.add(context, connection, "policy.proposed", facts, project=project)
        return _known(connection, number)


def approve(context: Context, proposal_id: int, note: str = "") -> Proposal:
    """Put a proposed policy in force: by another person than the one who proposed it.

    Policy, proposal and log change in one transaction. Other proposals that wait were written against the policy that
    is now replaced; they are superseded, so that nobody approves them unseen. Candidates that are not decided for good
    are then judged again.

    Raises:
        AccessError: the person may not change policies; or slug ``own-proposal``.
        ConflictError: slugs ``proposal-decided``, ``policy-moved`` (another policy is in force than it was written
            against).
        PolicyError: this version of the product does not understand the text any more.
        NotFoundError: slug ``proposal-not-found``.
    """
    context.require(Permission.POLICY)
    said = _note(note)
    actor, at = log.actor_of(context.person), context.clock()
    with writing(context.store) as connection:
        wanted = _waiting(connection, proposal_id)
        if log.same_person(wanted.proposed_by, actor):
            msg = f"{context.person.name} proposed this change; somebody else has to approve it."
            raise AccessError(msg, slug="own-proposal", hint="Ask another manager or administrator.")
        base = _in_force(connection, wanted.project)
        if _digest(base) != wanted.base_digest:
            msg = "Another policy is in force than the one this change was written against."
            raise ConflictError(msg, slug="policy-moved", hint="Reject it, and propose the change anew.")
        read = parse(wanted.text)
        _decide(context, connection, wanted, stored.APPROVED, said)
        stored.add(
            connection,
            wanted.project,
            wanted.text,
            read.digest,
            by=wanted.proposed_by,
            at=at,
            approved_by=actor,
            reason=wanted.reason,
        )
        facts = {
            **_facts(read),
            "replaces": _digest(base),
            "proposal": wanted.id,
            "proposed_by": wanted.proposed_by,
            "reason": wanted.reason,
            "changes": _summary(base, read),
            "note": said,
        }
        log.add(context, connection, "policy.changed", facts, project=wanted.project)
        _judge_tests_again(context, connection, wanted.project, base, read)
        for other in stored.proposals(connection, wanted.project, states=(stored.PROPOSED,)):
            _decide(context, connection, other, stored.SUPERSEDED, f"Proposal {wanted.id} was approved.")
            superseded: dict[str, log.Fact] = {"proposal": other.id, "digest": other.digest, "by": wanted.id}
            log.add(context, connection, "policy.superseded", superseded, project=wanted.project)
        approved = _known(connection, proposal_id)
    # Judging asks this module which policy is in force.
    from dashboard.services.reevaluate import after_change  # noqa: PLC0415

    after_change(context, approved.project)
    return approved


def reject(context: Context, proposal_id: int, note: str) -> Proposal:
    """Refuse a proposal of somebody else, saying why.

    Raises:
        AccessError: the person may not change policies; or slug ``own-proposal``: one's own is withdrawn.
        ConflictError, NotFoundError: as ``approve``.
        UsageError: slug ``reason-missing``.
    """
    context.require(Permission.POLICY)
    said = _reason(note)
    with writing(context.store) as connection:
        wanted = _waiting(connection, proposal_id)
        if log.same_person(wanted.proposed_by, log.actor_of(context.person)):
            msg = "This is your own proposal."
            raise AccessError(msg, slug="own-proposal", hint="Withdraw it instead.")
        return _end(context, connection, wanted, stored.REJECTED, said)


def withdraw(context: Context, proposal_id: int, note: str = "") -> Proposal:
    """Take one's own proposal back.

    Raises:
        AccessError: the person may not change policies; or slug ``not-proposer``.
        ConflictError, NotFoundError: as ``approve``.
    """
    context.require(Permission.POLICY)
    said = _note(note)
    with writing(context.store) as connection:
        wanted = _waiting(connection, proposal_id)
        if not log.same_person(wanted.proposed_by, log.actor_of(context.person)):
            msg = f"{wanted.proposed_by} proposed this; only they can withdraw it."
            raise AccessError(msg, slug="not-proposer", hint="Reject it instead.")
        return _end(context, connection, wanted, stored.WITHDRAWN, said)


def history(context: Context, project: str) -> tuple[PolicyVersion, ...]:
    """List the project's own policies, newest first; the newest is in force."""
    context.require(Permission.READ)
    return tuple(stored.history(context.store, project))


def proposals(context: Context, project: str, *, waiting: bool = False) -> tuple[Proposal, ...]:
    """List proposals, newest first; ``waiting`` for those that nobody has decided."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        return tuple(stored.proposals(connection, project, states=(stored.PROPOSED,) if waiting else ()))


def version_text(context: Context, project: str, name: str) -> str:
    """Give the text of a version by ``current``, ``default``, or the beginning of its digest.

    Raises:
        NotFoundError: slug ``policy-not-found``: none, or more than one, begins so.
    """
    context.require(Permission.READ)
    if name == CURRENT:
        return current_text(context, project)
    texts = {version.digest: version.text for version in history(context, project)}
    texts |= {proposal.digest: proposal.text for proposal in proposals(context, project)}
    default = default_text()
    if name == DEFAULT:
        return default
    texts.setdefault(parse(default).digest, default)
    wanted = name.strip().lower()
    found = [text for digest, text in texts.items() if digest.startswith(wanted)]
    if len(wanted) < SHORTEST_DIGEST or len(found) != 1:
        why = "begins so" if len(found) != 1 else f"is named by fewer than {SHORTEST_DIGEST} characters"
        msg = f"{len(found) or 'No'} policy version of {project} {why}: {name}."
        raise NotFoundError(
            msg, slug="policy-not-found", hint="Name `current`, `default`, or more of a digest from the history."
        )
    return found[0]


def _in_force(connection: Connection, project: str) -> str:
    own = stored.current_in(connection, project)
    return own[1] if own else default_text()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _summary(old: str, new: Policy) -> str:
    """Say what changes; a stored policy that is not understood any more must not keep its successor out."""
    try:
        return summary(changes(parse(old), new))
    except PolicyError:
        return "the policy before is not understood any more"


def _waiting(connection: Connection, proposal_id: int) -> Proposal:
    """Give a proposal that waits, with its project held: two who decide at once take their turns."""
    found = _known(connection, proposal_id)
    stored.hold(connection, found.project)
    found = _known(connection, proposal_id)
    if found.state != stored.PROPOSED:
        msg = f"Proposal {found.id} is {found.state} already, by {found.decided_by}."
        raise ConflictError(msg, slug="proposal-decided", hint="Look at the history of the policy.")
    return found


def _known(connection: Connection, proposal_id: int) -> Proposal:
    found = stored.proposal(connection, proposal_id)
    if found is None:
        msg = f"There is no proposal {proposal_id}."
        raise NotFoundError(msg, slug="proposal-not-found", hint="Look at the proposals of the project.")
    return found


def _judge_tests_again(context: Context, connection: Connection, project: str, before: str, now: Policy) -> None:
    """Give the tests of a project the statuses that new thresholds ask for, in the transaction that sets these."""
    from dashboard.services import statuses  # noqa: PLC0415 - it asks this module which policy is in force

    try:
        same = parse(before).flaky == now.flaky
    except PolicyError:  # it was understood once; what its thresholds were is not known any more
        same = False
    if not same:
        statuses.judge_again(context, connection, project, now.flaky)


def _decide(context: Context, connection: Connection, wanted: Proposal, state: str, note: str) -> None:
    actor = log.actor_of(context.person)
    stored.decide(connection, wanted.id, state=state, by=actor, at=context.clock(), note=note or None)


def _end(context: Context, connection: Connection, wanted: Proposal, state: str, note: str) -> Proposal:
    _decide(context, connection, wanted, state, note)
    facts: dict[str, log.Fact] = {
        "proposal": wanted.id,
        "digest": wanted.digest,
        "proposed_by": wanted.proposed_by,
        "note": note,
    }
    log.add(context, connection, f"policy.{state}", facts, project=wanted.project)
    return _known(connection, wanted.id)


def _facts(policy: Policy) -> dict[str, log.Fact]:
    return {"digest": policy.digest, "name": policy.name, "version": policy.version}


def _reason(text: str) -> str:
    said = _note(text)
    if not said:
        msg = f"Say why, in 1 to {MAX_REASON} characters."
        raise UsageError(msg, slug="reason-missing", hint="The reason stands in the history beside the change.")
    return said


def _note(text: str) -> str:
    said = " ".join(clean(text).split())
    if len(said) > MAX_REASON:
        msg = f"The reason is longer than {MAX_REASON} characters."
        raise UsageError(msg, slug="reason-missing", hint="Say it shorter.")
    return said


def _second_person_needed(*, first: bool) -> NoReturn:
    msg = (
        "Only the operator at the command line sets a project's first policy alone."
        if first
        else "The project has a policy of its own, and changing it takes two persons."
    )
    raise AccessError(msg, slug="second-person-needed", hint="Propose the change; somebody else approves it.")
