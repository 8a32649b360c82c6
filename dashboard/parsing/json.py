"""Bounded, strict JSON: one document, no second meaning, nothing that is not a number.

Python's own decoder takes NaN, lets the last of two equal keys win and runs into its recursion limit; evidence
may do none of that. Every refusal is a ``MalformedArtefactError`` or ``LimitError`` with its own slug.
Grammar: RFC 8259; the duplicate-key rule is RFC 7493 (I-JSON), section 2.3.
"""

import json
import math
import re
from typing import Any, BinaryIO, NoReturn

from dashboard.errors import LimitError, MalformedArtefactError

MIB = 1024 * 1024
MAX_DEPTH = 64
MAX_DIGITS = 4300
"""Digits of one whole number; also the limit Python sets itself against quadratic parsing."""

_NOT_STRUCTURE = bytes(b for b in range(256) if b not in b'"[]{}')
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_LONE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_LARGE_HINT = "Raise COUNTERSIGN_MAX_JSON_MIB if you trust the source, or write a smaller report."


def load(body: BinaryIO | bytes, *, limit: int, large_hint: str = _LARGE_HINT) -> Any:
    """Give the value of the one JSON document in ``body``, of at most ``limit`` bytes.

    UTF-8 with or without a byte order mark, and UTF-16 or UTF-32 with one, are read. A NUL or half a surrogate
    pair in a string is no character that can be stored or shown, and is read as U+FFFD.

    Raises:
        LimitError: the document is larger than ``limit``; the message names the setting.
        MalformedArtefactError: the document is not JSON, says something twice, or nests deeper than 64.
    """
    raw = body if isinstance(body, bytes) else body.read(limit + 1)
    if len(raw) > limit:
        msg = (
            f"The JSON document is larger than the limit of {limit / MIB:,.6g} MiB (COUNTERSIGN_MAX_JSON_MIB); "
            "it must be held in memory to be read."
        )
        raise LimitError(msg, slug="json-too-large", hint=large_hint)
    return loads(_decoded(raw))


def loads(text: str) -> Any:
    """Give the value of one JSON document that is already text; see `load`."""
    _refuse_deep(text.encode("utf-8", "surrogatepass"))
    if _LONE.search(text):
        text = _ESCAPE.sub(_storable, text)
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_refuse_constant, parse_float=_finite_float)
    except json.JSONDecodeError as error:
        raise _syntax(error, text) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        msg = f"The JSON document holds a whole number of more than {MAX_DIGITS:,} digits."
        raise MalformedArtefactError(msg, slug="json-number-too-long") from None


def _decoded(raw: bytes) -> str:
    encoding = json.detect_encoding(raw)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        msg = f"The JSON document is not {encoding.upper()} text: byte {error.start:,} cannot be decoded."
        raise MalformedArtefactError(msg, slug="json-not-utf-8") from None


def _refuse_deep(raw: bytes) -> None:
    """Refuse more than 64 levels before the decoder recurses into them.

    Only the brackets outside strings are kept; each round then takes the innermost pair away everywhere, so the
    number of rounds is the depth.
    """
    if b"\\" in raw:
        raw = _ESCAPED.sub(b"", raw)
    brackets = b"".join(raw.translate(_ONE_KIND, _NOT_STRUCTURE).split(b'"')[::2])
    for _ in range(MAX_DEPTH):
        if b"[]" not in brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if b"[]" in brackets:
        raise _too_deep()


def _too_deep() -> MalformedArtefactError:
    msg = f"The JSON document nests deeper than {MAX_DEPTH} levels; no report does."
    return MalformedArtefactError(msg, slug="json-too-deep")


def _storable(match: re.Match[str]) -> str:
    escape = match.group()
    if len(escape) != len(r"\u0000"):
        return escape
    code = int(escape.removeprefix("\\u"), 16)
    return r"\ufffd" if code == 0 or 0xD800 <= code <= 0xDFFF else escape


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        msg = f"The key {twice[:200]!r} stands twice in one object, so the document says two things at once."
        hint = "Take one of the two out, or write the report again with the tool that made it."
        raise MalformedArtefactError(msg, slug="json-duplicate-key", hint=hint)
    return found


def _refuse_constant(name: str) -> NoReturn:
    msg = f"The document holds {name}, which is not JSON and not a number."
    hint = "The tool measured nothing there. Run it again, or leave the entry out of the report."
    raise MalformedArtefactError(msg, slug="json-not-a-number", hint=hint)


def _finite_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        msg = f"The number {text[:40]} is too large to be a measurement (beyond 1.8e308)."
        raise MalformedArtefactError(msg, slug="json-number-too-large")
    return value


def _syntax(error: json.JSONDecodeError, text: str) -> MalformedArtefactError:
    where = f"line {error.lineno}, column {error.colno}"
    if not text.strip():
        return MalformedArtefactError("The file holds no JSON document, only blanks.", slug="json-empty")
    if error.msg == "Extra data":
        msg = f"A second JSON value begins at {where}; one file is one document."
        return MalformedArtefactError(msg, slug="json-several-values")
    unfinished = error.msg.startswith("Unterminated string") or not text[error.pos :].strip()
    if unfinished:
        msg = f"The JSON document is cut off: it ends inside a value that begins or breaks at {where}."
        return MalformedArtefactError(msg, slug="json-cut-off")
    return MalformedArtefactError(f"The document is not JSON at {where}: {error.msg}.", slug="json-syntax")
