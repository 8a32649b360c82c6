"""Coverage of a code base at a glance: area is lines, colour is the share that is covered."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import LIGHT, Palette, figure

#: Beyond this many leaves a browser needs a third of a second; the smallest are summed up.
MOST = 250

_LIGHT = ((0, "#b3261e"), (50, "#d98a5b"), (70, "#e6c98a"), (85, "#9fcbb4"), (100, "#0f7a5a"))
_DARK = ((0, "#a53a34"), (50, "#94592f"), (70, "#7a6430"), (85, "#2f6b57"), (100, "#2f9d78"))


def coverage_treemap(frame: pd.DataFrame, palette: Palette) -> go.Figure:
    """Draw modules inside their parents; takes ``path`` (folders with /), ``lines_total`` and ``lines_hit``."""
    light = palette is LIGHT
    steps = _LIGHT if light else _DARK
    shown = _bounded(frame)
    ids, parents, labels, values, colours, texts = [], [], [], [], [], []
    for path, (total, hit) in _tree(shown).items():
        parent, _, name = path.rpartition("/")
        pct = 100 * hit / total
        ids.append(path)
        parents.append(parent)
        labels.append(name)
        values.append(total)
        colours.append(pct)
        texts.append(f"{path}<br>{pct:.1f} %, {hit:,} of {total:,} lines")
    fig = figure(palette, height=330)
    fig.add_treemap(
        ids=ids,
        parents=parents,
        labels=labels,
        values=values,
        branchvalues="total",
        marker={
            "colors": colours,
            "colorscale": [[at / 100, colour] for at, colour in steps],
            "cmin": 0,
            "cmax": 100,
            "line": {"width": 1, "color": palette.ground},
            "pad": {"t": 18, "l": 2, "r": 2, "b": 2},
        },
        text=[f"{c:.0f} %" for c in colours],
        texttemplate="%{label} %{text}",
        customdata=texts,
        hovertemplate="%{customdata}<extra></extra>",
        textfont={"size": 12},
        tiling={"packing": "squarify", "pad": 1},
        pathbar={"visible": False},
        maxdepth=2,
        root={"color": "rgba(0,0,0,0)"},
        sort=True,
    )
    fig.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, uniformtext={"minsize": 9, "mode": "hide"})
    return fig


def _bounded(frame: pd.DataFrame) -> pd.DataFrame:
    measured = frame[frame["lines_total"].fillna(0) > 0].sort_values("lines_total", ascending=False)
    if len(measured) <= MOST:
        return measured
    rest = measured.iloc[MOST:]
    row = {
        "path": f"({len(rest):,} smaller)",
        "lines_total": rest["lines_total"].sum(),
        "lines_hit": rest["lines_hit"].sum(),
    }
    return pd.concat([measured.head(MOST), pd.DataFrame([row])], ignore_index=True)


def _tree(frame: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Sum every folder; a folder that is also a module gets its own part as a child."""
    sums: dict[str, tuple[int, int]] = {}
    paths = {str(p).strip("/") for p in frame["path"]}
    folders = {"/".join(p.split("/")[:i]) for p in paths for i in range(1, p.count("/") + 1)}
    for path, total, hit in zip(frame["path"], frame["lines_total"], frame["lines_hit"], strict=True):
        leaf = str(path).strip("/") or "(root)"
        name = f"{leaf}/(files)" if leaf in folders else leaf
        parts = name.split("/")
        for i in range(1, len(parts) + 1):
            key = "/".join(parts[:i])
            before = sums.get(key, (0, 0))
            sums[key] = (before[0] + int(total), before[1] + int(hit))
    return sums
