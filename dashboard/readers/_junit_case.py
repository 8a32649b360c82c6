"""One ``<testcase>`` as a record: every dialect's way to say passed, failed, error and skipped.

``junitparser`` reads the cases that have results, retries or properties; what it gets wrong (durations, results
inside of retries) or does not know (status attributes, names, oversized texts) is settled here.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from junitparser import junitparser as junit
from junitparser import xunit2

from dashboard.model.ledger import Ledger
from dashboard.model.records import Attempt, CaseResult, Failure, Outcome
from dashboard.parsing.xml import Text
from dashboard.readers import _junit_producer as producers
from dashboard.readers._junit_times import NOTES, Times

#: junitparser builds on lxml where that is installed and on the standard library otherwise; so must its elements.
etree: Any = junit.etree  # type: ignore[attr-defined]

#: A longer name is shortened, its digest keeping it distinct: names are keys, and a database limits keys.
LONGEST_NAME = 1000
#: Children of a case that are read; their text is kept.
RESULTS = frozenset({"failure", "error", "skipped", "rerunFailure", "rerunError", "flakyFailure", "flakyError"})
#: Children that are known and left out, outputs above all: they may be huge and decide nothing.
LEFT_OUT = frozenset({"system-out", "system-err", "system_out", "system_err", "attachments", "attachment", "steps"})

#: Attribute that `put_text` sets; a file cannot.
TRUE_SIZE = "countersign-size"
_INTERIM = {
    "flakyFailure": Outcome.FAILED,
    "flakyError": Outcome.ERROR,
    "rerunFailure": Outcome.FAILED,
    "rerunError": Outcome.ERROR,
}
_WORST_FIRST = {"error": Outcome.ERROR, "failure": Outcome.FAILED, "skipped": Outcome.SKIPPED}
_NOT_RUN = frozenset(
    {"notrun", "disabled", "skipped", "ignored", "suppressed", "pending", "untested", "inactive", "xfail"}
)
#: TestNG before version 7 writes a test that was skipped as an error of this type.
_SKIPPED_BY = "org.testng.SkipException"
_BAD = {"failed": Outcome.FAILED, "fail": Outcome.FAILED, "failure": Outcome.FAILED, "error": Outcome.ERROR}


class Place(NamedTuple):
    """What surrounds a case: the names of its suites, what its file is."""

    suite: str
    file: str | None = None


def put_text(element: Any, text: Text) -> None:
    """Give ``element`` its text, and the true length where it was cut."""
    element.text = text.value
    if text.size > len(text.value):
        element.set(TRUE_SIZE, str(text.size))


def short_name(name: str) -> str:
    """Keep a name whole, unless it is beyond what can be a key."""
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{name[: LONGEST_NAME - 20]}… ({digest})"


def childless(attributes: Mapping[str, str], place: Place, times: Times, ledger: Ledger) -> CaseResult:
    """Read a case that says everything in its attributes."""
    outcome = _stated(attributes) or Outcome.PASSED
    reason = None if outcome is Outcome.PASSED else _status_reason(attributes)
    return _record(attributes, place, outcome, _seconds(attributes, times, ledger), reason, ledger)


def with_children(element: Any, place: Place, times: Times, ledger: Ledger) -> CaseResult:
    """Read a case through junitparser. Of several results the worst counts: error, failure, skip."""
    if len(element) == 1 and element[0].tag in _WORST_FIRST:  # nearly all: there is nothing to sort
        only = element[0]
        outcome, failure = _final({only.tag: only}, element.attrib)
        return _record(element.attrib, place, outcome, _seconds(element.attrib, times, ledger), failure, ledger)
    case = xunit2.TestCase.fromelem(element)  # type: ignore[no-untyped-call]
    finals: dict[str, Any] = {}
    interim: list[Attempt] = []
    several = False
    for entry in case:
        result = entry._elem  # noqa: SLF001  # junitparser has no door to attributes that it does not name
        retried = _INTERIM.get(result.tag)
        if retried is not None:
            interim.append(Attempt(retried, _seconds(result.attrib, times, ledger), _why(result)))
        else:
            several = several or bool(finals)
            finals.setdefault(result.tag, result)
    if several:
        ledger.note("several-results", "a case holds several results; the worst counts, unless it was expected")
    outcome, failure = _final(finals, element.attrib)
    duration = _seconds(element.attrib, times, ledger)
    record = _record(element.attrib, place, outcome, duration, failure, ledger, properties=_properties(element, case))
    if not interim:
        return record
    final = Attempt(outcome, duration, failure)
    # rerun*: the first result is the case's own <failure>, the elements are what followed, and the last of them ended
    # it; flaky*: the elements came first and the case passed. Either way the case was executed one time more.
    attempts = (final, *interim) if outcome in (Outcome.FAILED, Outcome.ERROR) else (*interim, final)
    known = [attempt.duration_s for attempt in attempts if attempt.duration_s is not None]
    total = sum(known) if len(known) == len(attempts) else duration
    ledger.note("retries", "cases were run again; every attempt is kept")
    return record._replace(attempts=attempts, duration_s=total)


def in_its_own_way(record: CaseResult, attributes: Mapping[str, str], producer: str | None) -> CaseResult:
    """Settle a case that looks like a pass, where its producer has its own way to say that it did not run.

    Qt Test 5 leaves the attribute ``result`` out and explains in a comment; node-tap adds a property.
    """
    if record.outcome is not Outcome.PASSED:
        return record
    if producer == producers.QT_5 and "result" not in attributes:
        return record._replace(outcome=Outcome.SKIPPED, failure=Failure("skip", None, None, 0))
    if producer == producers.NODE_TAP:
        for name, reason in record.properties:
            if name in {"skip", "todo"}:
                return record._replace(outcome=Outcome.SKIPPED, failure=Failure(name, reason or None, None, 0))
    return record


def _final(finals: Mapping[str, Any], attributes: Mapping[str, str]) -> tuple[Outcome, Failure | None]:
    """Decide between the results that a case holds, by name; without any, its attributes decide."""
    skip = finals.get("skipped")
    if skip is not None and _expected_to_fail(skip):
        return Outcome.SKIPPED, _why(skip)
    error = finals.get("error")
    if error is not None and error.get("type") == _SKIPPED_BY:
        return Outcome.SKIPPED, _why(error)
    for name, outcome in _WORST_FIRST.items():
        if name in finals:
            return outcome, _why(finals[name])
    stated = _stated(attributes)
    return (Outcome.PASSED, None) if stated is None else (stated, _status_reason(attributes))


def _properties(element: Any, case: Any) -> tuple[tuple[str, str], ...]:
    for child in element:
        if child.tag == "properties":
            return tuple((found.name or "", _property_value(found)) for found in case.properties())
    return ()


def _expected_to_fail(skip: Any) -> bool:
    """Whether a failure beside this skip was announced: a todo of node --test, a [!mayfail] of Catch2."""
    return skip.get("type") == "todo" or (skip.get("message") or "").startswith("TEST_CASE tagged with !")


def _why(result: Any) -> Failure:
    source = result[0] if len(result) else result  # its only child: <stackTrace>
    said = source.text or ""
    text = said.strip() or None
    size = int(source.get(TRUE_SIZE, 0)) or len(said)
    return Failure(result.get("type") or None, result.get("message") or None, text, size if text else 0)


def _property_value(prop: Any) -> str:
    value = prop.value
    return str(prop._elem.text or "" if value is None else value)  # noqa: SLF001


def _stated(attributes: Mapping[str, str]) -> Outcome | None:
    """Read ``status=`` (googletest, ctest, Allure, behave) and ``result=`` (googletest); ``None`` when they say run."""
    for name in ("status", "result"):
        said = attributes.get(name)
        if said is not None:
            said = said.lower()
            if said in _NOT_RUN:
                return Outcome.SKIPPED
            if said in _BAD:
                return _BAD[said]
    return Outcome.SKIPPED if attributes.get("disabled", "").lower() == "true" else None


def _status_reason(attributes: Mapping[str, str]) -> Failure:
    said = attributes.get("status") or attributes.get("result") or "disabled"
    return Failure("status", said, None, 0)


def _seconds(attributes: Mapping[str, str], times: Times, ledger: Ledger) -> float | None:
    text = attributes.get("time")
    seconds, why = times.read(text if text is not None else attributes.get("duration"))
    if why:
        ledger.note(why, NOTES[why])
    return seconds


def _record(
    attributes: Mapping[str, str],
    place: Place,
    outcome: Outcome,
    duration: float | None,
    failure: Failure | None,
    ledger: Ledger,
    *,
    properties: tuple[tuple[str, str], ...] = (),
) -> CaseResult:
    name = attributes.get("name") or ""
    classname = attributes.get("classname") or attributes.get("class") or ""
    if not name:
        name = "(no name)"
        ledger.note("nameless-case", "a case has no name")
    if len(name) > LONGEST_NAME or len(classname) > LONGEST_NAME:
        name, classname = short_name(name), short_name(classname)
        ledger.note("name-shortened", f"a name is longer than {LONGEST_NAME:,} characters; its digest keeps it apart")
    line = attributes.get("line") or attributes.get("lineno") or ""
    return CaseResult(
        suite=place.suite,
        classname=classname,
        name=name,
        file=attributes.get("file") or attributes.get("filepath") or place.file,
        line=int(line) if line.isdecimal() and len(line) < 9 else None,
        outcome=outcome,
        duration_s=duration,
        failure=failure,
        properties=properties,
    )
