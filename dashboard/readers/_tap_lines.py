"""The lines of TAP: what each is, without what it means.

Grammar: https://testanything.org/tap-version-14-specification.html
"""

import re
from typing import NamedTuple

from dashboard.model.records import Outcome

_POINT = re.compile(r"(not )?ok(?![^\s#])(?:[ \t]+(\d{1,9})(?![^\s#]))?[ \t]*(?:-(?=\s|\Z))?[ \t]*(.*)", re.ASCII)
_PLAN = re.compile(r"1\.\.(\d{1,9})[ \t]*(?:#[ \t]*(.*))?", re.ASCII)
_BAIL = re.compile(r"Bail out!\s*(.*)", re.IGNORECASE)
_DIRECTIVE = re.compile(r"(?<!\\)#[ \t]*(skip|todo)(?:ped)?\b:?[ \t]*(.*)", re.IGNORECASE)
_TIME = re.compile(r"(?:[ \t]#[ \t]*time=|[ \t]in[ \t])(\d{1,12}(?:\.\d{1,12})?)[ \t]?(ms|s)(?:ec)?\Z", re.ASCII)
_SUBTEST = re.compile(r"#[ \t]*Subtest(?::[ \t]*(.*))?", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([\\#])")


class Point(NamedTuple):
    """One test point."""

    number: int | None
    name: str
    outcome: Outcome
    directive: str
    """``skip``, ``todo`` or ""."""
    reason: str
    duration_s: float | None
    opens: bool
    """Its subtest follows in braces."""


class Plan(NamedTuple):
    """How many points are announced, and why there are none."""

    planned: int
    reason: str


def point(line: str) -> Point | None:
    """Read ``ok`` or ``not ok``, with number, description and directive."""
    found = _POINT.fullmatch(line)
    if found is None:
        return None
    rest = found[3].strip()
    opens = rest.endswith("{") and not rest.endswith("\\{")
    if opens:
        rest = rest[:-1].rstrip()
    directive = reason = ""
    if told := _DIRECTIVE.search(rest):
        rest, directive, reason = rest[: told.start()].rstrip(), told[1].lower(), told[2].strip()
    duration = None
    if timed := _TIME.search(rest):
        rest, duration = rest[: timed.start()].rstrip(), float(timed[1]) / (1000 if timed[2] == "ms" else 1)
    number = int(found[2]) if found[2] else None
    return Point(number, _plain(rest), _outcome(directive, not_ok=bool(found[1])), directive, reason, duration, opens)


def _outcome(directive: str, *, not_ok: bool) -> Outcome:
    """A todo is expected to fail; a skip that is not ok has failed, as for Perl's harness."""
    if directive == "todo":
        return Outcome.SKIPPED
    if not_ok:
        return Outcome.FAILED
    return Outcome.SKIPPED if directive else Outcome.PASSED


def plan(line: str) -> Plan | None:
    """Read ``1..n``."""
    found = _PLAN.fullmatch(line.rstrip())
    return Plan(int(found[1]), (found[2] or "").strip()) if found else None


def bail_out(line: str) -> str | None:
    """Give the reason of ``Bail out!``."""
    found = _BAIL.fullmatch(line)
    return found[1].strip() if found else None


def subtest(line: str) -> str | None:
    """Give the name that a comment announces a subtest with; "" when it has none."""
    found = _SUBTEST.fullmatch(line)
    return _plain((found[1] or "").strip()) if found else None


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)
