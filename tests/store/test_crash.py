"""Killed at any moment: only whole runs, rollups that equal the facts, and nothing that was acknowledged is gone."""

import pytest
from process_maker import run_plan
from store_maker import START, case, put

from dashboard.store import frames, maintenance
from dashboard.store.engine import open_store
from dashboard.store.maintenance import removal
from dashboard.store.transaction import reading, run, scalar, writing

INGESTS = 30
SIGNATURES = 15
PRUNINGS = 8
CASES = 150


@pytest.mark.timeout(300)
def test_ingests_that_are_killed(store, store_url):
    spread = 0.06 if store.dialect == "sqlite" else 0.15
    plan = {"act": "ingest", "cases": CASES, "shards": 1, "spread_s": spread}
    acknowledged = run_plan("kill", store_url, kills=INGESTS, seed=5, **plan)
    store.close()
    again = open_store(store_url)
    assert maintenance.check(again) == []
    stored = frames.runs(again, "demo", limit=10_000)
    assert set(acknowledged) <= set(stored["name"])
    assert set(stored["total"]) == {CASES}
    # One for each process at most was stored and its answer lost.
    assert len(acknowledged) <= len(stored) <= len(acknowledged) + INGESTS
    with reading(again) as connection:
        assert scalar(connection, "SELECT count(*) FROM event") == len(stored)
        assert scalar(connection, "SELECT count(*) FROM run WHERE test_artefacts <> 1") == 0
    # What is sent again is recognised or added, and then everything is whole.
    last = [{"act": "ingest", "who": f"k5.{number}", "runs": 2, "cases": CASES} for number in range(INGESTS)[-4:]]
    run_plan("together", store_url, jobs=last)
    whole = frames.runs(again, "demo", limit=10_000)
    assert {f"k5.{number}-{i}" for number in range(INGESTS)[-4:] for i in range(2)} <= set(whole["name"])
    assert set(whole["total"]) == {CASES}
    assert maintenance.check(again) == []
    again.close()


@pytest.mark.timeout(300)
def test_signatures_that_are_killed_while_they_are_filed(store, store_url):
    stored = put(store, [case("a")])
    with writing(store) as connection:
        run(
            connection,
            "INSERT INTO account (id, login, name, role, password_hash, created_at, failed_attempts) "
            "VALUES (1, 'cora', 'Cora', 'auditor', 'x', :at, 0)",
            at=int(START.timestamp() * 1000),
        )
    plan = {"act": "file_signatures", "candidate_id": stored.candidate_id, "account_id": 1, "spread_s": 0.03}
    acknowledged = run_plan("kill", store_url, kills=SIGNATURES, seed=7, **plan)
    with reading(store) as connection:
        events, signed, both = (
            scalar(connection, f"SELECT count(*) FROM {what}")
            for what in ("event", "signoff", "event e JOIN signoff s ON s.event_seq = e.seq AND s.name = e.actor")
        )
        names = set(connection.exec_driver_sql("SELECT name FROM signoff").scalars())
        gaps = scalar(connection, "SELECT max(seq) + 1 - count(*) FROM event")
    assert events == signed == both
    assert gaps == 0
    assert set(acknowledged) <= names
    assert maintenance.check(store) == []


@pytest.mark.timeout(300)
def test_prunings_that_are_killed(store, store_url):
    acknowledged = run_plan("kill", store_url, act="prune", kills=PRUNINGS, seed=9, spread_s=0.3, runs=2, cases=40)
    said = [line.split() for line in acknowledged]
    assert maintenance.check(store) == []
    with reading(store) as connection:
        gone = set(
            connection.exec_driver_sql(
                "SELECT c.subject FROM candidate c JOIN run r ON r.candidate_id = c.id WHERE r.pruned_at IS NOT NULL"
            ).scalars()
        )
        events = scalar(connection, "SELECT count(*) FROM event WHERE kind = 'evidence.pruned'")
    assert {subject for line in said for subject in line} <= gone
    assert events >= len([line for line in said if line])
    # What the last ones began, the next one finishes.
    run_plan("together", store_url, jobs=[{"act": "prune", "who": "last", "runs": 1, "cases": 40, "times": 1}])
    assert removal.unfinished(store) == []
    assert maintenance.check(store) == []
    with reading(store) as connection:
        there = scalar(connection, "SELECT count(DISTINCT run_id) FROM test_result")
        stays = scalar(connection, "SELECT count(*) FROM run WHERE pruned_at IS NULL")
    # The newest stays, and the one it is compared with.
    assert there == stays <= 2
