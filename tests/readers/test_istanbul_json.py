import pytest

from dashboard.readers.istanbul_json import READER


def at(line):
    return {"start": {"line": line, "column": 0}, "end": {"line": line, "column": None}}


FINAL = {
    "path": "/ci/a.js",
    "statementMap": {"0": at(1), "1": at(1), "2": at(3)},
    "s": {"0": 0, "1": 4, "2": 0},
    "branchMap": {"0": {"line": 1, "loc": at(1)}, "1": {"loc": at(3)}},
    "b": {"0": [1, 0], "1": [0, 0]},
    "fnMap": {},
    "f": {},
}


def totals(total, covered):
    return {"total": total, "covered": covered, "skipped": 0, "pct": "Unknown"}


@pytest.mark.parametrize("entry", [FINAL, {"data": FINAL}])
def test_lines_are_where_statements_begin(reading, entry):
    (record,), _ = reading(READER, {"/ci/a.js": entry})
    assert record[:7] == ("/ci/a.js", 2, 1, 4, 1, 3, 1)
    assert (record.hit, record.missed, record.partial) == ("1", "3", "1")


def test_code_without_a_line_counts_no_line(reading):
    nowhere = {"statementMap": {"0": {"start": {}}, "1": {"start": {"line": None}}}, "s": {"0": 1, "1": 0}}
    entry = {**FINAL, **nowhere, "branchMap": {"0": {}, "1": {"loc": {"start": {}}}}}
    (record,), _ = reading(READER, {"a.js": entry})
    assert record[1:7] == (0, 0, 4, 1, 2, 1)


def test_summary_and_its_total(reading):
    entry = {"lines": totals(9, 5), "statements": totals(18, 7), "functions": totals(5, 3), "branches": totals(12, 2)}
    (record,), ledger = reading(READER, {"total": entry, "/ci/a.js": entry})
    assert record[:7] == ("/ci/a.js", 9, 5, 12, 2, 18, 7)
    assert ledger.facts["declared"]["lines"] == (9, 5)


@pytest.mark.parametrize(
    "body",
    [
        {"a.js": {"statementMap": None, "s": {}}},
        {"a.js": {**FINAL, "s": {"9": 1}}},
        {"a.js": {**FINAL, "b": {"0": None}}},
        {"a.js": {**FINAL, "s": {"0": None}}},
        {"a.js": {"lines": totals(1, 2), "statements": totals(1, 1), "functions": {}, "branches": totals(0, 0)}},
        {"total": {"lines": None}},
        [],
    ],
)
def test_refuses(refusal, body):
    assert refusal(READER, body) == "json-shape"
