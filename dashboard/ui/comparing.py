"""A candidate beside an earlier one, and the ways one candidate was judged, as sections of the Readiness page."""

from fractions import Fraction

from dashboard.model.evaluation import Evaluation
from dashboard.model.figures import moment_text, score_text
from dashboard.services.comparison import Comparison, GateChange, Step
from dashboard.ui.components.blocks import fold, items, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import CONDITION_STATES, DECISIONS, INFO, RULINGS, SKIPPED, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.wording import counted, score_points

_CHANGES = (
    Column("What", narrow="title", width="27%"),
    Column("Then", narrow="row", width="36%"),
    Column("Now", narrow="row", width="37%"),
)
_STEPS = (
    Column("Judged", narrow="title"),
    Column("Decision", narrow="state"),
    Column("Score", "right", "plain"),
    Column("Because", narrow="plain"),
)


def compared(place: Place, evaluation: Evaluation, approved: Comparison | None, before: Comparison | None) -> Markup:
    """Write both comparisons: with the last approved candidate, and folded with the one before."""
    parts: list[Markup] = [section("Compared", "with what was approved last in this environment")]
    if approved is not None:
        parts.append(_comparison(place, evaluation, approved))
    else:
        parts.append(note("No earlier candidate of this environment was approved, so there is nothing to hold it to."))
    if before is not None and (approved is None or before.other.id != approved.other.id):
        head = f"With the candidate before: {before.other.label}, {_direction(evaluation, before)}"
        parts.append(fold(head, _comparison(place, evaluation, before)))
    return tag("div", *parts)


def _comparison(place: Place, evaluation: Evaluation, held: Comparison) -> Markup:
    turned = [change for change in held.gates if change.turned]
    said = f"{counted(len(turned), 'gate')} changed ruling" if turned else "No gate changed its ruling"
    ready = evaluation.readiness
    link = tag("a", held.other.label, href=f"./?project={place.project}&candidate={held.other.id}", target="_self")
    when = f"approved {moment_text(held.approved_at)}" if held.approved_at else "as it was judged last"
    policy = "under another policy" if held.policy_digest != evaluation.policy_digest else ""
    rows = [
        Row(("Decision", chip(DECISIONS[held.decision]), chip(DECISIONS[ready.decision]))),
        Row(
            (
                "Score",
                join([score_text(held.score), muted(f" {held.points}")]),
                join([score_text(ready.score), muted(f" {score_points(evaluation)} · {_direction(evaluation, held)}")]),
            )
        ),
        Row(("Gates measured", held.measured, f"{ready.measured} of {ready.gates}")),
        *(Row(_change(place, one), tone="now" if one.turned else None) for one in held.gates),
    ]
    caption = f"This candidate against {held.other.label}"
    parts = [
        note(join([dotted([link, when, policy]), ". ", said, "."])),
        table(_CHANGES, rows, caption=caption, css="cs-fixed"),
        _carried(held),
    ]
    return tag("div", *parts)


def _change(place: Place, one: GateChange) -> tuple[object, ...]:
    name = place.link(one.title, "gate", id=one.gate) if one.after is not None else one.title
    then = chip(RULINGS[one.before]) if one.before else chip(SKIPPED.named("not asked"))
    now = chip(RULINGS[one.after]) if one.after else chip(SKIPPED.named("not asked"))
    return name, join([then, " ", muted(one.measured_before)]), join([now, " ", muted(one.measured_after)])


def _carried(held: Comparison) -> Markup:
    if not held.carried:
        return note("None of its conditions is open.")
    lines = [
        join([chip(CONDITION_STATES.get(c.state, INFO.named(c.state))), " ", c.text,
              muted(dotted([c.gate, c.owner, f"due {c.due:%Y-%m-%d}"]))])
        for c in held.carried
    ]  # fmt: skip
    head = f"{counted(len(held.carried), 'condition')} of it still open"
    return fold(head, items(lines), unfolded=any(c.state == "overdue" for c in held.carried))


def _direction(evaluation: Evaluation, held: Comparison) -> str:
    difference: Fraction = evaluation.readiness.score - held.score
    if not difference:
        return "the same score"
    size = abs(float(difference))
    return f"{'up' if difference > 0 else 'down'} {size:.2f}" if size >= 0.005 else "hardly changed"


def judgements(steps: tuple[Step, ...]) -> Markup:
    """Write how the candidate was judged over time: every stored evaluation, and what made it another one."""
    if len(steps) < 2:
        return note("Judged once: nothing has changed since.") if steps else note("Not judged yet.")
    rows = [
        Row(
            (
                tag("span", moment_text(step.at), " ", muted(mono(step.evaluation_id[:8])), title=step.evaluation_id),
                chip(DECISIONS[step.decision]),
                tag("span", step.score, " ", muted(step.points), class_="cs-nw"),
                _because(step),
            ),
            tone="now" if step.from_decision not in (None, step.decision) else None,
        )
        for step in steps
    ]
    turns = sum(step.from_decision not in (None, step.decision) for step in steps)
    said = f"Judged {counted(len(steps), 'time')}; the decision changed {counted(turns, 'time')}."
    shown = table(_STEPS, rows, caption="Stored evaluations, newest first", css="cs-flow")
    return join([note(said), fold("Every stored judgement", shown, unfolded=bool(turns))])


def _because(step: Step) -> Markup:
    if step.from_decision is None:
        return muted("first judgement kept here")
    moved = f"{step.from_decision} → {step.decision}" if step.from_decision is not step.decision else ""
    shown = step.turned[:3]
    more = f"{len(step.turned) - 3:,} more" if len(step.turned) > 3 else ""
    return join([dotted([tag("strong", moved) if moved else "", *step.because]), " ", muted(dotted([*shown, more]))])
