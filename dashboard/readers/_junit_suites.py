"""The suites around the cases: their breadcrumbs, what they declare, and whether that agrees with what they hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from dashboard.model.ledger import Ledger
from dashboard.readers import _junit_producer as producers
from dashboard.readers._junit_case import Place, short_name

SUITES = frozenset({"testsuite", "testsuites"})
SEPARATOR = " > "

_RUN_STAMP = re.compile(r"-\d{14}\Z|(?<=\Ajob)-\d{4}-\d\d-\d\dT\d\d\.\d\d-[0-9a-f]{7,40}\Z", re.ASCII)
_COUNT = re.compile(r"\s*\d{1,12}\s*", re.ASCII)
_OFFSET = re.compile(r"(?:Z|[+-]\d\d:?\d\d)\Z", re.ASCII)
_SHOWN = 20
_NOT_SAID = -1


class Counted(NamedTuple):
    """Cases counted so far; ``bad`` are failed or in error."""

    cases: int = 0
    bad: int = 0
    skipped: int = 0

    def minus(self, other: "Counted") -> "Counted":
        """Give what was counted since ``other``."""
        return Counted(self.cases - other.cases, self.bad - other.bad, self.skipped - other.skipped)

    def plus(self, other: "Counted") -> "Counted":
        """Give both together."""
        return Counted(self.cases + other.cases, self.bad + other.bad, self.skipped + other.skipped)


@dataclass(slots=True)
class _Frame:
    place: Place
    instance: int
    declared: Counted | None
    disabled: int
    before: Counted
    inner: Counted = field(default_factory=Counted)
    claimed_inside: int = 0


class Suites:
    """The stack of open suites."""

    def __init__(self, ledger: Ledger, producer: str | None) -> None:
        self._ledger = ledger
        self.producer = producer
        self._open: list[_Frame] = []
        self.count = 0
        self.roots = 0
        self.claimed = 0
        """Cases that the outermost suites say they hold."""
        self.declared: Counted | None = None
        self.held = Counted()
        """What the last outermost suite declares, and what it holds."""

    @property
    def place(self) -> Place:
        """Where a case stands now."""
        return self._open[-1].place if self._open else Place("")

    @property
    def instance(self) -> int:
        """Number of the innermost suite element: two suites of one name are two instances."""
        return self._open[-1].instance if self._open else 0

    def start(self, tag: str, attributes: Mapping[str, str], counted: Counted) -> None:
        """Open a suite or a list of suites."""
        outer = self.place
        self.count += 1
        if not self._open:
            self.roots += 1
        name = self._name(attributes) if tag == "testsuite" else ""
        suite = SEPARATOR.join(part for part in (outer.suite, name) if part)
        place = Place(short_name(suite), attributes.get("file") or attributes.get("filepath") or outer.file)
        declared = _declared(attributes)
        self._open.append(_Frame(place, self.count, declared, _number(attributes, "disabled") or 0, counted))
        if self._ledger.collected_at is None:
            self._date(attributes.get("timestamp", ""))

    def end(self, counted: Counted) -> None:
        """Close the innermost suite and compare what it declares with what it holds, alone or with those inside."""
        frame = self._open.pop()
        whole = counted.minus(frame.before)
        alone = whole.minus(frame.inner)
        claimed = frame.declared.cases if frame.declared else frame.claimed_inside
        if self._open:
            self._open[-1].inner = self._open[-1].inner.plus(whole)
            self._open[-1].claimed_inside += claimed
        else:
            self.claimed += claimed
            self.declared, self.held = frame.declared, whole
        if frame.declared is None:
            return
        if not self._open and self._never_ran(frame.declared, whole):
            self.failed_itself({"message": "more errors are declared than the cases hold"})
        if not (_agrees(frame, whole) or _agrees(frame, alone)):
            self._ledger.note(
                "suite-counters-disagree",
                "a suite declares other totals than the cases it holds; the cases were counted",
            )
            shown = self._ledger.facts.setdefault("suite_counters", [])
            if len(shown) < _SHOWN:
                shown.append(
                    {"suite": frame.place.suite, "declared": frame.declared._asdict(), "counted": whole._asdict()}
                )

    def failed_itself(self, attributes: Mapping[str, str]) -> None:
        """Take an ``<error>`` or ``<failure>`` of the suite itself: something in it never ran."""
        ledger = self._ledger
        ledger.incomplete = True
        ledger.note("suite-failed", "a suite reports an error of its own, outside of any case: tests may not have run")
        shown = ledger.facts.setdefault("suite_errors", [])
        if len(shown) < _SHOWN:
            shown.append({"suite": self.place.suite, "message": (attributes.get("message") or "")[:500]})

    def _never_ran(self, declared: Counted, whole: Counted) -> bool:
        """Whether a total alone tells of an error: gotestsum lists no case for a package that does not build.

        Elsewhere it proves nothing as long as there are cases: some tools count assertions or messages.
        """
        return declared.bad > whole.bad and (self.producer == producers.GOTESTSUM or not whole.cases)

    def _name(self, attributes: Mapping[str, str]) -> str:
        name = attributes.get("name") or attributes.get("package") or ""
        name = _RUN_STAMP.sub("", name)  # the moment of the run (unittest-xml-reporting, Avocado) is no identity
        if self.producer == producers.PLAYWRIGHT and attributes.get("hostname"):
            return f"{name} [{attributes['hostname']}]"  # the project (browser): each runs the same tests once
        return name

    def _date(self, stamp: str) -> None:
        """Keep the first moment that says its offset; naive ones are local here and UTC there."""
        if not _OFFSET.search(stamp) or self.producer == producers.TESTNG:
            return
        try:
            moment = datetime.fromisoformat(stamp)
        except ValueError:
            return
        if moment.year > 2000 and moment.tzinfo is not None:
            self._ledger.collected_at = moment.isoformat()


def _number(attributes: Mapping[str, str], *names: str) -> int | None:
    for name in names:
        text = attributes.get(name)
        if text is not None and _COUNT.fullmatch(text):
            return int(text)
    return None


def _declared(attributes: Mapping[str, str]) -> Counted | None:
    tests = _number(attributes, "tests")
    if tests is None:
        return None
    failures, errors = _number(attributes, "failures"), _number(attributes, "errors")
    bad = _NOT_SAID if failures is None and errors is None else (failures or 0) + (errors or 0)
    skipped = _number(attributes, "skipped", "skips", "skip", "ignored")
    return Counted(tests, bad, _NOT_SAID if skipped is None else skipped)


def _agrees(frame: _Frame, counted: Counted) -> bool:
    declared = frame.declared
    if declared is None:
        return True
    skipped = declared.skipped in (_NOT_SAID, counted.skipped) or declared.skipped + frame.disabled == counted.skipped
    return declared.cases == counted.cases and declared.bad in (_NOT_SAID, counted.bad) and skipped
