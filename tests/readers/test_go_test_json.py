"""``go test -json``: subtests and their parents, packages that fail by themselves, tests that never end."""

import json
from pathlib import Path

import pytest

from dashboard.model.records import CaseResult, Folded, Kind, Outcome
from dashboard.readers import _go_tests, go_test_json
from dashboard.readers._tally import Tally
from dashboard.readers.go_test_json import READER

FIXTURES = Path(__file__).parents[1] / "fixtures" / "go-test-json"
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


def events(*told):
    """Write events given as ``(action, test)``, ``(action, test, more)``; they are of the package ``p``."""
    lines = []
    for action, test, *more in told:
        event = {"Action": action, "Package": "p"} | ({"Test": test} if test else {}) | (more[0] if more else {})
        lines.append(json.dumps(event) + "\n")
    return "".join(lines)


def one(end, test="T", **more):
    return (("run", test), (end, test, {"Elapsed": 0.5, **more}))


END = ("pass", None)
FAIL = ("fail", None)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*.expected.json")), ids=lambda path: path.stem)
def test_the_figures_are_those_of_the_run(path, reading):
    expected = json.loads(path.read_text("utf-8"))
    records, ledger = reading(READER, path.with_name(path.name.removesuffix(".expected.json")).read_bytes())
    tally = Tally()
    for record in records:
        tally.add(record)
    counts = tally.counts(Kind.TESTS)
    assert {name: counts[name] for name in expected["counts"]} == expected["counts"]
    assert ledger.collected_at.startswith("2026-11-24T10:57:1")
    assert ledger.dropped == 0
    assert ledger.incomplete is path.name.startswith("all")
    assert ("panic" in ledger.notes) is ("package-failed" in ledger.notes) is ledger.incomplete


@pytest.mark.parametrize(("end", "outcome"), [("pass", P), ("fail", F), ("skip", S)])
def test_a_test_is_told_whole(reading, end, outcome):
    body = events(("run", "T"), ("output", "T", {"Output": "said\n"}), (end, "T", {"Elapsed": 1.5}), END)
    [record] = reading(READER, body)[0]
    assert record[:7] == ("p", "p", "T", None, None, outcome, 1.5)
    assert record.failure == (None if outcome is P else (None, None, "said", 5))


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ((("run", "P"), *one("fail", "P/x"), *one("pass", "P/y"), ("fail", "P"), FAIL), ["P/x", "P/y"]),
        ((("run", "P"), *one("pass", "P/x"), ("pass", "P"), END), ["P/x"]),
        ((("run", "P"), *one("pass", "P/x"), ("fail", "P"), FAIL), ["P/x", "P"]),
        ((("run", "P"), ("run", "P/x"), *one("fail", "P/x/a/b"), ("fail", "P/x"), ("fail", "P"), FAIL), ["P/x/a/b"]),
        ((*one("pass", "P"), *one("pass", "P2"), END), ["P", "P2"]),
        ((("run", "P"), *one("pass", f"P/{'/' * _go_tests.LONGEST_PARENTED}"), ("pass", "P"), END), None),
    ],
)
def test_only_leaves_are_counted(reading, told, names):
    records, ledger = reading(READER, events(*told))
    assert names is None or [record.name for record in records] == names
    assert len(records) == (2 if names is None else len(names))
    assert ("parents" in ledger.notes) is (ledger.folded > 0)
    assert not ledger.incomplete


def test_a_package_that_failed_by_itself_is_an_error(reading):
    output = ("output", None, {"Output": "TestMain: no database\n"})
    records, ledger = reading(READER, events(*one("pass"), output, FAIL))
    assert [(r.name, r.outcome) for r in records] == [("T", P), ("(package)", E)]
    assert records[1].failure.text == "TestMain: no database"
    assert ledger.incomplete and "package-failed" in ledger.notes


def test_a_build_that_failed_is_told_by_its_package(reading, monkeypatch):
    build = [
        {"ImportPath": "p [p.test]", "Action": "build-output", "Output": "x.go:1: undefined\n"},
        {"ImportPath": "p [p.test]", "Action": "build-fail"},
        {"Action": "start", "Package": "p"},
        {"Action": "fail", "Package": "p", "Elapsed": 0, "FailedBuild": "p [p.test]"},
    ]
    body = "".join(json.dumps(event) + "\n" for event in build)
    [record], ledger = reading(READER, body)
    assert (record.outcome, record.failure.text) == (E, "x.go:1: undefined")
    assert ledger.incomplete and "build-failed" in ledger.notes
    monkeypatch.setattr(go_test_json, "MOST_BUILDS", 0)
    assert reading(READER, body)[0][0].failure is None


def test_plain_lines_are_passed_over_but_a_failed_build_is_heard(reading):
    body = "# p\nx.go:1: undefined\n\nFAIL\tq [build failed]\nFAIL\tp [setup failed]\n"
    records, ledger = reading(READER, events(*one("pass"), END) + body)
    assert [(r.suite, r.name, r.outcome) for r in records] == [("p", "T", P), ("q", "(package)", E)]
    assert ledger.incomplete and ledger.notes["not-json"].count == 4


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ((("run", "T"),), ["T"]),
        ((("run", "T"), FAIL), ["T"]),
        ((("run", "T"), END), ["T"]),
        ((("run", "T"), ("run", "T/x")), ["T/x"]),
        ((("run", "T"), *one("fail", "T/x")), ["T/x"]),
        ((("start", None),), []),
        ((*one("pass"),), ["T"]),
    ],
)
def test_what_never_ended_is_no_success(reading, told, names):
    records, ledger = reading(READER, events(*told))
    assert [record.name for record in records] == names
    assert ledger.incomplete
    for record in records:
        assert record.outcome is not P or "package-not-ended" in ledger.notes
    if "test-not-ended" in ledger.notes:
        assert records[-1].failure.message == "the test never ended"


def test_a_panic_hides_tests(reading):
    told = ("output", "T", {"Output": "panic: test timed out after 1s\n"})
    assert reading(READER, events(("run", "T"), told, ("fail", "T"), FAIL))[1].incomplete
    assert not reading(READER, events(("run", "T"), told, ("pass", "T"), END))[1].incomplete


@pytest.mark.parametrize(
    ("ends", "attempts", "ambiguous"),
    [
        (("fail", "pass"), [F, P], 0),
        (("fail", "fail"), [F, F], 0),
        (("pass", "pass"), None, 2),
        (("pass", "fail"), None, 2),
        (("fail", "skip"), None, 2),
    ],
)
def test_runs_of_one_test(reading, ends, attempts, ambiguous):
    body = "".join(events(*one(end), ("fail" if end == "fail" else "pass", None)) for end in ends)
    records, ledger = reading(READER, body)
    folds = [record for record in records if isinstance(record, Folded)]
    assert ledger.ambiguous == ambiguous
    if attempts:
        assert [a.outcome for a in folds[0].by.attempts] == attempts
        assert folds[0].by.duration_s == 1.0
    assert sum(isinstance(record, CaseResult) for record in records) == 2


def test_durations_are_never_guessed(reading):
    def duration(value):
        return reading(READER, events(*one("pass", Elapsed=value), END))[0][0].duration_s

    assert [duration(value) for value in (None, -1, 1e12, 0)] == [None, None, None, 0.0]


def test_benchmarks_are_no_tests(reading):
    records, ledger = reading(READER, events(("run", "BenchmarkX"), ("bench", "BenchmarkX"), ("pause", "U"), END))
    assert not records and not ledger.incomplete
    assert "no-test-cases" in ledger.notes


def test_output_is_bounded(reading, monkeypatch):
    monkeypatch.setattr(_go_tests, "LONGEST_OUTPUT", 10)
    monkeypatch.setattr(_go_tests, "MOST_OUTPUT", 15)
    said = ("output", "T", {"Output": "x" * 30})
    [record] = reading(READER, events(("run", "T"), said, said, ("fail", "T"), FAIL))[0]
    assert record.failure == (None, None, "x" * 10, 60)


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ('{"Action":"run","Pack', "json-cut-off"),
        ('{"Action":1,"Package":"p"}', "json-shape"),
        ('{"Package":"p"}', "json-shape"),
        ('{"Action":"pass","Package":"p","Elapsed":"1"}', "json-shape"),
    ],
)
def test_what_is_damaged_is_refused(refusal, body, slug):
    assert refusal(READER, events(*one("pass"), END) + body) == slug


def test_too_many_tests_at_once_are_refused(refusal, monkeypatch):
    monkeypatch.setattr(_go_tests, "MOST_OPEN", 1)
    assert refusal(READER, events(("run", "T"), ("run", "U"))) == "go-test-open"
