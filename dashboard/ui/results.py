"""Results of one run: filtered and paged in the database, grouped by what went wrong. Shared by Tests and Run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.model.figures import moment_text
from dashboard.model.records import Outcome
from dashboard.model.status import Status
from dashboard.services import mutes
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.store.mutes import Mute
from dashboard.ui import address
from dashboard.ui.components.blocks import empty, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.states import FAIL, FLAKY, MISSING, State, chip, outcome
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import html
from dashboard.ui.page import PAGE_ROWS, Filters
from dashboard.ui.rows import records
from dashboard.ui.runs import took
from dashboard.ui.statuses import STATES, known, with_mute
from dashboard.ui.wording import counted

PARAMS = ("outcome", "status", "q", "p")

#: Statuses that can be filtered by, where a case of the run has them: what costs comes first.
SHOWN = (Status.NEW_FAILURE, Status.FAILING, Status.BROKEN, Status.FLAKY, Status.SUSPECTED, Status.FIXED)

#: Whether a group of failures was first seen in the run, or before.
NEW, KNOWN = FAIL.named("new"), State("known", "clock", "stale")


_RESULTS = (
    Column("Case", narrow="title", width="29%"),
    Column("Outcome", narrow="state", width="11%"),
    Column("Status", narrow="plain", width="11%"),
    Column("Took", "right", "flow", width="7%"),
    Column("Class", narrow="plain", width="19%"),
    Column("Message", narrow="plain", width="23%"),
)


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a run's results."""

    run: Mapping[str, Any]
    """As ``frames.runs`` gives it."""
    rows: pd.DataFrame
    found: int
    page: int
    narrowed: bool
    """Whether a filter is set."""
    statuses: Mapping[Status, int]
    """Of the cases of the run on its branch, as they stand now."""
    chosen: tuple[Status, ...] = ()
    muted: Mapping[int, Mute] = field(default_factory=dict)
    """What is muted on the branch, by case."""

    @property
    def pages(self) -> int:
        """Pages there are, at least one."""
        return max(1, -(-self.found // PAGE_ROWS))


def load(context: Context, filters: Filters, run: Mapping[str, Any]) -> Results:
    """Give the page of a run's results that the filters ask for."""
    run_id = int(run["id"])
    outcomes = tuple(o for o in filters.many("outcome") if o in set(Outcome))
    statuses = tuple(status for status in known(filters.many("status")) if status in SHOWN)
    search = filters.text("q")
    found = frames.count_run_cases(context.store, run_id, outcomes=outcomes, statuses=statuses, search=search)
    last = max(1, -(-found // PAGE_ROWS))
    page = min(max(1, filters.number("p", 1)), last)
    rows = frames.run_cases(
        context.store,
        run_id,
        outcomes=outcomes,
        statuses=statuses,
        search=search,
        limit=PAGE_ROWS,
        offset=(page - 1) * PAGE_ROWS,
    )
    held = {one.case_id: one for one in mutes.live(context, filters.place.project, str(run["branch"] or ""))}
    counts = frames.run_statuses(context.store, run_id)
    return Results(run, rows, found, page, bool(outcomes or statuses or search), counts, statuses, held)


def removed(run: Mapping[str, Any]) -> Markup:
    """Say that the results of a run are gone; "" where they are kept. What is gone is no success."""
    at = run["pruned_at"]
    if pd.isna(at):
        return Markup("")
    when = moment_text(at.to_pydatetime())
    return note(
        f"Its results were removed on {when} to make room; its counts stay, what stood behind them does not.",
        MISSING.named("removed"),
    )


def draw_groups(place: Place, found: pd.DataFrame, run: Mapping[str, Any], loose: int) -> None:
    """Draw the failures of a run by what they have in common; ``found`` is ``frames.failure_groups``.

    ``loose`` counts the failing cases that no group holds.
    """
    run_id = int(run["id"])
    html(section("Failures", counted(len(found), "group") if len(found) else ""))
    if gone := removed(run):
        html(gone)
        return
    if found.empty:
        html(
            note(f"{counted(loose, 'failure')} without a text to group by." if loose else "Nothing failed in this run.")
        )
        return
    columns = (
        Column("What failed", narrow="title"), Column("State", narrow="state"), Column("Tests", "right", "flow"),
        Column("Failing since", narrow="plain"),
    )  # fmt: skip
    rows = []
    for row in records(found.head(12)):
        new = int(row.first_run_id) == run_id
        title = place.link(row.title or "a failure that says nothing", "failures", run=run_id, group=row.group_id)
        where = muted(join([" ", row.frame])) if row.frame else ""
        since = join([place.link(row.first_run, "run", run=int(row.first_run_id)), muted(f" {row.first_at:%Y-%m-%d}")])
        rows.append(
            (
                tag("span", title, where, class_="cs-break cs-clamp"),
                chip(NEW if new else KNOWN),
                f"{int(row.cases):,}",
                muted("this run") if new else since,
            )
        )
    html(table(columns, rows, caption="Failures by what they have in common, most tests first", css="cs-flow"))
    more = len(found) - len(rows)
    if more > 0 or loose:
        said = [
            f"{more:,} more groups" if more > 0 else "",
            f"{counted(loose, 'failure')} without a text" if loose else "",
        ]
        html(
            note(
                join(
                    [
                        " · ".join(part for part in said if part),
                        " · ",
                        place.link("all failures", "failures", run=run_id),
                    ]
                )
            )
        )


def case_link(place: Place, row: Any, run_id: int | None = None) -> Markup:
    """Link to a case, with the class it stands in behind."""
    name = tag("span", place.link(row.name, "case", case=row.case_id, run=run_id), class_="cs-break")
    behind = muted(join([" ", row.classname])) if row.classname else ""
    return tag("span", name, behind, class_="cs-break cs-clamp")


def draw(place: Place, seen: Results) -> None:
    """Draw the filters, the results and the pages."""
    html(section("Results", f"{counted(seen.found, 'result')}{' found' if seen.narrowed else ''}, failures first"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="cs-filters"):
        st.text_input(
            "Name, class or message",
            key="q",
            bind="query-params",
            max_chars=200,
            placeholder="Search name, class, message",
            width=330,
            type="search",
        )
        st.pills(
            "Outcome", [str(o) for o in Outcome], selection_mode="multi", wrap=True, key="outcome", bind="query-params"
        )
        there = [status.value for status in SHOWN if seen.statuses.get(status) or status in seen.chosen]
        if there:
            st.pills(
                "Status on the branch now", there, selection_mode="multi", wrap=True,
                format_func=lambda word: f"{STATES[Status(word)].word} {seen.statuses.get(Status(word), 0):,}",
                **address.chosen("status", [status.value for status in seen.chosen]),
            )  # fmt: skip
    if seen.rows.empty:
        html(_nothing(seen))
        return
    rows = [_row(place, seen, row) for row in records(seen.rows)]
    html(table(_RESULTS, rows, caption="Results of the run, failures first", css="cs-fixed cs-flow"))
    if seen.pages > 1:
        first = (seen.page - 1) * PAGE_ROWS
        html(note(f"{first + 1:,} to {first + len(seen.rows):,} of {seen.found:,}"))
        st.pagination(seen.pages, default=1, key="p", bind="query-params")


def _row(place: Place, seen: Results, row: Any) -> Row:
    retried = int(row.attempts or 0) > 1 and row.outcome == "passed"
    state = chip(FLAKY.named("passed on retry")) if retried else chip(outcome(row.outcome))
    said = join([tag("span", row.failure_type, " ") if _said(row.failure_type) else "", row.message or ""])
    name = tag(
        "span", place.link(row.name, "case", case=row.case_id, run=int(seen.run["id"])), class_="cs-break cs-clamp"
    )
    where = tag("span", row.classname, class_="cs-m cs-ell", title=row.classname) if row.classname else ""
    shown = _said(row.status) and Status(row.status) in SHOWN
    status = with_mute(chip(STATES[Status(row.status)]) if shown else Markup(""), seen.muted.get(row.case_id))
    message = tag("span", _first(said), class_="cs-break cs-clamp cs-m")
    return Row((name, state, status, took(row.duration_s), where, message))


def _said(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _first(said: Markup) -> Markup:
    line = said.strip().split("\n", 1)[0]
    return Markup(line)


def _nothing(seen: Results) -> Markup:
    if gone := removed(seen.run):
        return gone
    if seen.narrowed:
        return empty(
            "Nothing matches", "No result of this run fits these filters. Clear the search, an outcome or a status."
        )
    return empty(
        "No results", "The run holds no test cases. A report without cases proves nothing: check what wrote it."
    )
