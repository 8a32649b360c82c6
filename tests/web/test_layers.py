"""The layers around everything: headers, hosts, bundles, identity, gate."""

import asyncio
import base64
import hashlib

import pytest

from dashboard.web.headers import content_security_policy
from dashboard.web.middleware import layers

INDEX_SCRIPT = b"\n window.ready = false\n"
HTML = {"accept": "text/html,*/*;q=0.8"}


def test_the_policy_allows_the_inline_script_by_its_hash(client):
    digest = base64.b64encode(hashlib.sha256(INDEX_SCRIPT).digest()).decode()
    policy = client.get("/").headers["content-security-policy"]
    assert f"script-src 'self' 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert content_security_policy(b"<script src=x></script>").split("; ")[1] == "script-src 'self'"


@pytest.mark.parametrize("path", ["/", "/auth/login", "/api/nothing", "/healthz", "/static/js/index.abc.js"])
def test_every_answer_has_the_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_bundles_are_sent_compressed(client, static):
    answer = client.get("/static/js/index.abc.js", headers={"accept-encoding": "br, gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.content == (static / "static/js/index.abc.js").read_bytes()
    assert int(answer.headers["content-length"]) < len(answer.content)
    assert client.head("/static/js/index.abc.js", headers={"accept-encoding": "gzip"}).content == b""
    (static / "static/js/index.abc.js").unlink()  # kept in memory: the names carry the hash of the content
    assert client.get("/static/js/index.abc.js").headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("path", "accepted"),
    [
        ("/static/js/index.abc.js", "identity"),
        ("/static/js/index.abc.js", "gzip;q=0"),
        ("/static/js/missing.js", "gzip"),
        ("/static/js/../../secret.js", "gzip"),
        ("/static/js/%2e%2e/%2e%2e/%2e%2e/secret.js", "gzip"),
        ("/static/js/..%2f..%2f..%2fsecret.js", "gzip"),
    ],
)
def test_everything_else_is_passed_on(client, path, accepted):
    answer = client.get(path, headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert b"secret" not in answer.content


def test_foreign_host_names_read_nothing(client_of):
    client = client_of()
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"host": ""}).status_code == 421
    assert client.get("/", headers={"host": "LOCALHOST:9"}).status_code == 200
    assert client.socket("/_stcore/stream", {"host": "evil.example"}) is None
    assert client_of(hosts=("*",)).get("/", headers={"host": "any.example"}).status_code == 200


FORGED = {
    "x-countersign-login": "admin",
    "X-Countersign-Role": "admin",
    "x_countersign_login": "admin",
    "x-countersign-anything": "1",
}


def test_forged_identity_headers_are_dropped(client, people, sign_in):
    assert client.get("/", headers=FORGED).json() == {}
    assert client.socket("/_stcore/stream", FORGED) == {}
    sign_in(client, "viewer")
    told = {"x-countersign-login": "viewer", "x-countersign-role": "viewer"}
    assert client.get("/", headers=FORGED).json() == told
    assert client.socket("/_stcore/stream", FORGED) == told


def test_a_forged_cookie_is_nobody(client, people):
    client.cookies.set("countersign_session", "a" * 43)
    assert client.get("/").json() == {}


def test_closed_doors(client_of, people, sign_in):
    client = client_of(open_reading=False)
    answer = client.get("/tests?q=a b", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/auth/login?next=%2Ftests%3Fq%3Da%2520b"
    for path in ("/", "/tests", "/_stcore/host-config", "/media/x"):
        assert client.get(path).status_code == 401
    assert client.get("/tests").json()["slug"] == "sign-in-needed"
    assert client.post("/tests", headers=HTML).status_code == 401
    assert client.get("/api/v1/projects").status_code == 401
    assert client.socket("/_stcore/stream") is None
    for path in ("/auth/login", "/healthz", "/static/js/index.abc.js", "/_stcore/health"):
        assert client.get(path).status_code == 200
    sign_in(client, "viewer")
    assert client.get("/tests", headers=HTML).status_code == 200
    assert client.get("/api/v1/projects").status_code == 200
    assert client.socket("/_stcore/stream")["x-countersign-role"] == "viewer"


@pytest.mark.parametrize("open_reading", [True, False])
def test_figures_of_the_process_are_for_administrators(client_of, people, sign_in, open_reading):
    client = client_of(open_reading=open_reading)
    assert client.get("/_stcore/metrics").status_code == 401
    sign_in(client, "manager")
    assert client.get("/_stcore/metrics").status_code == 401
    client.cookies.clear()
    sign_in(client, "admin")
    assert client.get("/_stcore/metrics").text == "figures"


def test_start_and_stop_of_the_process_pass_through(static):
    seen = []

    async def inner(scope, receive, send):
        seen.append(scope["type"])

    app = inner
    for layer in reversed(layers(lambda: None, static=static, hosts=())):
        app = layer.cls(app, **layer.kwargs)
    asyncio.run(app({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
