"""TAP: points, directives, plans, subtests, diagnostics, and streams that stop."""

import json
from pathlib import Path

import pytest

from dashboard.model.records import Kind, Outcome
from dashboard.readers import tap
from dashboard.readers._tally import Tally
from dashboard.readers.tap import READER

FIXTURES = Path(__file__).parents[1] / "fixtures" / "tap"
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


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
    assert not ledger.incomplete


@pytest.mark.parametrize(
    ("line", "name", "outcome", "reason", "seconds"),
    [
        ("ok 1 - adds", "adds", P, None, None),
        ("ok 1 adds", "adds", P, None, None),
        ("ok - adds", "adds", P, None, None),
        ("ok", "(test 1)", P, None, None),
        ("ok 1", "(test 1)", P, None, None),
        ("not ok 1 - adds", "adds", F, None, None),
        ("ok 1 - -5 is less", "-5 is less", P, None, None),
        ("ok 1 - adds # SKIP no till", "adds", S, ("skip", "no till", None, 0), None),
        ("ok 1 - adds # skipped: no till", "adds", S, ("skip", "no till", None, 0), None),
        ("ok 1 # skip", "(test 1)", S, ("skip", None, None, 0), None),
        ("not ok 1 - adds # SKIP", "adds", F, ("skip", None, None, 0), None),
        ("not ok 1 - adds # TODO later", "adds", S, ("todo", "later", None, 0), None),
        ("ok 1 - adds # TODO later", "adds", S, ("todo", "later", None, 0), None),
        (r"ok 1 - adds \# SKIP", "adds # SKIP", P, None, None),
        ("ok 1 - issue #12", "issue #12", P, None, None),
        ("ok 1 - adds # time=250ms", "adds", P, None, 0.25),
        ("ok 1 adds in 2s", "adds", P, None, 2.0),
        ("ok 1 - adds # time=99999999999s", "adds", P, None, None),
    ],
)
def test_points(reading, line, name, outcome, reason, seconds):
    [record], ledger = reading(READER, f"1..1\n{line}\n")
    assert (record.suite, record.classname, record.name) == ("", "", name)
    assert (record.outcome, record.failure, record.duration_s) == (outcome, reason, seconds)
    assert not ledger.incomplete


@pytest.mark.parametrize(
    "line", ["okay", "ok1", "not okay 1", "not  ok 1", "OK 1", "notok 1", "1..x", "pragma +strict"]
)
def test_other_lines_are_passed_over(reading, line):
    records, ledger = reading(READER, f"1..0\n{line}\n")
    assert not records
    assert set(ledger.notes) == {"no-test-cases"}


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ("1..3\nok 1 a\n", "plan-not-met"),
        ("ok 1 a\nok 2 b\n", "no-plan"),
        ("1..1\nok 1 a\nok 2 b\n", "plan-exceeded"),
        ("1..1\nok 1 a\n1..1\n", "several-plans"),
        ("1..1\nok 1 a\nBail out! no database\nok 2 b\n", "bail-out"),
        ("Bail out!\n", "bail-out"),
        ("1..1\nok 1 a\n  ---\n  x: 1\n", "yaml-cut"),
        ("1..0\n# Subtest: s\n    ok 1 a\n    1..1\n", "subtest-not-ended"),
        ("1..1\n# Subtest: s\n    ok 1 a\n    1..2\nok 1 - s\n", "plan-not-met"),
    ],
)
def test_a_stream_that_stopped_is_incomplete(reading, body, slug):
    _, ledger = reading(READER, body)
    assert ledger.incomplete
    assert slug in ledger.notes


def test_a_cut_off_stream_is_never_complete(reading):
    body = (FIXTURES / "node-20.20.2" / "shop.tap").read_text("utf-8")
    whole = body.index("\n1..5") + len("\n1..5")
    for end in range(body.index("ok 1") + 4, whole, 7):
        _, ledger = reading(READER, body[:end])
        assert ledger.incomplete, end


@pytest.mark.parametrize(
    ("inner", "outer", "told", "folded"),
    [
        ("ok 1 a|not ok 2 b", "not ok 1 - s", [("s", "a", P), ("s", "b", F)], 1),
        ("ok 1 a", "ok 1 - s", [("s", "a", P)], 1),
        ("ok 1 a", "not ok 1 - s", [("s", "a", P), ("", "s", F)], 0),
        ("not ok 1 a", "ok 1 - s", [("s", "a", F)], 1),
        ("not ok 1 a", "not ok 1 - s # TODO", [("s", "a", S)], 1),
        ("1..0 # skip", "ok 1 - s # SKIP x", [("", "s", S)], 0),
    ],
)
def test_a_subtest_is_counted_by_its_points(reading, inner, outer, told, folded):
    indented = "".join(f"    {line}\n" for line in inner.split("|"))
    records, ledger = reading(READER, f"# Subtest: s\n{indented}{outer}\n  ---\n  ok 9: x\n  ...\n1..1\n")
    assert [(r.suite, r.name, r.outcome) for r in records] == told
    assert ledger.folded == folded
    assert not ledger.incomplete


@pytest.mark.parametrize("close", ["}\n", ""])
def test_a_subtest_in_braces(reading, close):
    body = (
        f"TAP version 13\nok 1 - s {{\n    ok 1 - a\n    ok 2 - t {{\n        ok 1 - b\n    }}\n{close}ok 2 - c\n1..2\n"
    )
    records, ledger = reading(READER, body)
    assert [(r.suite, r.name) for r in records] == [("s", "a"), ("s > t", "b"), ("", "c")]
    assert (ledger.folded, ledger.incomplete, ledger.producer) == (2, False, "TAP 13")


def test_levels_may_be_left_at_once(reading):
    records, ledger = reading(READER, "1..1\n# Subtest: s\n        ok 1 deep\nok 1 - s\n")
    assert [(r.suite, r.name) for r in records] == [("s", "deep")]
    assert ledger.incomplete


def test_diagnostics(reading):
    body = (
        "1..2\nnot ok 1 a\n# at line 3\n  ---\n  message: 'boom'\n  severity: fail\n"
        "  duration_ms: 1500\n\n  x: 1\n  ...\n"
        "# tests 2\nok 2 b\n# of a pass\n"
    )
    first, second = reading(READER, body)[0]
    assert (first.duration_s, first.failure.type, first.failure.message) == (1.5, "fail", "boom")
    assert first.failure.text.startswith("# at line 3\nmessage: 'boom'")
    assert "tests 2" not in first.failure.text
    assert second.failure is None


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("  ---\n  message: boom\n  ...", "boom"),
        ("  ---\n    details:\n      message: 'no stock',\n    message: boom\n  ...", "boom"),
        ("  ---\n    details:\n      message: 'no stock',\n  ...", None),
    ],
)
def test_the_message_is_not_one_that_the_details_quote(reading, block, message):
    """AVA prints the error that was thrown, with a ``message`` of its own, before the message."""
    [record], _ = reading(READER, f"1..1\nnot ok 1 - crashes\n{block}\n")
    assert record.failure.message == message


def test_a_block_that_is_left_is_told(reading):
    records, ledger = reading(READER, "1..2\nok 1 a\n  ---\n  x: 1\nok 2 b\n")
    assert len(records) == 2
    assert "yaml-cut" in ledger.notes


def test_namesakes_are_kept_apart(reading):
    records, ledger = reading(READER, "1..2\nnot ok 1 a\nok 2 a\n")
    assert [r.by.name for r in records[2:]] == ["a", "a (2)"]
    assert (ledger.seen, ledger.kept, ledger.ambiguous) == (2, 2, 2)


def test_what_is_no_tap_is_refused(refusal, monkeypatch):
    assert refusal(READER, "hello\n") == "tap-nothing"
    assert refusal(READER, "TAP version 14\n") == "tap-nothing"
    assert refusal(READER, "1..1\n" + " " * 4 * tap.MOST_LEVELS + "ok 1\n") == "tap-limit"
    assert refusal(READER, b"1..1\nok 1 \xff\n") == "not-utf-8"
    monkeypatch.setattr(tap, "MOST_HELD", 1)
    assert refusal(READER, "1..1\n    ok 1 a\n    ok 2 b\n    ok 3 c\nok 1 s\n") == "tap-limit"
