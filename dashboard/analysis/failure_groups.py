"""Which failures are the same one?

Takes: type, message and text of a failure as its report tells them. Gives: a fingerprint that is the same next time,
groups of failures with the same one, and suggestions of groups that look alike.
Source: sha256 over the exception type, the masked first line of the message, and the innermost frame of the project
without its line number. It is deterministic, so an auditor can make it again; what looks merely alike (words in common,
within one exception type) is suggested to a person and never merged.
Empty: a failure that says nothing has a fingerprint too, that of saying nothing.
"""

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from dashboard.analysis._masking import first_line, masked
from dashboard.analysis._stack_frames import own_frame

ALIKE, ALIKE_SHORT = 0.95, 0.80
"""Cosine from which two masked lines look alike, and from which two short ones do."""
SHORT = 12
"""Words up to which a line is short."""
MOST = 100_000
"""Characters of a text that are looked at from either end."""
MOST_COMPARED = 300
"""Groups of one exception type that are compared with each other."""

_PLAIN_TYPE = re.compile(r"[\w.$:\\/<>+`-]+")
_UNTELLING = frozenset({"failure", "error", "failed", "exception", "assertion", "none", "null", "testcodefailure"})
_NAMED = (
    r"(?:[A-Za-z_]\w*(?:\.|::|\\))*"
    r"(?:[A-Z]\w*(?:Error|Exception|Failure|Fault|Interrupt|Exit|Timeout|Warning|Failed)|Error|Exception)"
)
_PREFIX = r"(?:PHP Fatal error: +)?(?:Uncaught |Unhandled )?"
_TYPE_FIRST = re.compile(rf"{_PREFIX}({_NAMED})\b(?=:| |$)")
_TYPE_IN_TEXT = re.compile(
    rf"^(?:E +|Exception in thread \S+ |\S+\.py:\d+: |\s*cause: |{_PREFIX})({_NAMED})(?=:|$| \[Error\]:)", re.MULTILINE
)
_PANIC = re.compile(r"^(?:panic: |thread '.*' .*panicked at .*\n)(.*)$", re.MULTILINE)
_PYTEST = re.compile(r"^E +(.*)$", re.MULTILINE)
_TELLING = re.compile(r"^(?!Traceback \(most recent call last\))(?=.*[A-Za-z]).*$", re.MULTILINE)


class Fingerprint(NamedTuple):
    """What identifies a failure."""

    id: str
    """sha256, 64 hex digits, of ``type|masked|frame``."""
    title: str
    """One line to show: the type and the masked message."""
    type: str
    masked: str
    frame: str
    """``shop/cart.py in buy``; "" when the text has no frame of the project."""


class Suggestion(NamedTuple):
    """Two fingerprints that may be one failure."""

    first: Fingerprint
    second: Fingerprint
    cosine: float


def fingerprint(type_: str | None, message: str | None, text: str | None) -> Fingerprint:
    """Make the fingerprint of a failure."""
    text = _ends(text or "")
    kind = _type(type_, message, text)
    line = first_line(message) or first_line(_said(text))
    # pytest and others repeat the type before the message; Java does with its package
    for name in (kind, kind.rpartition(".")[2]):
        if kind and line.startswith(name):
            line = line[len(name) :].lstrip(": ")
            break
    said, frame = masked(line, message or ""), own_frame(text)
    title = f"{kind}: {said}" if kind and said else kind or said or "no message"
    digest = hashlib.sha256(f"{kind}|{said}|{frame}".encode()).hexdigest()
    return Fingerprint(digest, title, kind, said, frame)


def alike(fingerprints: Sequence[Fingerprint]) -> tuple[Suggestion, ...]:
    """Suggest pairs that may be one failure, the most alike first; put the weightiest fingerprints in front."""
    by_type: dict[str, dict[str, Fingerprint]] = {}
    for one in fingerprints:
        by_type.setdefault(one.type, {})[one.id] = one
    found = [pair for same in by_type.values() for pair in _pairs(list(same.values())[:MOST_COMPARED])]
    return tuple(sorted(found, key=lambda pair: (-pair.cosine, pair.first.id, pair.second.id)))


def _pairs(same: Sequence[Fingerprint]) -> Iterator[Suggestion]:
    words = [frozenset(one.masked.split()) for one in same]
    for (first, mine), (second, theirs) in combinations(zip(same, words, strict=True), 2):
        if not mine or not theirs:
            continue
        cosine = len(mine & theirs) / math.sqrt(len(mine) * len(theirs))
        if cosine >= (ALIKE_SHORT if min(len(mine), len(theirs)) <= SHORT else ALIKE):
            yield Suggestion(first, second, cosine)


def _ends(text: str) -> str:
    return text if len(text) <= 2 * MOST else f"{text[:MOST]}\n{text[-MOST:]}"


def _type(type_: str | None, message: str | None, text: str) -> str:
    given = first_line(type_).rstrip(":")
    if given and given.casefold() not in _UNTELLING:
        return given if _PLAIN_TYPE.fullmatch(given) else masked(given)
    found = _TYPE_FIRST.match(first_line(message)) or _TYPE_IN_TEXT.search(text)
    if found:
        return found[1]
    return "panic" if _PANIC.search(f"{message or ''}\n{text}") else given


def _said(text: str) -> str:
    """Give the line of a text that says what went wrong, for reports that have no message."""
    for pattern in (_PYTEST, _PANIC):
        if found := pattern.search(text):
            return found[1]
    if found := _TYPE_IN_TEXT.search(text):
        return text[found.start(1) :].partition("\n")[0]
    found = _TELLING.search(text)
    return found[0] if found else ""
