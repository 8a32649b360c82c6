"""Asks: how much of the suite was not executed?

Passes: when the share of test cases whose final outcome is skipped is within the threshold.

Unknown: when the test reports are missing, incomplete or too old.

Remedy: run the skipped tests where their environment is there, or remove those nobody will run again.
"""

from dashboard.gates._record import TESTS, whole_record
from dashboard.gates._ruling import counted, share
from dashboard.model.evidence import Evidence
from dashboard.model.figures import share_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Verdict


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    tests = whole_record(evidence, rule)
    if isinstance(tests, Verdict):
        return tests
    skipped, total = tests.tally.skipped, tests.tally.total
    because = f"{skipped:,} of {counted(total, TESTS)} were skipped ({share_text(skipped, total)} %)."
    return share(rule, skipped, total, because, tests.sources, ("skipped test", "skipped tests"))


GATE = Gate("tests.skipped", "Skipped tests", judge, __doc__)
