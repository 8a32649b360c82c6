"""Tests: what the run of record showed, what changed, and every result behind it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts.trend import run_trend
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui import results, runs
from dashboard.ui.components.blocks import empty, figures, fold, heading, lead, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, muted, tag
from dashboard.ui.components.tables import Column, table
from dashboard.ui.look import chart, html, palette
from dashboard.ui.page import Filters, Page
from dashboard.ui.rows import records
from dashboard.ui.wording import counted

#: Runs in the trend.
TREND_RUNS = 40


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows."""

    place: Place
    runs: pd.DataFrame
    """Of the branch, newest first."""
    own: pd.DataFrame
    """Of the candidate."""
    run_id: int | None
    results: results.Results | None
    groups: pd.DataFrame
    loose: int
    """Failing cases that no group holds."""
    slowest: pd.DataFrame
    flaky: pd.DataFrame


def load(context: Context, filters: Filters) -> Overview:
    place = filters.place
    candidate = place.candidate
    if candidate is None:
        none = pd.DataFrame()
        return Overview(place, none, none, None, None, none, 0, none, none)
    branch = frames.runs(context.store, place.project, branch=candidate.branch, limit=TREND_RUNS)
    own = frames.runs_of(context.store, candidate.id)
    if own.empty:
        none = pd.DataFrame()
        return Overview(place, branch, own, None, None, none, 0, none, none)
    of_record = runs.of_record(own)
    run_id = int(of_record["id"])
    return Overview(
        place,
        branch,
        own,
        run_id,
        results.load(context, filters, of_record.to_dict()),
        frames.failure_groups(context.store, run_id, limit=50),
        frames.ungrouped_failures(context.store, run_id),
        frames.slowest(context.store, run_id, limit=10),
        frames.flaky_cases(context.store, candidate.id),
    )


def draw(seen: Overview) -> None:
    if seen.run_id is None or seen.results is None:
        _nothing(seen)
        return
    run = runs.with_flaky(seen.own[seen.own["id"] == seen.run_id].iloc[0], len(seen.flaky))
    html(heading(["Tests", join(["run of record ", tag("span", run["name"], class_="cs-break")]), runs.started(run)]))
    earlier = seen.runs[seen.runs["started_at"] < run["started_at"]] if len(seen.runs) else seen.runs
    before = earlier.iloc[0] if len(earlier) else None
    html(lead(runs.sentence(run, before), runs.state_of(run)))
    html(figures(runs.figures_of(run)))
    _trend(seen)
    results.draw_groups(seen.place, seen.groups, seen.results.run, seen.loose)
    if len(seen.flaky):
        html(_flaky(seen))
    results.draw(seen.place, seen.results)
    if len(seen.slowest):
        html(_slowest(seen))


def _nothing(seen: Overview) -> None:
    html(
        heading(["Tests", seen.place.project_name]),
        empty(
            "No test results",
            "No run belongs to this candidate. Bring in its test report; evidence belongs to a candidate by its "
            "subject.",
            seen.place.ingest("report.xml"),
        ),
    )
    if len(seen.runs):
        html(section("Runs of the branch"), runs.run_table(seen.place, seen.runs, None))


def _trend(seen: Overview) -> None:
    shown = seen.runs if len(seen.runs) else seen.own
    ordered = runs.labelled(shown)
    html(section("Runs", f"{counted(len(ordered), 'run')} of the branch, oldest left"))
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        alt = f"Outcomes of {len(ordered)} runs, stacked, with the pass rate; the table beside it holds the newest."
        chart(run_trend(ordered, palette()), alt=alt, key="run-trend")
        html(runs.legend())
    with right:
        html(runs.run_table(seen.place, shown, seen.run_id))


def _flaky(seen: Overview) -> Markup:
    columns = (
        Column("Case", narrow="title"), Column("Passes", "right", "flow"), Column("Failures", "right", "flow"),
    )  # fmt: skip
    rows = [
        (results.case_link(seen.place, row), f"{row.passes:,}", f"{row.failures:,}")
        for row in records(seen.flaky.head(20))
    ]
    return join(
        [
            section("Flaky", "passed and failed on this very subject"),
            table(columns, rows, caption="Flaky cases", css="cs-flow"),
        ]
    )


def _slowest(seen: Overview) -> Markup:
    columns = (Column("Case", narrow="title"), Column("Took", "right", "flow"))
    rows = [
        (results.case_link(seen.place, row, seen.run_id), runs.took(row.duration_s)) for row in records(seen.slowest)
    ]
    whole = dotted([counted(len(rows), "slowest case")])
    return fold(join([whole, muted("")]), table(columns, rows, caption="Slowest cases of the run", css="cs-flow"))


PAGE: Page[Any] = Page(
    slug="tests",
    title="Tests",
    icon=":material/checklist:",
    load=load,
    draw=draw,
    rank=2,
    params=results.PARAMS,
    keeps_s=60,
)
