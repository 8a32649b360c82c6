"""The API over HTTP, served by the command, with machines and people at other doors at the same time."""

import io
import re
import zipfile
from urllib.parse import urlencode

import httpx
import pytest

REPORT = '<testsuite name="pytest"><testcase classname="shop.test_api" name="test_{}" time="0.01"/></testsuite>'
CANDIDATE = {"project": "shop", "subject": "3f9c2a1d"}


def evidence(site, name, body, **options):
    query = urlencode(CANDIDATE | {"name": name})
    return httpx.put(f"{site.url}/api/v1/evidence?{query}", content=body, timeout=60, **options)


@pytest.fixture
def shop(site, tmp_path):
    """A project with one report, and the token of its pipeline."""
    report = tmp_path / "junit.xml"
    report.write_text(REPORT.format("first"), "utf-8")
    site.door("ingest", report, "--project", "shop", "--subject", "3f9c2a1d", "--db", site.database)
    printed = site.door("token", "add", "--label", "ci", "--project", "shop", "--db", site.database).stdout
    secret = max(re.findall(r"[A-Za-z0-9_-]{20,}", printed), key=len)
    return site, {"Authorization": f"Bearer {secret}"}


def counted(site):
    answer = httpx.get(f"{site.url}/api/v1/evaluation", params=CANDIDATE, timeout=60).json()
    return next(g["fraction"] for g in answer["gates"] if g["id"] == "tests.pass_rate")


def test_reading_is_open_on_this_machine(shared_site):
    assert httpx.get(f"{shared_site.url}/healthz").status_code == 200
    projects = httpx.get(f"{shared_site.url}/api/v1/projects").json()
    assert "genesis-rebuild" in str(projects)
    answer = httpx.get(f"{shared_site.url}/api/v1/evaluation", params={"project": "genesis-rebuild"}).json()
    assert (answer["decision"], answer["score"], answer["points"]) == (
        "CONDITIONAL GO",
        "9.2",
        {"earned": "39.5", "possible": "43"},
    )
    without = {"project": "genesis-rebuild", "without": "metrics"}
    answer = httpx.get(f"{shared_site.url}/api/v1/evaluation", params=without).json()
    assert (answer["decision"], answer["score"]) == ("NO-GO", "7.1")
    assert "CONDITIONAL GO" in httpx.get(f"{shared_site.url}/api/v1/report", params={"project": "genesis-rebuild"}).text


def test_what_is_not_there_is_404_with_a_slug_and_a_hint(shared_site):
    answer = httpx.get(f"{shared_site.url}/api/v1/evaluation", params={"project": "nobody"})
    assert answer.status_code == 404
    assert {"slug", "message", "hint"} <= set(answer.json()) | set(answer.json().get("error", {}))
    assert httpx.get(f"{shared_site.url}/api/v1/artefacts/{'0' * 64}").status_code == 404


def test_a_pipeline_brings_evidence_while_others_read_and_write(shop, tmp_path):
    site, bearer = shop
    assert counted(site) == "1 of 1"
    for n in range(2, 6):
        if n % 2:
            answer = evidence(site, f"junit-{n}.xml", REPORT.format(n).encode(), headers=bearer)
            assert answer.status_code in {200, 201}
            assert answer.json()["status"] == "stored"
        else:
            report = tmp_path / f"junit-{n}.xml"
            report.write_text(REPORT.format(n), "utf-8")
            site.door("ingest", report, "--project", "shop", "--subject", "3f9c2a1d", "--db", site.database)
        assert counted(site) == f"{n} of {n}"
        assert httpx.get(site.url, timeout=60).status_code == 200


def test_an_archive_is_answered_with_its_members(shop):
    site, bearer = shop
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.xml", REPORT.format("a"))
        archive.writestr("b/b.xml", REPORT.format("b"))
        archive.writestr("../c.xml", REPORT.format("c"))
    answer = evidence(site, "reports.zip", buffer.getvalue(), headers=bearer)
    told = answer.json()
    assert (answer.status_code, told["status"], told["format"]) == (201, "stored", "archive")
    assert [m["status"] for m in told["members"]] == ["stored", "stored", "refused"]
    assert [m["path"] for m in told["members"][:2]] == ["reports.zip!a.xml", "reports.zip!b/b.xml"]
    assert told["members"][2]["error"]["slug"] == "member-path"
    assert counted(site) == "3 of 3"
    assert evidence(site, "reports.zip", buffer.getvalue(), headers=bearer).status_code == 200
    cut = evidence(site, "cut.zip", buffer.getvalue()[:-30], headers=bearer)
    assert (cut.status_code, cut.json()["slug"]) == (422, "zip-damaged")


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (b"", "empty-file"),
        (b"<testsuite><testcase name='a'>", "truncated"),
        (b"<!DOCTYPE html><html></html>", "html-page"),
        (b'{"a": NaN}', None),
    ],
)
def test_what_cannot_be_trusted_is_refused_and_not_stored(shop, body, slug):
    site, bearer = shop
    answer = evidence(site, "junit.xml", body, headers=bearer)
    assert answer.status_code == 422
    told = answer.json().get("error", answer.json())
    assert told["hint"]
    assert slug in {None, told["slug"]}
    assert counted(site) == "1 of 1"


def test_nobody_writes_without_a_token_or_across_sites(shop):
    site, bearer = shop
    assert evidence(site, "a.xml", REPORT.format(9).encode()).status_code == 401
    assert evidence(site, "a.xml", b"x", headers={"Authorization": "Bearer wrong"}).status_code == 401
    query = urlencode({"project": "genesis-rebuild", "subject": "3f9c2a1d", "name": "a.xml"})
    foreign = httpx.put(f"{site.url}/api/v1/evidence?{query}", content=REPORT.format(9), headers=bearer)
    assert foreign.status_code in {401, 403}
    forged = httpx.post(
        f"{site.url}/auth/login",
        data={"login": "cora", "passphrase": site.passphrases["cora"]},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert forged.status_code == 403
    assert counted(site) == "1 of 1"
