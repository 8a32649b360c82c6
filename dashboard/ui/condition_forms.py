"""Conditions on Sign-off: those agreed, those still to write, and saying that one is met."""

from datetime import date

import streamlit as st

from dashboard.model.evaluation import Evaluation
from dashboard.services.conditions import STAGES, Suggestion
from dashboard.ui.acts import Acts, plain, refusal, tried
from dashboard.ui.components.blocks import items, note, section
from dashboard.ui.components.states import MISSING
from dashboard.ui.components.verdicts import condition_item
from dashboard.ui.look import html
from dashboard.ui.wording import counted

_WHERE = "condition"


def draw(evaluation: Evaluation, suggestions: tuple[Suggestion, ...], acts: Acts | None) -> None:
    """Draw them; ``acts`` is ``None`` for who may not write any."""
    titles = {r.gate: r.title for r in evaluation.results}
    aside = f"{counted(len(evaluation.conditions), 'condition')}, {len(suggestions)} still to write"
    html(section("Conditions", aside))
    if evaluation.conditions:
        html(items(condition_item(c, titles) for c in evaluation.conditions))
    elif not suggestions:
        html(note("None are needed: nothing warns."))
    if acts is None:
        if suggestions:
            html(note("An auditor or manager writes conditions; sign in as one.", MISSING.named("missing")))
        return
    for suggestion in suggestions:
        _suggestion(suggestion, acts)
    _closing(evaluation, acts)
    refusal(_WHERE)


def _suggestion(suggestion: Suggestion, acts: Acts) -> None:
    key = suggestion.gate
    with st.expander(f"Write a condition for: {plain(suggestion.title)}"), st.form(f"condition-{key}", border=False):
        text = st.text_area("What must be done", suggestion.text, max_chars=500, height=70, key=f"text-{key}")
        verification = st.text_input("How it is verified", suggestion.verification, max_chars=500, key=f"verify-{key}")
        owner, due, stage = st.columns(3)
        by = owner.text_input("Owner", max_chars=200, key=f"owner-{key}", placeholder="Team or person")
        until = due.date_input("Due", suggestion.due, key=f"due-{key}", format="YYYY-MM-DD")
        when = stage.selectbox("Stage", STAGES, index=STAGES.index(suggestion.stage), key=f"stage-{key}")
        sent = st.form_submit_button("Add the condition")
    if sent and isinstance(until, date):
        tried(lambda: acts.add(key, text or "", by or "", until, verification or "", when or ""), _WHERE)


def _closing(evaluation: Evaluation, acts: Acts) -> None:
    texts = {c.id: c.text for c in evaluation.conditions if c.state != "met"}
    if not texts:
        return
    with st.expander("Say that a condition is met"), st.form("close", border=False):
        chosen = st.selectbox("Condition", list(texts), format_func=lambda n: plain(texts.get(n, str(n))))
        remark = st.text_input("How it was seen", max_chars=500)
        sent = st.form_submit_button("It is met")
    if sent and chosen is not None:
        tried(lambda: acts.close(chosen, remark or ""), _WHERE)
