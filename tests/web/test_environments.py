"""One commit for staging and production over HTTP: the parameter ``environment``, and what is said without it."""

from urllib.parse import quote

import pytest

from dashboard.services import admin

SUBJECT = "3f9c2a1" + "0" * 33
GOOD = b'<testsuite name="s" tests="1"><testcase classname="a" name="one" time="0.1"/></testsuite>'
BAD = GOOD.replace(b"/></", b"><failure>no</failure></testcase></")


@pytest.fixture
def secret(client, people, sign_in, operator):
    sign_in(client, "engineer")
    for environment, body in (("staging", GOOD), ("production", BAD)):
        ours = {"origin": "http://localhost:8501"}
        assert put(client, body, ours, environment=environment, run="r1").status_code == 201
    client.cookies.clear()
    return admin.add_token(operator, "shop", "nightly").secret


def put(client, body, headers, **more):
    where = {"project": "shop", "subject": SUBJECT, "version": "2.4.0", "name": "junit.xml"} | more
    return client.put("/api/v1/evidence", params=where, content=body, headers=headers)


def test_evidence_goes_to_the_environment_that_is_named(client, secret):
    bearer = {"authorization": f"Bearer {secret}"}
    again = put(client, GOOD, bearer, environment="staging", run="r1")
    assert (again.status_code, again.json()["status"]) == (200, "duplicate")
    other = put(client, GOOD, bearer, environment="production", run="r2")
    assert (other.status_code, other.json()["status"]) == (201, "stored")
    assert again.json()["candidate_id"] != other.json()["candidate_id"]
    for environment in ({}, {"environment": ""}):
        refused = put(client, GOOD, bearer, **environment)
        assert (refused.status_code, refused.json()["slug"]) == (422, "environment-ambiguous")
        assert "environment" in refused.json()["hint"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/evaluation?project=shop&subject={}",
        "/api/v1/report?project=shop&subject={}",
        "/report/shop/{}.html?x=1",
    ],
)
def test_a_reader_says_which_one(client, secret, path):
    path = path.format(SUBJECT)
    refused = client.get(path)
    assert (refused.status_code, refused.json()["slug"]) == (422, "environment-ambiguous")
    assert client.get(f"{path}&environment=test").status_code == 404
    found = {name: client.get(f"{path}&environment={quote(name)}") for name in ("staging", "production")}
    assert {answer.status_code for answer in found.values()} == {200}
    assert found["staging"].content != found["production"].content
    assert all(name in answer.text for name, answer in found.items())


def test_each_has_its_badge(client, secret):
    found = {name: client.get(f"/api/badge/shop.svg?environment={name}") for name in ("staging", "production")}
    assert {answer.status_code for answer in found.values()} == {200}
    assert all("no evidence" not in answer.text for answer in found.values())


def test_the_register_lists_both(client, secret):
    rows = client.get("/api/v1/candidates?project=shop").json()["candidates"]
    assert [(row["subject"], row["environment"]) for row in rows] == [
        (SUBJECT, "production"),
        (SUBJECT, "staging"),
    ]
