"""How it looks: the style sheet, the palette of the theme in use, and the two ways things reach the page."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.charts.theme import CONFIG, DARK, LIGHT, Palette
from dashboard.ui.components.markup import Markup, join

if TYPE_CHECKING:
    import plotly.graph_objects as go


@cache
def _sheet() -> str:
    return f"<style>{files('dashboard.ui').joinpath('style.css').read_text('utf-8')}</style>"


def dress() -> None:
    """Send the style sheet; Streamlit puts a style alone where it takes no room."""
    st.html(_sheet())


def palette() -> Palette:
    """Give the colours of the theme the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def html(*parts: Markup) -> None:
    """Put markup on the page. Only markup: text cannot reach this function unescaped."""
    whole = join(parts)
    if whole:
        st.html(whole)


def chart(fig: "go.Figure", *, alt: str, key: str) -> None:
    """Put a figure on the page, with what it shows in words."""
    st.plotly_chart(fig, theme=None, config=CONFIG, alt=alt, key=key)
