"""Matches test cases with the patterns of the policy's categories, a hundred thousand of them in milliseconds.

All texts are joined into one, in which the longest literal piece of a pattern is searched at the speed of memory;
only where it occurs is the whole pattern tried.
"""

import re
from collections.abc import Sequence
from fnmatch import translate

_BREAK = "\x00"  # no stored text has this character


class Texts:
    """The texts of many things, one or more a thing, made ready for searching; case is ignored."""

    def __init__(self, texts: Sequence[str], owners: Sequence[int]) -> None:
        self._owners = owners
        # Lowered as a whole, at the speed of memory; a letter that grows by it moves nothing that is counted here.
        self._whole = f"{_BREAK.join(texts).lower()}{_BREAK}" if texts else ""

    def matching(self, patterns: Sequence[str]) -> set[int]:
        """Give the owners of texts that one of the patterns fits as a whole (``*`` any run, ``?`` one character)."""
        found: set[int] = set()
        for pattern in patterns:
            self._match(pattern.lower(), found)
        return found

    def _match(self, pattern: str, found: set[int]) -> None:
        literal = max(re.split(r"[*?]", pattern), key=len)
        fits = re.compile(_regular(pattern)).fullmatch
        whole = self._whole
        if not literal:
            texts = whole.split(_BREAK)[:-1]
            found.update(owner for owner, text in zip(self._owners, texts, strict=True) if fits(text))
            return
        # A pattern that is nothing but its literal between two stars fits wherever the literal is.
        sure = pattern == f"*{literal}*"
        index = start = 0
        at = whole.find(literal)
        while at >= 0:
            index += whole.count(_BREAK, start, at)
            end = whole.index(_BREAK, at)
            if sure or fits(whole, whole.rfind(_BREAK, 0, at) + 1, end):
                found.add(self._owners[index])
            index, start = index + 1, end + 1
            at = whole.find(literal, start)


def _regular(pattern: str) -> str:
    # The standard translation never goes back over a star, so no pattern is slow; brackets mean themselves here.
    return translate(pattern.replace("[", "[[]"))


def path_pattern(patterns: Sequence[str]) -> re.Pattern[str]:
    """Compile path patterns, case-sensitive, in which ``*`` crosses folders."""
    return re.compile("|".join(_regular(pattern) for pattern in patterns) or r"(?!)")
