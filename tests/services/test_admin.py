"""Accounts and tokens: who may change them, what a change does, what the log says."""

import json
import os
from datetime import UTC, datetime

import pytest

from dashboard.errors import AccessError, ConflictError, NotFoundError, StoreError, UsageError
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.services import admin, checkpoints, log, sessions
from dashboard.services.context import Context
from dashboard.services.signatures import known_keys
from dashboard.settings import Settings
from dashboard.signoff import checkpoint as notes
from dashboard.signoff.keys import SealedKey, unseal
from dashboard.signoff.log import leaf_hash, root
from dashboard.store import accounts, ledger
from dashboard.store.engine import open_store
from dashboard.store.transaction import reading, run, writing

PASSPHRASE = "correct horse battery staple"
NOW = datetime(2025, 10, 18, 14, 0, tzinfo=UTC)


@pytest.fixture
def context(tmp_path):
    settings = Settings(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "home", True, 1000, 1000, 12, "")
    store = open_store(settings.database_url)
    with writing(store) as connection:
        run(connection, "INSERT INTO project (slug, name, created_at) VALUES ('shop', 'Shop', 0)")
    yield Context(settings, store, lambda: NOW, Person(None, "root", "root", Role.OPERATOR))
    store.close()


def account(context, login):
    with reading(context.store) as connection:
        return accounts.find(connection, login)


def events(context):
    with reading(context.store) as connection:
        return [json.loads(event.body) for event in ledger.events(connection)]


ACTIONS = {
    "add_user": lambda c: admin.add_user(c, "new", "New", Role.VIEWER, PASSPHRASE),
    "reset": lambda c: admin.reset(c, "ada", PASSPHRASE),
    "set_role": lambda c: admin.set_role(c, "ada", Role.MANAGER),
    "disable": lambda c: admin.disable(c, "ada"),
    "enable": lambda c: admin.enable(c, "ada"),
    "list_users": admin.list_users,
    "add_token": lambda c: admin.add_token(c, "shop", "nightly"),
    "list_tokens": admin.list_tokens,
    "revoke_token": lambda c: admin.revoke_token(c, 1),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", Role)
def test_only_administrators_and_the_command_line(context, role, action):
    admin.add_user(context, "ada", "Ada", Role.AUDITOR, PASSPHRASE)
    admin.add_token(context, "shop", "first")
    before = events(context)
    acting = context.acting_as(Person(99, "somebody", "Somebody", role))
    if role in {Role.ADMIN, Role.OPERATOR}:
        ACTIONS[action](acting)
        return
    with pytest.raises(AccessError) as caught:
        ACTIONS[action](acting)
    assert caught.value.slug == ("sign-in-needed" if role is Role.ANONYMOUS else "forbidden")
    assert events(context) == before


def test_an_account_has_a_key_that_only_its_owner_opens(context):
    made = admin.add_user(context, " Cora ", "  Cora   Diaz ", Role.AUDITOR)
    assert (made.person.login, made.person.name) == ("cora", "Cora Diaz")
    stored = account(context, "cora")
    sealed = SealedKey(made.key_id, stored.public_key, stored.sealed_key.decode())
    assert unseal(sealed, "cora", made.passphrase).public_key().public_bytes_raw() == stored.public_key
    assert made.passphrase not in json.dumps(events(context))
    with pytest.raises(AccessError):
        unseal(sealed, "cora", PASSPHRASE)
    assert admin.list_users(context)[0].key_id == made.key_id
    assert admin.add_user(context, "own", "Own", Role.VIEWER, PASSPHRASE).passphrase is None


@pytest.mark.parametrize(
    ("login", "name", "role", "passphrase", "slug"),
    [
        ("", "Cora", Role.VIEWER, PASSPHRASE, "login-invalid"),
        ("co ra", "Cora", Role.VIEWER, PASSPHRASE, "login-invalid"),
        ("-cora", "Cora", Role.VIEWER, PASSPHRASE, "login-invalid"),
        ("cora:x", "Cora", Role.VIEWER, PASSPHRASE, "login-invalid"),
        ("кора", "Cora", Role.VIEWER, PASSPHRASE, "login-invalid"),
        ("a" * 65, "Cora", Role.VIEWER, PASSPHRASE, "login-invalid"),
        ("cora", "  ", Role.VIEWER, PASSPHRASE, "name-invalid"),
        ("cora", "Co\u202era", Role.VIEWER, PASSPHRASE, "name-invalid"),
        ("cora", "x" * 101, Role.VIEWER, PASSPHRASE, "name-invalid"),
        ("cora", "Cora", Role.OPERATOR, PASSPHRASE, "role-invalid"),
        ("cora", "Cora", Role.ANONYMOUS, PASSPHRASE, "role-invalid"),
        ("cora", "Cora", Role.VIEWER, "short", "weak-passphrase"),
        ("cora", "Cora", Role.VIEWER, "", "weak-passphrase"),
    ],
)
def test_must_not_be_added(context, login, name, role, passphrase, slug):
    with pytest.raises(UsageError) as caught:
        admin.add_user(context, login, name, role, passphrase)
    assert caught.value.slug == slug
    assert admin.list_users(context) == []


def test_an_identifier_is_never_given_twice(context):
    admin.add_user(context, "cora", "Cora", Role.AUDITOR, PASSPHRASE)
    admin.disable(context, "cora")
    with pytest.raises(ConflictError) as caught:
        admin.add_user(context, "CORA", "Cora the second", Role.AUDITOR, PASSPHRASE)
    assert caught.value.slug == "account-exists"


def test_a_reset_revokes_the_key_and_reveals_nothing(context):
    first = admin.add_user(context, "cora", "Cora", Role.AUDITOR, PASSPHRASE)
    second = admin.reset(context, "cora")
    assert second.key_id != first.key_id
    assert second.passphrase != PASSPHRASE
    with reading(context.store) as connection:
        keys = known_keys(connection)
    assert keys[first.key_id].revoked_at == NOW
    assert keys[second.key_id].revoked_at is None
    admin.disable(context, "cora")
    assert account(context, "cora").sealed_key is None
    with reading(context.store) as connection:
        assert known_keys(connection)[second.key_id].revoked_at == NOW
    admin.enable(context, "cora")
    assert account(context, "cora").sealed_key is None


def test_a_key_whose_event_was_changed_is_not_known(context):
    made = admin.add_user(context, "cora", "Cora", Role.AUDITOR, PASSPHRASE)
    with writing(context.store) as connection:
        run(connection, "DROP TRIGGER event_no_update")
        run(
            connection,
            "UPDATE event SET body = replace(CAST(body AS TEXT), 'Cora', 'Eve') WHERE kind = 'account.added'",
        )
    with reading(context.store) as connection:
        assert made.key_id not in known_keys(connection)


@pytest.mark.parametrize(
    "change", [lambda c: admin.set_role(c, "boss", Role.MANAGER), lambda c: admin.disable(c, "boss")]
)
def test_nobody_changes_their_own_account(context, change):
    boss = admin.add_user(context, "boss", "Boss", Role.ADMIN, PASSPHRASE).person
    with pytest.raises(ConflictError) as caught:
        change(context.acting_as(boss))
    assert caught.value.slug == "own-account"


def test_what_is_not_there_is_named(context):
    for call in (
        lambda: admin.reset(context, "nobody"),
        lambda: admin.revoke_token(context, 7),
        lambda: admin.add_token(context, "nowhere", "x"),
    ):
        with pytest.raises(NotFoundError):
            call()
    for call in (lambda: admin.add_token(context, "shop", " "), lambda: admin.add_token(context, "shop", "x", days=0)):
        with pytest.raises(UsageError):
            call()


def test_every_change_is_an_event_with_its_actor(context):
    boss = admin.add_user(context, "boss", "Boss", Role.ADMIN, PASSPHRASE).person
    acting = context.acting_as(boss)
    admin.add_user(acting, "cora", "Cora", Role.AUDITOR, PASSPHRASE)
    admin.set_role(acting, "cora", Role.MANAGER)
    token = admin.add_token(acting, "shop", "nightly")
    admin.revoke_token(acting, token.id)
    found = events(context)
    assert [(event["kind"], event["actor"], event["role"]) for event in reversed(found)] == [
        ("account.added", "operator:root", "operator"),
        ("account.added", "boss", "admin"),
        ("account.role", "boss", "admin"),
        ("token.added", "boss", "admin"),
        ("token.revoked", "boss", "admin"),
    ]
    assert found[2]["facts"] == {"account": 2, "login": "cora", "before": "auditor", "after": "manager"}
    assert found[1]["project"] == "shop"
    assert token.secret not in json.dumps(found)


def test_events_are_leaves_of_a_tree_that_only_grows(context):
    assert log.head(context) == (0, root([]).hex())
    for number in range(5):
        assert log.append(context, "test.event", {"number": number, "text": "broken \udc80 name"}) == number
    size, top = log.head(context)
    with reading(context.store) as connection:
        stored = list(reversed(ledger.events(connection)))
    assert size == 5
    assert [event.leaf for event in stored] == [leaf_hash(event.body) for event in stored]
    assert root([event.leaf for event in stored]).hex() == top
    assert json.loads(stored[0].body)["facts"]["text"] == "broken ? name"
    for statement in ("UPDATE event SET kind = 'x'", "DELETE FROM event"):
        with pytest.raises(Exception, match="append-only"), writing(context.store) as connection:
            run(connection, statement)


def test_the_head_is_signed_by_the_servers_key(context):
    log.append(context, "test.event", {})
    note = checkpoints.checkpoint(context.acting_as(ANONYMOUS))
    path = context.settings.home / checkpoints.KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == [checkpoints.KEY_FILE]
    public = checkpoints.server_key(context.settings.home).public_key()
    point = notes.read(note, notes.origin_of(public), public)
    assert (point.size, point.root.hex()) == log.head(context)
    assert checkpoints.checkpoint(context) == note
    assert checkpoints.verifier(context).startswith(notes.origin_of(public) + "+")
    path.write_bytes(b"short")
    with pytest.raises(StoreError) as caught:
        checkpoints.checkpoint(context)
    assert caught.value.slug == "server-key-unusable"


def test_of_two_first_processes_one_makes_the_key(context, monkeypatch):
    """The other one finds the file in the moment in which it wants to put its own there."""
    link, first = os.link, bytes(range(32))

    def late(draft, path):
        path.write_bytes(first)
        link(draft, path)

    monkeypatch.setattr(os, "link", late)
    assert checkpoints.server_key(context.settings.home).private_bytes_raw() == first
    assert [p.name for p in context.settings.home.iterdir()] == [checkpoints.KEY_FILE]


def test_a_session_cannot_do_more_after_a_demotion(context):
    boss = admin.add_user(context, "boss", "Boss", Role.ADMIN, PASSPHRASE).person
    token, _ = sessions.log_in(context.acting_as(ANONYMOUS), "boss", PASSPHRASE)
    admin.set_role(context, "boss", Role.VIEWER)
    acting = context.acting_as(sessions.who(context, token))
    assert boss.role is Role.ADMIN
    with pytest.raises(AccessError):
        admin.list_users(acting)
