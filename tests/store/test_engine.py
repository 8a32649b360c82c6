"""Opening a database: what is made, and what is refused in which words."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dashboard.errors import StoreError
from dashboard.store import migrations
from dashboard.store.engine import open_store
from dashboard.store.transaction import first, reading, revision, run, scalar, writing


def test_the_folder_is_made_and_the_file_is_private(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'a' / 'b' / 'store.db'}")
    path = tmp_path / "a" / "b" / "store.db"
    with writing(store) as connection:
        run(connection, "UPDATE meta SET number = 7")
    for name in ("store.db", "store.db-wal", "store.db-shm"):
        assert stat.S_IMODE((path.parent / name).stat().st_mode) == 0o600
    store.close()


def test_the_pragmas_hold_on_both_engines(tmp_path):
    store = open_store(str(tmp_path / "store.db"))
    for engine, query_only in ((store.reader, 1), (store.writer, 0)):
        with engine.connect() as connection:
            wanted = {
                "journal_mode": "wal",
                "foreign_keys": 1,
                "busy_timeout": 60_000,
                "mmap_size": 0,
                "synchronous": 2,
                "query_only": query_only,
            }
            found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
            assert found == wanted
        assert engine.pool.size() >= 20
    store.close()


def test_a_reader_cannot_write(store):
    with pytest.raises((StoreError, DBAPIError)), reading(store) as connection:
        run(connection, "UPDATE meta SET number = 9")
    assert revision(store) == 0


def test_a_reader_sees_one_moment(store):
    with reading(store) as connection:
        before = scalar(connection, "SELECT number FROM meta")
        with writing(store):
            pass
        assert scalar(connection, "SELECT number FROM meta") == before
    assert revision(store) == before + 1


def test_each_write_raises_the_revision_unless_it_is_not_shown(store):
    with writing(store):
        pass
    with writing(store, bump=False):
        pass
    assert revision(store) == 1


def test_an_error_leaves_no_trace(store):
    def add_and_fail():
        with writing(store) as connection:
            run(connection, "INSERT INTO meta (name, number) VALUES ('x', 1)")
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()
    with reading(store) as connection:
        assert first(connection, "SELECT 1 FROM meta WHERE name = 'x'") is None
    assert revision(store) == 0


def test_no_update_is_lost_between_threads(store):
    def add_one(_):
        with writing(store) as connection:
            number = scalar(connection, "SELECT number FROM meta WHERE name = 'revision'")
            run(connection, "UPDATE meta SET number = :n WHERE name = 'revision'", n=number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(40)))
    if store.dialect == "sqlite":  # PostgreSQL serialises what asks for it, by advisory locks
        assert revision(store) == 40


def test_a_private_database_is_not_shared_with_the_next():
    one, two = open_store("sqlite://"), open_store("sqlite://")
    with writing(one):
        pass
    assert (revision(one), revision(two)) == (1, 0)
    one.close()
    two.close()


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("mysql://host/db", "store-url-invalid"),
        ("", "store-url-invalid"),
        ("postgresql://host:port/db", "store-url-invalid"),
    ],
)
def test_urls_that_mean_nothing(url, slug):
    with pytest.raises(StoreError) as told:
        open_store(url)
    assert told.value.slug == slug
    assert told.value.hint


def test_a_folder_is_not_a_database(tmp_path):
    with pytest.raises(StoreError) as told:
        open_store(str(tmp_path))
    assert told.value.slug == "store-not-a-file"


def test_another_kind_of_file_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes")
    with pytest.raises(StoreError) as told:
        open_store(str(path))
    assert told.value.slug == "store-not-a-database"
    assert path.read_text() == "these are my notes"


def test_a_damaged_database_is_named(tmp_path):
    path = tmp_path / "store.db"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4000)
    with pytest.raises(StoreError) as told:
        open_store(str(path))
    assert told.value.slug in {"store-not-a-database", "store-damaged", "store-read-only"}


def test_the_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (id)")
    connection.close()
    with pytest.raises(StoreError) as told:
        open_store(str(path))
    assert told.value.slug == "store-foreign"
    assert "recipes" in str(told.value)


def test_nothing_is_made_when_not_asked(tmp_path):
    with pytest.raises(StoreError) as told:
        open_store(str(tmp_path / "none.db"), create=False)
    assert told.value.slug == "store-missing"
    assert list(tmp_path.iterdir()) == []


def test_a_newer_schema_is_refused(store, store_url):
    with store.writer.begin() as connection:
        connection.execute(text(f"INSERT INTO schema_version VALUES ({migrations.CURRENT + 1}, 0)"))
    with pytest.raises(StoreError) as told:
        open_store(store_url)
    assert told.value.slug == "store-newer"


def test_a_server_that_is_not_there_is_named_without_its_password():
    with pytest.raises(StoreError) as told:
        open_store("postgresql://ada:s3cret@127.0.0.1:1/none")
    assert told.value.slug == "store-unreachable"
    assert "s3cret" not in str(told.value)


@contextmanager
def without_rights():
    """Act as a user without rights, for root may write everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_may_not_be_written():
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o555)
        try:
            with without_rights(), pytest.raises(StoreError) as told:
                open_store(str(folder / "new/store.db"))
        finally:
            folder.chmod(0o755)
        assert told.value.slug == "store-unreachable"
        assert told.value.hint


def test_two_processes_that_start_together(store_url):
    code = "import sys; from dashboard.store.engine import open_store; open_store(sys.argv[1]).close(); print('ok')"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code, store_url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in starts:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out.strip()) == (0, "ok"), err


def test_opening_is_cheap_to_import():
    code = "import sys; import dashboard.store.engine; print(sorted({'pandas', 'sqlmodel'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
