"""Muting a failing test: somebody answers for it, for a while. No figure changes; the decision is held back instead.

A mute needs an owner, a reason, a ticket and an end. It ends by itself when its time is over or when the test turns out
to be broken, and while it holds, no release of its branch is a plain GO.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dashboard.errors import ConflictError, NotFoundError, UsageError
from dashboard.model.person import Permission
from dashboard.model.status import Status
from dashboard.reports import deselection
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.store import case_states
from dashboard.store import mutes as stored
from dashboard.store.candidates import project as find_project
from dashboard.store.mutes import Mute
from dashboard.store.transaction import Connection, reading, writing

MAX_TEXT = 500

#: The longest time for which a test may be muted at once.
LONGEST = timedelta(days=30)

SYSTEM = "countersign"


def mute(
    context: Context,
    project: str,
    case_id: int,
    *,
    owner: str,
    reason: str,
    ticket: str,
    expires_at: datetime,
    branch: str | None = None,
) -> Mute:
    """Mute a case on one branch, or on all when none is named.

    Raises:
        AccessError: the person may not.
        UsageError: something is missing, or the end is not within ``LONGEST``.
        ConflictError: it is muted already, or it is broken: a broken test is mended, not muted.
        NotFoundError: the project has no such case.
    """
    context.require(Permission.MUTE)
    said = {"owner": owner, "reason": reason, "ticket": ticket}
    tidy = {name: " ".join(text.split()) for name, text in said.items()}
    for name, text in tidy.items():
        if not text or len(text) > MAX_TEXT:
            msg = f"A mute needs its {name}, in 1 to {MAX_TEXT} characters."
            raise UsageError(msg, slug="mute-incomplete", hint="Say who answers for it, why, and under which ticket.")
    now = context.clock()
    if not now < expires_at <= now + LONGEST:
        msg = f"A mute ends within {LONGEST.days} days from now; {expires_at:%Y-%m-%d %H:%M} UTC does not."
        raise UsageError(msg, slug="mute-expiry", hint="Choose an earlier end; it can be muted again then.")
    from dashboard.store import frames  # noqa: PLC0415 - pandas, half a second, which no ingest should pay for

    case = frames.case(context.store, case_id)
    if case is None or case["project"] != project:
        msg = f"The project {project} has no test case {case_id}."
        raise NotFoundError(msg, slug="case-not-found", hint="Open it from a list of tests.")
    with writing(context.store) as connection:
        _not_broken(connection, case_id, branch)
        held = [m for m in stored.of_case(connection, case_id) if m.live(now) and m.branch in (None, branch)]
        if held:
            msg = f"{held[0].created_by} muted it already, until {held[0].expires_at:%Y-%m-%d %H:%M} UTC."
            raise ConflictError(msg, slug="mute-exists", hint="End that one first.")
        number = stored.add(
            connection,
            case_id,
            branch=branch,
            owner=tidy["owner"],
            reason=tidy["reason"],
            ticket=tidy["ticket"],
            by=log.actor_of(context.person),
            at=now,
            expires_at=expires_at,
        )
        facts: dict[str, log.Fact] = {"mute": number, "case": case_id, "branch": branch, **tidy}
        log.add(context, connection, "mute.added", facts | {"expires": expires_at.isoformat()}, project=project)
        made = stored.find(connection, number)
    return _made(made, number)


def end(context: Context, mute_id: int, because: str) -> Mute:
    """End a mute before its time.

    Raises:
        ConflictError: it has ended.
        AccessError, NotFoundError, UsageError.
    """
    context.require(Permission.MUTE)
    tidy = " ".join(because.split())
    if not tidy or len(tidy) > MAX_TEXT:
        msg = f"Say in 1 to {MAX_TEXT} characters why the mute ends."
        raise UsageError(msg, slug="mute-incomplete", hint="Name the change that mended the test.")
    with reading(context.store) as connection:
        known = stored.find(connection, mute_id)
    project, _ = _known(known, mute_id)
    with writing(context.store) as connection:
        if not stored.end(connection, mute_id, by=log.actor_of(context.person), because=tidy, at=context.clock()):
            msg = "The mute has ended already."
            raise ConflictError(msg, slug="mute-ended", hint="Reload the page.")
        log.add(context, connection, "mute.ended", {"mute": mute_id, "because": tidy}, project=project)
        made = stored.find(connection, mute_id)
    return _made(made, mute_id)


def end_broken(context: Context, connection: Connection, project: str, branch: str, broken: Iterable[int]) -> int:
    """End the mutes of cases that turned out to be broken, within the transaction that found out; gives how many."""
    ended = 0
    for one in stored.open_for(connection, broken, branch, context.clock()):
        because = "The test is broken: it fails for good, which a mute must not hide."
        if stored.end(connection, one.id, by=SYSTEM, because=because, at=context.clock()):
            log.add(context, connection, "mute.ended", {"mute": one.id, "because": "broken"}, project=project)
            ended += 1
    return ended


def find_case(context: Context, project: str, test: str) -> int:
    """Find a case by its number, or by class and name as lists show it.

    Raises:
        NotFoundError: there is none.
        ConflictError: several are called so.
    """
    context.require(Permission.READ)
    find_project(context.store, project)
    with reading(context.store) as connection:
        found = stored.cases_named(connection, project, test)
    if not found:
        msg = f"The project {project} has no test {test[:200]!r}."
        raise NotFoundError(
            msg, slug="case-not-found", hint="Write class and name as the report does, with a dot between."
        )
    if len(found) > 1:
        numbers = ", ".join(str(number) for number in found)
        msg = f"Several tests are called {test[:200]!r}: {numbers}."
        raise ConflictError(msg, slug="case-ambiguous", hint="Give the number of the one you mean.")
    return found[0]


def listed(context: Context, project: str) -> tuple[Mute, ...]:
    """List the mutes of a project, those not ended first."""
    context.require(Permission.READ)
    find_project(context.store, project)
    with reading(context.store) as connection:
        return tuple(stored.of_project(connection, project))


def of_case(context: Context, case_id: int) -> tuple[Mute, ...]:
    """List the mutes that a case ever had, newest first."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        return tuple(stored.of_case(connection, case_id))


def live(context: Context, project: str, branch: str | None = None) -> tuple[Mute, ...]:
    """List the mutes that hold now, on a branch or on any."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        return tuple(stored.live(connection, project, context.clock(), branch))


def pytest_arguments(context: Context, project: str, branch: str | None = None) -> deselection.Arguments:
    """Write the live mutes as arguments that pytest reads from a file (``pytest @muted.txt``)."""
    context.require(Permission.READ)
    find_project(context.store, project)
    held = live(context, project, branch)
    return deselection.pytest_arguments(deselection.Deselected(m.classname, m.name, m.file) for m in held)


def _not_broken(connection: Connection, case_id: int, branch: str | None) -> None:
    if case_states.has_status(connection, case_id, Status.BROKEN, branch):
        msg = "The test is broken: it fails for good, which a mute must not hide."
        raise ConflictError(msg, slug="mute-broken", hint="Mend the test, or remove it.")


def _known(found: tuple[str, Mute] | None, mute_id: int) -> tuple[str, Mute]:
    if found is None:
        msg = f"There is no mute {mute_id}."
        raise NotFoundError(msg, slug="mute-not-found", hint="Reload the page.")
    return found


def _made(found: tuple[str, Mute] | None, mute_id: int) -> Mute:
    return _known(found, mute_id)[1]
