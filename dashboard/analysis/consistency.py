"""Findings: what an auditor would catch in the evidence itself, each a small pure function.

Takes: the evidence of a candidate. Gives: findings, worst first, then by rule. Source: the evidence alone; the text of
a finding depends on nothing else (not on the clock), since it is signed and must come out the same when verified.
Empty: a part that was never ingested is the gates' business and is no finding here, unless the policy asks for a soak
that no gate would miss.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from dashboard.analysis._phrases import many, named
from dashboard.analysis.expected import expected_report_missing
from dashboard.analysis.flags import broken_dependencies, plan_reaches_everybody, staged
from dashboard.analysis.integrity import records_dropped, records_repaired
from dashboard.analysis.regressions import matches
from dashboard.analysis.soak import longest_stretch, needed_runs
from dashboard.model.candidate import Source
from dashboard.model.evaluation import Finding, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.figures import duration_text, moment_text, of_text, share_text
from dashboard.model.records import Kind

_DIGEST = re.compile(r"^(?:sha(?:1|256|512):)?[0-9a-f]{7,128}$", re.IGNORECASE)
_ORDER = tuple(Severity)


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """Apply every rule."""
    found = [finding for rule in RULES for finding in rule(evidence)]
    return tuple(sorted(found, key=lambda f: (_ORDER.index(f.severity), f.rule, f.text)))


def no_subject_digest(evidence: Evidence) -> Iterator[Finding]:
    """Find a subject that names no bytes: a label can be moved to other bytes after the signature."""
    subject = evidence.candidate.subject
    if not _DIGEST.match(subject):
        text = f"The subject {subject!r} is no digest (a commit or artefact sha), so nothing ties it to its bytes."
        yield Finding("no-subject-digest", Severity.BLOCKER, text)


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


def soak_short(evidence: Evidence) -> Iterator[Finding]:
    """Find a soak that is shorter than demanded, or has a hole."""
    minimum = evidence.policy.soak.get("minimum")
    if minimum is None:
        return
    asked, ops = duration_text(minimum.total_seconds()), evidence.ops
    if ops is None:
        if not any(gate.startswith("ops.") for gate in evidence.policy.rules):
            text = f"The policy demands a soak of {asked}, and there are no operational samples."
            yield Finding("soak-short", Severity.BLOCKER, text)
        return
    if ops.end - ops.start < minimum:
        length = duration_text((ops.end - ops.start).total_seconds())
        text = f"The soak lasted {length} of the {asked} demanded."
        yield Finding("soak-short", Severity.BLOCKER, text, ops.sources)
    gap = evidence.policy.soak.get("max_gap")
    if gap is not None and ops.largest_gap_s > gap.total_seconds():
        hole = duration_text(ops.largest_gap_s)
        text = f"The samples of the soak have a hole of {hole}; at most {duration_text(gap.total_seconds())} may be."
        yield Finding("soak-short", Severity.BLOCKER, text, ops.sources)


def soak_runs_missing(evidence: Evidence) -> Iterator[Finding]:
    """Find a soak in which the suite was not run as often as demanded."""
    soak, ops = evidence.policy.soak, evidence.ops
    if ops is None or "minimum" not in soak or "every" not in soak:
        return
    every, gap = soak["every"], soak.get("max_gap", soak["every"])
    runs = evidence.tests.runs if evidence.tests else ()
    slack = max(gap - every, timedelta(0))
    stretch = longest_stretch(runs, ops.start - slack, ops.end + slack, gap)
    needed = needed_runs(soak["minimum"], every)
    if stretch < needed:
        text = (
            f"The suite ran {stretch} times without a pause of more than {_hours(gap)} during the soak; "
            f"{needed} runs, one every {_hours(every)}, are demanded."
        )
        yield Finding("soak-runs-missing", Severity.BLOCKER, text, evidence.tests.sources if evidence.tests else ())


def coverage_files_dropped(evidence: Evidence) -> Iterator[Finding]:
    """Find a coverage report that lost files: its percentage is then of less code, not of better code."""
    coverage = evidence.coverage
    if coverage is None or not coverage.previous_files:
        return
    before, now = coverage.previous_files, coverage.total.files
    if now * 10 < before * 9:
        text = (
            f"The coverage report has {now:,} files, the one before had {before:,}: "
            f"{share_text(before - now, before, 1)} % are gone, so it is incomplete rather than lower."
        )
        yield Finding("coverage-files-dropped", Severity.MAJOR, text, coverage.sources)


def flag_dependency_off(evidence: Evidence) -> Iterator[Finding]:
    """Find flags that are served while what they need is not."""
    broken = broken_dependencies(evidence.flags.flags) if evidence.flags else {}
    if evidence.flags and broken:
        pairs = [f"{key} needs {on}" for key, on in broken.items()]
        text = f"Served flags depend on flags that nobody is served: {named(pairs)}."
        yield Finding("flag-dependency-off", Severity.MAJOR, text, evidence.flags.sources)


def rollout_plan_broken(evidence: Evidence) -> Iterator[Finding]:
    """Find rollout plans that go back, or never reach everybody."""
    held = staged(evidence.flags.flags) if evidence.flags else ()
    broken = [f.key for f in held if f.plan and not plan_reaches_everybody(f.plan)]
    if evidence.flags and broken:
        text = f"Rollout plans that go back or do not reach 100 %: {named(broken)}."
        yield Finding("rollout-plan-broken", Severity.MINOR, text, evidence.flags.sources)


def counters_disagree(evidence: Evidence) -> Iterator[Finding]:
    """Find suites whose declared counters are not what was counted."""
    tests = evidence.tests
    if tests and tests.counters_disagree:
        n = tests.counters_disagree
        text = (
            f"{many(n, 'suite declares', 'suites declare')} other counts than its cases add up to; cases were counted."
        )
        yield Finding("counters-disagree", Severity.MINOR, text, tests.sources)


def baseline_missing(evidence: Evidence) -> Iterator[Finding]:
    """Find benchmarks that are compared with nothing."""
    benchmarks = evidence.benchmarks
    bare = [s.name for s in benchmarks.series if not s.baseline] if benchmarks else []
    if benchmarks and bare:
        text = f"{many(len(bare), 'benchmark has', 'benchmarks have')} no baseline: {named(bare)}."
        yield Finding("baseline-missing", Severity.MINOR, text, benchmarks.sources)


def direction_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Find benchmarks with a baseline of which nobody says which way is better; they never judge."""
    rule = evidence.policy.rules.get("cost")
    cost = rule.options.get("metric", "") if rule else ""
    benchmarks = evidence.benchmarks
    compared = [s for s in benchmarks.series if s.baseline and not matches(s.name, cost)] if benchmarks else []
    unsaid = [s.name for s in compared if s.direction is None]
    if benchmarks and unsaid:
        text = f"{many(len(unsaid), 'benchmark does', 'benchmarks do')} not say which way is better: {named(unsaid)}."
        yield Finding("direction-unknown", Severity.MINOR, text, benchmarks.sources)


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


def cut_off_declared(evidence: Evidence) -> Iterator[Finding]:
    """Say that the candidate is judged as of a declared moment and not at the present."""
    if evidence.candidate.as_of is not None:
        text = f"Judged as of {moment_text(evidence.candidate.as_of)}, a declared cut-off: ages count to that moment."
        yield Finding("cut-off-in-the-past", Severity.INFO, text)


RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    no_subject_digest,
    zero_tests,
    incomplete_report,
    expected_report_missing,
    records_dropped,
    records_repaired,
    soak_short,
    soak_runs_missing,
    coverage_files_dropped,
    flag_dependency_off,
    rollout_plan_broken,
    counters_disagree,
    baseline_missing,
    direction_unknown,
    ambiguous_tests,
    skips_in_denominator,
    passes_alone,
    cut_off_declared,
)


def _reports(sources: Sequence[Source]) -> str:
    return many(len(sources), "report", "reports")


def _hours(length: timedelta) -> str:
    return duration_text(length.total_seconds())
