"""What of a candidate can be handed on: a page for paper, the text, and a badge for a README."""

from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from dashboard.model.candidate import Candidate
from dashboard.ui.components.blocks import note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, tag
from dashboard.ui.look import html


def draw(place: Place, base_url: str) -> None:
    """Draw the links, and the badge with the Markdown that shows it."""
    candidate = place.candidate
    if candidate is None:
        return
    with st.container(key="cs-share"):
        html(section("Hand on", "this address shows the same to everybody who may read"), links(place, candidate))
        with st.expander("Badge"):
            html(badge(place, candidate))
            st.code(snippet(place, candidate, base_url or origin(st.context.url or "")), language="markdown")


def links(place: Place, candidate: Candidate) -> Markup:
    """Write the links to the report, for paper and as Markdown."""
    named = {"project": place.project, "subject": candidate.subject, "environment": candidate.environment}
    report = urlencode({name: value for name, value in named.items() if value})
    printed = f"./report/{quote(place.project)}/{candidate.id}.html"
    return tag(
        "p",
        dotted(
            [
                tag("a", "Print view", href=printed, target="_blank"),
                tag("a", "Markdown", href=f"./api/v1/report?{report}", target="_blank"),
                place.link("Register of candidates", "candidates"),
            ]
        ),
    )


def badge(place: Place, candidate: Candidate) -> Markup:
    """Say what the badge speaks of, and link to it."""
    where = " · ".join(filter(None, [candidate.environment, candidate.branch]))
    of = f"the newest candidate of {where}" if where else "the newest candidate"
    now = tag("a", "as it looks now", href=f"./{badge_path(place, candidate)}", target="_blank")
    return note(join(["The badge speaks of ", of, ", ", now, "; what is not there is never green."]))


def badge_path(place: Place, candidate: Candidate) -> str:
    """Give the address of the badge, below that of the server."""
    narrowed = {"environment": candidate.environment, "branch": candidate.branch}
    query = urlencode({name: value for name, value in narrowed.items() if value})
    return f"api/badge/{quote(place.project)}.svg" + (f"?{query}" if query else "")


def snippet(place: Place, candidate: Candidate, base: str) -> str:
    """Give the Markdown of a badge that leads to Readiness of the newest candidate of the environment."""
    where = {"newest": candidate.environment} if candidate.environment else {}
    target = f"{base}/?{urlencode({'project': place.project, **where})}"
    return f"[![release readiness]({base}/{badge_path(place, candidate)})]({target})"


def origin(url: str) -> str:
    """Give the server's own address out of that of a page."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "https://countersign.example"
