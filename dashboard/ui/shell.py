"""The frame around every page: who looks, project and candidate, the pages, errors, and freshness."""

from functools import cache, partial
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.errors import CountersignError, NotFoundError
from dashboard.model.person import Permission, Role
from dashboard.plugins import collect
from dashboard.services.context import Context
from dashboard.store.transaction import revision
from dashboard.ui import pages, session, switcher
from dashboard.ui.components.blocks import empty, heading, note
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import join, mono, muted, tag
from dashboard.ui.components.states import FAIL, chip
from dashboard.ui.look import dress, html
from dashboard.ui.page import Page, filters_of, loaded

#: Seconds between two looks at the store's revision.
POLL_S = 10

FIRST_STEPS = """# a complete example:
countersign demo
# your own evidence:
countersign ingest report.xml --project my-project --subject $(git rev-parse HEAD)"""


@cache
def all_pages() -> tuple[Page[Any], ...]:
    """Give every page, those of the bar first and in its order."""
    return tuple(sorted(collect(pages, "PAGE"), key=lambda page: (page.rank == 0, page.rank, page.slug)))


def in_bar(page: Page[Any]) -> bool:
    """Say whether the page has its place in the bar at the top."""
    return bool(page.rank) and page.under is None


def family(page: Page[Any]) -> tuple[Page[Any], ...]:
    """Give the pages that are listed together below the bar: the one of the bar, then those under it."""
    head = page.slug if page.under is None else page.under
    return tuple(one for one in all_pages() if one.rank and head in (one.slug, one.under))


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Countersign", page_icon=str(files("dashboard.ui") / "icon.svg"), layout="wide")
    dress()
    context = session.current()
    routes = {page.slug: _route(page, context) for page in all_pages()}
    chosen = st.navigation(list(routes.values()), position="hidden")
    slug = next(slug for slug, route in routes.items() if route is chosen)
    if not context.may(Permission.READ):
        _sign_in_needed(slug)
        return
    try:
        place = switcher.place(context)
    except NotFoundError as error:
        place = switcher.anywhere(context)
        _bar(context, place, slug, routes)
        _refused(error)
        return
    switcher.remember(place)
    _bar(context, place, slug, routes)
    page = next(page for page in all_pages() if page.slug == slug)
    st.session_state["cs-drawing"] = (page, place)
    chosen.run()
    _watch(context, revision(context.store))


def _route(page: Page[Any], context: Context) -> StreamlitPage:
    return st.Page(
        partial(_run, context),
        title=page.title,
        icon=page.icon,
        url_path=page.slug,
        default=page.slug == "",
        visibility="visible" if page.rank else "hidden",
    )


def _run(context: Context) -> None:
    page, place = st.session_state["cs-drawing"]
    if not place.project and page.slug != "evidence":
        _first_steps(place)
        return
    try:
        filters = filters_of(page, place)
        page.draw(loaded(page, context, filters))
    except CountersignError as error:
        _refused(error)


def _bar(context: Context, place: Place, slug: str, routes: dict[str, StreamlitPage]) -> None:
    with st.container(key="cs-shell", horizontal=True):
        html(tag("div", tag("a", "Countersign", href=place.href(""), target="_self"), class_="cs-brand"))
        now = next(page for page in all_pages() if page.slug == slug)
        with st.container(key="cs-nav", horizontal=True):
            for page in filter(in_bar, all_pages()):
                _to(page, place, routes, key="cs", here=page.slug in (slug, now.under))
        with st.container(key="cs-switch", horizontal=True):
            switcher.draw(context, place)
            html(_who(context, place, slug))
    relatives = sorted(family(now), key=lambda page: (page.under is not None, page.rank))
    if len(relatives) > 1:
        with st.container(key="cs-family", horizontal=True):
            for page in relatives:
                _to(page, place, routes, key="cs-family", here=page.slug == slug)


def _to(page: Page[Any], place: Place, routes: dict[str, StreamlitPage], *, key: str, here: bool) -> None:
    with st.container(key=f"{key}-here" if here else f"{key}-to-{page.slug or 'start'}", width="content"):
        st.page_link(routes[page.slug], label=page.title, query_params=place.params())


def _who(context: Context, place: Place, slug: str) -> Any:
    if context.person.role is Role.ANONYMOUS:
        back = f"/{slug}?{urlencode(place.params())}"
        return tag("div", tag("a", "Sign in", href=_sign_in(back), target="_self"), class_="cs-who")
    return tag(
        "div",
        tag("span", context.person.name, title=f"{context.person.login}, {context.person.role}"),
        muted(f" {context.person.role} · "),
        tag("a", "Sign out", href="./auth/logout", target="_self"),
        class_="cs-who",
    )


def _sign_in(back: str) -> str:
    return "./auth/login?" + urlencode({"next": back})


def _sign_in_needed(slug: str) -> None:
    html(
        heading(["Countersign"]),
        empty("Signed out", "Reading is not open on this server: sign in to see releases and their evidence."),
        tag("p", tag("a", "Sign in", href=_sign_in(f"/{slug}"), target="_self")),
    )


def _first_steps(place: Place) -> None:
    html(
        heading(["Nothing is ingested yet"]),
        empty(
            "No project",
            "A project and its candidate come into being with the first evidence. Run one of these where the "
            "database lies, or drop a file on the Evidence page.",
            FIRST_STEPS,
        ),
        note(join(["Or go to ", place.link("Evidence", "evidence"), " and drop a report there."])),
    )


def _refused(error: CountersignError) -> None:
    html(
        heading(["This cannot be shown"]),
        tag(
            "div",
            tag("p", chip(FAIL.named("refused")), " ", tag("strong", str(error))),
            tag("p", error.hint, " ", mono(error.slug)),
            class_="cs-empty",
            role="alert",
        ),
    )


@st.fragment(run_every=POLL_S)
def _watch(context: Context, seen: int) -> None:
    """Draw again when the store has changed, or when the person signed out in another tab."""
    if revision(context.store) != seen or session.current().person != context.person:
        st.rerun()
