import io

import pytest

from dashboard.errors import LimitError
from dashboard.model.ledger import Ledger
from dashboard.readers.coverage_json import READER


def report(entry, *, branch=True, **more):
    return {"meta": {"version": "7.17.3", "branch_coverage": branch}, "files": {"a.py": entry}, **more}


def entry(hit, missed, statements=None, covered=None, **more):
    summary = {
        "num_statements": len(hit) + len(missed) if statements is None else statements,
        "covered_lines": len(hit) if covered is None else covered,
    }
    return {"executed_lines": hit, "missing_lines": missed, "excluded_lines": [], "summary": summary | more}


def test_lines_and_branches_are_counted_from_the_lists(reading):
    source = entry([1, 2, 4, 5], [3, 9], num_branches=4, covered_branches=3)
    source |= {"executed_branches": [[2, 4], [4, 5], [5, -1]], "missing_branches": [[2, 3]], "excluded_lines": [7]}
    (record,), ledger = reading(READER, report(source))
    assert record[:9] == ("a.py", 6, 4, 4, 3, None, None, 1, "1-2,4-5")
    assert (record.missed, record.partial) == ("3,9", "2")
    assert ledger.producer == "coverage.py 7.17.3"
    assert ledger.facts["formula"] == "(lines hit + branches hit) / (lines + branches)"
    assert set(ledger.notes) == {"no-totals"}


@pytest.mark.parametrize(
    ("source", "figures", "note"),
    [
        (entry([0], [], 0, 0), (0, 0), "more-than-statements"),
        (entry([1], [], 0, 0), (0, 0), "more-than-statements"),
        (entry([1, 2, 3], [4], 3, 2), (3, 2), "more-than-statements"),
        (entry([1, 2], [4], 5, 4), (3, 2), "summary-differs"),
        (entry([1, 2], [4, 5], 3, 2), (4, 2), "summary-differs"),
        ({"summary": {"num_statements": 5, "covered_lines": 4}}, (5, 4), "no-line-lists"),
        ({"summary": {"num_statements": 5, "covered_lines": 6}}, (None, None), "more-hit-than-total"),
    ],
)
def test_a_summary_may_claim_less_but_never_more(reading, source, figures, note):
    (record,), ledger = reading(READER, report(source, branch=False))
    assert record[1:3] == figures
    assert (record.branches_total, record.branches_hit) == (None, None)
    assert note in ledger.notes


def test_old_versions_list_no_branches(reading):
    (record,), _ = reading(READER, report(entry([1], [], num_branches=4, covered_branches=3)))
    assert (record.branches_total, record.branches_hit) == (4, 3)


def test_totals_are_compared(reading):
    _, ledger = reading(READER, report(entry([1], []), totals={"num_statements": 2, "covered_lines": 1}))
    assert "totals-differ" in ledger.notes
    _, ledger = reading(READER, report(entry([1], []), totals={"num_statements": 1, "covered_lines": 1}))
    assert not ledger.notes


def test_naive_time_is_no_time_of_measuring(reading):
    body = report(entry([1], []))
    body["meta"]["timestamp"] = "2026-11-24T08:15:00"
    _, ledger = reading(READER, body)
    assert ledger.collected_at is None
    assert ledger.facts["written_at"] == "2026-11-24T08:15:00"


def test_windows_paths(reading):
    body = {"meta": {}, "files": {".\\shop\\cart.py": entry([1], [])}}
    (record,), _ = reading(READER, body)
    assert record.path == "shop/cart.py"


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"meta": None, "files": None, "totals": None}, "json-shape"),
        ({"meta": {}, "files": {"a.py": None}}, "json-shape"),
        (report({"executed_lines": [None], "missing_lines": [], "summary": {}}), "json-shape"),
        (report({"executed_lines": [-1], "missing_lines": [], "summary": {}}), "json-shape"),
        (report(entry([1], []) | {"executed_branches": [[1]], "missing_branches": []}), "json-shape"),
        ('{"meta": {"show_contexts": true}, "files": {"a.py": {"exec', "json-cut-off"),
        ('{"meta": {}, "files": {"a.py": {"summary": {}}, "a.py": {"summary": {}}}}', "json-duplicate-key"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug


def test_beyond_the_limit_the_contexts_are_named():
    with pytest.raises(LimitError, match="COUNTERSIGN_MAX_JSON_MIB") as caught:
        list(READER.read(io.BytesIO(b" " * 1024 + b"{}"), Ledger(text_limit=1024)))
    assert "--show-contexts" in caught.value.hint
