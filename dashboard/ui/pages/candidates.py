"""Candidates: the register of every one there ever was, for whoever decides and for whoever samples."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard.model.evaluation import Decision
from dashboard.model.figures import moment_text, points_text, score_text
from dashboard.model.register import NOT_JUDGED, NOT_SAID, CandidateState, Entry, Register
from dashboard.model.statement import StatementKind
from dashboard.services import candidates
from dashboard.services.context import Context
from dashboard.ui import address
from dashboard.ui.components.blocks import empty, heading, lead
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import CANDIDATES, DECISIONS, FAIL, INFO, MISSING, SIGN_OFFS, STALE, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import html
from dashboard.ui.page import PAGE_ROWS, Filters, Page
from dashboard.ui.wording import counted, listed

_COLUMNS = (
    Column("Candidate", narrow="title", width="21%"),
    Column("State", narrow="state", width="15%"),
    Column("Decision", narrow="plain", width="19%"),
    Column("Score", "right", "flow", width="9%"),
    Column("Signed by", narrow="plain", width="21%"),
    Column("Conditions", narrow="flow", width="15%"),
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the page shows."""

    place: Place
    register: Register
    page: int
    environments: tuple[str, ...]
    branches: tuple[str, ...]
    asked: dict[str, tuple[str, ...]]
    """What narrows the list, by name."""


def load(context: Context, filters: Filters) -> Candidates:
    place = filters.place
    asked = {name: filters.many(name) for name in candidates.FILTERS if filters.many(name)}
    page = max(1, filters.number("cp", 1))
    found = candidates.register(context, place.project, candidates.sought(asked), page=page, rows=PAGE_ROWS)
    return Candidates(place, found, page, *candidates.places(context, place.project), asked)


def draw(seen: Candidates) -> None:
    found = seen.register
    html(
        heading(["Candidates", seen.place.project_name, counted(found.population, "candidate")]),
        lead(*_sentence(seen)),
    )
    if not found.population:
        html(
            empty(
                "No candidates",
                "A candidate comes into being with its first evidence; every one stays in this register.",
                seen.place.ingest("report.xml"),
            )
        )
        return
    _filters(seen)
    html(_counted(seen))
    if not found.entries:
        html(empty("No candidate fits", "Candidates there are, but none that fits all filters: take one away."))
        return
    html(table(_COLUMNS, [_row(seen.place, e) for e in found.entries], caption="Register of candidates, newest first",
               css="cs-fixed cs-flow"))  # fmt: skip
    if found.found > PAGE_ROWS:
        st.pagination(-(-found.found // PAGE_ROWS), default=1, key="cp", bind="query-params")


def _sentence(seen: Candidates) -> tuple[str, Any]:
    by_state = seen.register.by_state
    said = [f"{n:,} {state}" for state, n in by_state.items() if n]
    if not said:
        return "Nothing has been proposed for release.", MISSING
    overdue = sum(1 for entry in seen.register.entries if entry.overdue_conditions)
    words = f"{listed(said, len(said))}. None is left out: {counted(seen.register.population, 'candidate')} in all."
    if overdue:
        verb = "has" if overdue == 1 else "have"
        words += f" {counted(overdue, 'candidate')} on this page {verb} overdue conditions."
        return words, FAIL
    return words, INFO


def _filters(seen: Candidates) -> None:
    by_state = seen.register.by_state
    st.pills(
        "State",
        [str(state) for state in CandidateState],
        selection_mode="multi",
        format_func=lambda text: f"{text} {by_state[CandidateState(text)]:,}",
        wrap=True,
        label_visibility="collapsed",
        **address.chosen("state", [text for text in map(str, CandidateState) if text in seen.asked.get("state", ())]),
    )
    with st.container(key="cs-filters", horizontal=True):
        st.text_input("Version or subject", key="text", max_chars=200, bind="query-params", width=190)
        st.multiselect(
            "Decision", [*map(str, Decision), NOT_JUDGED], key="decision", bind="query-params", width=220,
            placeholder="any",
        )  # fmt: skip
        for name, label, offered in (
            ("environment", "Environment", seen.environments),
            ("branch", "Branch", seen.branches),
        ):
            st.multiselect(
                label, list(offered), width=190, placeholder="any",
                format_func=lambda text: "not said" if text == NOT_SAID else text,
                **address.chosen(name, [text for text in offered if text in seen.asked.get(name, ())]),
            )  # fmt: skip
        st.date_input("Opened from", value=None, key="since", bind="query-params", width=140, format="YYYY-MM-DD")
        st.date_input("to", value=None, key="until", bind="query-params", width=140, format="YYYY-MM-DD")


def _counted(seen: Candidates) -> Markup:
    found = seen.register
    query = [("project", seen.place.project), ("format", "csv")]
    query += [(name, text) for name, texts in seen.asked.items() for text in texts]
    href = f"./api/v1/candidates?{urlencode(query)}"
    csv = tag("a", f"CSV of {found.found:,}", href=href, target="_self", download=True)
    pages = max(1, -(-found.found // PAGE_ROWS))
    which = f"page {min(seen.page, pages):,} of {pages:,}" if pages > 1 else ""
    said = f"{found.found:,} of {counted(found.population, 'candidate')}" if seen.asked else "all of them, newest first"
    return tag("p", dotted([said, which, csv]), class_="cs-note")


def _row(place: Place, entry: Entry) -> Row:
    candidate = entry.candidate
    here = place.candidate is not None and place.candidate.id == candidate.id
    link = tag(
        "a",
        candidate.version or candidate.subject[:12],
        href=f"./?{urlencode({'project': candidate.project, 'candidate': candidate.id})}",
        target="_self",
    )
    where = dotted([candidate.environment or "environment not said", candidate.branch or "branch not said"])
    subject = tag("span", mono(candidate.subject[:12]), title=candidate.subject)
    opened = f"opened {moment_text(candidate.opened_at)}"
    about = tag("div", dotted([subject, where]), tag("div", opened), class_="cs-m cs-small cs-break")
    return Row(
        (
            join([tag("span", link, class_="cs-break"), about]),
            _state(entry),
            _decision(entry),
            _score(entry),
            _signers(entry),
            _conditions(entry),
        ),
        tone="now" if here else None,
    )


def _state(entry: Entry) -> Markup:
    said: list[object] = []
    if entry.state is not entry.before:
        said.append(f"was {entry.before}")
    if entry.passed_by:
        said.append(f"by {entry.passed_by}")
    if entry.declared is not None:
        said.append(f"declared by {entry.declared.by}: {entry.declared.because}")
    about = tag("div", dotted(said), class_="cs-m cs-small cs-break") if said else ""
    return join([chip(CANDIDATES[entry.state]), about])


def _decision(entry: Entry) -> Markup:
    judged = entry.judged
    if judged is None:
        why = "its evidence is stored, nobody looked" if entry.artefacts else "no evidence"
        return join([chip(MISSING.named(NOT_JUDGED)), tag("div", why, class_="cs-m cs-small")])
    when = f"judged {moment_text(judged.at)}"
    outdated = tag("div", chip(STALE.named(judged.outdated)), class_="cs-small") if judged.outdated else ""
    return join([chip(DECISIONS[judged.decision]), outdated or tag("div", when, class_="cs-m cs-small")])


def _score(entry: Entry) -> Markup:
    judged = entry.judged
    if judged is None:
        return muted("none")
    points = f"{points_text(judged.earned_halves)} of {points_text(judged.possible_halves)}"
    return tag("span", score_text(judged.score), tag("div", points, class_="cs-m cs-small"))


def _signers(entry: Entry) -> Markup:
    signed = [one for one in entry.signed if one.kind is not StatementKind.WITHDRAW]
    if not signed:
        return muted("nobody")
    lines = (
        tag("div", chip(SIGN_OFFS[one.state]), " ", one.name, muted(f" {one.role}, {moment_text(one.signed_at)[:10]}"),
            class_="cs-small cs-break")
        for one in signed
    )  # fmt: skip
    return join(lines)


def _conditions(entry: Entry) -> Markup:
    if not entry.open_conditions:
        return muted("none open")
    if entry.overdue_conditions:
        late = chip(FAIL.named(f"{entry.overdue_conditions} overdue"))
        return join([late, muted(f" of {entry.open_conditions} open")])
    return tag("span", f"{entry.open_conditions} open")


PAGE: Page[Any] = Page(
    slug="candidates",
    title="Candidates",
    icon=":material/list_alt:",
    load=load,
    draw=draw,
    rank=1,
    under="",
    params=(*candidates.FILTERS, "cp"),
    keeps_s=60,
)
