"""Signing in: sessions, failures, locks, tokens; and what never leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.errors import AccessError
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.services import admin, sessions
from dashboard.services.context import Context
from dashboard.settings import Settings
from dashboard.store import ledger
from dashboard.store.engine import open_store
from dashboard.store.transaction import reading, rows, run, writing

PASSPHRASE = "correct horse battery staple"
START = datetime(2025, 10, 18, 14, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def forward(self, **step):
        self.now += timedelta(**step)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def context(tmp_path, clock):
    settings = Settings(f"sqlite:///{tmp_path / 'a.db'}", tmp_path, True, 1000, 1000, 12, "")
    store = open_store(settings.database_url)
    yield Context(settings, store, clock, Person(None, "root", "root", Role.OPERATOR))
    store.close()


@pytest.fixture
def cora(context):
    return admin.add_user(context, "cora", "Cora Diaz", Role.AUDITOR, PASSPHRASE).person


@pytest.fixture
def visitor(context):
    return context.acting_as(ANONYMOUS)


def kinds(context):
    with reading(context.store) as connection:
        return [event.kind for event in ledger.events(connection)]


def everything_stored(context):
    with reading(context.store) as connection:
        tables = [row["name"] for row in rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")]
        return b" ".join(
            repr(tuple(row.values())).encode() for table in tables for row in rows(connection, f"SELECT * FROM {table}")
        )


def refused(visitor, login="cora", passphrase="wrong wrong wrong"):  # noqa: S107
    with pytest.raises(AccessError) as caught:
        sessions.log_in(visitor, login, passphrase)
    assert caught.value.slug == "sign-in-refused"
    return str(caught.value), caught.value.hint


def test_a_session_says_who_it_is(visitor, cora):
    token, person = sessions.log_in(visitor, " Cora ", PASSPHRASE)
    assert person == cora
    assert sessions.who(visitor, token) == cora
    assert len(token) >= 43  # 256 bits in base64
    assert sessions.log_in(visitor, "cora", PASSPHRASE)[0] != token


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 10_000, "\x00", "é"])
def test_must_not_be_anybody(visitor, cora, token):
    assert sessions.who(visitor, token) is ANONYMOUS


def test_a_session_ends_by_time_and_by_signing_out(visitor, cora, clock):
    token, _ = sessions.log_in(visitor, "cora", PASSPHRASE)
    other, _ = sessions.log_in(visitor, "cora", PASSPHRASE)
    sessions.log_out(visitor, token)
    sessions.log_out(visitor, token)
    sessions.log_out(visitor, "never was")
    assert sessions.who(visitor, token) is ANONYMOUS
    clock.forward(hours=11, minutes=59)
    assert sessions.who(visitor, other) == cora
    clock.forward(minutes=1)
    assert sessions.who(visitor, other) is ANONYMOUS


def test_changes_to_the_account_apply_at_once(context, visitor, cora):
    token, _ = sessions.log_in(visitor, "cora", PASSPHRASE)
    admin.set_role(context, "cora", Role.VIEWER)
    assert sessions.who(visitor, token).role is Role.VIEWER
    admin.reset(context, "cora", "another long passphrase")
    assert sessions.who(visitor, token) is ANONYMOUS
    refused(visitor, passphrase=PASSPHRASE)
    token, _ = sessions.log_in(visitor, "cora", "another long passphrase")
    admin.disable(context, "cora")
    assert sessions.who(visitor, token) is ANONYMOUS
    refused(visitor, passphrase="another long passphrase")


def test_the_fifth_failure_locks_for_a_quarter_of_an_hour(context, visitor, cora, clock):
    for _ in range(4):
        refused(visitor)
    assert "account.locked" not in kinds(context)
    refused(visitor)
    assert kinds(context)[0] == "account.locked"
    refused(visitor, passphrase=PASSPHRASE)
    assert admin.list_users(context)[0].state == "locked"
    clock.forward(minutes=14, seconds=59)
    refused(visitor, passphrase=PASSPHRASE)
    clock.forward(seconds=1)
    assert sessions.log_in(visitor, "cora", PASSPHRASE)[1] == cora
    assert admin.list_users(context)[0].state == "active"


def test_a_right_passphrase_starts_the_count_anew(context, visitor, cora):
    for _ in range(3):
        for _ in range(4):
            refused(visitor)
        sessions.log_in(visitor, "cora", PASSPHRASE)
    assert "account.locked" not in kinds(context)


def test_every_refusal_looks_the_same(context, visitor, cora):
    wrong = refused(visitor)
    unknown = refused(visitor, login="nobody-here")
    admin.disable(context, "cora")
    assert wrong == unknown == refused(visitor, passphrase=PASSPHRASE)


def test_an_unknown_identifier_costs_the_same_check(visitor, cora, monkeypatch):
    checked = []

    def counting(passphrase, phc):
        checked.append(phc.split("$")[:4])  # the method and its cost, which is all of the time a refusal takes
        return matches(passphrase, phc)

    matches = sessions.matches
    monkeypatch.setattr(sessions, "matches", counting)
    refused(visitor, login="cora")
    refused(visitor, login="unknown")
    known, unknown = checked
    assert known == unknown


def test_mistyped_identifiers_are_not_recorded(context, visitor, cora):
    refused(visitor, login="my secret passphrase", passphrase="cora")
    assert b"my secret passphrase" not in everything_stored(context)
    assert kinds(context)[0] == "session.refused"


def test_no_secret_is_stored(context, visitor, cora):
    token, _ = sessions.log_in(visitor, "cora", PASSPHRASE)
    with writing(context.store) as connection:
        run(connection, "INSERT INTO project (slug, name, created_at) VALUES ('shop', 'Shop', 0)")
    machine = admin.add_token(context, "shop", "nightly").secret
    stored = everything_stored(context)
    for secret in (token, PASSPHRASE, machine):
        assert secret.encode() not in stored
    assert sessions.hashed(token).encode() in stored


def test_tokens_ingest_into_one_project_until_they_end(context, visitor, clock):
    with writing(context.store) as connection:
        run(connection, "INSERT INTO project (slug, name, created_at) VALUES ('shop', 'Shop', 0), ('till', 'Till', 0)")
    kept, short = admin.add_token(context, "shop", "nightly"), admin.add_token(context, "shop", "trial", days=1)
    machine = sessions.bearer(visitor, kept.secret, "shop")
    assert (machine.id, machine.login, machine.name, machine.role) == (None, "token:1", "nightly", Role.ENGINEER)
    assert admin.list_tokens(context)[1].last_used_at == START

    def must_not(secret, project="shop"):
        with pytest.raises(AccessError) as caught:
            sessions.bearer(visitor, secret, project)
        assert caught.value.slug == "token-refused"

    must_not(kept.secret, "till")
    must_not(kept.secret + "x")
    must_not("")
    must_not(kept.secret.removeprefix(sessions.TOKEN_PREFIX))
    must_not(sessions.hashed(kept.secret))
    sessions.bearer(visitor, short.secret, "shop")
    clock.forward(days=1)
    must_not(short.secret)
    admin.revoke_token(context, kept.id)
    must_not(kept.secret)
    assert [token.state for token in admin.list_tokens(context, "shop")] == ["expired", "revoked"]
