"""Figures of a database, and a copy of it while it is in use."""

import stat

import pytest
from store_maker import case, put

from dashboard.errors import StoreError, UsageError
from dashboard.store import maintenance, migrations
from dashboard.store.engine import open_store
from dashboard.store.transaction import revision, writing


def test_info_counts(store):
    put(store, [case("a"), case("b")])
    found = maintenance.info(store)
    assert (found.dialect, found.schema, found.revision) == (store.dialect, migrations.CURRENT, 1)
    assert (found.rows["test_result"], found.rows["artefact"]) == (2, 1)
    assert found.size > 10_000
    assert found.engine[0].isdigit()


def test_a_copy_is_whole_private_and_never_overwrites(store, tmp_path):
    put(store, [case("a")])
    path = tmp_path / "copy.db"
    if store.dialect != "sqlite":
        with pytest.raises(UsageError) as told:
            maintenance.backup(store, path)
        assert told.value.slug == "backup-with-pg-dump"
        return
    with writing(store):  # a writer at work does not disturb it, and is not in it
        assert maintenance.backup(store, path) == path.stat().st_size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    copy = open_store(str(path))
    assert maintenance.check(copy) == []
    assert revision(copy) == 1
    copy.close()
    with pytest.raises(UsageError) as told:
        maintenance.backup(store, path)
    assert told.value.slug == "backup-exists"
    with pytest.raises(StoreError):
        maintenance.backup(store, tmp_path / "none" / "copy.db")


def test_damage_is_told(tmp_path):
    path = tmp_path / "store.db"
    store = open_store(str(path))
    put(store, [case(f"n{i}") for i in range(500)])
    store.close()
    whole = bytearray(path.read_bytes())
    for page in range(4096 * 20, len(whole) - 4096, 4096):
        whole[page + 8 : page + 200] = b"\xff" * 192
    path.write_bytes(bytes(whole))
    try:
        damaged = open_store(str(path))
        found = maintenance.check(damaged)
        damaged.close()
    except StoreError as error:
        found = [str(error)]
    assert found
