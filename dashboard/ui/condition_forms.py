"""Conditions on Sign-off: those agreed, those still to write, saying that one is met, and accepting a finding."""

from datetime import date

import streamlit as st

from dashboard.analysis.verification import GRAMMAR
from dashboard.model.evaluation import Evaluation
from dashboard.services.acceptances import acceptable
from dashboard.services.conditions import STAGES, Suggestion
from dashboard.ui.acts import Acts, plain, refusal, tried
from dashboard.ui.components.blocks import items, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import join
from dashboard.ui.components.states import MISSING
from dashboard.ui.components.verdicts import condition_item
from dashboard.ui.look import html
from dashboard.ui.wording import counted

_WHERE = "condition"
_TURN = "cs-turn-accept"
_ACCEPTING = "acceptance"
_FORMS = plain(
    "Later evidence closes the condition by itself when this is an expression: "
    f"{'; '.join(GRAMMAR)}. Anything else is for a person to see."
)


def draw(evaluation: Evaluation, suggestions: tuple[Suggestion, ...], acts: Acts | None) -> None:
    """Draw them; ``acts`` is ``None`` for who may not write any."""
    titles = {r.gate: r.title for r in evaluation.results}
    place = Place(evaluation.candidate.project, evaluation.candidate.project_name, evaluation.candidate)
    aside = f"{counted(len(evaluation.conditions), 'condition')}, {len(suggestions)} still to write"
    html(section("Conditions", aside))
    if evaluation.conditions:
        html(items(condition_item(c, titles) for c in evaluation.conditions))
    elif not suggestions:
        html(note("None are needed: nothing warns."))
    every = place.link("All conditions of the project", "conditions")
    html(note(join([every, " · ", place.link("Check a written report", "claims")])))
    if acts is None:
        if suggestions:
            html(note("An auditor or manager writes conditions; sign in as one.", MISSING.named("missing")))
        return
    for suggestion in suggestions:
        _suggestion(suggestion, acts)
    _closing(evaluation, acts)
    refusal(_WHERE)
    _accepting(evaluation, acts)


def _suggestion(suggestion: Suggestion, acts: Acts) -> None:
    key = suggestion.gate
    with st.expander(f"Write a condition for: {plain(suggestion.title)}"), st.form(f"condition-{key}", border=False):
        text = st.text_area("What must be done", suggestion.text, max_chars=500, height=70, key=f"text-{key}")
        verification = st.text_input(
            "How it is verified", suggestion.verification, max_chars=500, key=f"verify-{key}", help=_FORMS
        )
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


def _accepting(evaluation: Evaluation, acts: Acts) -> None:
    findings = {f.digest: f"{f.severity}: {f.text}" for f in acceptable(evaluation)}
    if not findings:
        return
    turn = st.session_state.setdefault(_TURN, 0)  # the passphrase's field is a new one after every try
    with st.expander("Let a finding stand, by a signed reason"), st.form("accept", border=False):
        html(note("Signed with your key. When the finding says something else, the acceptance falls."))
        chosen = st.selectbox("Finding", list(findings), format_func=lambda d: plain(str(findings.get(d, d))[:200]))
        reason = st.text_area("Why it may stand", max_chars=2000, height=70)
        who, secret = st.columns(2)
        login = who.text_input("Your identifier", max_chars=64, key="accept-login", autocomplete="username")
        passphrase = secret.text_input(
            "Your passphrase",
            type="password",
            max_chars=1024,
            key=f"accept-passphrase-{turn}",
            autocomplete="current-password",
        )
        sent = st.form_submit_button("Sign the acceptance")
    if sent and chosen is not None:
        st.session_state[_TURN] = turn + 1
        tried(lambda: acts.accept(chosen, login or "", passphrase or "", reason or ""), _ACCEPTING)
    refusal(_ACCEPTING)
