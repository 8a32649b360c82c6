"""Ids of branches: kept where they are the file's figures, and always readable again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.records import FileCoverage
from dashboard.readers._coverage_branches import with_branches, written
from dashboard.readers.cobertura_xml import READER as COBERTURA
from dashboard.readers.istanbul_json import READER as ISTANBUL
from dashboard.readers.lcov_info import READER as LCOV
from dashboard.readers.llvm_cov_json import READER as LLVM
from dashboard.store.coverage_sets import branches_of


def record(total, hit):
    return FileCoverage("a", 1, 1, total, hit, None, None, None, "1", "", "")


@pytest.mark.parametrize(
    ("figures", "taken", "missed", "kept"),
    [
        ((2, 1), [(1, "a")], [(1, "b")], ("x", "1:a", "1:b")),
        ((1, 1), [(1, "a")], [(1, "a")], ("x", "1:a", "")),
        # must not: the list is not what the producer counts
        ((3, 1), [(1, "a")], [(1, "b")], ("", "", "")),
        ((2, 2), [(1, "a")], [(1, "b")], ("", "", "")),
        ((None, None), [(1, "a")], [], ("", "", "")),
        ((0, 0), [], [], ("", "", "")),
    ],
)
def test_only_ids_that_add_up(figures, taken, missed, kept):
    assert with_branches(record(*figures), "x", taken, missed)[12:15] == kept


def test_arms_and_regions_and_numbers(reading):
    source = {
        "statementMap": {"0": {"start": {"line": 1}}}, "s": {"0": 1}, "b": {"0": [1, 0]},
        "branchMap": {"0": {"line": 3}},
    }  # fmt: skip
    assert reading(ISTANBUL, {"a.js": source})[0][0][12:15] == ("istanbul", "3:0.0", "3:0.1")
    summary = {"lines": {"count": 1, "covered": 1}, "branches": {"count": 2, "covered": 1}}
    region = [[4, 9, 4, 12, 5, 0, 0, 0, 4]] * 2
    body = {"data": [{"files": [{"filename": "a.c", "branches": region, "summary": summary}]}]}
    assert reading(LLVM, body)[0][0][12:15] == ("llvm", "4:9.4.12T", "4:9.4.12F")
    text = "SF:a.c\nDA:2,1\nBRDA:2,0,0,1\nBRDA:2,0,jump, or: so,-\nend_of_record\n"
    assert reading(LCOV, text)[0][0][12:15] == ("lcov", "2:0.0", "2:0.jump%2C%20or%3A%20so")


@pytest.mark.parametrize("branches", [{}, [[1, 2, 3, 4, 5]], [[1, 2, 3, 4, "x", 0]], [[-1, 2, 3, 4, 1, 0]]])
def test_refuses(refusal, branches):
    body = {"data": [{"files": [{"filename": "a.c", "branches": branches, "summary": {}}]}]}
    assert refusal(LLVM, body) == "json-shape"


@given(st.sets(st.tuples(st.integers(1, 5), st.text(max_size=90)), max_size=8))
def test_written_branches_are_read_as_many(branches):
    text = written(branches)
    assert text.isascii()
    assert len(branches_of(text)) == len(branches)


@pytest.mark.parametrize(
    ("path", "noted"), [("/w/a.c", True), ("C:\\w\\a.c", True), ("a.c", False), ("./a.c", False), ("a:/b.c", True)]
)
def test_an_absolute_path_is_noted(reading, path, noted):
    _, ledger = reading(LCOV, f"SF:{path}\nDA:1,1\nend_of_record\n")
    assert ("absolute-path" in ledger.notes) is noted


@pytest.mark.parametrize(("sources", "noted"), [((), False), (("src",), False), (("src", "lib"), True)])
def test_several_source_folders_are_noted(reading, sources, noted):
    folders = "".join(f"<source>{source}</source>" for source in sources)
    lines = '<class filename="a.py"><lines><line number="1" hits="1"/></lines></class>'
    body = f"<coverage line-rate='1'><sources>{folders}</sources><packages>{lines}</packages></coverage>"
    _, ledger = reading(COBERTURA, body)
    assert ("several-sources" in ledger.notes) is noted
