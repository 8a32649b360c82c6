"""Conditions of a CONDITIONAL GO: proposed from what warns, added by those who review, closed by somebody else.

One whose verification is an expression is closed by later evidence (``services.fulfilment``); any may be closed by a
person who is not its owner.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboard.analysis import verification as verifications
from dashboard.errors import AccessError, ConflictError, NotFoundError, UsageError
from dashboard.gates import all_gates
from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Condition, Evaluation, Finding, GateResult
from dashboard.model.person import Permission, Role
from dashboard.policy.readiness import needs_condition
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.services.signatures import find_candidate
from dashboard.store import conditions as stored
from dashboard.store.transaction import reading, writing

STAGES = ("before deploy", "during rollout", "after")

MAX_TEXT = 500

#: Days until a proposed condition is due, by when it has to be met.
_DAYS = {"before deploy": 2, "during rollout": 7, "after": 28}

#: What a rollout settles by itself is due while it runs; everything else afterwards, unless nothing was measured.
_DURING_ROLLOUT = frozenset({"flags.staged", "ops.error_rate", "ops.p95", "ops.p99"})
_ABSENT = frozenset({"missing", "stale", "invalid"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A condition that would cover a warning; the owner is for a person to name."""

    gate: str
    """Gate id, or ``finding:<rule>``."""
    title: str
    text: str
    due: date
    verification: str
    stage: str


def suggest(evaluation: Evaluation) -> tuple[Suggestion, ...]:
    """Propose a condition for everything the decision still needs one for, in the order of the gates."""
    needed = set(evaluation.readiness.uncovered)
    today = evaluation.evaluated_at.date()  # a promise looks ahead, also where the evidence is judged at a cut-off
    gates = [_for_gate(r, today) for r in evaluation.results if r.gate in needed]
    majors = [f for f in evaluation.findings if needs_condition(f) and f"finding:{f.rule}" in needed]
    by_rule = {f.rule: f for f in reversed(majors)}  # the first of several with one rule speaks for all
    findings = [_for_finding(by_rule[rule], today) for rule in dict.fromkeys(f.rule for f in majors)]
    return (*gates, *findings)


def _for_gate(result: GateResult, today: date) -> Suggestion:
    verdict = result.verdict
    if verdict.ruling in _ABSENT:
        stage, text = "before deploy", f"Bring in evidence for {result.title}."
    else:
        stage = "during rollout" if result.gate in _DURING_ROLLOUT else "after"
        text = f"{result.title}: {verdict.turn or verdict.because}"
    verification = f"gate {result.gate} passes"
    if verdict.ruling in _ABSENT:
        verification = f"gate {result.gate} is pass or warn"
    return Suggestion(result.gate, result.title, text[:MAX_TEXT], _due(today, stage), verification, stage)


def _for_finding(finding: Finding, today: date) -> Suggestion:
    text = f"Explain or mend: {finding.text}"[:MAX_TEXT]
    verification = f"finding {finding.rule} is gone"
    return Suggestion(f"finding:{finding.rule}", finding.rule, text, _due(today, "after"), verification, "after")


def _due(today: date, stage: str) -> date:
    return today + timedelta(days=_DAYS[stage])


def listed(context: Context, candidate: Candidate) -> tuple[Condition, ...]:
    """List the conditions of a candidate, in the order in which they were added."""
    context.require(Permission.READ)
    return tuple(stored.list(context.store, candidate.id, today=context.clock().date()))


@dataclass(frozen=True, slots=True)
class Held:
    """A condition of a project, with what a list of all of them shows."""

    condition: Condition
    candidate_id: int
    candidate: str
    """Label of its candidate."""
    by_machine: bool
    """Whether later evidence closes it by itself."""
    closed_at: datetime | None


#: Overdue first, then open, then met.
_ORDER = {"overdue": 0, "open": 1, "met": 2}


def of_project(context: Context, project: str) -> tuple[Held, ...]:
    """List the conditions of all candidates of a project: overdue first, then by day, the newest of those met first."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        found = stored.of_project(connection, project, today=context.clock().date())
    held = [
        Held(
            one.condition,
            one.candidate_id,
            stored.label(one.subject, one.version, one.environment),
            not isinstance(verifications.parse(one.condition.verification), verifications.Manual),
            one.closed_at,
        )
        for one in found
    ]
    return tuple(sorted(held, key=_place))


def _place(held: Held) -> tuple[int, float, int]:
    condition = held.condition
    moment = -held.closed_at.timestamp() if held.closed_at else float(condition.due.toordinal())
    return _ORDER[condition.state], moment, condition.id


def overdue(context: Context, candidate: Candidate) -> tuple[Condition, ...]:
    """List the conditions of a candidate that are open after their day: while there are any, no next stage starts."""
    day = (candidate.as_of or context.clock()).date()
    context.require(Permission.READ)
    return tuple(c for c in stored.list(context.store, candidate.id, today=day) if c.state == "overdue")


def add(
    context: Context,
    candidate_id: int,
    *,
    gate: str,
    text: str,
    owner: str,
    due: date,
    verification: str,
    stage: str,
) -> Condition:
    """Add a condition. Signatures given before fall stale, since they do not speak of it.

    Raises:
        AccessError: the person may not set conditions.
        UsageError: something is missing (slug ``condition-incomplete``), or the verification begins as an expression
            and is none (slug ``verification-invalid``).
        NotFoundError: there is no such candidate.
    """
    context.require(Permission.CONDITION)
    candidate = find_candidate(context, candidate_id)
    said = {"gate": gate, "text": text, "owner": owner, "verification": verification}
    tidy = {name: " ".join(value.split()) for name, value in said.items()}
    for name, value in tidy.items():
        if not value or len(value) > MAX_TEXT:
            msg = f"A condition needs its {name}, in 1 to {MAX_TEXT} characters."
            raise UsageError(msg, slug="condition-incomplete", hint="Say what, who, by when, and how it is verified.")
    verifications.parse(tidy["verification"], gates=all_gates())
    if stage not in STAGES:
        msg = f"{stage!r} is no stage; stages are {', '.join(STAGES)}."
        raise UsageError(msg, slug="condition-incomplete", hint="Choose one of the stages.")
    at = context.clock()
    with writing(context.store) as connection:
        made = stored.add(
            connection,
            candidate_id,
            gate=tidy["gate"],
            text=tidy["text"],
            owner=tidy["owner"],
            due=due,
            verification=tidy["verification"],
            stage=stage,
            by=log.actor_of(context.person),
            at=at,
        )
        facts: dict[str, log.Fact] = {
            "condition": made,
            "candidate": candidate_id,
            "due": due.isoformat(),
            "stage": stage,
        }
        log.add(context, connection, "condition.added", facts | tidy, project=candidate.project)
    _judge_again(context, candidate)
    return _known(context, candidate, made)


def close(context: Context, condition_id: int, note: str) -> Condition:
    """Say that a condition is met, and how that was seen; its owner cannot say so of their own.

    Raises:
        AccessError: the person may not, or is its owner (slug ``own-condition``).
        ConflictError: slug ``condition-closed``: it is met already.
        NotFoundError, UsageError.
    """
    context.require(Permission.CONDITION)
    with reading(context.store) as connection:
        candidate_id = stored.candidate_of(connection, condition_id)
    if candidate_id is None:
        raise _missing(condition_id)
    candidate = find_candidate(context, candidate_id)
    condition = _known(context, candidate, condition_id)
    _not_the_owner(context, condition)
    tidy = " ".join(note.split())
    if not tidy or len(tidy) > MAX_TEXT:
        msg = f"Say in 1 to {MAX_TEXT} characters how it was seen that the condition is met."
        raise UsageError(msg, slug="note-missing", hint="Name the run, the report or the person that shows it.")
    with writing(context.store) as connection:
        if not stored.close(connection, condition_id, by=log.actor_of(context.person), at=context.clock(), note=tidy):
            msg = "The condition is met already."
            raise ConflictError(msg, slug="condition-closed", hint="Reload the page.")
        facts: dict[str, log.Fact] = {"condition": condition_id, "candidate": candidate.id, "note": tidy}
        log.add(context, connection, "condition.closed", facts, project=candidate.project)
    _judge_again(context, candidate)
    return _known(context, candidate, condition_id)


def _judge_again(context: Context, candidate: Candidate) -> None:
    from dashboard.services.reevaluate import after_change  # noqa: PLC0415 - judging reads the conditions

    after_change(context, candidate.project, [candidate.id])


def _not_the_owner(context: Context, condition: Condition) -> None:
    person = context.person
    names = {person.login.casefold(), person.name.casefold()}
    if person.role is not Role.ANONYMOUS and condition.owner.casefold() in names:
        msg = f"{person.name} owns this condition; somebody else has to see that it is met."
        raise AccessError(msg, slug="own-condition", hint="Ask another auditor or manager.")


def _known(context: Context, candidate: Candidate, condition_id: int) -> Condition:
    found = next((c for c in listed(context, candidate) if c.id == condition_id), None)
    if found is None:
        raise _missing(condition_id)
    return found


def _missing(condition_id: int) -> NotFoundError:
    msg = f"There is no condition {condition_id}."
    return NotFoundError(msg, slug="condition-not-found", hint="Reload the page.")
