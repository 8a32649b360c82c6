"""Matches test cases with the patterns of the policy's categories, a hundred thousand of them in milliseconds.

All texts are joined into one, in which the longest literal piece of a pattern is searched at the speed of memory;
only where it occurs is the whole pattern tried.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

_BREAK = "\x00"  # no stored text has this character


class Texts:
    """The texts of many things, one or more a thing, made ready for searching; case is ignored."""

    def __init__(self, texts: Sequence[str], owners: Sequence[int]) -> None:
        self._owners = owners
        # Lower-casing can change the length of a text, so the offsets are those of what is searched.
        lowered = _BREAK.join(texts).lower().split(_BREAK) if texts else []
        self._texts = lowered
        self._whole = _BREAK.join(lowered)
        self._starts = [0, *accumulate(len(text) + 1 for text in lowered)][: len(lowered)]

    def matching(self, patterns: Sequence[str]) -> set[int]:
        """Give the owners of texts that one of the patterns fits as a whole (``*`` any run, ``?`` one character)."""
        found: set[int] = set()
        for pattern in patterns:
            self._match(pattern.lower(), found)
        return found

    def _match(self, pattern: str, found: set[int]) -> None:
        literal = max(re.split(r"[*?]", pattern), key=len)
        fits = re.compile(_regular(pattern), re.DOTALL).fullmatch
        if not literal:
            found.update(o for o, text in zip(self._owners, self._texts, strict=True) if fits(text))
            return
        # A pattern that is nothing but its literal between two stars fits wherever the literal is.
        sure = pattern == f"*{literal}*"
        at = self._whole.find(literal)
        while at >= 0:
            index = bisect_right(self._starts, at) - 1
            if sure or fits(self._texts[index]):
                found.add(self._owners[index])
            after = self._starts[index] + len(self._texts[index]) + 1
            at = self._whole.find(literal, after)


def _regular(pattern: str) -> str:
    # Several stars in a row mean one; left as they are they would make a mismatch slow.
    pieces = re.split(r"([*?])", re.sub(r"\*+", "*", pattern))
    return "".join({"*": ".*?", "?": "."}.get(piece, re.escape(piece)) for piece in pieces)


def path_pattern(patterns: Sequence[str]) -> re.Pattern[str]:
    """Compile path patterns, case-sensitive, in which ``*`` crosses folders."""
    return re.compile("|".join(_regular(pattern) for pattern in patterns) or r"(?!)", re.DOTALL)
