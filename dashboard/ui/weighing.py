"""The score taken apart for people who decide: what each gate cost, in a figure, in a table and in sentences."""

import streamlit as st

from dashboard.charts.waterfall import Loss, floor_of, loss_waterfall
from dashboard.model.evaluation import Evaluation, GateResult
from dashboard.model.figures import points_text, score_text
from dashboard.model.verdict import Ruling
from dashboard.policy import sensitivity
from dashboard.ui.components.blocks import fold, items, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, muted, tag
from dashboard.ui.components.states import DECISIONS, RULINGS, SKIPPED, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.components.verdicts import by_loss
from dashboard.ui.look import chart, html, palette
from dashboard.ui.wording import counted, loss, observed, required

_LOSSES = (
    Column("Gate", narrow="title"),
    Column("Ruling", narrow="state"),
    Column("Points lost", "right", "flow"),
    Column("Of 10", "right", "flow"),
    Column("Left", "right", "flow"),
)
_VARIANTS = (
    Column("Variant", narrow="title"),
    Column("Decision", narrow="state"),
    Column("Score", "right", "plain"),
)


def losing(evaluation: Evaluation) -> list[GateResult]:
    """Give the gates that cost points, the dearest first."""
    return [result for result in by_loss(evaluation.results) if result.lost_halves]


def losses(evaluation: Evaluation) -> tuple[Loss, ...]:
    """Give what each gate cost on the scale of ten."""
    ready = evaluation.readiness
    whole = ready.possible_halves
    gates = tuple(
        Loss(
            r.title,
            10 * r.lost_halves / whole,
            RULINGS[r.verdict.ruling].tone,
            f"{points_text(r.lost_halves)} of {points_text(whole)} points, {RULINGS[r.verdict.ruling].word}",
        )
        for r in losing(evaluation)
    )
    if not ready.held_halves:
        return gates
    held = Loss("Muted tests", 10 * ready.held_halves / whole, "skipped", f"{points_text(ready.held_halves)} held back")
    return (*gates, held)


def draw(place: Place, evaluation: Evaluation) -> None:
    """Draw the waterfall with its table; where nothing was lost or nothing counts, a sentence says so."""
    ready = evaluation.readiness
    steps = losses(evaluation)
    score = score_text(ready.score)
    with st.container(key="cs-loss"):
        html(section(f"From 10 to {score}", "what each gate cost"))
        if not ready.possible_halves:
            html(note("No gate counts, so nothing is proved: the score is 0."))
            return
        if not steps:
            html(note(f"No gate cost anything: {points_text(ready.earned_halves)} of its points are earned."))
            return
        low = floor_of(float(ready.score))
        dearest = next(iter(losing(evaluation)), None)
        lost = points_text(ready.possible_halves - ready.earned_halves)
        words = f"{counted(len(steps), 'gate')} cost {lost} of {points_text(ready.possible_halves)} points; "
        title = dearest.title if dearest else steps[0].label
        words += f"{title} the most." if len(steps) > 1 else f"{title} alone."
        html(note(f"{words} The axis begins at {low:g}." if low else words))
        alt = f"Waterfall from 10 to {score}. {words} The table below holds the same."
        chart(loss_waterfall(steps, float(ready.score), palette()), alt=alt, key="loss-waterfall")
        html(fold("Point by point", loss_table(place, evaluation)))


def loss_table(place: Place, evaluation: Evaluation) -> Markup:
    """Write the figure as a table: each gate's loss, and what is left after it."""
    whole = evaluation.readiness.possible_halves
    left = whole
    rows = [Row(("Full marks", "", points_text(whole), "10", "10.00"))]
    for result in losing(evaluation):
        left -= result.lost_halves
        rows.append(
            Row(
                (
                    place.link(result.title, "gate", id=result.gate),
                    chip(RULINGS[result.verdict.ruling]),
                    f"−{points_text(result.lost_halves)}",
                    f"−{10 * result.lost_halves / whole:.2f}",
                    f"{10 * left / whole:.2f}",
                )
            )
        )
    ready = evaluation.readiness
    if ready.held_halves:
        left -= ready.held_halves
        rows.append(
            Row(
                (
                    place.link("Muted tests", "flaky"),
                    chip(SKIPPED.named("held back")),
                    f"−{points_text(ready.held_halves)}",
                    f"−{10 * ready.held_halves / whole:.2f}",
                    f"{10 * left / whole:.2f}",
                )
            )
        )
    foot = ("Score", "", points_text(ready.earned_halves), score_text(ready.score), f"{float(ready.score):.2f}")
    return table(_LOSSES, rows, caption="From 10 to the score, gate by gate", css="cs-flow", foot=foot)


def sentences(place: Place, evaluation: Evaluation) -> Markup:
    """Write what speaks against the release, then, folded, what speaks for it; both from the verdicts alone."""
    ordered = by_loss(evaluation.results)
    against = [r for r in ordered if r.verdict.ruling is not Ruling.PASS]
    strengths = [r for r in ordered if r.verdict.ruling is Ruling.PASS]
    said = items(_sentence(place, r) for r in against) if against else note("No gate speaks against it: all pass.")
    good = (
        fold(counted(len(strengths), "strength"), items(_sentence(place, r) for r in strengths))
        if strengths
        else note("No gate passes, so nothing speaks for it.")
    )
    return join([said, good])


def _sentence(place: Place, result: GateResult) -> Markup:
    verdict = result.verdict
    cost = join([" costs ", loss(result), f" of {result.weight}"]) if result.lost_halves else ""
    figure = join([observed(result), cost])
    turn = verdict.turn if verdict.ruling is not Ruling.PASS else None
    about = muted(dotted([required(verdict.required), verdict.because if verdict.observed else None, turn]))
    name = place.link(result.title, "gate", id=result.gate)
    return join([chip(RULINGS[verdict.ruling]), " ", name, ": ", figure, " ", about])


def robustness(evaluation: Evaluation) -> Markup:
    """Write in how many variants of the weights the decision is the same, with every variant behind it."""
    variants, decision = evaluation.variants, evaluation.readiness.decision
    if not variants:
        return note("No variant of the weights was tried.")
    same = sensitivity.same(variants, decision)
    others = [f"{word} in {n}" for word, n in sensitivity.counts(variants).items() if n and word is not decision]
    said = f"{decision} in {same} of {counted(len(variants), 'variant')} of the weights"
    said += f"; {', '.join(others)}." if others else "."
    rows = [
        Row(
            (v.name, chip(DECISIONS[v.decision]), tag("span", score_text(v.score), " ", muted(
                f"{points_text(v.earned_halves)} of {points_text(v.possible_halves)}"), class_="cs-nw")),
            tone=None if v.decision is decision else "now",
        )
        for v in sorted(variants, key=lambda v: v.decision is decision)
    ]  # fmt: skip
    shown = table(_VARIANTS, rows, caption="Variants of the weights, other decisions first", css="cs-flow")
    return join([note(said), fold(f"All {len(variants)} variants", shown)])
