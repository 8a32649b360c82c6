"""Figures, copies, exports and moves of a database, as the services do them."""

import hashlib
import json
import stat
import zlib
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from signed_maker import PASSPHRASE, PROJECT, Shop

from dashboard.errors import AccessError, ConflictError, NotFoundError, StoreError, UsageError
from dashboard.services import database, log, policies, sign, soundness
from dashboard.services.evaluate import evaluate
from dashboard.store import ledger
from dashboard.store.engine import open_store
from dashboard.store.maintenance import copying, parquet, rows
from dashboard.store.transaction import columns, reading, revision, run, scalar, writing


@pytest.fixture
def shop(store, tmp_path):
    made = Shop(store, tmp_path / "home").open()
    made.days(2)
    made.sign(made.candidates[1])
    return made


def kinds(shop):
    with reading(shop.store) as connection:
        return [event.kind for event in ledger.events(connection)]


def test_figures(shop):
    found = database.figures(shop.operator)
    assert found["url"] == shop.store.url
    assert (found["rows"]["candidate"], found["rows"]["artefact"], found["rows"]["test_result"]) == (3, 6, 120)
    assert found["rows"]["signoff"] == 1
    assert found["size"] > 10_000
    assert 10 < found["bytes_per_result"] < 3000  # whole pages, since there is little in it
    assert found["oldest_evidence_at"] == datetime(2025, 10, 1, 9, tzinfo=UTC).isoformat()
    assert found["newest_evidence_at"] > found["oldest_evidence_at"]
    assert found["artefacts_raw_bytes"] > found["artefacts_stored_bytes"] > 0
    assert found["pruned_artefacts"] == 0
    json.dumps(found)


def test_figures_of_nothing(store, tmp_path):
    found = database.figures(Shop(store, tmp_path).operator)
    assert (found["bytes_per_result"], found["oldest_evidence_at"], found["artefacts_raw_bytes"]) == (None, None, 0)


def test_a_copy_is_whole_and_in_the_log(shop, tmp_path):
    path = tmp_path / "copy.db"
    if shop.store.dialect == "postgresql":
        with pytest.raises(UsageError) as told:
            database.backup(shop.operator, path)
        assert told.value.slug == "backup-with-pg-dump"
        assert "database.backed-up" not in kinds(shop)
        return
    made = database.backup(shop.operator, path)
    assert made == {
        "path": str(path), "size": path.stat().st_size, "revision": revision(shop.store) - 1, "verified": True,
    }  # fmt: skip
    assert kinds(shop)[0] == "database.backed-up"
    copy = open_store(str(path))
    assert soundness.check(Shop(copy, tmp_path).operator, deep=True).wrong == ()
    copy.close()


def test_a_copy_that_is_not_whole_is_none(shop, tmp_path, monkeypatch):
    if shop.store.dialect == "postgresql":
        return
    path = tmp_path / "copy.db"
    with monkeypatch.context() as patched:
        patched.setattr(copying, "damage", lambda _connection: ["Page 7 is torn."])
        with pytest.raises(StoreError, match="Page 7 is torn") as told:
            database.backup(shop.operator, path)
    assert told.value.slug == "backup-not-whole"
    assert not list(tmp_path.glob("copy.db*"))
    database.backup(shop.operator, path)
    with pytest.raises(StoreError, match="at revision"):
        copying.verify(path, 10**6)
    assert kinds(shop).count("database.backed-up") == 1


def read(folder, name):
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def test_an_export_holds_every_row_and_no_secret(shop, tmp_path):
    folder = tmp_path / "out"
    with reading(shop.store) as connection:
        counts = {t.name: scalar(connection, f'SELECT count(*) FROM "{t.name}"') for t in rows.tables()}
        secret = scalar(connection, "SELECT password_hash FROM account")
        sealed = bytes(scalar(connection, "SELECT sealed_key FROM account"))
    size, top = log.head(shop.operator)
    made = database.export(shop.operator, folder)
    body = (folder / "manifest.json").read_bytes()
    manifest = json.loads(body)
    assert made.manifest_sha256 == hashlib.sha256(body).hexdigest()
    assert manifest["log"] == {"size": size, "root": top}
    assert manifest["schema"] >= 2
    assert set(manifest["tables"]) | set(manifest["withheld"]) == set(counts)
    assert set(manifest["withheld"]) == set(parquet.WITHHELD_TABLES)
    for name, told in manifest["tables"].items():
        path = folder / told["file"]
        whole = path.read_bytes()
        assert (len(whole), hashlib.sha256(whole).hexdigest()) == (told["size"], told["sha256"])
        assert pq.read_metadata(path).num_rows == told["rows"] == counts[name]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        content = repr(pq.read_table(path).to_pydict())
        assert secret not in content
        assert repr(sealed)[2:-1] not in content
    assert {*pq.read_schema(folder / "account.parquet").names}.isdisjoint({"password_hash", "sealed_key"})
    assert read(folder, "account")[0]["login"] == "cora"
    assert kinds(shop)[0] == "database.exported"


def test_an_export_is_typed(shop, tmp_path):
    shop.clock.forward(days=1)
    shop.bring(failed=1)
    folder = tmp_path / "out"
    database.export(shop.operator, folder)
    artefact = pq.read_schema(folder / "artefact.parquet")
    assert artefact.field("collected_at").type == pa.timestamp("ms", tz="UTC")
    assert artefact.field("incomplete").type == pa.bool_()
    assert pq.read_schema(folder / "metric_sample.parquet").field("value").type == pa.float64()
    assert [row["value"] for row in read(folder, "metric_sample")][:3] == [100.0, 101.0, 102.0]
    assert read(folder, "artefact")[0]["collected_at"] == datetime(2025, 10, 1, 9, tzinfo=UTC)
    assert read(folder, "failure_text")[0]["body"] == "day 3" or "day 3" in read(folder, "failure_text")[0]["message"]
    with reading(shop.store) as connection:
        envelopes = [bytes(body) for (body,) in columns(connection, "SELECT envelope FROM signoff")]
    assert [row["envelope"] for row in read(folder, "signoff")] == envelopes


def test_an_export_of_one_project_has_nothing_of_the_others(shop, tmp_path):
    from io import BytesIO

    from signed_maker import junit

    from dashboard.services.ingest import ingest_body, make_target

    where = make_target(shop.operator, project="other", subject="f" * 40, branch="theirs", run="r")
    ingest_body(shop.operator, BytesIO(junit(77, failed=3)), "other.xml", where, origin="cli")
    whole, part = tmp_path / "whole", tmp_path / "part"
    database.export(shop.operator, whole)
    database.export(shop.operator, part, project="other")
    manifest = json.loads((part / "manifest.json").read_text())
    assert manifest["project"] == "other"
    assert [row["slug"] for row in read(part, "project")] == ["other"]
    assert {row["name"] for row in read(part, "artefact")} == {"other.xml"}
    assert len(read(part, "test_result")) == 40
    assert len(read(part, "failure_text")) == 1
    assert len(read(part, "case_stat")) == 40
    assert read(part, "signoff") == []
    assert {"event", "account"} <= set(manifest["withheld"])
    assert len(read(whole, "test_result")) == 160
    with pytest.raises(NotFoundError):
        database.export(shop.operator, tmp_path / "none", project="none")
    assert not (tmp_path / "none").exists()


def test_where_an_export_cannot_go(shop, tmp_path):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "x").touch()
    with pytest.raises(UsageError) as told:
        database.export(shop.operator, tmp_path / "used")
    assert told.value.slug == "export-exists"
    (tmp_path / "file").touch()
    with pytest.raises(StoreError) as failed:
        database.export(shop.operator, tmp_path / "file")
    assert failed.value.slug == "export-failed"
    assert "database.exported" not in kinds(shop)


def test_an_export_that_was_stopped_has_no_manifest(shop, tmp_path):
    def watch(things, _label):
        yield things[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.export(shop.operator, tmp_path / "out", watch=watch)
    assert list((tmp_path / "out").iterdir())
    assert not (tmp_path / "out" / database.MANIFEST).exists()


def test_no_column_that_sounds_secret_is_exported():
    named = {f"{t.name}.{c.name}" for t in rows.tables() for c in t.columns if c not in set(parquet.columns_of(t))}
    assert named >= {"account.password_hash", "account.sealed_key", "session.token_hash", "token.token_hash"}
    exported = {f"{t.name}.{c.name}" for t in rows.tables() if t.name not in parquet.withheld(None)
                for c in parquet.columns_of(t)}  # fmt: skip
    assert not [name for name in exported if any(word in name for word in ("password", "hash", "secret", "sealed"))]


def test_groups_of_rows_are_small_where_rows_are_long(store, tmp_path):
    text = zlib.compress(bytes(range(256)) * 4000).hex()
    with writing(store) as connection:
        run(connection, "INSERT INTO project (slug, name, created_at) VALUES ('p', 'P', 0)")
        for seq in range(20):
            run(
                connection,
                "INSERT INTO event (seq, at, kind, actor, body, leaf) VALUES (:seq, 0, 'k', 'a', :body, :body)",
                seq=seq,
                body=text.encode() * 60,
            )
    database.export(Shop(store, tmp_path).operator, tmp_path / "out")
    assert pq.read_metadata(tmp_path / "out" / "event.parquet").num_row_groups > 1


@pytest.fixture
def target_url(store, tmp_path, request):
    """The other engine where there is one, so that both ways are tried."""
    if store.dialect == "postgresql":
        return f"sqlite:///{tmp_path / 'moved.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.mark.postgres
def test_signatures_and_judgements_arrive(shop, target_url, tmp_path):
    signed = shop.candidates[1]
    before = [evaluate(shop.operator, PROJECT, candidate_id=c.id).id for c in shop.candidates]
    standing = sign.standing(shop.cora, signed)
    head = log.head(shop.operator)
    answer = database.move(shop.operator, target_url)
    assert answer["rows"] == sum(table["rows"] for table in answer["tables"])
    assert PASSPHRASE not in json.dumps(answer)
    assert log.head(shop.operator) == head  # the old one is as it was
    target = open_store(target_url, create=False)
    moved = Shop(target, tmp_path / "home", shop.clock)
    moved.cora = moved.operator.acting_as(shop.cora.person)
    assert log.head(moved.operator) == head
    assert [evaluate(moved.operator, PROJECT, candidate_id=c.id).id for c in shop.candidates] == before
    assert sign.standing(moved.cora, signed) == standing
    found = sign.status(moved.cora, signed)
    assert [one.verified for one in found] == [True]
    assert found == sign.status(shop.cora, signed)
    assert soundness.check(moved.operator, deep=True).wrong == ()
    assert policies.current(moved.operator, PROJECT).digest == policies.current(shop.operator, PROJECT).digest
    moved.candidates = list(shop.candidates)
    moved.days(1)
    moved.sign(moved.candidates[-1])  # her key came with her, and the log goes on
    assert log.head(moved.operator)[0] > head[0]
    assert soundness.check(moved.operator).wrong == ()
    with pytest.raises(ConflictError) as told:
        database.move(shop.operator, target_url)
    assert told.value.slug == "move-target-not-empty"
    target.close()


def test_nowhere_to_move(shop):
    with pytest.raises(UsageError) as told:
        database.move(shop.operator, " ")
    assert told.value.slug == "move-target-missing"


def test_only_administrators(shop, tmp_path):
    for act in (
        lambda: database.figures(shop.cora),
        lambda: database.backup(shop.cora, tmp_path / "c.db"),
        lambda: database.export(shop.cora, tmp_path / "e"),
        lambda: database.move(shop.cora, f"sqlite:///{tmp_path / 'm.db'}"),
    ):
        with pytest.raises(AccessError):
            act()
    assert not list(tmp_path.glob("[cem]*.db"))
