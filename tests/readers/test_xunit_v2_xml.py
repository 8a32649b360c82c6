"""xUnit.net XML: results, reasons, and errors that no test carries."""

from pathlib import Path

import pytest

from dashboard.model.records import Kind, Outcome
from dashboard.readers._tally import Tally
from dashboard.readers.xunit_v2_xml import READER

FIXTURES = Path(__file__).parents[1] / "fixtures" / "xunit-v2-xml"
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


def assemblies(tests, attributes="", errors=""):
    return (
        f'<assemblies><assembly name="C:\\x\\A.dll" {attributes}><errors>{errors}</errors>'
        f"<collection>{tests}</collection></assembly></assemblies>"
    )


def told(result='result="Pass"', inside="", more='name="A.B.n" type="A.B" time="0.5"'):
    return f"<test {more} {result}>{inside}</test>"


def test_the_figures_are_those_of_the_file(reading):
    records, ledger = reading(READER, (FIXTURES / "by-hand" / "shop.xml").read_bytes())
    tally = Tally()
    for record in records:
        tally.add(record)
    counts = tally.counts(Kind.TESTS)
    assert [counts[name] for name in ("cases", "passed", "failed", "errors", "skipped")] == [5, 2, 1, 0, 2]
    assert (ledger.producer, ledger.collected_at) == ("xUnit.net 2.9.2", "2026-11-24T08:15:00+00:00")
    assert not ledger.incomplete and not ledger.notes
    first, second, failed, skipped, _ = records
    assert (first.suite, first.classname, first.name) == (
        "Shop.Tests.dll", "Shop.Tests.TillTests", "Shop.Tests.TillTests.Adds(a: 1)",
    )  # fmt: skip
    assert (first.file, first.line, first.properties) == ("/project/TillTests.cs", 12, (("Category", "fast"),))
    assert (first.duration_s, second.duration_s) == (0.0123456, 0.01)
    assert failed.failure == (
        "Xunit.Sdk.EqualException", "Assert.Equal() Failure", "at Shop.Tests.TillTests.Fails()", 31,
    )  # fmt: skip
    assert skipped.failure == ("Skip", "no till", None, 0)


@pytest.mark.parametrize(
    ("said", "outcome", "notes"),
    [
        ("Pass", P, set()),
        ("Fail", F, set()),
        ("Skip", S, set()),
        ("NotRun", S, set()),
        ("pass", E, {"result-unknown"}),
        ("", E, {"result-unknown"}),
    ],
)
def test_what_is_not_said_to_have_passed_has_not(reading, said, outcome, notes):
    records, ledger = reading(READER, assemblies(told(f'result="{said}"')))
    assert records[0].outcome is outcome
    assert set(ledger.notes) == notes


@pytest.mark.parametrize(
    ("attributes", "errors", "slug"),
    [
        ('errors="1"', "", "assembly-errors"),
        ("", '<error type="assembly-cleanup"><failure><message>m</message></failure></error>', "assembly-error"),
        ('total="2"', "", "summary-disagrees"),
    ],
)
def test_an_error_outside_of_tests_makes_it_incomplete(reading, attributes, errors, slug):
    records, ledger = reading(READER, assemblies(told(), attributes, errors))
    assert (len(records), records[0].outcome, records[0].failure) == (1, P, None)
    assert ledger.incomplete and set(ledger.notes) == {slug}


def test_fewer_declared_than_listed_is_told_and_not_incomplete(reading):
    _, ledger = reading(READER, assemblies(told(), 'total="0" errors="0"'))
    assert not ledger.incomplete and "summary-disagrees" in ledger.notes


def test_unreadable_times_are_not_said(reading):
    def duration(text):
        return reading(READER, assemblies(told(more=f'name="n" time="{text}"')))[0][0].duration_s

    assert [duration(text) for text in ("NaN", "", "-1", "1,5", "1e-05", "9999999999")] == [
        None, None, None, None, 1e-05, None,
    ]  # fmt: skip


def test_namesakes_are_kept_apart(reading):
    records, ledger = reading(READER, assemblies(told('result="Fail"') + told()))
    assert (ledger.seen, ledger.kept, ledger.ambiguous) == (2, 2, 2)
    assert [r.by.name for r in records[2:]] == ["A.B.n", "A.B.n (2)"]


def test_a_report_without_tests_says_so(reading):
    assert "no-test-cases" in reading(READER, "<assemblies/>")[1].notes


def test_what_is_no_such_report_is_refused(refusal):
    assert refusal(READER, "<assembly/>") == "xunit-root"
    assert refusal(READER, assemblies(told())[:-3]) == "truncated"
