"""Rollups equal the facts, in whatever order runs and their files come in."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_maker import case, put

from dashboard.model.records import Outcome
from dashboard.store import frames, maintenance
from dashboard.store.transaction import reading, rows, run, writing

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


def changes(store):
    return {row["name"]: (row["new_failures"], row["fixed"]) for row in frames.runs(store, "demo").to_dict("records")}


def ingest(store, hour, outcomes, **fields):
    put(store, [case(n, o) for n, o in outcomes.items()], subject=f"{hour:040d}", run=f"r{hour}", hours=hour, **fields)


def test_new_failures_and_fixes_are_against_the_run_before(store):
    ingest(store, 1, {"a": P, "b": F})
    ingest(store, 2, {"a": F, "b": P, "c": F})
    ingest(store, 3, {"a": E, "b": S, "c": F})
    ingest(store, 4, {"a": P, "b": F})
    assert changes(store) == {"r1": (0, 0), "r2": (1, 1), "r3": (0, 0), "r4": (1, 1)}
    assert maintenance.check(store) == []


def test_a_skip_is_looked_through(store):
    for hour, outcome in enumerate((P, S, P, S, F, S, F), 1):
        ingest(store, hour, {"a": outcome})
    assert [new for new, _ in reversed(changes(store).values())] == [0, 0, 0, 0, 1, 0, 0]


def test_a_run_that_comes_late_is_put_between_its_neighbours(store):
    ingest(store, 1, {"a": P, "b": P, "c": F})
    ingest(store, 3, {"a": F, "b": P, "c": P})
    ingest(store, 2, {"a": F, "b": F, "c": S})
    assert changes(store) == {"r1": (0, 0), "r2": (2, 0), "r3": (0, 2)}
    assert maintenance.check(store) == []


def test_branches_do_not_disturb_each_other(store):
    ingest(store, 1, {"a": P})
    ingest(store, 2, {"a": F}, branch="feature")
    ingest(store, 3, {"a": P})
    assert changes(store) == {"r1": (0, 0), "r2": (0, 0), "r3": (0, 0)}
    assert frames.branches(store, "demo")["branch"].tolist() == ["main", "feature"]


def test_a_file_that_makes_its_run_start_earlier_moves_it(store):
    put(store, [case("a", F)], run="moves", hours=5)
    put(store, [case("a", P)], run="stays", hours=3, subject="b" * 40)
    assert changes(store) == {"moves": (1, 0), "stays": (0, 0)}
    put(store, [case("b", P)], run="moves", hours=1)
    assert changes(store) == {"moves": (0, 0), "stays": (0, 1)}
    assert maintenance.check(store) == []


OUTCOMES = st.sampled_from([P, P, F, E, S])
FILES = st.lists(
    st.tuples(
        st.integers(0, 3),  # run
        st.integers(0, 5),  # hour
        st.dictionaries(st.sampled_from("abcd"), OUTCOMES, min_size=1),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES, branches=st.lists(st.sampled_from(["main", "dev"]), min_size=4, max_size=4))
def test_any_order_gives_what_a_rebuild_gives(store, files, branches):
    project = f"p{random.getrandbits(64):x}"
    for number, hour, outcomes in files:
        records = [case(name, outcome) for name, outcome in outcomes.items()]
        put(
            store, records, project=project, subject=f"s{number}", run=f"r{number}", hours=hour, branch=branches[number]
        )
    assert maintenance.check(store) == []


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE run SET passed = passed + 1", "totals of run"),
        ("UPDATE case_stat SET runs = 7", "sums of cases"),
        ("DELETE FROM status_change", "changes of state"),
        ("DELETE FROM blob_chunk", "bytes of artefact"),
    ],
)
def test_check_tells_what_differs(store, sql, told):
    ingest(store, 1, {"a": P})
    ingest(store, 2, {"a": F})
    assert maintenance.check(store) == []
    with writing(store) as connection:
        run(connection, sql)
    assert told in " ".join(maintenance.check(store))


def test_sums_of_a_case(store):
    for hour, outcome in enumerate((P, F, S, E), 1):
        ingest(store, hour, {"a": outcome})
    with reading(store) as connection:
        [row] = rows(connection, "SELECT * FROM case_stat")
    assert [row[n] for n in ("runs", "passed", "failing", "skipped", "timed", "sum_us")] == [4, 1, 2, 1, 4, 1_000_000]
    found = frames.case(store, row["case_id"])
    assert found is not None
    assert (found["runs"], found["passed"], found["failing"], found["mean_s"]) == (4, 1, 2, 0.25)
