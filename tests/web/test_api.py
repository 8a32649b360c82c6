"""The API: who may, how much, what comes back, and which errors are said how."""

import hashlib
import json

import pytest

from dashboard.errors import (
    AccessError,
    ArtefactError,
    ConflictError,
    CountersignError,
    LimitError,
    MalformedArtefactError,
    NotFoundError,
    PolicyError,
    StoreError,
    UnknownFormatError,
    UsageError,
)
from dashboard.model.person import Role
from dashboard.services import admin
from dashboard.store.transaction import run, writing
from dashboard.web.answers import status_of

SUBJECT = "3f9c2a1" + "0" * 33
OURS = {"origin": "http://localhost:8501"}
JUNIT = (
    b'<testsuites><testsuite name="s" tests="2"><testcase classname="a" name="one" time="0.1"/>'
    b'<testcase classname="a" name="two"><skipped/></testcase></testsuite></testsuites>'
)
WHERE = {"project": "shop", "subject": SUBJECT, "branch": "main", "version": "2.4.0", "run": "r1", "name": "junit.xml"}


@pytest.fixture
def token(client, people, sign_in, operator):
    """A project that exists, and a token for it."""
    sign_in(client, "engineer")
    assert put(client, headers=OURS).status_code == 201
    client.cookies.clear()
    return admin.add_token(operator, "shop", "nightly").secret


def put(client, body=JUNIT, headers=None, **change):
    return client.put("/api/v1/evidence", params=WHERE | change, content=body, headers=headers or {})


def bearer(secret):
    return {"authorization": f"Bearer {secret}"}


def test_a_pipeline_brings_evidence_with_its_token(client, token, operator):
    again = put(client, headers=bearer(token))
    assert (again.status_code, again.json()["status"]) == (200, "duplicate")
    answer = put(client, JUNIT.replace(b"two", b"three"), bearer(token), run="r2")
    assert answer.status_code == 201
    assert answer.json()["counts"]["cases"] == 2
    assert client.post("/api/v1/evidence", params=WHERE, content=JUNIT, headers=bearer(token)).status_code == 200
    assert token not in json.dumps(answer.json())


@pytest.mark.parametrize(
    ("change", "status", "slug"),
    [
        ({"project": "till"}, 401, "token-refused"),
        ({"project": "Shop"}, 200, None),  # the slug of the name
        ({"project": ""}, 422, "parameter-missing"),
        ({"subject": ""}, 422, "subject-missing"),
        ({"started_at": "2025-10-18T08:00:00Z", "as_of": "2025-10-18T16:00:00+02:00"}, 200, None),
        ({"started_at": "yesterday"}, 422, "moment-invalid"),
        ({"as_of": "2025-10-18T14:00:00"}, 422, "moment-invalid"),
    ],
)
def test_a_token_is_for_its_project(client, token, change, status, slug):
    answer = put(client, headers=bearer(token), **change)
    assert answer.status_code == status, answer.text
    if slug:
        assert set(answer.json()) == {"slug", "message", "hint"}
        assert answer.json()["slug"] == slug


@pytest.mark.parametrize("headers", [{}, OURS, bearer("countersign_x"), bearer(""), {"authorization": "Basic eDp5"}])
def test_nobody_brings_nothing(client, people, headers):
    answer = put(client, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, Role.AUDITOR, Role.MANAGER, Role.ADMIN])
def test_people_bring_evidence_by_role(client, people, sign_in, role):
    sign_in(client, str(role))
    answer = put(client, headers=OURS)
    may = role in {Role.ENGINEER, Role.AUDITOR, Role.ADMIN}
    assert answer.status_code == (201 if may else 403), answer.text


@pytest.mark.parametrize("headers", [{}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_cookie_alone_is_not_enough(client, people, sign_in, headers):
    sign_in(client, "engineer")
    assert put(client, headers=headers).status_code == 401
    assert client.get("/api/v1/projects").json() == {"projects": []}


def test_uploads_are_bounded(client, token):
    big = b"<testsuites>" + b" " * 200_000 + b"</testsuites>"
    answer = put(client, big, bearer(token))
    assert (answer.status_code, answer.json()["slug"]) == (413, "too-large")

    async def pieces():
        for _ in range(200):
            yield b" " * 1000

    answer = client.put("/api/v1/evidence", params=WHERE, content=pieces(), headers=bearer(token))
    assert (answer.status_code, answer.json()["slug"]) == (413, "too-large")


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"not xml", JUNIT[:-20], b"\x00" * 100])
def test_what_cannot_be_trusted_is_refused_whole(client, token, body):
    answer = put(client, body, bearer(token))
    assert answer.status_code == 422
    assert answer.json()["hint"]


def test_evidence_comes_back_as_it_went_in(client, token):
    digest = hashlib.sha256(JUNIT).hexdigest()
    answer = client.get(f"/api/v1/artefacts/{digest}")
    assert answer.content == JUNIT
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''junit.xml"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-length"] == str(len(JUNIT))
    for other in ("0" * 64, "x", digest.upper(), digest[:12]):
        assert client.get(f"/api/v1/artefacts/{other}").status_code == 404


def test_a_hostile_name_stays_a_name(client, token):
    body = JUNIT.replace(b"two", b"four")
    name = '..\\..\\evil"\r\nSet-Cookie: a=b;<script>.xml'
    assert put(client, body, bearer(token), name=name, run="r3").status_code == 201
    answer = client.get(f"/api/v1/artefacts/{hashlib.sha256(body).hexdigest()}")
    said = answer.headers["content-disposition"]
    assert "set-cookie" not in answer.headers
    assert not set(said.removeprefix("attachment; filename*=UTF-8''")) & set('"\r\n\\/ ;<>')


def test_projects_evaluation_and_report(client, token):
    projects = client.get("/api/v1/projects").json()["projects"]
    assert [project["slug"] for project in projects] == ["shop"]
    answer = client.get("/api/v1/evaluation", params={"project": "shop", "subject": SUBJECT[:7]})
    assert answer.status_code == 200
    assert answer.json()["decision"] == "NO-GO"
    assert answer.headers["cache-control"] == "no-store"
    what_if = client.get("/api/v1/evaluation", params={"project": "shop", "without": ["tests", "metrics"]}).json()
    assert set(what_if["what_if"]["without"]) == {"tests", "metrics"}
    report = client.get("/api/v1/report", params={"project": "shop", "version": "2.4.0"})
    assert report.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "NO-GO" in report.text


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("evaluation", {}, 422),
        ("evaluation", {"project": "nowhere"}, 404),
        ("evaluation", {"project": "shop", "subject": "ffffffff"}, 404),
        ("evaluation", {"project": "shop", "without": "hope"}, 422),
        ("report", {"project": "nowhere"}, 404),
        ("nothing", {}, 404),
    ],
)
def test_what_is_not_there(client, token, path, params, status):
    assert client.get(f"/api/v1/{path}", params=params).status_code == status


def test_a_token_reads_nothing_where_reading_is_closed(client_of, token, sign_in):
    closed = client_of(open_reading=False)
    for path in ("projects", "evaluation?project=shop", "report?project=shop", f"artefacts/{'0' * 64}"):
        assert closed.get(f"/api/v1/{path}", headers=bearer(token)).status_code == 401
    assert put(closed, JUNIT.replace(b"two", b"five"), bearer(token), run="r5").status_code == 201


def test_the_probe_tells_strangers_nothing(client, operator):
    assert client.get("/healthz").json() == {"status": "pass"}
    with writing(operator.store) as connection:
        run(connection, "ALTER TABLE project RENAME TO gone")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "fail"})


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (AccessError("x"), 403),
        (AccessError("x", slug="sign-in-needed"), 401),
        (AccessError("x", slug="token-refused"), 401),
        (NotFoundError("x"), 404),
        (ConflictError("x"), 409),
        (LimitError("x"), 413),
        (ArtefactError("x"), 422),
        (MalformedArtefactError("x"), 422),
        (UnknownFormatError("x"), 422),
        (PolicyError("x"), 422),
        (UsageError("x"), 422),
        (StoreError("x"), 503),
        (CountersignError("x"), 400),
    ],
)
def test_each_error_has_its_status(error, status):
    assert status_of(error) == status
