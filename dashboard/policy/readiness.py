"""The decision rule: gate results, findings and conditions become a score and a decision.

First match wins:

NO-GO
    No gate at all (EMPTY_POLICY). A key gate that is not pass or warn (KEY_FAIL, EVIDENCE_MISSING, EVIDENCE_STALE,
    EVIDENCE_INVALID); a waiver does not lift a key gate, nor can it be declared not applicable. A failed gate that
    is not key (GATE_FAIL): a live waiver turns its ruling into ``waived``. An open blocker finding
    (BLOCKER_FINDING). A score below the policy's ``conditional`` (SCORE_LOW). A gate that is not key but has no
    usable evidence (EVIDENCE_*), as long as nobody has taken it over with a complete condition.
CONDITIONAL GO
    Any warning (WARNING), waiver (WAIVER), open major finding (MAJOR_FINDING), taken-over absence (EVIDENCE_*), or a
    score below ``go`` (SCORE_BELOW_GO). Each of them needs a condition; one without is named UNCOVERED_WARNING.
GO
    The rest.

Absence is never success. Evidence that is missing, stale or invalid earns nothing and stays in the denominator,
and leaving out a report that would fail its gate must not look better than handing it in. Hence the last case
of NO-GO: only a condition with owner, due date and verification, that a person answers for, makes an absence
CONDITIONAL, and nothing makes it GO.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from dashboard.model.evaluation import Condition, Decision, Finding, GateResult, Readiness, Reason, Severity
from dashboard.model.figures import decimal_text, score_text
from dashboard.model.policy import Policy
from dashboard.model.verdict import Ruling

_ABSENT = {
    Ruling.MISSING: "EVIDENCE_MISSING",
    Ruling.STALE: "EVIDENCE_STALE",
    Ruling.INVALID: "EVIDENCE_INVALID",
}
_GOOD = (Ruling.PASS, Ruling.WARN)


def judge(
    results: Sequence[GateResult], findings: Sequence[Finding], conditions: Iterable[Condition], policy: Policy
) -> Readiness:
    """Apply the decision rule of the module's documentation.

    The reasons are all those of the level that won, in the order of the gates; a GO has none.
    """
    covered = {c.gate for c in conditions if complete(c)}
    earned = sum(r.earned_halves for r in results)
    possible = sum(2 * r.weight for r in results if r.counts)
    score = Fraction(10 * earned, possible) if possible else Fraction(0)
    uncovered = _uncovered(results, findings, covered)

    reasons = _blocking(results, findings, covered)
    if not possible:
        reasons.insert(0, Reason("EMPTY_POLICY", "The policy asks nothing that counts, so nothing is proved."))
    elif score < policy.conditional:
        reasons.append(_score_reason("SCORE_LOW", score, policy.conditional))
    decision = Decision.NO_GO
    if not reasons:
        reasons = _conditional(results, findings)
        if score < policy.go:
            reasons.append(_score_reason("SCORE_BELOW_GO", score, policy.go))
        decision = Decision.CONDITIONAL_GO if reasons else Decision.GO
        reasons += [_uncovered_reason(item) for item in uncovered]
    return Readiness(
        decision=decision,
        earned_halves=earned,
        possible_halves=possible,
        measured=sum(1 for r in results if r.measured),
        gates=len(results),
        reasons=tuple(reasons),
        uncovered=uncovered,
    )


def complete(condition: Condition) -> bool:
    """Say whether a condition has an owner and a way to verify it; its due date is always there."""
    return bool(condition.owner.strip() and condition.verification.strip())


def _uncovered(results: Sequence[GateResult], findings: Sequence[Finding], covered: set[str]) -> tuple[str, ...]:
    gates = [r.gate for r in results if _needs_condition(r)]
    majors = [f"finding:{f.rule}" for f in findings if f.severity is Severity.MAJOR]
    return tuple(item for item in dict.fromkeys(gates + majors) if item not in covered)


def _needs_condition(result: GateResult) -> bool:
    ruling = result.verdict.ruling
    if ruling is Ruling.WARN:
        return True
    return not result.key and (ruling is Ruling.WAIVED or ruling in _ABSENT)


def _blocking(results: Sequence[GateResult], findings: Sequence[Finding], covered: set[str]) -> list[Reason]:
    reasons = [reason for r in results if (reason := _blocked_by(r, covered))]
    reasons += [Reason("BLOCKER_FINDING", f.text) for f in findings if f.severity is Severity.BLOCKER]
    return reasons


def _blocked_by(result: GateResult, covered: set[str]) -> Reason | None:
    ruling, because = result.verdict.ruling, result.verdict.because
    if result.key:
        if ruling in _GOOD:
            return None
        if ruling is Ruling.WAIVED:
            because = f"A waiver does not lift a key gate. {because}"
        elif ruling is Ruling.NOT_APPLICABLE:
            because = f"A key gate cannot be set aside as not applicable. {because}"
        return Reason(_ABSENT.get(ruling, "KEY_FAIL"), f"{result.title} (key): {because}", result.gate)
    if ruling is Ruling.FAIL:
        return Reason("GATE_FAIL", f"{result.title}: {because}", result.gate)
    if ruling in _ABSENT and result.gate not in covered:
        text = f"{result.title}: {because} Nobody has taken this over with a condition."
        return Reason(_ABSENT[ruling], text, result.gate)
    return None


def _conditional(results: Sequence[GateResult], findings: Sequence[Finding]) -> list[Reason]:
    codes = _ABSENT | {Ruling.WARN: "WARNING", Ruling.WAIVED: "WAIVER"}
    reasons = [
        Reason(codes[r.verdict.ruling], f"{r.title}: {r.verdict.because}", r.gate)
        for r in results
        if r.verdict.ruling in codes
    ]
    return reasons + [Reason("MAJOR_FINDING", f.text) for f in findings if f.severity is Severity.MAJOR]


def _uncovered_reason(item: str) -> Reason:
    finding = item.startswith("finding:")
    what = f"The finding {item.removeprefix('finding:')}" if finding else item
    text = f"{what} has no condition with an owner, a due date and a way to verify it."
    return Reason("UNCOVERED_WARNING", text, None if finding else item)


def _score_reason(code: str, score: Fraction, bound: Fraction) -> Reason:
    shown, asked = score_text(score), decimal_text(bound, 1)
    exact = f"{score.numerator}/{score.denominator}"
    return Reason(code, f"The score of {shown} (exactly {exact}) is below {asked}.")
