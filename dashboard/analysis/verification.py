"""How a condition is verified: a small closed grammar over later evidence, read by us and never run.

Takes: the text of a condition's verification.
Gives: what has to be seen, and whether an evaluation shows it.
Source: ``gate <id> passes``, ``gate <id> is <ruling> or <ruling>``, ``finding <rule> is gone``,
``evidence <kind>``, ``evidence <kind> named "<pattern>"``; ``manual: <what somebody looks at>``, and anything else that
does not begin with one of those words, is for a person.
Empty: a text for a person is never met by a machine.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import translate

from dashboard.errors import UsageError
from dashboard.model.candidate import Source
from dashboard.model.evaluation import Evaluation
from dashboard.model.records import Kind
from dashboard.model.verdict import Ruling

GRAMMAR = (
    "gate <id> passes",
    "gate <id> is pass or warn",
    "finding <rule> is gone",
    'evidence <kind> named "<pattern>"',
    "manual: <what somebody looks at>",
)
"""The forms, as a form or a hint shows them."""

_GATE = re.compile(r"gate (?P<gate>[a-z0-9_.]+) (?:passes|is (?P<rulings>[a-z_]+(?: or [a-z_]+)*))")
_FINDING = re.compile(r"finding (?P<rule>[a-z0-9-]+) is gone")
_EVIDENCE = re.compile(r'evidence (?P<kind>[a-z]+)(?: named "(?P<pattern>[^"]{1,200})")?')
_WORDS = re.compile(r"(?:gate|finding|evidence)\s")


@dataclass(frozen=True, slots=True)
class GateIs:
    """A gate has one of these rulings, by evidence that came in after the condition was written."""

    gate: str
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True)
class FindingGone:
    """No finding of the rule is left, in evidence of which something came in after the condition was written."""

    rule: str


@dataclass(frozen=True, slots=True)
class EvidenceNamed:
    """A usable artefact of the kind and name came in after the condition was written."""

    kind: Kind
    pattern: str


@dataclass(frozen=True, slots=True)
class Manual:
    """A person looks and says so."""

    text: str


Verification = GateIs | FindingGone | EvidenceNamed | Manual


def parse(text: str, *, gates: Collection[str] = ()) -> Verification:
    """Read a verification.

    Takes: ``gates``, the ids there are; none are checked when it is empty.

    Raises:
        UsageError: slug ``verification-invalid``: it begins as an expression and is none, or names what is not there.
    """
    tidy = " ".join(text.split())
    if tidy.startswith("manual:") or not _WORDS.match(tidy):
        return Manual(tidy.removeprefix("manual:").strip())
    if found := _GATE.fullmatch(tidy):
        return GateIs(_known(found["gate"], gates), _rulings(found["rulings"]))
    if found := _FINDING.fullmatch(tidy):
        return FindingGone(found["rule"])
    if (found := _EVIDENCE.fullmatch(tidy)) and found["kind"] in set(Kind):
        return EvidenceNamed(Kind(found["kind"]), found["pattern"] or "*")
    raise _refused(f"{tidy!r} is no expression that can be verified.")


def met(asked: Verification, evaluation: Evaluation, later: Collection[str]) -> str | None:
    """Say what in an evaluation meets a verification, in a sentence; nothing when it is not met.

    Takes: ``later``, the sha256 of the evaluation's artefacts that came in after the condition was written. What was
    there before was known to whoever wrote the condition, and cannot meet it.
    """
    if isinstance(asked, GateIs):
        result = next((r for r in evaluation.results if r.gate == asked.gate), None)
        if result is None or result.verdict.ruling not in asked.rulings:
            return None
        shows = _later(result.verdict.evidence, later)
        return f"{asked.gate} is {result.verdict.ruling} by {shows}" if shows else None
    if isinstance(asked, FindingGone):
        shows = _later(evaluation.sources, later)
        gone = all(finding.rule != asked.rule for finding in evaluation.findings)
        return f"{asked.rule} is gone with {shows}" if gone and shows else None
    if isinstance(asked, EvidenceNamed):
        fits = re.compile(translate(asked.pattern.replace("[", "[[]"))).fullmatch
        usable = [s for s in evaluation.sources if s.kind is asked.kind and fits(s.name) and not s.incomplete]
        shows = _later(usable, later)
        return f"{shows} came in" if shows else None
    return None


def _later(sources: Iterable[Source], later: Collection[str]) -> str:
    """Name the first of the artefacts that came in later; "" when none did."""
    found = sorted((s.name, s.sha256) for s in sources if s.sha256 in later)
    return f"{found[0][0]} (sha256 {found[0][1]})" if found else ""


def _known(gate: str, gates: Collection[str]) -> str:
    if gates and gate not in gates:
        raise _refused(f"{gate!r} is no gate.")
    return gate


def _rulings(words: str | None) -> tuple[Ruling, ...]:
    names = words.split(" or ") if words else [str(Ruling.PASS)]
    unknown = [name for name in names if name not in (Ruling.PASS, Ruling.WARN)]
    if unknown:
        raise _refused(f"A condition is not met by a gate that is {unknown[0]}.")
    return tuple(Ruling(name) for name in names)


def _refused(message: str) -> UsageError:
    hint = f"Write one of: {'; '.join(GRAMMAR)}."
    return UsageError(message, slug="verification-invalid", hint=hint)
