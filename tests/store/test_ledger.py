"""The two tables that are only added to, on both engines."""

from datetime import UTC, datetime

import pytest

from dashboard.store import accounts, ledger
from dashboard.store.transaction import reading, run, scalar, writing

NOW = datetime(2025, 10, 18, 14, 0, tzinfo=UTC)


def append(connection, number, kind="test.event"):
    return ledger.append(
        connection, at=NOW, kind=kind, actor="ada", body=f"body {number}".encode(), leaf=bytes([number]) * 32
    )


@pytest.fixture
def filed(store):
    """A signature on a candidate of a project."""
    with writing(store) as connection:
        run(connection, "INSERT INTO project (slug, name, created_at) VALUES ('shop', 'Shop', 0)")
        sql = "INSERT INTO candidate (project_id, subject, opened_at) VALUES (1, 'abc', 0) RETURNING id"
        candidate = scalar(connection, sql)
        secrets = {"password_hash": "h", "public_key": b"p", "sealed_key": b"s"}
        account = accounts.add(connection, login="cora", name="Cora", role="auditor", at=NOW, **secrets)
        ledger.hold(connection, candidate)
        ledger.hold(connection, 99)
        signature = ledger.StoredSignature(
            0,
            candidate,
            "e",
            "approve",
            account,
            "cora",
            "Cora",
            "auditor",
            "k",
            NOW,
            None,
            append(connection, 1),
            b"env",
        )
        return ledger.add_signature(connection, signature), signature


def test_events_are_numbered_without_a_gap(store):
    with writing(store) as connection:
        assert [append(connection, number, f"kind.{number % 2}") for number in range(4)] == [0, 1, 2, 3]
    with reading(store) as connection:
        assert ledger.leaves(connection) == [bytes([number]) * 32 for number in range(4)]
        assert ledger.count_events(connection) == 4
        assert [event.seq for event in ledger.events(connection)] == [3, 2, 1, 0]
        assert [event.seq for event in ledger.events(connection, limit=2, offset=1)] == [2, 1]
        assert [event.seq for event in ledger.events(connection, ("kind.1",))] == [3, 1]
        assert [event.body for event in ledger.all_events(connection, ("kind.0",))] == [b"body 0", b"body 2"]
        assert ledger.events(connection)[0].at == NOW


def test_what_fails_leaves_no_event(store):
    def stopped_half_way():
        with writing(store) as connection:
            append(connection, 1)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        stopped_half_way()
    with writing(store) as connection:
        assert ledger.locked_leaves(connection) == []
        assert append(connection, 2) == 0


def test_a_signature_reads_back(store, filed):
    number, signature = filed
    with reading(store) as connection:
        (found,) = ledger.signatures(connection, signature.candidate_id)
        assert ledger.signature(connection, number) == found
        assert ledger.signature(connection, 99) is None
        assert ledger.signatures(connection, 99) == []
        assert ledger.contributors(connection, signature.candidate_id) == []
    assert (found.id, found.envelope, found.signed_at, found.valid_until) == (number, b"env", NOW, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET kind = 'x'",
        "DELETE FROM event",
        "UPDATE signoff SET role = 'manager'",
        "DELETE FROM signoff",
        "INSERT INTO event (seq, at, kind, actor, body, leaf) VALUES (7, 0, 'k', 'a', 'b', 'l')",
    ],
)
def test_nothing_is_changed_or_taken_out(store, filed, statement):
    with pytest.raises(Exception, match="append-only"), writing(store) as connection:
        run(connection, statement)
    with reading(store) as connection:
        assert ledger.count_events(connection) == 1
        assert ledger.signature(connection, filed[0]) is not None
