"""The tests of one Go package that are under way: who is whose parent, and what they printed."""

from dataclasses import dataclass, field
from enum import Enum, auto

from dashboard.errors import LimitError
from dashboard.model.records import Outcome
from dashboard.parsing.xml import Text

#: Characters kept of the output of one test; it matters only when the test does not pass.
LONGEST_OUTPUT = 256 * 1024
#: Characters kept of the output of all tests that are under way in a package together.
MOST_OUTPUT = 16 * 1024 * 1024
#: Characters of a test's name in which parents are looked for.
LONGEST_PARENTED = 2000
MOST_OPEN = 100_000

_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


class Verdict(Enum):
    """What a test that ended is."""

    CASE = auto()
    PARENT = auto()
    """Its subtests say the same already."""


@dataclass(slots=True)
class _Test:
    printed: Text = field(default_factory=lambda: Text(LONGEST_OUTPUT))
    children: bool = False
    child_bad: bool = False


@dataclass(slots=True)
class Package:
    """One execution of a package's tests."""

    ended: bool = False
    bad: bool = False
    """A test failed."""
    panicked: bool = False
    _open: dict[str, _Test] = field(default_factory=dict)
    _printed: Text = field(default_factory=lambda: Text(LONGEST_OUTPUT))
    _room: int = MOST_OUTPUT

    def under_way(self, test: str, action: str) -> None:
        """Take the start of a test, or the result of a benchmark, which is no test."""
        if action == "run":
            self._run(test)
        elif action == "bench":
            self.forget(test)

    def _run(self, test: str) -> None:
        self._open[test] = _Test()
        if len(self._open) > MOST_OPEN:
            msg = f"More than {MOST_OPEN:,} tests of one package are under way at once."
            raise LimitError(msg, slug="go-test-open", hint="No run does that; look at how the file was made.")
        for parent in self._parents(test):
            parent.children = True

    def print(self, test: str | None, text: str) -> None:
        """Take what a test, or the package itself, printed."""
        self.panicked = self.panicked or text.startswith("panic: ")
        known = self._open.get(test) if test is not None else None
        if known is None:
            self._printed.add(text)
        elif self._room > 0:
            self._room -= min(len(text), max(0, LONGEST_OUTPUT - known.printed.size))
            known.printed.add(text)

    def end(self, test: str, outcome: Outcome) -> Verdict:
        """Take the end of a test."""
        bad = outcome in _BAD
        if bad:
            self.bad = True
            for parent in self._parents(test):
                parent.child_bad = True
        known = self._open.get(test)
        if known is not None and known.children and (known.child_bad or not bad):
            return Verdict.PARENT
        return Verdict.CASE

    def output(self, test: str | None) -> tuple[str, int]:
        """Give what was printed, as far as it was kept, and how much there was."""
        known = self._open.get(test) if test is not None else None
        printed = known.printed if known else self._printed if test is None else Text()
        return printed.value.strip(), printed.size

    def forget(self, test: str) -> None:
        """Let go of a test."""
        known = self._open.pop(test, None)
        if known is not None:
            self._room += min(known.printed.size, LONGEST_OUTPUT)

    def finish(self) -> None:
        """Let go of everything: the package has ended."""
        self.ended = True
        self._open.clear()
        self._printed = Text(LONGEST_OUTPUT)
        self._room = MOST_OUTPUT

    def unended(self) -> list[str]:
        """Give the tests that are still under way, without those that have a subtest among them or a failed one."""
        waiting = {outer for test in self._open for outer in _outer(test)}
        return [test for test, known in self._open.items() if test not in waiting and not known.child_bad]

    def _parents(self, test: str) -> list[_Test]:
        return [self._open[outer] for outer in _outer(test) if outer in self._open]


def _outer(test: str) -> list[str]:
    """Give the names a subtest of this name can have as its parents; a name may hold slashes of its own."""
    if len(test) > LONGEST_PARENTED:
        return []
    return [test[:at] for at, char in enumerate(test) if char == "/"]
