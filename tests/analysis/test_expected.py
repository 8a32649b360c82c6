"""Reports that a policy expects of every candidate."""

from dataclasses import replace

import pytest
from evidence_maker import COVERAGE, FLAGS, TESTS, policy, reading, reference, source

from dashboard.analysis.expected import expected_report_missing, status, words
from dashboard.model.evaluation import Severity
from dashboard.model.evidence import Evidence
from dashboard.model.policy import ExpectedReport
from dashboard.model.records import Kind

ONE, TWO = source(Kind.TESTS, "junit-1.xml"), source(Kind.TESTS, "junit-2.xml")


def expecting(*expected: ExpectedReport, sources=(ONE, TWO, COVERAGE), readings=()) -> Evidence:
    return reference(policy=replace(policy(), expected=expected), sources=sources, readings=readings)


# what is expected, names found, missing
CASES = [
    (ExpectedReport(Kind.TESTS, "junit-1.xml"), ["junit-1.xml"], 0),
    (ExpectedReport(Kind.TESTS, "junit-*.xml", 2), ["junit-1.xml", "junit-2.xml"], 0),
    (ExpectedReport(Kind.TESTS, "junit-?.xml", 3), ["junit-1.xml", "junit-2.xml"], 1),
    (ExpectedReport(Kind.TESTS, "junit-?.xml"), ["junit-1.xml", "junit-2.xml"], 0),
    (ExpectedReport(Kind.TESTS, "junit-??.xml", 2), [], 2),
    (ExpectedReport(Kind.TESTS, "JUNIT-*.xml"), [], 1),
    (ExpectedReport(Kind.TESTS, "junit-[12].xml"), [], 1),
    (ExpectedReport(Kind.TESTS, "junit-1"), [], 1),
    (ExpectedReport(Kind.FLAGS, "*"), [], 1),
    (ExpectedReport(Kind.COVERAGE, "*.json", 1, "coverage-format"), ["coverage.json"], 0),
    (ExpectedReport(Kind.COVERAGE, "*.json", 1, "cobertura-xml"), [], 1),
]


@pytest.mark.parametrize(("expected", "found", "missing"), CASES)
def test_what_is_found_and_what_is_missing(expected, found, missing):
    [one] = status(expecting(expected))
    assert ([s.name for s in one.found], one.missing, one.unusable) == (found, missing, ())
    assert len(list(expected_report_missing(expecting(expected)))) == (missing > 0)


def test_an_incomplete_or_an_empty_report_does_not_count():
    broken, empty = replace(ONE, incomplete=True), TWO
    readings = (reading(TESTS), reading(empty, seen=0, kept=0), reading(FLAGS, kept=0))
    [one] = status(
        expecting(ExpectedReport(Kind.TESTS, "j*.xml", 3), sources=(TESTS, empty, broken), readings=readings)
    )
    assert (one.found, one.unusable, one.missing) == ((TESTS,), (broken, empty), 2)


def test_the_finding_names_what_is_there():
    expected = (ExpectedReport(Kind.TESTS, "junit-*.xml", 3), ExpectedReport(Kind.HEALTH, "health.json"))
    evidence = expecting(*expected, sources=(replace(ONE, incomplete=True), TWO))
    tests, health = expected_report_missing(evidence)
    assert tests.text == (
        "The policy expects 3 reports of tests named junit-*.xml; junit-2.xml is there, junit-1.xml is incomplete or "
        "empty: 2 missing."
    )
    assert health.text == "The policy expects 1 report of health named health.json; none is there: 1 missing."
    assert {f.severity for f in (tests, health)} == {Severity.BLOCKER}
    assert [s.name for s in tests.evidence] == ["junit-2.xml", "junit-1.xml"]


def test_the_order_of_the_files_does_not_matter_and_nothing_expected_is_nothing():
    expected = ExpectedReport(Kind.TESTS, "*", 2)
    assert status(expecting(expected)) == status(expecting(expected, sources=(COVERAGE, TWO, ONE)))
    assert status(reference()) == ()
    assert words(replace(expected, format="junit-xml")) == "2 reports of tests (junit-xml) named *"
