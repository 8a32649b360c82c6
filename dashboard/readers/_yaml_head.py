"""What the beginning of a YAML file shows of its keys, by their indentation and without parsing.

Only block style is looked at, which is how people write settings. The answer has the shape of `JsonHead`, so that a
reader of both asks its question once.
"""

import re
from functools import lru_cache

from dashboard.readers._json_head import JsonHead, Path, json_head

_MAX_HEAD = 64 * 1024
_DEPTH = 5
_NOTHING = JsonHead("", (), frozenset(), {}, complete=False)
_PREAMBLE = re.compile(r"%(?:YAML|TAG)\s.*|---(?:\s+#.*)?\s*")
_DASH = re.compile(r"( *)-(?: +|$)")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_NODE_PROPERTY = re.compile(r"(?:[&!]\S*(?:\s+|$))+")
_IN_TEXT = "\0"
"""Stands above the lines that go on with a value."""
_KEY = re.compile(
    r"""(\ *)(?:
          "((?:[^"\\]|\\.)*+)"
        | '((?:[^']|'')*+)'
        | ([^\s\-?:,\[\]{}#&*!|>'"%@`](?:[^\s:]|:(?=\S)|\ (?=[^\s:]))*+)
        )[ \t]*:(?:[ \t]+(.*))?""",
    re.VERBOSE,
)


def key_head(head: bytes) -> JsonHead:
    """Read the head of a file that may be JSON or YAML."""
    seen = json_head(head)
    return seen if seen.root else yaml_head(head)


@lru_cache(maxsize=16)
def yaml_head(head: bytes) -> JsonHead:
    """Read the head of a file; one whose first line is no key of a YAML object has no root and no keys."""
    text = head[:_MAX_HEAD].decode("utf-8", "replace").lstrip("\ufeff")
    found: dict[Path, None] = {}
    scalars: dict[Path, str] = {}
    stack: list[tuple[int, str]] = []
    """Column and key of what is open; an entry of a list is the key ``[]`` in the column of its dash."""
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#") or (not found and _PREAMBLE.fullmatch(line)):
            continue
        match = _KEY.fullmatch(_dashes(line, stack, found).rstrip())
        if match is None or (not found and match[1]):
            if not found:
                return _NOTHING
            continue
        _close(stack, len(match[1]))
        stack.append((len(match[1]), next(key for key in match.group(2, 3, 4) if key is not None)))
        path = _path(stack)
        given = _COMMENT.sub("", _NODE_PROPERTY.sub("", match[5] or "")).strip()
        if _IN_TEXT not in path and len(path) <= _DEPTH:
            found[path] = None
            if given:
                scalars.setdefault(path, given)
        if given:
            stack.append((len(match[1]), _IN_TEXT))
    keys = tuple(path[0] for path in found if len(path) == 1)
    return JsonHead("{", keys, frozenset(found), scalars, complete=False) if keys else _NOTHING


def _dashes(line: str, stack: list[tuple[int, str]], found: dict[Path, None]) -> str:
    """Open an entry of a list for each dash before the key, and give the line with blanks in their place."""
    while found and (dash := _DASH.match(line)):
        column = len(dash[1])
        while stack and (stack[-1][0] > column or stack[-1] in {(column, "[]"), (column, _IN_TEXT)}):
            stack.pop()
        stack.append((column, "[]"))
        path = _path(stack)
        if _IN_TEXT not in path and len(path) <= _DEPTH:
            found[path] = None
        line = " " * dash.end() + line[dash.end() :]
    return line


def _close(stack: list[tuple[int, str]], column: int) -> None:
    while stack and stack[-1][0] >= column:
        stack.pop()


def _path(stack: list[tuple[int, str]]) -> Path:
    return tuple(key for _, key in stack)
