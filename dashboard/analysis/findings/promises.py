"""Findings about what was promised: warnings nobody took over, conditions that say too little or contradict triggers.

They are about conditions and not about evidence. The first two say what UNCOVERED_WARNING says, so the decision rule
asks no condition for them (``policy.readiness.ABOUT_CONDITIONS``): that would be a condition for a missing condition.
"""

from collections.abc import Iterator, Sequence

from dashboard.analysis._bounds import bounds, in_milliseconds, measure_of
from dashboard.analysis._phrases import many, named
from dashboard.model.evaluation import Condition, Finding, GateResult, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.verdict import Ruling

_ROLLBACK = ("rollback", "roll back", "rolls back", "trigger")


def uncovered_warning(
    evidence: Evidence,  # noqa: ARG001 - the shape of the rules about promises
    results: Sequence[GateResult],
    conditions: Sequence[Condition],
) -> Iterator[Finding]:
    """Find gates that warn, or are waived, and that no condition speaks of."""
    spoken = {condition.gate for condition in conditions}
    owed = (Ruling.WARN, Ruling.WAIVED)
    bare = [r.gate for r in results if r.verdict.ruling in owed and r.gate not in spoken]
    if bare:
        text = f"{many(len(bare), 'warning has', 'warnings have')} no condition: {named(bare)}."
        sources = {s.sha256: s for r in results if r.gate in bare for s in r.verdict.evidence}
        yield Finding("warning-without-condition", Severity.MAJOR, text, tuple(sources.values()))


def condition_incomplete(
    evidence: Evidence,  # noqa: ARG001 - as above
    results: Sequence[GateResult],  # noqa: ARG001 - as above
    conditions: Sequence[Condition],
) -> Iterator[Finding]:
    """Find conditions that nobody owns, or of which nobody says how they are verified; a day they always have."""
    for condition in conditions:
        lacking = [
            what
            for what, said in (("owner", condition.owner), ("verification", condition.verification))
            if not said.strip()
        ]
        if lacking:
            text = f"The condition {condition.text!r} ({condition.gate}) has no {' and no '.join(lacking)}."
            yield Finding("condition-incomplete", Severity.MAJOR, text)


def conditions_triggers_disagree(
    evidence: Evidence,
    results: Sequence[GateResult],  # noqa: ARG001 - as above
    conditions: Sequence[Condition],
) -> Iterator[Finding]:
    """Find conditions that promise a rollback at another value than the policy's triggers have."""
    triggers = evidence.policy.triggers
    known: dict[str, list[tuple[object, str]]] = {}
    for trigger in triggers:
        bound = (in_milliseconds(trigger.threshold, trigger.unit), trigger.bound)
        known.setdefault(measure_of(trigger.metric), []).append(bound)
    for condition in conditions if triggers else ():
        if not any(word in condition.text.casefold() for word in _ROLLBACK):
            continue
        for said in bounds(condition.text):
            there = known.get(said.measure, [])
            if said.number not in [number for number, _ in there]:
                instead = f"the trigger says {named([text for _, text in there])}" if there else "there is no trigger"
                text = f"The condition {condition.text!r} promises a rollback at {said.text}; {instead}."
                yield Finding("conditions-triggers-disagree", Severity.MAJOR, text)
