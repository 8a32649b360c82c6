"""What the three reports of .NET have in common: assemblies as suites, durations, texts of a failure, counters."""

import re
from collections.abc import Mapping

from dashboard.model.ledger import Ledger
from dashboard.model.records import Failure
from dashboard.parsing.xml import Text
from dashboard.readers._junit_times import LONGEST_S, NOTES

_SECONDS = re.compile(r"\d{1,12}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,5})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)", re.ASCII)
_COUNT = re.compile(r"\d{1,12}", re.ASCII)
_QUALIFIED = re.compile(r", [^,\[\]]+, Version=[^\[\]]*\Z")
_SHOWN = 20


def assembly(path: str) -> str:
    """Give the file name of an assembly: the folder belongs to a machine, and not to an identity."""
    return path.replace("\\", "/").rpartition("/")[2]


def class_name(text: str) -> str:
    """Give the class without the assembly that MSTest of old adds (``A.B, Tests, Version=1.0.0.0, ...``)."""
    return _QUALIFIED.sub("", text)


def seconds(text: str | None, ledger: Ledger) -> float | None:
    """Read a duration in seconds, or as ``[days.]hours:minutes:seconds``; unreadable is ``None``."""
    stripped = (text or "").strip()
    if not stripped:
        return None
    if clock := _CLOCK.fullmatch(stripped):
        days, hours, minutes, rest = (float(part or 0) for part in clock.groups())
        given = days * 86_400 + hours * 3600 + minutes * 60 + rest
    elif _SECONDS.fullmatch(stripped):
        given = float(stripped)
    else:
        why = "time-negative" if stripped.startswith("-") else "time-unreadable"
        ledger.note(why, NOTES[why])
        return None
    if given > LONGEST_S:
        ledger.note("time-implausible", NOTES["time-implausible"])
        return None
    return given


def failure(kind: str | None, texts: Mapping[str, Text], *, message: str, trace: str) -> Failure | None:
    """Put a failure together from the texts of two elements."""
    said = texts[message].value.strip() if message in texts else ""
    stack = texts.get(trace)
    text = stack.value.strip() if stack else ""
    if not (kind or said or text):
        return None
    return Failure(kind or None, said or None, text or None, stack.size if stack and text else 0)


def count(attributes: Mapping[str, str], name: str) -> int | None:
    """Read a counter; ``None`` when there is none that can be read."""
    text = attributes.get(name, "").strip()
    return int(text) if _COUNT.fullmatch(text) else None


def declared_more(ledger: Ledger, declared: int | None, counted: int) -> None:
    """Compare a total that the report declares with what it lists."""
    if declared is None or declared == counted:
        return
    ledger.note("summary-disagrees", "the report declares other totals than the tests it lists; the tests were counted")
    if declared > counted:
        ledger.incomplete = True


def outside(ledger: Ledger, slug: str, message: str, where: str) -> None:
    """Take an error that no test case carries: something may never have run."""
    ledger.incomplete = True
    ledger.note(slug, message)
    shown = ledger.facts.setdefault("errors_outside_tests", [])
    if len(shown) < _SHOWN:
        shown.append(where[:500])
