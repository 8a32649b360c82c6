"""What one scalar of a YAML document means, and how a refusal names its place.

The core schema of YAML 1.2.2 (https://yaml.org/spec/1.2.2/#103-core-schema), which the YAML library of Go keeps to as
well: ``on``, ``off``, ``yes``, ``no``, dates and ``1_000`` are text. What JSON cannot say is refused.
"""

import math
import re
from typing import Any

import yaml
from yaml.events import Event, ScalarEvent

from dashboard.errors import MalformedArtefactError
from dashboard.parsing.json import MAX_DIGITS

CORE = "tag:yaml.org,2002:"
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {text: text.lower() == "true" for text in ("true", "True", "TRUE", "false", "False", "FALSE")}
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+|0o[0-7]+", re.ASCII)
"""A number with leading zeros is octal to some tools and decimal to others; it is left as text."""
_FLOAT = re.compile(r"[-+]?(?!0[0-9])(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def value_of(event: ScalarEvent, *, as_text: bool) -> Any:
    """Give the value of a scalar; with ``as_text`` a plain one is text as written, unless it is null.

    Raises:
        MalformedArtefactError: it is no plain data, no finite number, or not what its tag says.
    """
    refuse_tag(event, "str", *_TYPES)
    text = text_of(event)
    tag: str | None = event.tag
    if tag == CORE + "str" or tag == "!" or (tag is None and event.style not in {None, ""}):
        return text
    if tag is None:
        return text if as_text and text not in _NULL else _resolved(text, event)
    found = _resolved(text, event)
    if type(found) not in _TYPES[tag.removeprefix(CORE)]:
        raise refused("yaml-tag", f"{text[:40]!r} is not what its tag says", event)
    return found


def text_of(event: ScalarEvent) -> str:
    """Give the text as it is written. A NUL is no character that can be stored, and is read as U+FFFD."""
    text: str = event.value
    return text.replace("\0", "\ufffd")


def refuse_tag(event: Event, *allowed: str) -> None:
    """Refuse a tag that asks for anything but the named kinds of plain data."""
    tag: str = getattr(event, "tag", None) or "!"
    if tag != "!" and tag not in {CORE + name for name in allowed}:
        shown = "!!" + tag.removeprefix(CORE) if tag.startswith(CORE) else tag
        what = f"The tag {shown[:80]} asks for more than plain data"
        raise refused("yaml-tag", what, event, "tags are not carried out")


def refused(slug: str, what: str, event: Event, why: str | None = None) -> MalformedArtefactError:
    """Give the error that says what is wrong at the line and column of an event."""
    msg = f"{what} at {place(event.start_mark)}" + (f": {why}." if why else ".")
    return MalformedArtefactError(msg, slug=slug, hint="Mend the file there, or write it as JSON, and ingest it again.")


def syntax(error: yaml.YAMLError) -> MalformedArtefactError:
    """Give the error of a document that is not YAML."""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    mark = getattr(error, "problem_mark", None)
    at = f" at {place(mark)}" if mark is not None else f" at character {getattr(error, 'position', 0) + 1:,}"
    return MalformedArtefactError(f"The document is not YAML{at}: {problem}.", slug="yaml-syntax")


def place(mark: Any) -> str:
    """Write where a mark of the parser stands."""
    return f"line {mark.line + 1:,}, column {mark.column + 1:,}"


def _resolved(text: str, event: ScalarEvent) -> Any:
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _NOT_FINITE.fullmatch(text):
        raise refused("yaml-not-a-number", f"{text} is not a number that was measured", event)
    if _WHOLE.fullmatch(text):
        if len(text) > MAX_DIGITS:
            raise refused("yaml-number-too-long", f"A whole number has more than {MAX_DIGITS:,} digits", event)
        return int(text, 0)
    if not _FLOAT.fullmatch(text):
        return text
    value = float(text)
    if math.isinf(value):
        raise refused("yaml-number-too-large", f"{text[:40]} is too large to be a measurement", event)
    return value
