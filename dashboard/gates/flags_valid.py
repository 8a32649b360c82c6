"""Asks: does every feature flag serve what its category must serve in this environment?

Passes: when each flag of a category for which the policy expects something does so ("on": everybody is served, "off":
nobody, "any": nothing is asked), serves between 0 and 100 %, and no served flag depends on one that nobody is served.
Enabled is not the same as served: only what is served is judged. Flags of other categories are counted and named.

Unknown: when there is no flag file, or none of its flags has a category for which something is expected.

Remedy: mend the flags that are named, or the expectation in the policy.
"""

from collections.abc import Mapping

from dashboard.analysis.flags import broken_dependencies
from dashboard.gates._ruling import counted, missing, named, oldest, unusable
from dashboard.model.evidence import Evidence
from dashboard.model.figures import of_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.records import FlagState
from dashboard.model.verdict import Ruling, Verdict

FLAGS = ("flag", "flags")


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    held = evidence.flags
    if held is None:
        return missing(rule, "No flag file belongs to this candidate.", "Ingest the flag file of the environment.")
    expected = _expectations(evidence)
    judged = [f for f in held.flags if f.category is not None and f.category.casefold() in expected]
    others = [f.key for f in held.flags if f.category is None or f.category.casefold() not in expected]
    if not judged:
        because = f"None of {counted(len(held.flags), FLAGS)} has a category for which the policy expects something."
        turn = "Give the flags categories, or the policy expectations for those they have."
        return missing(rule, because, turn, held.sources)
    refused = unusable(evidence, rule, held.sources, oldest(held.sources))
    if refused:
        return refused
    wrong = {f.key: problem for f in judged if (problem := _problem(f, expected[(f.category or "").casefold()]))}
    wrong |= {f.key: "serves outside 0 to 100 %" for f in held.flags if _outside(f)}
    wrong |= {key: f"depends on {on}, which nobody is served" for key, on in broken_dependencies(held.flags).items()}
    counting = {f.key for f in judged} | wrong.keys()
    fraction = of_text(len(counting) - len(wrong), len(counting))
    because = f"{fraction} flags serve what is expected"
    because += f"; {named([f'{key} {problem}' for key, problem in wrong.items()])}" if wrong else ""
    because += f"; {counted(len(others), FLAGS)} of other categories not judged: {named(others)}" if others else ""
    return Verdict(
        ruling=Ruling.FAIL if wrong else Ruling.PASS,
        because=f"{because}.",
        observed=f"{len(counting) - len(wrong):,}",
        fraction=fraction,
        required=rule.required,
        unit="flags",
        evidence=held.sources,
        turn=f"{counted(len(wrong), FLAGS)} to mend, then a new flag file." if wrong else None,
    )


def _expectations(evidence: Evidence) -> Mapping[str, str]:
    by_environment = evidence.policy.flag_expectations
    merged = {**by_environment.get("*", {}), **by_environment.get(evidence.candidate.environment or "*", {})}
    return {category.casefold(): state for category, state in merged.items()}


def _problem(flag: FlagState, expected: str) -> str | None:
    if expected == "any":
        return None
    low, high = flag.served_min_pct, flag.served_max_pct
    if low is None or high is None:
        return "does not say what it serves"
    if expected == "on" and low < 100:
        return f"serves {_range(low, high)} instead of everybody"
    if expected == "off" and high > 0:
        return f"serves {_range(low, high)} instead of nobody"
    return None


def _outside(flag: FlagState) -> bool:
    ends = [end for end in (flag.served_min_pct, flag.served_max_pct) if end is not None]
    return any(not 0 <= end <= 100 for end in ends) or (len(ends) == 2 and ends[0] > ends[1])


def _range(low: float, high: float) -> str:
    return f"{low:g} %" if low == high else f"{low:g} to {high:g} %"


GATE = Gate("flags.valid", "Feature flags as expected", judge, __doc__)
