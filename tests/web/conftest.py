"""The routes and layers in a plain Starlette application: no Streamlit, one database a test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient

from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.services import admin
from dashboard.services.context import Context
from dashboard.settings import Settings
from dashboard.store.engine import open_store
from dashboard.web.middleware import layers
from dashboard.web.routes import all_routes

PASSPHRASE = "correct horse battery staple"
INDEX = b"<html><head><script>\n window.ready = false\n</script><script src='./a.js'></script></head></html>"
BUNDLE = b"export const answer = 42;\n" * 200


class Clock:
    def __init__(self):
        self.now = datetime(2025, 10, 18, 14, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def forward(self, **step):
        self.now += timedelta(**step)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def static(tmp_path):
    folder = tmp_path / "streamlit"
    (folder / "static/js").mkdir(parents=True)
    (folder / "index.html").write_bytes(INDEX)
    (folder / "static/js/index.abc.js").write_bytes(BUNDLE)
    (tmp_path / "secret.js").write_bytes(b"secret")
    return folder


@pytest.fixture
def operator(tmp_path, clock):
    settings = Settings(f"sqlite:///{tmp_path / 'a.db'}", tmp_path, True, 100_000, 100_000, 12, "")
    store = open_store(settings.database_url)
    yield Context(settings, store, clock, Person(None, "root", "root", Role.OPERATOR))
    store.close()


@pytest.fixture
def people(operator):
    """One account for each role, all with the same passphrase."""
    roles = (Role.VIEWER, Role.ENGINEER, Role.AUDITOR, Role.MANAGER, Role.ADMIN)
    return {role: admin.add_user(operator, str(role), f"Printed {role}", role, PASSPHRASE).person for role in roles}


async def page(request):
    headers = {name: value for name, value in request.headers.items() if "countersign" in name}
    return JSONResponse(headers)


async def metrics(_):
    return PlainTextResponse("figures")


async def socket(websocket):
    await websocket.accept()
    await websocket.send_json({n: v for n, v in websocket.headers.items() if "countersign" in n})
    await websocket.close()


@pytest.fixture
def client_of(operator, static):
    """Make a client of the whole stack; ``open_reading=False`` closes the doors."""
    made = []

    def make(*, base_url="http://localhost:8501", hosts=("localhost", "testserver"), **change):
        context = replace(operator, settings=replace(operator.settings, **change)).acting_as(ANONYMOUS)
        pages = [
            Route("/_stcore/metrics", metrics),
            WebSocketRoute("/_stcore/stream", socket),
            Route("/{rest:path}", page),
        ]
        app = Starlette(
            routes=[*all_routes(lambda: context), *pages],
            middleware=layers(lambda: context, static=static, hosts=hosts),
        )
        client = TestClient(app, base_url=base_url, follow_redirects=False, raise_server_exceptions=True)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(client_of):
    return client_of()


@pytest.fixture
def sign_in():
    def enter(client, login, passphrase=PASSPHRASE):
        origin = {"origin": str(client.base_url).rstrip("/")}
        answer = client.post("/auth/login", data={"login": login, "passphrase": passphrase}, headers=origin)
        assert answer.status_code == 303, answer.text
        return client.cookies["countersign_session"]

    return enter
