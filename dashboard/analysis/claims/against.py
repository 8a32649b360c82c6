"""Claims of a report against the evidence of a candidate, as its evaluation measured it.

Takes: a document and an evaluation. Gives: findings with the lines they rest on. Source: observed figures and fractions
of the rulings, findings of the evidence, the decision and its score. Empty: a claim about something that was not
measured is a finding of its own where it is about a key figure, since a claim is no measurement.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

from dashboard.analysis.claims.counts import total
from dashboard.analysis.claims.document import Document
from dashboard.analysis.claims.standing import digests
from dashboard.model.claims import ClaimFinding
from dashboard.model.evaluation import Evaluation, GateResult, Severity
from dashboard.model.figures import points_text, score_text

_SCORE = re.compile(r"readiness score\D*?(\d+(?:\.\d+)?)\s*/\s*10", re.IGNORECASE)
_DECISION = re.compile(r"\b(NO-GO|CONDITIONAL GO|GO)\b")

#: Gate -> words that a line about it has, of which one must be there, and words it must not have.
_SHARES = {
    "tests.security": (("security test",), ()),
    "tests.error_handling": (("error handling test",), ()),
    "observability": (("otel test", "observability test"), ()),
    "health.checks": (("health check",), (">=", "consecutive")),
}


def subject(document: Document, evaluation: Evaluation) -> Iterator[ClaimFinding]:
    """Find a report about another commit than the candidate's."""
    named = digests(document)
    known = [s.sha256 for s in evaluation.sources] + [evaluation.candidate.subject.casefold(), evaluation.id]
    known += [evaluation.policy_digest, evaluation.manifest_digest]
    if named and not any(k.startswith(hit) for hit, _ in named for k in known):
        text = f"It names {named[0][0][:12]}, and nothing of the candidate {evaluation.candidate.subject[:12]}."
        yield ClaimFinding("claim-of-another-subject", Severity.BLOCKER, text, (named[0][1],))


def counts(document: Document, evaluation: Evaluation) -> Iterator[ClaimFinding]:
    """Find counts that are not those of the evidence."""
    results = {r.gate: r for r in evaluation.results}
    whole = total(document)
    rate = results.get("tests.pass_rate")
    if whole is not None and rate is not None:
        yield from _differs(rate, f"{whole.passed:,} of {whole.tests:,}", whole.line)
    for gate, (words, but_not) in _SHARES.items():
        result = results.get(gate)
        for line in document.where(*words) if result is not None else ():
            if line.fractions and result is not None and not line.says(*but_not):
                part, of = line.fractions[0]
                yield from _differs(result, f"{part:,} of {of:,}", line.number)
                break


def _differs(result: GateResult, claimed: str, line: int) -> Iterator[ClaimFinding]:
    verdict = result.verdict
    if verdict.fraction is None:
        text = f"{result.title}: {claimed} is claimed, and the evidence measures nothing: {verdict.because}"
        yield ClaimFinding("claim-not-measured", Severity.MAJOR, text, (line,))
    elif verdict.fraction != claimed:
        text = f"{result.title}: {claimed} is claimed, {verdict.fraction} is measured."
        yield ClaimFinding("claim-differs", Severity.MAJOR, text, (line,))


def coverage(document: Document, evaluation: Evaluation) -> Iterator[ClaimFinding]:
    """Find a total coverage that is not the measured one, to the digits that are claimed."""
    result = next((r for r in evaluation.results if r.gate == "coverage.total"), None)
    observed = result.verdict.observed if result else None
    for line in document.where("coverage") if result else ():
        found = re.search(
            r"(\d+(?:\.(\d+))?)\s*%\s*total|total\D{0,20}?(\d+(?:\.(\d+))?)\s*%", line.text, re.IGNORECASE
        )
        if found is None or result is None:
            continue
        claimed, digits = found[1] or found[3], found[2] or found[4] or ""
        if observed is None:
            text = f"{claimed} % coverage is claimed, and the evidence measures nothing: {result.verdict.because}"
            yield ClaimFinding("claim-not-measured", Severity.MAJOR, text, (line.number,))
        elif round(Fraction(observed), len(digits)) != Fraction(claimed):
            text = f"{claimed} % coverage is claimed, {observed} % ({result.verdict.fraction} lines) is measured."
            yield ClaimFinding("claim-differs", Severity.MAJOR, text, (line.number,))
        return


def verdict(document: Document, evaluation: Evaluation) -> Iterator[ClaimFinding]:
    """Find a score or a decision that the policy does not give this evidence."""
    ready = evaluation.readiness
    for line in document.lines:
        found = _SCORE.search(line.text)
        if found and found[1] != score_text(ready.score):
            points = f"{points_text(ready.earned_halves)} of {points_text(ready.possible_halves)} points"
            text = f"A score of {found[1]} is claimed; the evidence gives {score_text(ready.score)} ({points})."
            yield ClaimFinding("claim-differs", Severity.MAJOR, text, (line.number,))
    said = [(hit[1], line) for line in document.lines if (hit := _DECISION.search(line.text))]
    other = next(((word, line) for word, line in said if word != str(ready.decision)), None)
    if other:
        text = f"{other[0]} is claimed; the policy decides {ready.headline}."
        yield ClaimFinding("claim-differs", Severity.MAJOR, text, (other[1].number,))


RULES = (subject, counts, coverage, verdict)
