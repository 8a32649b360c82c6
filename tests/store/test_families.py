"""Parametrised tests are known by their base, so that one that fails stands beside its siblings."""

from sqlalchemy import text
from store_maker import case, failing, put

from dashboard.store import families, frames
from dashboard.store.transaction import reading, rows, writing


def filled(store):
    return put(
        store,
        [
            case("add[1-1]"),
            failing("add[1-2]"),
            case("add[2-2]"),
            case("sub[1]"),
            case("plain"),
            case("add[1-1]", classname="pkg.Other"),
            case("renders (dark)"),
        ],
    )


def test_a_run_by_base(store):
    found = frames.run_families(store, filled(store).run_id)
    told = [(f.classname, f.base, f.total, f.passed, f.failed) for f in found.itertuples(index=False)]
    assert told == [
        ("pkg.Class", "add", 3, 2, 1),
        ("pkg.Class", "sub", 1, 1, 0),
        ("pkg.Other", "add", 1, 1, 0),
    ]


def test_the_siblings_of_a_case(store):
    run = filled(store).run_id
    worst = int(frames.run_families(store, run).iloc[0]["case_id"])
    assert frames.case(store, worst)["name"] == "add[1-2]"
    found = frames.siblings(store, worst, run)
    assert [(s.parameters, s.outcome) for s in found.itertuples(index=False)] == [
        ("[1-1]", "passed"),
        ("[2-2]", "passed"),
    ]
    plain = next(int(r.case_id) for r in frames.run_cases(store, run).itertuples(index=False) if r.name == "plain")
    assert frames.siblings(store, plain, run).empty


def test_a_database_that_knew_no_families_learns_them(store):
    run = filled(store).run_id
    before = frames.run_families(store, run)
    with writing(store) as connection:
        connection.execute(text("UPDATE test_case SET family = NULL, base_length = NULL"))
    assert frames.run_families(store, run).empty
    with writing(store) as connection:
        families.keep_older(connection)
    assert frames.run_families(store, run).equals(before)
    with reading(store) as connection:
        assert rows(connection, "SELECT 1 FROM test_case WHERE name = 'plain' AND family IS NOT NULL") == []
