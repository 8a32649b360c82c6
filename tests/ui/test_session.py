"""Who looks: nobody without a session, and one store for the whole process."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.model.person import Role
from dashboard.services.context import Context
from dashboard.ui import session

SCRIPT = """
import streamlit as st
from dashboard.ui import session
st.session_state["found"] = session.current()
"""


def test_the_store_that_serves_is_shared_and_nobody_is_signed_in(
    demo: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session._Process, "context", None)
    monkeypatch.setattr(session, "token", str)
    session.serve(demo)
    app = AppTest.from_string(SCRIPT).run()
    assert not app.exception
    found = app.session_state["found"]
    assert found.store is demo.store
    assert found.person.role is Role.ANONYMOUS


def test_without_a_server_the_store_of_the_environment_is_opened(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session._Process, "context", None)
    monkeypatch.setattr(session, "token", str)
    monkeypatch.setenv("COUNTERSIGN_HOME", str(tmp_path))
    monkeypatch.delenv("COUNTERSIGN_DATABASE_URL", raising=False)
    app = AppTest.from_string(SCRIPT).run()
    assert not app.exception
    assert str(tmp_path) in app.session_state["found"].settings.database_url
    app.session_state["found"].store.close()
