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

A major finding that somebody accepted in a signed reason needs no condition, and the decision is CONDITIONAL at best
all the same; a blocker cannot be accepted. Findings about the conditions themselves (``ABOUT_CONDITIONS``) are what
UNCOVERED_WARNING says in other words: a condition for them would be a condition for a missing condition, so they need
none and give no reason of their own. They only stand beside a warning, which is never a GO.

While tests are muted (``HOLDING_BACK``) the score is held at the most half-points that are not a GO; what is taken off
stands beside it as ``held_halves``.

Conditions of the candidate that are open after their day leave the decision what it is and are counted beside it:
``holds`` is then false, the headline says so, and neither pipeline nor rollout may act on it.

Absence is never success. Evidence that is missing, stale or invalid earns nothing and stays in the denominator,
and leaving out a report that would fail its gate must not look better than handing it in. Hence the last case
of NO-GO: only a condition with owner, due date and verification, that a person answers for, makes an absence
CONDITIONAL, and nothing makes it GO.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from dashboard.model.evaluation import Condition, Decision, Finding, GateResult, Readiness, Reason, Severity
from dashboard.model.figures import decimal_text, moment_text, score_text
from dashboard.model.policy import Policy
from dashboard.model.verdict import Ruling
from dashboard.model.waiver import Waiver, WaiverState

_ABSENT = {
    Ruling.MISSING: "EVIDENCE_MISSING",
    Ruling.STALE: "EVIDENCE_STALE",
    Ruling.INVALID: "EVIDENCE_INVALID",
}
_GOOD = (Ruling.PASS, Ruling.WARN)

#: Rules whose findings hold the score below GO, whatever the gates earned: tests that somebody muted.
HOLDING_BACK = frozenset({"tests-muted"})

#: Rules whose findings say that a condition is missing or says too little.
ABOUT_CONDITIONS = frozenset({"warning-without-condition", "condition-incomplete"})


def judge(
    results: Sequence[GateResult], findings: Sequence[Finding], conditions: Iterable[Condition], policy: Policy
) -> Readiness:
    """Apply the decision rule of the module's documentation.

    The reasons are all those of the level that won, in the order of the gates; a GO has none.
    """
    held_back = any(f.rule in HOLDING_BACK for f in findings)
    conditions = tuple(conditions)
    covered = {c.gate for c in conditions if complete(c)}
    earned = sum(r.earned_halves for r in results)
    possible = sum(2 * r.weight for r in results if r.counts)
    cap = _below_go(policy, possible) if held_back else earned
    lost, earned = max(0, earned - cap), min(earned, cap)
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
        overdue=sum(1 for c in conditions if c.state == "overdue"),
        held_halves=lost,
    )


def _below_go(policy: Policy, possible: int) -> int:
    """Give the most half-points that are not enough for a GO."""
    return max(0, math.ceil(policy.go * possible / 10) - 1)


def waived(results: Iterable[GateResult], waivers: Iterable[Waiver], moment: datetime) -> tuple[GateResult, ...]:
    """Turn failed gates with a waiver that is live at ``moment`` into waived ones.

    Key gates stay as they are: no waiver lifts them. Of a waiver that has run out the sentence says so.
    """
    by_gate: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        by_gate.setdefault(waiver.gate, []).append(waiver)
    return tuple(_waived(result, by_gate.get(result.gate, ()), moment) for result in results)


def _waived(result: GateResult, waivers: Sequence[Waiver], moment: datetime) -> GateResult:
    verdict = result.verdict
    if result.key or verdict.ruling is not Ruling.FAIL:
        return result
    live = [w for w in waivers if w.state_at(moment) is WaiverState.LIVE]
    if live:
        longest = max(live, key=lambda w: w.expires_at)
        because = (
            f"{verdict.because} Waived by {longest.approved_by} until {moment_text(longest.expires_at)}: "
            f"{longest.reason}"
        )
        return replace(result, waiver=longest, verdict=replace(verdict, ruling=Ruling.WAIVED, because=because))
    over = [w for w in waivers if w.approved_at is not None and w.state_at(moment) is WaiverState.EXPIRED]
    if over:
        because = f"{verdict.because} Its waiver ran out at {moment_text(max(w.expires_at for w in over))}."
        return replace(result, verdict=replace(verdict, because=because))
    return result


def needs_condition(finding: Finding) -> bool:
    """Say whether a finding must be covered by a condition: open, major, and not about conditions."""
    open_major = finding.severity is Severity.MAJOR and finding.accepted is None
    return open_major and finding.rule not in ABOUT_CONDITIONS


def complete(condition: Condition) -> bool:
    """Say whether a condition has an owner and a way to verify it; its due date is always there."""
    return bool(condition.owner.strip() and condition.verification.strip())


def _uncovered(results: Sequence[GateResult], findings: Sequence[Finding], covered: set[str]) -> tuple[str, ...]:
    gates = [r.gate for r in results if _needs_condition(r)]
    majors = [f"finding:{f.rule}" for f in findings if needs_condition(f)]
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
    majors = [f for f in findings if f.severity is Severity.MAJOR and f.rule not in ABOUT_CONDITIONS]
    return reasons + [Reason("MAJOR_FINDING", _major(f)) for f in majors]


def _major(finding: Finding) -> str:
    accepted = finding.accepted
    return finding.text if accepted is None else f"{finding.text} Accepted by {accepted.name}: {accepted.reason}"


def _uncovered_reason(item: str) -> Reason:
    finding = item.startswith("finding:")
    what = f"The finding {item.removeprefix('finding:')}" if finding else item
    text = f"{what} has no condition with an owner, a due date and a way to verify it."
    return Reason("UNCOVERED_WARNING", text, None if finding else item)


def _score_reason(code: str, score: Fraction, bound: Fraction) -> Reason:
    shown, asked = score_text(score), decimal_text(bound, 1)
    exact = f"{score.numerator}/{score.denominator}"
    return Reason(code, f"The score of {shown} (exactly {exact}) is below {asked}.")
