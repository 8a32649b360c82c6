"""What a page is: ``load`` knows no Streamlit, ``draw`` sees only what ``load`` gave. The one cache is here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import streamlit as st

from dashboard.services.context import Context
from dashboard.store.transaction import revision
from dashboard.ui.components.links import Place

T = TypeVar("T")

#: Rows of a list that are sent at once.
PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """Where a page looks, and what its address narrows it to."""

    place: Place
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def many(self, name: str) -> tuple[str, ...]:
        """Give all values of a parameter."""
        return self.values.get(name, ())

    def text(self, name: str) -> str:
        """Give a parameter as text; "" when it is not there."""
        return next(iter(self.many(name)), "")

    def number(self, name: str, default: int = 0) -> int:
        """Give a parameter as a whole number; the default when it is none: addresses are typed by anybody."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else default


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of the product."""

    slug: str
    """Its address; "" is the start."""
    title: str
    icon: str
    load: Callable[[Context, Filters], T]
    draw: Callable[[T], None]
    rank: int = 0
    """Place in the bar at the top, or in its family; 0 for details, which are reached by links."""
    under: str | None = None
    """Slug of the page of the bar whose family it belongs to; ``None`` for a page of the bar itself."""
    params: tuple[str, ...] = ()
    """Query parameters, and keys of bound widgets, that narrow it."""
    fresh: bool = False
    """Loaded at every run: it depends on who looks."""
    keeps_s: int | None = None
    """How old a cached answer may be, where it depends on the clock; ``None`` where only the store decides."""


def filters_of(page: Page[Any], place: Place) -> Filters:
    """Read what narrows the page: a widget's state where it was touched, else the address.

    Pages may have widgets of one name. What was chosen on the page before is still in the session at the first run
    here, and narrows nothing.
    """
    moved = st.session_state.get("cs-filtered") != page.slug
    st.session_state["cs-filtered"] = page.slug
    found = {}
    for name in page.params:
        touched = not moved and name in st.session_state
        value = st.session_state[name] if touched else st.query_params.get_all(name)
        values = value if isinstance(value, list | tuple) else [value]
        kept = tuple(str(v) for v in values if v not in (None, ""))
        if kept:
            found[name] = kept
    return Filters(place, found)


def loaded(page: Page[T], context: Context, filters: Filters) -> T:
    """Give what the page shows, from the cache while the store has not changed."""
    if page.fresh:
        return page.load(context, filters)
    values = tuple(sorted(filters.values.items()))
    candidate = filters.place.candidate
    tick = int(context.clock().timestamp()) // page.keeps_s if page.keeps_s else 0
    key = (
        page.slug,
        tick,
        context.settings.database_url,
        filters.place.project,
        candidate.id if candidate else 0,
        values,
    )
    return _cached(key, revision(context.store), page, context, filters)  # type: ignore[no-any-return]


@st.cache_resource(max_entries=128, show_spinner=False)
def _cached(key: tuple[Any, ...], revision: int, _page: Page[Any], _context: Context, _filters: Filters) -> Any:  # noqa: ARG001 - the key
    return _page.load(_context, _filters)
