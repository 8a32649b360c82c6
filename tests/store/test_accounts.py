"""Accounts, sessions and tokens, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.model.person import Person, Role
from dashboard.store import accounts
from dashboard.store.transaction import reading, run, writing

NOW = datetime(2025, 10, 18, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def cora(store):
    with writing(store) as connection:
        run(connection, "INSERT INTO project (slug, name, created_at) VALUES ('shop', 'Shop', 0)")
        return accounts.add(
            connection,
            login="cora",
            name="Cora Diaz",
            role="auditor",
            password_hash="phc",
            public_key=b"p" * 32,
            sealed_key=b"sealed",
            at=NOW,
        )


def test_an_account_reads_back(store, cora):
    with reading(store) as connection:
        found = accounts.find(connection, "cora")
        assert accounts.get(connection, cora) == found
        assert accounts.all_accounts(connection) == [found]
        assert accounts.find(connection, "nobody") is None
        assert accounts.get(connection, 99) is None
    assert found.person == Person(cora, "cora", "Cora Diaz", Role.AUDITOR)
    assert (found.public_key, found.sealed_key, found.created_at) == (b"p" * 32, b"sealed", NOW)
    assert (found.disabled_at, found.failed_attempts, found.locked_until) == (None, 0, None)


def test_every_change_changes_one_thing(store, cora):
    with writing(store) as connection:
        accounts.set_role(connection, cora, "manager")
        accounts.set_disabled(connection, cora, NOW)
        accounts.set_failures(connection, cora, attempts=3, locked_until=NOW + HOUR)
        accounts.set_secret(connection, cora, password_hash="new", public_key=b"q" * 32, sealed_key=b"again")
    with reading(store) as connection:
        found = accounts.find(connection, "cora")
    assert (found.role, found.disabled_at, found.failed_attempts) == (Role.MANAGER, NOW, 3)
    assert (found.locked_until, found.password_hash, found.public_key) == (NOW + HOUR, "new", b"q" * 32)
    with writing(store) as connection:
        accounts.drop_key(connection, cora)
        accounts.set_disabled(connection, cora, None)
    with reading(store) as connection:
        found = accounts.find(connection, "cora")
    assert (found.public_key, found.sealed_key, found.disabled_at) == (None, None, None)


def test_a_session_is_its_accounts_until_it_ends(store, cora):
    with writing(store) as connection:
        for name in ("one", "two", "three"):
            expires = NOW + HOUR
            accounts.add_session(connection, token_hash=name, account_id=cora, created_at=NOW, expires_at=expires)

    def known(name, at=NOW):
        with reading(store) as connection:
            return accounts.by_session(connection, name, at) is not None

    assert known("one")
    assert not known("four")
    assert not known("one", NOW + HOUR)
    with writing(store) as connection:
        accounts.end_session(connection, "one", NOW)
    assert (known("one"), known("two")) == (False, True)
    with writing(store) as connection:
        accounts.end_sessions(connection, cora, NOW)
    assert not known("two")
    with writing(store) as connection:
        run(connection, "UPDATE session SET revoked_at = NULL")
        accounts.set_disabled(connection, cora, NOW)
    assert not known("three")


def test_tokens(store, cora):
    with writing(store) as connection:
        values = {"label": "nightly", "by": "ada", "at": NOW}
        kept = accounts.add_token(connection, project="shop", token_hash="a", expires_at=None, **values)
        short = accounts.add_token(connection, project="shop", token_hash="b", expires_at=NOW + HOUR, **values)
        assert accounts.add_token(connection, project="nowhere", token_hash="c", expires_at=None, **values) is None
    with reading(store) as connection:
        assert accounts.token(connection, "a", NOW).project == "shop"
        assert accounts.token(connection, "b", NOW).id == short
        assert accounts.token(connection, "b", NOW + HOUR) is None
        assert accounts.token(connection, "c", NOW) is None
        assert [token.id for token in accounts.all_tokens(connection, None)] == [short, kept]
        assert accounts.all_tokens(connection, "nowhere") == []
    with writing(store) as connection:
        accounts.token_used(connection, kept, NOW)
        assert accounts.revoke_token(connection, kept, NOW)
        assert not accounts.revoke_token(connection, kept, NOW)
        assert not accounts.revoke_token(connection, 99, NOW)
    with reading(store) as connection:
        assert accounts.token(connection, "a", NOW) is None
        assert accounts.all_tokens(connection, "shop")[1].last_used_at == NOW
