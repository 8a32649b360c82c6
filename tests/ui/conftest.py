"""A store with the demo's evidence, an empty one, a hostile one; and a way to run a page as Streamlit does."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.services.context import Context, open_context
from dashboard.services.demo import DemoReport, prepare
from dashboard.services.ingest import ingest_body, make_target
from dashboard.settings import read_settings
from dashboard.ui import session

HOSTILE = "<img src=x onerror=alert(1)>\"'&$`*_[x](javascript:y)"
ESCAPED = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _context(path: Path) -> Context:
    return open_context(read_settings({"COUNTERSIGN_HOME": str(path)}))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Context, DemoReport]:
    context = _context(tmp_path_factory.mktemp("demo"))
    return context, prepare(context)


@pytest.fixture(scope="session")
def demo(prepared: tuple[Context, DemoReport]) -> Context:
    """Give the demo's evidence, only to be read."""
    return prepared[0]


@pytest.fixture(scope="session")
def passphrases(prepared: tuple[Context, DemoReport]) -> dict[str, str]:
    return {login: secret for login, _, _, secret in prepared[1].accounts}


@pytest.fixture
def own(demo: Context, tmp_path: Path) -> Context:
    """Give a copy of the demo that a test may change."""
    source, copy = (closing(sqlite3.connect(home / "countersign.db")) for home in (demo.settings.home, tmp_path))
    with source as old, copy as new:
        old.backup(new)
    return _context(tmp_path)


@pytest.fixture(scope="session")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return _context(tmp_path_factory.mktemp("nothing"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Context:
    context = _context(tmp_path_factory.mktemp("hostile"))
    subject = "a" * 40
    target = make_target(
        context,
        project=f"Evil {HOSTILE}",
        subject=subject,
        version=HOSTILE,
        branch="main",
        environment=HOSTILE,
        run=HOSTILE,
    )
    case = f'<testcase classname="{ESCAPED}" name="{ESCAPED}" time="0.1"><failure type="{ESCAPED}" message="{ESCAPED}">'
    body = f'<testsuite name="{ESCAPED}" tests="1" failures="1">{case}{ESCAPED}</failure></testcase></testsuite>'
    ingest_body(context, BytesIO(body.encode()), HOSTILE.replace("/", "-"), target, origin="cli")
    return context


@pytest.fixture
def run_page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Run the whole app at one address, as the person given."""

    def run(context: Context, slug: str, person: Person = ANONYMOUS, **params: object) -> AppTest:
        st.cache_resource.clear()
        monkeypatch.setattr(session, "current", lambda: replace(context, person=person))
        app = AppTest.from_string("from dashboard.ui.shell import main\nmain()\n", default_timeout=60)
        app._page_hash = calc_hash(slug)
        for name, value in params.items():
            app.query_params[name] = str(value)
        return app.run()

    return run


@pytest.fixture
def auditor() -> Person:
    return Person(3, "cora", "Cora", Role.AUDITOR)


@pytest.fixture
def text_of() -> Callable[[AppTest], str]:
    """Give all HTML that a page sent."""
    return lambda app: "\n".join(element.proto.body for element in app.get("html"))


@pytest.fixture
def evil() -> str:
    """Give a name that would run if it were not escaped."""
    return HOSTILE
