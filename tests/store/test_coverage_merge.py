"""Shards united: the same totals as the tools make of them, and said to be a lower bound where that cannot be."""

from pathlib import Path

import pytest

from dashboard.model.ledger import Ledger
from dashboard.readers import HEAD_BYTES, choose
from dashboard.store.coverage_merge import (
    LINES_DIFFER,
    LINES_NOT_LISTED,
    NO_BRANCH_IDS,
    OTHER_BRANCH_IDS,
    STATEMENTS,
    Covered,
    merged,
)

FIXTURES = Path(__file__).parents[1] / "fixtures"


def read(name, artefact=0):
    path = FIXTURES / name
    with path.open("rb") as body:
        reader = choose(body.read(HEAD_BYTES))
        body.seek(0)
        for one in reader.read(body, Ledger()):
            ids = (one.branch_numbering, one.branches_taken, one.branches_missed)
            yield Covered(*one[:7], one.hit, one.missed, one.partial, artefact, one.approximate, *ids)


def united(*names):
    return merged(file for number, name in enumerate(names) for file in read(name, number))


JSON, LCOV, C, LLVM = (
    "coverage-json/coverage.py-7.17.3/", "lcov-info/coverage.py-7.17.3/", "lcov-info/lcov-1.16/",
    "llvm-cov-json/llvm-14.0.6/",
)  # fmt: skip


@pytest.mark.parametrize(
    ("shards", "whole"),
    [
        ((f"{JSON}shard-one.json", f"{JSON}shard-two.json"), f"{JSON}shards-combined.json"),
        ((f"{LCOV}shard-one.lcov", f"{LCOV}shard-two.lcov"), f"{LCOV}shards-combined.lcov"),
        ((f"{C}shard-member.info", f"{C}shard-rush.info", f"{C}shard-usage.info"), f"{C}shards-added.info"),
    ],
)
def test_shards_give_what_the_tool_itself_combines(shards, whole):
    for order in (shards, shards[::-1]):
        found = [(*file[:7], file.hit, file.missed, file.partial, file.approximate) for file in united(*order)]
        assert found == [(*file[:7], file.hit, file.missed, file.partial, "") for file in united(whole)]


def test_regions_unite_branches_and_not_lines():
    (found,) = united(f"{LLVM}shard-member.json", f"{LLVM}shard-rush.json")
    (whole,) = united(f"{LLVM}shards-merged.json")
    assert (found.branches_total, found.branches_hit) == (whole.branches_total, whole.branches_hit) == (14, 11)
    assert (found.lines_total, found.lines_hit, whole.lines_hit) == (23, 17, 19)
    assert found.approximate == LINES_NOT_LISTED


def file(total=4, hit=2, branches=(None, None), statements=(None, None), artefact=0, path="a.py", **more):
    return Covered(path, total, hit, *branches, *statements, "1-2", "3-4", "", artefact)._replace(**more)


IDS = {"branch_numbering": "arc", "branches_taken": "1:2", "branches_missed": "1:3"}
OTHER = {"branch_numbering": "arc", "branches_taken": "1:3", "branches_missed": "1:2"}


@pytest.mark.parametrize(
    ("first", "second", "figures", "why"),
    [
        # exact
        (file(), file()._replace(hit="3-4", missed="1-2"), (4, 4, None, None), ""),
        (file(branches=(2, 1), **IDS), file(branches=(2, 1), **OTHER), (4, 2, 2, 2), ""),
        (file(branches=(2, 1), **IDS), file(branches=(2, 1), **IDS), (4, 2, 2, 1), ""),
        (file(branches=(2, 1), **IDS), file(branches=(0, 0)), (4, 2, 2, 1), ""),
        (file(branches=(2, 2)), file(branches=(2, 1)), (4, 2, 2, 2), ""),
        (file(branches=(2, 1)), file(branches=(2, 0)), (4, 2, 2, 1), ""),
        (file(branches=(2, 0)), file(branches=(2, 0)), (4, 2, 2, 0), ""),
        # a lower bound
        (file(branches=(2, 1)), file(branches=(2, 1)), (4, 2, 2, 1), NO_BRANCH_IDS),
        (file(branches=(2, 1), **IDS), file(branches=(2, 1)), (4, 2, 2, 1), NO_BRANCH_IDS),
        (file(branches=(2, 1), **IDS), file(), (4, 2, 2, 1), NO_BRANCH_IDS),
        (
            file(branches=(2, 1), **IDS),
            file(branches=(2, 1), **IDS | {"branches_taken": "1:jump", "branches_missed": "1:2"}),
            (4, 2, 2, 1),
            OTHER_BRANCH_IDS,
        ),
        (
            file(branches=(2, 1), **IDS),
            file(branches=(2, 1), **IDS | {"branch_numbering": "lcov"}),
            (4, 2, 2, 1),
            NO_BRANCH_IDS,
        ),
        (file(), file(total=5, missed="3-5"), (5, 2, None, None), LINES_DIFFER),
        (file(total=3), file(total=3)._replace(hit="3-4", missed="1-2"), (3, 2, None, None), LINES_NOT_LISTED),
        (file(statements=(8, 4)), file(statements=(8, 5)), (4, 2, None, None), STATEMENTS),
    ],
)
def test_two_reports_of_a_file(first, second, figures, why):
    for one, other in ((first, second), (second, first)):
        (found,) = merged([one, other])
        assert (found[1:5], found.approximate, found.reports) == (figures, why, 2)


def test_go_counts_statements_and_never_lines():
    go = {"total": None, "hit": None}
    (found,) = merged([
        file(**go, statements=(8, 6)), file(**go, statements=(8, 5))._replace(hit="3-4", missed="1-2", partial="5")
    ])  # fmt: skip
    assert found[1:7] == (None, None, None, None, 8, 6)
    assert (found.hit, found.missed, found.partial, found.approximate) == ("1-4", "", "5", STATEMENTS)


def test_a_report_without_lines_is_not_united():
    (found,) = merged([file(), file(total=9)._replace(hit="", missed="", lines_hit=1)])
    assert (found[1:3], found.approximate) == ((9, 1), LINES_NOT_LISTED)
    (found,) = merged([file()._replace(hit="", missed="")] * 2)
    assert (found[1:3], found.approximate) == ((4, 2), "")


def test_what_the_reader_could_not_unite_is_said():
    (found,) = merged([file(lower_bound=True)])
    assert found.approximate == NO_BRANCH_IDS
    (found,) = merged([file()])
    assert (found.approximate, found.reports) == ("", 1)
