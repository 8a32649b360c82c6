"""Bounds that a sentence sets to what is measured: ``error rate > 1 %``, ``P95 latency > 500ms for 5 minutes``.

Takes: text a person wrote. Gives: the bounds in it, in the order of the text. Source: a fixed list of measures and
units; anything else is no bound. Empty: a sentence without one.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

_MEASURES = (
    ("error_rate", r"error[ _-]?rates?"),
    ("p95", r"(?:latency[ _])?p95(?: latency)?"),
    ("p99", r"(?:latency[ _])?p99(?: latency)?"),
    ("pass_rate", r"(?:test )?pass[ _-]?rate"),
)
_UNITS = {"%": Fraction(1), "ms": Fraction(1), "s": Fraction(1000), "": Fraction(1)}
_LASTING = {"second": 1, "s": 1, "minute": 60, "min": 60, "m": 60, "hour": 3600, "h": 3600}
_NAME = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _MEASURES)
_BOUND = re.compile(
    rf"(?:{_NAME})\W{{0,4}}(?:\(?target:?\s*)?\s*(?P<op><=|>=|<|>|≤|≥)\s*(?P<number>\d[\d,]{{0,12}}(?:\.\d{{1,9}})?)\s*"
    r"(?P<unit>%|ms|s)?(?:\s*(?:for|over)\s+(?P<lasting>\d{1,6})\s*(?P<span>second|minute|hour|min|s|m|h)s?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound: measure, operator, and number in percent or milliseconds."""

    measure: str
    op: str
    number: Fraction
    unit: str
    """``%``, ``ms`` or "" for a bare number."""
    lasting_s: int | None
    """How long it has to be so; ``None`` when the text does not say."""
    text: str


def bounds(text: str) -> tuple[Bound, ...]:
    """Give the bounds of a text."""
    found = []
    for hit in _BOUND.finditer(text):
        measure = next(name for name, _ in _MEASURES if hit[name])
        unit = (hit["unit"] or "").lower()
        number = Fraction(hit["number"].replace(",", "")) * _UNITS[unit]
        lasting = int(hit["lasting"]) * _LASTING[hit["span"].lower()] if hit["lasting"] else None
        op = {"≤": "<=", "≥": ">="}.get(hit["op"], hit["op"])
        found.append(Bound(measure, op, number, "ms" if unit == "s" else unit, lasting, " ".join(hit[0].split())))
    return tuple(found)


def measure_of(metric: str) -> str:
    """Give the measure that a metric's name stands for; the name itself when it is none of those read here."""
    tidy = metric.casefold().replace("_", " ")
    return next((name for name, pattern in _MEASURES if re.search(pattern, tidy)), metric)


def in_milliseconds(number: Fraction, unit: str) -> Fraction:
    """Give a number in the unit in which bounds are compared."""
    return number * _UNITS.get(unit, Fraction(1))
