"""``countersign db`` as people and machines use it."""

import json
import sqlite3

import pytest
from signed_maker import Shop

from dashboard.cli import _db_shown, main
from dashboard.store.engine import open_store
from dashboard.store.transaction import run, writing


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A database with 14 candidates, one of them signed."""
    folder = tmp_path_factory.mktemp("filled")
    store = open_store(str(folder / "a.db"))
    shop = Shop(store, folder).open()
    shop.days(3)
    shop.sign(shop.candidates[2])
    shop.days(10)
    store.close()
    return folder / "a.db"


@pytest.fixture
def path(filled, tmp_path):
    copy = tmp_path / "a.db"
    source, target = sqlite3.connect(filled), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    return copy


@pytest.fixture
def command(path, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COUNTERSIGN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words, code=0):
        found = main(["db", *map(str, words), "--db", f"sqlite:///{path}"])
        said = capsys.readouterr()
        assert found == code, said
        return json.loads(said.out) if "--json" in words else said

    return call


def break_a_run(path):
    store = open_store(str(path))
    with writing(store) as connection:
        run(connection, "UPDATE run SET passed = passed + 1 WHERE id = 4")
    store.close()


def test_info(command, path):
    found = command("info", "--json")
    assert (found["dialect"], found["url"]) == ("sqlite", f"sqlite:///{path}")
    assert (found["rows"]["candidate"], found["rows"]["signoff"]) == (14, 1)
    said = command("info").out
    assert "14  candidate" in said
    assert "560  test_result" in said
    assert "2025-10-01T09:00:00+00:00 to 2025-10-14T09:02:00+00:00" in said


def test_check(command, path):
    assert "sound" in command("check", "--deep").out
    found = command("check", "--deep", "--json")
    assert (found["sound"], found["wrong"], found["files"], found["read_again"]) == (True, [], 28, 28)
    break_a_run(path)
    said = command("check", code=1).out
    assert "wrong The totals of run 4 are not those of its results." in said
    assert command("check", "--json", code=1)["wrong"] == ["The totals of run 4 are not those of its results."]


def test_backup(command, tmp_path):
    said = command("backup", tmp_path / "b.db").out
    assert "checked" in said
    assert main(["db", "check", "--db", str(tmp_path / "b.db")]) == 0
    refused = command("backup", tmp_path / "b.db", code=2)
    assert "error [backup-exists]" in refused.err
    assert "hint: Name a new file" in refused.err
    assert command("backup", tmp_path / "b.db", "--json", code=2)["error"]["slug"] == "backup-exists"
    assert command("backup", tmp_path / "c.db", "--json")["verified"] is True


def test_prune_looks_asks_and_does(command, path):
    # Everything came in by a clock that stands in 2025, so that all of it is old but what must stay.
    looked = command("prune", "--keep", "1d", "--dry-run", "--json")
    assert len(looked["would_prune"]) == 10
    assert looked["kept"] == {"compared with": 2, "newest of a branch": 1, "signed": 1}
    said = command("prune", "--keep", "1d", "--dry-run").out
    assert "10 candidates can be pruned" in said
    assert "stay: 2 compared with" in said
    assert "not-confirmed" in command("prune", "--keep", "1d", code=2).err
    assert command("prune", "--keep", "1d", "--json", code=2)["error"]["slug"] == "not-confirmed"
    assert command("info", "--json")["pruned_artefacts"] == 0
    assert len(command("prune", "--keep", "1d", "--keep-candidates", "5", "--dry-run", "--json")["would_prune"]) == 6
    done = command("prune", "--keep", "1d", "--yes", "--json")
    assert [one["subject"] for one in done["pruned"]] == [one["subject"] for one in looked["would_prune"]]
    assert done["size_after"] <= done["size_before"] or done["size_after"] > 0
    assert command("info", "--json")["pruned_artefacts"] == 20
    assert "sound" in command("check", "--deep").out
    assert "0 candidates can be pruned" in command("prune", "--keep", "1d").out
    assert "duration-invalid" in command("prune", "--keep", "soon", code=2).err


def test_prune_by_hand(command, monkeypatch):
    class Terminal:
        def __init__(self, answer):
            self.answer = answer

        def isatty(self):
            return True

        def readline(self):
            return self.answer

    monkeypatch.setattr(_db_shown.sys, "stdin", Terminal("n\n"))
    refused = command("prune", "--keep", "1d", code=2)
    assert "Remove the evidence of 10 candidates for good? [y/N]" in refused.err
    monkeypatch.setattr(_db_shown.sys, "stdin", Terminal("Yes\n"))
    assert "pruned 10 candidates: 20 artefacts" in command("prune", "--keep", "1d").out


def test_export(command, tmp_path):
    made = command("export", tmp_path / "out", "--format", "parquet", "--project", "shop", "--json")
    assert made["files"] == len(list((tmp_path / "out").glob("*.parquet")))
    assert (tmp_path / "out" / "manifest.json").is_file()
    assert "export-exists" in command("export", tmp_path / "out", code=2).err
    assert made["manifest_sha256"][:8] not in command("export", tmp_path / "all").out
    assert "project-not-found" in command("export", tmp_path / "none", "--project", "none", code=2).err


def test_move(command, tmp_path, capsys):
    said = command("move", "--to", f"sqlite:///{tmp_path / 'new.db'}").out
    assert "test_result" in said
    assert "moved" in said
    assert main(["db", "check", "--deep", "--db", str(tmp_path / "new.db")]) == 0
    capsys.readouterr()
    refused = command("move", "--to", f"sqlite:///{tmp_path / 'new.db'}", "--json", code=2)
    assert refused["error"]["slug"] == "move-target-not-empty"


@pytest.mark.postgres
def test_move_to_postgresql(command, postgres_url):
    moved = command("move", "--to", postgres_url, "--json")
    assert moved["from"].startswith("sqlite:///")
    assert {t["table"]: t["rows"] for t in moved["tables"]}["test_result"] == 560
    assert main(["db", "check", "--deep", "--db", postgres_url]) == 0


def test_a_database_that_is_not_there_is_not_made(tmp_path, capsys):
    assert main(["db", "info", "--db", str(tmp_path / "none.db")]) == 2
    assert "error [store-missing]" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_it_is_a_command_of_its_own(countersign, path):
    assert countersign.json("db", "check", "--db", f"sqlite:///{path}")["sound"] is True
    break_a_run(path)
    assert "totals of run 4" in countersign("db", "check", "--db", f"sqlite:///{path}", code=1).stdout
    assert "prune" in countersign("db", "--help").stdout


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "not known"), (0, "0 B"), (1023, "1,023 B"), (1536, "1.5 KiB"), (5 * 1024**4, "5.0 TiB")],
)
def test_sizes(count, text):
    assert _db_shown.size_text(count) == text
