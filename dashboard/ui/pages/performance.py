"""Performance: every benchmark against its baseline, with its noise and a verdict."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts.forest import forest
from dashboard.model.figures import amount_text
from dashboard.services.context import Context
from dashboard.ui import benchmarking
from dashboard.ui.benchmarking import STATES, effect_text, sentence, short
from dashboard.ui.components.blocks import Figure, empty, figures, heading, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.states import chip
from dashboard.ui.components.strips import sparkline
from dashboard.ui.components.tables import Column, table
from dashboard.ui.look import chart, html, palette
from dashboard.ui.page import Filters, Page
from dashboard.ui.wording import counted

#: Benchmarks in the forest and in the table; the rest is reached by search.
MOST_DRAWN, MOST_LISTED = 24, 200


@dataclass(frozen=True, slots=True)
class Performance:
    """What the page shows."""

    place: Place
    bench: benchmarking.Benchmarks | None
    shown: tuple[benchmarking.Line, ...]


def load(context: Context, filters: Filters) -> Performance:
    bench = benchmarking.load(context, filters.place)
    search = filters.text("b").casefold()
    lines = bench.lines if bench else ()
    return Performance(filters.place, bench, tuple(x for x in lines if search in x.name.casefold()))


def draw(seen: Performance) -> None:
    bench = seen.bench
    if bench is None or not bench.lines:
        _nothing(seen)
        return
    html(heading(["Performance", f"against {bench.baseline}" if bench.baseline else "no baseline", bench.machine]))
    html(lead(*sentence(bench)))
    html(figures(_figures(bench)))
    drawn = [x for x in seen.shown if x.ratio is not None][:MOST_DRAWN]
    if drawn:
        _forest(drawn)
    _table(seen, bench)


def _nothing(seen: Performance) -> None:
    html(
        heading(["Performance", seen.place.project_name]),
        empty(
            "No benchmarks",
            "No benchmark report belongs to this candidate. pytest-benchmark, Google Benchmark, hyperfine, JMH, "
            "Criterion, BenchmarkDotNet, k6 and Locust are read.",
            seen.place.ingest("benchmarks.json"),
        ),
    )


def _figures(bench: benchmarking.Benchmarks) -> list[Figure]:
    words = [x.verdict.state for x in bench.lines]
    worse = sum(STATES[w].tone in {"fail", "warn"} for w in words)
    better = sum(w.value == "improvement" for w in words)
    unsure = sum(STATES[w].tone in {"missing", "skipped"} for w in words)
    whole = bench.whole
    return [
        Figure(effect_text(whole[1], "smaller", "s"), f"whole · {short(whole[0])}")
        if whole
        else Figure("—", "whole · not compared"),
        Figure(f"{worse:,}", f"slower or suspected, of {len(words):,}", "warn" if worse else None),
        Figure(f"{better:,}", "improved"),
        Figure(f"{unsure:,}", "cannot be judged", "missing" if unsure else None),
    ]


def _forest(drawn: list[benchmarking.Line]) -> None:
    html(
        section(
            "Ratio to the baseline", "dot: now; bar: where a healthy run would land; band: ±5 %, too small to matter"
        )
    )
    frame = pd.DataFrame([x.as_row() for x in drawn])
    alt = f"Ratio of {len(drawn)} benchmarks to their baseline; the table below holds the same."
    chart(forest(frame, palette()), alt=alt, key="forest")


def _table(seen: Performance, bench: benchmarking.Benchmarks) -> None:
    html(section("Benchmarks", f"{counted(len(seen.shown), 'benchmark')}, worst first"))
    if len(bench.lines) > 12:
        st.text_input(
            "Name", key="b", bind="query-params", max_chars=200, placeholder="Search name", width=300, type="search"
        )
    if not seen.shown:
        html(empty("Nothing matches", "No benchmark has this in its name. Clear the search."))
        return
    columns = (
        Column("Benchmark", narrow="title"), Column("Verdict", narrow="state"), Column("Now", "right", "flow"),
        Column("Baseline", "right", "flow"), Column("Effect", "right", "plain"), Column("Runs", narrow="plain"),
        Column("n", "right", "flow"),
    )  # fmt: skip
    rows = [_row(seen.place, x) for x in seen.shown[:MOST_LISTED]]
    html(table(columns, rows, caption="Benchmarks against their baseline, worst first", css="cs-flow"))
    if len(seen.shown) > MOST_LISTED:
        html(note(f"The worst {MOST_LISTED} of {len(seen.shown):,}; search to see others."))


def _row(place: Place, line: benchmarking.Line) -> tuple[object, ...]:
    unit, verdict = line.verdict.series.unit, line.verdict
    now = amount_text(line.now, unit) if line.now is not None else muted("not measured")
    effect = (
        effect_text(verdict.worse, verdict.series.direction, unit)
        if verdict.worse is not None
        else muted("not compared")
    )
    z = muted(f" z {verdict.z:+.1f}".replace("-", "−")) if verdict.z is not None else ""
    return (
        tag("span", place.link(line.name, "benchmark", name=line.name), class_="cs-break cs-clamp"),
        chip(STATES[verdict.state]),
        now,
        amount_text(verdict.centre, unit) if verdict.centre is not None else muted("none"),
        tag("span", join([effect, z]), class_="cs-nw"),
        _spark(line),
        f"{verdict.runs:,}",
    )


def _spark(line: benchmarking.Line) -> Markup:
    values = [*line.verdict.series.baseline, *line.recent]
    return sparkline(values, f"{len(values)} runs, oldest left")


PAGE: Page[Any] = Page(
    slug="performance", title="Performance", icon=":material/speed:", load=load, draw=draw, rank=4, params=("b",)
)
