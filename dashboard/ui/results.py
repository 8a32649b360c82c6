"""Results of one run: filtered and paged in the database, grouped by what went wrong. Shared by Tests and Run."""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.model.records import Outcome
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui.components.blocks import empty, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.states import FLAKY, chip, outcome
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import html
from dashboard.ui.page import PAGE_ROWS, Filters
from dashboard.ui.rows import records
from dashboard.ui.runs import took
from dashboard.ui.wording import counted

PARAMS = ("outcome", "q", "p")

#: Failing results looked through for groups.
MOST_GROUPED = 500

_NUMBER = re.compile(r"0x[0-9a-fA-F]+|\d+(?:[.,]\d+)*")
_RESULTS = (
    Column("Case", narrow="title", width="31%"),
    Column("Outcome", narrow="state", width="11%"),
    Column("Took", "right", "flow", width="7%"),
    Column("Class", narrow="plain", width="25%"),
    Column("Message", narrow="plain", width="26%"),
)


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a run's results."""

    run_id: int
    rows: pd.DataFrame
    found: int
    page: int
    narrowed: bool
    """Whether a filter is set."""

    @property
    def pages(self) -> int:
        """Pages there are, at least one."""
        return max(1, -(-self.found // PAGE_ROWS))


def load(context: Context, filters: Filters, run_id: int) -> Results:
    """Give the page of results that the filters ask for."""
    outcomes = tuple(o for o in filters.many("outcome") if o in set(Outcome))
    search = filters.text("q")
    found = frames.count_run_cases(context.store, run_id, outcomes=outcomes, search=search)
    last = max(1, -(-found // PAGE_ROWS))
    page = min(max(1, filters.number("p", 1)), last)
    rows = frames.run_cases(
        context.store, run_id, outcomes=outcomes, search=search, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS
    )
    return Results(run_id, rows, found, page, bool(outcomes or search))


def failing(context: Context, run_id: int) -> pd.DataFrame:
    """Give the failing results of a run by what they say."""
    outcomes = (Outcome.FAILED, Outcome.ERROR)
    return groups(frames.run_cases(context.store, run_id, outcomes=outcomes, limit=MOST_GROUPED))


def groups(rows: pd.DataFrame) -> pd.DataFrame:
    """Group failing results whose messages are equal but for their numbers, largest group first.

    Gives type, message (of the first), cases, case_id and name of the first.
    """
    columns = ["type", "message", "cases", "case_id", "name", "classname", "outcome"]
    if rows.empty:
        return pd.DataFrame([], columns=columns)
    said = rows.assign(
        type=rows["failure_type"].fillna(""),
        message=rows["message"].fillna("").map(lambda m: m.strip().split("\n", 1)[0]),
    )
    said["like"] = said["message"].map(lambda m: _NUMBER.sub("#", m))
    grouped = said.groupby(["type", "like"], sort=False, dropna=False)
    found = grouped.agg(
        message=("message", "first"), cases=("case_id", "size"), case_id=("case_id", "first"), name=("name", "first"),
        classname=("classname", "first"), outcome=("outcome", "first"),
    ).reset_index()  # fmt: skip
    return found.sort_values("cases", ascending=False, kind="stable")[columns]


def draw_groups(place: Place, found: pd.DataFrame, run_id: int) -> None:
    """Draw failures by what they say."""
    html(section("Failures by message", counted(len(found), "group") if len(found) else ""))
    if found.empty:
        html(note("Nothing failed in this run."))
        return
    columns = (
        Column("Message", narrow="title"), Column("Outcome", narrow="state"), Column("Cases", "right", "flow"),
        Column("First", narrow="plain"),
    )  # fmt: skip
    rows = [
        Row(
            (
                tag("span", _kind(row.type), row.message or muted("no message"), class_="cs-break cs-clamp"),
                chip(outcome(row.outcome)),
                f"{row.cases:,}",
                case_link(place, row, run_id),
            )
        )
        for row in records(found.head(12))
    ]  # fmt: skip
    html(table(columns, rows, caption="Failures by message, most cases first", css="cs-flow"))


def _kind(failure_type: str) -> Markup:
    return join([tag("strong", failure_type), " "]) if failure_type else Markup("")


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
    if seen.rows.empty:
        html(_nothing(seen))
        return
    rows = [_row(place, seen.run_id, row) for row in records(seen.rows)]
    html(table(_RESULTS, rows, caption="Results of the run, failures first", css="cs-fixed cs-flow"))
    if seen.pages > 1:
        first = (seen.page - 1) * PAGE_ROWS
        html(note(f"{first + 1:,} to {first + len(seen.rows):,} of {seen.found:,}"))
        st.pagination(seen.pages, default=1, key="p", bind="query-params")


def _row(place: Place, run_id: int, row: Any) -> Row:
    retried = int(row.attempts or 0) > 1 and row.outcome == "passed"
    state = chip(FLAKY.named("passed on retry")) if retried else chip(outcome(row.outcome))
    said = join([tag("span", row.failure_type, " ") if _said(row.failure_type) else "", row.message or ""])
    name = tag("span", place.link(row.name, "case", case=row.case_id, run=run_id), class_="cs-break cs-clamp")
    where = tag("span", row.classname, class_="cs-m cs-ell", title=row.classname) if row.classname else ""
    return Row((name, state, took(row.duration_s), where, tag("span", _first(said), class_="cs-break cs-clamp cs-m")))


def _said(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _first(said: Markup) -> Markup:
    line = said.strip().split("\n", 1)[0]
    return Markup(line)


def _nothing(seen: Results) -> Markup:
    if seen.narrowed:
        return empty("Nothing matches", "No result of this run fits these filters. Clear the search or an outcome.")
    return empty(
        "No results", "The run holds no test cases. A report without cases proves nothing: check what wrote it."
    )
