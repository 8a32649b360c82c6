"""Spooling, recognising and inspecting: bad input is an answer and never an exception."""

import gzip
import hashlib
import io
import json
import os
import zipfile

import pytest
import zstandard

from dashboard.errors import CountersignError
from dashboard.services._streams import CHUNK
from dashboard.services.inspection import inspect_file
from dashboard.services.reading import open_reading, spool
from dashboard.settings import MIB, read_settings

REPORT = (
    b'<testsuite name="s" tests="2"><testcase name="a" time="1"/><testcase name="b"><failure/></testcase></testsuite>'
)
SETTINGS = read_settings({})
SMALL = read_settings({"COUNTERSIGN_MAX_ARTEFACT_MIB": "1"})


def counts(body: bytes, name: str = "junit.xml"):
    with spool(io.BytesIO(body), name, SETTINGS) as spooled:
        reading = open_reading(spooled)
        list(reading.records)
        return reading.tally.counts(reading.reader.kind), reading.ledger


def refusal(body: bytes, settings=SETTINGS) -> CountersignError:
    with pytest.raises(CountersignError) as caught:
        spool(io.BytesIO(body), "x", settings)
    assert caught.value.hint
    return caught.value


def test_the_digest_is_of_the_file_as_given():
    packed = gzip.compress(REPORT, mtime=0)
    for body in (REPORT, packed):
        with spool(io.BytesIO(body), "junit.xml", SETTINGS) as spooled:
            assert (spooled.sha256, spooled.size) == (hashlib.sha256(body).hexdigest(), len(body))
            assert (spooled.raw.seek(0), spooled.raw.read()) == (0, body)
            assert (spooled.content.seek(0), spooled.content.read()) == (0, REPORT)


def test_records_are_counted_on_their_way():
    found, ledger = counts(REPORT)
    assert (found["cases"], found["passed"], found["failed"]) == (2, 1, 1)
    assert (ledger.seen, ledger.notes) == (2, {})


PACKED = gzip.compress(REPORT, mtime=0)
IN_PIECES = b"".join(gzip.compress(REPORT[at : at + 20], mtime=0) for at in range(0, len(REPORT), 20))


@pytest.mark.parametrize("body", [PACKED, PACKED + b"\0" * 512, IN_PIECES], ids=["one", "padded", "in pieces"])
def test_gzip_is_opened_by_its_content_whatever_its_name(body):
    assert counts(body, "junit.xml")[0]["cases"] == 2


ZSTD = zstandard.ZstdCompressor(write_checksum=True).compress
SKIPPED = b"\x50\x2a\x4d\x18\x03\0\0\0abc"


@pytest.mark.parametrize(
    "body",
    [ZSTD(REPORT), ZSTD(REPORT[:30]) + ZSTD(REPORT[30:]), SKIPPED + ZSTD(REPORT) + SKIPPED, ZSTD(REPORT) + b"\0" * 9],
    ids=["one", "in pieces", "skippable frames", "padded"],
)
def test_zstandard_is_opened_by_its_content_whatever_its_name(body):
    assert counts(body, "junit.xml")[0]["cases"] == 2


@pytest.mark.parametrize("name", ["junit.xml.GZ", "junit.xml.zst"])
def test_a_name_that_promises_compression_is_noted(name):
    found, ledger = counts(REPORT, name)
    assert found["cases"] == 2
    assert "not-compressed" in ledger.notes


def test_a_file_has_a_limit_that_names_its_variable():
    error = refusal(b" " * (MIB + 1), SMALL)
    assert error.slug == "too-large"
    assert "COUNTERSIGN_MAX_ARTEFACT_MIB" in str(error) and "1 MiB" in str(error)
    error = refusal(gzip.compress(b" " * (MIB + 1)), SMALL)
    assert error.slug == "too-large" and "decompressed" in str(error)


def test_a_bomb_stops_long_before_the_limit():
    error = refusal(gzip.compress(b"\0" * (40 * MIB)))
    assert error.slug == "gzip-bomb"
    assert "200" in str(error)
    error = refusal(ZSTD(b"\0" * (40 * MIB)))
    assert error.slug == "zstd-bomb"
    assert "200" in str(error)


def test_zstandard_has_the_limit_of_a_file():
    assert refusal(ZSTD(os.urandom(600_000).hex().encode()), SMALL).slug == "too-large"


def test_a_window_larger_than_zstandard_opens_by_itself_is_refused():
    window = zstandard.ZstdCompressionParameters(window_log=28, write_content_size=False)
    stream = zstandard.ZstdCompressor(compression_params=window).compressobj()
    assert refusal(stream.compress(REPORT) + stream.flush()).slug == "zstd-damaged"


@pytest.mark.parametrize("packed", [gzip.compress(REPORT), ZSTD(REPORT)], ids=["gzip", "zstd"])
def test_what_follows_the_last_stream_is_not_lost_in_silence(packed):
    for body in (packed + b"<testsuite/>", packed + b"\0" * 300_000 + b"x"):
        assert refusal(body).slug.endswith("-damaged")


@pytest.mark.parametrize("into", range(4))
def test_a_stream_that_starts_at_the_edge_of_a_chunk_is_read(into):
    empty = gzip.compress(b"", mtime=0)
    named = bytearray(empty)
    named[3] |= 8  # a name follows the header, up to a zero: room to place the next stream to the byte
    filler = bytes(named[:10]) + b"n" * (CHUNK - into - len(empty) - 1) + b"\0" + bytes(named[10:])
    assert len(filler) == CHUNK - into
    assert counts(filler + PACKED)[0]["cases"] == 2


@pytest.mark.parametrize("cut", [4, 9, 40, -1, -5])
def test_a_cut_zstandard_file_is_refused(cut):
    assert refusal(ZSTD(REPORT)[:cut]).slug == "truncated"


def test_a_damaged_zstandard_file_is_refused():
    body = bytearray(ZSTD(os.urandom(5000)))
    body[-1] ^= 0xFF
    assert refusal(bytes(body)).slug == "zstd-damaged"


@pytest.mark.parametrize("cut", [3, 12, 60, -1, -9])
def test_a_cut_gzip_is_refused(cut):
    assert refusal(gzip.compress(REPORT, mtime=0)[:cut]).slug == "truncated"


def test_a_damaged_gzip_is_refused():
    body = bytearray(gzip.compress(os.urandom(5000)))
    body[-6] ^= 0xFF
    assert refusal(bytes(body)).slug == "gzip-damaged"


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, REPORT)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (archive("../../evil.xml", "ok/junit.xml"), "nested-archive"),
        (archive(), "nested-archive"),
        (b"x" * 257 + b"ustar\x0000", "nested-archive"),
        (gzip.compress(archive("a")), "nested-archive"),
        (b"BZh91AY&SY", "unsupported-container"),
        (b"\xfd7zXZ\x00\x00", "unsupported-container"),
        (b"7z\xbc\xaf\x27\x1c", "unsupported-container"),
        (b"Rar!\x1a\x07\x01", "unsupported-container"),
    ],
)
def test_containers_are_named_and_not_opened_as_one_file(body, slug, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refusal(body).slug == slug
    assert list(tmp_path.iterdir()) == []


def test_an_inspection_says_everything(tmp_path):
    path = tmp_path / "junit.xml"
    path.write_bytes(REPORT)
    answer = inspect_file(path, SETTINGS).as_dict()
    json.dumps(answer, allow_nan=False)
    assert {"path", "sha256", "kind", "format", "producer", "status", "error", "counts", "notes", "ledger"} <= set(
        answer
    )
    assert (answer["status"], answer["kind"], answer["format"]) == ("ok", "tests", "junit-xml")
    assert answer["error"] is None
    assert answer["counts"]["cases"] == 2
    assert answer["notes"] == []
    assert answer["ledger"]["seen"] == answer["ledger"]["kept"] == 2


def test_what_a_file_says_is_missing_makes_it_incomplete(tmp_path):
    path = tmp_path / "junit.xml"
    path.write_bytes(b'<testsuite name="s" tests="5"/>')
    assert inspect_file(path, SETTINGS).status == "incomplete"


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (b"", "empty-file"),
        (REPORT[:-3], "truncated"),
        (b"<html></html>", "html-page"),
        (gzip.compress(b"", mtime=0), "empty-file"),
        (b"\x1f\x8b", "truncated"),
        (b"BZh91AY&SY", "unsupported-container"),
    ],
)
def test_bad_input_is_refused_with_its_reason(tmp_path, body, slug):
    path = tmp_path / "report"
    path.write_bytes(body)
    answer = inspect_file(path, SETTINGS).as_dict()
    assert (answer["status"], answer["error"]["slug"]) == ("refused", slug)
    assert answer["error"]["message"] and answer["error"]["hint"]
    assert answer["counts"] == {}


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert inspect_file(tmp_path, SETTINGS).error["slug"] == "not-a-file"
    assert inspect_file(tmp_path / "pipe", SETTINGS).error["slug"] == "not-a-file"
    assert inspect_file(tmp_path / "absent", SETTINGS).error["slug"] == "no-such-file"
    assert inspect_file(tmp_path / ("x" * 5000), SETTINGS).status == "refused"


def test_the_limit_of_one_document_is_the_settings_own(tmp_path):
    flags = tmp_path / "flags.json"
    flags.write_text(json.dumps({"flags": {f"flag-{n}": True for n in range(80_000)}}), "utf-8")
    assert inspect_file(flags, SETTINGS).status == "ok"
    error = inspect_file(flags, read_settings({"COUNTERSIGN_MAX_JSON_MIB": "1"})).error
    assert error["slug"] == "json-too-large"
    assert "1 MiB" in error["message"]
