"""xUnit.net XML, version 2 and 3 of the format: assemblies, collections, tests.

A collection's name may hold an id of the run and is no part of an identity; the assembly, the class and the display
name are. Format: https://xunit.net/docs/format-xml-v2 and https://xunit.net/docs/format-xml-v3
"""

from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, Failure, Kind, Outcome, Record
from dashboard.parsing import moments, xml
from dashboard.readers._dotnet_xml import assembly, declared_more, failure, outside, seconds
from dashboard.readers._dotnet_xml import count as counter
from dashboard.readers._head import xml_root
from dashboard.readers._junit_case import short_name
from dashboard.readers._namesakes import Seen, settled

#: Traits of one test that are kept.
MOST_TRAITS = 1000
_OUTCOMES = {
    "Pass": Outcome.PASSED,
    "Fail": Outcome.FAILED,
    "Skip": Outcome.SKIPPED,
    "NotRun": Outcome.SKIPPED,
}
_TEXTS = {("message", "failure"), ("stack-trace", "failure"), ("reason", "test")}


class XunitV2Reader:
    """Reads xUnit.net XML."""

    format = "xunit-v2-xml"
    kind = Kind.TESTS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the root ``assemblies``."""
        return xml_root(head) == "assemblies"

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a test."""
        ledger.producer = "xUnit.net"

        def tests(to: Ledger) -> Iterator[Seen]:
            body.seek(0)
            document = _Document(to)
            for _ in xml.feed(body, document, with_text=True):
                yield from document.ready
                document.ready.clear()
            if not document.tests:
                to.note("no-test-cases", "the report lists no test case")

        yield from settled(tests, ledger)


READER = XunitV2Reader()


class _Document:
    """What was read so far; a ``Sink`` of the XML feed."""

    def __init__(self, ledger: Ledger) -> None:
        self.ready: list[Seen] = []
        self.tests = 0
        self._ledger = ledger
        self._path: list[str] = []
        self._suite = ""
        self._total: int | None = None
        self._before = 0
        self._test: dict[str, str] | None = None
        self._kind = ""
        self._texts: dict[str, xml.Text] = {}
        self._traits: list[tuple[str, str]] = []
        self._text: xml.Text | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        name = xml.local_name(tag)
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if not parent:
            self._root(name, attributes)
        elif name == "assembly" and parent == "assemblies":
            self._assembly(attributes)
        elif name == "error" and parent == "errors":
            where = f"{self._suite}: {attributes.get('type', '')} {attributes.get('name', '')}"
            outside(self._ledger, "assembly-error", "an assembly reports an error outside of any test", where)
        elif self._test is None:
            if name == "test" and parent in {"collection", "assembly"}:
                self._test, self._kind, self._texts, self._traits = attributes, "", {}, []
        elif (name, parent) in _TEXTS:
            self._text = self._texts.setdefault(name, xml.Text())
        elif name == "failure" and parent == "test":
            self._kind = attributes.get("exception-type", "")
        elif name == "trait" and parent == "traits" and len(self._traits) < MOST_TRAITS:
            self._traits.append((attributes.get("name", ""), attributes.get("value", "")))

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        self._path.pop()
        self._text = None
        name, parent = xml.local_name(tag), self._path[-1] if self._path else ""
        if name == "test" and self._test is not None and parent in {"collection", "assembly"}:
            self._finish(self._test)
            self._test = None
        elif name == "assembly" and parent == "assemblies":
            declared_more(self._ledger, self._total, self.tests - self._before)

    def text(self, data: str) -> None:
        """Take text of a failure or the reason of a skip."""
        if self._text is not None:
            self._text.add(data)

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "assemblies":
            msg = f"The root element is <{name[:60]}>; that of xUnit.net XML is <assemblies>."
            raise MalformedArtefactError(msg, slug="xunit-root")
        self._ledger.collected_at = moments.iso(attributes.get("start-rtf"))

    def _assembly(self, attributes: dict[str, str]) -> None:
        self._suite = short_name(assembly(attributes.get("name", "")))
        self._before, self._total = self.tests, counter(attributes, "total")
        self._ledger.producer = attributes.get("test-framework", "")[:80] or self._ledger.producer
        self._ledger.collected_at = self._ledger.collected_at or moments.iso(attributes.get("start-rtf"))
        if (counter(attributes, "errors") or 0) > 0:
            outside(self._ledger, "assembly-errors", "an assembly counts errors outside of its tests", self._suite)

    def _finish(self, test: dict[str, str]) -> None:
        self.tests += 1
        ledger = self._ledger
        said = test.get("result", "")
        outcome = _OUTCOMES.get(said, Outcome.ERROR)
        if said not in _OUTCOMES:
            ledger.note("result-unknown", f"the result {said[:40]!r} is not one of xUnit.net's: counted as an error")
        why: Failure | None = failure(self._kind, self._texts, message="message", trace="stack-trace")
        if outcome is Outcome.SKIPPED:
            why = failure(said, self._texts, message="reason", trace="")
        line = counter(test, "source-line")
        self.ready.append(
            Seen(
                CaseResult(
                    suite=self._suite,
                    classname=short_name(test.get("type", "")),
                    name=short_name(test.get("name") or test.get("method") or "(no name)"),
                    file=test.get("source-file"),
                    line=line if line is not None and line < 10**8 else None,
                    outcome=outcome,
                    duration_s=seconds(test.get("time-rtf") or test.get("time"), ledger),
                    failure=None if outcome is Outcome.PASSED else why,
                    properties=tuple(self._traits),
                )
            )
        )
