"""Candidates of a project: the register of all of them, the last that was approved, and who declares one superseded."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dashboard.errors import ConflictError, UsageError
from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Decision
from dashboard.model.person import Permission
from dashboard.model.register import NOT_JUDGED, CandidateState, Declared, Entry, Judged, Register, Sought
from dashboard.model.statement import SignOff, SignOffState
from dashboard.services import log, policies
from dashboard.services.context import Context
from dashboard.services.signatures import find_candidate, read_many
from dashboard.signoff.life import approved_at, own_state, state
from dashboard.signoff.workflow import standing
from dashboard.store import candidates as stored
from dashboard.store import register as table
from dashboard.store.moments import from_ms, from_ms_or_none
from dashboard.store.transaction import Connection, reading, writing

#: Rows of the register at once, on a page and in a step of an export.
PAGE_ROWS, EXPORT_ROWS = 50, 200

#: Earlier candidates that are looked at for the last approved one: each has signatures, few of them in vain.
_LOOKED_AT = 50

MAX_REASON = 500
_MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Approved:
    """A candidate that was approved, and the very evaluation that was signed."""

    candidate: Candidate
    evaluation_id: str
    at: datetime


#: Names by which the register is narrowed, the same in addresses, on the command line and in the API.
FILTERS = ("state", "decision", "environment", "branch", "since", "until", "text")


def sought(values: Mapping[str, Sequence[str]]) -> Sought:
    """Read what narrows the register from texts by ``FILTERS``; ``since`` and ``until`` are days, both included.

    Raises:
        UsageError: slug ``filter-invalid``.
    """
    asked = {name: [text.strip() for text in values.get(name, ()) if text.strip()] for name in FILTERS}
    first = {name: next(iter(asked[name]), "") for name in ("since", "until", "text")}
    last = _day(first["until"], "until")
    return Sought(
        states=tuple(CandidateState(text) for text in _known(asked["state"], "state", tuple(CandidateState))),
        decisions=_known(asked["decision"], "decision", (*Decision, NOT_JUDGED)),
        environments=tuple(asked["environment"]),
        branches=tuple(asked["branch"]),
        since=_day(first["since"], "since"),
        until=last + timedelta(days=1) if last else None,
        text=first["text"][:_MOST_TEXT],
    )


def _known(asked: Sequence[str], what: str, known: Sequence[str]) -> tuple[str, ...]:
    unknown = [text for text in asked if text not in known]
    if unknown:
        msg = f"{unknown[0][:40]!r} is no {what} of a candidate; there are {', '.join(known)}."
        raise UsageError(msg, slug="filter-invalid", hint="Use one of those in the message.")
    return tuple(asked)


def _day(text: str, what: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as error:
        msg = f"{what} is {text[:40]!r}; it must be a day."
        raise UsageError(msg, slug="filter-invalid", hint="Write it like 2025-10-18.") from error


def register(
    context: Context, project: str, narrowed: Sought | None = None, *, page: int = 1, rows: int = PAGE_ROWS
) -> Register:
    """Give a page of the register, newest candidate first; nothing is left out, also what was never judged.

    Raises:
        NotFoundError: there is no such project.
    """
    context.require(Permission.READ)
    wanted = narrowed or Sought()
    stored.project(context.store, project)
    with reading(context.store) as connection:
        view = _view(context, connection, project)
        listed = table.page(connection, view, wanted, limit=rows, offset=(max(1, page) - 1) * rows)
        if not listed and page > 1:  # an address that is older than the filter: the last page there is
            found = table.count(connection, view, wanted)
            listed = table.page(connection, view, wanted, limit=rows, offset=max(0, -(-found // rows) - 1) * rows)
        found = listed[0]["found"] if listed else 0
        entries = _entries(context, connection, view, listed)
        by_state = table.by_state(connection, view)
        return Register(entries, found, table.population(connection, project), by_state)


def every(context: Context, project: str, narrowed: Sought | None = None) -> Iterator[Entry]:
    """Give every candidate that fits, newest first, with the reasons of its decision: for exports.

    Which ones is settled at the call; they are read in steps, each from one moment of the store.

    Raises:
        NotFoundError: there is no such project.
    """
    context.require(Permission.READ)
    stored.project(context.store, project)
    with reading(context.store) as connection:
        view = _view(context, connection, project)
        listed = table.page(connection, view, narrowed or Sought(), limit=None)
    return _in_steps(context, view, listed)


def _in_steps(context: Context, view: table.View, listed: Sequence[table.Row]) -> Iterator[Entry]:
    for start in range(0, len(listed), EXPORT_ROWS):
        with reading(context.store) as connection:
            entries = _entries(context, connection, view, listed[start : start + EXPORT_ROWS], reasons=True)
        yield from entries


def newest(context: Context, project: str, narrowed: Sought) -> int | None:
    """Give the number of the newest candidate that fits; nothing when there is none, or no such project."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        return table.newest_of(connection, _view(context, connection, project), narrowed)


def places(context: Context, project: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the environments and the branches that candidates of a project name; ``NOT_SAID`` where some name none."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        return table.places(connection, project)


def last_approved(context: Context, candidate: Candidate) -> Approved | None:
    """Give the newest earlier candidate of the project and environment whose quorum stood, by its signatures.

    What has become of the approval since (expired, STALE, superseded) does not matter; a withdrawn one does not count.
    """
    context.require(Permission.READ)
    quorum = policies.current(context, candidate.project).quorum
    with reading(context.store) as connection:
        numbers = table.earlier(connection, candidate.id, approved=True, limit=_LOOKED_AT)
        signed = read_many(context, connection, dict.fromkeys(numbers, ""))
    for number in numbers:
        stood = approved_at(signed.get(number, ()), quorum)
        if stood is not None:
            return Approved(find_candidate(context, number), *stood)
    return None


def previous(context: Context, candidate: Candidate) -> Candidate | None:
    """Give the candidate before this one in its project and environment, approved or not."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        numbers = table.earlier(connection, candidate.id, approved=False, limit=1)
    return find_candidate(context, numbers[0]) if numbers else None


def supersede(context: Context, candidate_id: int, because: str) -> Candidate:
    """Declare that a candidate goes no further; its signatures and its evidence stay in the record.

    Raises:
        AccessError: the person may not set conditions, which is what deciding about a candidate asks.
        ConflictError: slug ``candidate-superseded``: that was said before.
        NotFoundError: there is no such candidate.
        UsageError: slug ``reason-missing``.
    """
    context.require(Permission.CONDITION)
    candidate = find_candidate(context, candidate_id)
    reason = " ".join(because.split())
    if not reason or len(reason) > MAX_REASON:
        msg = f"Say in 1 to {MAX_REASON} characters why the candidate goes no further."
        raise UsageError(msg, slug="reason-missing", hint="Name the candidate that takes its place.")
    with writing(context.store) as connection:
        by, at = log.actor_of(context.person), context.clock()
        if not stored.supersede(connection, candidate_id, by=by, at=at, because=reason):
            msg = f"{candidate.full_label} is superseded already."
            raise ConflictError(msg, slug="candidate-superseded", hint="The register says since when, by whom and why.")
        facts: dict[str, log.Fact] = {"candidate": candidate_id, "subject": candidate.subject, "because": reason}
        log.add(context, connection, "candidate.superseded", facts, project=candidate.project)
    return candidate


def _view(context: Context, connection: Connection, project: str) -> table.View:
    policy = policies.current(context, project)
    numbers = table.withdrawals(connection, project)
    signed = read_many(context, connection, dict.fromkeys(numbers, "")) if numbers else {}
    taken_back = [
        s.id for group in signed.values() for s in group if s.state is SignOffState.WITHDRAWN and not s.supersedes
    ]
    return table.View(project, policy.quorum, policy.digest, taken_back, context.clock())


def _entries(
    context: Context, connection: Connection, view: table.View, listed: Sequence[table.Row], *, reasons: bool = False
) -> tuple[Entry, ...]:
    numbers = [row["id"] for row in listed]
    told = table.details(connection, numbers)
    due = table.open_conditions(connection, numbers)
    signed = read_many(context, connection, {n: told[n]["evaluation_id"] or "" for n in numbers})
    passed = table.passed_by(connection, view) if any(row["superseded"] for row in listed) else {}
    said: Mapping[str, bytes] = {}
    if reasons:
        said = table.bodies(connection, [row["evaluation_id"] for row in told.values() if row["evaluation_id"]])
    return tuple(
        _entry(row, told[row["id"]], signed.get(row["id"], ()), due.get(row["id"], []), view, passed, said)
        for row in listed
    )


def _entry(
    row: table.Row,
    told: table.Row,
    signed: tuple[SignOff, ...],
    due: Sequence[date],
    view: table.View,
    passed: Mapping[tuple[str, str], table.Row],
    said: Mapping[str, bytes],
) -> Entry:
    outdated = table.OUTDATED[row["outdated"]]
    today = (from_ms_or_none(told["as_of"]) or view.now).date()  # like the evidence, promises are judged at a cut-off
    own = own_state(standing(signed, view.quorum), outdated=bool(outdated))
    declared = None
    if told["superseded_at"] is not None:
        by, because = told["superseded_by"] or "", told["superseded_because"] or ""
        declared = Declared(by, from_ms(told["superseded_at"]), because)
    found = state(own, superseded=bool(row["superseded"]))
    where = (told["environment"] or "", told["branch"] or "")
    newer = passed.get(where) if found is CandidateState.SUPERSEDED else None
    return Entry(
        candidate=stored.read_row(told),
        state=found,
        before=own,
        judged=_judged(told, outdated, said),
        signed=signed,
        open_conditions=len(due),
        overdue_conditions=sum(day < today for day in due),
        artefacts=told["artefacts"],
        last_evidence_at=from_ms_or_none(told["last_at"]),
        declared=declared,
        passed_by=_label(newer) if newer is not None and newer["id"] != told["id"] else "",
    )


def _judged(told: table.Row, outdated: str, said: Mapping[str, bytes]) -> Judged | None:
    if told["evaluation_id"] is None:
        return None
    body = said.get(told["evaluation_id"])
    reasons = json.loads(body)["reasons"] if body is not None else ()
    return Judged(
        id=told["evaluation_id"],
        decision=Decision(told["decision"]),
        earned_halves=told["earned_halves"],
        possible_halves=told["possible_halves"],
        policy_digest=told["policy_digest"],
        policy_version=told["policy_version"],
        at=from_ms(told["evaluated_at"]),
        outdated=outdated,
        reasons=tuple(f"{reason['code']}: {reason['text']}" for reason in reasons),
    )


def _label(row: table.Row) -> str:
    short = str(row["subject"])[:7]
    return f"{row['version']} · {short}" if row["version"] else short
