"""The soak window: every metric against its target and its rollback trigger."""

import streamlit as st

from dashboard.charts.series import metric_series
from dashboard.model.figures import age_text, duration_text, moment_text, significant
from dashboard.ui.components.blocks import empty, fold, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import dotted, muted, tag
from dashboard.ui.components.states import chip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.look import chart, html, palette
from dashboard.ui.operating import Metric
from dashboard.ui.wording import counted

#: Metrics drawn; the rest stand in the table.
MOST_CHARTS = 6


def window(metrics: tuple[Metric, ...]) -> str:
    """Say from when to when there are samples."""
    frames = [m.shown for m in metrics if len(m.shown)]
    if not frames:
        return "no soak window"
    first = min(f["at"].min() for f in frames).to_pydatetime()
    last = max(f["at"].max() for f in frames).to_pydatetime()
    return f"soak window {moment_text(first)} to {moment_text(last)}, {age_text(last - first)}"


def draw(place: Place, metrics: tuple[Metric, ...]) -> None:
    """Draw those with a target, else the first few, and all of them as a table."""
    html(section("Soak window", "highest sample of each step; thin line: target, dashed: rollback trigger"))
    if not metrics:
        html(
            empty(
                "No samples",
                "Nothing was measured in operation, and a trigger without data cannot fire. Bring in samples.",
                place.ingest("ops.csv"),
            )
        )
        return
    asked = [m for m in metrics if m.lines]
    drawn = (asked or list(metrics))[:MOST_CHARTS]
    across = min(3, len(drawn))
    for at in range(0, len(drawn), across):
        for column, m in zip(st.columns(across, gap="medium"), drawn[at : at + across], strict=False):
            with column:
                name = tag("strong", m.name, class_="cs-break")
                html(tag("p", chip(m.state), " ", name, " ", muted(_said(m))))
                alt = f"{m.name} in {m.unit} over the soak window: {_said(m)}. The table below holds the same."
                chart(metric_series(m.shown, palette(), unit=m.unit, targets=m.lines), alt=alt, key=f"metric-{m.name}")
    columns = (
        Column("Metric", narrow="title"), Column("State", narrow="state"), Column("Highest", "right", "flow"),
        Column("Median", "right", "flow"), Column("Lines", narrow="plain"), Column("Samples", "right", "flow"),
        Column("Largest gap", "right", "flow"),
    )  # fmt: skip
    rows = [_row(m) for m in metrics]
    html(fold(f"{counted(len(rows), 'metric')} as a table", table(columns, rows, caption="Metrics", css="cs-flow")))


def _number(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{significant(value)} {unit}".strip()


def _said(m: Metric) -> str:
    holes = f", {m.holes:,} without a number" if m.holes else ""
    whole = f"{_number(m.judged, m.unit)} over all, " if m.judged != m.highest else ""
    highest, median = _number(m.highest, m.unit), _number(m.median, m.unit)
    return f"{whole}highest {highest}, median {median}, {counted(m.samples, 'sample')}{holes}"


def _row(m: Metric) -> tuple[object, ...]:
    return (
        tag("span", m.name, class_="cs-break"),
        chip(m.state),
        _number(m.highest, m.unit),
        _number(m.median, m.unit),
        dotted(label for _, label, _ in m.lines) or muted("none"),
        f"{m.samples:,}",
        duration_text(m.largest_gap_s) if m.samples > 1 else "",
    )
