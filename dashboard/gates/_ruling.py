"""What all gates share: when evidence is unusable, and how an exact number meets a threshold."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction

from dashboard.model.candidate import Source
from dashboard.model.evidence import Evidence
from dashboard.model.figures import age_text, of_text, share_text
from dashboard.model.policy import Rule, Threshold
from dashboard.model.verdict import Ruling, Verdict


def missing(rule: Rule, because: str, turn: str, sources: tuple[Source, ...] = ()) -> Verdict:
    """Give the ruling of what was not measured."""
    return Verdict(Ruling.MISSING, because, None, None, rule.required, unit_of(rule), sources, turn)


def invalid(rule: Rule, because: str, turn: str, sources: tuple[Source, ...] = ()) -> Verdict:
    """Give the ruling of evidence that contradicts itself or says that a part of it is not there."""
    return Verdict(Ruling.INVALID, because, None, None, rule.required, unit_of(rule), sources, turn)


def unusable(
    evidence: Evidence, rule: Rule, sources: tuple[Source, ...], measured_at: datetime | None
) -> Verdict | None:
    """Give the ruling of evidence that is incomplete or too old; ``None`` when it may be judged.

    Evidence newer than the moment of judgement is not old. Where an age is asked for and no time is known, the
    evidence is not fresh.
    """
    broken = [s.name for s in sources if s.incomplete]
    if broken:
        because = f"The report says of itself that a part of it is missing: {named(broken, 3)}."
        return invalid(rule, because, "Write the report again and ingest the whole of it.", sources)
    if rule.max_age is None:
        return None
    age = None if measured_at is None else evidence.as_of - measured_at
    if age is not None and age <= rule.max_age:
        return None
    known = "When it was measured is not known" if age is None else f"The evidence is {age_text(age)} old"
    because = f"{known}; at most {age_text(rule.max_age)} is accepted."
    turn = "Measure again and ingest the new report."
    return Verdict(Ruling.STALE, because, None, None, rule.required, unit_of(rule), sources, turn)


def oldest(sources: Iterable[Source]) -> datetime | None:
    """Give the moment of the oldest source: a whole is as fresh as its oldest part."""
    return min((s.collected_at for s in sources), default=None)


def unit_of(rule: Rule) -> str:
    """Give the unit in which the gate's figure is written."""
    return rule.passes.unit if rule.passes else ""


def ruled(rule: Rule, value: Fraction) -> Ruling:
    """Hold an exact number, in the threshold's unit, against the thresholds. Without a threshold nothing passes."""
    if rule.passes is not None and rule.passes.met(value):
        return Ruling.PASS
    return Ruling.WARN if rule.warns is not None and rule.warns.met(value) else Ruling.FAIL


def share(
    rule: Rule, part: int, whole: int, because: str, sources: tuple[Source, ...], noun: tuple[str, str]
) -> Verdict:
    """Judge ``part`` of ``whole`` (which is not 0) as a percentage, compared as integers.

    ``noun`` is one and many of what would have to change, for the sentence that says what would turn it.
    """
    ruling = ruled(rule, Fraction(100 * part, whole))
    turn = None if ruling is Ruling.PASS or rule.passes is None else _turn(rule.passes, part, whole, noun)
    return Verdict(ruling, because, share_text(part, whole), of_text(part, whole), rule.required, "%", sources, turn)


def needed(threshold: Threshold, whole: int) -> int:
    """Give the count out of ``whole`` at which a percentage threshold is just met."""
    bound = threshold.number * whole / 100
    if threshold.op == ">":
        return math.floor(bound) + 1
    if threshold.op == "<":
        return math.ceil(bound) - 1
    return math.floor(bound) if threshold.op == "<=" else math.ceil(bound)


def counted(n: int, noun: tuple[str, str]) -> str:
    """Write a count with its noun: ``1 test``, ``1,044 tests``."""
    return f"{n:,} {noun[0] if n == 1 else noun[1]}"


def named(names: Sequence[str], most: int = 5, of: int | None = None) -> str:
    """Write the first few names, and how many more there are; ``of`` is the count when not all names are known."""
    rest = (len(names) if of is None else of) - min(most, len(names))
    more = f" and {rest:,} more" if rest > 0 else ""
    return ", ".join(names[:most]) + more


def _turn(threshold: Threshold, part: int, whole: int, noun: tuple[str, str]) -> str:
    goal = needed(threshold, whole)
    if not 0 <= goal <= whole:
        return f"No count out of {whole:,} reaches {threshold.text}."
    n = abs(goal - part)
    return f"{n:,} {'more' if goal > part else 'fewer'} {noun[0] if n == 1 else noun[1]} for {threshold.text}."
