"""Conditions that later evidence meets: seen when an evaluation is stored, and recorded in the same transaction.

A condition is looked at against evaluations of its own candidate and of those opened later on the same branch. What
meets it must rest on an artefact that came in after the condition was written. What-ifs meet nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dashboard.analysis import verification
from dashboard.model.evaluation import Condition, Evaluation
from dashboard.model.person import Person, Role
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.store import conditions
from dashboard.store.conditions import Filed
from dashboard.store.transaction import Connection, reading

#: Who it is in the log when nobody looked: the product itself.
MACHINE = Person(None, "countersign", "Countersign", Role.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class Met:
    """A condition, and what met it."""

    filed: Filed
    note: str


def met_by(context: Context, evaluation: Evaluation) -> tuple[Met, ...]:
    """Give the open conditions of the project that an evaluation shows to be met."""
    candidate = evaluation.candidate
    with reading(context.store) as connection:
        waiting = conditions.of_project(connection, candidate.project, today=context.clock().date(), open_only=True)
        waiting = [one for one in waiting if _concerns(one, evaluation) and _by_machine(one.condition)]
        arrived = conditions.arrivals(connection, candidate.id) if waiting else {}
    found = []
    for one in waiting:
        later = {sha256 for sha256, at in arrived.items() if at > one.created_at}
        shown = verification.met(verification.parse(one.condition.verification), evaluation, later)
        if shown is not None:
            found.append(Met(one, f"{shown}; evaluation {evaluation.id} of {candidate.full_label}."))
    return tuple(found)


def closed(agreed: Iterable[Condition], met: Iterable[Met]) -> tuple[Condition, ...]:
    """Give conditions as they are once what was met is recorded."""
    notes = {one.filed.condition.id: one.note for one in met}
    return tuple(
        replace(c, state="met", closed_by=MACHINE.login, closing_note=notes[c.id]) if c.id in notes else c
        for c in agreed
    )


def record(context: Context, connection: Connection, evaluation: Evaluation, met: Iterable[Met]) -> None:
    """Close the conditions and log it; one that somebody closed meanwhile stays as they said."""
    machine, at = context.acting_as(MACHINE), context.clock()
    for one in met:
        number = one.filed.condition.id
        if conditions.close(connection, number, by=MACHINE.login, at=at, note=one.note):
            facts: dict[str, log.Fact] = {
                "condition": number,
                "candidate": one.filed.candidate_id,
                "evaluation": evaluation.id,
                "note": one.note,
            }
            log.add(machine, connection, "condition.verified", facts, project=evaluation.candidate.project)


def _concerns(one: Filed, evaluation: Evaluation) -> bool:
    candidate = evaluation.candidate
    if one.candidate_id == candidate.id:
        return True
    return one.branch == (candidate.branch or "") and candidate.opened_at > one.opened_at


def _by_machine(condition: Condition) -> bool:
    return not isinstance(verification.parse(condition.verification), verification.Manual)
