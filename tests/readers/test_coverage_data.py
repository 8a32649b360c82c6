import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from coverage import CoverageData

from dashboard.errors import CountersignError
from dashboard.readers import _coverage_database as database
from dashboard.readers._tally import Tally
from dashboard.readers.coverage_data import READER

FIXTURES = Path(__file__).parents[1] / "fixtures" / "coverage-data"
FILES = sorted(FIXTURES.glob("*/*.coverage"))
HINT = "coverage json"


def name(path):
    return f"{path.parent.name}/{path.stem}"


def altered(path, *statements):
    """Give the bytes of a data file after SQL statements were carried out on it."""
    with closing(sqlite3.connect(path)) as connection:
        for sql in statements:
            connection.execute(sql)
        connection.commit()
    return path.read_bytes()


@pytest.fixture
def measured(tmp_path):
    """Give a way to the bytes of a data file with these lines a context."""

    def write(lines, *statements, arcs=False):
        path = tmp_path / "data"
        data = CoverageData(basename=str(path))
        for context, by_file in lines.items():
            data.set_context(context)
            (data.add_arcs if arcs else data.add_lines)(by_file)
        data.close()
        return altered(path, *statements)

    return write


@pytest.mark.parametrize("path", FILES, ids=name)
def test_what_ran_is_read_and_no_total_is_made_of_it(reading, path):
    records, ledger = reading(READER, path.read_bytes())
    tally = Tally()
    for record in records:
        assert {*record[1:8]} == {None}
        assert (record.missed, record.partial) == ("", "")
        tally.add(record)
    expected = json.loads(path.with_name(f"{path.name}.expected.json").read_text("utf-8"))
    assert tally.counts(READER.kind) == expected["counts"]
    assert ledger.incomplete
    assert HINT in ledger.notes["no-totals"].message
    assert ledger.producer == path.parent.name.replace("-", " ")
    by_path = {record.path: record.hit for record in records}
    assert sorted(by_path) == ["shop/__init__.py", "shop/cart.py", "shop/ship.py"]
    assert by_path["shop/ship.py"] == "1-2,4-5"


def test_contexts_are_counted_by_file(reading, measured):
    body = measured({"": {"a.py": [1]}, "one": {"a.py": [2], "b.py": [7]}, "two": {"a.py": [2, 3]}})
    records, ledger = reading(READER, body)
    assert [(record.path, record.hit) for record in records] == [("a.py", "1-3"), ("b.py", "7")]
    assert ledger.facts["contexts"] == {"count": 2, "first": ["one", "two"], "by_file": {"a.py": 2, "b.py": 1}}


def test_many_contexts_are_not_all_listed(reading, measured):
    body = measured({f"{'long' * 60}{n}": {"a.py": [n + 1]} for n in range(120)})
    _, ledger = reading(READER, body)
    assert ledger.facts["contexts"]["count"] == 120
    assert len(json.dumps(ledger.facts)) < 20_000


def test_arcs_give_lines(reading, measured):
    (record,), ledger = reading(READER, measured({"": {"a.py": [(-1, 1), (1, 2), (2, 9), (9, -1)]}}, arcs=True))
    assert (record.hit, ledger.facts["branches_measured"]) == ("1-2,9", True)


def test_no_file_is_nothing_measured(reading, measured):
    records, ledger = reading(READER, measured({"": {}}))
    assert not records
    assert ledger.incomplete
    assert {"no-files", "no-totals"} == set(ledger.notes)


ONE = {"": {"a.py": [1, 2]}}
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 'a.py' AS path FROM n"

ALWAYS = "GENERATED ALWAYS AS (zeroblob(1000000000))"


@pytest.mark.parametrize(
    ("statements", "slug"),
    [
        (["DROP TABLE coverage_schema"], "not-coverage-data"),
        (["UPDATE coverage_schema SET version = 6"], "not-coverage-data"),
        (["INSERT INTO coverage_schema VALUES (7)"], "not-coverage-data"),
        (["DELETE FROM coverage_schema"], "not-coverage-data"),
        (["CREATE TABLE more (a)"], "not-coverage-data"),
        (["DROP TABLE tracer"], "not-coverage-data"),
        (["DROP TABLE file", f"CREATE VIEW file AS {ENDLESS}"], "not-coverage-data"),
        (["CREATE TRIGGER t AFTER INSERT ON file BEGIN DELETE FROM file; END"], "not-coverage-data"),
        (["CREATE INDEX i ON file (path || path)"], "not-coverage-data"),
        ([f"ALTER TABLE file ADD COLUMN big {ALWAYS}"], "not-coverage-data"),
        (["DROP TABLE file", f'CREATE TABLE file (id, path, "--" text, a {ALWAYS})'], "not-coverage-data"),
        (["DROP TABLE file", f"CREATE TABLE file (id, path, /*\n--*/ a {ALWAYS})"], "not-coverage-data"),
        (["DROP TABLE tracer", "CREATE VIRTUAL TABLE tracer USING fts5(words)"], "not-coverage-data"),
        (["DROP TABLE coverage_schema", "CREATE VIRTUAL TABLE coverage_schema USING fts5(w)"], "not-coverage-data"),
        (["UPDATE line_bits SET numbits = 5"], "not-coverage-data"),
        (["UPDATE line_bits SET numbits = zeroblob(125001)"], "not-coverage-data"),
        (["UPDATE file SET path = x'ff'"], "not-coverage-data"),
        (["UPDATE meta SET value = 'many' WHERE key = 'has_arcs'"], "not-coverage-data"),
        (["INSERT INTO arc VALUES (1, 1, 1, 9000000)"], "not-coverage-data"),
        (["INSERT INTO arc VALUES (1, 1, 'x', 1)"], "not-coverage-data"),
        (["INSERT INTO context VALUES (9, x'00')"], "not-coverage-data"),
        (["UPDATE file SET path = CAST(x'ff' AS text)"], "coverage-data-damaged"),
    ],
)
def test_refuses_what_coverage_does_not_write(refusal, measured, statements, slug):
    assert refusal(READER, measured(ONE, *statements)) == slug


@pytest.mark.parametrize(
    "body",
    [
        b"SQLite format 3\x00",
        b"SQLite format 3\x00" + bytes(200),
        b"SQLite format 3\x00" + b"\xff" * 4000,
    ],
)
def test_refuses_what_only_begins_like_a_database(reading, body):
    with pytest.raises(CountersignError) as caught:
        reading(READER, body)
    assert caught.value.slug == "coverage-data-damaged"
    assert HINT in caught.value.hint


def test_another_database_is_named(reading, tmp_path):
    with pytest.raises(CountersignError, match="something else") as caught:
        reading(READER, altered(tmp_path / "shop.db", "CREATE TABLE coverage (percent REAL)"))
    assert caught.value.slug == "not-coverage-data"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_cut_off_file_is_refused(refusal, path):
    body = path.read_bytes()
    for size in range(100, len(body), 4096):
        assert refusal(READER, body[:size]) in {"coverage-data-damaged", "not-coverage-data"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_changed_byte_never_crashes(reading, path):
    body = path.read_bytes()
    for at in [*range(16, 110), *range(110, len(body), 1999)]:
        for byte in (0, 1, 0x7F, 0xFF):
            try:
                reading(READER, body[:at] + bytes([byte]) + body[at + 1 :])
            except CountersignError as error:
                assert error.slug  # noqa: PT017 - most of these are still whole


@pytest.mark.parametrize("what", range(len(database._SIZES)))
def test_what_is_held_in_memory_is_bounded(refusal, measured, monkeypatch, what):
    lines = {"": {"a.py": [1, 2], "b.py": [1]}, "one": {"a.py": [3]}}
    arcs = {"": {"a.py": [(1, 2), (2, 3)], "b.py": [(1, 2)]}, "one": {"a.py": [(3, 4)]}}
    label, _, sql = database._SIZES[what]
    monkeypatch.setattr(database, "_SIZES", ((label, 1, sql),))
    body = measured(arcs, arcs=True) if "jumps" in label else measured(lines)
    assert refusal(READER, body) == "coverage-data-too-large"
