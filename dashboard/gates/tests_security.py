"""Asks: do all security tests pass?

Passes: when every test of the policy's category ``security`` passes; a skipped one does not.

Unknown: when no test belongs to the category, or the test reports are missing, incomplete or too old.

Remedy: mend the failing tests; if the category is empty, check its patterns in the policy.
"""

from dashboard.gates._record import category
from dashboard.model.evidence import Evidence
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Verdict


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    return category(evidence, rule, "security")


GATE = Gate("tests.security", "Security tests", judge, __doc__)
