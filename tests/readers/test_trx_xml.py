"""TRX: outcomes, classes from the definitions at the end, rows of data, attempts, and runs that were cut short."""

import json
from pathlib import Path

import pytest

from dashboard.model.records import CaseResult, Folded, Kind, Outcome
from dashboard.readers import trx_xml
from dashboard.readers._tally import Tally
from dashboard.readers.trx_xml import READER

FIXTURES = Path(__file__).parents[1] / "fixtures" / "trx-xml"
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
SPACE = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"


def run(results, definitions="", after=""):
    return (
        f'<TestRun xmlns="{SPACE}"><Results>{results}</Results>'
        f"<TestDefinitions>{definitions}</TestDefinitions>{after}</TestRun>"
    )


def result(outcome='outcome="Passed"', more='testId="t" testName="n"', inside=""):
    return f"<UnitTestResult {more} {outcome}>{inside}</UnitTestResult>"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("by-hand/*.expected.json")), ids=lambda path: path.stem)
def test_the_figures_are_those_of_the_file(path, reading):
    expected = json.loads(path.read_text("utf-8"))
    records, ledger = reading(READER, path.with_name(path.name.removesuffix(".expected.json")).read_bytes())
    tally = Tally()
    for record in records:
        tally.add(record)
    counts = tally.counts(Kind.TESTS)
    assert {name: counts[name] for name in expected["counts"]} == expected["counts"]
    assert ledger.collected_at == "2026-11-24T07:15:01.500000+00:00"
    assert not ledger.incomplete
    assert ledger.dropped == 0
    rows = [r for r in records if isinstance(r, CaseResult) and r.name.startswith("Rows")]
    assert {(r.suite, r.classname, r.name) for r in rows} == {
        ("Shop.Tests.dll", "Shop.Tests.RowTests", "Rows (1)"),
        ("Shop.Tests.dll", "Shop.Tests.RowTests", "Rows (2)"),
    }
    [attempts] = [r.by for r in records if isinstance(r, Folded)]
    assert ([a.outcome for a in attempts.attempts], attempts.flaky, attempts.duration_s) == ([F, P], True, 0.75)


@pytest.mark.parametrize(
    ("said", "outcome", "incomplete"),
    [
        ("Passed", P, False),
        ("Warning", P, False),
        ("PassedButRunAborted", P, True),
        ("Failed", F, False),
        ("Error", E, False),
        ("Timeout", E, False),
        ("NotRunnable", E, False),
        ("Aborted", E, True),
        ("Disconnected", E, True),
        ("InProgress", E, True),
        ("Pending", E, True),
        ("Inconclusive", S, False),
        ("NotExecuted", S, False),
        ("Completed", S, False),
        ("passed", E, False),
        ("", E, False),
    ],
)
def test_what_is_not_said_to_have_passed_has_not(reading, said, outcome, incomplete):
    records, ledger = reading(READER, run(result(f'outcome="{said}"')))
    assert (records[0].outcome, ledger.incomplete) == (outcome, incomplete)


def test_a_result_without_an_outcome_is_an_error(reading):
    records, ledger = reading(READER, run(result("")))
    assert records[0].outcome is E
    assert "outcome-unknown" in ledger.notes


@pytest.mark.parametrize(
    ("text", "seconds", "note"),
    [
        ("00:00:01.5000000", 1.5, None),
        ("1.02:03:04", 93_784.0, None),
        ("", None, None),
        ("soon", None, "time-unreadable"),
        ("-00:00:01", None, "time-negative"),
        ("99999.00:00:00", None, "time-implausible"),
    ],
)
def test_durations(reading, text, seconds, note):
    records, ledger = reading(READER, run(result(f'outcome="Passed" duration="{text}"')))
    assert records[0].duration_s == seconds
    assert set(ledger.notes) == {note} - {None}


def test_a_failure_is_told_whole(reading):
    why = (
        "<Output><StdOut>x</StdOut><ErrorInfo><Message> m </Message><StackTrace>at x</StackTrace></ErrorInfo></Output>"
    )
    records, _ = reading(READER, run(result('outcome="Failed"', inside=why)))
    assert records[0].failure == ("Failed", "m", "at x", 4)


def test_a_parent_is_counted_only_when_its_rows_do_not_say_it(reading):
    def rows(*outcomes):
        inner = "".join(
            result(f'outcome="{said}"', f'testId="t" testName="n ({i})"') for i, said in enumerate(outcomes)
        )
        return run(result('outcome="Failed"', inside=f"<InnerResults>{inner}</InnerResults>"))

    records, ledger = reading(READER, rows("Passed", "Failed"))
    assert [r.name for r in records] == ["n (0)", "n (1)"]
    assert (ledger.seen, ledger.kept, ledger.folded) == (3, 2, 1)
    records, ledger = reading(READER, rows("Passed", "Passed"))
    assert [(r.name, r.outcome) for r in records] == [("n (0)", P), ("n (1)", P), ("n", F)]


@pytest.mark.parametrize(
    ("results", "folded", "ambiguous"),
    [
        (result('outcome="Failed"') + result(), 1, 0),
        (result('outcome="Failed"') * 2 + result(), 2, 0),
        (result('outcome="Failed"') * 2, 1, 0),
        (result() * 2, 0, 2),
        (result() + result('outcome="Failed"'), 0, 2),
        (result('outcome="Failed"') + result(more='testId="other" testName="n"'), 0, 2),
        (result('outcome="Failed"') + result('outcome="NotExecuted"'), 0, 2),
    ],
)
def test_only_proved_attempts_are_folded(reading, results, folded, ambiguous):
    records, ledger = reading(READER, run(results))
    assert (ledger.folded, ledger.ambiguous) == (folded, ambiguous)
    assert sum(isinstance(r, Folded) for r in records) == ambiguous + bool(folded)


def test_numbers_stay_free_of_names_that_are_taken(reading):
    records, _ = reading(READER, run(result() * 2 + result(more='testId="u" testName="n (2)"')))
    assert [r.by.name for r in records if isinstance(r, Folded)] == ["n", "n (2) again"]


@pytest.mark.parametrize(
    ("after", "slug"),
    [
        ('<ResultSummary outcome="Aborted"/>', "run-cut-short"),
        ('<ResultSummary outcome="Failed"/>', "run-failed"),
        ('<ResultSummary outcome="Completed"><Counters total="2"/></ResultSummary>', "summary-disagrees"),
        ('<ResultSummary><RunInfos><RunInfo outcome="Error"><Text>Crash</Text></RunInfo></RunInfos></ResultSummary>',
         "run-error"),
    ],
)  # fmt: skip
def test_a_run_that_was_cut_short_is_incomplete(reading, after, slug):
    _, ledger = reading(READER, run(result(), after=after))
    assert ledger.incomplete
    assert set(ledger.notes) == {slug}


@pytest.mark.parametrize(
    "after",
    [
        '<ResultSummary outcome="Completed"><Counters total="1"/></ResultSummary>',
        '<ResultSummary><RunInfos><RunInfo outcome="Warning"><Text>slow</Text></RunInfo></RunInfos></ResultSummary>',
        '<ResultSummary><RunInfos><RunInfo outcome="Error"><Text>n [FAIL]</Text></RunInfo></RunInfos></ResultSummary>',
    ],
)
def test_a_whole_run_is_not(reading, after):
    _, ledger = reading(READER, run(result(), after=after))
    assert not ledger.incomplete


def test_a_run_without_results_says_so(reading):
    records, ledger = reading(READER, run(""))
    assert not records
    assert "no-test-cases" in ledger.notes


def test_what_is_no_trx_is_refused(refusal, monkeypatch):
    assert refusal(READER, "<other/>") == "trx-root"
    assert refusal(READER, run(result())[:-9]) == "truncated"
    assert refusal(READER, "") == "truncated"
    one = '<UnitTest id="{}"><TestMethod className="c"/></UnitTest>'
    monkeypatch.setattr(trx_xml, "MOST_DEFINITIONS", 1)
    assert refusal(READER, run("", one.format(1) + one.format(2))) == "trx-definitions"
