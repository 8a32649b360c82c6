"""PostgreSQL under accounts of least privilege: what they need they may, and the record they cannot change."""

import pytest
from roles_maker import roles
from store_maker import START, case, failing, put

from dashboard.errors import StoreError
from dashboard.store import frames, ledger, maintenance, partitions
from dashboard.store.engine import open_store
from dashboard.store.transaction import reading, run, scalar, writing

pytestmark = pytest.mark.postgres


@pytest.fixture
def server(postgres_url):
    with roles(postgres_url) as made:
        yield made


@pytest.fixture
def ready(server):
    """The schema made by its owner, and the rights given."""
    open_store(server.of("owner")).close()
    server.apply()
    return server


@pytest.fixture
def as_role(ready):
    opened = []

    def open_as(role):
        opened.append(open_store(ready.of(role)))
        return opened[-1]

    yield open_as
    for store in opened:
        store.close()


def test_who_may_not_make_the_tables_is_told_who_does(server):
    with pytest.raises(StoreError) as told:
        open_store(server.of("app"))
    assert (told.value.slug, "no tables yet" in str(told.value)) == ("store-schema-behind", True)
    assert "owns the tables" in told.value.hint


def test_who_may_not_change_the_tables_is_told_who_does(ready):
    ready.execute("DELETE FROM schema_version; INSERT INTO schema_version VALUES (1, 0); DROP TABLE unstable_name")
    with pytest.raises(StoreError) as told:
        open_store(ready.of("app"))
    assert (told.value.slug, "schema 1" in str(told.value)) == ("store-schema-behind", True)
    open_store(ready.of("owner")).close()
    open_store(ready.of("app")).close()


def test_the_file_can_be_run_again_and_takes_over_what_another_made(server):
    open_store(server.url).close()
    server.apply()
    server.apply()
    store = open_store(server.of("app"))
    put(store, [case("a")])
    assert maintenance.check(store) == []
    store.close()


@pytest.mark.parametrize("role", ["app", "ingest"])
def test_both_may_ingest_beyond_a_partition(as_role, ready, role):
    store = as_role(role)
    put(store, [case("a"), failing("b")], run="r1")
    ready.execute(f"SELECT setval(pg_get_serial_sequence('run', 'id'), {partitions.RUNS * 3})")
    put(store, [case("a"), case("b")], run="r2", hours=1)
    put(store, [failing("a"), case("a"), case("c")], run="r2", hours=1)
    assert frames.runs(store, "demo")["total"].tolist() == [3, 2]
    assert maintenance.check(as_role("app")) == []
    owned = "SELECT count(*) FROM pg_inherits WHERE inhparent = CAST('test_result' AS regclass)"
    with reading(store) as connection:
        assert scalar(connection, owned) == 2


@pytest.mark.parametrize("table", ["event", "signoff"])
@pytest.mark.parametrize(
    "act",
    [
        "UPDATE {} SET kind = 'z'",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "DROP TABLE {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
    ],
)
def test_the_app_adds_to_the_record_and_changes_nothing_in_it(act, table, as_role):
    store = as_role("app")
    with writing(store) as connection:
        ledger.append(connection, at=START, kind="a.b", actor="ada", body=b"x", leaf=b"y")
    with pytest.raises(StoreError) as told, writing(store) as connection:
        run(connection, act.format(table))
    assert told.value.slug == "store-forbidden"


FORBIDDEN = {
    "ingest": (
        "SELECT password_hash FROM account",
        "SELECT sealed_key FROM account",
        "SELECT * FROM session",
        "SELECT * FROM token",
        "INSERT INTO policy (project_id, digest, body, set_by, set_at) VALUES (1, '', '', '', 0)",
        "UPDATE release_condition SET owner = 'me'",
        "DELETE FROM signoff",
        "UPDATE event SET kind = 'z'",
        "UPDATE schema_version SET version = 9",
        "CREATE TABLE mine (id INTEGER)",
    ),
    "reader": (
        "SELECT password_hash FROM account",
        "SELECT * FROM token",
        "UPDATE run SET total = 0",
        "INSERT INTO event (seq, at, kind, actor, body, leaf) VALUES (0, 0, '', '', '', '')",
        "SELECT countersign_partition(99999)",
        "CREATE TABLE mine (id INTEGER)",
    ),
    "app": ("CREATE TABLE mine (id INTEGER)", "DROP TABLE run", "UPDATE schema_version SET version = 9"),
}


@pytest.mark.parametrize(("role", "act"), [(role, act) for role, acts in FORBIDDEN.items() for act in acts])
def test_what_a_role_may_not(role, act, as_role):
    with pytest.raises(StoreError) as told, writing(as_role(role), bump=False) as connection:
        run(connection, act)
    assert told.value.slug == "store-forbidden"


def test_a_reader_reads(as_role):
    put(as_role("app"), [case("a")])
    store = as_role("reader")
    assert frames.runs(store, "demo")["total"].tolist() == [1]
    with reading(store) as connection:
        assert scalar(connection, "SELECT count(*) FROM test_result") == 1
        assert scalar(connection, "SELECT count(login) FROM account") == 0
    with pytest.raises(StoreError) as told:
        put(store, [case("b")])
    assert told.value.slug in {"store-forbidden", "store-read-only"}
