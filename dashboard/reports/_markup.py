"""Text from outside as Markdown text: a hostile name stays a name, in a cell, in a list, in a heading."""

import re
from collections.abc import Iterable, Sequence

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]|~$"})
#: What HTML would read: the start of a tag or a comment, and of an entity.
_TAG, _ENTITY = re.compile(r"<(?=[A-Za-z/!?])"), re.compile(r"&(?=[A-Za-z#])")
#: Characters that would end a line, or show text in another order than it is written.
_UNSEEN = {*range(32), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_SPACES = str.maketrans(dict.fromkeys(_UNSEEN, " "))
_STARTS_A_BLOCK = ("-", "=", ":", "#", "+", ">")


def text(value: str) -> str:
    """Escape all that Markdown or HTML would read as markup; lone surrogates become question marks."""
    clean = value.encode("utf-8", "replace").decode().translate(_SPACES).translate(_MARKS).strip()
    clean = _TAG.sub("&lt;", _ENTITY.sub("&amp;", clean))
    clean = clean.replace("://", ":&#47;&#47;").replace("@", "&#64;").replace("www.", "www&#46;")
    if clean.startswith(_STARTS_A_BLOCK) and not clean.startswith(">="):
        return f"\\{clean}"
    number, mark, rest = clean.partition(".")
    # "1. " would start a list
    return f"{number}\\.{rest}" if mark and number.isdigit() and rest[:1] in ("", " ") else clean


def code(value: str) -> str:
    """Write a digest or an identifier of our own; one that is not plain is escaped instead."""
    plain = value and all(c.isascii() and (c.isalnum() or c in "-_.:/@+ ") for c in value)
    return f"`{value}`" if plain else text(value)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Give the lines of a table; cells are Markdown already, ``right`` the columns of numbers."""
    lines = [f"| {' | '.join(heads)} |", f"|{'|'.join('---:' if i in right else '---' for i in range(len(heads)))}|"]
    return lines + [f"| {' | '.join(cell or '—' for cell in row)} |" for row in rows]
