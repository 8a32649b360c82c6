"""``go test -json``: one event a line, as ``go doc test2json`` describes them.

A test with subtests is counted by these (a failing subtest fails its parents, so one bug would count three times);
a parent that failed while none of its subtests did is kept. What never ended is an error. Lines that are no JSON come
from the compiler or from the tests themselves and are passed over; a build that failed is told by its package.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, Failure, Kind, Outcome, Record
from dashboard.parsing import json, shapes
from dashboard.parsing.moments import iso
from dashboard.parsing.xml import Text
from dashboard.readers._go_tests import LONGEST_OUTPUT, Package, Verdict
from dashboard.readers._head import normalise
from dashboard.readers._json_head import json_head
from dashboard.readers._junit_case import short_name
from dashboard.readers._junit_times import LONGEST_S, NOTES
from dashboard.readers._namesakes import Seen, settled
from dashboard.readers._text_body import lines

_ACTIONS = frozenset({
    "start", "run", "pause", "cont", "pass", "bench", "fail", "output", "skip", "build-output", "build-fail", "attr",
    "artifacts",
})  # fmt: skip
_ENDS = {"pass": Outcome.PASSED, "fail": Outcome.FAILED, "skip": Outcome.SKIPPED}
_LATER_EVENT = re.compile(rb'^\{(?:"Time":"[^"\n]*",)?"Action":"[a-z-]+","Package":"', re.MULTILINE)
_PLAIN_FAIL = re.compile(r"FAIL\t(\S{1,1000}) \[(?:build|setup) failed\]")
#: Characters of one event: a test may print a lot in one line.
LONGEST_LINE = 8 * 1024 * 1024
#: Packages whose output of the compiler is kept.
MOST_BUILDS = 100
#: What stands for a package that failed without a failing test.
PACKAGE_CASE = "(package)"


class GoTestJson:
    """Reads the events of ``go test -json``."""

    format = "go-test-json"
    kind = Kind.TESTS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the first event; the compiler may have written before it when both outputs went to one file."""
        head = normalise(head)
        if head.startswith((b"# ", b"go: ", b"FAIL\t")):
            return _LATER_EVENT.search(head) is not None
        seen = json_head(head)
        return seen.scalar("Action") in _ACTIONS and (seen.has("Package") or seen.has("ImportPath"))

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a test that ended, then those that never did."""
        ledger.producer = "go test"

        def tests(to: Ledger) -> Iterator[Seen]:
            body.seek(0)
            return _Run(to).tests(body)

        yield from settled(tests, ledger)


READER = GoTestJson()


@dataclass(slots=True)
class _Run:
    """One reading of the events."""

    ledger: Ledger
    packages: dict[str, Package] = field(default_factory=dict)
    builds: dict[str, Text] = field(default_factory=dict)
    count: int = 0

    def tests(self, body: BinaryIO) -> Iterator[Seen]:
        """Give the tests in the order they end."""
        for number, line in enumerate(lines(body, max_line=LONGEST_LINE), 1):
            where = f"Line {number:,}"
            if line.lstrip().startswith('{"'):
                yield from self._event(shapes.mapping(_value(line, where), where), where)
            elif line.strip():
                yield from self._plain(line.rstrip())
        for name, package in self.packages.items():
            if not package.ended:
                self.ledger.incomplete = True
                self.ledger.note("package-not-ended", "a package never ended: the run was stopped, or the file is cut")
                yield from self._unended(name, package)
        if not self.count:
            self.ledger.note("no-test-cases", "the events tell of no test")

    def _event(self, event: dict[str, Any], where: str) -> Iterator[Seen]:
        action = shapes.text(event.get("Action"), f"{where}: Action")
        name = shapes.maybe_text(event.get("Package"), f"{where}: Package")
        if self.ledger.collected_at is None:
            self.ledger.collected_at = iso(shapes.maybe_text(event.get("Time"), f"{where}: Time"))
        if name is None:
            self._build(action, event, where)
            return
        package = self.packages.get(name)
        if package is None or (package.ended and action in {"start", "run"}):
            package = self.packages[name] = Package()
        test = shapes.maybe_text(event.get("Test"), f"{where}: Test")
        if action == "output":
            package.print(test, shapes.maybe_text(event.get("Output"), f"{where}: Output") or "")
        elif action in _ENDS:
            elapsed = self._seconds(shapes.maybe_number(event.get("Elapsed"), f"{where}: Elapsed"))
            if test is not None:
                yield from self._test_ends(name, package, test, _ENDS[action], elapsed)
                return
            build = self.builds.get(shapes.maybe_text(event.get("FailedBuild"), f"{where}: FailedBuild") or "")
            package.print(None, build.value if build else "")
            yield from self._package_ends(name, package, _ENDS[action], elapsed)
        elif test is not None:
            package.under_way(test, action)

    def _test_ends(
        self, name: str, package: Package, test: str, outcome: Outcome, elapsed: float | None
    ) -> Iterator[Seen]:
        if package.end(test, outcome) is Verdict.PARENT:
            self.ledger.folded += 1
            self.ledger.note("parents", "a test is counted by its subtests, not once more as a whole")
        else:
            yield self._case(name, test, outcome, elapsed, package.output(test))
        package.forget(test)

    def _build(self, action: str, event: dict[str, Any], where: str) -> None:
        path = shapes.maybe_text(event.get("ImportPath"), f"{where}: ImportPath") or ""
        if action == "build-output" and (path in self.builds or len(self.builds) < MOST_BUILDS):
            said = shapes.maybe_text(event.get("Output"), f"{where}: Output") or ""
            self.builds.setdefault(path, Text(LONGEST_OUTPUT)).add(said)
        elif action == "build-fail":
            self.ledger.incomplete = True
            self.ledger.note("build-failed", "a package could not be built: its tests never ran")

    def _plain(self, line: str) -> Iterator[Seen]:
        self.ledger.note("not-json", "lines that are no events were passed over")
        failed = _PLAIN_FAIL.match(line)
        if failed and failed[1] not in self.packages:
            package = self.packages[failed[1]] = Package()
            package.print(None, line)
            yield from self._package_ends(failed[1], package, Outcome.FAILED, None)

    def _package_ends(self, name: str, package: Package, outcome: Outcome, elapsed: float | None) -> Iterator[Seen]:
        yield from self._unended(name, package)
        if outcome is Outcome.FAILED and not package.bad:
            self.ledger.incomplete = True
            self.ledger.note(
                "package-failed", "a package failed although none of its tests did: not all of them may have run"
            )
            yield self._case(name, PACKAGE_CASE, Outcome.ERROR, elapsed, package.output(None))
        if outcome is Outcome.FAILED and package.panicked:
            self.ledger.incomplete = True
            self.ledger.note("panic", "a package panicked or ran out of time: its other tests never ran")
        package.finish()

    def _unended(self, name: str, package: Package) -> Iterator[Seen]:
        for test in package.unended():
            self.ledger.incomplete = True
            self.ledger.note("test-not-ended", "a test was started and never ended: counted as an error")
            package.bad = True
            yield self._case(name, test, Outcome.ERROR, None, package.output(test), "the test never ended")
            package.forget(test)

    def _case(
        self, package: str, test: str, outcome: Outcome, elapsed: float | None, output: tuple[str, int], said: str = ""
    ) -> Seen:
        self.count += 1
        text, size = output
        why = Failure(None, said or None, text or None, size if text else 0) if said or text else None
        suite = short_name(package)
        record = CaseResult(
            suite=suite,
            classname=suite,
            name=short_name(test or "(no name)"),
            file=None,
            line=None,
            outcome=outcome,
            duration_s=elapsed,
            failure=None if outcome is Outcome.PASSED else why,
        )
        return Seen(record, "" if test == PACKAGE_CASE else "go")

    def _seconds(self, elapsed: float | None) -> float | None:
        if elapsed is None or 0 <= elapsed <= LONGEST_S:
            return elapsed
        why = "time-negative" if elapsed < 0 else "time-implausible"
        self.ledger.note(why, NOTES[why])
        return None


def _value(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except MalformedArtefactError as error:
        raise MalformedArtefactError(f"{where}: {error}", slug=error.slug, hint=error.hint) from None
