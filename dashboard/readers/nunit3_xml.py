"""NUnit 3 XML: a tree of suites with test cases as its leaves.

A set-up of a fixture that fails fails its cases, but a teardown fails only the suite: that is no case, and the report
is not complete evidence then. Format: https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html
"""

from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, Kind, Outcome, Record
from dashboard.parsing import moments, xml
from dashboard.readers._dotnet_xml import assembly, declared_more, failure, outside, seconds
from dashboard.readers._dotnet_xml import count as counter
from dashboard.readers._head import xml_root
from dashboard.readers._junit_case import short_name
from dashboard.readers._namesakes import BAD, Seen, settled

#: Properties of one case that are kept.
MOST_PROPERTIES = 1000
_OUTCOMES = {
    "Passed": Outcome.PASSED,
    "Warning": Outcome.PASSED,
    "Failed": Outcome.FAILED,
    "Skipped": Outcome.SKIPPED,
    "Inconclusive": Outcome.SKIPPED,
}
_ERROR_LABELS = frozenset({"Error", "Cancelled", "Invalid"})
_TELLING = {
    "Warning": "a test passed with a warning",
    "Inconclusive": "a test is inconclusive, which says neither passed nor failed: not run",
}


class Nunit3Reader:
    """Reads NUnit 3 XML."""

    format = "nunit3-xml"
    kind = Kind.TESTS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the root ``test-run``."""
        return xml_root(head) == "test-run"

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a test case."""
        ledger.producer = "NUnit"

        def cases(to: Ledger) -> Iterator[Seen]:
            body.seek(0)
            document = _Document(to)
            for _ in xml.feed(body, document, with_text=True):
                yield from document.ready
                document.ready.clear()
            document.finish()

        yield from settled(cases, ledger)


READER = Nunit3Reader()


class _Document:
    """What was read so far; a ``Sink`` of the XML feed."""

    def __init__(self, ledger: Ledger) -> None:
        self.ready: list[Seen] = []
        self._ledger = ledger
        self._path: list[str] = []
        self._assemblies: list[str] = []
        self._case: dict[str, str] | None = None
        self._texts: dict[str, xml.Text] = {}
        self._properties: list[tuple[str, str]] = []
        self._text: xml.Text | None = None
        self._result = ""
        self._total: int | None = None
        self._cases = 0
        self._bad = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        name = xml.local_name(tag)
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if not parent:
            self._root(name, attributes)
        elif self._case is not None:
            self._inside(name, parent, attributes)
        elif name == "test-suite":
            self._suite(attributes)
        elif name == "test-case":
            self._case, self._texts, self._properties = attributes, {}, []

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        self._path.pop()
        self._text = None
        name = xml.local_name(tag)
        if self._case is None:
            if name == "test-suite" and self._assemblies:
                self._assemblies.pop()
        elif name == "test-case" and "test-case" not in self._path:
            self._finish(self._case)
            self._case = None

    def text(self, data: str) -> None:
        """Take text of a failure or a reason."""
        if self._text is not None:
            self._text.add(data)

    def finish(self) -> None:
        """Compare what the run says of itself with its cases."""
        declared_more(self._ledger, self._total, self._cases)
        if self._result == "Failed" and not self._bad:
            outside(self._ledger, "run-failed", "the run failed although none of its cases did", self._result)
        if not self._cases:
            self._ledger.note("no-test-cases", "the report lists no test case")

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "test-run":
            msg = f"The root element is <{name[:60]}>; that of NUnit 3 XML is <test-run>."
            raise MalformedArtefactError(msg, slug="nunit-root")
        self._result = attributes.get("result", "")
        self._total = counter(attributes, "total")
        self._ledger.facts["declared"] = {
            key: counter(attributes, key) for key in ("testcasecount", "total", "passed", "failed")
        }
        self._ledger.collected_at = moments.iso(attributes.get("start-time"))

    def _suite(self, attributes: dict[str, str]) -> None:
        outer = self._assemblies[-1] if self._assemblies else ""
        name = attributes.get("name", "")
        self._assemblies.append(short_name(assembly(name)) if attributes.get("type") == "Assembly" else outer)
        own = attributes.get("site") in {"SetUp", "TearDown"} or attributes.get("label") in _ERROR_LABELS
        if own and attributes.get("result") == "Failed" and attributes.get("site") not in {"Parent", "Child"}:
            message = "a suite failed by itself, outside of any case: tests may not have run"
            outside(self._ledger, "suite-failed", message, attributes.get("fullname") or name)

    def _inside(self, name: str, parent: str, attributes: dict[str, str]) -> None:
        if self._path[-3:-2] == ["test-case"]:
            if (parent, name) in {("failure", "message"), ("failure", "stack-trace"), ("reason", "message")}:
                self._text = self._texts.setdefault(f"{parent} {name}", xml.Text())
            elif name == "property" and len(self._properties) < MOST_PROPERTIES:
                self._properties.append((attributes.get("name", ""), attributes.get("value", "")))

    def _finish(self, case: dict[str, str]) -> None:
        self._cases += 1
        outcome, said = self._judge(case)
        self._bad = self._bad or outcome in BAD
        prefix = "reason" if outcome is Outcome.SKIPPED else "failure"
        name = case.get("name") or case.get("methodname") or "(no name)"
        record = CaseResult(
            suite=self._assemblies[-1] if self._assemblies else "",
            classname=short_name(case.get("classname") or case.get("fullname", "").removesuffix(name).rstrip(".")),
            name=short_name(name),
            file=None,
            line=None,
            outcome=outcome,
            duration_s=seconds(case.get("duration"), self._ledger),
            failure=None
            if outcome is Outcome.PASSED
            else failure(said, self._texts, message=f"{prefix} message", trace="failure stack-trace"),
            properties=tuple(self._properties),
        )
        self.ready.append(Seen(record))

    def _judge(self, case: dict[str, str]) -> tuple[Outcome, str]:
        said, label = case.get("result", ""), case.get("label", "")
        if said not in _OUTCOMES:
            self._ledger.note("result-unknown", f"the result {said[:40]!r} is not one of NUnit's: counted as an error")
            return Outcome.ERROR, said
        if said in _TELLING:
            self._ledger.note(f"result-{said.lower()}", _TELLING[said])
        if said in {"Failed", "Skipped"} and label in _ERROR_LABELS:
            return Outcome.ERROR, label
        return _OUTCOMES[said], label or said
