"""What the beginning of an XML file shows of its elements, cut off wherever it may be."""

import re
from dataclasses import dataclass
from functools import lru_cache

_MAX_HEAD = 64 * 1024
_SKIPPED = re.compile(
    r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]?)?[^>]*>?", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)([^<>]*)")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(frozen=True, slots=True)
class XmlTags:
    """Elements in view, without their prefixes."""

    root: str
    """"" when the file is not XML."""
    attributes: dict[str, str]
    """Of the root."""
    tags: frozenset[str]
    """Of everything below the root."""
    pairs: frozenset[tuple[str, str]]
    """(element, attribute) below the root."""


_NOTHING = XmlTags("", {}, frozenset(), frozenset())


@lru_cache(maxsize=64)
def xml_tags(head: bytes) -> XmlTags:
    """Read the head of a file; a file that does not begin as XML has no root."""
    text = head[:_MAX_HEAD].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return _NOTHING
    found = _TAG.findall(_SKIPPED.sub("", text))
    if not found:
        return _NOTHING
    (_, root, inside), *rest = found
    attributes = {name: first or second for name, first, second in _ATTRIBUTE.findall(inside)}
    pairs = frozenset((tag, name) for _, tag, more in rest for name, _, _ in _ATTRIBUTE.findall(more))
    return XmlTags(root, attributes, frozenset(tag for _, tag, _ in rest), pairs)
