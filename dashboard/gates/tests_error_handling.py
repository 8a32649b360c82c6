"""Asks: does the candidate handle errors as it should?

Passes: when the share of the policy's category ``error_handling`` that passes reaches the threshold.

Unknown: when no test belongs to the category, or the test reports are missing, incomplete or too old.

Remedy: mend the failing tests; if the category is empty, check its patterns in the policy.
"""

from dashboard.gates._record import category
from dashboard.model.evidence import Evidence
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Verdict


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    return category(evidence, rule, "error_handling")


GATE = Gate("tests.error_handling", "Error handling tests", judge, __doc__)
