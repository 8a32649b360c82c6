"""Archives: walked within limits, never unpacked; what is refused is named, and a damaged one leaves nothing behind."""

import gzip
import io
import os
import struct
import tarfile
import zipfile
from datetime import UTC, datetime

import pytest
import zstandard

from dashboard.errors import CountersignError
from dashboard.model.person import Person, Role
from dashboard.services.context import Context
from dashboard.services.ingest import Refusal, ingest_all, ingest_body, make_target
from dashboard.services.inspection import inspect_file
from dashboard.settings import MIB, read_settings
from dashboard.store import frames
from dashboard.store.engine import open_store

SETTINGS = read_settings({})


def report(*names):
    cases = "".join(f'<testcase name="{name}" time="1"/>' for name in names)
    return f'<testsuite name="s">{cases}</testsuite>'.encode()


ONE, TWO, THREE = report("a"), report("b", "c"), report("d", "e", "f")
LOG = b"just some log output\n"


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, body in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            info.compress_type = method
            file.writestr(info, body)
    return buffer.getvalue()


def tarred(*members, format_=tarfile.PAX_FORMAT, pax_headers=None):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format_, pax_headers=pax_headers) as file:
        for name, body in members:
            if isinstance(name, tarfile.TarInfo):
                file.addfile(name)
                continue
            info = tarfile.TarInfo(name)
            info.size = len(body)
            file.addfile(info, io.BytesIO(body))
    return buffer.getvalue()


def odd(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def mode(name, bits):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, bits << 16
    return info


def encrypted(body, name):
    """Set the bit that says "encrypted" of one member, in its header and in the directory."""
    body = bytearray(body)
    for magic, flags, at in ((b"PK\3\4", 6, 30), (b"PK\1\2", 8, 46)):
        start = -1
        while (start := body.find(magic, start + 1)) >= 0:
            if body[start + at :].startswith(name):
                body[start + flags] |= 1
    return bytes(body)


ZST = zstandard.ZstdCompressor(write_checksum=True).compress


@pytest.fixture
def context(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'c.db'}")
    settings = read_settings({"COUNTERSIGN_HOME": str(tmp_path)})
    yield Context(
        settings, store, lambda: datetime(2025, 10, 18, 8, tzinfo=UTC), Person(None, "op", "Op", Role.OPERATOR)
    )
    store.close()


def target(context):
    return make_target(context, project="shop", subject="3f9c2a1d", run="one")


def take(context, body, name="reports.zip"):
    return ingest_all(context, io.BytesIO(body), name, target(context), origin="cli")


def inspected(tmp_path, body, name="reports.zip", settings=SETTINGS):
    path = tmp_path / "in" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(body)
    before = sorted(tmp_path.rglob("*"))
    found = inspect_file(path, settings)
    assert sorted(tmp_path.rglob("*")) == before
    return found


def stored(context):
    return [] if frames.projects(context.store).empty else list(frames.artefacts(context.store, "shop")["name"])


THREE_REPORTS = [("a.xml", ONE), ("unit/b.xml", TWO), ("./unit//c.xml", THREE), ("log.txt", LOG)]
ARCHIVES = {
    "reports.zip": zipped(*THREE_REPORTS),
    "stored.zip": zipped(*THREE_REPORTS, method=zipfile.ZIP_STORED),
    "reports.tar": tarred(*THREE_REPORTS),
    "gnu.tar": tarred(*THREE_REPORTS, format_=tarfile.GNU_FORMAT),
    "reports.tar.gz": gzip.compress(tarred(*THREE_REPORTS)),
    "reports.tar.zst": ZST(tarred(*THREE_REPORTS)),
    "no-suffix": ZST(tarred(*THREE_REPORTS, pax_headers={"comment": "from git archive"})),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_every_member_is_a_file_of_its_own(context, tmp_path, name):
    answer = inspected(tmp_path, ARCHIVES[name], name).as_dict()
    assert (answer["status"], answer["kind"], answer["format"]) == ("ok", "tests", "archive")
    assert answer["counts"] == {"members": 4, "reports": 3, "refused": 0}
    assert [m["counts"]["cases"] for m in answer["members"]] == [1, 2, 3]
    assert [(n["slug"], n["count"]) for n in answer["notes"]] == [("unknown-format", 1)]

    intake = take(context, ARCHIVES[name], name)
    assert [o.status for o in intake.outcomes] == ["stored", "stored", "stored", "skipped"]
    told = intake.as_dict()
    assert (told["status"], told["format"], len(told["members"])) == ("stored", "archive", 4)
    paths = [f"{name}!{path}" for path in ("a.xml", "unit/b.xml", "unit/c.xml")]
    assert sorted(stored(context)) == paths
    assert [m["sha256"] for m in answer["members"]] == [o.sha256 for o in intake.outcomes[:3]]
    again = take(context, ARCHIVES[name], name)
    assert [o.status for o in again.outcomes] == ["duplicate"] * 3 + ["skipped"]


def test_one_report_in_an_archive_is_its_answer(tmp_path):
    found = inspected(tmp_path, zipped(("../../evil.xml", TWO), ("ok/junit.xml", ONE)))
    assert (found.format, found.counts["cases"], found.status) == ("junit-xml", 1, "incomplete")
    assert [(n["slug"], n["count"]) for n in found.notes] == [("member-path", 1)]
    assert found.path.endswith("reports.zip")


def test_kinds_that_differ_are_not_called_by_one(tmp_path):
    variants = b'"variants": {"on": true, "off": false}, "defaultVariant": "on"'
    flags = b'{"flags": {"new-checkout": {"state": "ENABLED", %s}}}' % variants
    found = inspected(tmp_path, zipped(("junit.xml", ONE), ("flags.json", flags)))
    assert (found.kind, found.format) == (None, "archive")


def test_compressed_members_are_opened_one_deep(tmp_path):
    body = tarred(("a.xml.gz", gzip.compress(ONE)), ("b.xml.zst", ZST(TWO)), ("c.zip", zipped(("x.xml", ONE))))
    found = inspected(tmp_path, body, "r.tar")
    assert [m.counts["cases"] for m in found.members] == [1, 2]
    assert [n["slug"] for n in found.notes] == ["nested-archive"]


LONG = "x" * 1100
ODD = {
    "traversal": (zipped(("../evil.xml", ONE), ("ok.xml", ONE)), "member-path", "refused"),
    "traversal inside": (zipped(("a/../../evil.xml", ONE), ("ok.xml", ONE)), "member-path", "refused"),
    "backslashes": (zipped(("..\\..\\evil.xml", ONE), ("ok.xml", ONE)), "member-path", "refused"),
    "absolute": (zipped(("/evil.xml", ONE), ("ok.xml", ONE)), "member-path", "refused"),
    "drive": (zipped(("C:\\evil.xml", ONE), ("ok.xml", ONE)), "member-path", "refused"),
    "control characters": (zipped(("a\x1b[2J.xml", ONE), ("ok.xml", ONE)), "member-path", "refused"),
    "long name": (tarred((LONG, ONE), ("ok.xml", ONE)), "member-path", "refused"),
    "zip symlink": (zipped((mode("l", 0o120777), b"/etc/passwd"), ("ok.xml", ONE)), "member-link", "skipped"),
    "zip device": (zipped((mode("d", 0o060600), b""), ("ok.xml", ONE)), "member-special", "skipped"),
    "encrypted": (encrypted(zipped(("s.xml", ONE), ("ok.xml", ONE)), b"s.xml"), "member-encrypted", "refused"),
    "bzip2": (zipped(("s.xml", ONE), method=zipfile.ZIP_BZIP2), "member-method", "refused"),
    "nested zip": (zipped(("in.zip", zipped(("a.xml", ONE))), ("ok.xml", ONE)), "nested-archive", "refused"),
    "nested tar.gz": (zipped(("t", gzip.compress(tarred(("a", ONE)))), ("ok.xml", ONE)), "nested-archive", "refused"),
    "xz": (zipped(("a.xz", b"\xfd7zXZ\0..."), ("ok.xml", ONE)), "unsupported-container", "refused"),
    "tar traversal": (tarred(("../evil.xml", ONE), ("ok.xml", ONE)), "member-path", "refused"),
    "tar absolute": (tarred(("/evil.xml", ONE), ("ok.xml", ONE)), "member-path", "refused"),
    "tar symlink": (tarred(odd("l", tarfile.SYMTYPE, "/etc/passwd"), ("ok.xml", ONE)), "member-link", "skipped"),
    "tar hard link": (tarred(odd("l", tarfile.LNKTYPE, "ok.xml"), ("ok.xml", ONE)), "member-link", "skipped"),
    "tar device": (tarred(odd("d", tarfile.CHRTYPE), ("ok.xml", ONE)), "member-special", "skipped"),
    "tar pipe": (tarred(odd("d", tarfile.FIFOTYPE), ("ok.xml", ONE)), "member-special", "skipped"),
    "tar sparse": (tarred(odd("s", tarfile.GNUTYPE_SPARSE), ("ok.xml", ONE)), "member-sparse", "refused"),
}


@pytest.mark.parametrize("case", ODD)
def test_what_is_not_read_is_named_and_the_others_are_read(context, tmp_path, monkeypatch, case):
    body, slug, status = ODD[case]
    monkeypatch.chdir(tmp_path)
    if case == "bzip2":
        assert inspected(tmp_path, body).error["slug"] == "no-report-in-archive"
        return
    found = inspected(tmp_path, body)
    assert [(n["slug"], n["count"]) for n in found.notes] == [(slug, 1)]
    assert (found.counts["cases"], found.status) == (1, "ok" if status == "skipped" else "incomplete")
    before = {path for path in tmp_path.rglob("*") if "c.db" not in path.name}
    outcomes = take(context, body).outcomes
    assert {path for path in tmp_path.rglob("*") if "c.db" not in path.name} == before
    assert not os.path.lexists("/evil.xml")
    assert [o.status for o in outcomes] == [status, "stored"]
    assert isinstance(outcomes[0], Refusal) and outcomes[0].error.slug == slug and outcomes[0].error.hint
    assert outcomes[0].path.isprintable()
    assert stored(context) == ["reports.zip!ok.xml"]


def test_namesakes_are_both_read(context):
    with pytest.warns(UserWarning, match="Duplicate name"):
        body = zipped(("a.xml", ONE), ("a.xml", TWO))
    for archive in (body, tarred(("a.xml", ONE), ("./a.xml", TWO))):
        found = take(context, archive)
        assert [(o.path, o.counts["cases"]) for o in found.outcomes] == [
            ("reports.zip!a.xml", 1),
            ("reports.zip!a.xml (2)", 2),
        ]


def flipped(body, at):
    body = bytearray(body)
    body[at] ^= 0x55
    return bytes(body)


NOISE = os.urandom(3000)
STORED_ZIP = zipped(("a.xml", ONE), ("noise", NOISE), method=zipfile.ZIP_STORED)
PLAIN_TAR = tarred(("a.xml", ONE), ("b.xml", TWO), format_=tarfile.USTAR_FORMAT)
SPACES = b"<testsuite>" + b" " * (40 * MIB)
PAX_BOMB = tarfile.TarInfo("p")
PAX_BOMB.type, PAX_BOMB.size = tarfile.XHDTYPE, 2 * MIB
HUGE = tarfile.TarInfo("h")
HUGE.size = 1 << 40
MANY = [(f"{n}.xml", ONE) for n in range(3000)]
REFUSED = {
    "zip: checksum": (flipped(STORED_ZIP, STORED_ZIP.find(NOISE) + 7), "zip-damaged"),
    "zip: cut off": (STORED_ZIP[:-60], "zip-damaged"),
    "zip: head only": (STORED_ZIP[:40], "zip-damaged"),
    "zip: other name in its header": (flipped(STORED_ZIP, 30), "zip-damaged"),
    "zip: bomb": (zipped(("a.xml", ONE), ("bomb.xml", SPACES)), "archive-bomb"),
    "zip: many small bombs": (zipped(*((f"{n}.xml", SPACES[: 9 * MIB]) for n in range(3))), "archive-bomb"),
    "zip: 3,000 members": (zipped(*MANY), "too-many-members"),
    "zip: empty": (zipped(), "empty-archive"),
    "zip: folders only": (zipped(("a/", b"")), "empty-archive"),
    "zip: no report": (zipped(("a.txt", LOG), ("b.txt", LOG)), "no-report-in-archive"),
    "zip: nothing is read": (zipped(("../a.xml", ONE)), "no-report-in-archive"),
    "tar: header": (flipped(PLAIN_TAR, 1024), "tar-damaged"),
    "tar: no end mark": (PLAIN_TAR[:2048], "truncated"),
    "tar: cut inside a member": (PLAIN_TAR[:1536], "truncated"),
    "tar: cut inside a header": (PLAIN_TAR[:1200], "truncated"),
    "tar: larger than it is": (HUGE.tobuf(tarfile.GNU_FORMAT) + bytes(2048), "truncated"),
    "tar: another one behind": (PLAIN_TAR + PLAIN_TAR, "tar-damaged"),
    "tar: header of 2 MiB": (PAX_BOMB.tobuf() + bytes(3 * MIB), "archive-header-too-large"),
    "tar: 3,000 members": (tarred(*MANY), "too-many-members"),
    "tar: folders only": (tarred(odd("a", tarfile.DIRTYPE)), "empty-archive"),
    "tar.gz: bomb": (gzip.compress(tarred(("a.xml", ONE), ("b.xml", SPACES))), "gzip-bomb"),
    "tar.gz: cut off": (gzip.compress(PLAIN_TAR)[:-20], "truncated"),
    "tar.zst: bomb": (ZST(tarred(("a.xml", ONE), ("b.xml", SPACES))), "zstd-bomb"),
    "tar.zst: cut off": (ZST(tarred(("a", ONE), ("noise", NOISE)))[:-200], "truncated"),
    "tar.zst: checksum": (flipped(ZST(tarred(("a", ONE), ("noise", NOISE))), -1), "zstd-damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_archive_that_cannot_be_trusted_leaves_nothing_behind(context, tmp_path, case):
    body, slug = REFUSED[case]
    found = inspected(tmp_path, body)
    assert (found.status, found.error["slug"]) == ("refused", slug)
    assert found.error["hint"] and found.counts == {}
    with pytest.raises(CountersignError) as caught:
        take(context, body)
    assert caught.value.slug == slug
    assert stored(context) == []


@pytest.mark.parametrize("attribute", ["12 size=abc\n", "99 path=a\n", "x\n", "9 nothing"])
def test_pax_attributes_that_break_their_grammar_are_refused(tmp_path, attribute):
    header = tarfile.TarInfo("p")
    header.type, header.size = tarfile.XHDTYPE, len(attribute)
    body = header.tobuf() + attribute.encode().ljust(512, b"\0") + PLAIN_TAR
    assert inspected(tmp_path, body).error["slug"] == "tar-damaged"


def test_members_together_have_the_limit_of_a_file(tmp_path):
    small = read_settings({"COUNTERSIGN_MAX_ARTEFACT_MIB": "1"})
    noise = os.urandom(300_000).hex().encode()
    found = inspected(tmp_path, zipped(("a.xml", ONE), ("b", noise), ("c", noise)), settings=small)
    assert found.error["slug"] == "too-large" and "COUNTERSIGN_MAX_ARTEFACT_MIB" in found.error["message"]


def test_compressed_members_share_the_limit_too(tmp_path):
    bomb = gzip.compress(b"x" * (9 * MIB))
    found = inspected(tmp_path, tarred(("a.xml", ONE), *((f"{n}.gz", bomb) for n in range(9))))
    assert found.counts["cases"] == 1
    assert "archive-bomb" in [note["slug"] for note in found.notes]


def test_a_damaged_report_is_refused_and_its_neighbours_are_stored(context, tmp_path):
    body = zipped(("a.xml", ONE), ("cut.xml", TWO[:-9]), ("c.xml", THREE))
    found = inspected(tmp_path, body)
    assert (found.status, found.counts["refused"]) == ("incomplete", 1)
    assert [m.status for m in found.members] == ["ok", "refused", "ok"]
    assert [o.status for o in take(context, body).outcomes] == ["stored", "refused", "stored"]
    told = take(context, zipped(("cut.xml", TWO[:-9]))).as_dict()
    assert (told["status"], told["members"][0]["error"]["slug"]) == ("refused", "truncated")


def test_a_directory_that_lies_about_sizes_is_refused(tmp_path):
    body = bytearray(zipped(("a.xml", ONE), method=zipfile.ZIP_STORED))
    at = body.find(b"PK\1\2") + 24
    body[at : at + 4] = struct.pack("<L", len(ONE) - 4)
    assert inspected(tmp_path, bytes(body)).error["slug"] == "zip-damaged"


def test_one_file_is_taken_as_before_and_an_archive_is_not_one_file(context):
    told = take(context, ZST(ONE), "junit.xml.zst").as_dict()
    assert (told["status"], told["format"], told["counts"]["cases"]) == ("stored", "junit-xml", 1)
    with pytest.raises(CountersignError) as caught:
        ingest_body(context, io.BytesIO(zipped(("a.xml", ONE))), "a.zip", target(context), origin="cli")
    assert caught.value.slug == "nested-archive"
