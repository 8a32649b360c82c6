"""``countersign user`` and ``countersign token`` on a terminal and for machines."""

import json

import pytest

from dashboard.cli import main
from dashboard.services.context import open_context
from dashboard.services.sessions import bearer, log_in
from dashboard.settings import read_settings
from dashboard.store.transaction import run, writing

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def url(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return f"sqlite:///{tmp_path / 'a.db'}"


@pytest.fixture
def command(url, capsys):
    def call(*words):
        code = main([*words, "--db", url])
        return code, capsys.readouterr()

    return call


def context(url):
    return open_context(read_settings(database_url=url))


def test_an_account_is_added_listed_changed_and_closed(command, url):
    code, said = command("user", "add", "cora", "--name", "Cora Diaz", "--role", "auditor")
    assert code == 0
    passphrase = said.out.split("passphrase")[1].split()[0]
    opened = context(url)
    assert log_in(opened, "cora", passphrase)[1].name == "Cora Diaz"
    code, said = command("user", "list")
    assert (code, passphrase in said.out) == (0, False)
    assert "Cora Diaz" in said.out
    assert command("user", "role", "cora", "manager")[0] == 0
    assert command("user", "reset", "cora")[0] == 0
    assert command("user", "disable", "cora")[0] == 0
    assert json.loads(command("user", "list", "--json")[1].out)[0]["state"] == "closed"
    assert json.loads(command("user", "enable", "cora", "--json")[1].out)["role"] == "manager"
    opened.store.close()


def test_a_given_passphrase_comes_from_a_file_and_is_not_printed(command, url, tmp_path):
    (tmp_path / "pw").write_text(PASSPHRASE + "\nmore\n")
    words = ("user", "add", "cora", "--name", "Cora", "--role", "auditor", "--passphrase-file", str(tmp_path / "pw"))
    code, said = command(*words, "--json")
    assert code == 0
    assert PASSPHRASE not in said.out
    assert json.loads(said.out)["passphrase"] is None
    opened = context(url)
    assert log_in(opened, "cora", PASSPHRASE)
    opened.store.close()


def test_a_token_is_shown_once(command, url):
    opened = context(url)
    with writing(opened.store) as connection:
        run(connection, "INSERT INTO project (slug, name, created_at) VALUES ('shop', 'Shop', 0)")
    code, said = command("token", "add", "--project", "shop", "--label", "nightly [build]", "--days", "30")
    assert code == 0
    secret = said.out.split()[-1]
    assert bearer(opened, secret, "shop").login == "token:1"
    opened.store.close()
    shown = command("token", "list")[1].out
    assert "nightly [build]" in shown
    assert secret not in shown
    assert command("token", "revoke", "1")[0] == 0
    assert json.loads(command("token", "list", "--project", "shop", "--json")[1].out)[0]["state"] == "revoked"
    made = json.loads(command("token", "add", "--project", "shop", "--label", "x", "--json")[1].out)
    assert made["token"].startswith("countersign_")
    assert json.loads(command("token", "revoke", "2", "--json")[1].out) == {"id": 2, "state": "revoked"}


def test_nothing_to_list_is_said(command):
    assert "no accounts yet" in command("user", "list")[1].out
    assert "no tokens yet" in command("token", "list")[1].out


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        (("user", "reset", "nobody"), "account-not-found"),
        (("user", "add", "a b", "--name", "A", "--role", "viewer"), "login-invalid"),
        (
            ("user", "add", "a", "--name", "A", "--role", "viewer", "--passphrase-file", "/nowhere"),
            "passphrase-unreadable",
        ),
        (("token", "add", "--project", "shop", "--label", "x"), "project-not-found"),
        (("token", "revoke", "7"), "token-not-found"),
    ],
)
def test_what_cannot_be_done_is_said(command, words, slug):
    code, said = command(*words)
    assert code == 2
    assert f"error [{slug}]" in said.err
    assert "hint: " in said.err


def test_an_empty_passphrase_file_is_no_random_passphrase(command, tmp_path):
    (tmp_path / "pw").write_text("")
    words = ("user", "add", "cora", "--name", "Cora", "--role", "auditor", "--passphrase-file", str(tmp_path / "pw"))
    code, said = command(*words)
    assert code == 2
    assert "weak-passphrase" in said.err
