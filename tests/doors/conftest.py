import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright import sync_api
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

#: Signing derives keys on purpose slowly, and two test workers share the machine.
sync_api.expect.set_options(timeout=30_000)


@dataclass(frozen=True)
class Door:
    """The command line as a user has it: a process of its own, with a home folder of its own."""

    home: Path

    def __call__(self, *arguments, code=0, **variables):
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("COUNTERSIGN_", "GITHUB_", "CI_"))}
        environ |= {"COUNTERSIGN_HOME": str(self.home), "HOME": str(self.home), **variables}
        done = subprocess.run(
            [sys.executable, "-m", "dashboard", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=170,
            env=environ,
            check=False,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments, **options):
        return json.loads(self(*arguments, "--json", **options).stdout)


@pytest.fixture
def countersign(tmp_path):
    return Door(tmp_path / "home")


@pytest.fixture(scope="session")
def door():
    """Give the maker of doors, for homes that several tests share."""
    return Door


@dataclass(frozen=True)
class Site:
    """A served demo: its address, its database and the passphrase of each account."""

    url: str
    database: str
    passphrases: dict[str, str]
    door: Door


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory):
    """The demo as ``countersign demo --no-serve`` prepares it; tests that change it work on a copy."""
    home = tmp_path_factory.mktemp("demo")
    door = Door(home)
    printed = door("demo", "--no-serve", "--db", f"sqlite:///{home / 'demo.db'}").stdout
    words = [line.split() for line in printed.splitlines()]
    accounts = {row[0]: row[-1] for row in words if len(row) == 4 and "-" in row[-1]}
    assert set(accounts) == {"viewer", "engineer", "cora", "manager", "admin"}
    return home / "demo.db", accounts, door


@contextlib.contextmanager
def served(demo_database, folder):
    """Serve a copy of the demo by the command, on a port of its own."""
    prepared, accounts, door = demo_database
    database = folder / "demo.db"
    source, copy = sqlite3.connect(prepared), sqlite3.connect(database)
    with contextlib.closing(source), contextlib.closing(copy):
        source.backup(copy)
    port = free_port()
    environ = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")}
    environ |= {"COUNTERSIGN_HOME": str(folder / "home"), "COUNTERSIGN_DATABASE_URL": f"sqlite:///{database}"}
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "serve", "--port", str(port)], env=environ, stdout=log, stderr=log
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_up(url, server, folder / "serve.log")
            yield Site(url, f"sqlite:///{database}", accounts, door)
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture(scope="session")
def serve():
    """Give the way to serve a database, for sites with evidence of their own."""
    return served


@pytest.fixture
def site(demo_database, tmp_path):
    """A served demo of the test's own, to change as it likes."""
    with served(demo_database, tmp_path) as own:
        yield own


@pytest.fixture(scope="session")
def shared_site(demo_database, tmp_path_factory):
    """A served demo for tests that only look."""
    with served(demo_database, tmp_path_factory.mktemp("shared")) as shared:
        yield shared


def wait_until_up(url, server, log):
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/healthz", timeout=2).status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not come up: {log.read_text()}")


@pytest.fixture(scope="module")
def chromium():
    """Debian's Chromium, driven by Playwright; without one, a sentence that says how to get it.

    It goes with its module: while Playwright runs, no other test of the process can start an event loop.
    """
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        advice = "no Chromium was found: install it (apt-get install chromium) to run the browser tests"
        if os.environ.get("COUNTERSIGN_REQUIRE_BROWSER") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync"]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=quiet)
        yield browser
        browser.close()


class Talk:
    """Counts what a page asks of the server and what was answered; only then is a page known to be at rest.

    The page's own "running" mark is painted late or never for a short run.
    """

    def __init__(self, page):
        self.page, self.asked, self.answered = page, 0, 0
        page.on("websocket", self._listen)

    def _listen(self, socket):
        self.asked = self.answered = 0
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, frame):
        message = BackMsg()
        message.ParseFromString(frame)
        self.asked += message.WhichOneof("type") == "rerun_script"

    def _received(self, frame):
        if len(frame) < 2048:
            message = ForwardMsg()
            message.ParseFromString(frame)
            self.answered += message.WhichOneof("type") == "script_finished"

    def rest(self):
        """Wait until every run that was asked for is finished and painted."""
        for _ in range(600):
            if self.asked and self.answered >= self.asked and not self.page.locator("[data-stale=true]").count():
                break
            self.page.wait_for_timeout(50)
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.fixture
def browse(chromium):
    """Open a page of a site in a browser of its own, signed in as ``login`` when one is given."""
    contexts = []

    def opened(site, path="/", *, login=None, width=1440, **options):
        context = chromium.new_context(viewport={"width": width, "height": 1000}, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.talk = Talk(page)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        if login:
            page.goto(f"{site.url}/auth/login?next={quote(path)}")
            page.get_by_label("Identifier", exact=True).fill(login)
            page.get_by_label("Passphrase", exact=True).fill(site.passphrases[login])
            page.get_by_role("button", name="Sign in").click()
        else:
            page.goto(site.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
