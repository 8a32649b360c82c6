"""How far the decision hangs on the weights: the same rulings judged under other weights, and with gates dropped.

"CONDITIONAL GO in 40 of 40 variants" tells more than the digit of the score.
"""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.model.evaluation import Condition, Decision, Finding, GateResult, Variant
from dashboard.model.policy import Policy, Tier
from dashboard.policy.readiness import judge

_TIERS = tuple(Tier)  # heaviest first


def variants(
    results: Sequence[GateResult], findings: Sequence[Finding], conditions: Sequence[Condition], policy: Policy
) -> tuple[Variant, ...]:
    """Judge every variant: each gate one tier up, one tier down, dropped; and all weights equal.

    A gate keeps being key or not: the question is what the weights decide, not what a key gate blocks.
    """
    found = []

    def add(name: str, changed: Sequence[GateResult]) -> None:
        ready = judge(changed, findings, conditions, policy)
        found.append(Variant(name, ready.decision, ready.earned_halves, ready.possible_halves))

    for index, result in enumerate(results):
        before, after = results[:index], results[index + 1 :]
        at = _TIERS.index(result.tier)
        for word, other in (("up", at - 1), ("down", at + 1)):
            if 0 <= other < len(_TIERS):
                tier = _TIERS[other]
                moved = replace(result, tier=tier, weight=policy.weights[tier])
                add(f"{result.gate} {word} to {tier}", (*before, moved, *after))
        if len(results) > 1:
            add(f"without the gate {result.gate}", (*before, *after))
    if results:
        add("equal weights", [replace(r, weight=1) for r in results])
    return tuple(found)


def counts(found: Sequence[Variant]) -> dict[Decision, int]:
    """Count the variants by decision, best first."""
    return {decision: sum(1 for v in found if v.decision is decision) for decision in Decision}


def same(found: Sequence[Variant], decision: Decision) -> int:
    """Count the variants that decide the same."""
    return sum(1 for v in found if v.decision is decision)
