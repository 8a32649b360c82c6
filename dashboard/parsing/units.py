"""Units of measurement: the producer's text as a factor to a base unit, and which direction is better.

Base units: ``s``, ``B``, ``ratio``, ``<thing>/s`` and ``<thing>/op``; anything else stays as it is written. The
direction is ``None`` wherever the unit alone does not settle it (a percentage may be load or availability).
"""

from functools import lru_cache
from typing import Final, NamedTuple

SMALLER: Final = "smaller"
LARGER: Final = "larger"


class Unit(NamedTuple):
    """How to turn a number of the file into the base unit, and what better means."""

    factor: float
    base: str
    direction: str | None


_SECONDS = {
    "ns": 1e-9, "nanosecond": 1e-9, "nsec": 1e-9,
    "us": 1e-6, "\u00b5s": 1e-6, "\u03bcs": 1e-6, "microsecond": 1e-6, "usec": 1e-6,
    "ms": 1e-3, "millisecond": 1e-3, "msec": 1e-3, "millis": 1e-3,
    "s": 1.0, "sec": 1.0, "second": 1.0,
    "min": 60.0, "minute": 60.0,
    "h": 3600.0, "hr": 3600.0, "hour": 3600.0,
    "day": 86400.0,
}  # fmt: skip
_PREFIXES = {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "ki": 2.0**10, "mi": 2.0**20, "gi": 2.0**30, "ti": 2.0**40}
_NAMED_PREFIXES = {
    "kilo": 1e3, "mega": 1e6, "giga": 1e9, "tera": 1e12,
    "kibi": 2.0**10, "mebi": 2.0**20, "gibi": 2.0**30, "tebi": 2.0**40,
}  # fmt: skip
_BYTES = (
    {"B": 1.0, "byte": 1.0}
    | {f"{prefix}byte": factor for prefix, factor in _NAMED_PREFIXES.items()}
    | {f"{prefix[0].upper()}{prefix[1:]}B": factor for prefix, factor in _PREFIXES.items()}
    | {"kB": 1e3, "kiB": 2.0**10}
)
_CURRENCIES = {"usd": "USD", "$": "USD", "eur": "EUR", "\u20ac": "EUR", "gbp": "GBP", "\u00a3": "GBP", "chf": "CHF"}
_RATIOS = {"%": 0.01, "percent": 0.01, "pct": 0.01, "percentage": 0.01, "ratio": 1.0, "fraction": 1.0}
_OPERATIONS = frozenset({"op", "ops", "iter", "iteration", "call", "request", "req", "run", "invocation", "exec"})
_HARM = ("error", "fail", "drop", "timeout", "lost", "miss", "retr", "reject")
"""Things of which a higher rate is no gain; which way is better is then for the policy to say."""
_RATES = {"rps": "req", "qps": "query", "tps": "transaction", "fps": "frame", "hz": "1"}


_NAMED = (
    {text: Unit(factor, "ratio", None) for text, factor in _RATIOS.items()}
    | {text: Unit(1.0, code, SMALLER) for text, code in _CURRENCIES.items()}
    | {text: Unit(1.0, f"{thing}/s", LARGER) for text, thing in _RATES.items()}
    | dict.fromkeys(("alloc", "allocs", "allocation", "allocations"), Unit(1.0, "allocs", SMALLER))
)
"""Units that are one word, casefolded."""


@lru_cache(maxsize=1024)
def unit_of(text: str) -> Unit:
    """Read a unit; one that is not known keeps its text as base, with factor 1 and no direction."""
    stripped = text.strip()
    unknown = Unit(1.0, stripped, None)
    over, slash, under = (part.strip() for part in stripped.partition("/"))
    if not slash:
        size = _size(stripped)
        return Unit(*size, SMALLER) if size else _NAMED.get(stripped.casefold(), unknown)
    if not over:
        return unknown
    seconds = _seconds(under)
    if seconds is not None:
        return _rate(over, seconds) or unknown
    return _per_operation(over) if _singular(under.casefold()) in _OPERATIONS else unknown


def _rate(over: str, seconds: float) -> Unit | None:
    """Give something per time; seconds per time is none."""
    size, folded = _size(over), over.casefold()
    if size is not None:
        return Unit(size[0] / seconds, "B/s", LARGER) if size[1] == "B" else None
    if folded in _CURRENCIES:
        return Unit(1.0 / seconds, f"{_CURRENCIES[folded]}/s", SMALLER)
    thing = "op" if _singular(folded) in {"op", "operation"} else over
    return Unit(1.0 / seconds, f"{thing}/s", None if any(word in folded for word in _HARM) else LARGER)


def _per_operation(over: str) -> Unit:
    """Give what one operation takes; all spellings of an operation are one."""
    size = _size(over)
    if size is not None:
        return Unit(*size, SMALLER)
    known = _NAMED.get(over.casefold())
    if known is not None and known.direction == SMALLER:
        return known._replace(base="allocs/op") if known.base == "allocs" else known
    return Unit(1.0, f"{over}/op", SMALLER)


def _size(text: str) -> tuple[float, str] | None:
    """Give factor and base unit of a time or a size."""
    seconds = _seconds(text)
    if seconds is not None:
        return seconds, "s"
    factor = _BYTES.get(text, _BYTES.get(_singular(text.casefold())))
    return None if factor is None else (factor, "B")


def _seconds(text: str) -> float | None:
    # Only words are folded: "MS" is no unit, "Seconds" is.
    return _SECONDS.get(text, _SECONDS.get(_singular(text.casefold())) if len(text) > 2 else None)


def _singular(text: str) -> str:
    return text[:-1] if text.endswith("s") and len(text) > 2 else text
