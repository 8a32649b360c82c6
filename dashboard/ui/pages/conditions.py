"""Conditions of a project: what was promised for its releases, what is overdue, and the evidence that met it."""

from dataclasses import dataclass
from typing import Any

from dashboard.model.candidate import Candidate
from dashboard.model.figures import moment_text
from dashboard.services import conditions
from dashboard.services.conditions import Held
from dashboard.services.context import Context
from dashboard.ui.components.blocks import Figure, empty, figures, heading, lead, note
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, muted, tag
from dashboard.ui.components.states import CONDITION_STATES, FAIL, PASS, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.wording import counted

STATES = ("overdue", "open", "met")
_COLUMNS = (
    Column("State", narrow="state", width="9%"),
    Column("Condition", narrow="title", width="29%"),
    Column("Candidate", narrow="row", width="12%"),
    Column("Owner", narrow="row", width="11%"),
    Column("Due", narrow="row", width="11%"),
    Column("How it is verified", narrow="flow", width="28%"),
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the page shows."""

    place: Place
    held: tuple[Held, ...]
    state: str
    """The state it is narrowed to; "" for all."""
    owner: str


def load(context: Context, filters: Filters) -> Conditions:
    state = filters.text("state")
    held = conditions.of_project(context, filters.place.project)
    return Conditions(filters.place, held, state if state in STATES else "", filters.text("owner"))


def draw(seen: Conditions) -> None:
    place = seen.place
    if not seen.held:
        html(
            heading([place.link("Readiness", ""), "Conditions", place.project_name]),
            empty(
                "No condition",
                join(["Nothing was promised for a release of this project. What needs a condition is listed on ",
                      place.link("Sign-off", "sign-off"), "."]),
                f"countersign evaluate --project {place.project}",
            ),
        )  # fmt: skip
        return
    n = {state: sum(h.condition.state == state for h in seen.held) for state in STATES}
    html(
        heading([place.link("Readiness", ""), "Conditions", place.project_name]),
        lead(_sentence(n), FAIL if n["overdue"] else PASS),
        figures(
            [
                Figure(n["overdue"], "overdue", "fail" if n["overdue"] else None),
                Figure(n["open"], "open"),
                Figure(n["met"], "met"),
            ]
        ),
        _filters(seen),
    )
    rows = [h for h in seen.held if _fits(seen, h)]
    if rows:
        html(table(_COLUMNS, [_row(place, h) for h in rows], caption="Conditions", css="cs-fixed cs-flow"))
    else:
        html(note(join(["None is like that. ", place.link("Show all", "conditions")])))
    html(note(join(["A report somebody wrote by hand? ", place.link("Check what it claims", "claims"), "."])))


def _sentence(n: dict[str, int]) -> str:
    if n["overdue"]:
        are = "is" if n["overdue"] == 1 else "are"
        return f"{counted(n['overdue'], 'condition')} {are} overdue: until met, no next stage starts."
    if n["open"]:
        return f"{counted(n['open'], 'condition')} open, none overdue."
    return f"All {counted(n['met'], 'condition')} met."


def _filters(seen: Conditions) -> Markup:
    owners = sorted({h.condition.owner for h in seen.held})
    by_state = [_choice(seen, state or "all", state=state, owner=seen.owner) for state in ("", *STATES)]
    by_owner = [_choice(seen, owner or "every owner", state=seen.state, owner=owner) for owner in ("", *owners)]
    return tag("p", dotted(by_state), tag("br"), dotted(by_owner), class_="cs-note")


def _choice(seen: Conditions, label: str, *, state: str, owner: str) -> Markup:
    if (state, owner) == (seen.state, seen.owner):
        return tag("strong", label, aria_current="true")
    return seen.place.link(label, "conditions", state=state, owner=owner)


def _fits(seen: Conditions, held: Held) -> bool:
    return seen.state in ("", held.condition.state) and seen.owner in ("", held.condition.owner)


def _row(place: Place, held: Held) -> Row:
    condition = held.condition
    gate = condition.gate.removeprefix("finding:")
    about = f"finding {gate}" if condition.gate.startswith("finding:") else place.link(gate, "gate", id=gate)
    how = "closed by later evidence" if held.by_machine else "a person looks"
    seen = (
        muted(join([f"{condition.closed_by} at {moment_text(held.closed_at)}: ", condition.closing_note or ""]))
        if condition.state == "met"
        else muted(how)
    )
    return Row(
        (
            chip(CONDITION_STATES[condition.state]),
            join([condition.text, " ", muted(dotted([about, condition.stage]))]),
            place_of(place, held),
            condition.owner,
            f"{condition.due:%Y-%m-%d}",
            join([tag("span", condition.verification, class_="cs-break"), " ", tag("span", seen, class_="cs-break")]),
        ),
        tone="fail" if condition.state == "overdue" else None,
    )


def place_of(place: Place, held: Held) -> Markup:
    """Link to the sign-off of the candidate that the condition belongs to."""
    here: Candidate | None = place.candidate
    if here is not None and here.id == held.candidate_id:
        return place.link(held.candidate, "sign-off")
    return place.link(held.candidate, "sign-off", candidate=held.candidate_id)


PAGE: Page[Any] = Page(
    slug="conditions",
    title="Conditions",
    icon=":material/rule:",
    load=load,
    draw=draw,
    rank=2,
    under="",
    params=("state", "owner"),
    keeps_s=60,
)
