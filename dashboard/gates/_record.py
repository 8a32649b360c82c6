"""What the gates over test results share: the record of the candidate, its age, a category of it."""

from datetime import datetime

from dashboard.gates._ruling import counted, missing, share, unusable
from dashboard.model.evidence import Evidence, TestEvidence
from dashboard.model.figures import share_text
from dashboard.model.policy import Rule
from dashboard.model.verdict import Verdict

TESTS = ("test", "tests")
PASSING = ("passing test", "passing tests")
INGEST = "Ingest the test report (JUnit XML or CTRF) of this candidate."


def newest_run(tests: TestEvidence) -> datetime | None:
    """Give the start of the newest run the record rests on."""
    return max((run.started_at for run in tests.runs), default=None)


def whole_record(evidence: Evidence, rule: Rule) -> TestEvidence | Verdict:
    """Give the record when it may be judged, else the ruling that says why not."""
    tests = evidence.tests
    if tests is None:
        return missing(rule, "No test results belong to this candidate.", INGEST)
    if tests.tally.total == 0:
        return missing(rule, "The test reports hold no test case.", "Ingest a run that executes tests.", tests.sources)
    return unusable(evidence, rule, tests.sources, newest_run(tests)) or tests


def category(evidence: Evidence, rule: Rule, name: str) -> Verdict:
    """Judge the share of a category that passed, with skipped tests in the denominator."""
    tests = whole_record(evidence, rule)
    if isinstance(tests, Verdict):
        return tests
    tally = tests.categories.get(name)
    sources = tests.category_sources.get(name) or tests.sources
    if tally is None or tally.total == 0:
        patterns = ", ".join(evidence.policy.categories.get(name, ())) or "none in the policy"
        because = f"No test belongs to the category {name} (patterns: {patterns})."
        return missing(rule, because, f"Run the {name} tests, or mend the category's patterns.", sources)
    because = (
        f"{tally.passed:,} of {counted(tally.total, TESTS)} of the category {name} passed "
        f"({share_text(tally.passed, tally.total)} %); {tally.failed + tally.errors:,} failed, "
        f"{tally.skipped:,} skipped."
    )
    return share(rule, tally.passed, tally.total, because, sources, PASSING)
