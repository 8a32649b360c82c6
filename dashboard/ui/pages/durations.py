"""Durations: where the time of a run goes, and which tests became slower than they were."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.model.figures import duration_text, of_text, share_text
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui import address
from dashboard.ui import runs as runs_of_page
from dashboard.ui.components.blocks import bar, empty, heading, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.tables import Column, table
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.results import removed
from dashboard.ui.rows import records, rows
from dashboard.ui.runs import took
from dashboard.ui.wording import counted

#: Rows of each list.
MOST = 25


@dataclass(frozen=True, slots=True)
class Durations:
    """What the page shows."""

    place: Place
    runs: pd.DataFrame
    run: dict[str, Any] | None
    before: dict[str, Any] | None
    """The run before on the branch."""
    timed: int
    slowest: pd.DataFrame
    slowed: pd.DataFrame
    suites: pd.DataFrame
    files: pd.DataFrame


def load(context: Context, filters: Filters) -> Durations:
    place, store = filters.place, context.store
    none = pd.DataFrame()
    run, own = runs_of_page.named(context, place, filters.number("run"))
    if run is None:
        return Durations(place, own, None, None, 0, none, none, none, none)
    run_id = int(run["id"])
    files = frames.file_durations(store, run_id)
    return Durations(
        place,
        own,
        run,
        next(iter(rows(frames.runs_before(store, run_id, least=-(-int(run["total"]) // 2)))), None),
        int(files["timed"].sum()),
        frames.slowest(store, run_id, limit=MOST),
        frames.slowed_cases(store, run_id, limit=MOST),
        frames.run_suites(store, run_id),
        files,
    )


def draw(seen: Durations) -> None:
    if seen.run is None:
        html(
            heading(["Durations", seen.place.project_name]),
            empty(
                "No test results", "No run belongs to this candidate. Bring in its test report.",
                seen.place.ingest("report.xml"),
            ),
        )  # fmt: skip
        return
    run = seen.run
    name = join(["run ", seen.place.link(run["name"], "run", run=run["id"])])
    html(heading(["Durations", name, runs_of_page.started(run)]), lead(_sentence(seen)))
    if len(seen.runs) > 1:
        names = {str(row.id): f"{row.name} · {row.started_at:%m-%d %H:%M}" for row in records(seen.runs)}
        st.selectbox(
            "Run", list(names), width=300, format_func=lambda number: names.get(number, number),
            **address.chosen("run", str(run["id"])),
        )  # fmt: skip
    if gone := removed(run):
        html(gone)
        return
    if not seen.timed:
        html(empty("No durations", "No case of this run says how long it took. Let the runner write times."))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        html(_slowed(seen))
    with right:
        html(_slowest(seen))
    html(_suites(seen), _files(seen))


def _sentence(seen: Durations) -> str:
    run = seen.run or {}
    total = run["duration_s"]
    if pd.isna(total):
        return "No case of this run says how long it took."
    said = f"The tests of this run took {duration_text(float(total))} in all"
    share = f", said by {of_text(seen.timed, int(run['total']))} cases" if seen.timed < int(run["total"]) else ""
    if seen.before is None or pd.isna(seen.before["duration_s"]) or not seen.before["duration_s"]:
        return f"{said}{share}. There is no earlier run of this suite to compare with."
    was = float(seen.before["duration_s"])
    change = (float(total) - was) / was
    word = "more" if change > 0 else "less"
    much = f"{abs(change) * 100:.0f} %"
    return f"{said}{share}: {much} {word} than {seen.before['name']} with {duration_text(was)}."


def _slowed(seen: Durations) -> Markup:
    head = section("Slower than usual", "against the mean of the branch, five timed runs or more")
    if seen.slowed.empty:
        return join([head, note("No test with five timed runs took longer than its mean.")])
    columns = (
        Column("Test", narrow="title"), Column("Took", "right", "flow"), Column("Mean", "right", "flow"),
        Column("Lost", "right", "flow"),
    )  # fmt: skip
    lines = [
        (_case(seen, row), took(row.duration_s), took(row.mean_s), took(row.lost_s)) for row in records(seen.slowed)
    ]
    return join([head, table(columns, lines, caption="Tests by time lost against their mean", css="cs-flow")])


def _slowest(seen: Durations) -> Markup:
    columns = (Column("Test", narrow="title"), Column("Took", "right", "flow"))
    lines = [(_case(seen, row), took(row.duration_s)) for row in records(seen.slowest)]
    return join([section("Slowest"), table(columns, lines, caption="Slowest tests", css="cs-flow")])


def _case(seen: Durations, row: Any) -> Markup:
    run = int(seen.run["id"]) if seen.run else None
    name = tag("span", seen.place.link(row.name, "case", case=row.case_id, run=run), class_="cs-break")
    return join([name, muted(f" {row.classname}") if row.classname else ""])


def _suites(seen: Durations) -> Markup:
    by_time = seen.suites.sort_values("duration_s", ascending=False, na_position="last").head(MOST)
    whole = float(seen.suites["duration_s"].sum()) or 1.0
    columns = (
        Column("Suite", narrow="title", width="52%"), Column("Tests", "right", "flow", width="10%"),
        Column("Took", "right", "flow", width="12%"), Column("Share", narrow="plain", width="26%"),
    )  # fmt: skip
    lines = []
    for row in records(by_time):
        share = float(row.duration_s) / whole if pd.notna(row.duration_s) else 0.0
        words = f"{share_text(round(share * 1000), 1000, 1)} % of {duration_text(whole)}"
        name = " > ".join(part for part in (row.suite, row.classname) if part) or "no suite named"
        drawn = join([bar([(share, "mark")], label=words), " ", muted(words)])
        lines.append((tag("span", name, class_="cs-break"), f"{int(row.total):,}", took(row.duration_s), drawn))
    aside = f"{counted(len(seen.suites), 'suite')}, the longest first"
    return join([section("By suite", aside), table(columns, lines, caption="Time by suite", css="cs-fixed cs-flow")])


def _files(seen: Durations) -> Markup:
    """List the report files: a run that is split brings one a shard, so these are its lanes."""
    if len(seen.files) < 2:
        return note("The run came as one file; a run that is split shows its shards here, each a lane.")
    longest = float(seen.files["duration_s"].max() or 0) or 1.0
    columns = (
        Column("File", narrow="title", width="45%"), Column("Tests", "right", "flow", width="10%"),
        Column("Took", "right", "flow", width="12%"), Column("Lane", narrow="plain", width="33%"),
    )  # fmt: skip
    lines = []
    for row in records(seen.files):
        length = float(row.duration_s) / longest if pd.notna(row.duration_s) else 0.0
        drawn = bar([(length, "mark")], label=f"{round(100 * length)} % of the longest lane")
        lines.append((tag("span", row.name, class_="cs-break"), f"{int(row.cases):,}", took(row.duration_s), drawn))
    aside = f"{counted(len(seen.files), 'lane')}; the longest sets the time one waits"
    return join([section("By file", aside), table(columns, lines, caption="Time by file", css="cs-fixed cs-flow")])


PAGE: Page[Any] = Page(
    slug="durations",
    title="Durations",
    icon=":material/timer:",
    load=load,
    draw=draw,
    rank=4,
    under="tests",
    params=("run",),
)
