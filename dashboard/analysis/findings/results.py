"""Findings about test results: reports that hold nothing, counts that do not add up, passes that hide a failure."""

from collections.abc import Iterator, Sequence

from dashboard.analysis._phrases import many, named
from dashboard.model.candidate import Source
from dashboard.model.evaluation import Finding, Severity
from dashboard.model.evidence import Evidence, Tally
from dashboard.model.figures import of_text, share_text
from dashboard.model.records import Kind


def zero_tests(evidence: Evidence) -> Iterator[Finding]:
    """Find test reports without a test."""
    given = tuple(s for s in evidence.sources if s.kind is Kind.TESTS)
    if given and (evidence.tests is None or evidence.tests.tally.total == 0):
        text = f"{_reports(given)} of tests hold no test case; an empty run proves nothing."
        yield Finding("zero-tests", Severity.BLOCKER, text, given)


def incomplete_report(evidence: Evidence) -> Iterator[Finding]:
    """Find reports that say of themselves that something is missing, and that no complete one stands in for."""
    passed_over = evidence.coverage.passed_over if evidence.coverage else ()
    broken = tuple(s for s in evidence.sources if s.incomplete and s not in passed_over)
    if broken:
        text = f"{_reports(broken)} incomplete by what they say themselves: {named([s.name for s in broken])}."
        yield Finding("incomplete-report", Severity.BLOCKER, text, broken)


def tests_muted(evidence: Evidence) -> Iterator[Finding]:
    """Find tests that somebody muted: their figures count as they are, and the release is no plain GO."""
    muted = evidence.muted
    if muted:
        oldest = min(one.muted_at for one in muted)
        until = max(one.expires_at for one in muted)
        names = named([f"{one.label} ({one.owner}, {one.ticket})" for one in muted])
        text = (
            f"{many(len(muted), 'test is', 'tests are')} muted, the oldest since {oldest:%Y-%m-%d}, the last until "
            f"{until:%Y-%m-%d}: {names}."
        )
        yield Finding("tests-muted", Severity.MAJOR, text, evidence.tests.sources if evidence.tests else ())


def counters_disagree(evidence: Evidence) -> Iterator[Finding]:
    """Find suites whose declared counters are not what was counted."""
    tests = evidence.tests
    if tests and tests.counters_disagree:
        n = tests.counters_disagree
        text = (
            f"{many(n, 'suite declares', 'suites declare')} other counts than its cases add up to; cases were counted."
        )
        yield Finding("counters-disagree", Severity.MINOR, text, tests.sources)


def categories_do_not_add_up(evidence: Evidence) -> Iterator[Finding]:
    """Find categories that hold more tests, or more that did not pass, than there are.

    Categories need not hold every test; but sums beyond the whole mean that some are counted in several, and what
    each category says cannot be added or compared.
    """
    tests = evidence.tests
    if tests is None or not tests.tally.total:
        return
    parts, whole = tests.categories.values(), tests.tally
    held, failing = sum(t.total for t in parts), sum(_not_passed(t) for t in parts)
    for what, n, of in (("tests", held, whole.total), ("tests that did not pass", failing, _not_passed(whole))):
        if n > of:
            text = f"The categories hold {n:,} {what}, all there are is {of:,}: some are counted in several categories."
            yield Finding("categories-do-not-add-up", Severity.MAJOR, text, tests.sources)


def passes_hide_failures(evidence: Evidence) -> Iterator[Finding]:
    """Find categories that count a test as passed although an attempt at it failed in the very same run."""
    tests = evidence.tests
    hidden = {name: n for name, n in tests.retried.items() if n} if tests else {}
    if tests and hidden:
        told = named([f"{name} ({n:,})" for name, n in sorted(hidden.items())])
        text = f"Counted as passed although an attempt of the same run failed, by category: {told}."
        yield Finding("passes-hide-failures", Severity.MAJOR, text, tests.sources)


def ambiguous_tests(evidence: Evidence) -> Iterator[Finding]:
    """Find cases that cannot be told apart."""
    tests = evidence.tests
    if tests and tests.ambiguous:
        n = many(tests.ambiguous, "test case was", "test cases were")
        text = f"{n} reported several times under one name; the worst outcome counts, flakiness is not judged."
        yield Finding("ambiguous-tests", Severity.MINOR, text, tests.sources)


def skips_in_denominator(evidence: Evidence) -> Iterator[Finding]:
    """Print the pass rate with and without the skipped tests."""
    tests = evidence.tests
    if tests and tests.tally.skipped:
        tally = tests.tally
        executed = tally.total - tally.skipped
        text = (
            f"{many(tally.skipped, 'skipped test counts', 'skipped tests count')} as not passed: "
            f"{share_text(tally.passed, tally.total)} % ({of_text(tally.passed, tally.total)}) of all, "
            f"{share_text(tally.passed, executed)} % ({of_text(tally.passed, executed)}) of the executed."
        )
        yield Finding("skips-in-denominator", Severity.INFO, text, tests.sources)


def passes_alone(evidence: Evidence) -> Iterator[Finding]:
    """Find a rerun of a part in which all passed, while the record of the whole suite has failures."""
    tests = evidence.tests
    if tests is None or not tests.tally.failed + tests.tally.errors:
        return
    clean = [r.name for r in tests.runs if r.partial and r.tally.passed and not r.tally.failed + r.tally.errors]
    if clean:
        names = f" ({named(tests.failing_names)})" if tests.failing_names else ""
        text = (
            f"Passes alone, fails in the full suite: a run of a part ({named(clean)}) had no failure, the suite "
            f"did{names}. A partial run never clears a failure."
        )
        yield Finding("passes-alone", Severity.INFO, text, tests.sources)


def _not_passed(tally: Tally) -> int:
    return tally.total - tally.passed


def _reports(sources: Sequence[Source]) -> str:
    return many(len(sources), "report", "reports")
