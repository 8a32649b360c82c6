"""Project and candidate: chosen at the top right, kept in the address, remembered from page to page."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.errors import NotFoundError
from dashboard.services.context import Context
from dashboard.store import candidates as stored
from dashboard.store import frames
from dashboard.store.transaction import revision
from dashboard.ui.components.links import Place
from dashboard.ui.rows import rows as rows_of

#: Candidates in the list; older ones are reached by their address.
MOST = 100

_PROJECT, _CANDIDATE = "cs-project", "cs-candidate"


@st.cache_resource(max_entries=8, show_spinner=False)
def _projects(url: str, revision: int, _context: Context) -> pd.DataFrame:  # noqa: ARG001 - the key
    return frames.projects(_context.store)


@st.cache_resource(max_entries=32, show_spinner=False)
def _candidates(url: str, revision: int, project: str, _context: Context) -> pd.DataFrame:  # noqa: ARG001 - the key
    return frames.candidates(_context.store, project, limit=MOST)


def projects(context: Context) -> dict[str, str]:
    """Give the projects' names by slug."""
    frame = _projects(context.settings.database_url, revision(context.store), context)
    return dict(zip(frame["slug"], frame["name"], strict=True))


def candidates(context: Context, project: str) -> dict[int, str]:
    """Give the candidates' labels by id, newest first."""
    frame = _candidates(context.settings.database_url, revision(context.store), project, context)
    return {int(row["id"]): label(row) for row in rows_of(frame)}


def label(row: Any) -> str:
    """Give the words a person knows a candidate by: version, short subject, environment."""
    parts = [row["version"], str(row["subject"])[:7], row["environment"]]
    return " · ".join(str(p) for p in parts if isinstance(p, str) and p)


def place(context: Context) -> Place:
    """Give the place that the address names, else the one looked at before, else the newest.

    An address without a candidate may ask for the newest of an environment (``newest``), as that of a badge does.

    Raises:
        NotFoundError: the address names a project, candidate or environment that is not there.
    """
    known = projects(context)
    if not known:
        return Place("", "", None)
    asked = st.query_params.get("project", "")
    before: Place | None = st.session_state.get("cs-place")
    if asked and asked not in known:
        msg = f"There is no project {asked!r} here."
        raise NotFoundError(msg, hint=f"Choose one at the top right: {', '.join(known.values())}.")
    project = asked or (before.project if before and before.project in known else next(iter(known)))
    wanted = st.query_params.get("candidate", "")
    environment = st.query_params.get("newest", "")
    if not wanted and environment:
        return Place(project, known[project], stored.find(context.store, project, environment=environment))
    if not wanted and before and before.project == project and before.candidate:
        wanted = str(before.candidate.id)
    return _at(context, project, known[project], wanted)


def anywhere(context: Context) -> Place:
    """Give the newest candidate of the first project, for a bar above an error."""
    known = projects(context)
    return _at(context, next(iter(known)), next(iter(known.values())), "") if known else Place("", "", None)


def _at(context: Context, project: str, name: str, wanted: str) -> Place:
    if not wanted:
        newest = next(iter(candidates(context, project)), None)
        return Place(project, name, stored.find(context.store, project, id=newest) if newest else None)
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 16):
        msg = f"{wanted!r} is no candidate of {name}."
        raise NotFoundError(msg, hint="Choose a candidate at the top right.")
    return Place(project, name, stored.find(context.store, project, id=int(wanted)))


def remember(chosen: Place) -> None:
    """Keep the place for the next page, and in the address, so that what is seen can be shared."""
    st.session_state["cs-place"] = chosen
    st.query_params.pop("newest", None)  # the address names the candidate itself from here on
    for name, value in chosen.params().items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def draw(context: Context, chosen: Place) -> None:
    """Draw the two lists."""
    known = projects(context)
    if not known:
        return
    st.session_state[_PROJECT] = chosen.project
    st.selectbox(
        "Project",
        list(known),
        format_func=lambda slug: known.get(slug, slug),
        key=_PROJECT,
        on_change=_to_project,
        label_visibility="collapsed",
        width=170,
    )
    offered = candidates(context, chosen.project)
    if chosen.candidate is None:
        return
    if chosen.candidate.id not in offered:
        offered = {chosen.candidate.id: chosen.candidate.full_label} | offered
    st.session_state[_CANDIDATE] = chosen.candidate.id
    st.selectbox(
        "Candidate",
        list(offered),
        format_func=lambda number: offered.get(number, str(number)),
        key=_CANDIDATE,
        on_change=_to_candidate,
        label_visibility="collapsed",
        width=310,
    )


def _to_project() -> None:
    st.session_state.pop("cs-place", None)
    st.query_params.pop("candidate", None)
    st.query_params["project"] = st.session_state[_PROJECT]


def _to_candidate() -> None:
    st.query_params["candidate"] = str(st.session_state[_CANDIDATE])
