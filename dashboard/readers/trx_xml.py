"""TRX, the report of VSTest and MSTest (``dotnet test --logger trx``).

Results come first and name their test by an id only; its class stands in ``TestDefinitions`` at the end. So the
definitions are read in a pass of their own, and the results then stream. Of a data-driven test only the rows count; a
parent that failed while no row did is kept. The schema is vstst.xsd of Visual Studio, the writer the TrxLogger of
https://github.com/microsoft/vstest, whose outcomes these are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, Kind, Outcome, Record
from dashboard.parsing import moments, xml
from dashboard.readers._dotnet_xml import assembly, class_name, declared_more, failure, outside, seconds
from dashboard.readers._dotnet_xml import count as counter
from dashboard.readers._head import xml_start_tag
from dashboard.readers._junit_case import short_name
from dashboard.readers._namesakes import BAD, Seen, settled

MOST_DEFINITIONS = 1_000_000
_TEAM_TEST = "microsoft.com/schemas/VisualStudio/TeamTest"
_RESULTS = frozenset({
    "UnitTestResult", "GenericTestResult", "WebTestResult", "LoadTestResult", "ManualTestResult", "TestResult",
    "TestResultAggregation",
})  # fmt: skip
_RUN_INFO_CHARS = 10_000
_TEXTS = frozenset({"Message", "StackTrace"})

_OUTCOMES = {
    "Passed": Outcome.PASSED,
    "PassedButRunAborted": Outcome.PASSED,
    "Warning": Outcome.PASSED,
    "Failed": Outcome.FAILED,
    "Error": Outcome.ERROR,
    "Timeout": Outcome.ERROR,
    "Aborted": Outcome.ERROR,
    "NotRunnable": Outcome.ERROR,
    "Disconnected": Outcome.ERROR,
    "InProgress": Outcome.ERROR,
    "Pending": Outcome.ERROR,
    "Inconclusive": Outcome.SKIPPED,
    "NotExecuted": Outcome.SKIPPED,
    "Completed": Outcome.SKIPPED,
}
_CUT_SHORT = frozenset({"PassedButRunAborted", "Aborted", "Disconnected", "InProgress", "Pending"})
_RUN_CUT_SHORT = _CUT_SHORT | {"Error", "Timeout", "NotRunnable"}
_TELLING = {
    "Inconclusive": "a test is inconclusive, which says neither passed nor failed: not run",
    "Completed": "a test completed without a verdict, which says neither passed nor failed: not run",
    "Warning": "a test passed with a warning",
}


class TrxReader:
    """Reads TRX."""

    format = "trx-xml"
    kind = Kind.TESTS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the root ``TestRun`` in the namespace of Visual Studio: CppUnit has that root, too."""
        tag = xml_start_tag(head)
        return tag is not None and tag[0] == "TestRun" and _TEAM_TEST.encode() in tag[1]

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a result."""
        ledger.producer = "VSTest"
        known = _Definitions()
        for _ in xml.feed(body, known):
            pass

        def results(to: Ledger) -> Iterator[Seen]:
            body.seek(0)
            document = _Results(known, to)
            for _ in xml.feed(body, document, with_text=True):
                yield from document.ready
                document.ready.clear()
            document.finish()

        yield from settled(results, ledger)


READER = TrxReader()


class _Definitions:
    """The first pass: which assembly and class the test of an id is of."""

    def __init__(self) -> None:
        self.of: dict[str, tuple[str, str]] = {}
        self._names: dict[tuple[str, str], tuple[str, str]] = {}
        self._id = ""
        self._storage = ""
        self._started = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        name = xml.local_name(tag)
        if not self._started:
            self._started = True
            if name != "TestRun":
                msg = f"The root element is <{tag[:60]}>; that of TRX is <TestRun>."
                raise MalformedArtefactError(msg, slug="trx-root")
        if name == "TestMethod" and self._id:
            file = assembly(attributes.get("codeBase") or self._storage)
            names = (short_name(file), short_name(class_name(attributes.get("className", ""))))
            self.of[self._id] = self._names.setdefault(names, names)
            if len(self.of) > MOST_DEFINITIONS:
                msg = f"The report defines more than {MOST_DEFINITIONS:,} tests."
                raise LimitError(msg, slug="trx-definitions", hint="Write one report for each test project.")
        elif name.endswith("Test") and "id" in attributes:
            self._id, self._storage = attributes["id"], attributes.get("storage", "")

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if self._id and xml.local_name(tag).endswith("Test"):
            self._id = ""

    def text(self, data: str) -> None:
        """Pass over text: definitions hold none that is needed."""


@dataclass(slots=True)
class _Open:
    """A result that is being read."""

    attributes: dict[str, str]
    texts: dict[str, xml.Text] = field(default_factory=dict)
    inner: int = 0
    inner_bad: bool = False


class _Results:
    """The second pass; a ``Sink`` of the XML feed."""

    def __init__(self, known: _Definitions, ledger: Ledger) -> None:
        self.ready: list[Seen] = []
        self._known = known
        self._ledger = ledger
        self._path: list[str] = []
        self._open: list[_Open] = []
        self._text: xml.Text | None = None
        self._run_info: xml.Text | None = None
        self._elements = 0
        self._bad = False
        self._outcome = ""
        self._total: int | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        name = xml.local_name(tag)
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if name in _RESULTS and parent in {"Results", "InnerResults"}:
            self._elements += 1
            self._open.append(_Open(attributes))
        elif name in _TEXTS and parent == "ErrorInfo" and self._open:
            self._text = self._open[-1].texts.setdefault(name, xml.Text())
        elif name == "Times" and parent == "TestRun":
            self._ledger.collected_at = moments.iso(attributes.get("start"))
        elif name == "ResultSummary":
            self._outcome = attributes.get("outcome", "")
        elif name == "Counters" and parent == "ResultSummary":
            self._total = counter(attributes, "total")
            self._ledger.facts["declared"] = {key: counter(attributes, key) for key in ("total", "passed", "failed")}
        elif name == "RunInfo" and attributes.get("outcome") in {"Error", "Failed", "Aborted", "Timeout"}:
            self._run_info = xml.Text(_RUN_INFO_CHARS)
        elif name == "Text" and parent == "RunInfo":
            self._text = self._run_info

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        self._path.pop()
        self._text = None
        name = xml.local_name(tag)
        if name == "RunInfo" and self._run_info is not None:
            self._run_error(self._run_info.value.strip())
            self._run_info = None
        elif name in _RESULTS and self._path and self._path[-1] in {"Results", "InnerResults"}:
            self._finish(self._open.pop())

    def text(self, data: str) -> None:
        """Take text of an error."""
        if self._text is not None:
            self._text.add(data)

    def finish(self) -> None:
        """Compare what the file says of itself with its results."""
        ledger = self._ledger
        declared_more(ledger, self._total, self._elements)
        if self._outcome in _RUN_CUT_SHORT:
            outside(ledger, "run-cut-short", "the run did not come to its end", self._outcome)
        elif self._outcome == "Failed" and not self._bad:
            outside(ledger, "run-failed", "the run failed although none of its tests did", self._outcome)
        if not self._elements:
            ledger.note("no-test-cases", "the report lists no test case")

    def _finish(self, result: _Open) -> None:
        outcome = self._judge(result.attributes.get("outcome"))
        bad = outcome in BAD
        self._bad = self._bad or bad
        if self._open:
            self._open[-1].inner += 1
            self._open[-1].inner_bad = self._open[-1].inner_bad or bad or result.inner_bad
        if result.inner and (result.inner_bad or not bad):
            self._ledger.folded += 1
            self._ledger.note("parents", "a data-driven test is counted by its rows, not once more as a whole")
            return
        given = result.attributes
        suite, classname = self._known.of.get(given.get("testId", ""), ("", ""))
        record = CaseResult(
            suite=suite,
            classname=classname,
            name=short_name(given.get("testName") or "(no name)"),
            file=None,
            line=None,
            outcome=outcome,
            duration_s=seconds(given.get("duration"), self._ledger),
            failure=None
            if outcome is Outcome.PASSED
            else failure(given.get("outcome"), result.texts, message="Message", trace="StackTrace"),
        )
        row = bool(self._open) or "parentExecutionId" in given or "dataRowInfo" in given
        self.ready.append(Seen(record, "" if row else given.get("testId", "")))

    def _run_error(self, said: str) -> None:
        """Take an error of the run, unless it repeats the failure of a test or is one of measuring coverage."""
        if not said.endswith("[FAIL]") and not said.startswith("Data collector"):
            outside(self._ledger, "run-error", "the run reports an error outside of any test", said or "no text")

    def _judge(self, said: str | None) -> Outcome:
        ledger = self._ledger
        if said not in _OUTCOMES:  # the schema's default, which its writer leaves out, is "Error"
            ledger.note("outcome-unknown", f"the outcome {(said or '')[:40]!r} is not one of TRX: counted as an error")
            return Outcome.ERROR
        if said in _CUT_SHORT:
            outside(ledger, "test-cut-short", "a test, or the run around it, did not come to its end", said)
        if said in _TELLING:
            ledger.note(f"outcome-{said.lower()}", _TELLING[said])
        return _OUTCOMES[said]
