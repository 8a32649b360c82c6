"""The routes and layers in a plain Starlette application: no Streamlit, one database a test."""

import asyncio
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute

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


def operating(folder, clock):
    settings = Settings(f"sqlite:///{folder / 'a.db'}", folder, True, 100_000, 100_000, 12, "")
    return Context(settings, open_store(settings.database_url), clock, Person(None, "root", "root", Role.OPERATOR))


@pytest.fixture(scope="session")
def accounts(tmp_path_factory):
    """A database with one account for each role, all with the same passphrase: hashing them takes a while."""
    folder = tmp_path_factory.mktemp("accounts")
    context = operating(folder, Clock())
    roles = (Role.VIEWER, Role.ENGINEER, Role.AUDITOR, Role.MANAGER, Role.ADMIN)
    made = {role: admin.add_user(context, str(role), f"Printed {role}", role, PASSPHRASE).person for role in roles}
    context.store.close()
    return folder / "a.db", made


@pytest.fixture
def operator(tmp_path, clock, accounts):
    shutil.copy(accounts[0], tmp_path / "a.db")
    context = operating(tmp_path, clock)
    yield context
    context.store.close()


@pytest.fixture
def people(accounts):
    return accounts[1]


class Client:
    """A browser with a cookie jar that speaks to the application without a network."""

    def __init__(self, app, base_url):
        self.app = app
        self.base_url = base_url
        self.runner = asyncio.Runner()
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=base_url)
        self.cookies = self.http.cookies

    def request(self, method, path, **values):
        return self.runner.run(self.http.request(method, path, **values))

    def get(self, path, **values):
        return self.request("GET", path, **values)

    def head(self, path, **values):
        return self.request("HEAD", path, **values)

    def post(self, path, **values):
        return self.request("POST", path, **values)

    def put(self, path, **values):
        return self.request("PUT", path, **values)

    def socket(self, path, headers=None):
        """Open a websocket: gives the first message, or nothing when it was closed before it was accepted."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {"host": httpx.URL(self.base_url).netloc.decode(), "cookie": cookies} | (headers or {})
        raw = [(name.lower().encode(), value.encode()) for name, value in given.items()]
        scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": raw}
        scope |= {"scheme": "ws", "subprotocols": [], "root_path": "", "server": None, "client": None, "state": {}}
        sent = []

        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        self.runner.run(self.app(scope, receive, send))
        if sent[0]["type"] == "websocket.close":
            return None
        return json.loads(sent[1]["text"])

    def close(self):
        self.runner.run(self.http.aclose())
        self.runner.close()


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
        client = Client(app, base_url)
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
        origin = {"origin": client.base_url}
        answer = client.post("/auth/login", data={"login": login, "passphrase": passphrase}, headers=origin)
        assert answer.status_code == 303, answer.text
        return client.cookies["countersign_session"]

    return enter
