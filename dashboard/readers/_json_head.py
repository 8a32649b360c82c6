"""What the beginning of a JSON file shows of its keys, cut off wherever it may be.

Readers recognise their format by these keys. The head is tokenised once and remembered, since some thirty readers
ask about the same bytes; nothing is decoded, so a damaged file is still recognised and then refused by its reader.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_MAX_HEAD = 64 * 1024
_DEPTH = 5
"""Levels that are looked at; deeper keys decide no format."""
_TOKEN = re.compile(
    r"""[\s,]*(?:(?P<open>[{\[])|(?P<close>[}\]])|"(?P<string>(?:[^"\\]|\\.)*+)"(?P<colon>\s*:)?|(?P<other>[^\s,{}\[\]":]+))""",
    re.DOTALL,
)
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JsonHead:
    """Keys by path; ``"[]"`` in a path stands for any entry of a list."""

    root: str
    """``{`` or ``[`` for what the document is; "" when it is not JSON."""
    keys: tuple[str, ...]
    """Top-level keys in order."""
    paths: frozenset[Path]
    scalars: dict[Path, str]
    """The first scalar at each path, strings without their quotes."""
    complete: bool
    """The first value ends within the head."""

    def has(self, *path: str) -> bool:
        """Say whether a key stands at this path."""
        return path in self.paths

    def has_all(self, *keys: str) -> bool:
        """Say whether all these top-level keys are in view."""
        return all((key,) in self.paths for key in keys)

    def under(self, *path: str) -> frozenset[str]:
        """Give the keys (or ``"[]"``) one level below a path."""
        return frozenset(p[-1] for p in self.paths if len(p) == len(path) + 1 and p[:-1] == path)

    def scalar(self, *path: str) -> str | None:
        """Give the scalar at this path, if it is in view."""
        return self.scalars.get(path)


_NOTHING = JsonHead("", (), frozenset(), {}, complete=False)


@lru_cache(maxsize=64)
def json_head(head: bytes) -> JsonHead:
    """Read the head of a file; a file that is not JSON has no root and no keys."""
    text = head[:_MAX_HEAD].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    return _scan(text) if text[:1] in ("{", "[") else _NOTHING


def _scan(text: str) -> JsonHead:
    found: dict[Path, None] = {}
    scalars: dict[Path, str] = {}
    stack: list[str | None] = []  # the key being filled at each open level; "[]" inside a list
    at = 0
    complete = False
    while match := _TOKEN.match(text, at):
        at = match.end()
        if match["open"]:
            stack.append("[]" if match["open"] == "[" else None)
        elif match["close"]:
            if not stack or (match["close"] == "]") != (stack[-1] == "[]"):
                break
            stack.pop()
            if not stack:
                complete = True
                break
        elif match["colon"] and stack and stack[-1] != "[]":
            stack[-1] = match["string"]
        elif stack and None not in stack and len(stack) <= _DEPTH:
            path = tuple(str(key) for key in stack)
            found[path] = None
            scalars.setdefault(path, match["string"] if match["string"] is not None else str(match["other"]))
        if None not in stack and len(stack) <= _DEPTH:
            found[tuple(str(key) for key in stack)] = None
    keys = tuple(path[0] for path in found if len(path) == 1)
    return JsonHead(text[0], keys, frozenset(found) - {()}, scalars, complete)
