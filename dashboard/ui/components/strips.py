"""The last runs of a case as a strip of cells, and tiny lines inside tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dashboard.ui.components.markup import Markup, join, tag


@dataclass(frozen=True, slots=True)
class Cell:
    """One run in a strip."""

    state: str
    """``passed``, ``failed``, ``error``, ``skipped``, ``retried`` or ``absent``."""
    says: str
    href: str | None = None


def strip(cells: Sequence[Cell], label: str, *, small: bool = False) -> Markup:
    """Draw cells, oldest left; each says its run and outcome to the pointer and to ears. Small ones fit in a table."""
    css = "cs-strip cs-strip-small" if small else "cs-strip"
    return tag("ul", join(tag("li", _cell(c)) for c in cells), class_=css, aria_label=label)


def _cell(cell: Cell) -> Markup:
    css = f"cs-cell cs-cell-{cell.state}"
    if cell.href is None:
        return tag("span", class_=css, title=cell.says, role="img", aria_label=cell.says)
    return tag("a", href=cell.href, target="_self", class_=css, title=cell.says, aria_label=cell.says)


def legend() -> Markup:
    """Say what the cells mean."""
    words = ("passed", "retried", "failed", "error", "skipped", "absent")
    shown = {"retried": "passed on retry", "absent": "not in this run"}
    return tag(
        "p",
        join(
            tag("span", tag("span", class_=f"cs-cell cs-cell-{w}", aria_hidden="true"), shown.get(w, w)) for w in words
        ),
        class_="cs-legend",
    )


def sparkline(values: Sequence[float], says: str) -> Markup:
    """Draw a line of up to sixty values, zero at the bottom; ``says`` is the same in words."""
    if len(values) < 2:
        return Markup("")
    shown = list(values)[-60:]
    top = max([*shown, 0.0]) or 1.0
    step = 94 / (len(shown) - 1)
    points = " ".join(f"{1 + i * step:.1f},{18 - 16 * max(v, 0.0) / top:.1f}" for i, v in enumerate(shown))
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 96 20' preserveAspectRatio='none'>"
        f"<polyline points='{points}' fill='none' stroke='#000' stroke-width='1.5' stroke-linejoin='round'/></svg>"
    )
    return tag(
        "span",
        class_="cs-spark",
        style=f"--cs-line-path:url('data:image/svg+xml,{quote(svg)}')",
        role="img",
        aria_label=says,
        title=says,
    )
