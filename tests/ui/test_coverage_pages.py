"""The pages of coverage: formulas by name, lower bounds and doubts said, and which test ran which line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from store_maker import put
from streamlit.testing.v1 import AppTest

from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind
from dashboard.services.context import open_context
from dashboard.settings import read_settings
from dashboard.ui.contexts import MOST, Contexts, listing, summary
from dashboard.ui.coverage_notes import approximate

Run = Callable[..., AppTest]
Text = Callable[[AppTest], str]


def file(path: str, hit: str = "1-2", missed: str = "3-4", **more: object) -> FileCoverage:
    return FileCoverage(path, 4, 2, 2, 1, None, None, None, hit, missed, "")._replace(**more)


@pytest.fixture
def page(tmp_path: Path, run_page: Run, text_of: Text) -> Callable[..., str]:
    """Give what a page says of files that were brought as reports by name."""
    context = open_context(read_settings({"COUNTERSIGN_HOME": str(tmp_path)}))

    def show(slug: str, reports: dict[str, list[FileCoverage]], **params: object) -> str:
        for name, files in reports.items():
            bare = all(one.lines_total is one.statements_total is None for one in files)
            put(context.store, files, kind=Kind.COVERAGE, name=name, ledger=Ledger(incomplete=bare))
        app = run_page(context, slug, project="demo", **params)
        assert not app.exception
        return text_of(app)

    return show


def test_every_percentage_names_its_formula(page: Callable[..., str]) -> None:
    said = page("coverage", {"a.json": [file("a.py")]})
    for formula in (
        "lines hit / lines that can run",
        "branches taken / branches there are",
        "the total of coverage.py",
    ):
        assert formula in said
    assert "approx" not in said and "unmapped" not in said


def test_a_lower_bound_is_said_beside_the_figure(page: Callable[..., str]) -> None:
    said = page("coverage", {"a.xml": [file("a.py")], "b.xml": [file("a.py", "3-4", "1-2")]})
    assert "branches · 1 of 2 · approx" in said
    assert "lines · 4 of 4<" in said  # united by number, exactly
    assert "branches without shared ids" in said


def test_paths_in_doubt_are_listed_with_their_reason(page: Callable[..., str]) -> None:
    said = page("coverage", {"a.json": [file("web/src/a.js"), file("api/src/a.js")], "b.info": [file("src/a.js")]})
    assert "1 path ambiguous" in said and "2 reports" in said and "fits two files" in said


def test_what_only_ran_has_no_percentage_and_the_command_that_gives_one(page: Callable[..., str]) -> None:
    ran = FileCoverage("a.py", None, None, None, None, None, None, None, "1-9", "", "")
    said = page("coverage", {".coverage": [ran]})
    assert "Totals are missing" in said and "coverage json --show-contexts -o coverage.json" in said
    assert " % " not in said


def test_statements_stand_where_no_lines_are_counted(page: Callable[..., str]) -> None:
    go = FileCoverage("a.go", None, None, None, None, 8, 6, None, "1-4", "5", "")
    said = page("coverage", {"cover.out": [go]})
    assert "75.00 % of statements are covered, 6 of 8" in said
    assert "lines ·" not in said
    assert "75.00 % of its statements are covered" in page("file", {}, path="a.go")


def test_a_file_names_the_tests_that_ran_it(page: Callable[..., str]) -> None:
    contexts = (("", "1"), ("t::adds", "1-2"), ("t::<b>", "2"))
    said = page("file", {"a.json": [file("a.py", contexts=contexts)]}, path="a.py")
    assert "2 contexts ran lines of this file" in said and "outside any test" in said
    assert "t::&lt;b&gt;" in said


@pytest.mark.parametrize(
    ("line", "there", "absent"),
    [("1", "t::one", "t::two"), ("4", "none of them ran line 4", "t::one"), ("x", "t::two", "No test")],
)
def test_a_line_names_its_tests(page: Callable[..., str], line: str, there: str, absent: str) -> None:
    contexts = (("t::one", "1"), ("t::two", "2"))
    said = page("file", {"a.json": [file("a.py", contexts=contexts)]}, path="a.py", line=line)
    assert there in said and absent not in said


def test_a_report_without_contexts_is_said_not_to_say(page: Callable[..., str]) -> None:
    assert "not said by the reports of this file" in page("file", {"a.json": [file("a.py")]}, path="a.py")


def test_a_united_file_says_so(page: Callable[..., str]) -> None:
    ids = {"branch_numbering": "arc", "branches_taken": "1:2", "branches_missed": "1:3"}
    shards = {"a.json": [file("a.py", **ids)], "b.json": [file("a.py", **ids)]}
    assert "United from 2 reports, exactly." in page("file", shards, path="a.py")


def test_a_long_list_is_cut_and_says_so() -> None:
    many = tuple(
        {"name": f"t{n}", "count": 30, "lines": ",".join(str(2 * i) for i in range(1, 31))} for n in range(300)
    )
    said = listing(Contexts(many))
    assert said.count("<tr>") == MOST + 1 and "The first 200 of 300." in said and "and 18 more ranges" in said
    assert summary(Contexts(many, line=60)) == "300 contexts ran line 60"


@pytest.mark.parametrize(
    ("reason", "names"),
    [
        ("", set()),
        (None, set()),
        (float("nan"), set()),
        ("branches without shared ids", {"branches", "lines + branches"}),
        ("statements without ids", {"statements"}),
        ("reports list different lines, branches without shared ids", {"lines", "branches", "lines + branches"}),
    ],
)
def test_which_figures_a_reason_concerns(reason: object, names: set[str]) -> None:
    assert approximate(reason) == names
