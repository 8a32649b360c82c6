"""Asks: are all components of the deployment healthy?

Passes: when every check of the newest health document of each name passes. Warns when a check warns and none fails.

Unknown: when there is no health document, it holds no check, or the oldest of them is too old.

Remedy: mend the component that is named, and ingest the health document again.
"""

from dashboard.gates._ruling import missing, oldest, unusable
from dashboard.model.evidence import Evidence
from dashboard.model.figures import of_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    health = evidence.health
    if health is None:
        return missing(rule, "No health document belongs to this candidate.", "Ingest the health endpoint's answer.")
    if not health.checks:
        because = "The health document lists no check."
        return missing(rule, because, "Ingest one that lists the checks of each component.", health.sources)
    refused = unusable(evidence, rule, health.sources, oldest(health.sources))
    if refused:
        return refused
    passing = sum(1 for check in health.checks if check.status == "pass")
    warning = [check.name for check in health.checks if check.status == "warn"]
    failing = [check.name for check in health.checks if check.status not in ("pass", "warn")]
    ruling = Ruling.FAIL if failing else Ruling.WARN if warning else Ruling.PASS
    because = f"{of_text(passing, len(health.checks))} checks pass"
    because += f"; failing: {', '.join(failing)}" if failing else ""
    because += f"; warning: {', '.join(warning)}" if warning else ""
    turn = None if ruling is Ruling.PASS else f"{len(failing) + len(warning):,} more passing, then a new document."
    fraction = of_text(passing, len(health.checks))
    return Verdict(ruling, f"{because}.", f"{passing:,}", fraction, rule.required, "passing", health.sources, turn)


GATE = Gate("health.checks", "Health checks", judge, __doc__)
