"""One pass over a JUnit document: expat's events become records, case by case.

A case without children is built on the spot; it is nearly all of them and must cost little more than expat itself.
Everything else takes the long way through ``_junit_case`` and junitparser.
"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, Outcome
from dashboard.parsing.xml import MIB, Feed, Text, local_name
from dashboard.readers import _junit_producer as producers
from dashboard.readers._junit_case import (
    LEFT_OUT,
    LONGEST_NAME,
    RESULTS,
    TRUE_SIZE,
    Place,
    childless,
    etree,
    in_its_own_way,
    put_text,
    with_children,
)
from dashboard.readers._junit_runs import ASCII_WITHIN, Chunk
from dashboard.readers._junit_suites import SUITES, Counted, Suites
from dashboard.readers._junit_times import LONGEST_S, Times
from dashboard.readers._sanitise import WRAPPER, Sanitised

#: Kept of all texts of one case together, and of its results and properties by number.
CASE_CHARS = 4 * MIB
CASE_CHILDREN = 1000

_KNOWN = (
    "name", "classname", "class", "time", "duration", "file", "filepath", "line", "lineno", "status", "result",
    "disabled", "message", "type", "value",
)  # fmt: skip
_LOOK = 8192
_UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)
_TELLS_OTHERWISE = frozenset({producers.QT_5, producers.NODE_TAP})


class Observation(NamedTuple):
    """One case as it stands in the file, with what helps to tell whether it is an attempt at another."""

    record: CaseResult
    bare: bool
    """The element has nothing in it."""
    instance: int
    """Which suite element holds it."""


class Document:
    """The state of one pass. ``batch`` fills up while the feed is driven; who drives it empties it.

    With ``observe`` every case also gives an ``Observation``. ``source`` is the mended stream, if there is one.
    """

    def __init__(
        self, feed: Feed, times: Times, suites: Suites, ledger: Ledger,
        *, observe: bool = False, source: Sanitised | None = None,
    ) -> None:  # fmt: skip
        self.batch: list[CaseResult] = []
        self.observations: list[Observation] = []
        self.suites = suites
        self.source = source
        self.feed = feed
        self._parser = feed.parser
        self._times = times
        self._ledger = ledger
        self._observe = observe
        self._repairs = source.repairs if source else None
        self._handed_on = self._bad = self._skipped = 0
        self._outer: list[str] = []
        self._inner: list[str] = []
        self._node: Any = None
        self._element: Any = None
        self._text: Text | None = None
        self._room = CASE_CHARS
        self._children = 0
        self._order: tuple[str, ...] | None = None
        """Of the attributes of a case that was read the quick way: what a run of cases is told by."""
        self._in_runs = False
        self._wire()

    def chunks(self, *, in_runs: bool = False) -> Iterator[None]:
        """Read the document, stopping after every chunk. ``in_runs``, plain cases are read without expat.

        It then does not know its place, so that the position that an error names is wrong.
        """
        if not in_runs or self._observe or self._times.nanoseconds or self._repairs is not None:
            return self.feed.chunks()
        self.feed.watch()
        return self.feed.chunks(self._take)

    def hand_on(self) -> list[CaseResult]:
        """Give the cases read since the last call."""
        batch = self.batch[:]
        self.batch.clear()
        self._handed_on += len(batch)
        return batch

    @property
    def counted(self) -> Counted:
        """Cases read so far."""
        return Counted(self._handed_on + len(self.batch), self._bad, self._skipped)

    def _take(self, chunk: bytes) -> None:
        """Read a chunk: the runs of plain cases from the bytes, the gaps between them through expat."""
        if not self.feed.bytes_fed:
            # UTF-16 without a declaration shows in the first bytes; what the cases look like, soon after.
            self._in_runs = b"\0" not in chunk[:4] and chunk[:2] not in _UTF_16
            self.feed.feed(chunk[:_LOOK])
            chunk = chunk[_LOOK:]
        order, self._order = self._order, None
        if order is None or not self._in_runs or (self.feed.encoding or "utf-8").lower() not in ASCII_WITHIN:
            self.feed.feed(chunk)
            return
        cut = Chunk(chunk, order)
        if not cut.worth_it:
            self.feed.feed(chunk)  # and whatever order its cases have is tried on the next
            return
        self._order = order
        feed, fed, suites = self.feed, self.feed.bytes_fed, self.suites
        place: Place | None = None
        records: Iterator[CaseResult] = iter(())
        for gap, first, cases in cut.runs():
            if gap:
                feed.feed(gap)
            if not cases:
                break
            if not (self._between_cases() and feed.between_tokens):
                feed.feed(cut.rest(first))  # text that looks like cases
                break
            if suites.place is not place:
                place = suites.place
                records = cut.records(place.suite, place.file)
            self.batch += islice(records, cases)
        feed.pass_over(len(chunk) - (feed.bytes_fed - fed))

    def _wire(self) -> None:  # noqa: C901  # one closure for each event: attribute look-ups would cost a third more
        append, make, passed = self.batch.append, tuple.__new__, Outcome.PASSED
        quick = not (self._observe or self._times.nanoseconds) and self._repairs is None
        case: dict[str, str] | None = None
        plain = True
        suite, file = self.suites.place

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal case, plain, suite, file
            if case is not None:
                plain = False
                self._start_inside(case, tag, attributes)
            elif tag == "testcase" or self._start_outside(tag, attributes):
                case = attributes
            else:
                suite, file = self.suites.place

        def end(tag: str) -> None:
            nonlocal case, plain, suite, file
            if case is None:
                self._end_outside(tag)
                suite, file = self.suites.place
                return
            if plain:
                if quick and len(case) == 3:
                    try:
                        name, classname, seconds = case["name"], case["classname"], float(case["time"])
                    except (KeyError, ValueError):
                        seconds, name, classname = -1.0, "", ""
                    if 0.0 <= seconds < LONGEST_S and 0 < len(name) < LONGEST_NAME > len(classname):
                        self._order, case = self._order or tuple(case), None
                        append(
                            make(CaseResult, (suite, classname, name, file, None, passed, seconds, None, (), False, ()))
                        )
                        return
            elif self._inner:
                self._end_inside()
                return
            attributes, case = case, None
            self._finish(attributes, bare=plain)
            plain = True

        def start_noting(tag: str, attributes: dict[str, str]) -> None:
            if case is None:
                self._mended_since()
            start(tag, attributes)

        def between_cases() -> bool:
            return case is None and bool(self._outer) and self._outer[-1] in SUITES

        self._between_cases = between_cases
        self._parser.StartElementHandler = start if self._repairs is None else start_noting
        self._parser.EndElementHandler = end

    def _start_outside(self, tag: str, attributes: dict[str, str]) -> bool:
        """Open an element outside of any case; say whether it is a case itself (its name has a prefix)."""
        name = local_name(tag)
        depth = len(self._outer)
        if name in SUITES:
            if depth >= self.feed.limits.depth:
                self.feed.too_deep()
            self.suites.start(name, attributes, self.counted)
        elif not self._outer and name != WRAPPER:
            msg = f"The root element is <{tag[:80]}>; a JUnit report starts with <testsuites> or <testsuite>."
            raise MalformedArtefactError(msg, slug="not-junit")
        elif name == "testcase" and self._outer[-1] in SUITES:
            return True
        elif name in {"error", "failure"} and self._outer[-1] == "testsuite":
            self.suites.failed_itself(attributes)
        elif depth >= self.feed.limits.depth:
            self.feed.too_deep()
        self._outer.append(name)
        return False

    def _end_outside(self, _tag: str) -> None:
        if self._outer.pop() in SUITES:
            self.suites.end(self.counted)

    def _start_inside(self, case: dict[str, str], tag: str, attributes: dict[str, str]) -> None:
        inner = self._inner
        name = local_name(tag) if ":" in tag else tag
        if not inner and name in LEFT_OUT:
            inner.append(name)
            return
        if len(inner) + len(self._outer) + 1 >= self.feed.limits.depth:
            self.feed.too_deep()
        parent = inner[-1] if inner else ""
        inner.append(name)
        if not parent:
            if name in RESULTS or name == "properties":
                if self._node is None:
                    self._node = etree.Element("testcase", _known(case))
                self._element = self._child(self._node, name, attributes)
            else:
                what = "a case inside of a case" if name == "testcase" else f"the element <{name[:40]}> in a case"
                self._ledger.note("unknown-child", f"{what} is not known to any JUnit dialect and was left out")
        elif self._element is not None and (
            (parent == "properties" and name == "property") or (name == "stackTrace" and parent in RESULTS)
        ):
            self._element = self._child(self._element, name, attributes)

    def _child(self, parent: Any, name: str, attributes: dict[str, str]) -> Any:
        self._children += 1
        if self._children > CASE_CHILDREN:
            self._ledger.note("case-cut", f"a case has more than {CASE_CHILDREN:,} results and properties")
            return None
        if parent is None:
            return None
        child = etree.SubElement(parent, name, _known(attributes))
        if name != "properties":
            self._text = Text(min(self.feed.limits.text_chars, self._room))
            self._parser.CharacterDataHandler = self._text.add
        return child

    def _end_inside(self) -> None:
        name = self._inner.pop()
        if self._text is not None and (name in RESULTS or name in {"property", "stackTrace"}):
            self._parser.CharacterDataHandler = None
            if self._element is not None:
                put_text(self._element, self._text)
            self._room = max(0, self._room - min(self._text.size, self.feed.limits.text_chars))
            self._text = None
        if name in {"property", "stackTrace"} and self._element is not None and len(self._inner) == 1:
            self._element = self._node[-1]
        elif not self._inner:
            self._element = None

    def _finish(self, attributes: dict[str, str], *, bare: bool) -> None:
        place = self.suites.place
        if self._node is None:
            record = childless(attributes, place, self._times, self._ledger)
        else:
            record = with_children(self._node, place, self._times, self._ledger)
            self._node, self._room, self._children = None, CASE_CHARS, 0
        if self.suites.producer in _TELLS_OTHERWISE:
            record = in_its_own_way(record, attributes, self.suites.producer)
        if record.outcome is Outcome.SKIPPED:
            self._skipped += 1
        elif record.outcome is not Outcome.PASSED:
            self._bad += 1
        self.batch.append(record)
        if self._observe:
            self.observations.append(Observation(record, bare, self.suites.instance))
        if self._repairs is not None and self._mended_since():
            self._ledger.repaired += 1

    def _mended_since(self) -> bool:
        """Drop the places mended before the current one; say whether there were any."""
        repairs, here, mended = self._repairs, self._parser.CurrentByteIndex, False
        while repairs and repairs[0] < here:
            repairs.popleft()
            mended = True
        return mended


def _known(attributes: dict[str, str]) -> dict[str, str]:
    """Keep the attributes that mean something where lxml is in use: it refuses some names that expat takes."""
    if etree is ET:
        attributes.pop(TRUE_SIZE, None)
        return attributes
    return {name: attributes[name] for name in _KNOWN if name in attributes}
