"""Signing and withdrawing: identifier, passphrase and reason, asked every time and kept nowhere."""

from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st

from dashboard.model.person import Person, Role
from dashboard.model.statement import SignOff
from dashboard.services.preparation import SigningView
from dashboard.signoff.workflow import may_withdraw
from dashboard.ui.acts import Acts, refusal, tried
from dashboard.ui.checklist import OF_THE_PERSON
from dashboard.ui.components.blocks import items, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import dotted, join, muted, tag
from dashboard.ui.components.states import MISSING, SIGN_OFFS, chip
from dashboard.ui.look import html

MOST_REASON = 500


def draw(place: Place, person: Person, view: SigningView, acts: Acts) -> None:
    """Draw the form, or what stands in its place: a way to sign in, or the person's own signature."""
    if person.role is Role.ANONYMOUS:
        back = f"/sign-off?{urlencode(place.params())}"
        href = f"./auth/login?{urlencode({'next': back})}"
        html(tag("p", tag("a", "Sign in to sign", href=href, target="_self", class_="cs-btn")))
        return
    own = [s for s in view.signoffs if s.account_id == person.id]
    if own:
        html(section("Your signature"), items([_own(own[-1])]))
    if any(o.code in OF_THE_PERSON for o in view.obstacles):
        return
    if len(view.kinds) > 1:
        _choice("Statement", [str(k) for k in view.kinds], str(view.kind), "kind")
    if len(view.meanings) > 1:
        _choice("Meaning of the signature", [str(m) for m in view.meanings], str(view.meaning), "meaning")
    with st.form("sign", border=True):
        html(section("Sign", f"{view.kind}, meaning {view.meaning}; asked again at every signature"))
        said = _asked("sign", "What was reviewed, and why this statement")
        sent = st.form_submit_button("Sign", type="primary", disabled=not view.may_sign)
        if not view.may_sign:
            html(note("The button opens when nothing above forbids it.", MISSING.named("closed")))
        refusal("sign")
    if sent:
        _done("sign", "Judging again, opening the key, signing", lambda: acts.sign(*said))


def draw_withdrawal(person: Person, signed: SignOff, view: SigningView, acts: Acts) -> None:
    """Draw the way to take a signature back, for whoever may: its signer, and any manager."""
    has_key = not any(o.code == "no-key" for o in view.all_obstacles)
    if may_withdraw(person, signed, has_key=has_key):
        return
    where = f"withdraw-{signed.id}"
    failed = f"cs-refused-{where}" in st.session_state
    title = f"Withdraw signature {signed.id}"
    with st.expander(title, expanded=failed), st.form(where, border=False):
        html(note("A signed statement of its own takes it back; both stay in the record."))
        said = _asked(where, "Why it no longer holds")
        sent = st.form_submit_button("Withdraw")
        refusal(where)
    if sent:
        _done(where, "Opening the key, signing the withdrawal", lambda: acts.withdraw(signed.id, *said))


def _own(signed: SignOff) -> object:
    about = muted(dotted([signed.meaning, signed.reason, signed.because]))
    seal = tag("a", f"signature {signed.id}", href=f"#signature-{signed.id}", target="_self")
    return join([chip(SIGN_OFFS[signed.state]), " ", seal, " ", about])


def _choice(label: str, options: list[str], chosen: str, key: str) -> None:
    st.segmented_control(label, options, default=chosen, key=key, bind="query-params", required=True)


def _asked(where: str, placeholder: str) -> tuple[str, str, str]:
    """Ask for identifier, passphrase and reason; the passphrase's field is a new one after every try."""
    turn = st.session_state.setdefault(f"cs-turn-{where}", 0)
    login = st.text_input("Identifier", key=f"{where}-login", max_chars=64, autocomplete="username")
    secret = st.text_input(
        "Passphrase", key=f"{where}-secret-{turn}", type="password", max_chars=1024, autocomplete="current-password"
    )
    reason = st.text_area(
        "Reason", key=f"{where}-reason", max_chars=MOST_REASON, height=80, placeholder=placeholder
    )  # fmt: skip
    return login or "", secret or "", reason or ""


def _done(where: str, doing: str, act: Callable[[], object]) -> None:
    st.session_state[f"cs-turn-{where}"] += 1
    with st.spinner(doing):
        tried(act, where)
