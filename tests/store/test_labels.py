"""Marks and properties of test cases: kept by run, a set once, and matched by the entries of categories."""

import pytest
from store_maker import START, case, failing, policy, put

from dashboard.model.records import Attempt, Folded, Outcome
from dashboard.store import evidence
from dashboard.store.transaction import reading, scalar

MARKED = (("marker", "security"),)


def counted(store, stored, *patterns):
    found = evidence.of(store, stored.candidate_id, policy(categories={"c": patterns}), START).tests
    assert found is not None
    return found.categories["c"].total


def rows_in(store, table):
    with reading(store) as connection:
        return scalar(connection, f"SELECT count(*) FROM {table}")


@pytest.fixture
def suite(store):
    return put(
        store,
        [
            case("pytest", properties=MARKED),
            case("ctrf", properties=(("tag", "Security"), ("tag", "slow"))),
            case("nunit", properties=(("Category", "Security,Slow"), ("Author", "ada"))),
            case("own", properties=(("area", "security"), ("level", "7"))),
            case("security by name"),
            case("other", properties=(("area", "billing"), ("comment", "security"))),
        ],
    )


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("*security*",), 1),
        (("marker:security",), 3),
        (("marker:SEC*",), 3),
        (("marker:slow",), 2),
        (("marker:Security,Slow",), 1),
        (("marker:secur",), 0),
        (("marker:?ecurity", "*by name"), 4),
        (("property:area=security",), 1),
        (("property:area=*",), 2),
        (("property:*=security",), 4),
        (("property:author=ada",), 1),
        (("property:area=[s]ecurity",), 0),
        (("*security*", "marker:security", "property:area=security"), 5),
        (("marker:nothing",), 0),
    ],
)
def test_entries_of_a_category(store, suite, patterns, expected):
    assert counted(store, suite, *patterns) == expected


def test_a_set_is_stored_once_and_cases_without_labels_take_no_room(store):
    put(store, [case(f"n{i}", properties=MARKED) for i in range(50)] + [case(f"m{i}") for i in range(50)])
    put(store, [case(f"n{i}", properties=MARKED) for i in range(50)], run="again", hours=1)
    assert (rows_in(store, "label_set"), rows_in(store, "case_label")) == (1, 100)


def test_labels_are_of_the_run_so_an_older_candidate_keeps_its_own(store):
    old = put(store, [case("a", properties=MARKED)], subject="a" * 40)
    new = put(store, [case("a")], subject="b" * 40, run="later", hours=1)
    assert (counted(store, old, "marker:security"), counted(store, new, "marker:security")) == (1, 0)


def test_labels_of_several_files_and_runs_of_a_candidate_add_up(store):
    put(store, [failing("a", properties=(("tag", "slow"),))], name="one.xml")
    put(store, [case("a", properties=MARKED)], name="two.xml")
    stored = put(store, [case("a", properties=(("tag", "db"),))], run="later", hours=1)
    for mark in ("slow", "security", "db"):
        assert counted(store, stored, f"marker:{mark}") == 1


def test_a_case_that_replaces_others_brings_its_labels(store):
    first, second = case("a", Outcome.FAILED), case("a")
    attempts = (Attempt(Outcome.FAILED, 0.25, None), Attempt(Outcome.PASSED, 0.25, None))
    folded = Folded((first, second), case("a", attempts=attempts, properties=MARKED))
    assert counted(store, put(store, [first, second, folded]), "marker:security") == 1


def test_odd_labels_are_kept_as_far_as_they_can_be(store):
    odd = (("", ""), ("a\x00b", "\ud800"), ("x" * 5000, "y" * 5000), ("tag", "ünïcode 🔒"))
    many = tuple((f"k{i:03d}", "v") for i in range(500))
    stored = put(store, [case("odd", properties=odd), case("many", properties=many)])
    assert counted(store, stored, "marker:ünïcode") == 1
    assert counted(store, stored, "property:k063=v") == 1
    assert counted(store, stored, "property:k064=v") == 0
