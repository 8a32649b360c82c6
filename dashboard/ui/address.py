"""Widgets whose choice stands in the address under its own name: ``run=40``, ``status=new-failure``.

Streamlit's own binding writes the label of an option into the address, as it is drawn. A label with a count or a date
in it is another one tomorrow, and what an address names otherwise is taken out of it again. So these widgets are not
bound: the address is what holds, and they follow it.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st


def chosen(name: str, value: str | Sequence[str] | None, *, drops: str = "") -> dict[str, Any]:
    """Set a widget to what the page took from its address; gives what makes it write there: key and callback.

    Takes: ``value`` as the widget gives it, a list where several can be chosen; ``drops`` names what holds no more
    after another choice. The widget gets no default of its own.
    """
    key = f"cs-at-{name}"
    st.session_state[key] = value if value is None or isinstance(value, str) else list(value)
    return {"key": key, "on_change": _write, "args": (name, key, drops)}


def _write(name: str, key: str, drops: str) -> None:
    value = st.session_state[key]
    if drops in st.query_params:
        del st.query_params[drops]
    if value:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]
