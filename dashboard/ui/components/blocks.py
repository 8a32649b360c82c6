"""Blocks that every page shares: first line, answer, figures, boxes, empty states, bars."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.ui.components.markup import Markup, dotted, join, mono, tag, text
from dashboard.ui.components.states import State, chip, icon


def heading(parts: Iterable[object]) -> Markup:
    """Write the first line of a page: what it is, and of when. It is the page's only h1."""
    return tag("h1", dotted(parts), class_="cs-h1")


def lead(sentence: object, state: State | None = None) -> Markup:
    """Answer "so what?" in one sentence."""
    return tag("p", icon(state.icon) if state else "", tag("span", sentence), class_=_toned("cs-lead", state))


def section(title: object, aside: object = "") -> Markup:
    """Write a section's heading, with what qualifies it behind."""
    tail = tag("span", " — ", aside, class_="cs-m") if aside else ""
    return tag("h2", title, tail, class_="cs-h2")


def box(title: object, *content: object, aside: object = "", anchor: str | None = None) -> Markup:
    """Write a block on the second ground."""
    return tag("section", section(title, aside), *content, class_="cs-box", id=anchor)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a row of numbers."""

    value: object
    label: object
    tone: str | None = None


def figures(items: Sequence[Figure]) -> Markup:
    """Write a row of numbers, each with what it stands on."""
    pairs = (
        tag("div", tag("dd", f.value, class_=f"cs-{f.tone}" if f.tone else None), tag("dt", f.label)) for f in items
    )
    return tag("dl", join(pairs), class_="cs-figs")


def empty(title: str, sentence: object, command: str | None = None) -> Markup:
    """Say that there is nothing, why, and what to do about it."""
    return tag(
        "div",
        tag("p", icon("help"), tag("strong", title), class_="cs-st cs-missing"),
        tag("p", sentence),
        tag("pre", tag("code", command), tabindex="0", aria_label="Command") if command else "",
        class_="cs-empty",
    )


def bullets(items: Iterable[object]) -> Markup:
    """Write a plain list."""
    return tag("ul", join(tag("li", item) for item in items), class_="cs-ul")


def items(parts: Iterable[object]) -> Markup:
    """Write a list whose items begin with a state: its icon is the bullet."""
    return tag("ul", join(tag("li", part) for part in parts), class_="cs-items")


def fold(summary: object, *content: object, unfolded: bool = False) -> Markup:
    """Fold content away behind its summary; it opens without asking the server."""
    return tag("details", tag("summary", summary), *content, class_="cs-fold", open=unfolded)


def pairs(items: Iterable[tuple[object, object]]) -> Markup:
    """Write names and values under each other."""
    return tag("dl", join(join((tag("dt", k), tag("dd", v))) for k, v in items), class_="cs-pairs")


def bar(parts: Sequence[tuple[float, str]], *, label: str) -> Markup:
    """Draw shares of a whole (0 to 1) by tone; what is left stays empty. ``label`` says it to ears."""
    strips = (tag("i", class_=f"cs-fill-{tone}", style=f"width:{100 * share:.3f}%") for share, tone in parts if share)
    return tag("span", join(strips), class_="cs-bar", role="img", aria_label=label)


def digest(sha256: str) -> Markup:
    """Write a digest short, whole on hover and for copying."""
    return tag("span", mono(sha256[:12]), title=sha256)


def note(sentence: object, state: State | None = None) -> Markup:
    """Write a quiet remark."""
    return tag("p", chip(state) if state else "", text(" ") if state else "", sentence, class_="cs-note")


def _toned(css: str, state: State | None) -> str:
    return f"{css} cs-lead-{state.tone}" if state else css
