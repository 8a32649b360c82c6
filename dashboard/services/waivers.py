"""Waivers: a failed gate set aside for a while. One person asks, another grants, neither is the one who signs.

A waiver lifts the block of a gate that is not key and never gives its credit; a condition is needed beside it. When
it runs out the gate fails again.
"""

from datetime import datetime, timedelta

from dashboard.errors import AccessError, ConflictError, NotFoundError, UsageError
from dashboard.model.figures import moment_text
from dashboard.model.person import Permission, Role
from dashboard.model.verdict import Ruling
from dashboard.model.waiver import Waiver
from dashboard.services import log, reevaluate
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.signatures import find_candidate
from dashboard.store import waivers as stored
from dashboard.store.transaction import Connection, reading, writing

MAX_REASON = 500
LONGEST = timedelta(days=90)
"""An exception that lasts longer is a policy, and is changed as one."""


def request(context: Context, candidate_id: int, *, gate: str, reason: str, expires_at: datetime) -> Waiver:
    """Ask that a failed gate be set aside until a moment.

    Raises:
        AccessError: the person may not bring anything about this candidate.
        UsageError: slugs ``reason-missing``; ``waiver-expiry``: the moment has passed or is too far;
            ``waiver-gate``: the gate is not asked, is key, or does not fail.
    """
    _may_request(context)
    candidate = find_candidate(context, candidate_id)
    tidy, at = " ".join(reason.split()), context.clock()
    if not tidy or len(tidy) > MAX_REASON:
        msg = f"A waiver needs a reason of 1 to {MAX_REASON} characters."
        raise UsageError(msg, slug="reason-missing", hint="Say why the release may go on although the gate fails.")
    if not at < expires_at <= at + LONGEST:
        msg = f"A waiver ends after now and within {LONGEST.days} days, not at {moment_text(expires_at)}."
        raise UsageError(msg, slug="waiver-expiry", hint="Choose a day by which the gate passes again.")
    _waivable(context, candidate.project, candidate_id, gate)
    with writing(context.store) as connection:
        new = stored.add(
            connection,
            candidate_id,
            gate=gate,
            reason=tidy,
            expires_at=expires_at,
            by=log.actor_of(context.person),
            at=at,
        )
        facts: dict[str, log.Fact] = {
            "waiver": new,
            "candidate": candidate_id,
            "gate": gate,
            "reason": tidy,
            "expires_at": expires_at.isoformat(timespec="seconds"),
        }
        log.add(context, connection, "waiver.requested", facts, project=candidate.project)
        return _known(connection, new)


def approve(context: Context, waiver_id: int) -> Waiver:
    """Grant a waiver. Signatures given before fall stale, since they do not speak of it.

    Raises:
        AccessError: the person is no manager, or is the one who asked (slug ``own-waiver``).
        ConflictError: slug ``waiver-closed``: it is granted, withdrawn or over already.
        NotFoundError: slug ``waiver-not-found``.
    """
    context.require(Permission.CONDITION)
    if context.person.role is not Role.MANAGER:
        msg = f"{context.person.name} has the role {context.person.role}; a manager grants waivers."
        raise AccessError(msg, hint="Ask a manager.")
    waiver = find(context, waiver_id)
    if _asked(context, waiver):
        msg = f"{context.person.name} asked for this waiver; another manager has to grant it."
        raise AccessError(msg, slug="own-waiver", hint="Ask another manager.")
    at = context.clock()
    if at >= waiver.expires_at:
        msg = f"The waiver would have ended at {moment_text(waiver.expires_at)}."
        raise ConflictError(msg, slug="waiver-closed", hint="Ask for a new one.")
    return _change(context, waiver, "waiver.approved", granted=True)


def withdraw(context: Context, waiver_id: int) -> Waiver:
    """Take a waiver back: whoever asked for it may, and any auditor or manager.

    Raises:
        AccessError: the person may not.
        ConflictError: slug ``waiver-closed``: it is withdrawn already.
        NotFoundError: slug ``waiver-not-found``.
    """
    waiver = find(context, waiver_id)
    if not _asked(context, waiver):
        context.require(Permission.CONDITION)
    return _change(context, waiver, "waiver.withdrawn", granted=False)


def listed(context: Context, candidate_id: int) -> tuple[Waiver, ...]:
    """List the waivers of a candidate, in the order in which they were asked for."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        return stored.of_candidate(connection, candidate_id)


def find(context: Context, waiver_id: int) -> Waiver:
    """Give one waiver.

    Raises:
        NotFoundError: slug ``waiver-not-found``.
    """
    context.require(Permission.READ)
    with reading(context.store) as connection:
        return _known(connection, waiver_id)


def may_request(context: Context) -> bool:
    """Say whether the person may ask for waivers: who may bring evidence or write conditions."""
    return context.may(Permission.INGEST) or context.may(Permission.CONDITION)


def _asked(context: Context, waiver: Waiver) -> bool:
    return log.same_person(log.actor_of(context.person), waiver.requested_by)


def _may_request(context: Context) -> None:
    if not may_request(context):
        context.require(Permission.INGEST)


def _waivable(context: Context, project: str, candidate_id: int, gate: str) -> None:
    evaluation = evaluate(context, project, candidate_id=candidate_id)
    result = next((r for r in evaluation.results if r.gate == gate), None)
    if result is None:
        problem = f"The policy in force does not ask {gate!r}."
    elif result.key:
        problem = f"{result.title} is a key gate; no waiver lifts it."
    elif result.verdict.ruling not in (Ruling.FAIL, Ruling.WAIVED):
        problem = f"{result.title} is {result.verdict.ruling}: only a gate that fails is waived."
    else:
        return
    hint = "Missing evidence is taken over with a condition; a key gate has to pass."
    raise UsageError(problem, slug="waiver-gate", hint=hint)


def _change(context: Context, waiver: Waiver, event: str, *, granted: bool) -> Waiver:
    candidate = find_candidate(context, waiver.candidate_id)
    by, at = log.actor_of(context.person), context.clock()
    with writing(context.store) as connection:
        act = stored.approve if granted else stored.withdraw
        if not act(connection, waiver.id, by=by, at=at):
            msg = "The waiver is granted or withdrawn already."
            raise ConflictError(msg, slug="waiver-closed", hint="Reload the page.")
        facts: dict[str, log.Fact] = {"waiver": waiver.id, "candidate": candidate.id, "gate": waiver.gate}
        log.add(context, connection, event, facts, project=candidate.project)
        changed = _known(connection, waiver.id)
    reevaluate.after_change(context, candidate.project, [candidate.id])
    return changed


def _known(connection: Connection, waiver_id: int) -> Waiver:
    found = stored.find(connection, waiver_id)
    if found is None:
        msg = f"There is no waiver {waiver_id}."
        raise NotFoundError(msg, slug="waiver-not-found", hint="Reload the page.")
    return found
