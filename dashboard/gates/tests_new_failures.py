"""Asks: does a test fail that did not fail before?

Passes: when no failing test of the candidate passed, was skipped or was not there in the last approved candidate of the
branch; where none was approved yet, in the candidate before it. A threshold above nothing tolerates as many.

Unknown: when the test reports are missing, incomplete or too old, or no earlier candidate of the branch has test
results to compare with.

Remedy: mend the tests that are named; ingest the results of the version before if there is nothing to compare with.
"""

from fractions import Fraction

from dashboard.gates._record import whole_record
from dashboard.gates._ruling import counted, missing, named, ruled
from dashboard.model.evidence import Evidence
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict

FAILURES = ("new failure", "new failures")
NAMED = 3


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    tests = whole_record(evidence, rule)
    if isinstance(tests, Verdict):
        return tests
    found = evidence.new_failures
    if found is None:
        because = "No earlier candidate of the branch has test results to compare with."
        return missing(rule, because, "Ingest the test results of the version before.", tests.sources)
    which = "the last approved candidate" if found.approved else "the candidate before it, none was approved yet"
    because = f"{counted(found.count, FAILURES)} against {found.compared_with} ({which})"
    because += f": {named(found.names, NAMED, found.count)}" if found.names else ""
    ruling = ruled(rule, Fraction(found.count))
    turn = None
    if ruling is not Ruling.PASS:
        turn = f"{counted(found.count, FAILURES)} mended: {named(found.names, NAMED, found.count)}."
        if rule.passes is not None and rule.passes.number:
            turn = f"As few of {counted(found.count, FAILURES)} as {rule.passes.text}."
    return Verdict(ruling, f"{because}.", f"{found.count:,}", None, rule.required, "failures", tests.sources, turn)


GATE = Gate("tests.new_failures", "New failures", judge, __doc__)
