"""Every benchmark against its baseline in one look."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import Palette, figure

#: Where the axis may be labelled, the most telling first.
_TICKS = (1, 0.5, 2, 0.25, 0.75, 1.5, 5, 3, 1.25, 0.1, 10, 20, 0.05)


def _spread(wanted: list[float], least: float) -> list[float]:
    """Keep those that lie far enough from the ones before them to be read on a narrow screen."""
    kept: list[float] = []
    for tick in wanted:
        if all(abs(tick - other) >= least for other in kept):
            kept.append(tick)
    return sorted(kept)


def forest(frame: pd.DataFrame, palette: Palette, *, effect_pct: float = 5.0) -> go.Figure:
    """Draw one dot a benchmark at its ratio to the baseline, with the interval a healthy run would land in.

    Takes ``name``, ``ratio`` (now / baseline), ``low``, ``high`` (ratios, may be missing), ``tone``, ``text``; drawn in
    the order given, first on top. The band is the effect that is too small to matter.
    """
    rows = frame[frame["ratio"].notna() & (frame["ratio"] > 0)].iloc[::-1]
    fig = figure(palette, height=70 + 27 * max(len(rows), 1))
    names = list(rows["name"])
    fig.add_shape(
        type="rect", yref="paper", y0=0, y1=1, x0=1 - effect_pct / 100, x1=1 + effect_pct / 100, line={"width": 0},
        fillcolor=palette.band, layer="below",
    )  # fmt: skip
    fig.add_shape(type="line", yref="paper", y0=0, y1=1, x0=1, x1=1, line={"color": palette.muted, "width": 1})
    for name, low, high in zip(names, rows["low"], rows["high"], strict=True):
        if pd.notna(low) and pd.notna(high):
            fig.add_scatter(
                x=[max(low, 0.01), high], y=[name, name], mode="lines", line={"color": palette.mark, "width": 5},
                opacity=0.35, hoverinfo="skip",
            )  # fmt: skip
    fig.add_scatter(
        x=list(rows["ratio"]),
        y=names,
        mode="markers",
        marker={"size": 10, "color": [palette.tone(t) for t in rows["tone"]], "line": {"width": 0}},
        text=list(rows["text"]),
        hovertemplate="%{text}<extra></extra>",
    )
    ratios = [*rows["ratio"], *rows["low"].dropna(), *rows["high"].dropna(), 0.9, 1.1]
    low, high = min(ratios) * 0.9, max(ratios) * 1.1
    ticks = _spread([t for t in _TICKS if low <= t <= high], (high - low) * 0.17)
    fig.update_xaxes(
        type="linear",
        range=[max(0, low), high],
        tickvals=ticks,
        ticktext=["baseline" if t == 1 else f"×{t:g}" for t in ticks],
        showgrid=True,
        side="top",
        tickangle=0,
    )
    fig.update_yaxes(type="category", showgrid=False, categoryorder="array", categoryarray=names, rangemode="normal")
    fig.update_layout(margin={"l": 4, "r": 8, "t": 26, "b": 4})
    return fig
