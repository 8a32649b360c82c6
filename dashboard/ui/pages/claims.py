"""A written report, pasted: what it claims, what contradicts what, and what the evidence says instead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.errors import CountersignError
from dashboard.model.claims import CheckedReport, ClaimFinding
from dashboard.model.evaluation import Severity
from dashboard.services import claims
from dashboard.services.context import Context
from dashboard.ui.components.blocks import Figure, empty, figures, fold, heading, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, mono, tag
from dashboard.ui.components.states import FAIL, PASS, SEVERITIES, WARN, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.wording import counted

SHOWN = 300
"""Claims that are listed; the rest is counted."""
_FINDINGS = (
    Column("Severity", narrow="state", width="10%"),
    Column("Finding", narrow="title", width="52%"),
    Column("Rule", narrow="plain", width="22%"),
    Column("Lines", "right", "row", width="16%"),
)
_CLAIMS = (Column("Line", "right", width="8%"), Column("Kind", width="14%"), Column("As read", narrow="title"))


@dataclass(frozen=True, slots=True)
class Claims:
    """What the page shows."""

    place: Place
    check: Callable[[str], CheckedReport]


def load(context: Context, filters: Filters) -> Claims:
    place = filters.place
    number = place.candidate.id if place.candidate else None
    project = place.project if place.candidate else None
    return Claims(place, lambda text: claims.check(context, text, project, candidate_id=number))


def draw(seen: Claims) -> None:
    html(
        heading([seen.place.link("Readiness", ""), "Claims of a written report", seen.place.project_name]),
        note("What is pasted here is read, not stored, and changes no decision."),
    )
    with st.form("claims", border=False):
        text = st.text_area("The report, in Markdown", max_chars=claims.MAX_CHARACTERS, height=220, key="claims-text")
        sent = st.form_submit_button("Check it")
    if not sent or not (text or "").strip():
        html(
            empty(
                "No report",
                "Paste a report that somebody wrote by hand: it is held against itself and against the evidence.",
                f"countersign claims check REPORT.md --project {seen.place.project}",
            )
        )
        return
    try:
        checked = seen.check(text or "")
    except CountersignError as error:
        html(tag("div", chip(FAIL.named("refused")), " ", str(error), " ", error.hint, role="alert"))
        return
    answer(checked)


def answer(checked: CheckedReport) -> None:
    """Draw what was found, worst first, and what was read."""
    n = {severity: sum(f.severity is severity for f in checked.findings) for severity in Severity}
    state = FAIL if n[Severity.BLOCKER] else WARN if n[Severity.MAJOR] else PASS
    html(
        lead(_sentence(checked), state),
        figures([Figure(n[severity], str(severity), _tone(severity, n[severity])) for severity in Severity]),
    )
    if checked.findings:
        html(
            section("Findings", "worst first"),
            table(_FINDINGS, [_row(f) for f in checked.findings], caption="Findings", css="cs-fixed cs-flow"),
        )
    shown = checked.claims[:SHOWN]
    rows = [(f"{c.line:,}", c.kind, c.text) for c in shown]
    more = note(f"The first {SHOWN:,} of {len(checked.claims):,}.") if len(checked.claims) > SHOWN else ""
    if rows:
        html(fold(f"{counted(len(checked.claims), 'claim')} read", table(_CLAIMS, rows, caption="Claims read"), more))


def _sentence(checked: CheckedReport) -> str:
    against = f"itself and the evidence of {checked.against}" if checked.against else "itself"
    if not checked.findings:
        return f"Nothing in {counted(len(checked.claims), 'claim')} contradicts {against}; that alone proves nothing."
    found = counted(len(checked.findings), "finding")
    return f"{found} in {counted(len(checked.claims), 'claim')}, held against {against}."


def _tone(severity: Severity, n: int) -> str | None:
    return {Severity.BLOCKER: "fail", Severity.MAJOR: "warn"}.get(severity) if n else None


def _row(finding: ClaimFinding) -> Row:
    return Row(
        (
            chip(SEVERITIES[finding.severity]),
            tag("span", finding.text, class_="cs-break"),
            mono(finding.rule),
            _lines(finding.lines),
        )
    )


def _lines(lines: tuple[int, ...]) -> Markup:
    return join((f"{number:,}" for number in lines), ", ") if lines else Markup("nowhere")


PAGE: Page[Any] = Page(
    slug="claims", title="Claims", icon=":material/plagiarism:", load=load, draw=draw, rank=4, under="", fresh=True
)
