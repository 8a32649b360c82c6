"""CTRF: the figures of real reports, and what its fields mean."""

import io
import json
from pathlib import Path

import pytest

from dashboard.errors import CountersignError
from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind, Outcome
from dashboard.readers._tally import Tally
from dashboard.readers.ctrf_json import MOST_RETRIES, READER

FIXTURES = Path(__file__).parents[1] / "fixtures" / "ctrf-json"
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


def report(*tests, **summary):
    return {"results": {"tool": {"name": "t"}, "summary": summary, "tests": list(tests)}}


def told(status="passed", **more):
    return {"name": "n", "status": status, "duration": 1500, **more}


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*.expected.json")), ids=lambda path: path.parent.name)
def test_the_figures_are_the_tools_own(path, reading):
    expected = json.loads(path.read_text("utf-8"))
    records, ledger = reading(READER, path.with_name(path.name.removesuffix(".expected.json")).read_bytes())
    tally = Tally()
    for record in records:
        tally.add(record)
    counts = tally.counts(Kind.TESTS)
    assert {name: counts[name] for name in expected["counts"]} == expected["counts"]
    assert ledger.producer == expected["producer"]
    assert ledger.collected_at is not None
    assert len({record[:3] for record in records}) == len(records)


@pytest.mark.parametrize(
    ("status", "outcome", "note"),
    [
        ("passed", P, None),
        ("failed", F, None),
        ("skipped", S, None),
        ("pending", S, None),
        ("other", S, "status-other"),
        ("timedOut", E, "status-unknown"),
        ("", E, "status-unknown"),
    ],
)
def test_what_is_not_said_to_have_passed_has_not(reading, status, outcome, note):
    records, ledger = reading(READER, report(told(status)))
    assert records[0].outcome is outcome
    assert set(ledger.notes) == ({note} - {None})


def test_a_test_is_told_whole(reading):
    whole = told(
        "failed", suite=["a", "b"], filePath="x.py", line=7, message="m", trace="t", rawStatus="r", tags=["slow"]
    )
    record = reading(READER, report(whole))[0][0]
    assert (record.suite, record.classname, record.name, record.file, record.line) == ("a > b", "", "n", "x.py", 7)
    assert (record.duration_s, record.failure, record.properties) == (1.5, ("r", "m", "t", 1), (("tag", "slow"),))
    assert reading(READER, report(told(suite="a > b", message="of a pass")))[0][0].failure is None


@pytest.mark.parametrize(
    ("more", "outcomes", "flaky"),
    [
        ({"retryAttempts": [{"attempt": 2, "status": "failed"}, {"attempt": 1, "status": "skipped"}]}, [S, F, P], True),
        ({"retryAttempts": [{"status": "failed", "duration": 500}]}, [F, P], True),
        ({"retries": 2, "flaky": True}, [F, F, P], True),
        ({"flaky": True}, [F, P], True),
        ({"status": "failed", "retries": 1}, [F, F], False),
        ({"status": "failed", "retries": 0}, [], False),
        ({"retries": 1, "flaky": False}, [], False),
        ({"status": "skipped", "retries": 1}, [], False),
        ({"retries": 10**9, "flaky": True}, [F] * MOST_RETRIES + [P], True),
    ],
)
def test_attempts(reading, more, outcomes, flaky):
    record = reading(READER, report(told(**more)))[0][0]
    assert ([attempt.outcome for attempt in record.attempts], record.flaky) == (outcomes, flaky)


def test_durations_are_of_all_attempts_and_never_guessed(reading):
    def duration(**more):
        return reading(READER, report(told(**more)))[0][0].duration_s

    assert duration(retryAttempts=[{"status": "failed", "duration": 500}]) == 2.0
    assert duration(retryAttempts=[{"status": "failed"}]) == 1.5
    assert [duration(duration=value) for value in (None, -1, 1e15, 0)] == [None, None, None, 0.0]


def test_the_summary_is_compared_and_not_believed(reading):
    records, ledger = reading(READER, report(told(), tests=5, passed=5, failed=0))
    assert len(records) == 1
    assert "summary-disagrees" in ledger.notes
    _, ledger = reading(READER, report(tests=5))
    assert ledger.incomplete
    _, ledger = reading(READER, report(tests=0))
    assert not ledger.incomplete and "no-test-cases" in ledger.notes


def test_namesakes_are_kept_apart(reading):
    records, ledger = reading(READER, report(told(), told(), told(name="n (2)"), told(suite="s")))
    assert len({record[:3] for record in records}) == 4
    assert [record.ambiguous for record in records] == [True, True, False, False]
    assert ledger.ambiguous == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"results": None},
        {"results": {"tests": None}},
        {"results": {"tests": [None]}},
        report({"name": "n"}),
        report({"status": "passed"}),
        report(told(name=1)),
        report(told(duration="1")),
        report(told(retryAttempts=[1])),
        report(told(suite=[1])),
        '{"results": {"tests": [',
    ],
)
def test_what_is_not_ctrf_is_refused(refusal, body):
    assert refusal(READER, body)


def test_every_wrong_value_is_an_error_of_ours():
    whole = told("failed", suite=["a"], filePath="x", line=1, message="m", trace="t", retries=1, flaky=True, tags=["a"],
                retryAttempts=[{"attempt": 1, "status": "failed", "duration": 1}])  # fmt: skip
    for name in whole:
        for value in (None, True, -1, 2.5, 10**400, "", "x", [], {}, [None], {"x": None}, [[]]):
            ledger = Ledger()
            problem = None
            try:
                list(READER.read(io.BytesIO(json.dumps(report({**whole, name: value})).encode()), ledger))
            except CountersignError as error:
                problem = error
            assert problem is None or (problem.slug and problem.hint)
