"""Each thing that a check looks at is broken once, and must be named; a check that cannot fail is worth nothing."""

import hashlib
import re
import shutil
import zlib

import pytest
from signed_maker import Shop, samples

from dashboard.errors import AccessError
from dashboard.model.person import Person, Role
from dashboard.services import soundness
from dashboard.services._log_soundness import GrowingTree
from dashboard.signoff.log import leaf_hash, root
from dashboard.store.engine import open_store
from dashboard.store.transaction import run, scalar, writing

REPORT = "(SELECT sha256 FROM artefact WHERE kind = 'tests' ORDER BY id LIMIT 1)"
SAMPLES = "(SELECT sha256 FROM artefact WHERE kind = 'metrics' ORDER BY id LIMIT 1)"
ANY_CASE = "case_id = (SELECT min(case_id) FROM test_result)"
OTHER = zlib.compress(b"other bytes").hex()


def blob(connection, text):
    """Give bytes as the engine's SQL writes them."""
    return f"x'{text}'" if connection.dialect.name == "sqlite" else f"'\\x{text}'::bytea"


def forge(connection):
    """Change an event and its leaf together, so that they still fit."""
    body = bytes(scalar(connection, "SELECT body FROM event WHERE seq = 1")).replace(b"cli", b"api")
    sql = "UPDATE event SET body = :body, leaf = :leaf WHERE seq = 1"
    run(connection, sql, body=body, leaf=leaf_hash(body))


#: What is broken -> the statements that break it (or a function), and what must be said.
BROKEN = {
    "run of a result": (
        (
            "INSERT INTO test_result (run_id, case_id, attempt, outcome, part) "
            f"SELECT 400, case_id, 5, 0, 0 FROM test_result WHERE {ANY_CASE} LIMIT 1"
        ),
        "Rows of test_result belong to run 400, which is not there",
    ),
    "case of a result": (
        f"UPDATE test_result SET case_id = 9999 WHERE run_id = 1 AND {ANY_CASE}",
        "Rows of test_result belong to test case 9999, which is not there",
    ),
    "text of a failure": (
        f"UPDATE test_result SET failure_id = 9998 WHERE run_id = 2 AND {ANY_CASE}",
        "Rows of test_result belong to failure text 9998, which is not there",
    ),
    "file of a result": (
        f"UPDATE test_result SET part = 77 WHERE run_id = 2 AND {ANY_CASE}",
        r"\d+ rows of test_result name a file that their run does not have",
    ),
    "artefact of a record": (
        (
            "INSERT INTO metric_sample (artefact_id, series_id, at_ms) SELECT 9997, series_id, 5 "
            "FROM metric_sample LIMIT 1"
        ),
        "Rows of metric_sample belong to artefact 9997, which is not there",
    ),
    "series of a sample": (
        "UPDATE metric_sample SET series_id = 9996 WHERE artefact_id = (SELECT max(artefact_id) FROM metric_sample)",
        "Rows of metric_sample belong to metric series 9996, which is not there",
    ),
    "branch of a sum": (
        (
            f"INSERT INTO case_stat (branch_id, case_id, runs, passed, failing, skipped, timed, sum_us) "
            f"SELECT 9995, case_id, 1, 1, 0, 0, 0, 0 FROM case_stat WHERE {ANY_CASE} LIMIT 1"
        ),
        "Rows of case_stat belong to branch 9995, which is not there",
    ),
    "bytes of a file": (
        f"DELETE FROM blob_chunk WHERE sha256 = {SAMPLES}",
        r"The bytes of artefact [0-9a-f]{12}… are not there",
    ),
    "file of bytes": (
        f"INSERT INTO blob_chunk (sha256, seq, body) SELECT '{'f' * 64}', 0, body FROM blob_chunk LIMIT 1",
        "Bytes with the digest ffffffffffff… are kept, and no artefact has it",
    ),
    "size of a file": (
        "UPDATE artefact SET size = size + 1 WHERE id = (SELECT max(id) FROM artefact)",
        r"Artefact [0-9a-f]{12}… \(load.csv\) has \d+ bytes and is filed with \d+",
    ),
    "totals of a run": ("UPDATE run SET passed = passed + 1 WHERE id = 3", "The totals of run 3 are not those"),
    "sums of a case": (
        "UPDATE case_stat SET failing = failing + 1 WHERE case_id = (SELECT max(case_id) FROM test_result)",
        r"On branch main \d+ sums of cases are not what the results say",
    ),
    "change of a state": (
        (
            "INSERT INTO status_change (run_id, case_id, old_outcome, new_outcome) "
            "SELECT 3, case_id, 0, 2 FROM test_result WHERE run_id = 3 AND outcome = 0 LIMIT 1"
        ),
        r"On branch main \d+ changes of state are not what the results say",
    ),
    "text of a policy": ("UPDATE policy SET body = body || '#'", "The text of policy 1 does not have its digest"),
    "leaf of an event": (
        "UPDATE event SET leaf = (SELECT leaf FROM event WHERE seq = 0) WHERE seq = 2",
        "Event 2 of the log is not what its leaf is the hash of",
    ),
    "columns of an event": (
        "UPDATE event SET actor = 'nobody' WHERE seq = 3",
        "The columns of event 3 of the log do not say what its bytes say",
    ),
    "root of the log": (forge, r"The log of \d+ events is not the one that signature 1 was given on"),
    "columns of a signature": (
        "UPDATE signoff SET role = 'manager'",
        r"Signature 1 of Cora Diaz on candidate \d+ does not",
    ),
}
#: These cannot be broken together with the others.
ALONE = {
    "gap in the log": ("DELETE FROM event WHERE seq = 2", "The log goes from event 1 to event 3|The ledger has 1 gaps"),
    "end of the log": (
        (
            "DELETE FROM signoff WHERE false; DELETE FROM event WHERE seq > 2 AND seq NOT IN "
            "(SELECT event_seq FROM signoff)"
        ),
        "Signature 1 was given on a log of|The ledger has",
    ),
    "envelope": ("UPDATE signoff SET envelope = leaf FROM event WHERE seq = 0", "Signature 1 of Cora Diaz"),
    "bytes altered": (
        lambda c: run(c, f"UPDATE blob_chunk SET body = {blob(c, OTHER)} WHERE sha256 = {REPORT}"),
        "The stored bytes of artefact [0-9a-f]{12}… no longer have that digest",
    ),
    "bytes damaged": (
        lambda c: run(c, f"UPDATE blob_chunk SET body = {blob(c, '00')} WHERE sha256 = {REPORT}"),
        "Piece 0 of artefact [0-9a-f]{12}… is damaged",
    ),
}
#: What only reading the files again finds out.
DEEP = {
    "records": (
        "UPDATE artefact SET records_sha256 = 'other' WHERE kind = 'metrics'",
        "load.csv.* does not give the records again that were stored from it",
    ),
    "format": ("UPDATE artefact SET format = 'tap' WHERE kind = 'tests'", "read as tap and would be read as junit-xml"),
}


def make(store, home):
    shop = Shop(store, home).open()
    shop.days(1)
    shop.sign(shop.candidates[1])
    shop.clock.forward(days=1)
    shop.bring(failed=2)
    return shop


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    store = open_store(str(folder / "s.db"))
    make(store, folder)
    store.close()
    return folder / "s.db"


@pytest.fixture
def shop(sound, tmp_path):
    shutil.copy(sound, tmp_path / "s.db")
    store = open_store(str(tmp_path / "s.db"))
    yield Shop(store, tmp_path)
    store.close()


def loosen(connection):
    """Take off what keeps the log from being changed."""
    if connection.dialect.name == "sqlite":
        for table in ("event", "signoff"):
            run(connection, f"DROP TRIGGER {table}_no_update")
            run(connection, f"DROP TRIGGER {table}_no_delete")
    else:
        for table in ("event", "signoff"):
            run(connection, f"DROP TRIGGER {table}_no_change ON {table}")


def break_it(store, *ways):
    with writing(store, bump=False) as connection:
        loosen(connection)
        for way in ways:
            if callable(way):
                way(connection)
            else:
                for statement in way.split("; "):
                    run(connection, statement)


def test_what_is_sound_is_sound(shop):
    found = soundness.check(shop.operator, deep=True)
    assert found.wrong == ()
    assert (found.files, found.read_again, found.passed_over, found.signatures) == (6, 6, 0, 1)
    assert found.events > 8
    assert found.as_dict()["sound"] is True
    assert soundness.check(shop.operator).read_again == 0


@pytest.mark.parametrize("what", [*BROKEN, *ALONE])
def test_what_is_broken_is_named(shop, what):
    way, said = (BROKEN | ALONE)[what]
    break_it(shop.store, way)
    wrong = soundness.check(shop.operator).wrong
    assert any(re.search(said, sentence) for sentence in wrong), wrong


@pytest.mark.parametrize("what", DEEP)
def test_what_only_a_deep_check_finds(shop, what):
    way, said = DEEP[what]
    break_it(shop.store, way)
    assert soundness.check(shop.operator).wrong == () or what == "format"
    wrong = soundness.check(shop.operator, deep=True).wrong
    assert len(wrong) == 3
    assert all(re.search(said, sentence) for sentence in wrong), wrong


def test_what_an_older_reader_read_is_not_compared(shop):
    break_it(shop.store, "UPDATE artefact SET reader_version = 999, records_sha256 = 'x' WHERE kind = 'metrics'")
    found = soundness.check(shop.operator, deep=True)
    assert (found.wrong, found.read_again, found.passed_over) == ((), 3, 3)


def test_what_cannot_be_read_again_is_told(shop):
    body = samples(shop.clock.now)[:-20] + b"\nnot,a,number\n"
    sha256 = hashlib.sha256(body).hexdigest()
    break_it(
        shop.store,
        f"UPDATE artefact SET sha256 = '{sha256}', size = {len(body)} WHERE id = (SELECT max(id) FROM artefact)",
        lambda c: run(
            c,
            f"INSERT INTO blob_chunk (sha256, seq, body) VALUES ('{sha256}', 0, {blob(c, zlib.compress(body).hex())})",
        ),
        "DELETE FROM blob_chunk WHERE sha256 NOT IN (SELECT sha256 FROM artefact)",
    )
    assert soundness.check(shop.operator).wrong == ()
    wrong = soundness.check(shop.operator, deep=True).wrong
    assert len(wrong) == 1
    assert "cannot be read again:" in wrong[0]


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres_url, tmp_path):
    store = open_store(postgres_url)
    shop = make(store, tmp_path)
    assert soundness.check(shop.operator, deep=True).wrong == ()
    break_it(store, *(way for way, _ in BROKEN.values()))
    wrong = soundness.check(shop.operator).wrong
    for said in (said for _, said in BROKEN.values()):
        assert any(re.search(said, sentence) for sentence in wrong), (said, wrong)
    store.close()


def test_a_database_that_cannot_be_asked_is_told(sound, tmp_path):
    shutil.copy(sound, tmp_path / "s.db")
    store = open_store(str(tmp_path / "s.db"))
    with writing(store, bump=False) as connection:
        run(connection, "CREATE TABLE spare (x INTEGER)")
        run(connection, "PRAGMA writable_schema = ON")
        run(connection, "UPDATE sqlite_master SET rootpage = 3 WHERE name = 'spare'")
    store.close()
    again = open_store(str(tmp_path / "s.db"))
    assert any("SQLite finds damage" in said for said in soundness.check(Shop(again, tmp_path).operator).wrong)
    again.close()


def test_only_administrators_check(shop):
    with pytest.raises(AccessError):
        soundness.check(shop.operator.acting_as(Person(7, "vera", "Vera", Role.VIEWER)))


@pytest.mark.parametrize("size", [*range(20), 33, 64, 65])
def test_the_growing_tree_is_the_tree(size):
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    tree = GrowingTree()
    for leaf in leaves:
        tree.add(leaf)
    assert (tree.size, tree.root) == (size, root(leaves))
