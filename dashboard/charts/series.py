"""One measure over time: a benchmark over runs, an operational metric over its window."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import Palette, figure, target, ticks, title


def metric_series(
    frame: pd.DataFrame, palette: Palette, *, unit: str, targets: tuple[tuple[float, str, str], ...] = ()
) -> go.Figure:
    """Draw samples of one metric over time, gaps left open.

    Takes ``at`` and ``value`` (already in the unit shown); ``targets`` are (value, label, tone) lines.
    """
    fig = figure(palette, height=170)
    fig.add_scatter(
        x=_moments(frame["at"]),
        y=[None if pd.isna(v) else float(v) for v in frame["value"]],
        mode="lines",
        connectgaps=False,
        line={"color": palette.mark, "width": 1.4},
        fill="tozeroy",
        fillcolor=palette.band,
        hovertemplate=f"%{{x|%Y-%m-%d %H:%M}} UTC<br>%{{y:.4~g}} {unit}<extra></extra>",
    )
    top = float(frame["value"].max()) if frame["value"].notna().any() else 0.0
    shown = [t for t in targets if t[0] <= max(top, 1e-12) * 4]
    highest = max([top, *(value for value, _, _ in shown)])
    for value, label, tone in shown:
        target(fig, palette, value, label, colour=palette.tone(tone), dash="dash" if tone == "fail" else "solid")
    fig.update_yaxes(range=[0, highest * 1.18 or 1], nticks=4)
    fig.update_xaxes(type="date", tickformat="%d %b\n%H:%M", nticks=7)
    title(fig, palette, unit)
    return fig


def benchmark_series(
    frame: pd.DataFrame, palette: Palette, *, unit: str, baseline: float | None, interval: tuple[float, float] | None
) -> go.Figure:
    """Draw one benchmark over runs, the candidate's own last, with its baseline and where a healthy run should land.

    Takes ``label``, ``value`` (in the unit shown) and ``current`` (bool).
    """
    fig = figure(palette, height=230)
    if interval is not None:
        fig.add_shape(
            type="rect", xref="paper", x0=0, x1=1, y0=interval[0], y1=interval[1], line={"width": 0},
            fillcolor=palette.band, layer="below",
        )  # fmt: skip
    fig.add_scatter(
        x=list(frame["label"]),
        y=list(frame["value"]),
        mode="lines+markers",
        line={"color": palette.mark, "width": 1.4},
        marker={"size": 7, "color": [palette.accent if c else palette.mark for c in frame["current"]]},
        hovertemplate=f"%{{x}}<br>%{{y:.4~g}} {unit}<extra></extra>",
    )
    top = float(frame["value"].max()) if len(frame) else 0.0
    if baseline is not None:
        target(fig, palette, baseline, "baseline median", dash="dash")
        top = max(top, baseline, interval[1] if interval else 0.0)
    fig.update_yaxes(range=[0, top * 1.15 or 1], nticks=5)
    ticks(fig, list(frame["label"]), least=6)
    title(fig, palette, unit)
    return fig


def duration_series(
    frame: pd.DataFrame, palette: Palette, *, unit: str, levels: tuple[tuple[int, int, float], ...] = ()
) -> go.Figure:
    """Draw the durations of one case over runs as bars in the colour of the outcome.

    Takes label, value, tone, text; ``levels`` are (first place, last place, value) between lasting changes.
    """
    fig = figure(palette, height=170)
    fig.add_bar(
        x=list(frame["label"]),
        y=[None if pd.isna(v) else float(v) for v in frame["value"]],
        marker={
            "color": [palette.mark if t == "pass" else palette.tone(t) for t in frame["tone"]],
            "line": {"width": 0},
        },
        text=None,
        customdata=list(frame["text"]),
        hovertemplate="%{customdata}<extra></extra>",
    )
    for first, last, value in levels:
        fig.add_shape(
            type="line", x0=first - 0.5, x1=last + 0.5, xref="x", y0=value, y1=value, yref="y",
            line={"color": palette.ink, "width": 1.5, "dash": "dash"},
        )  # fmt: skip
    ticks(fig, list(frame["label"]), least=6)
    fig.update_yaxes(nticks=4)
    title(fig, palette, unit)
    return fig


def _moments(at: pd.Series) -> list[str]:
    """Write moments as Plotly reads them, in UTC: texts are ten times cheaper to copy and to send than datetimes."""
    if at.empty:
        return []
    seconds = pd.to_datetime(at, utc=True).dt.tz_localize(None).to_numpy("datetime64[s]")
    return [str(x) for x in np.datetime_as_string(seconds)]
