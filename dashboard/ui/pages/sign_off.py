"""Sign-off: what will be signed, what still forbids it, the conditions, the signature, and afterwards the seal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.model.figures import moment_text
from dashboard.model.person import Permission, Person, Role
from dashboard.model.statement import Meaning, StatementKind
from dashboard.services import conditions, preparation
from dashboard.services.conditions import Suggestion
from dashboard.services.context import Context
from dashboard.services.preparation import SigningView
from dashboard.services.signatures import public_keys
from dashboard.ui import condition_forms, judging, proving, sign_forms
from dashboard.ui.acts import Acts, acts_of
from dashboard.ui.checklist import checklist
from dashboard.ui.components.blocks import box, empty, heading, lead, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, mono, tag
from dashboard.ui.components.seals import standing_lines
from dashboard.ui.components.states import SIGN_OFFS
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.wording import counted


@dataclass(frozen=True, slots=True)
class SignOffView:
    """What the page shows."""

    place: Place
    view: SigningView | None
    acts: Acts | None
    suggestions: tuple[Suggestion, ...]
    person: Person
    may_condition: bool
    keys: Mapping[str, str] = field(default_factory=dict)
    """PEM of the signers' public keys, by name."""


def load(context: Context, filters: Filters) -> SignOffView:
    place = filters.place
    if place.candidate is None:
        return SignOffView(place, None, None, (), context.person, may_condition=False)
    judged = judging.assessment(context, place)
    kind, meaning = _chosen(filters)
    view = preparation.preview(context, place.candidate, kind=kind, meaning=meaning, evaluation=judged)
    if kind is not None and kind not in view.kinds:
        view = preparation.preview(context, place.candidate, meaning=meaning, evaluation=judged)
    return SignOffView(
        place,
        view,
        acts_of(context, view),
        conditions.suggest(judged.evaluation),
        context.person,
        context.may(Permission.CONDITION),
        public_keys(context, view.signoffs),
    )


def _chosen(filters: Filters) -> tuple[StatementKind | None, Meaning | None]:
    kind, meaning = filters.text("kind"), filters.text("meaning")
    return (
        StatementKind(kind) if kind in set(StatementKind) else None,
        Meaning(meaning) if meaning in set(Meaning) else None,
    )


def draw(seen: SignOffView) -> None:
    view, acts = seen.view, seen.acts
    if view is None or acts is None:
        html(
            heading(["Sign-off", seen.place.project_name]),
            empty(
                "Nothing to sign",
                "This project has no candidate yet: bring in its evidence first.",
                seen.place.ingest("report.xml"),
            ),
        )
        return
    evaluation = view.evaluation
    html(
        heading(["Sign-off", view.candidate.full_label, f"evaluated {moment_text(evaluation.as_of)}",
                 join(["evaluation ", mono(evaluation.id[:12])])]),
        lead(f"{evaluation.readiness.headline}. {view.standing.text}", SIGN_OFFS[view.standing.state]),
    )  # fmt: skip
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        html(section("The statement", _exactly(seen.person)), _statement(view))
    with right:
        html(box("What is checked", checklist(seen.person, view)))
        condition_forms.draw(evaluation, seen.suggestions, acts if seen.may_condition else None)
        sign_forms.draw(seen.place, seen.person, view, acts)
        html(box("Signatures", standing_lines(view.standing, view.signoffs[::-1])))
    with left, st.container(key="cs-late"):
        proving.draw_seals(seen.person, view, acts, seen.keys)
        proving.draw_verifying(view, acts)


def _exactly(person: Person) -> str:
    if person.role is Role.ANONYMOUS:
        return "exactly as it will be signed, but for the signer: nobody is signed in"
    return "exactly as it will be signed"


def _statement(view: SigningView) -> Markup:
    """Write the sentence and every line; a narrow screen folds the lines, so that the checklist is near."""
    rows = join(join((tag("dt", label), tag("dd", text))) for label, text in view.lines)
    spoken = tag("blockquote", view.sentence, class_="cs-sentence")
    summary = tag("summary", f"All {counted(len(view.lines), 'line')} of the statement")
    lines = tag("details", summary, tag("dl", rows, class_="cs-pairs cs-statement-lines"), class_="cs-fold cs-unfold")
    return tag("div", spoken, lines, class_="cs-statement")


PAGE: Page[Any] = Page(
    slug="sign-off",
    title="Sign-off",
    icon=":material/signature:",
    load=load,
    draw=draw,
    rank=7,
    params=("kind", "meaning"),
    fresh=True,
)
