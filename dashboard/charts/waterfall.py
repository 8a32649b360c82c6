"""From ten down to the score: what each gate cost, as a waterfall."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.theme import Palette, figure

#: Rows that are drawn one by one; the rest becomes one row, and the table names them all.
MOST = 9

_ROW_PX, _ROOM_PX = 27, 46


@dataclass(frozen=True, slots=True)
class Loss:
    """What one gate cost."""

    label: str
    points: float
    """On the scale of 0 to 10; above 0."""
    tone: str
    """Of the ruling, by the name the pages use."""
    text: str
    """What stands behind it: ``−1.0 of 43 points, warn``."""


def drawn(losses: Sequence[Loss], most: int = MOST) -> tuple[Loss, ...]:
    """Give the rows of the figure, largest first; those beyond ``most`` are one row."""
    ordered = sorted(losses, key=lambda loss: -loss.points)
    if len(ordered) <= most:
        return tuple(ordered)
    rest = ordered[most - 1 :]
    together = Loss(f"{len(rest)} more gates", sum(r.points for r in rest), "skipped", "the table names them")
    return (*ordered[: most - 1], together)


def floor_of(score: float) -> float:
    """Give where the axis begins: a whole number with room below the score, 0 where little is left."""
    return 0.0 if score < 5 else float(max(0, math.floor(score - 0.75)))


def loss_waterfall(losses: Sequence[Loss], score: float, palette: Palette) -> go.Figure:
    """Draw it, from the top down: ten, each gate's loss hanging where the one above it ends, the score.

    Lengths are true on every axis because only losses are bars; ten and the score are marks.
    """
    rows = drawn(losses)
    labels = ["Full marks", *(_short(row.label) for row in rows), "Score"]
    places = list(range(len(labels)))
    fig = figure(palette, height=_ROOM_PX + _ROW_PX * len(labels))
    ends, left = [10.0], 10.0
    for row in rows:
        left -= row.points
        ends.append(left)
    fig.add_bar(
        orientation="h",
        y=places[1:-1],
        x=[row.points for row in rows],
        base=ends[1:],
        width=0.62,
        marker={
            "color": [palette.tone(row.tone) for row in rows],
            "line": {"width": 0},
            # what was not measured is hatched everywhere
            "pattern": {"shape": ["/" if row.tone == "missing" else "" for row in rows], "size": 6, "solidity": 0.5},
        },
        customdata=[[row.label, row.text, f"{row.points:.2f}"] for row in rows],
        hovertemplate="%{customdata[0]}<br>−%{customdata[2]}: %{customdata[1]}<extra></extra>",
    )
    fig.add_scatter(
        x=[10.0, score],
        y=[places[0], places[-1]],
        mode="markers",
        marker={"symbol": "line-ns", "size": 17, "line": {"width": 2.5, "color": palette.ink}},
        hovertemplate="%{x:.2f} of 10<extra></extra>",
    )
    low = floor_of(score)
    dotted = {"color": palette.muted, "width": 1, "dash": "dot"}
    steps = [
        {"type": "line", "x0": end, "x1": end, "y0": place, "y1": place + 1, "layer": "below", "line": dotted}
        for place, end in zip(places[:-1], ends, strict=True)
    ]
    words = ["10", *(f"−{row.points:.2f}" for row in rows), f"{score:.2f}"]
    ink = {"color": palette.ink, "size": 12.5}
    beside = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "yref": "y", "showarrow": False, "font": ink}
    labelled = [beside | {"y": place, "text": text} for place, text in zip(places, words, strict=True)]
    # all at once: one by one they cost a millisecond each
    fig.update_layout(shapes=steps, annotations=labelled)
    fig.update_layout(margin={"l": 4, "r": 46, "t": 6, "b": 4}, bargap=0.3)
    fig.update_xaxes(range=[low, 10.0 + (10 - low) * 0.015], showgrid=True, gridcolor=palette.line, nticks=6)
    fig.update_yaxes(
        range=[len(labels) - 0.45, -0.55], tickmode="array", tickvals=places, ticktext=labels, showgrid=False,
        rangemode="normal",
    )  # fmt: skip
    return fig


def _short(label: str) -> str:
    return label if len(label) <= 26 else f"{label[:25]}…"
