"""NUnit 3 XML: results and labels, and suites that failed by themselves."""

from pathlib import Path

import pytest

from dashboard.model.records import Kind, Outcome
from dashboard.readers._tally import Tally
from dashboard.readers.nunit3_xml import READER

FIXTURES = Path(__file__).parents[1] / "fixtures" / "nunit3-xml"
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


def run(cases, suite='type="TestFixture" result="Passed"', attributes=""):
    return f'<test-run {attributes}><test-suite name="s" {suite}>{cases}</test-suite></test-run>'


def case(result='result="Passed"', inside=""):
    return f'<test-case name="n" fullname="A.B.n" {result}>{inside}</test-case>'


def test_the_figures_are_those_of_the_file(reading):
    records, ledger = reading(READER, (FIXTURES / "by-hand" / "shop.xml").read_bytes())
    tally = Tally()
    for record in records:
        tally.add(record)
    counts = tally.counts(Kind.TESTS)
    assert [counts[name] for name in ("cases", "passed", "failed", "errors", "skipped")] == [6, 2, 1, 1, 2]
    assert (ledger.producer, ledger.collected_at) == ("NUnit", "2026-11-24T08:15:00+00:00")
    assert not ledger.incomplete and set(ledger.notes) == {"result-inconclusive"}
    assert records[0][:3] == ("Shop.Tests.dll", "Shop.Tests.TillTests", "Adds")
    assert records[0].properties == (("Category", "fast"),)
    assert records[2].failure == ("Failed", "Expected: 2", "at Shop.Tests.TillTests.Fails()", 31)
    assert records[4].failure == ("Ignored", "no till", None, 0)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ('result="Passed"', P),
        ('result="Warning"', P),
        ('result="Failed"', F),
        ('result="Failed" label="Error"', E),
        ('result="Failed" label="Cancelled"', E),
        ('result="Failed" label="Invalid"', E),
        ('result="Skipped"', S),
        ('result="Skipped" label="Explicit"', S),
        ('result="Inconclusive"', S),
        ('result="passed"', E),
        ("", E),
    ],
)
def test_what_is_not_said_to_have_passed_has_not(reading, said, outcome):
    assert reading(READER, run(case(said)))[0][0].outcome is outcome


def test_the_class_is_found_in_the_full_name(reading):
    assert reading(READER, run(case()))[0][0][:3] == ("", "A.B", "n")


@pytest.mark.parametrize(
    ("suite", "attributes", "slug"),
    [
        ('type="TestFixture" result="Failed" site="TearDown"', "", "suite-failed"),
        ('type="TestFixture" result="Failed" site="SetUp" label="Error"', "", "suite-failed"),
        ('type="Assembly" result="Failed" label="Invalid"', "", "suite-failed"),
        ('type="TestFixture" result="Passed"', 'result="Failed"', "run-failed"),
        ('type="TestFixture" result="Passed"', 'total="2"', "summary-disagrees"),
    ],
)
def test_what_failed_outside_of_cases_makes_it_incomplete(reading, suite, attributes, slug):
    records, ledger = reading(READER, run(case(), suite, attributes))
    assert [record.outcome for record in records] == [P]
    assert ledger.incomplete and set(ledger.notes) == {slug}


@pytest.mark.parametrize("site", ['site="Child"', 'site="Parent" label="Error"', ""])
def test_a_suite_that_failed_through_its_cases_does_not(reading, site):
    suite = f'type="TestFixture" result="Failed" {site}'
    assert not reading(READER, run(case('result="Failed"'), suite, 'result="Failed"'))[1].incomplete


def test_namesakes_are_kept_apart(reading):
    _, ledger = reading(READER, run(case('result="Failed"') + case()))
    assert (ledger.seen, ledger.kept, ledger.ambiguous) == (2, 2, 2)


def test_a_report_without_cases_says_so(reading):
    assert "no-test-cases" in reading(READER, "<test-run/>")[1].notes


def test_what_is_no_such_report_is_refused(refusal):
    assert refusal(READER, "<test-results/>") == "nunit-root"
    assert refusal(READER, run(case())[:-3]) == "truncated"
