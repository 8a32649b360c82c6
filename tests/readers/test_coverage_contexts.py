"""Which test ran which lines: the same from each of the reports of one run, bounded, and never of the figures."""

import io
from pathlib import Path

import pytest

from dashboard.model.ledger import Ledger
from dashboard.readers import _coverage_contexts, coverage_data, coverage_json, lcov_info
from dashboard.readers._coverage_contexts import ContextBook

FIXTURES = Path(__file__).parents[1] / "fixtures"
CART = (
    ("", "1,4,20"),
    ("test_two.test_refuse", "21,23"),
    ("test_two.test_rush", "5-6,8-9,12-13,16-17"),
)


def read(reader, name):
    ledger = Ledger()
    with (FIXTURES / name).open("rb") as body:
        return {record.path: record for record in reader.read(body, ledger)}, ledger


def test_json_says_which_test_ran_which_line():
    files, ledger = read(coverage_json.READER, "coverage-json/coverage.py-7.17.3/shard-two.json")
    assert files["shop/cart.py"].contexts == CART
    assert files["shop/__init__.py"].contexts == ()
    assert ledger.facts["contexts"] == {"count": 3}
    assert "contexts-cut" not in ledger.notes


def test_the_data_file_says_the_same():
    of_json, _ = read(coverage_json.READER, "coverage-json/coverage.py-7.17.3/shard-two.json")
    files, ledger = read(coverage_data.READER, "coverage-data/coverage.py-7.17.3/shard-two.data")
    assert ledger.facts["contexts"]["count"] == 3
    for path in ("shop/cart.py", "shop/money.py"):
        ran = {name: lines for name, lines in files[path].contexts if name}
        listed = {name: lines for name, lines in of_json[path].contexts if name}
        assert listed.items() <= ran.items()


def test_data_of_lines_and_not_of_jumps(tmp_path):
    import coverage

    path = tmp_path / "data"
    data = coverage.CoverageData(basename=str(path))
    for name, lines in (("", [1, 2, 70]), ("one", [3, 4, 9]), ("two", [4])):
        data.set_context(name)
        data.add_lines({"a.py": lines, "b.py": []} if name else {"a.py": lines})
    data.write()
    data.close()
    with path.open("rb") as body:
        records = {record.path: record for record in coverage_data.READER.read(body, Ledger())}
    assert records["a.py"].contexts == (("", "1-2,70"), ("one", "3-4,9"), ("two", "4"))
    assert records["b.py"].contexts == ()


def trace(*tests):
    return "".join(
        f"TN:{name}\nSF:a.c\n{''.join(f'DA:{line},{hits}{chr(10)}' for line, hits in lines)}end_of_record\n"
        for name, lines in tests
    ).encode()


@pytest.mark.parametrize(
    ("body", "contexts"),
    [
        (trace(("one", [(1, 1), (2, 0)]), ("two", [(1, 0), (2, 4)])), (("one", "1"), ("two", "2"))),
        (trace(("one", [(1, 1)]), ("one", [(2, 1), (5, 1)])), (("one", "1-2,5"),)),
        # must not
        (trace(("", [(1, 1)])), ()),
        (trace(("one", [(1, 0)])), ()),
        (b"SF:a.c\nDA:1,1\nend_of_record\n", ()),
    ],
)
def test_test_names_of_a_tracefile(body, contexts):
    ledger = Ledger()
    (record,) = lcov_info.READER.read(io.BytesIO(body), ledger)
    assert record.contexts == contexts
    assert ("contexts" in ledger.facts) is bool(contexts)


@pytest.mark.parametrize(
    "contexts", [[], {"x": ["a"]}, {"1": "a"}, {"1": [1]}, {"1": None}, {"-1": ["a"]}, {"9" * 12: ["a"]}]
)
def test_contexts_of_another_shape_are_refused(refusal, contexts):
    entry = {"executed_lines": [1], "missing_lines": [], "summary": {}, "contexts": contexts}
    assert refusal(coverage_json.READER, {"meta": {"show_contexts": True}, "files": {"a.py": entry}}) == "json-shape"


@pytest.mark.parametrize(("bound", "most"), [("MAX_NAMES", 2), ("MAX_PAIRS", 2), ("MAX_TEXT", 5)])
def test_beyond_a_bound_nothing_is_kept_and_the_ledger_says_so(monkeypatch, bound, most):
    monkeypatch.setattr(_coverage_contexts, bound, most)
    ledger = Ledger()
    book = ContextBook(ledger)
    assert book.kept({"a": [1], "b": [1]}) == (("a", "1"), ("b", "1"))
    assert not book.full and not ledger.notes
    assert book.kept({"c": [1, 2, 5]}) == ()
    assert book.full
    assert book.kept({"a": [1]}) == ()
    assert ledger.notes["contexts-cut"].count == 2


def test_long_names_are_cut_and_their_lines_united():
    found = ContextBook(Ledger()).kept({"x" * 900 + "a": [1], "x" * 900 + "b": [2], "none": []})
    assert [(len(name), lines) for name, lines in found] == [(500, "1-2")]
