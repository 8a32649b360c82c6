"""Matches test cases with the patterns of the policy's categories, a hundred thousand of them in milliseconds.

All texts are joined into one, in which the longest literal piece of a pattern is searched at the speed of memory;
only where it occurs is the whole pattern tried.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from fnmatch import translate
from itertools import accumulate

_BREAK = "\x00"  # no stored text has this character


class Texts:
    """The texts of many things, one or more a thing, made ready for searching; case is ignored."""

    def __init__(self, texts: Sequence[str], owners: Sequence[int]) -> None:
        self._owners = owners
        as_written = _BREAK.join(texts)
        self._whole = as_written.lower()
        if len(self._whole) != len(as_written):  # a few letters grow when lowered, and what follows them moves
            texts = self._whole.split(_BREAK)
        ends = accumulate(map(len, texts), lambda end, length: end + length + 1, initial=-1)
        self._starts = [end + 1 for end in ends]

    def matching(self, patterns: Sequence[str]) -> set[int]:
        """Give the owners of texts that one of the patterns fits as a whole (``*`` any run, ``?`` one character)."""
        found: set[int] = set()
        for pattern in patterns:
            self._match(pattern.lower(), found)
        return found

    def _match(self, pattern: str, found: set[int]) -> None:
        literal = max(re.split(r"[*?]", pattern), key=len)
        fits = re.compile(_regular(pattern)).fullmatch
        if not literal:
            found.update(owner for index, owner in enumerate(self._owners) if fits(self._text(index)))
            return
        # A pattern that is nothing but its literal between two stars fits wherever the literal is.
        sure = pattern == f"*{literal}*"
        at = self._whole.find(literal)
        while at >= 0:
            index = bisect_right(self._starts, at) - 1
            if sure or fits(self._text(index)):
                found.add(self._owners[index])
            at = self._whole.find(literal, self._starts[index + 1])

    def _text(self, index: int) -> str:
        return self._whole[self._starts[index] : self._starts[index + 1] - 1]


def _regular(pattern: str) -> str:
    # The standard translation never goes back over a star, so no pattern is slow; brackets mean themselves here.
    return translate(pattern.replace("[", "[[]"))


def path_pattern(patterns: Sequence[str]) -> re.Pattern[str]:
    """Compile path patterns, case-sensitive, in which ``*`` crosses folders."""
    return re.compile("|".join(_regular(pattern) for pattern in patterns) or r"(?!)")
