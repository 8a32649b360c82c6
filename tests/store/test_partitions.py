"""PostgreSQL's test results lie in ranges of runs, made as they are needed; an older database becomes so."""

import pytest
from process_maker import run_plan
from sqlalchemy import text
from store_maker import case, failing, put

from dashboard.store import frames, maintenance, partitions
from dashboard.store.engine import open_store
from dashboard.store.transaction import reading, rows, scalar

pytestmark = pytest.mark.postgres
PARTITIONS = (
    "SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds FROM pg_inherits i "
    "JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = CAST('test_result' AS regclass) ORDER BY c.relname"
)
RUNS = partitions.RUNS


@pytest.fixture
def postgres(postgres_url):
    store = open_store(postgres_url)
    yield store
    store.close()


def ranges(store):
    with reading(store) as connection:
        return {row["name"]: row["bounds"] for row in rows(connection, PARTITIONS)}


def skip_to(store, run_id):
    with store.writer.begin() as connection:
        connection.execute(text("SELECT setval(pg_get_serial_sequence('run', 'id'), :id)"), {"id": run_id})


def test_a_range_is_made_when_its_first_run_comes(postgres):
    assert ranges(postgres) == {}
    put(postgres, [case("a")], run="r1")
    put(postgres, [case("a")], run="r2", hours=1)
    assert ranges(postgres) == {"test_result_p0": f"FOR VALUES FROM (MINVALUE) TO ({RUNS})"}
    skip_to(postgres, RUNS - 1)
    put(postgres, [failing("a")], run="r3", hours=2)
    assert ranges(postgres)["test_result_p1"] == f"FOR VALUES FROM ({RUNS}) TO ({2 * RUNS})"
    # Numbers that were skipped, by transactions that were undone, leave no gap.
    skip_to(postgres, 5 * RUNS)
    put(postgres, [case("a"), case("b")], run="r4", hours=3)
    put(postgres, [case("a")], run="r0", hours=-1)
    assert ranges(postgres)["test_result_p2"] == f"FOR VALUES FROM ({2 * RUNS}) TO ({6 * RUNS})"
    assert len(ranges(postgres)) == 3
    assert frames.runs(postgres, "demo")["total"].tolist() == [2, 1, 1, 1, 1]
    assert maintenance.check(postgres) == []


def test_a_file_that_is_refused_leaves_no_range(postgres):
    def refuse(connection, stored):
        raise KeyError

    with pytest.raises(KeyError):
        put(postgres, [case("a")], on_stored=refuse)
    assert ranges(postgres) == {}


def test_several_processes_come_to_a_new_range_at_once(postgres, postgres_url):
    skip_to(postgres, RUNS - 6)
    writers = [{"act": "ingest", "who": f"w{n}", "runs": 4, "cases": 10} for n in range(4)]
    run_plan("together", postgres_url, jobs=writers)
    assert len(ranges(postgres)) == 2
    assert len(frames.runs(postgres, "demo")) == 16
    assert maintenance.check(postgres) == []


def test_a_run_is_asked_for_in_its_own_range_only(postgres):
    put(postgres, [case("a")], run="r1")
    skip_to(postgres, RUNS)
    put(postgres, [case("a")], run="r2", hours=1)
    with reading(postgres) as connection:
        plan = "\n".join(
            connection.exec_driver_sql("EXPLAIN SELECT count(*) FROM test_result WHERE run_id = 1").scalars()
        )
    assert "test_result_p0" in plan
    assert "test_result_p1" not in plan


#: Back to the one table of schema 1.
OLDER = """
CREATE TABLE plain (LIKE test_result INCLUDING DEFAULTS);
INSERT INTO plain SELECT * FROM test_result;
DROP TABLE test_result;
ALTER TABLE plain RENAME TO test_result;
ALTER TABLE test_result ADD CONSTRAINT test_result_pkey PRIMARY KEY (run_id, case_id, attempt);
DROP FUNCTION countersign_partition;
DROP TABLE unstable_name;
DELETE FROM meta WHERE name = 'results_below';
DELETE FROM schema_version;
INSERT INTO schema_version VALUES (1, 0);
"""


@pytest.mark.parametrize("filled", [True, False])
def test_an_older_database_is_brought_up_without_moving_a_row(postgres, postgres_url, filled):
    if filled:
        skip_to(postgres, RUNS + 5)
        put(postgres, [case("a"), failing("b")], run="r1")
    with postgres.writer.begin() as connection:
        for statement in filter(str.strip, OLDER.split(";")):
            connection.execute(text(statement))
    file_of = "SELECT pg_relation_filenode('{}')"
    with reading(postgres) as connection:
        before = scalar(connection, file_of.format("test_result"))
    again = open_store(postgres_url)
    if filled:
        assert ranges(again) == {"test_result_p0": f"FOR VALUES FROM (MINVALUE) TO ({2 * RUNS})"}
        with reading(again) as connection:
            assert scalar(connection, file_of.format("test_result_p0")) == before
    else:
        assert ranges(again) == {}
    put(again, [case("a"), case("b")], run="r2", hours=1)
    skip_to(again, 2 * RUNS)
    put(again, [case("a"), failing("b")], run="r3", hours=2)
    assert frames.runs(again, "demo")["fixed"].tolist()[1:] == ([1, 0] if filled else [0])
    assert len(ranges(again)) == 2
    assert maintenance.check(again) == []
    again.close()
