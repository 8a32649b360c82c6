"""The ledger and the signed statements are only ever added to, whatever SQL is tried."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DBAPIError
from store_maker import case, put

from dashboard.errors import StoreError
from dashboard.store import accounts, ledger
from dashboard.store.ledger import StoredSignature
from dashboard.store.transaction import reading, run, writing

AT = datetime(2025, 10, 1, tzinfo=UTC)


def append(store, body=b"{}"):
    with writing(store) as connection:
        return ledger.append(connection, at=AT, kind="test", actor="ada", body=body, leaf=b"l" * 32)


@pytest.fixture
def signed(store):
    stored = put(store, [case("a")])
    seq = append(store)
    with writing(store) as connection:
        account = accounts.add(
            connection,
            at=AT,
            login="ada",
            name="Ada",
            role="auditor",
            password_hash="x",
            public_key=b"p",
            sealed_key=b"s",
        )
        new = ledger.add_signature(
            connection,
            StoredSignature(
                0, stored.candidate_id, "e", "approve", account, "ada", "Ada", "auditor", "k", AT, None, seq, b"{}"
            ),
        )
    return store, stored.candidate_id, new


def test_events_are_numbered_without_a_gap(store):
    assert [append(store, f"{n}".encode()) for n in range(3)] == [0, 1, 2]
    with reading(store) as connection:
        assert [event.body for event in ledger.events(connection)] == [b"2", b"1", b"0"]
        assert [event.body for event in ledger.events(connection, ("test",), limit=1, offset=1)] == [b"1"]
        assert len(ledger.leaves(connection)) == 3


def test_a_signature_comes_back_byte_for_byte(signed):
    store, candidate, number = signed
    with reading(store) as connection:
        found = ledger.signatures(connection, candidate)
    assert [(s.id, s.envelope, s.signed_at, s.valid_until) for s in found] == [(number, b"{}", AT, None)]


@pytest.mark.parametrize("table", ["event", "signoff"])
@pytest.mark.parametrize("sql", ["UPDATE {t} SET kind = 'forged'", "DELETE FROM {t}"])
def test_changing_is_refused(signed, table, sql):
    store, *_ = signed
    with pytest.raises((DBAPIError, StoreError), match="append-only"), writing(store) as connection:
        run(connection, sql.format(t=table))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT OR REPLACE INTO event SELECT seq, at, 'forged', actor, body, leaf FROM event WHERE seq = 0",
        "REPLACE INTO event SELECT seq, at, 'forged', actor, body, leaf FROM event WHERE seq = 0",
        (
            "INSERT INTO event SELECT seq, at, kind, actor, body, leaf FROM event WHERE true "
            "ON CONFLICT (seq) DO UPDATE SET kind = 'forged'"
        ),
        "INSERT OR REPLACE INTO signoff SELECT * FROM signoff",
        "INSERT INTO event SELECT seq + 5, at, kind, actor, body, leaf FROM event",
    ],
)
def test_replacing_is_refused(signed, sql):
    store, *_ = signed
    if store.dialect != "sqlite":
        sql = sql.replace("OR REPLACE ", "").replace("REPLACE INTO", "INSERT INTO")
    with pytest.raises(DBAPIError), writing(store) as connection:
        run(connection, sql)
    with reading(store) as connection:
        assert {event.kind for event in ledger.events(connection)} == {"test"}


@pytest.mark.parametrize("table", ["event", "signoff"])
def test_emptying_is_refused_by_postgresql(signed, table):
    store, *_ = signed
    sql = f"TRUNCATE {table} CASCADE" if store.dialect == "postgresql" else f"DELETE FROM {table} WHERE true"
    with pytest.raises((DBAPIError, StoreError), match="append-only"), writing(store) as connection:
        run(connection, sql)
