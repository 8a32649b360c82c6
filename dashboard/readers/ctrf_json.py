"""CTRF, the Common Test Report Format (https://ctrf.io): every attempt at a case is told apart.

Durations are milliseconds. The list of tests is counted and the summary only compared: reporters disagree with
themselves (Playwright's counts expected failures as failed). CTRF has no errors; a reporter folds them into failures.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import Attempt, CaseResult, Failure, Kind, Outcome, Record
from dashboard.parsing import shapes
from dashboard.parsing.moments import iso
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head
from dashboard.readers._junit_case import short_name
from dashboard.readers._junit_suites import SEPARATOR
from dashboard.readers._junit_times import LONGEST_S, NOTES
from dashboard.readers._repeats import identity

#: Attempts of one case that are told only by their number; more is no number of retries.
MOST_RETRIES = 100
LONGEST_TEXT = 1024 * 1024

_OUTCOMES = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "pending": Outcome.SKIPPED,
    "other": Outcome.SKIPPED,
}


class CtrfReader:
    """Reads CTRF JSON."""

    format = "ctrf-json"
    kind = Kind.TESTS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the name of the format, or results of a tool."""
        seen = json_head(head)
        if seen.scalar("reportFormat") == "CTRF":
            return True
        return seen.has("results", "tool") and (seen.has("results", "tests") or seen.has("results", "summary", "tests"))

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a test."""
        results = shapes.mapping(shapes.mapping(document(body, ledger), "The document").get("results"), "results")
        tool = shapes.mapping(results.get("tool") or {}, "results.tool")
        summary = shapes.mapping(results.get("summary") or {}, "results.summary")
        tests = shapes.items(results.get("tests"), "results.tests")
        ledger.producer = shapes.maybe_text(tool.get("name"), "results.tool.name")
        ledger.collected_at = iso(shapes.maybe_number(summary.get("start"), "results.summary.start"))
        cases = [
            _case(shapes.mapping(t, f"results.tests[{i}]"), f"results.tests[{i}]", ledger) for i, t in enumerate(tests)
        ]
        ledger.seen = ledger.kept = len(cases)
        _compare(summary, cases, ledger)
        yield from _apart(cases, ledger)


READER = CtrfReader()


def _case(test: dict[str, Any], where: str, ledger: Ledger) -> CaseResult:
    outcome = _outcome(test.get("status"), where, ledger)
    duration = _seconds(test.get("duration"), f"{where}.duration", ledger)
    failure = _why(test, where) if outcome is not Outcome.PASSED else None
    earlier = _earlier(test, where, outcome, ledger)
    record = CaseResult(
        suite=short_name(_suite(test.get("suite"), where)),
        classname="",
        name=short_name(shapes.text(test.get("name"), f"{where}.name") or "(no name)"),
        file=shapes.maybe_text(test.get("filePath"), f"{where}.filePath"),
        line=shapes.maybe_count(test.get("line"), f"{where}.line"),
        outcome=outcome,
        duration_s=duration,
        failure=failure,
        properties=_tags(test.get("tags"), where),
    )
    if not earlier:
        return record
    attempts = (*earlier, Attempt(outcome, duration, failure))
    known = [attempt.duration_s for attempt in attempts if attempt.duration_s is not None]
    ledger.note("retries", "cases were run again; every attempt is kept")
    return record._replace(attempts=attempts, duration_s=sum(known) if len(known) == len(attempts) else duration)


def _outcome(status: Any, where: str, ledger: Ledger) -> Outcome:
    said = shapes.text(status, f"{where}.status")
    if said == "other":
        ledger.note("status-other", "a test has the status 'other', which says neither passed nor failed: not run")
    if said not in _OUTCOMES:
        ledger.note("status-unknown", f"the status {said[:40]!r} is not one of CTRF's: counted as an error")
    return _OUTCOMES.get(said, Outcome.ERROR)


def _earlier(test: dict[str, Any], where: str, outcome: Outcome, ledger: Ledger) -> tuple[Attempt, ...]:
    """Give the attempts before the last: as they are listed, or by their number when only that is told."""
    listed = shapes.items(test.get("retryAttempts") or [], f"{where}.retryAttempts")
    if listed:
        at = f"{where}.retryAttempts"
        each = [shapes.mapping(attempt, at) for attempt in listed]
        each.sort(key=lambda attempt: shapes.maybe_number(attempt.get("attempt"), f"{at}.attempt") or 0)
        return tuple(
            Attempt(_outcome(a.get("status"), at, ledger), _seconds(a.get("duration"), at, ledger), _why(a, at))
            for a in each
        )
    retries = shapes.maybe_count(test.get("retries"), f"{where}.retries") or 0
    flaky = shapes.maybe_truth(test.get("flaky"), f"{where}.flaky")
    if outcome is Outcome.PASSED and not flaky:
        if retries:
            ledger.note("retries-unclear", "a test was retried and is said not to be flaky: taken as run once")
        return ()
    if outcome not in (Outcome.PASSED, Outcome.FAILED):
        return ()
    return (Attempt(Outcome.FAILED, None, None),) * min(max(retries, int(bool(flaky))), MOST_RETRIES)


def _why(told: dict[str, Any], where: str) -> Failure | None:
    message = shapes.maybe_text(told.get("message"), f"{where}.message")
    trace = shapes.maybe_text(told.get("trace"), f"{where}.trace")
    if not message and not trace:
        return None
    kind = shapes.maybe_text(told.get("rawStatus"), f"{where}.rawStatus")
    return Failure(kind or None, message or None, trace[:LONGEST_TEXT] if trace else None, len(trace or ""))


def _seconds(value: Any, where: str, ledger: Ledger) -> float | None:
    given = shapes.maybe_number(value, where)
    if given is None:
        return None
    why = "time-negative" if given < 0 else "time-implausible" if given > LONGEST_S * 1000 else ""
    if why:
        ledger.note(why, NOTES[why])
        return None
    return given / 1000


def _suite(value: Any, where: str) -> str:
    """Give the breadcrumbs: a list since CTRF 1.0, one text before."""
    if isinstance(value, list):
        return SEPARATOR.join(shapes.text(part, f"{where}.suite") for part in value)
    return shapes.maybe_text(value, f"{where}.suite") or ""


def _tags(value: Any, where: str) -> tuple[tuple[str, str], ...]:
    return tuple(("tag", shapes.text(tag, f"{where}.tags")) for tag in shapes.items(value or [], f"{where}.tags"))


def _compare(summary: dict[str, Any], cases: list[CaseResult], ledger: Ledger) -> None:
    counted = Counter(case.outcome for case in cases)
    declared = {
        name: shapes.maybe_count(summary.get(name), f"results.summary.{name}") for name in ("tests", "passed", "failed")
    }
    ledger.facts["declared"] = declared
    found = {
        "tests": len(cases),
        "passed": counted[Outcome.PASSED],
        "failed": counted[Outcome.FAILED] + counted[Outcome.ERROR],
    }
    if any(value is not None and value != found[name] for name, value in declared.items()):
        ledger.note(
            "summary-disagrees", "the summary declares other totals than the list of tests; the list was counted"
        )
    if not cases:
        ledger.note("no-test-cases", "the report lists no test case")
        ledger.incomplete = bool(declared["tests"])


def _apart(cases: list[CaseResult], ledger: Ledger) -> Iterator[CaseResult]:
    """Number the cases that share a name: attempts are told otherwise in this format."""
    times = Counter(identity(case) for case in cases)
    given: Counter[tuple[str, str, str]] = Counter()
    for case in cases:
        key = identity(case)
        given[key] += 1
        if times[key] == 1:
            yield case
            continue
        ledger.ambiguous += 1
        ledger.note("ambiguous-identity", "cases share suite and name: each is kept and numbered")
        yield case._replace(name=_free(case, given[key], times), ambiguous=True)


def _free(case: CaseResult, number: int, taken: Counter[tuple[str, str, str]]) -> str:
    if number == 1:
        return case.name
    name = f"{case.name} ({number})"
    while (case.suite, case.classname, name) in taken:
        name += " again"
    taken[(case.suite, case.classname, name)] += 1
    return name
