"""How something went over candidates or runs."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import Palette, figure, target, ticks, title

#: Bottom up, so that what passed is the ground and what failed stands on top.
STACK = (("passed", "passed"), ("skipped", "skipped"), ("failed", "failed"), ("errors", "error"))


def score_trend(frame: pd.DataFrame, palette: Palette, *, go_at: float, conditional_at: float) -> go.Figure:
    """Draw the score of each candidate, oldest left, with the decision as colour and breaks where the policy changed.

    Takes ``label``, ``score`` (0 to 10), ``tone`` and ``policy`` (a digest), one row a candidate.
    """
    fig = figure(palette, height=210)
    for _, part in frame.groupby((frame["policy"] != frame["policy"].shift()).cumsum()):
        fig.add_scatter(
            x=list(part["label"]),
            y=list(part["score"]),
            mode="lines+markers",
            line={"color": palette.mark, "width": 1.5},
            marker={"size": 9, "color": [palette.tone(t) for t in part["tone"]], "line": {"width": 0}},
            text=list(part["text"]),
            hovertemplate="%{text}<extra></extra>",
        )
    target(fig, palette, go_at, f"GO ≥ {go_at:g}")
    target(fig, palette, conditional_at, f"NO-GO < {conditional_at:g}")
    _policy_breaks(fig, frame, palette)
    fig.update_yaxes(range=[0, 10.6], tickvals=[0, 2.5, 5, 7.5, 10])
    _labels(fig, frame)
    return fig


def run_trend(frame: pd.DataFrame, palette: Palette) -> go.Figure:
    """Draw the outcomes of each run stacked, oldest left, and the pass rate as a line above them.

    Takes ``label`` and the counts ``passed``, ``skipped``, ``failed``, ``errors``, ``total``, one row a run.
    """
    fig = figure(palette, height=330)
    colours = {
        "passed": palette.passed,
        "skipped": palette.skipped,
        "failed": palette.fail,
        "errors": palette.missing,
    }
    for column, word in STACK:
        fig.add_bar(
            x=list(frame["label"]),
            y=list(frame[column]),
            name=word,
            marker={"color": colours[column], "opacity": 0.62 if column == "passed" else 1.0, "line": {"width": 0}},
            hovertemplate=f"%{{x}}<br>%{{y:,}} {word}<extra></extra>",
        )
    whole = frame["total"].where(frame["total"] > 0)
    rate = frame["passed"] / whole * 100
    fig.add_scatter(
        x=list(frame["label"]),
        y=[None if pd.isna(r) else float(r) for r in rate],
        yaxis="y2",
        mode="lines+markers",
        line={"color": palette.ink, "width": 1.6},
        marker={"size": 5, "color": palette.ink},
        hovertemplate="%{x}<br>%{y:.2f} % passed<extra></extra>",
    )
    low = float(rate.min()) if rate.notna().any() else 0.0
    floor = max(0.0, min(90.0, low - (100 - low) * 0.6 - 1))
    fig.update_layout(
        barmode="stack",
        yaxis={"domain": [0, 0.62], "tickformat": ",d", "nticks": 4},
        yaxis2={
            "domain": [0.72, 1],
            "range": [floor, 100 + (100 - floor) * 0.12],
            "ticksuffix": " %",
            "nticks": 3,
            "showgrid": True,
            "gridcolor": palette.line,
            "zeroline": False,
            "tickfont": {"color": palette.muted, "size": 12},
            "automargin": True,
            "fixedrange": True,
        },
    )
    title(fig, palette, f"pass rate, axis from {floor:.0f} %")
    fig.add_annotation(
        x=0, y=0.62, xref="paper", yref="paper", yshift=9, text="results", showarrow=False, xanchor="left",
        yanchor="middle", font={"color": palette.muted, "size": 11.5},
    )  # fmt: skip
    _labels(fig, frame)
    return fig


def share_trend(frame: pd.DataFrame, palette: Palette, *, targets: tuple[tuple[float, str], ...] = ()) -> go.Figure:
    """Draw a share in percent over candidates; takes ``label``, ``pct`` and ``text``."""
    fig = figure(palette, height=210)
    fig.add_scatter(
        x=list(frame["label"]),
        y=list(frame["pct"]),
        mode="lines+markers",
        line={"color": palette.mark, "width": 1.6},
        marker={"size": 7, "color": palette.mark},
        text=list(frame["text"]),
        hovertemplate="%{text}<extra></extra>",
    )
    for value, label in targets:
        target(fig, palette, value, label)
    fig.update_yaxes(range=[0, 106], ticksuffix=" %", tickvals=[0, 25, 50, 75, 100])
    _labels(fig, frame)
    return fig


def _labels(fig: go.Figure, frame: pd.DataFrame) -> None:
    """Label the axis by its places; few bars stay slim, since empty places are left to their right."""
    ticks(fig, list(frame["label"]), least=6)


def _policy_breaks(fig: go.Figure, frame: pd.DataFrame, palette: Palette) -> None:
    policies = list(frame["policy"])
    for i in range(1, len(policies)):
        if policies[i] != policies[i - 1]:
            fig.add_shape(
                type="line", x0=i - 0.5, x1=i - 0.5, xref="x", y0=0, y1=1, yref="paper",
                line={"color": palette.muted, "width": 1, "dash": "dot"},
            )  # fmt: skip
            fig.add_annotation(
                x=i - 0.5, y=0.02, xref="x", yref="paper", text=" policy changed", showarrow=False, xanchor="left",
                yanchor="bottom", font={"color": palette.muted, "size": 11.5},
            )  # fmt: skip
