"""Asks: is something switched on that not everybody is served yet?

Passes: when no enabled flag serves less than 100 %. Warns when each of those that do carries a rollout plan that never
goes back and ends at 100 %: what was tested is then not yet what everybody gets, but it is planned.

Unknown: when there is no flag file, it holds no flag, or no flag says what it serves.

Remedy: give the named flags a rollout plan, or serve everybody, or switch them off.
"""

from dashboard.analysis.flags import plan_reaches_everybody, staged
from dashboard.gates._ruling import counted, missing, named, oldest, unusable
from dashboard.model.evidence import Evidence
from dashboard.model.figures import of_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict

FLAGS = ("flag", "flags")


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    held = evidence.flags
    if held is None:
        return missing(rule, "No flag file belongs to this candidate.", "Ingest the flag file of the environment.")
    if not any(flag.served_min_pct is not None for flag in held.flags):
        because = f"None of {counted(len(held.flags), FLAGS)} says what it serves."
        return missing(rule, because, "Ingest a flag file with switches and shares.", held.sources)
    refused = unusable(evidence, rule, held.sources, oldest(held.sources))
    if refused:
        return refused
    found = staged(held.flags)
    unplanned = [f.key for f in found if not plan_reaches_everybody(f.plan)]
    ruling = Ruling.FAIL if unplanned else Ruling.WARN if found else Ruling.PASS
    fraction = of_text(len(found), len(held.flags))
    because = f"{fraction} flags are enabled and serve less than everybody"
    because += f": {named([f.key for f in found])}" if found else ""
    because += f"; without a rollout plan to 100 %: {named(unplanned)}" if unplanned else ""
    because += ", all by a rollout plan" if found and not unplanned else ""
    turn = f"{counted(len(found), FLAGS)} at 100 %, or switched off." if found else None
    return Verdict(ruling, f"{because}.", f"{len(found):,}", fraction, rule.required, "flags", held.sources, turn)


GATE = Gate("flags.staged", "Staged feature flags", judge, __doc__)
