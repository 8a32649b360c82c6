"""Who looks, and through which store: the only place that reads the browser's cookies."""

import streamlit as st

from dashboard.services.context import Context, open_context
from dashboard.services.sessions import who

SESSION_COOKIE = "countersign_session"


@st.cache_resource(show_spinner=False)
def _opened() -> Context:
    return open_context()


def current() -> Context:
    """Give the context of the person who looks.

    The session is looked up in every run: cookies are frozen when a tab's socket opens, so a sign-out elsewhere
    would not be seen otherwise.
    """
    context = _opened()
    return context.acting_as(who(context, st.context.cookies.get(SESSION_COOKIE, "")))
