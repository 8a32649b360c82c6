"""One gate: what it asks, what it found, what would turn it, and the evidence it rests on."""

from dataclasses import dataclass, replace
from typing import Any

from dashboard.errors import NotFoundError
from dashboard.gates import all_gates
from dashboard.model.evaluation import Condition, Evaluation, GateResult
from dashboard.model.figures import moment_text, size_text
from dashboard.services.context import Context
from dashboard.services.policy_words import sections
from dashboard.ui import judging, waiver_forms
from dashboard.ui.components.blocks import Figure, box, empty, figures, heading, items, note, pairs, section
from dashboard.ui.components.links import Place, raw_link
from dashboard.ui.components.markup import Markup, dotted, join, mono, tag
from dashboard.ui.components.states import RULINGS, icon
from dashboard.ui.components.tables import Column, table
from dashboard.ui.components.verdicts import condition_item
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.waiver_forms import WaiverView
from dashboard.ui.wording import loss, required


@dataclass(frozen=True, slots=True)
class GateDetail:
    """What the page shows."""

    place: Place
    result: GateResult
    doc: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]
    policy: str
    waivers: WaiverView | None = None
    """What was set aside, and what the person who looks may do about it."""


def load(context: Context, filters: Filters) -> GateDetail:
    evaluation = judging.evaluation(context, filters.place)
    seen = detail(filters.place, evaluation, filters.text("id"))
    return replace(seen, waivers=waiver_forms.view(context, evaluation, seen.result))


def detail(place: Place, evaluation: Evaluation, gate: str) -> GateDetail:
    """Find a gate in an evaluation.

    Raises:
        NotFoundError: the policy does not ask it.
    """
    result = next((r for r in evaluation.results if r.gate == gate), None)
    if result is None:
        msg = f"The policy in force does not ask {gate!r}."
        raise NotFoundError(msg, hint="Open a gate from the Readiness page.")
    known = all_gates().get(gate)
    own = tuple(c for c in evaluation.conditions if c.gate == gate)
    policy = f"{evaluation.policy_name} v{evaluation.policy_version}"
    return GateDetail(place, result, sections(known.doc if known else ""), own, policy)


def draw(seen: GateDetail) -> None:
    result, verdict = seen.result, seen.result.verdict
    state = RULINGS[verdict.ruling]
    css = f"cs-word cs-word-small cs-{state.tone}"
    key = "key: anything but a pass or a warning is a NO-GO" if result.key else "not key"
    html(
        heading([seen.place.link("Readiness", ""), join(["gate ", mono(result.gate)]), seen.policy]),
        tag(
            "div",
            tag("div", tag("div", icon(state.icon), f"{result.title}: {state.word}", class_=css),
                tag("div", verdict.because, class_="cs-why")),
            figures(_figures(result)),
            class_="cs-answer",
        ),
    )  # fmt: skip
    turn = box("What would turn it", tag("p", verdict.turn)) if verdict.turn else ""
    asked = box(
        "What is asked",
        pairs(
            [
                *seen.doc,
                ("Required", required(verdict.required)),
                ("Tier", f"{result.tier}, weight {result.weight}; {key}"),
            ]
        ),
    )
    conditions = (
        box("Conditions", items(condition_item(c, {result.gate: result.title}) for c in seen.conditions))
        if seen.conditions
        else ""
    )
    html(tag("div", tag("div", asked), tag("div", join([turn, conditions]), class_="cs-stack"), class_="cs-cols"))
    html(section("Evidence", "what the ruling rests on"), _evidence(seen), _closer(seen.place, result.gate))
    if seen.waivers is not None:
        waiver_forms.draw(seen.waivers)


#: Pages that show what a gate counted, by how its name begins; the first that fits.
_CLOSER = (
    ("tests.flaky", (("Flaky tests of the branch", "flaky"),)),
    ("tests.", (("Failures by what they have in common", "failures"), ("What changed", "changes"))),
)


def _closer(place: Place, gate: str) -> Markup:
    """Link to where the tests behind a gate are looked at."""
    found = next((pages for start, pages in _CLOSER if gate.startswith(start)), ())
    links = dotted(place.link(label, page) for label, page in found)
    return note(join(["Look closer: ", links])) if found else links


def _figures(result: GateResult) -> list[Figure]:
    verdict = result.verdict
    shown = (
        [Figure(f"{verdict.observed} {verdict.unit}".strip(), verdict.fraction or "observed")]
        if verdict.observed
        else []
    )
    earned = f"{result.earned_halves / 2:g} of {result.weight:g} points"
    return [*shown, Figure(loss(result), f"loss · {earned}")]


def _evidence(seen: GateDetail) -> Markup:
    sources = seen.result.verdict.evidence
    if not sources:
        return empty(
            "No evidence", seen.result.verdict.turn or "Nothing that answers this was ingested for this candidate."
        )
    columns = (
        Column("File", narrow="title"), Column("Format", narrow="plain"), Column("Size", "right", "plain"),
        Column("Measured", narrow="plain"), Column("sha256"), Column("Raw", narrow="plain"),
    )  # fmt: skip
    rows = [
        (
            tag("span", seen.place.link(s.name, "artefact", sha=s.sha256), class_="cs-break"),
            s.format,
            size_text(s.size),
            moment_text(s.collected_at),
            tag("span", mono(s.sha256[:16]), title=s.sha256),
            raw_link(s.sha256),
        )
        for s in sources
    ]
    return table(columns, rows, caption="Evidence of the gate", css="cs-flow")


PAGE: Page[Any] = Page(
    slug="gate", title="Gate", icon=":material/fact_check:", load=load, draw=draw, under="", params=("id",), fresh=True
)
