"""Dense tables as semantic HTML; on a narrow screen a row becomes a card with its state first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.ui.components.markup import Markup, join, tag, text


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, and how it behaves."""

    head: str
    align: str = "left"
    """``left``, ``right``."""
    narrow: str = "row"
    """On a narrow screen: ``title`` (heads the card), ``state`` (beside the title), ``row`` (head: value),
    ``plain`` (value alone), ``hide``."""
    width: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells, and the tone of its left edge where it has one."""

    cells: Sequence[object]
    tone: str | None = None
    anchor: str | None = None


def table(
    columns: Sequence[Column],
    rows: Iterable[Row | Sequence[object]],
    *,
    caption: str,
    css: str = "",
    foot: Sequence[object] = (),
) -> Markup:
    """Write a table. ``caption`` says to ears what it holds; every cell that is not markup is escaped."""
    heads = (tag("th", c.head, scope="col", class_=_classes(c), style=c.width and f"width:{c.width}") for c in columns)
    body = join(_row(columns, row if isinstance(row, Row) else Row(row)) for row in rows)
    end = tag("tfoot", _row(columns, Row(foot))) if foot else ""
    return tag(
        "table",
        tag("caption", caption, class_="cs-ears"),
        tag("thead", tag("tr", join(heads))),
        tag("tbody", body),
        end,
        class_=f"cs-t {css}".strip(),
    )


def scrolling(content: Markup, label: str) -> Markup:
    """Wrap a table that may be wider than the screen; it says so and can be reached with the keyboard."""
    return tag("div", content, class_="cs-scroll", tabindex="0", role="region", aria_label=f"{label}, scrolls sideways")


def _classes(column: Column) -> str:
    return f"cs-{column.align} cs-n-{column.narrow}"


def _row(columns: Sequence[Column], row: Row) -> Markup:
    cells = []
    for at, (column, value) in enumerate(zip(columns, row.cells, strict=True)):
        content = text(value)
        name = "th" if at == 0 else "td"
        cells.append(
            tag(
                name,
                content,
                scope="row" if at == 0 else None,
                class_=_classes(column) + ("" if content else " cs-void"),
                data_head=column.head,
            )
        )
    return tag("tr", join(cells), class_=row.tone and f"cs-edge cs-edge-{row.tone}", id=row.anchor)
