"""Names that change from run to run: no explosion of cases, no result lost, and it is said."""

import uuid

import pytest
from store_maker import case, failing, put

from dashboard.model.ledger import Ledger
from dashboard.model.records import Attempt, Outcome
from dashboard.store import frames, maintenance, unstable
from dashboard.store.transaction import reading, scalar

STABLE = [
    "test_plain",
    "test_x[1-2-three]",
    "test_year_2024",
    "test_port[8080]",
    "test_colour[#ff00ff]",
    "test_hash[deadbeef]",
    "test_path[/usr/lib/x]",
    "test_phone[12345678]",
    "test_facade_decade",
    "test_size[0x10]",
    "mail@example.com",
]


@pytest.mark.parametrize("name", STABLE)
def test_a_name_without_a_changing_part_is_left_alone(name):
    assert unstable.masked(name) == name


@pytest.mark.parametrize(
    ("name", "stable"),
    [
        ("test_x[6f9619ff-8b86-d011-b42d-00c04fc964ff]", "test_x[<uuid>]"),
        ("test_x[6F9619FF8B86D011B42D00C04FC964FF]", "test_x[<uuid>]"),
        ("test_x[2025-10-18T14:02:03.123456+02:00-a]", "test_x[<time>-a]"),
        ("test_x[2025-10-18 14:02:03]", "test_x[<time>]"),
        ("test_x[20251018T140203Z]", "test_x[<time>]"),
        ("runs at 14:02:03.5", "runs at <time>"),
        ("test_x[<object at 0x7f3c8a1b2d90>]", "test_x[<object at <address>>]"),
        ("test_x[Foo@1b6d3586]", "test_x[Foo@<address>]"),
        ("test_x[/tmp/pytest-of-root/pytest-3/x0/f.txt]", "test_x[<path>]"),
        ("test_x[/private/var/folders/zz/x/T/a]", "test_x[<path>]"),
        ("test_x[C:\\Users\\ada\\AppData\\Local\\Temp\\a1]", "test_x[<path>]"),
        ("test_x[1729252923]", "test_x[<number>]"),
        ("test_x[1729252923.4821]", "test_x[<number>]"),
        ("test_x[da39a3ee5e6b4b0d3255bfef95601890afd80709]", "test_x[<hex>]"),
        ("test_x[01ARZ3NDEKTSV4RRFFQ69G5FAV]", "test_x[<ulid>]"),
    ],
)
def test_a_changing_part_is_masked(name, stable):
    assert unstable.masked(name) == stable
    assert unstable.masked(stable) == stable


@pytest.fixture
def few(monkeypatch):
    """A thousand is many for a test."""
    monkeypatch.setattr(unstable, "NEW_CASES", 10)
    monkeypatch.setattr(unstable, "_CHUNK", 7)


def changing(count, **fields):
    return [case(f"test_x[{uuid.uuid4()}-{i % 3}]", **fields) for i in range(count)]


def bring(store, records, number, ledger=None, **target):
    return put(store, [case("steady"), *records], run=f"r{number}", hours=number, ledger=ledger, **target)


def counted(store, table="test_case"):
    with reading(store) as connection:
        return scalar(connection, f"SELECT count(*) FROM {table}")


def totals(store):
    return frames.runs(store, "demo")["total"].tolist()[::-1]


def test_an_explosion_is_capped_and_reported(store, few):
    for number in range(3):
        bring(store, changing(30), number)
    assert counted(store) == 91
    ledger = Ledger()
    fourth = bring(store, changing(30), 3, ledger)
    note = ledger.notes["unstable-names"]
    assert note.count == 30
    assert "test_x[<uuid>-0]" in note.message
    shown = frames.artefacts(store, "demo", limit=1)["notes"].iloc[0]
    assert shown == [note.as_dict()]
    names = set(frames.run_cases(store, fourth.run_id)["name"])
    assert {"steady", "test_x[<uuid>-0]", "test_x[<uuid>-1]", "test_x[<uuid>-0] #2", "test_x[<uuid>-2] #10"} <= names
    grown = counted(store)
    assert grown == 91 + 30
    for number in range(4, 8):  # also where they are few from now on
        bring(store, changing(30 if number < 7 else 5), number)
    assert counted(store) == grown
    assert totals(store) == [31] * 7 + [6]
    assert maintenance.check(store) == []


def test_outcomes_attempts_and_failures_stay_with_their_observation(store, few):
    for number in range(3):
        bring(store, changing(12), number)
    bad = [failing(f"test_x[{uuid.uuid4()}]", f"why {i}") for i in range(8)]
    attempts = (Attempt(Outcome.FAILED, 0.1, None), Attempt(Outcome.PASSED, 0.2, None))
    tried = [case(f"test_y[{uuid.uuid4()}]", attempts=attempts) for _ in range(8)]
    stored = bring(store, bad + tried, 3)
    row = frames.runs(store, "demo").iloc[0]
    assert [row[name] for name in ("total", "passed", "failed", "flaky")] == [17, 9, 8, 8]
    found = frames.run_cases(store, stored.run_id, search="test_x")
    assert set(found["message"]) == {f"why {i}" for i in range(8)}
    assert maintenance.check(store) == []


def test_files_of_one_run_keep_their_observations_apart_and_recognise_their_own(store, few):
    for number in range(3):
        bring(store, changing(12), number)
    one, two = changing(20), changing(20)
    bring(store, one, 3)
    stored = bring(store, two, 3)
    assert totals(store)[3] == 41
    again = [record._replace(outcome=Outcome.FAILED) for record in one[:4]]
    put(store, again, run="r3", hours=3)
    row = frames.runs(store, "demo").iloc[0]
    assert [row["total"], row["failed"]] == [41, 4]
    assert frames.count_run_cases(store, stored.run_id, outcomes=["failed"]) == 4
    assert maintenance.check(store) == []


@pytest.mark.parametrize(
    "records",
    [
        [case(f"new_{i}") for i in range(40)],
        [*changing(8), *(case(f"new_{i}") for i in range(40))],
        [*changing(12), *(case(f"old_{i}") for i in range(60))],
    ],
    ids=["a new suite", "few of many", "fewer than half"],
)
def test_what_is_no_explosion_is_left_alone(store, few, records):
    for number in range(3):
        bring(store, [case(f"old_{i}") for i in range(60)], number)
    ledger = Ledger()
    stored = bring(store, records, 3, ledger)
    assert ledger.notes == {}
    assert set(frames.run_cases(store, stored.run_id, limit=1000)["name"]) == {"steady", *(r.name for r in records)}


def test_a_young_project_is_given_time(store, few):
    for number in range(3):
        ledger = Ledger()
        bring(store, changing(30), number, ledger)
        assert ledger.notes == {}


def test_another_project_does_not_make_names_known(store, few):
    for number in range(5):
        bring(store, changing(30), number)
    ledger = Ledger()
    put(store, changing(30), project="other", ledger=ledger)
    assert ledger.notes == {}


def test_beyond_the_limit_of_cases_new_ones_are_numbered(store, few, monkeypatch):
    monkeypatch.setattr(unstable, "CASE_CAP", 100)
    for number in range(3):
        bring(store, [case(f"word {number} {i}") for i in range(40)], number)
    assert counted(store) == 121
    for number in range(3, 6):
        ledger = Ledger()
        names = [case(f"word {number} {i}") for i in range(40)]
        bring(store, [*names, *changing(5), failing("bad word")], number, ledger)
        assert ledger.notes["case-limit"].count == 46
        assert f"{unstable.BEYOND} #2" in ledger.notes["case-limit"].message
    assert counted(store) == 121 + 46
    assert totals(store) == [41, 41, 41, 47, 47, 47]
    assert frames.runs(store, "demo")["failed"].tolist() == [1, 1, 1, 0, 0, 0]
    assert maintenance.check(store) == []
