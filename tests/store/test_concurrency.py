"""Several processes at once: nothing lost, nothing torn, no error; the order of files makes no difference."""

import hashlib
from itertools import permutations

import pytest
from process_maker import run_plan
from store_maker import case, failing, put, shards_of

from dashboard.store import frames, maintenance
from dashboard.store.transaction import columns, reading, scalar

SNAPSHOT = {
    "runs": (
        "SELECT r.name, r.total, r.passed, r.failed, r.errors, r.skipped, r.duration_us, r.flaky, r.new_failures, "
        "r.fixed FROM run r JOIN project p ON p.id = r.project_id WHERE p.slug = :project"
    ),
    "results": (
        "SELECT r.name, c.suite, c.classname, c.name, c.file, t.attempt, t.outcome, t.duration_us, f.message, "
        "a.sha256 FROM test_result t JOIN run r ON r.id = t.run_id JOIN project p ON p.id = r.project_id "
        "JOIN test_case c ON c.id = t.case_id JOIN artefact a ON a.run_id = r.id AND a.part = t.part "
        "LEFT JOIN failure_text f ON f.id = t.failure_id WHERE p.slug = :project"
    ),
    "ambiguous": (
        "SELECT r.name, c.name AS test, a.sha256 FROM ambiguous_case m JOIN run r ON r.id = m.run_id "
        "JOIN project p ON p.id = r.project_id JOIN test_case c ON c.id = m.case_id "
        "JOIN artefact a ON a.run_id = r.id AND a.part = m.part WHERE p.slug = :project"
    ),
    "changes": (
        "SELECT r.name, c.name AS test, k.old_outcome, k.new_outcome FROM status_change k "
        "JOIN run r ON r.id = k.run_id JOIN project p ON p.id = r.project_id JOIN test_case c ON c.id = k.case_id "
        "WHERE p.slug = :project"
    ),
    "sums": (
        "SELECT c.name, k.runs, k.passed, k.failing, k.skipped, k.timed, k.sum_us, r.name AS last, k.last_outcome "
        "FROM case_stat k JOIN test_case c ON c.id = k.case_id JOIN project p ON p.id = c.project_id "
        "LEFT JOIN run r ON r.id = k.last_run WHERE p.slug = :project"
    ),
}


def snapshot(store, project):
    """Everything that is kept of the tests of a project, by names."""
    with reading(store) as connection:
        return {what: sorted(columns(connection, sql, project=project), key=repr) for what, sql in SNAPSHOT.items()}


def test_files_of_a_run_in_any_order_are_the_same_run(store):
    found = {}
    for number, order in enumerate(permutations(range(4))):
        project = f"p{number}"
        put(store, [case("all"), failing("b"), case("twice")], project=project, run="r0", hours=0, body=b"before")
        later = [failing("all"), case("b"), case("own 1.1")]
        if number % 2:
            put(store, later, project=project, run="r2", hours=2, body=b"after")
        for shard in order:
            put(store, shards_of(1)[shard], project=project, run="r1", hours=1, body=f"{shard}".encode())
        if not number % 2:
            put(store, later, project=project, run="r2", hours=2, body=b"after")
        found[order] = snapshot(store, project)
    first = next(iter(found.values()))
    assert {run[0]: run[1] for run in first["runs"]} == {"r0": 3, "r1": 27, "r2": 3}
    assert len(first["ambiguous"]) == 15
    assert [order for order, kept in found.items() if kept != first] == []
    assert maintenance.check(store) == []


def test_files_of_runs_from_several_processes(store, store_url):
    runs, numbers = range(4), range(4)
    files = [[run, number] for run in runs for number in numbers]
    for run, number in files:
        put(store, shards_of(run)[number], project="alone", run=f"r{run}", hours=run, body=f"{run}/{number}".encode())
    # Four processes with a quarter each, and a fifth that sends everything again, backwards.
    jobs = [{"act": "shard", "project": "crowd", "order": files[n::4][:: 1 if n % 2 else -1]} for n in range(4)]
    jobs.append({"act": "shard", "project": "crowd", "order": files[::-1]})
    told = run_plan("together", store_url, jobs=jobs)
    assert [len(lines) for lines in told] == [4, 4, 4, 4, 16]
    assert snapshot(store, "crowd") == snapshot(store, "alone")
    assert len(frames.artefacts(store, "crowd")) == len(files)
    assert maintenance.check(store) == []


@pytest.mark.timeout(300)
def test_eight_writers_and_four_readers(store, store_url):
    runs, cases = 6, 200
    writers = [{"act": "ingest", "who": f"w{n}", "runs": runs, "cases": cases} for n in range(8)]
    readers = [{"act": "read", "runs": 8 * runs, "cases": cases} for _ in range(4)]
    told = run_plan("together", store_url, jobs=writers + readers)
    assert [lines[-1] for lines in told[:8]] == [f"w{n}-{runs - 1}" for n in range(8)]
    assert all(lines[-1] == str(8 * runs) for lines in told[8:])
    with reading(store) as connection:
        assert scalar(connection, "SELECT count(*) FROM test_result WHERE attempt = 0") == 8 * runs * cases
        assert scalar(connection, "SELECT count(*) FROM test_case") == cases
        assert scalar(connection, "SELECT count(*) FROM event") == 8 * runs
    assert maintenance.check(store) == []


def test_what_was_stored_but_not_acknowledged_is_recognised_when_sent_again(store, store_url):
    plan = {"act": "ingest", "who": "w", "cases": 10, "shards": 2}
    assert run_plan("together", store_url, jobs=[{**plan, "runs": 2}]) == [["w-0", "w-1"]]
    assert run_plan("together", store_url, jobs=[{**plan, "runs": 3}]) == [["w-0", "w-1", "w-2"]]
    assert frames.runs(store, "demo")["total"].tolist() == [10, 10, 10]
    assert hashlib.sha256(b"w-0/1").hexdigest() in set(frames.artefacts(store, "demo")["sha256"])
    with reading(store) as connection:
        assert scalar(connection, "SELECT count(*) FROM event") == 6
