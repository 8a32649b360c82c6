"""Removed evidence leaves sound rollups behind, its row as a mark, and nothing half done."""

import random
from datetime import timedelta

import pytest
from store_maker import START, case, failing, policy, put

from dashboard.errors import ArtefactError, ConflictError, NotFoundError, StoreError
from dashboard.model.records import Attempt, Kind, MetricSample, Outcome
from dashboard.store import artefacts, evaluations, evidence, frames, maintenance
from dashboard.store.engine import open_store
from dashboard.store.maintenance import removal
from dashboard.store.moments import to_ms
from dashboard.store.transaction import reading, rows, run, scalar, writing

AT = START + timedelta(days=400)
OUTCOMES = (Outcome.PASSED, Outcome.PASSED, Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED)


def count(store, table, where="true", **values):
    with reading(store) as connection:
        return scalar(connection, f"SELECT count(*) FROM {table} WHERE {where}", **values)


def mark(store, *candidates):
    with writing(store) as connection:
        removal.hold(connection)
        removal.mark(connection, list(candidates), to_ms(AT))


def prune(store, *candidates):
    mark(store, *candidates)
    for candidate in candidates:
        removal.remove(store, candidate)


def totals(store):
    with reading(store) as connection:
        found = rows(
            connection, "SELECT id, total, passed, failed, new_failures, fixed, pruned_at FROM run ORDER BY id"
        )
    return {row["id"]: dict(row) for row in found}


def history(store, chance, runs=12, cases=8, named="run"):
    """Bring in runs of several candidates on two branches, some of several files, out of order, with gaps."""
    made = []
    hours = list(range(runs))
    chance.shuffle(hours)
    for number in hours:
        seen = [n for n in range(cases) if chance.random() < 0.8]
        if not seen:
            continue
        records = [case(f"c{n}", chance.choice(OUTCOMES), duration_s=chance.choice([None, 0.5, 2.0])) for n in seen]
        stored = put(
            store,
            records,
            subject=f"{chance.randrange(5):02x}" * 20,
            run=f"{named} {number}",
            hours=number,
            branch=chance.choice(["main", "main", "side"]),
        )
        made.append(stored.candidate_id)
    return made


@pytest.mark.parametrize("seed", range(10))
def test_the_rollups_are_what_the_facts_that_stay_say(store, seed):
    chance = random.Random(seed)  # noqa: S311 - a history that can be repeated, no secret
    made = sorted(set(history(store, chance)))
    before = totals(store)
    assert maintenance.check(store) == []
    gone = chance.sample(made, chance.randrange(1, len(made) + 1))
    prune(store, *gone)
    assert maintenance.check(store) == []
    for run_id, was in before.items():
        now = totals(store)[run_id]
        if now["pruned_at"] is None:
            assert (now["total"], now["passed"], now["failed"]) == (was["total"], was["passed"], was["failed"])
        else:
            assert now == was | {"pruned_at": to_ms(AT)}  # the trend keeps what it showed
    assert removal.unfinished(store) == []
    history(store, chance, named="again")  # what comes afterwards finds its place, before and after what is gone
    assert maintenance.check(store) == []


def test_facts_records_and_bytes_go_and_the_rows_stay(store):
    old = put(store, [failing("a", "why one"), case("b")], subject="a" * 40, run="r1", body=b"first")
    put(store, [MetricSample("m", "", to_ms(START), 1.0, "s", None)], subject="a" * 40, run="r1", kind=Kind.METRICS)
    new = put(store, [failing("a", "why two")], subject="b" * 40, run="r2", hours=1, body=b"second")
    prune(store, old.candidate_id)
    removal.sweep(store)
    assert count(store, "test_result") == 1
    assert (count(store, "metric_sample"), count(store, "metric_series")) == (0, 0)
    assert (count(store, "failure_text"), count(store, "test_case")) == (1, 1)
    assert count(store, "artefact", "pruned_at = :at", at=to_ms(AT)) == 2
    listed = frames.artefacts(store, "demo", old.candidate_id)
    assert [moment.to_pydatetime() for moment in listed["pruned_at"]] == [AT, AT]
    assert frames.artefacts(store, "demo", new.candidate_id)["pruned_at"].isna().all()
    assert artefacts.find(store, old.artefact_id)["pruned_at"] == AT
    assert frames.runs_of(store, old.candidate_id)["pruned_at"].notna().all()
    assert b"".join(artefacts.read(store, artefacts.find(store, new.artefact_id)["sha256"])) == b"second"
    with pytest.raises(NotFoundError, match="were pruned on 2026-11-05") as told:
        list(artefacts.read(store, artefacts.find(store, old.artefact_id)["sha256"]))
    assert told.value.slug == "artefact-pruned"
    assert maintenance.check(store) == []


def test_bytes_that_another_candidate_has_stay_until_it_goes_too(store):
    one = put(store, [case("a")], subject="a" * 40, run="r1", body=b"shared")
    two = put(store, [case("a")], subject="b" * 40, run="r2", hours=1, body=b"shared")
    sha256 = artefacts.find(store, one.artefact_id)["sha256"]
    prune(store, one.candidate_id)
    assert b"".join(artefacts.read(store, sha256)) == b"shared"
    prune(store, two.candidate_id)
    assert count(store, "blob_chunk") == 0


def test_pruned_evidence_is_absent_and_the_judgement_stays(store):
    old = put(store, [case("a")])
    values = {
        "decision": "GO", "earned_halves": 1, "possible_halves": 1, "policy_digest": "p", "policy_version": 1,
        "as_of": START, "evaluated_at": START,
    }  # fmt: skip
    assert evaluations.save(store, "before", old.candidate_id, b"{}", **values)
    prune(store, old.candidate_id)
    found = evidence.of(store, old.candidate_id, policy(), START)
    assert found.tests is None  # never nought of nought
    assert found.sources == ()
    assert not evaluations.save(store, "after", old.candidate_id, b"{}", **values | {"evaluated_at": AT})
    assert count(store, "evaluation") == 1
    put(store, [case("a")], run="afresh", hours=1)
    assert evaluations.save(store, "anew", old.candidate_id, b"{}", **values | {"evaluated_at": AT})


def test_what_was_pruned_does_not_come_back_unseen(store):
    old = put(store, [case("a")], run="r1", body=b"first")
    prune(store, old.candidate_id)
    with pytest.raises(ArtefactError, match="until it was pruned") as told:
        put(store, [case("a")], run="r2", body=b"first")
    assert told.value.slug == "artefact-pruned"
    with pytest.raises(ConflictError) as refused:
        put(store, [case("a")], run="r1", body=b"second")
    assert refused.value.slug == "run-pruned"
    assert put(store, [case("a")], subject="b" * 40, run="r1", body=b"first", hours=1).duplicate is False
    assert maintenance.check(store) == []


class PowerCutError(Exception):
    """The power goes."""


def test_stopped_half_way_it_is_sound_and_the_next_one_finishes(store, monkeypatch):
    chance = random.Random(7)  # noqa: S311 - a history that can be repeated, no secret
    made = sorted(set(history(store, chance)))
    mark(store, *made[:3])
    assert maintenance.check(store) == []  # said to be gone, and not yet gone
    removal.remove(store, made[0])
    facts = count(store, "test_result")

    def fail(*_):
        raise PowerCutError

    with monkeypatch.context() as patched:
        patched.setattr(removal.rollups, "rebuild", fail)
        with pytest.raises(PowerCutError):
            removal.remove(store, made[1])
    assert count(store, "test_result") == facts  # deleted before the failure, and back
    assert maintenance.check(store) == []
    assert removal.unfinished(store) == made[1:3]
    for candidate in removal.unfinished(store):
        removal.remove(store, candidate)
    assert removal.unfinished(store) == []
    assert maintenance.check(store) == []


def test_names_that_somebody_decided_about_stay(store):
    old = put(store, [case("muted"), case("free")])
    with writing(store) as connection:
        case_id = scalar(connection, "SELECT id FROM test_case WHERE name = 'muted'")
        run(
            connection,
            "INSERT INTO mute (project_id, case_id, owner, reason, ticket, created_by, created_at, expires_at) "
            "VALUES ((SELECT id FROM project), :case, 'o', 'r', 't', 'b', 0, 0)",
            case=case_id,
        )
    prune(store, old.candidate_id)
    assert removal.sweep(store)["test_case"] == 1
    assert count(store, "test_case", "name = 'muted'") == 1


def test_texts_of_attempts_are_in_use(store):
    tried = case("a", attempts=(Attempt(Outcome.FAILED, 0.1, failing("x", "first try").failure),
                                Attempt(Outcome.PASSED, 0.1, None)))  # fmt: skip
    put(store, [tried])
    assert removal.sweep(store) == {"failure_text": 0, "test_case": 0, "metric_series": 0}
    assert count(store, "failure_text") == 1


def test_a_text_pruned_while_a_report_is_read_refuses_the_report(tmp_path):
    """Only SQLite asks beforehand which texts are known."""
    store = open_store(str(tmp_path / "s.db"))
    old = put(store, [failing("a", "known")])

    def records():
        yield failing("a", "known")
        prune(store, old.candidate_id)
        assert removal.sweep(store)["failure_text"] == 1

    with pytest.raises(StoreError, match="was pruned while") as told:
        put(store, records(), subject="b" * 40, run="r2", hours=1)
    assert told.value.slug == "store-busy"
    assert count(store, "candidate") == 1
    assert put(store, [failing("a", "known")], subject="b" * 40, run="r2", hours=1).duplicate is False
    assert maintenance.check(store) == []
    store.close()
