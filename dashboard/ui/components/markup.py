"""HTML that cannot be forgotten to be escaped: text becomes markup only through these functions."""

import html
from collections.abc import Iterable

_VOID = frozenset({"br", "hr", "img", "wbr"})


class Markup(str):
    """Finished HTML. Anything that is not one is text, and is escaped."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Give a value as markup: escaped, unless it is markup already; ``None`` is nothing."""
    if value is None:
        return Markup("")
    return value if isinstance(value, Markup) else Markup(html.escape(str(value), quote=True))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Join values, escaping each that is text."""
    return Markup(text(between).join(text(part) for part in parts))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """Write one element.

    An attribute of ``None`` or ``False`` is left out, ``True`` stands alone; a trailing underscore is dropped
    (``class_``) and others become hyphens (``aria_label``).
    """
    written = []
    for key, value in attributes.items():
        attribute = key.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        written.append(attribute if value is True else f'{attribute}="{text(value)}"')
    head = " ".join([name, *written])
    if name in _VOID:
        return Markup(f"<{head}>")
    return Markup(f"<{head}>{join(children)}</{name}>")


def muted(value: object) -> Markup:
    """Give text in the second ink."""
    return tag("span", value, class_="cs-m")


def zero() -> Markup:
    """Write a count of nothing, which a narrow screen leaves out."""
    return tag("span", "0", class_="cs-m cs-zero")


def mono(value: object) -> Markup:
    """Give a digest, path or command in the fixed-width face."""
    return tag("code", value, class_="cs-mono")


def dotted(parts: Iterable[object]) -> Markup:
    """Join what is said with middle dots, leaving out what is not."""
    return join((part for part in map(text, parts) if part), " · ")
