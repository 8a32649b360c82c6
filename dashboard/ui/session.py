"""Who looks, and through which store: the only place that reads the browser's cookies."""

import streamlit as st

from dashboard.services.context import Context, open_context
from dashboard.services.sessions import who

SESSION_COOKIE = "countersign_session"


class _Process:
    """The context of this process: given by whoever serves the pages, else opened at the first visit."""

    context: Context | None = None


def serve(context: Context) -> None:
    """Share a context that is open already.

    One process opens one store: SQLite's locks belong to the process, and a second opening of the file would drop
    those of the first when it is closed.
    """
    _Process.context = context


def _opened() -> Context:
    if _Process.context is None:
        _Process.context = open_context()
    return _Process.context


def token() -> str:
    """Give the browser's session token; "" without one."""
    return st.context.cookies.get(SESSION_COOKIE, "")


def current() -> Context:
    """Give the context of the person who looks.

    The session is looked up in every run: cookies are frozen when a tab's socket opens, so a sign-out elsewhere
    would not be seen otherwise.
    """
    context = _opened()
    return context.acting_as(who(context, token()))
