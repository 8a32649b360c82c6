"""Readiness: the decision, what it costs, and what still stands between here and a signature."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts.trend import score_trend
from dashboard.model.evaluation import Evaluation, Severity
from dashboard.model.figures import moment_text, score_text
from dashboard.model.records import Kind
from dashboard.model.statement import SignOff, Standing
from dashboard.model.verdict import Ruling
from dashboard.services import comparison
from dashboard.services.comparison import Comparison, Step
from dashboard.services.context import Context
from dashboard.ui import judging, sharing, signing, weighing
from dashboard.ui.comparing import compared, judgements
from dashboard.ui.components.blocks import Figure, box, empty, figures, fold, heading, items, note, section
from dashboard.ui.components.integrity import expectations, sums
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, mono, tag
from dashboard.ui.components.scores import trend_table
from dashboard.ui.components.seals import standing_lines
from dashboard.ui.components.states import DECISIONS, INFO, icon
from dashboard.ui.components.verdicts import by_loss, condition_item, finding_item, gate_table
from dashboard.ui.look import chart, html, palette
from dashboard.ui.page import Filters, Page
from dashboard.ui.wording import counted, finding_counts, score_points, why


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the page shows."""

    place: Place
    evaluation: Evaluation | None
    go_at: float
    conditional_at: float
    kinds: tuple[Kind, ...]
    """Kinds of evidence this candidate has: what can be left out in thought."""
    trend: pd.DataFrame
    standing: Standing | None
    sign_offs: tuple[SignOff, ...]
    approved: Comparison | None = None
    """With the last approved candidate of the environment."""
    before: Comparison | None = None
    """With the candidate before."""
    steps: tuple[Step, ...] = ()
    """Stored evaluations, newest first."""
    base_url: str = ""


def load(context: Context, filters: Filters) -> Readiness:
    place = filters.place
    if place.candidate is None:
        return Readiness(place, None, 9.0, 7.5, (), pd.DataFrame(), None, ())
    without = tuple(k for k in filters.many("without") if k in set(Kind))
    evaluation = judging.evaluation(context, place, without)
    go_at, conditional_at = judging.marks(context, place)
    whole = judging.evaluation(context, place) if without else evaluation
    standing, sign_offs = signing.standing(context, whole)
    kinds = tuple(k for k in Kind if any(s.kind is k for s in whole.sources))
    return Readiness(
        place,
        evaluation,
        go_at,
        conditional_at,
        kinds,
        judging.trend(context, place),
        standing,
        sign_offs,
        comparison.with_approved(context, evaluation),
        comparison.with_previous(context, evaluation),
        comparison.history(context, place.candidate),
        context.settings.base_url,
    )


def draw(seen: Readiness) -> None:
    evaluation = seen.evaluation
    if evaluation is None:
        html(
            heading(["Readiness", seen.place.project_name]),
            empty(
                "No candidate",
                "This project has no evidence yet, and without evidence nothing can be decided.",
                seen.place.ingest("report.xml"),
            ),
        )
        return
    html(_answer(seen, evaluation))
    left, right = st.columns([1.68, 1], gap="medium")
    with left:
        html(_gates(seen, evaluation))
        html(compared(seen.place, evaluation, seen.approved, seen.before))
        _what_if(seen)
        with st.container(key="cs-late"):
            _trend(seen)
    with right:
        weighing.draw(seen.place, evaluation)
        html(_beside(seen, evaluation))
        if not evaluation.without:
            sharing.draw(seen.place, seen.base_url)


def _answer(seen: Readiness, evaluation: Evaluation) -> Markup:
    ready = evaluation.readiness
    state = DECISIONS[ready.decision]
    cut = "cut-off declared" if evaluation.candidate.as_of else None
    first = heading(
        [
            "Readiness" if not evaluation.without else f"What if there were no {', '.join(evaluation.without)}",
            tag("span", "evaluated ", moment_text(evaluation.as_of), title=cut),
            cut,
            join(
                [
                    "policy ",
                    f"{evaluation.policy_name} v{evaluation.policy_version} ",
                    mono(evaluation.policy_digest[:8]),
                ]
            ),
        ]
    )
    word = tag("div", icon(state.icon), ready.headline, class_=f"cs-word cs-{state.tone}")
    blockers = any(f.severity is Severity.BLOCKER for f in evaluation.findings)
    row = figures(
        [
            Figure(score_text(ready.score), f"score · {score_points(evaluation)}"),
            Figure(
                f"{ready.measured} / {ready.gates}",
                "gates measured",
                "missing" if ready.measured < ready.gates else None,
            ),
            Figure(finding_counts(evaluation.findings), "blocker · major · minor · info", "fail" if blockers else None),
            Figure(_quorum(seen.standing), "signatures"),
        ]
    )
    said = tag("div", word, tag("div", why(evaluation), class_="cs-why"))
    return join([first, tag("div", said, row, class_="cs-answer")])


def _quorum(standing: Standing | None) -> str:
    if standing is None:
        return "0"
    needed = sum(standing.required.values())
    have = sum(min(standing.signed.get(role, 0), n) for role, n in standing.required.items())
    return f"{have} / {needed}"


def _gates(seen: Readiness, evaluation: Evaluation) -> Markup:
    results = by_loss(evaluation.results)
    apart = (Ruling.PASS, Ruling.NOT_APPLICABLE)
    first = [r for r in results if r.verdict.ruling not in apart or (r.key and r.verdict.ruling is Ruling.PASS)]
    rest = [r for r in results if r not in first]
    if not results:
        return tag("div", section("Gates"), empty("No gates", "The policy asks nothing, so nothing is proved."))
    folded = (
        fold(f"+ {counted(len(rest), 'more gate')} that {'passes' if len(rest) == 1 else 'pass'} or do not apply",
             gate_table(seen.place, rest, "Gates that pass or do not apply"))
        if rest
        else ""
    )  # fmt: skip
    return tag(
        "div",
        section("Gates", "what costs comes first"),
        gate_table(seen.place, first, "Gates that cost points or block, then key gates that pass"),
        folded,
        _in_words(seen, evaluation),
    )


def _in_words(seen: Readiness, evaluation: Evaluation) -> Markup:
    passes = sum(r.verdict.ruling is Ruling.PASS for r in evaluation.results)
    others = len(evaluation.results) - passes
    head = f"In sentences: {counted(others, 'consideration')}, {counted(passes, 'strength')}"
    return fold(head, weighing.sentences(seen.place, evaluation))


def _beside(seen: Readiness, evaluation: Evaluation) -> Markup:
    titles = {r.gate: r.title for r in evaluation.results}
    conditions = (
        items(condition_item(c, titles) for c in evaluation.conditions)
        if evaluation.conditions
        else note(_no_conditions(seen.place, evaluation))
    )
    findings = (
        items(finding_item(seen.place, f) for f in evaluation.findings)
        if evaluation.findings
        else note("None: the evidence does not contradict itself.")
    )
    go = tag("a", "Review and sign", href=seen.place.href("sign-off"), target="_self", class_="cs-btn")
    return tag(
        "div",
        box("How firm it is", weighing.robustness(evaluation), aside="the same rulings under other weights"),
        box("Conditions", conditions),
        box("Findings", findings),
        box("Evidence", sums(evaluation.integrity), _expected(seen.place, evaluation), aside="how it was read"),
        box("Judgements", judgements(seen.steps), aside="kept by their digest") if not evaluation.without else "",
        box("Signatures", standing_lines(seen.standing, seen.sign_offs), go if not evaluation.without else ""),
        class_="cs-stack",
    )


def _expected(place: Place, evaluation: Evaluation) -> Markup:
    """Write the expected reports that are missing; what is there is told on the Evidence page."""
    short = [one for one in evaluation.expected if one.missing]
    asked = counted(len(evaluation.expected), "expected report")
    said = f"{len(evaluation.expected) - len(short):,} of {asked} there. " if evaluation.expected else ""
    missing = expectations(short) if short else ""
    return join([tag("p", said, place.link("Every file and what was noticed", "evidence"), class_="cs-note"), missing])


def _no_conditions(place: Place, evaluation: Evaluation) -> Markup:
    n = len(evaluation.readiness.uncovered)
    if not n:
        return Markup("None are needed.")
    lead = f"{counted(n, 'open point')} {'needs' if n == 1 else 'need'} one with owner, due date and verification. "
    return join([lead, place.link("Write them on Sign-off", "sign-off")])


def _what_if(seen: Readiness) -> None:
    if not seen.kinds:
        return
    st.pills(
        "What if this evidence were missing? Absence is never a success: leave a kind out and see the decision.",
        [str(k) for k in seen.kinds],
        selection_mode="multi",
        wrap=True,
        key="without",
        bind="query-params",
    )
    if seen.evaluation is not None and seen.evaluation.without:
        html(note("A thought only: it is neither stored nor can it be signed.", INFO.named("what if")))


def _trend(seen: Readiness) -> None:
    if seen.trend.empty:
        return
    scored = seen.trend
    newest = scored.iloc[-1]
    html(
        section(
            "Candidates",
            dotted([f"{counted(len(scored), 'candidate')} judged", f"newest {newest['label']}: {newest['word']}"]),
        )
    )
    drawn = score_trend(scored, palette(), go_at=seen.go_at, conditional_at=seen.conditional_at)
    chart(drawn, alt=f"Score of {len(scored)} candidates; the table below holds the same.", key="score-trend")
    html(trend_table(seen.place, scored))


PAGE: Page[Any] = Page(
    slug="",
    title="Readiness",
    icon=":material/verified:",
    load=load,
    draw=draw,
    rank=1,
    params=("without",),
    keeps_s=60,
)
