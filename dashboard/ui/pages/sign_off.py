"""Sign-off: what will be signed, what still forbids it, the conditions, the signature, and afterwards the seal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard.errors import CountersignError
from dashboard.model.evaluation import Condition, Evaluation
from dashboard.model.figures import moment_text
from dashboard.model.person import Permission, Person, Role
from dashboard.model.statement import Meaning, SignOff, StatementKind
from dashboard.services import conditions, preparation, sign
from dashboard.services.conditions import STAGES, Suggestion
from dashboard.services.context import Context
from dashboard.services.preparation import SigningView
from dashboard.ui import judging
from dashboard.ui.components.blocks import box, empty, heading, items, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, mono, muted, tag
from dashboard.ui.components.seals import seal, standing_lines, verify_steps
from dashboard.ui.components.states import DECISIONS, FAIL, MISSING, PASS, SIGN_OFFS, chip
from dashboard.ui.components.verdicts import condition_item
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.wording import counted

_PERSON = frozenset({"not-signed-in", "role", "no-key", "not-in-quorum", "already-signed"})
FOUR_EYES = "Four eyes: not the one who brought in key evidence, proposed the candidate or set the policy"

_FOUR_EYES = frozenset({"uploader", "creator", "policy-editor"})


@dataclass(frozen=True, slots=True)
class Acts:
    """What can be done here; each raises a ``CountersignError`` with what forbids it."""

    sign: Callable[[str, str, str], SignOff]
    """Identifier, passphrase, reason."""
    add: Callable[[str, str, str, date, str, str], Condition]
    """Gate, text, owner, due, verification, stage."""
    close: Callable[[int, str], Condition]


@dataclass(frozen=True, slots=True)
class SignOffView:
    """What the page shows."""

    place: Place
    view: SigningView | None
    suggestions: tuple[Suggestion, ...]
    person: Person
    may_condition: bool
    acts: Acts | None


def load(context: Context, filters: Filters) -> SignOffView:
    place = filters.place
    if place.candidate is None:
        return SignOffView(place, None, (), context.person, False, None)
    evaluation = judging.evaluation(context, place)
    kind, meaning = _chosen(filters)
    view = preparation.preview(context, place.candidate, kind=kind, meaning=meaning, evaluation=evaluation)
    if kind is not None and kind not in view.kinds:
        view = preparation.preview(context, place.candidate, meaning=meaning, evaluation=evaluation)
    acts = _acts(context, place.candidate.id, view)
    may = context.may(Permission.CONDITION)
    return SignOffView(place, view, conditions.suggest(evaluation), context.person, may, acts)


def _chosen(filters: Filters) -> tuple[StatementKind | None, Meaning | None]:
    kind, meaning = filters.text("kind"), filters.text("meaning")
    return (
        StatementKind(kind) if kind in set(StatementKind) else None,
        Meaning(meaning) if meaning in set(Meaning) else None,
    )


def _acts(context: Context, candidate_id: int, view: SigningView) -> Acts:
    def signing(login: str, passphrase: str, reason: str) -> SignOff:
        return sign.sign(context, candidate_id, view.evaluation_id, login, passphrase, view.meaning, view.kind, reason)

    def adding(gate: str, text: str, owner: str, due: date, verification: str, stage: str) -> Condition:
        return conditions.add(
            context, candidate_id, gate=gate, text=text, owner=owner, due=due, verification=verification, stage=stage
        )

    def closing(number: int, remark: str) -> Condition:
        return conditions.close(context, number, remark)

    return Acts(signing, adding, closing)


def draw(seen: SignOffView) -> None:
    view = seen.view
    if view is None:
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
        heading(["Sign-off", view.candidate.label, f"evaluated {moment_text(evaluation.as_of)}",
                 join(["evaluation ", mono(evaluation.id[:12])])]),
        lead(_sentence(view), SIGN_OFFS[view.standing.state]),
    )  # fmt: skip
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        html(section("The statement", "exactly as it will be signed"), _statement(view))
    with right:
        html(box("What is checked", _checklist(seen, view)))
        _conditions(seen, evaluation)
        _sign(seen, view)
        html(box("Signatures", standing_lines(view.standing, view.signoffs[::-1])))
    with left:
        if view.signoffs:
            html(section("Seals", "newest first"), *(seal(s) for s in reversed(view.signoffs)))
        html(box("How to verify", verify_steps(seen.place.project)))


def _sentence(view: SigningView) -> str:
    return f"{view.evaluation.readiness.headline}. {view.standing.text}"


def _statement(view: SigningView) -> Markup:
    rows = join(join((tag("dt", label), tag("dd", text))) for label, text in view.lines)
    spoken = tag("blockquote", view.sentence, class_="cs-sentence")
    return tag("div", spoken, tag("dl", rows, class_="cs-pairs cs-statement-lines"), class_="cs-statement")


def _checklist(seen: SignOffView, view: SigningView) -> Markup:
    found = view.obstacles
    person = [o for o in found if o.code in _PERSON]
    eyes = [o for o in found if o.code in _FOUR_EYES]
    rest = [o for o in found if o not in person and o not in eyes]
    who = f"{seen.person.name}, {seen.person.role}, may sign" if seen.person.role is not Role.ANONYMOUS else ""
    lines = [
        *([_bad(o.text) for o in person] or [_good(who)]),
        *([_bad(o.text) for o in eyes] or ([_good(FOUR_EYES)] if not person else [])),
        *([_bad(o.text) for o in rest] or [_good(f"The decision allows: {view.kind}")]),
    ]  # fmt: skip
    decision = DECISIONS[view.evaluation.readiness.decision]
    measured = f"{view.evaluation.readiness.measured} of {counted(view.evaluation.readiness.gates, 'gate')} measured"
    return items([*lines, join([chip(decision), " ", muted(measured)])])


def _bad(text: str) -> Markup:
    return join([chip(FAIL.named("forbids")), " ", text])


def _good(text: str) -> Markup:
    return join([chip(PASS.named("clear")), " ", text])


def _sign(seen: SignOffView, view: SigningView) -> None:
    if seen.person.role is Role.ANONYMOUS:
        back = f"/sign-off?{urlencode(seen.place.params())}"
        href = f"./auth/login?{urlencode({'next': back})}"
        html(tag("p", tag("a", "Sign in to sign", href=href, target="_self", class_="cs-btn")))
        return
    own = [s for s in view.signoffs if s.account_id == seen.person.id]
    if own:
        html(section("Your signature"), seal(own[-1]))
    if any(o.code in _PERSON for o in view.obstacles):
        return
    if len(view.kinds) > 1:
        _choice("Statement", [str(k) for k in view.kinds], str(view.kind), "kind")
    if len(view.meanings) > 1:
        _choice("Meaning of the signature", [str(m) for m in view.meanings], str(view.meaning), "meaning")
    _form(seen, view)


def _choice(label: str, options: list[str], chosen: str, key: str) -> None:
    st.segmented_control(label, options, default=chosen, key=key, bind="query-params", required=True)


def _form(seen: SignOffView, view: SigningView) -> None:
    turn = st.session_state.setdefault("cs-sign-turn", 0)  # a new field after every try: no passphrase stays in it
    refusal = st.session_state.pop("cs-sign-refused", None)
    with st.form("sign", border=True):
        html(section("Sign", f"{view.kind}, meaning {view.meaning}; asked again at every signature"))
        login = st.text_input("Identifier", key="sign-login", max_chars=64, autocomplete="username")
        secret = st.text_input(
            "Passphrase", key=f"sign-secret-{turn}", type="password", max_chars=1024, autocomplete="current-password"
        )
        reason = st.text_area(
            "Reason",
            key="sign-reason",
            max_chars=500,
            height=80,
            placeholder="What was reviewed, and why this statement",
        )
        sent = st.form_submit_button("Sign", type="primary", disabled=not view.may_sign)
        if not view.may_sign:
            html(note("The button opens when nothing above forbids it.", MISSING.named("closed")))
        if refusal:
            html(tag("div", chip(FAIL.named("refused")), " ", refusal[0], " ", muted(refusal[1]), role="alert"))
    if sent and seen.acts is not None:
        st.session_state["cs-sign-turn"] = turn + 1
        _signed(seen.acts, login or "", secret or "", reason or "")


def _signed(acts: Acts, login: str, secret: str, reason: str) -> None:
    try:
        with st.spinner("Judging again, opening the key, signing"):
            acts.sign(login, secret, reason)
    except CountersignError as error:
        st.session_state["cs-sign-refused"] = (str(error), error.hint)
    st.rerun()


def _conditions(seen: SignOffView, evaluation: Evaluation) -> None:
    titles = {r.gate: r.title for r in evaluation.results}
    html(
        section(
            "Conditions", f"{counted(len(evaluation.conditions), 'condition')}, {len(seen.suggestions)} still to write"
        )
    )
    if evaluation.conditions:
        html(items(condition_item(c, titles) for c in evaluation.conditions))
    elif not seen.suggestions:
        html(note("None are needed: nothing warns."))
    if not seen.may_condition:
        if seen.suggestions:
            html(note("An auditor or manager writes conditions; sign in as one.", MISSING.named("missing")))
        return
    for suggestion in seen.suggestions:
        _suggestion(seen, suggestion)
    _closing(seen, evaluation)
    failed = st.session_state.pop("cs-condition-refused", None)
    if failed:
        html(_bad(failed[0]), muted(join([" ", failed[1]])))


def _suggestion(seen: SignOffView, suggestion: Suggestion) -> None:
    key = suggestion.gate
    with st.expander(f"Write a condition for: {_plain(suggestion.title)}"), st.form(f"condition-{key}", border=False):
        text = st.text_area("What must be done", suggestion.text, max_chars=500, height=70, key=f"text-{key}")
        verification = st.text_input("How it is verified", suggestion.verification, max_chars=500, key=f"verify-{key}")
        owner, due, stage = st.columns(3)
        by = owner.text_input("Owner", max_chars=200, key=f"owner-{key}", placeholder="Team or person")
        until = due.date_input("Due", suggestion.due, key=f"due-{key}", format="YYYY-MM-DD")
        when = stage.selectbox("Stage", STAGES, index=STAGES.index(suggestion.stage), key=f"stage-{key}")
        sent = st.form_submit_button("Add the condition")
    if sent and seen.acts is not None and isinstance(until, date):
        add = seen.acts.add
        _tried(lambda: add(key, text or "", by or "", until, verification or "", when or ""))


def _closing(seen: SignOffView, evaluation: Evaluation) -> None:
    openly = [c for c in evaluation.conditions if c.state != "met"]
    if not openly:
        return
    with st.expander("Say that a condition is met"), st.form("close", border=False):
        chosen = st.selectbox(
            "Condition", [c.id for c in openly], format_func=lambda n: next(_plain(c.text) for c in openly if c.id == n)
        )
        remark = st.text_input("How it was seen", max_chars=500)
        sent = st.form_submit_button("It is met")
    if sent and seen.acts is not None and chosen is not None:
        close = seen.acts.close
        _tried(lambda: close(chosen, remark or ""))


def _tried(act: Callable[[], object]) -> None:
    try:
        act()
    except CountersignError as error:
        st.session_state["cs-condition-refused"] = (str(error), error.hint)
    st.rerun()


_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()<>#+-!|$:~"})


def _plain(text: str) -> str:
    """Escape text for labels, which Streamlit reads as Markdown."""
    return text.translate(_MARKDOWN)


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
