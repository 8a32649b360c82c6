"""Durations as JUnit dialects write them, in seconds; unreadable is ``None`` and never 0.

Seen in the wild: ``1,234.5`` (Surefire, Ant: thousands), ``0,160`` (TestNG under a German locale), ``75.350s``
(gotestsum), ``80.803us`` (Kotest), ``0:00:00.69`` (mamba), nanoseconds (container-structure-test), negative, NaN.
"""

import math
import re
from enum import Enum
from typing import BinaryIO, NamedTuple

#: 30 days. Nothing longer is one test case; it is a wrong unit.
LONGEST_S = 30 * 86_400.0
LONGEST_TEXT = 64

_SCALES = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0,
    "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9,
    "m": 60.0, "min": 60.0, "h": 3600.0,
}  # fmt: skip
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*([a-zµμ]+)", re.ASCII)
_PLAIN = re.compile(_NUMBER, re.ASCII)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)", re.ASCII)
_GO = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(\d+(?:\.\d+)?)s", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}", re.ASCII)
_EITHER = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)

_TIMES = re.compile(rb"\btime=[\"']\s*([\d.,]+)\s*[\"']")
_SCAN = 1 << 20


class Comma(Enum):
    """What a comma between digits means in one file."""

    THOUSANDS = "thousands"
    DECIMAL = "decimal"
    UNCLEAR = "unclear"


class Reading(NamedTuple):
    """A duration, or the reason why there is none: ``why`` is a note's slug, ``""`` when nothing is odd."""

    seconds: float | None
    why: str = ""


_NOT_SAID = Reading(None)

#: What is said of a case whose duration is read with care or not at all.
NOTES = {
    "time-unreadable": "the duration is not a number that can be trusted; it is shown as not said",
    "time-negative": "the duration is negative; it is shown as not said",
    "time-implausible": "the duration is longer than 30 days, so its unit is unknown; it is shown as not said",
    "time-comma-unclear": "a comma in the duration may mark thousands or decimals; it is shown as not said",
    "time-nanoseconds": "this producer writes durations in nanoseconds",
}


def comma_meaning(body: BinaryIO) -> Comma:
    """Look through all durations of the file for one that settles what a comma means; the position is kept."""
    position = body.tell()
    body.seek(0)
    thousands = decimal = False
    tail = b""
    while chunk := body.read(_SCAN):
        window = tail + chunk
        for found in _TIMES.finditer(window):
            text = found[1].decode("ascii")
            if "," not in text or _EITHER.fullmatch(text):
                continue
            thousands = thousands or _THOUSANDS.fullmatch(text) is not None
            decimal = decimal or _DECIMAL_COMMA.fullmatch(text) is not None
        tail = window[-64:]
    body.seek(position)
    if thousands == decimal:
        return Comma.UNCLEAR
    return Comma.THOUSANDS if thousands else Comma.DECIMAL


class Times:
    """Reads the durations of one file; what a comma means is looked up once, when the first unclear one comes."""

    def __init__(self, body: BinaryIO, *, nanoseconds: bool = False) -> None:
        self._body = body
        self._comma: Comma | None = None
        self.nanoseconds = nanoseconds

    def read(self, text: str | None) -> Reading:
        """Read one duration; missing and empty are simply not said."""
        if text is None:
            return _NOT_SAID
        try:  # nearly all of them, and cheap
            seconds = float(text)
        except ValueError:
            return self._unusual(text.strip())
        if 0.0 <= seconds <= LONGEST_S and not self.nanoseconds:
            return Reading(seconds)
        return self._unusual(text.strip())

    def _unusual(self, text: str) -> Reading:
        if len(text) > LONGEST_TEXT:
            return Reading(None, "time-unreadable")
        if not text:
            return _NOT_SAID
        if self.nanoseconds and text.isdecimal() and text.isascii():
            return _plausible(int(text) / 1e9, "time-nanoseconds")
        if _PLAIN.fullmatch(text):
            return _plausible(float(text))
        if "," in text:
            return self._with_comma(text)
        return _with_unit(text)

    def _with_comma(self, text: str) -> Reading:
        if _THOUSANDS.fullmatch(text):
            return _plausible(float(text.replace(",", "")))
        if _EITHER.fullmatch(text):
            if self._comma is None:
                self._comma = comma_meaning(self._body)
            if self._comma is Comma.UNCLEAR:
                return Reading(None, "time-comma-unclear")
            return _plausible(float(text.replace(",", "." if self._comma is Comma.DECIMAL else "")))
        if _DECIMAL_COMMA.fullmatch(text):
            return _plausible(float(text.replace(",", ".")))
        return Reading(None, "time-unreadable")


def _with_unit(text: str) -> Reading:
    unit = _WITH_UNIT.fullmatch(text)
    if unit and unit[2] in _SCALES:
        return _plausible(float(unit[1]) * _SCALES[unit[2]])
    clock = _CLOCK.fullmatch(text) or _GO.fullmatch(text)
    if clock:
        hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return _plausible(hours * 3600 + minutes * 60 + seconds)
    return Reading(None, "time-unreadable")


def _plausible(seconds: float, why: str = "") -> Reading:
    if math.isnan(seconds):
        return Reading(None, "time-unreadable")
    if seconds < 0:
        return Reading(None, "time-negative")
    if seconds > LONGEST_S:
        return Reading(None, "time-implausible")
    return Reading(seconds, why)
