"""Changing a policy on a page: the editor with its preview, and what a second person decides."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from dashboard.errors import CountersignError
from dashboard.model.evaluation import Evaluation
from dashboard.model.figures import moment_text
from dashboard.model.person import Person, Role
from dashboard.services import log, policies
from dashboard.services.context import Context
from dashboard.services.policy_preview import Comparison, Preview, compare, preview
from dashboard.store.policies import Proposal
from dashboard.ui import policy_tables
from dashboard.ui.acts import refusal, tried
from dashboard.ui.components.blocks import box, items, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import FAIL, INFO, chip
from dashboard.ui.look import html

_PREVIEWED = 3


@dataclass(frozen=True, slots=True)
class PolicyActs:
    """What can be done about the policy, bound to the person who looks; each raises a ``CountersignError``."""

    compare: Callable[[str], Comparison]
    """A text against the policy in force."""
    preview: Callable[[str], Preview] | None
    """The candidate under a text and under the policy in force; ``None`` without a candidate."""
    propose: Callable[[str, str], Proposal]
    """Text, reason."""
    approve: Callable[[int, str], Proposal]
    reject: Callable[[int, str], Proposal]
    withdraw: Callable[[int, str], Proposal]
    """Number of the proposal, note."""


def acts_of(context: Context, place: Place, text: str, before: Evaluation | None) -> PolicyActs:
    """Bind the acts to person, project, candidate and the policy in force."""
    number = place.candidate.id if place.candidate else None

    def judging(proposed: str) -> Preview:
        return preview(context, place.project, proposed, candidate_id=number, before=before)

    return PolicyActs(
        compare=lambda proposed: compare(text, proposed),
        preview=judging if before is not None else None,
        propose=lambda proposed, reason: policies.propose(context, place.project, proposed, reason),
        approve=lambda proposal, said: policies.approve(context, proposal, said),
        reject=lambda proposal, said: policies.reject(context, proposal, said),
        withdraw=lambda proposal, said: policies.withdraw(context, proposal, said),
    )


def draw_waiting(place: Place, person: Person, waiting: tuple[Proposal, ...], acts: PolicyActs, *, may: bool) -> None:
    """Draw the proposals that wait, newest first, each with both diffs and what the person may do about it."""
    if not waiting:
        return
    html(section("Waiting for a second person", "proposals judge nothing until they are approved"))
    for index, one in enumerate(waiting):
        about = dotted([f"proposed by {one.proposed_by}", moment_text(one.proposed_at), mono(one.digest[:12])])
        shown = _compared(one.text, acts)
        outcome = _outcome(place, one.text, acts) if index < _PREVIEWED else Markup("")
        html(box(join([f"Proposal {one.id}: ", one.reason]), tag("p", about, class_="cs-note"), shown, outcome,
                 anchor=f"proposal-{one.id}"))  # fmt: skip
        _decision(person, one, acts, may=may)


def _decision(person: Person, one: Proposal, acts: PolicyActs, *, may: bool) -> None:
    where = f"proposal-{one.id}"
    if not may:
        return
    own = log.same_person(one.proposed_by, log.actor_of(person))
    with st.form(where, border=False):
        if own:
            html(note("It is your own: somebody else has to approve it.", INFO.named("four eyes")))
        said = st.text_input("Note", key=f"note-{one.id}", max_chars=policies.MAX_REASON) or ""
        with st.container(horizontal=True):
            withdrawn = own and st.form_submit_button("Withdraw", key=f"withdraw-{one.id}")
            approved = not own and st.form_submit_button("Approve", type="primary", key=f"approve-{one.id}")
            rejected = not own and st.form_submit_button("Reject", key=f"reject-{one.id}")
        refusal(where)
    if withdrawn:
        tried(lambda: acts.withdraw(one.id, said), where)
    if approved:
        tried(lambda: acts.approve(one.id, said), where)
    if rejected:
        tried(lambda: acts.reject(one.id, said), where)


def draw_editor(place: Place, person: Person, text: str, digest: str, acts: PolicyActs, *, may: bool) -> None:
    """Draw the text with what a change of it would mean; for who may only read, the text alone."""
    html(section("The file", "TOML; its sha256 stands in every evaluation"))
    if not may:
        html(_only_reading(place, person))
        with st.expander("Show the text"):
            st.code(text, language="toml", height=420)
        return
    with st.container(key="cs-policy-editor"):
        typed = st.text_area(  # keyed by what is in force, so that an approved change starts a new text
            "Policy",
            text,
            height=440,
            key=f"policy-text-{digest[:12]}",
            max_chars=256 * 1024,
            label_visibility="collapsed",
        )
    proposed = typed or ""
    html(note("Edit, then press Ctrl+Enter or leave the field: what it would mean stands below.", INFO.named("how")))
    if proposed == text:
        return
    html(section("What it would mean", "nothing is stored until you propose it"))
    try:
        html(policy_tables.comparison(acts.compare(proposed)))
    except CountersignError as error:
        html(_refused(error))
        return
    html(_outcome(place, proposed, acts))
    with st.form("propose", border=True):
        reason = st.text_input("Reason", key="policy-reason", max_chars=policies.MAX_REASON,
                               placeholder="Why the policy should ask this")  # fmt: skip
        sent = st.form_submit_button("Propose the change", type="primary")
        html(note("Somebody else who may change policies approves it. Neither of you may then sign under it."))
        refusal("propose")
    if sent:
        tried(lambda: acts.propose(proposed, reason or ""), "propose")


def _only_reading(place: Place, person: Person) -> Markup:
    if person.role is Role.ANONYMOUS:
        href = f"./auth/login?{urlencode({'next': f'/policy?{urlencode(place.params())}'})}"
        link = tag("a", "Sign in", href=href, target="_self")
        return note(join([link, " as a manager or administrator to propose a change."]))
    return note(f"{person.name} has the role {person.role}; managers and administrators propose changes.")


def _compared(text: str, acts: PolicyActs) -> Markup:
    try:
        return policy_tables.comparison(acts.compare(text))
    except CountersignError as error:
        return _refused(error)


def _outcome(place: Place, text: str, acts: PolicyActs) -> Markup:
    if acts.preview is None:
        return note("There is no candidate yet, so there is nothing to judge by it.")
    name = place.candidate.full_label if place.candidate else ""
    try:
        shown = policy_tables.outcome(acts.preview(text))
    except CountersignError as error:
        return _refused(error)
    return join([section("The candidate under it", name), shown])


def _refused(error: CountersignError) -> Markup:
    said = join([chip(FAIL.named("refused")), " ", str(error), " ", muted(error.hint)])
    return tag("div", items([said]), role="alert")
