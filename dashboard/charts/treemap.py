"""Coverage of a code base at a glance: area is lines, colour is the share that is covered."""

from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import LIGHT, Palette, figure

#: Beyond this many modules a browser needs a third of a second; the smallest are summed up.
MOST = 250

#: Levels drawn at once, the root being one; a click goes deeper.
DEPTH = 3

_LIGHT = ((0, 0xB3261E), (50, 0xDD8F5F), (70, 0xE8CD92), (85, 0x9FCBB4), (100, 0x0F7A5A))
_DARK = ((0, 0x9C3A34), (50, 0x87532E), (70, 0x6E5C30), (85, 0x2B6151), (100, 0x2B9070))

ROOT = "all"


def coverage_treemap(frame: pd.DataFrame, palette: Palette) -> go.Figure:
    """Draw modules inside their folders; takes ``path`` (folders with /), ``lines_total`` and ``lines_hit``."""
    sums = _tree(_bounded(frame))
    rows = [(path, total, hit, shade(100 * hit / total, palette)) for path, (total, hit) in sums.items()]
    inner = {path.rpartition("/")[0] for path in sums}
    quiet = {path for path in sums if path == ROOT or (path.count("/") == 1 and path in inner)}
    fig = figure(palette, height=330)
    fig.add_treemap(
        ids=[path for path, *_ in rows],
        parents=[path.rpartition("/")[0] for path, *_ in rows],
        labels=[path.rpartition("/")[2] for path, *_ in rows],
        values=[total for _, total, _, _ in rows],
        branchvalues="total",
        marker={
            "colors": [palette.soft if path in quiet else colour for path, _, _, colour in rows],
            "line": {"width": 1, "color": palette.ground},
            "pad": {"t": 19, "l": 2, "r": 2, "b": 2},
        },
        text=[f"{100 * hit / total:.0f} %" for _, total, hit, _ in rows],
        texttemplate="%{label} %{text}",
        customdata=[f"{path}<br>{100 * hit / total:.1f} %, {hit:,} of {total:,} lines" for path, total, hit, _ in rows],
        hovertemplate="%{customdata}<extra></extra>",
        textfont={"size": 12, "color": [palette.ink if path in quiet else ink_on(c) for path, _, _, c in rows]},
        tiling={"packing": "squarify", "pad": 1},
        pathbar={"visible": False},
        maxdepth=DEPTH,
        sort=True,
    )
    fig.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, uniformtext={"minsize": 9, "mode": "hide"})
    return fig


def shade(pct: float, palette: Palette) -> str:
    """Give the colour of a share: red, sand, green, without a jump at any target."""
    steps = _LIGHT if palette is LIGHT else _DARK
    for (low, a), (high, b) in pairwise(steps):
        if pct <= high:
            part = (pct - low) / (high - low)
            mixed = (round(x + (y - x) * part) for x, y in zip(_rgb(a), _rgb(b), strict=True))
            return "#{:02x}{:02x}{:02x}".format(*mixed)
    return f"#{steps[-1][1]:06x}"


def ink_on(colour: str) -> str:
    """Give black or white, whichever stands out more on a colour (WCAG relative luminance)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (x / 255 for x in _rgb(int(colour[1:], 16)))
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#101418" if (luminance + 0.05) / 0.056 > 1.05 / (luminance + 0.05) else "#ffffff"


def _rgb(colour: int) -> tuple[int, int, int]:
    return colour >> 16, colour >> 8 & 255, colour & 255


def _bounded(frame: pd.DataFrame) -> pd.DataFrame:
    measured = frame[frame["lines_total"].fillna(0) > 0].sort_values("lines_total", ascending=False)
    if len(measured) <= MOST:
        return measured
    rest = measured.iloc[MOST:]
    total, hit = rest["lines_total"].sum(), rest["lines_hit"].sum()
    row = {"path": f"({len(rest):,} smaller)", "lines_total": total, "lines_hit": hit}
    return pd.concat([measured.head(MOST), pd.DataFrame([row])], ignore_index=True)


def _tree(frame: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Sum every folder under one root, leaving out the folders that all modules share.

    A folder that is also a module gets its own part as a child.
    """
    paths = [[part for part in str(p).split("/") if part] or ["(root)"] for p in frame["path"]]
    shared = 0
    while paths and all(len(p) > shared + 1 for p in paths) and len({p[shared] for p in paths}) == 1:
        shared += 1
    short = ["/".join([ROOT, *p[shared:]]) for p in paths]
    folders = {p[: at + 1].rstrip("/") for p in short for at, c in enumerate(p) if c == "/"}
    sums: dict[str, tuple[int, int]] = {}
    for path, total, hit in zip(short, frame["lines_total"], frame["lines_hit"], strict=True):
        parts = (f"{path}/(files)" if path in folders else path).split("/")
        for i in range(1, len(parts) + 1):
            key = "/".join(parts[:i])
            before = sums.get(key, (0, 0))
            sums[key] = (before[0] + int(total), before[1] + int(hit))
    return sums
