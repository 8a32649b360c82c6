"""Log-in and log-out over HTTP: cookies, redirects, forgeries."""

import logging

import pytest

from dashboard.model.person import ANONYMOUS
from dashboard.services.sessions import who
from dashboard.web.auth import local_path

PASSPHRASE = "correct horse battery staple"
OURS = {"origin": "http://localhost:8501"}


def enter(client, headers=OURS, **fields):
    return client.post("/auth/login", data={"login": "auditor", "passphrase": PASSPHRASE} | fields, headers=headers)


@pytest.mark.parametrize("target", ["/", "/tests?module=mod3&q=%20x", "/sign-off#top", "/a/b"])
def test_local_paths_are_kept(target):
    assert local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "tests",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http://evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "/\n/evil.example",
        "/ /evil",
        "/auth/logout",
        "/" + "a" * 3000,
    ],
)
def test_other_targets_lead_to_the_start(target):
    assert local_path(target) == "/"


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(client, people, operator):
    answer = enter(client, next="/tests?q=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/tests?q=1"
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    for part in ("countersign_session=", "HttpOnly", "Max-Age=43200", "Path=/", "SameSite=lax"):
        assert part in cookie
    assert "Secure" not in cookie
    assert who(operator, client.cookies["countersign_session"]).login == "auditor"


@pytest.mark.parametrize(
    ("url", "headers"), [("https://localhost:8501", {}), ("http://localhost:8501", {"x-forwarded-proto": "https"})]
)
def test_over_tls_the_cookie_is_secure(client_of, people, url, headers):
    client = client_of(base_url=url)
    answer = enter(client, headers={"sec-fetch-site": "same-origin"} | headers)
    assert "Secure" in answer.headers["set-cookie"]


def test_a_foreign_target_is_not_followed(client, people):
    assert enter(client, next="https://evil.example/").headers["location"] == "/"


def test_a_wrong_passphrase_shows_the_page_again_and_repeats_no_secret(client, people, caplog):
    caplog.set_level(logging.DEBUG)
    answer = enter(client, passphrase="my other passphrase", next="/tests")
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert 'role="alert"' in answer.text
    assert 'value="auditor"' in answer.text
    assert 'value="/tests"' in answer.text
    assert "my other passphrase" not in answer.text + caplog.text
    token = enter(client).headers["set-cookie"].split(";")[0].partition("=")[2]
    assert PASSPHRASE not in caplog.text
    assert token not in caplog.text


def test_what_was_typed_is_escaped(client, people):
    answer = enter(client, login='"><script>alert(1)</script>')
    assert "<script>" not in answer.text
    answer = client.get("/auth/login", params={"next": '/"><script>'})
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "http://localhost:8501"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_requests_from_elsewhere_change_nothing(client, people, operator, sign_in, headers):
    assert enter(client, headers=headers).status_code == 403
    assert "countersign_session" not in client.cookies
    token = sign_in(client, "auditor")
    assert client.post("/auth/logout", headers=headers).status_code == 403
    assert who(operator, token).login == "auditor"


def test_signing_out_ends_the_session_on_the_server(client, people, operator, sign_in):
    token = sign_in(client, "auditor")
    shown = client.get("/auth/logout")
    assert "Printed auditor" in shown.text
    answer = client.post("/auth/logout", headers=OURS)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/auth/login?signed_out=1"
    assert "countersign_session" not in client.cookies
    assert who(operator, token) is ANONYMOUS
    assert "You are signed out" in client.get("/auth/login?signed_out=1").text
    assert client.get("/auth/logout").status_code == 303
    assert client.post("/auth/logout", headers=OURS).status_code == 303


def test_who_is_signed_in_is_not_asked_again(client, people, sign_in):
    sign_in(client, "auditor")
    answer = client.get("/auth/login", params={"next": "/tests"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/tests")


def test_getting_never_signs_out(client, people, operator, sign_in):
    token = sign_in(client, "auditor")
    client.get("/auth/logout")
    assert who(operator, token).login == "auditor"


@pytest.mark.parametrize("body", [b"a" * 10_000, b"\xff\xfe", b"", b"login=auditor", b"&".join([b"a=1"] * 50)])
def test_other_bodies_sign_nobody_in(client, people, body):
    headers = OURS | {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/auth/login", content=body, headers=headers).status_code == 401


def test_a_lock_holds_over_http(client, people, clock):
    for _ in range(5):
        assert enter(client, passphrase="wrong").status_code == 401
    assert enter(client).status_code == 401
    clock.forward(minutes=15)
    assert enter(client).status_code == 303


def test_the_page_stands_alone(client):
    answer = client.get("/auth/login")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    for wanted in (
        '<html lang="en">',
        '<label for="login">',
        'autocomplete="current-password"',
        "color-scheme:light dark",
    ):
        assert wanted in answer.text
