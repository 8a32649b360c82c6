"""Asks: how many of the candidate's tests pass?

Passes: when the share of all test cases whose final outcome is passed reaches the threshold. A skipped test is not a
passed one: it stays in the denominator, and the share of the executed tests is printed beside it.

Unknown: when no test report belongs to the candidate, it holds no case, it says that a part of it is missing, or its
newest run is too old.

Remedy: mend the failing tests named on the page of the run, run the suite again on the same commit and ingest it.
"""

from dashboard.gates._record import PASSING, TESTS, whole_record
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
    tally = tests.tally
    executed = tally.total - tally.skipped
    of_executed = (
        f"{share_text(tally.passed, executed)} % of the {executed:,} executed" if executed else "none executed"
    )
    because = (
        f"{tally.passed:,} of {counted(tally.total, TESTS)} passed: {share_text(tally.passed, tally.total)} % of all "
        f"{tally.total:,}, {of_executed}; {tally.failed + tally.errors:,} failed, {tally.skipped:,} skipped."
    )
    return share(rule, tally.passed, tally.total, because, tests.sources, PASSING)


GATE = Gate("tests.pass_rate", "Test pass rate", judge, __doc__)
