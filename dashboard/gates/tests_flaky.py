"""Asks: do tests give different answers on the very same code?

Passes: when no test both passed and failed on this candidate, over all its runs and retries. Warns while such tests are
within the threshold's share of all tests. Cases that could not be told apart are left out and counted.

Unknown: when the test reports are missing, incomplete or too old.

Remedy: make the named tests deterministic, or take them out of the suite and say so; retries do not hide them here.
"""

from dashboard.gates._record import TESTS, whole_record
from dashboard.gates._ruling import counted, named, share
from dashboard.model.evidence import Evidence
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Verdict

NAMED = 3


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    tests = whole_record(evidence, rule)
    if isinstance(tests, Verdict):
        return tests
    total, runs = tests.tally.total, counted(len(tests.runs), ("run", "runs"))
    because = f"{tests.flaky:,} of {counted(total, TESTS)} both passed and failed on this candidate, in {runs}"
    because += f": {named(tests.flaky_names, NAMED, tests.flaky)}" if tests.flaky_names else ""
    if tests.ambiguous:
        because += f"; {counted(tests.ambiguous, ('case', 'cases'))} could not be told apart and are left out"
    return share(
        rule, tests.flaky, total, f"{because}.", tests.flaky_sources or tests.sources, ("flaky test", "flaky tests")
    )


GATE = Gate("tests.flaky", "Flaky tests", judge, __doc__)
