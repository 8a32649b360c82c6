"""Colours and manners of every figure, the same tokens as the pages' style sheet."""

from dataclasses import dataclass

import plotly.graph_objects as go

FONT = '"Source Sans", "Source Sans 3", "Noto Sans", "DejaVu Sans", sans-serif'


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme's colours."""

    ground: str
    soft: str
    line: str
    ink: str
    muted: str
    passed: str
    warn: str
    fail: str
    missing: str
    skipped: str
    accent: str
    mark: str
    """Neutral grey-blue of series that are not states."""
    band: str
    """Translucent ``mark``, for intervals."""

    def tone(self, name: str) -> str:
        """Give the colour of a tone by the name the pages use."""
        tones = {"pass": self.passed, "warn": self.warn, "fail": self.fail, "missing": self.missing}
        return tones.get(name, self.skipped)


LIGHT = Palette(
    ground="#ffffff",
    soft="#f5f7f9",
    line="#dde2e7",
    ink="#101418",
    muted="#55606b",
    passed="#0f7a5a",
    warn="#9a5b00",
    fail="#b3261e",
    missing="#6a3fb5",
    skipped="#8b96a1",
    accent="#1f5fae",
    mark="#5b7690",
    band="rgba(91,118,144,0.16)",
)
DARK = Palette(
    ground="#0f1318",
    soft="#171d24",
    line="#2a333d",
    ink="#e8ecf0",
    muted="#a3adb8",
    passed="#4fd1a1",
    warn="#f2b84b",
    fail="#ff8a80",
    missing="#c3a6ff",
    skipped="#6b7783",
    accent="#82b7ff",
    mark="#8fa6bc",
    band="rgba(143,166,188,0.20)",
)

#: What is handed to Plotly beside the figure: no buttons, no scroll zoom, no logo.
CONFIG = {"displayModeBar": False, "scrollZoom": False, "displaylogo": False, "responsive": True}


def figure(palette: Palette, *, height: int) -> go.Figure:
    """Give an empty figure: transparent ground, hairline grid, no legend, labels inside the margins."""
    axis = {
        "showgrid": True,
        "gridcolor": palette.line,
        "gridwidth": 1,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "tickfont": {"color": palette.muted, "size": 12},
        "automargin": True,
        "fixedrange": True,
    }
    layout = {
        "height": height,
        "margin": {"l": 4, "r": 8, "t": 30, "b": 4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12.5, "color": palette.ink},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": palette.soft,
            "bordercolor": palette.line,
            "font": {"family": FONT, "color": palette.ink, "size": 12.5},
            "align": "left",
        },
        "xaxis": axis | {"showgrid": False},
        "yaxis": axis | {"rangemode": "tozero"},
        "bargap": 0.25,
    }
    return go.Figure(layout=layout)


def target(
    fig: go.Figure, palette: Palette, y: float, label: str, *, colour: str | None = None, dash: str = "solid"
) -> None:
    """Draw a thin line over the whole width, with its label behind the right end, where no data is."""
    ink = colour or palette.muted
    fig.add_shape(
        type="line", xref="paper", yref="y", x0=0, x1=1, y0=y, y1=y, line={"color": ink, "width": 1, "dash": dash}
    )
    fig.add_annotation(
        x=1,
        y=y,
        xref="paper",
        yref="y",
        text=label,
        showarrow=False,
        xanchor="left",
        yanchor="middle",
        xshift=5,
        font={"color": ink, "size": 11.5},
    )
    room = 12 + 6 * len(label)
    fig.update_layout(margin={"r": max(room, fig.layout.margin.r or 0)})


def ticks(fig: go.Figure, labels: list[str], *, least: int = 1, most: int = 4) -> None:
    """Label a category axis: the newest always, and so few others that they do not touch on a narrow screen.

    A label ``version · subject`` is written on two lines. Where there are fewer than ``least`` places, the rest of the
    axis stays empty, so that bars stay slim.
    """
    every = max(1, -(-len(labels) // most))
    shown = [x for i, x in enumerate(labels) if (len(labels) - 1 - i) % every == 0]
    written = [_short(x) for x in shown]
    fig.update_xaxes(
        type="category",
        categoryorder="array",
        categoryarray=labels,
        tickvals=shown,
        ticktext=written,
        tickangle=0,
        range=[-0.5, max(len(labels), least) - 0.5],
    )


def _short(label: str) -> str:
    lines = label.split(" · ")[:2]
    return "<br>".join(x if len(x) <= 12 else x[:11] + "…" for x in lines)


def title(fig: go.Figure, palette: Palette, label: str) -> None:
    """Name the y axis where it ends, horizontally: nobody reads sideways."""
    fig.add_annotation(
        x=0,
        y=1,
        xref="paper",
        yref="paper",
        yshift=16,
        text=label,
        showarrow=False,
        xanchor="left",
        yanchor="middle",
        font={"color": palette.muted, "size": 11.5},
    )
