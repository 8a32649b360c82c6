"""Gates: one question with a measured answer, one file each. Evidence goes in, a verdict comes out."""

import sys
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from dashboard import plugins
from dashboard.model.evaluation import GateResult
from dashboard.model.evidence import Evidence
from dashboard.model.protocols import Gate


@cache
def all_gates() -> Mapping[str, Gate]:
    """Give every gate of the product by its id."""
    found: tuple[Gate, ...] = plugins.collect(sys.modules[__name__], "GATE")
    return MappingProxyType({gate.id: gate for gate in found})


def results(evidence: Evidence) -> tuple[GateResult, ...]:
    """Judge the evidence by each gate of its policy, in the policy's order."""
    known = all_gates()
    return tuple(
        GateResult(
            gate=rule.gate,
            title=known[rule.gate].title,
            tier=rule.tier,
            key=rule.key,
            weight=evidence.policy.weights[rule.tier],
            verdict=known[rule.gate].judge(evidence, rule),
        )
        for rule in evidence.policy.rules.values()
    )
