"""TAP, the Test Anything Protocol, versions 12 to 14 (https://testanything.org).

A stream without a plan, or with fewer points than it plans, was stopped. Subtests stand indented by four before the
point that sums them up; they are counted and that point is not, unless it failed while none of them did.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, Kind, Outcome, Record
from dashboard.readers._head import normalise
from dashboard.readers._junit_case import short_name
from dashboard.readers._junit_suites import SEPARATOR
from dashboard.readers._junit_times import LONGEST_S, NOTES
from dashboard.readers._namesakes import BAD, Seen, settled
from dashboard.readers._tap_lines import Plan, Point, bail_out, plan, point, subtest
from dashboard.readers._tap_pending import Pending
from dashboard.readers._text_body import lines

MOST_LEVELS = 32
#: Points of one subtest that are held until the point comes that names it.
MOST_HELD = 500_000

_START = re.compile(
    rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*"
    rb"(?:TAP version 1[2-4]\b|1\.\.\d{1,9}[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)|(?:not )?ok \d{1,9}(?:[ \t\r\n]|\Z))"
)
_VERSION = re.compile(r"TAP version (\d{1,3})\s*", re.IGNORECASE | re.ASCII)
_TOTALS = re.compile(r"#\s*(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms)\s+[\d.]+\s*")


class TapReader:
    """Reads TAP."""

    format = "tap"
    kind = Kind.TESTS
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise a version, a plan or a numbered point, with nothing but comments before it."""
        return _START.match(normalise(head)) is not None

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a test point."""
        ledger.producer = "TAP"

        def points(to: Ledger) -> Iterator[Seen]:
            body.seek(0)
            stream = _Stream(to)
            for line in lines(body):
                stream.take(line.rstrip("\r\n").expandtabs(4))
                yield from stream.given()
            stream.finish()
            yield from stream.given()

        yield from settled(points, ledger)


READER = TapReader()


@dataclass(slots=True)
class _Level:
    """One document, or one subtest."""

    name: str = ""
    plan: Plan | None = None
    points: int = 0
    pending: Pending | None = None
    parent: Point | None = None
    """The point that stood before its subtest, in braces."""
    cases: list[CaseResult] = field(default_factory=list)
    bad: bool = False


class _Stream:
    """What was read so far."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._levels = [_Level()]
        self._announced = ""
        self._yaml: str | None = None
        self._after_point = False
        self._cases = 0
        self._ended = False

    def given(self) -> Iterator[Seen]:
        """Give the cases whose names are settled."""
        root = self._levels[0]
        for case in root.cases:
            yield Seen(case)
        root.cases.clear()

    def take(self, line: str) -> None:
        """Take one line."""
        stripped = line.strip()
        level = self._levels[-1]
        if self._yaml is not None:
            if stripped == "..." and line.startswith(self._yaml):
                self._yaml = None
                return
            if not stripped or line.startswith(self._yaml):
                if level.pending is not None:
                    level.pending.diagnose(line[len(self._yaml) :])
                return
            self._yaml = None
            self._ledger.note("yaml-cut", "a block of diagnostics does not end")
        if not stripped or self._ended:
            return
        if self._after_point and stripped == "---" and line[0] == " ":
            self._yaml = line[: line.index("-")]
            return
        self._after_point = self._after_point and stripped.startswith("#")
        depth = (len(line) - len(line.lstrip(" "))) // 4
        if stripped.startswith("#"):
            self._comment(stripped)
        elif depth < MOST_LEVELS:
            self._statement(depth, stripped)
        elif point(stripped) is not None:
            msg = f"The subtests are nested deeper than {MOST_LEVELS} levels."
            raise LimitError(msg, slug="tap-limit", hint="No known tool writes such a report; look at how it was made.")

    def finish(self) -> None:
        """Close everything that is open, and compare it with the plans."""
        if self._yaml is not None:
            self._incomplete("yaml-cut", "a block of diagnostics does not end")
        while len(self._levels) > 1:
            self._close_level(None)
        root = self._levels[0]
        self._settle(root)
        if root.plan is None and not self._ended:
            self._incomplete("no-plan", "the stream has no plan, so nobody knows how many tests it should hold")
        self._check_plan(root)
        if not self._cases:
            if root.plan is None and not self._ended:
                raise MalformedArtefactError("The file holds neither a plan nor a test point.", slug="tap-nothing")
            self._ledger.note("no-test-cases", "the stream holds no test point")

    def _comment(self, line: str) -> None:
        name = subtest(line)
        level = self._levels[-1]
        if name is not None:
            self._announced = name
            self._settle(level)
        elif level.pending is not None and level.pending.told.outcome in BAD and not _TOTALS.fullmatch(line):
            level.pending.text.add(f"{line}\n")

    def _statement(self, depth: int, line: str) -> None:
        told, planned, bailed = point(line), plan(line), bail_out(line)
        if bailed is not None:
            self._settle(self._levels[-1])
            self._incomplete("bail-out", "the run was given up (Bail out!)")
            self._ledger.facts.setdefault("bail_out", bailed[:500])
            self._ended = True
        elif told is not None or planned is not None:
            self._reach(depth, told)
            level = self._levels[-1]
            if planned is not None:
                self._settle(level)
                if level.plan is not None:
                    self._incomplete("several-plans", "a stream holds several plans")
                level.plan = level.plan or planned
        elif line == "}" and len(self._levels) > 1 and depth < len(self._levels) - 1:
            while len(self._levels) - 1 > depth + 1:
                self._close_level(None)
            self._close_level(self._levels[-1].parent)
        elif depth == 0 and (version := _VERSION.fullmatch(line)):
            self._ledger.facts["version"] = int(version[1])
            self._ledger.producer = f"TAP {version[1]}"

    def _reach(self, depth: int, told: Point | None) -> None:
        """Open or close levels until the innermost is this deep, then take the point, if it is one."""
        self._after_point = told is not None
        while len(self._levels) - 1 > depth + 1:
            self._close_level(None)
        if len(self._levels) - 1 > depth:
            opener = self._levels[-1].parent
            self._close_level(opener or told)
            if opener is None and told is not None:
                return
        while len(self._levels) - 1 < depth:
            outer = self._levels[-1]
            before = outer.pending
            if before is not None and before.told.opens:
                outer.pending = None
                self._levels.append(_Level(name=before.name, parent=before.told))
            else:
                self._settle(outer)
                self._levels.append(_Level(name=self._announced))
            self._announced = ""
        if told is not None:
            level = self._levels[-1]
            self._settle(level)
            level.points += 1
            level.pending = Pending(told, level.points)

    def _close_level(self, by: Point | None) -> None:
        """End the innermost subtest; ``by`` is the point that sums it up."""
        inner = self._levels.pop()
        self._settle(inner)
        self._check_plan(inner)
        outer = self._levels[-1]
        name, todo = inner.name, by is not None and by.directive == "todo"
        if by is None:
            if not self._ended:
                self._incomplete("subtest-not-ended", "a subtest is not summed up by a point: the stream was cut off")
        else:
            if by is not inner.parent:
                outer.points += 1
            summed = Pending(by, outer.points)
            name = summed.name
            if not inner.cases or (by.outcome in BAD and not inner.bad):
                outer.pending = summed
            else:
                self._ledger.folded += 1
                self._ledger.note("parents", "a point is counted by its subtests, not once more as a whole")
        name = short_name(name)
        outer.bad = outer.bad or (inner.bad and not todo)
        for case in inner.cases:
            suite = SEPARATOR.join(part for part in (name, case.suite) if part)
            outcome = Outcome.SKIPPED if todo and case.outcome in BAD else case.outcome
            outer.cases.append(case._replace(suite=short_name(suite), outcome=outcome))
        self._check_held(outer)

    def _settle(self, level: _Level) -> None:
        """Make a case of the point that has all its diagnostics now."""
        pending, level.pending = level.pending, None
        if pending is None:
            return
        duration = pending.duration
        if duration is not None and duration > LONGEST_S:
            self._ledger.note("time-implausible", NOTES["time-implausible"])
            duration = None
        record = pending.record(duration)
        self._cases += 1
        level.bad = level.bad or record.outcome in BAD
        level.cases.append(record)
        self._check_held(level)

    def _check_held(self, level: _Level) -> None:
        if len(self._levels) > 1 and len(level.cases) > MOST_HELD:
            msg = f"One subtest holds more than {MOST_HELD:,} points."
            raise LimitError(msg, slug="tap-limit", hint="Write one report for each part of the tests.")

    def _check_plan(self, level: _Level) -> None:
        if level.plan is None or level.plan.planned == level.points:
            return
        if level.plan.planned > level.points:
            self._incomplete(
                "plan-not-met", "fewer tests ran than planned: the run was stopped, or the file is cut off"
            )
        else:
            self._incomplete("plan-exceeded", "more tests ran than are planned")
        self._ledger.facts["plan"] = {"planned": level.plan.planned, "ran": level.points}

    def _incomplete(self, slug: str, message: str) -> None:
        self._ledger.incomplete = True
        self._ledger.note(slug, message)
