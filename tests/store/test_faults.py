"""No space and no right to write: said in plain words, nothing lost, and it goes on when there is space again."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from store_maker import case, failing, put

from dashboard.errors import StoreError
from dashboard.store import artefacts, frames, maintenance
from dashboard.store.engine import open_store
from dashboard.store.faults import explained, spooling
from dashboard.store.transaction import revision, writing

MAKER = str(Path(__file__).parents[1])


def many(count=3000):
    return [failing(f"n{i}", why=f"why {i} {os.urandom(16).hex()}") for i in range(count)]


@pytest.fixture
def small(tmp_path):
    """A database that may not grow, as on a disk that is full; ``space`` takes the limit away."""
    store = open_store(str(tmp_path / "store.db"))
    put(store, [case("a")], body=b"first")
    limits = [60]

    def limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count={limits[-1]}")

    store.writer.dispose()
    event.listen(store.writer, "connect", limit)

    def space():
        limits.append(1_000_000)
        store.writer.dispose()

    yield store, space
    store.close()


def test_a_full_disk(small):
    store, space = small
    before = revision(store)
    for _ in range(2):
        with pytest.raises(StoreError) as told:
            put(store, many(), run="second", hours=1)
        assert told.value.slug == "store-full"
        assert "Nothing was stored" in told.value.hint
    assert revision(store) == before
    assert maintenance.check(store) == []
    assert frames.runs(store, "demo")["total"].tolist() == [1]
    space()
    put(store, many(), run="second", hours=1)
    assert frames.runs(store, "demo")["total"].tolist() == [3000, 1]
    assert maintenance.check(store) == []


_LIMITED = """
import sys, resource
sys.path.insert(0, sys.argv[1])
from store_maker import put
from test_faults import many
from dashboard.errors import StoreError
from dashboard.store.engine import open_store
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    put(open_store(sys.argv[2]), many(), run="second", hours=1)
except StoreError as error:
    print(error.slug)
"""


def test_a_file_that_may_not_grow(tmp_path):
    path = tmp_path / "store.db"
    store = open_store(str(path))
    put(store, [case("a")], body=b"first")
    paths = os.pathsep.join([MAKER, str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, MAKER, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert done.stdout.strip() in {"store-disk-error", "store-full"}, done.stderr
    assert frames.runs(store, "demo")["total"].tolist() == [1]
    assert maintenance.check(store) == []
    put(store, many(), run="second", hours=1)
    assert frames.runs(store, "demo")["total"].tolist() == [3000, 1]
    store.close()


def test_no_space_for_temporary_files():
    with pytest.raises(StoreError) as told, spooling():
        raise OSError(errno.ENOSPC, "No space left on device")
    assert told.value.slug == "store-full"
    assert tempfile.gettempdir() in str(told.value)
    with pytest.raises(OSError, match="Input/output"), spooling():
        raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("database or disk is full", "store-full"),
        ('could not extend file "base/1/2": No space left on device', "store-full"),
        ("disk I/O error", "store-disk-error"),
        ("attempt to write a readonly database", "store-read-only"),
        ("cannot execute INSERT in a read-only transaction", "store-read-only"),
        ("database disk image is malformed", "store-damaged"),
        ("database is locked", "store-busy"),
        ("canceling statement due to lock timeout", "store-busy"),
        ("permission denied for table event", "store-forbidden"),
        ("must be owner of table event", "store-forbidden"),
    ],
)
def test_what_drivers_say(said, slug):
    found = explained(OperationalError("SELECT 1", {}, sqlite3.OperationalError(said)), "sqlite:///x")
    assert found is not None
    assert (found.slug, said in str(found)) == (slug, True)
    assert found.hint


@contextmanager
def as_nobody():
    """Act as a user without rights, for root may write everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder():
    made = Path(tempfile.mkdtemp(prefix="countersign ro #?"))
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def lock(folder, *, file=True, itself=True):
    for path in folder.iterdir():
        path.chmod(0o444 if file else 0o666)
    folder.chmod(0o555 if itself else 0o777)


@pytest.mark.parametrize(("file", "itself"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("busy", [False, True])
def test_what_may_not_be_written_is_read(folder, file, itself, busy):
    path = folder / "store.db"
    store = open_store(str(path))
    stored = put(store, [case("a"), failing("b")], body=b"the file")
    if busy and not file:  # with its log open for writing, nothing is read-only
        busy = False
    if not busy:
        store.close()
    lock(folder, file=file, itself=itself)
    with as_nobody():
        looked = open_store(str(path))
        assert frames.runs(looked, "demo")["total"].tolist() == [2]
        assert frames.find_cases(looked, "demo", "b")["name"].tolist() == ["b"]
        assert b"".join(artefacts.read(looked, artefacts.find(looked, stored.artefact_id)["sha256"])) == b"the file"
        assert maintenance.check(looked) == []
        for act in (lambda: put(looked, [case("c")]), lambda: writing(looked).__enter__()):
            with pytest.raises(StoreError) as told:
                act()
            assert (told.value.slug, bool(told.value.hint)) == ("store-read-only", True)
        looked.close()
    if busy:
        store.close()


_STOPPED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from store_maker import case, put
from dashboard.store.engine import open_store
put(open_store(sys.argv[2]), [case("a")])
os._exit(0)
"""


def test_changes_in_a_log_that_cannot_be_read_are_not_passed_over(folder):
    path = folder / "store.db"
    open_store(str(path)).close()
    subprocess.run([sys.executable, "-c", _STOPPED, MAKER, str(path)], check=True)
    assert (folder / "store.db-wal").stat().st_size
    (folder / "store.db-shm").unlink()
    lock(folder)
    with as_nobody(), pytest.raises(StoreError) as told:
        open_store(str(path))
    assert told.value.slug == "store-read-only"
    assert "log" in str(told.value)
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)
    again = open_store(str(path))
    assert frames.runs(again, "demo")["total"].tolist() == [1]
    again.close()


def test_an_unwritable_file_that_is_no_database(folder):
    (folder / "notes.txt").write_text("these are my notes, and there is more than a page of them\n" * 100)
    lock(folder)
    with as_nobody(), pytest.raises(StoreError) as told:
        open_store(str(folder / "notes.txt"))
    assert told.value.slug == "store-not-a-database"
