"""The record of tests: case by case, never made better by running a part again."""

import itertools
from datetime import timedelta

import pytest
from store_maker import START, case, failing, policy, put

from dashboard.model.evidence import Tally
from dashboard.model.ledger import Ledger
from dashboard.model.records import Attempt, Kind, Outcome
from dashboard.store import evidence, frames

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
NAMES = [f"n{i:02d}" for i in range(20)]


def suite(**outcomes):
    return [case(name, outcomes.get(name, P)) for name in NAMES]


def record_of(store, stored, **fields):
    found = evidence.of(store, stored.candidate_id, policy(**fields), START).tests
    assert found is not None
    return found


def test_no_report_is_not_zero_tests(store):
    stored = put(store, [], kind=Kind.FLAGS)
    assert evidence.of(store, stored.candidate_id, policy(), START).tests is None


def test_an_empty_report_is_zero_tests(store):
    found = record_of(store, put(store, []))
    assert found.tally == Tally()
    assert [run.tally.total for run in found.runs] == [0]
    assert len(found.sources) == 1


def test_files_of_one_run_are_one_whole(store):
    put(store, [case("a"), failing("b")], name="one.xml")
    found = record_of(store, put(store, [case("c", S), case("d", E)], name="two.xml"))
    assert found.tally == Tally(4, 1, 1, 1, 1)
    assert found.failing_names == ("suite > pkg.Class.b", "suite > pkg.Class.d")
    assert len(found.runs) == 1
    assert [source.name for source in found.sources] == ["one.xml", "two.xml"]


def test_a_later_full_run_counts(store):
    put(store, suite(n00=F), run="one", hours=1)
    found = record_of(store, put(store, suite(n01=F), run="two", hours=2))
    assert found.tally == Tally(20, 19, 1, 0, 0)
    assert found.failing_names == ("suite > pkg.Class.n01",)
    assert [run.partial for run in found.runs] == [False, False]


def test_running_the_failed_part_again_does_not_clear_it(store):
    put(store, suite(n00=F, n01=F), run="full", hours=1)
    found = record_of(store, put(store, [case("n00"), case("n01")], run="again", hours=2))
    assert found.tally.failed == 2
    assert [run.partial for run in found.runs] == [False, True]
    assert found.flaky == 2


def test_running_a_part_again_can_make_it_worse(store):
    put(store, suite(n00=S), run="full", hours=1)
    put(store, [case("n00", F), case("n02", E)], run="again", hours=2)
    found = record_of(store, put(store, [case("n02", S)], run="and again", hours=3))
    assert (found.tally.failed, found.tally.errors, found.tally.skipped) == (1, 1, 0)


def test_a_part_that_ran_before_the_last_full_run_is_history(store):
    put(store, suite(), run="full", hours=1)
    put(store, [case("n00", F)], run="part", hours=2)
    found = record_of(store, put(store, suite(), run="full again", hours=3))
    assert found.tally == Tally(20, 20, 0, 0, 0)
    assert found.flaky_names == ("suite > pkg.Class.n00",)


def test_a_run_of_other_cases_is_not_a_part(store):
    put(store, suite(), run="unit", hours=1)
    found = record_of(store, put(store, [case("e2e 1"), case("e2e 2", F)], run="e2e", hours=2))
    assert found.tally == Tally(22, 21, 1, 0, 0)
    assert [run.partial for run in found.runs] == [False, False]


def test_a_new_case_in_a_part_is_not_lost(store):
    put(store, [case(f"x{i}") for i in range(40)], run="full", hours=1)
    part = [case(f"x{i}") for i in range(18)]
    found = record_of(store, put(store, [*part, failing("new")], run="part", hours=2))
    assert found.runs[1].partial
    assert found.tally == Tally(41, 40, 1, 0, 0)


@pytest.mark.parametrize(
    ("records", "flaky"),
    [
        ([case("a", attempts=(Attempt(F, None, None), Attempt(P, None, None)))], 1),
        ([case("a", attempts=(Attempt(P, None, None), Attempt(P, None, None)))], 0),
        ([case("a", F, attempts=(Attempt(F, None, None), Attempt(F, None, None)))], 0),
        ([case("a", S, attempts=(Attempt(F, None, None), Attempt(S, None, None)))], 0),
        ([case("a", ambiguous=True, attempts=(Attempt(F, None, None), Attempt(P, None, None)))], 0),
        ([case("a", P), case("a", F)], 0),
    ],
)
def test_flaky_is_both_ways_on_this_subject_and_not_ambiguous(store, records, flaky):
    stored = put(store, records)
    assert record_of(store, stored).flaky == flaky
    assert len(frames.flaky_cases(store, stored.candidate_id)) == flaky


def test_flakiness_over_runs_and_another_subject_is_no_proof(store):
    put(store, [case("a")], subject="b" * 40)
    stored = put(store, [failing("a")])
    assert record_of(store, stored).flaky == 0
    put(store, [case("a")], run="second", hours=1)
    assert record_of(store, stored).flaky == 1
    row = frames.flaky_cases(store, stored.candidate_id).iloc[0]
    assert (row["passes"], row["failures"]) == (1, 1)


CATEGORIES = {
    "security": ("*security*",),
    "first": ("suite > pkg.Class.a?",),
    "files": ("tests/e2e/*",),
    "none": ("nothing*",),
    "every": ("*",),
    "two": ("*SECURITY*", "tests/e2e/*"),
}


def test_categories_match_label_or_file_in_any_case(store):
    put(store, [case("a1", classname="pkg.Security"), case("a2")], name="unit.xml")
    stored = put(store, [failing("b", file="tests/e2e/Login.ts"), case("abc", suite="")], name="e2e.xml")
    found = record_of(store, stored, categories=CATEGORIES)
    assert {name: tally.total for name, tally in found.categories.items()} == {
        "security": 1,
        "first": 1,
        "files": 1,
        "none": 0,
        "every": 4,
        "two": 2,
    }
    assert found.categories["files"].failed == 1
    names = {key: [source.name for source in sources] for key, sources in found.category_sources.items()}
    assert names["security"] == ["unit.xml"]
    assert names["files"] == ["e2e.xml"]
    assert names["none"] == []
    assert names["every"] == ["e2e.xml", "unit.xml"]


def test_a_case_that_two_files_hold_is_evidence_from_both(store):
    put(store, [case("a")], name="one.xml")
    found = record_of(store, put(store, [failing("a")], name="two.xml"), categories={"every": ("*",)})
    assert [source.name for source in found.category_sources["every"]] == ["one.xml", "two.xml"]
    assert found.ambiguous == 1


def test_suites_whose_counters_disagree_are_counted(store):
    ledger = Ledger()
    ledger.note("suite-counters-disagree", "", 3)
    ledger.note("other", "", 5)
    assert record_of(store, put(store, [case("a")], ledger=ledger)).counters_disagree == 3


def test_where_a_case_lies_is_what_the_newest_run_says(store):
    put(store, [case("a", file="new.py")], run="late", hours=2)
    stored = put(store, [case("a", file="old.py")], run="early", hours=1)
    found = record_of(store, stored, categories={"new": ("new.py",), "old": ("old.py",)})
    assert (found.categories["new"].total, found.categories["old"].total) == (1, 0)


FILES = [
    {"records": suite(n00=F, n03=S), "run": "full", "hours": 1, "name": "a.xml"},
    {"records": [case("n00"), failing("n04")], "run": "full", "hours": 1, "name": "b.xml"},
    {"records": [case("n00"), case("n05", E)], "run": "part", "hours": 2, "name": "c.xml"},
    {"records": suite(n06=F), "run": "second", "hours": 3, "name": "d.xml"},
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::4])
def test_the_order_of_ingest_does_not_matter(store, order):
    for number in order:
        fields = dict(FILES[number])
        stored = put(store, fields.pop("records"), body=f"body {number}".encode(), at_hours=number, **fields)
    found = evidence.of(store, stored.candidate_id, policy(categories=CATEGORIES), START + timedelta(days=1))
    assert found.tests is not None
    assert found.tests.tally == Tally(20, 19, 1, 0, 0)
    assert [run.partial for run in found.tests.runs] == [False, True, False]
    assert [source.name for source in found.sources] == ["a.xml", "b.xml", "c.xml", "d.xml"]
    assert found.tests.flaky_names == ("suite > pkg.Class.n05", "suite > pkg.Class.n06")
    assert found.tests.ambiguous == 2
    assert [source.name for source in found.tests.category_sources["every"]] == ["a.xml", "b.xml", "d.xml"]
