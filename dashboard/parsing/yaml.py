"""Bounded, strict YAML: one document of plain data, read as the tools that are written in Go read it.

Nothing is constructed by a tag. The parser's events become objects, lists and scalars as JSON has them, and what JSON
cannot say is refused: tags beyond those of JSON, infinity, keys that are no text, the same key twice. Keys are text as
it is written, so that ``True:`` and ``"True":`` are one key and ``on:`` is no boolean. Anchors and merge keys are read,
and what they repeat is counted each time, so that a small file cannot stand for a large one.
"""

from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.parsing.json import MAX_DEPTH, MIB
from dashboard.parsing.yaml_scalars import place, refuse_tag, refused, syntax, text_of, value_of

MAX_NODES = 500_000
"""Keys, scalars, lists and objects of one document, those repeated by an alias counted again."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Only its parser is used; libyaml's is the faster one."""
_MERGE = "<<"


def load(body: BinaryIO | bytes, *, limit: int, text_under: Collection[str] = ()) -> Any:
    """Give the value of the one YAML document in ``body``, of at most ``limit`` bytes of UTF-8 or marked UTF-16.

    A plain scalar whose key is in ``text_under`` is text as it is written, whatever it looks like.

    Raises:
        LimitError: the document is larger than ``limit`` bytes or than ``MAX_NODES`` nodes.
        MalformedArtefactError: it is not YAML, or not plain data; the message names line and column.
    """
    raw = body if isinstance(body, bytes) else body.read(limit + 1)
    if len(raw) > limit:
        msg = (
            f"The YAML document is larger than the limit of {limit / MIB:,.6g} MiB (COUNTERSIGN_MAX_JSON_MIB); "
            "it must be held in memory to be read."
        )
        raise LimitError(msg, slug="yaml-too-large")
    text = _decoded(raw)
    try:
        return _Document(yaml.parse(text, Loader=_LOADER), frozenset(text_under)).value()
    except yaml.YAMLError as error:
        raise syntax(error) from None


class _Anchored(NamedTuple):
    """What stands at an anchor, the nodes it is made of, and the levels below its own."""

    value: Any
    nodes: int
    levels: int


class _Document:
    """Builds the value of one document from the events of the parser."""

    def __init__(self, events: Iterator[Event], text_under: frozenset[str]) -> None:
        self._events = events
        self._text_under = text_under
        self._anchors: dict[str, _Anchored] = {}
        """Only what is complete: an alias inside its own anchor finds nothing."""
        self._nodes = 0
        self._deepest = 0

    def value(self) -> Any:
        next(self._events)  # start of the stream
        if isinstance(next(self._events), StreamEndEvent):
            raise MalformedArtefactError("The file holds no YAML document, only blanks or comments.", slug="yaml-empty")
        found = self._node(next(self._events), 1)
        next(self._events)  # end of the document
        after = next(self._events)
        if isinstance(after, DocumentStartEvent):
            raise refused("yaml-several-documents", "A second document begins", after, "one file is one document")
        return found

    def _node(self, event: Event, depth: int, key: str | None = None) -> Any:
        self._reach(depth)
        self._count(1, event)
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        if isinstance(event, ScalarEvent):
            found = value_of(event, as_text=key in self._text_under)
            self._keep(event, _Anchored(found, 1, 0))
            return found
        before, outside, self._deepest = self._nodes - 1, self._deepest, depth
        self._anchors.pop(getattr(event, "anchor", None) or "", None)
        found = self._mapping(event, depth) if isinstance(event, MappingStartEvent) else self._sequence(event, depth)
        self._keep(event, _Anchored(found, self._nodes - before, self._deepest - depth))
        self._deepest = max(self._deepest, outside)
        return found

    def _keep(self, event: Event, found: _Anchored) -> None:
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self._anchors[event.anchor] = found

    def _reach(self, depth: int) -> None:
        self._deepest = max(self._deepest, depth)
        if depth > MAX_DEPTH:
            msg = f"The YAML document nests deeper than {MAX_DEPTH} levels; no report does."
            raise MalformedArtefactError(msg, slug="yaml-too-deep")

    def _count(self, nodes: int, event: Event) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            msg = f"The document has more than {MAX_NODES:,} values at {place(event.start_mark)}, aliases followed."
            raise LimitError(msg, slug="yaml-too-many-values", hint="Write a smaller file, or one without anchors.")

    def _alias(self, event: AliasEvent, depth: int) -> Any:
        known = self._anchors.get(event.anchor or "")
        if known is None:
            raise refused("yaml-alias", f"The alias *{event.anchor} refers to nothing that is complete", event)
        self._count(known.nodes, event)
        self._reach(depth + known.levels)
        return known.value

    def _sequence(self, event: Event, depth: int) -> list[Any]:
        refuse_tag(event, "seq")
        found = []
        while not isinstance(item := next(self._events), SequenceEndEvent):
            found.append(self._node(item, depth + 1))
        return found

    def _mapping(self, event: Event, depth: int) -> dict[str, Any]:
        refuse_tag(event, "map")
        found: dict[str, Any] = {}
        merged: dict[str, Any] | None = None
        while not isinstance(at := next(self._events), MappingEndEvent):
            key = self._key(at)
            is_merge = key == _MERGE and getattr(at, "style", None) in {None, ""}
            if key in found or (is_merge and merged is not None):
                what = f"The key {key[:200]!r} stands a second time in its object"
                raise refused("yaml-duplicate-key", what, at, "the document says two things at once")
            value_at = next(self._events)
            value = self._node(value_at, depth + 1, key)
            if is_merge:
                merged = _merged(value, value_at)
            else:
                found[key] = value
        return found if merged is None else merged | found

    def _key(self, event: Event) -> str:
        self._count(1, event)
        if not isinstance(event, ScalarEvent):
            raise refused("yaml-key", "A key is no text", event)
        refuse_tag(event, "str")
        key = text_of(event)
        self._keep(event, _Anchored(key, 1, 0))
        return key


def _merged(value: Any, event: Event) -> dict[str, Any]:
    """Give the entries of one object, or of a list of them of which the first one to name a key wins."""
    found: dict[str, Any] = {}
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, dict):
            raise refused("yaml-merge", "What is merged is no object", event)
        found = part | found
    return found


def _decoded(raw: bytes) -> str:
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        msg = f"The YAML document is not {name} text: byte {error.start:,} cannot be decoded."
        raise MalformedArtefactError(msg, slug="yaml-not-utf-8") from None
