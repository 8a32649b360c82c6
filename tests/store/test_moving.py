"""A database moves between the engines whole, proved, or not at all."""

import hashlib

import pytest
from store_maker import START, case, failing, put

from dashboard.errors import ConflictError, StoreError
from dashboard.model.records import BenchmarkResult, FileCoverage, FlagState, Kind, MetricSample
from dashboard.store import artefacts, frames, maintenance, partitions
from dashboard.store.engine import open_store, schema_of
from dashboard.store.maintenance import moving, rows
from dashboard.store.moments import to_ms
from dashboard.store.transaction import reading, revision, run, scalar, writing

BODY = bytes(range(256)) * 5000


def unwatched(things, _label):
    return things


def fill(store):
    """Put a little of everything in, with what the engines keep differently."""
    put(store, [case("a"), failing("b", "why 'quoted' \\ back\ttab\nline")], run="r1", body=BODY)
    put(store, [case("a"), case("Ünïcode 名前 \\N")], subject="b" * 40, run="r2", hours=1)
    sample = MetricSample("m", "k=v", to_ms(START), 0.1 + 0.2, "s", None)
    put(store, [sample, sample._replace(at_ms=to_ms(START) + 1, value=None)], kind=Kind.METRICS)
    put(store, [FileCoverage("a.py", 10, 5, None, None, None, None, None, "1-5", "6-10", "", True)], kind=Kind.COVERAGE)
    put(store, [FlagState("f", None, 0.0, 100.0, None, ("x",), (), None, None)], kind=Kind.FLAGS)
    benchmark = BenchmarkResult("b", None, 1e-9, "mean", "s", "s", "lower", 1e300, None, -0.0, None, 2**40, "fp", ())
    put(store, [benchmark], kind=Kind.BENCHMARKS)
    with writing(store) as connection:
        for seq in range(3):
            body = f'{{"n":{seq}}}'.encode() + bytes([0, 255])
            run(
                connection,
                "INSERT INTO event (seq, at, kind, actor, body, leaf) VALUES (:seq, 5, 'k', 'a', :body, :leaf)",
                seq=seq,
                body=body,
                leaf=hashlib.sha256(body).digest(),
            )


@pytest.fixture
def filled(store):
    fill(store)
    return store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def target_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'target.db'}"
    return request.getfixturevalue("another_postgres_url")


def everything(store):
    with reading(store) as connection:
        return {table.name: [row for batch in rows.batches(connection, table) for row in batch]
                for table in rows.tables()}  # fmt: skip


def is_empty(store):
    return not any(everything(store).values())


def test_every_row_arrives_on_either_engine(filled, target_url):
    before = everything(filled)
    target = moving.open_target(target_url)
    moved = moving.move(filled, target, unwatched)
    assert {one.table: one.rows for one in moved} == {name: len(found) for name, found in before.items()}
    assert everything(target) == before == everything(filled)
    assert revision(target) == revision(filled)
    assert maintenance.check(target) == []
    assert b"".join(artefacts.read(target, hashlib.sha256(BODY).hexdigest())) == BODY
    # What comes next gets numbers of its own.
    new = put(target, [case("c")], subject="c" * 40, run="r3", hours=2)
    assert new.artefact_id > max(row[0] for row in before["artefact"])
    assert maintenance.check(target) == []
    assert len(frames.runs(target, "demo")) == 3
    with pytest.raises(Exception, match="append-only"), writing(target) as connection:
        run(connection, "DELETE FROM event")
    target.close()


def test_a_target_with_anything_in_it_is_refused(filled, target_url):
    target = moving.open_target(target_url)
    with writing(target) as connection:
        run(connection, "INSERT INTO project (slug, name, created_at) VALUES ('x', 'X', 0)")
    with pytest.raises(ConflictError) as told:
        moving.move(filled, target, unwatched)
    assert told.value.slug == "move-target-not-empty"
    assert {name: len(found) for name, found in everything(target).items() if found} == {"project": 1}
    target.close()


def test_a_database_does_not_move_onto_itself(filled, store_url):
    target = moving.open_target(store_url)
    with pytest.raises(ConflictError, match="not empty"):
        moving.move(filled, target, unwatched)
    target.close()


def test_a_target_of_another_schema_is_refused_and_left_alone(filled, target_url):
    older = moving.open_target(target_url)
    with writing(older, bump=False) as connection:
        run(connection, "UPDATE schema_version SET version = 1")
    older.close()
    with pytest.raises(ConflictError) as told:
        moving.open_target(target_url)
    assert told.value.slug == "move-target-schema"
    assert schema_of(target_url) == 1


class PowerCutError(Exception):
    """The power goes."""


def test_stopped_half_way_the_target_is_empty(filled, target_url):
    target = moving.open_target(target_url)

    def watch(things, label):
        for number, thing in enumerate(things):
            if label == "Comparing" and number == 3:
                raise PowerCutError
            yield thing

    with pytest.raises(PowerCutError):
        moving.move(filled, target, watch)
    assert is_empty(target)
    assert revision(target) == 0
    assert sum(one.rows for one in moving.move(filled, target, unwatched)) > 0  # and can be used again
    target.close()


def test_what_arrives_otherwise_is_found_out(filled, target_url, monkeypatch):
    target = moving.open_target(target_url)
    copy = moving._copy

    def change(old, new, table):
        sent = copy(old, new, table)
        if table.name == "test_case":
            run(new, "UPDATE test_case SET name = 'other' WHERE name = 'a'")
        return sent

    monkeypatch.setattr(moving, "_copy", change)
    with pytest.raises(StoreError, match="The table test_case did not arrive") as told:
        moving.move(filled, target, unwatched)
    assert told.value.slug == "move-differs"
    assert is_empty(target)
    target.close()


def test_somebody_who_writes_meanwhile_is_noticed(filled, target_url):
    target = moving.open_target(target_url)

    def watch(things, label):
        if label == "Comparing":
            put(filled, [case("late")], subject="d" * 40, run="r4", hours=5)
        return things

    with pytest.raises(ConflictError) as told:
        moving.move(filled, target, watch)
    assert told.value.slug == "move-source-changed"
    assert is_empty(target)
    target.close()


@pytest.mark.postgres
def test_what_the_target_cannot_hold_is_told(tmp_path, postgres_url):
    source = open_store(str(tmp_path / "s.db"))
    fill(source)
    with writing(source) as connection:
        run(connection, "UPDATE project SET name = 'nul ' || char(0)")
    target = moving.open_target(postgres_url)
    with pytest.raises(StoreError, match="table project cannot be copied") as told:
        moving.move(source, target, unwatched)
    assert told.value.slug == "move-failed"
    assert is_empty(target)
    source.close()
    target.close()


@pytest.mark.postgres
def test_results_come_into_their_partitions(tmp_path, postgres_url):
    source = open_store(str(tmp_path / "s.db"))
    put(source, [case("a")])
    with writing(source) as connection:
        run(connection, "PRAGMA defer_foreign_keys = ON")
        for table, column in (
            ("run", "id"), ("artefact", "run_id"), ("test_result", "run_id"), ("case_stat", "last_run"),
        ):  # fmt: skip
            run(connection, f"UPDATE {table} SET {column} = {column} + :far", far=partitions.RUNS * 3)
    target = moving.open_target(postgres_url)
    moving.move(source, target, unwatched)
    assert maintenance.check(target) == []
    with reading(target) as connection:
        assert scalar(connection, "SELECT number FROM meta WHERE name = 'results_below'") == partitions.RUNS * 4
    source.close()
    target.close()


def test_the_sum_of_a_table_is_its_rows_in_any_order():
    table = next(one for one in rows.tables() if one.name == "event")
    one, two = (0, 1, "k", "a", b"x", b"y"), (1, 1, "k", "a", None, b"y")
    sums = []
    for found in ([one, two], [two, one], [one, one], [one]):
        made = rows.Sum(table)
        made.add(found)
        sums.append((made.rows, made.digest))
    assert sums[0] == sums[1]
    assert len(set(sums)) == 3
    changed = rows.Sum(table)
    changed.add([one, (*two[:5], b"z")])
    assert changed.digest != sums[0][1]
