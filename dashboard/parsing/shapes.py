"""What a value decoded from JSON must be, with a refusal that names the place: ``files["a.py"].summary is null``.

Every helper takes the value and where it stands; those called ``maybe_...`` take ``None`` for "not said".
"""

from typing import Any, NoReturn

from dashboard.errors import MalformedArtefactError

_LARGEST_WHOLE = 2**63 - 1
"""The largest whole number both databases keep."""


def mapping(value: Any, where: str) -> dict[str, Any]:
    """Give an object."""
    return value if isinstance(value, dict) else _refuse(value, where, "an object")


def items(value: Any, where: str) -> list[Any]:
    """Give a list."""
    return value if isinstance(value, list) else _refuse(value, where, "a list")


def text(value: Any, where: str) -> str:
    """Give a string."""
    return value if isinstance(value, str) else _refuse(value, where, "a string")


def maybe_text(value: Any, where: str) -> str | None:
    """Give a string, or ``None``."""
    return None if value is None else text(value, where)


def number(value: Any, where: str) -> float:
    """Give a finite number as a float; a boolean is not one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _refuse(value, where, "a number")
    try:
        return float(value)
    except OverflowError:
        msg = f"{where} is a whole number too large to be a measurement."
        raise MalformedArtefactError(msg, slug="json-number-too-large") from None


def maybe_number(value: Any, where: str) -> float | None:
    """Give a finite number as a float, or ``None``."""
    return None if value is None else number(value, where)


def whole(value: Any, where: str) -> int:
    """Give a whole number that a database can keep; 3.0 is one."""
    given = number(value, where)
    if not given.is_integer() or abs(given) > _LARGEST_WHOLE:
        _refuse(value, where, "a whole number")
    return int(value)


def count(value: Any, where: str) -> int:
    """Give a whole number of things, 0 or more."""
    given = whole(value, where)
    if given < 0:
        msg = f"{where} is {given}; a count cannot be negative."
        raise MalformedArtefactError(msg, slug="json-shape")
    return given


def maybe_count(value: Any, where: str) -> int | None:
    """Give a whole number of things, or ``None``."""
    return None if value is None else count(value, where)


def truth(value: Any, where: str) -> bool:
    """Give a boolean; 0, 1 and "true" are not booleans."""
    return value if isinstance(value, bool) else _refuse(value, where, "true or false")


def maybe_truth(value: Any, where: str) -> bool | None:
    """Give a boolean, or ``None``."""
    return None if value is None else truth(value, where)


def named(value: Any) -> str:
    """Say what a value is, for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    kinds = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number"}
    return kinds.get(type(value), type(value).__name__)


def _refuse(value: Any, where: str, wanted: str) -> NoReturn:
    is_number = wanted == "a whole number" and named(value) == "a number"
    found = str(value)[:40] if is_number else named(value)
    msg = f"{where[:300]} is {found}, not {wanted}."
    hint = "The file has the keys of its format but not its values. Write it again with the tool that made it."
    raise MalformedArtefactError(msg, slug="json-shape", hint=hint)
