"""A project's history of test runs, the same every time: ``python tests/bench/history.py --results N --db ADDRESS``.

Each run is a JUnit XML report of 10,000 cases that goes in as any report does, through ``services.ingest``. A database
that has some of the runs already is continued, so that ten million results are built once and measured often.

The runs are made to fail the way suites do, about one case in a hundred: changes break a handful of neighbouring cases
for a while and for one reason, some hundred cases are flaky and pass when they are run again (one case in two hundred
is), a few fail alone in the modules that are being worked on. One case in fifty is skipped, two a run are renamed.
Three runs of four are of ``main``, the others of ``release/2``; every tenth commit is run twice.
"""

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape, quoteattr

from dashboard.services.context import Context, open_context
from dashboard.services.ingest import Receipt, ingest_path, make_target
from dashboard.settings import read_settings
from dashboard.store import frames

PROJECT = "Bench"
SLUG = "bench"
CASES = 10_000
A_MODULE = 25
START = datetime(2026, 1, 1, tzinfo=UTC)
BETWEEN = timedelta(hours=2)
FLAKY, HOT_MODULES, ALONE = 160, 20, 15
BREAK_EVERY, LONGEST_BREAK, WIDEST_BREAK = 4, 20, 60
CAUSES = (
    ("AssertionError", "expected 200 but was {n} at /orders/{n}"),
    ("java.lang.NullPointerException", 'Cannot invoke "Cart.total()" because "cart" is null'),
    ("java.net.SocketTimeoutException", "Read timed out after {n} ms"),
    ("org.opentest4j.AssertionFailedError", "expected: <{n}> but was: <{n}1>"),
    ("java.lang.IllegalStateException", "session 0x{n:08x} is closed"),
    ("java.util.ConcurrentModificationException", ""),
)


def say(line: object) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def chance(*of: object) -> random.Random:
    """Give the dice of something, which always fall the same."""
    return random.Random(repr(of))  # noqa: S311 - the same history every time


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the history."""

    number: int
    cases: int = CASES

    @property
    def branch(self) -> str:
        """The branch it is of."""
        return "release/2" if self.number % 4 == 3 else "main"

    @property
    def commit(self) -> str:
        """The commit it tests: that of the run before on the branch, for one run in ten."""
        tested = self.number - (1 if self.number % 4 == 2 else 2)
        again = self.number % 10 == 9 and self.branch == Run(tested).branch
        return hashlib.sha1(str(tested if again else self.number).encode(), usedforsecurity=False).hexdigest()

    @property
    def started_at(self) -> datetime:
        """When it began."""
        return START + self.number * BETWEEN

    def report(self) -> Iterator[str]:
        """Write its report, suite by suite."""
        dice, failing, flaky = chance("run", self.number), self._failing(), self._flaky()
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="shop" tests="{self.cases}">\n'
        for first in range(0, self.cases, A_MODULE):
            package, module = first // A_MODULE % 40, first // A_MODULE
            classname = f"org.example.shop.package{package}.Module{module}Test"
            yield f'<testsuite name="{classname}" timestamp="{self.started_at:%Y-%m-%dT%H:%M:%S}Z">\n'
            for case in range(first, min(first + A_MODULE, self.cases)):
                yield self._case(case, classname, dice, failing, flaky)
            yield "</testsuite>\n"
        yield "</testsuites>\n"

    def _case(self, case: int, classname: str, dice: random.Random, failing: dict[int, int], flaky: set[int]) -> str:
        renamed = self.number >= case * 7919 % 5000
        name = f"keepsItsPromise{case % 97}[{'value' if renamed else 'parameter'}-{case}]"
        usual = 0.002 + case * 7907 % 1000 / 20_000
        head = f'<testcase name="{name}" classname="{classname}" time="{usual * (0.8 + 0.4 * dice.random()):.3f}"'
        if case in failing:
            return f"{head}>{_failure('failure', failing[case], case, None)}</testcase>\n"
        if case in flaky:
            first = _failure("flakyFailure", case, case, dice)
            if dice.random() < 0.25:  # not even the second time
                again = _failure("rerunFailure", case, case, dice)
                return f"{head}>{_failure('failure', case, case, dice)}{again}</testcase>\n"
            return f"{head}>{first}</testcase>\n"
        if case * 31 % 50 == 7:
            return f'{head}><skipped message="not on this platform"/></testcase>\n'
        return f"{head}/>\n"

    def _failing(self) -> dict[int, int]:
        """Give the cases that fail plainly, each with its cause."""
        found: dict[int, int] = {}
        for broken in range(max(0, (self.number - LONGEST_BREAK) // BREAK_EVERY), self.number // BREAK_EVERY + 1):
            dice = chance("break", broken)
            on, length, width = dice.randrange(4), dice.randint(1, LONGEST_BREAK), dice.randint(1, WIDEST_BREAK)
            first = dice.randrange(self.cases)
            here = on > 0 or self.branch != "main"  # one in four was made on the other branch alone
            if here and self.number < broken * BREAK_EVERY + length:
                found.update((case % self.cases, broken) for case in range(first, first + width))
        hot, dice = chance("hot", self.number // 100), chance("alone", self.number)
        modules = [hot.randrange(self.cases // A_MODULE) for _ in range(HOT_MODULES)]
        for _ in range(ALONE * self.cases // CASES):
            case = dice.choice(modules) * A_MODULE + dice.randrange(A_MODULE)
            found.setdefault(case, self.number + case)
        return found

    def _flaky(self) -> set[int]:
        """Give the flaky cases that fail at the first try this time."""
        dice = chance("flaky", self.number)
        pool = chance("pool").sample(range(self.cases), FLAKY * self.cases // CASES)
        return {case for place, case in enumerate(pool) if dice.random() < 0.05 + 0.5 * place / len(pool)}


def _failure(tag: str, cause: int, case: int, varying: random.Random | None) -> str:
    """Write a failure of some 2 kB: the same cause gives the same text, apart from numbers where these vary."""
    number = varying.randrange(1, 60_000) if varying else cause % 500
    kind, message = CAUSES[cause % len(CAUSES)]
    message = message.format(n=number)
    frames = "".join(
        f"\tat org.example.shop.layer{(cause + depth) % 9}.Service{cause % 83}.step{depth}(Service{cause % 83}.java:"
        f"{40 + (cause * 13 + depth * 7) % 400})\n"
        for depth in range(24)
    )
    test = (
        f"\tat org.example.shop.Module{case // A_MODULE}Test.keepsItsPromise(Module{case // A_MODULE}Test.java:{case})"
    )
    text = escape(f"{kind}: {message}\n{frames}{test}\n")
    inner = text if tag == "failure" else f"<stackTrace>{text}</stackTrace>"
    return f"<{tag} type={quoteattr(kind)} message={quoteattr(message)}>{inner}</{tag}>"


def write_report(path: Path, run: Run) -> Path:
    """Write the report of a run."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(run.report())
    return path


def context_at(url: str, home: str) -> Context:
    """Open the database at ``url``; evidence is judged at the end of the build, not for each of thousands of runs."""
    return open_context(read_settings({"COUNTERSIGN_HOME": home}, database_url=url))


def ingest(context: Context, path: Path, run: Run, *, judge: bool = False) -> Receipt:
    """Bring the report of a run in, at the time at which it would have come."""
    target = make_target(
        context, project=PROJECT, subject=run.commit, branch=run.branch, environment="staging",
        run=f"run-{run.number}", started_at=run.started_at,
    )  # fmt: skip
    receipt = ingest_path(context, path, target, judge=judge).outcomes[0]
    if not isinstance(receipt, Receipt):
        raise receipt.error
    return receipt


def runs_there(context: Context) -> int:
    """Count the runs that the database has, which are the first ones of the history."""
    names = frames.runs(context.store, SLUG, limit=20)["name"]  # newest first
    return max((int(name.removeprefix("run-")) + 1 for name in names), default=0)


def build(context: Context, results: int, *, deadline_s: float | None = None, judged: int = 60) -> int:
    """Continue the history until it has this many results; gives how many it has.

    Takes: ``deadline_s`` after which the build is given up where it stands; ``judged``, the newest runs whose
    candidates are judged as they come, as all are in production.
    """
    wanted, begun, said = results // CASES, time.monotonic(), time.monotonic()
    there = runs_there(context)
    with TemporaryDirectory() as folder:
        for number in range(there, wanted):
            run = Run(number)
            ingest(context, write_report(Path(folder) / "junit.xml", run), run, judge=number >= wanted - judged)
            there = number + 1
            if time.monotonic() - said > 20:
                said = time.monotonic()
                say(f"     {there * CASES:,} results after {said - begun:.0f} s")
            if deadline_s is not None and time.monotonic() - begun > deadline_s:
                say(f"     given up after {deadline_s:.0f} s")
                break
    return there * CASES


def main() -> None:
    """Build or continue a database."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--results", type=int, default=1_000_000)
    asked.add_argument("--db", required=True, help="address of the database, kept and continued")
    asked.add_argument("--deadline", type=float, help="seconds after which it stops with what there is")
    options = asked.parse_args()
    with TemporaryDirectory() as home:
        context = context_at(options.db, home)
        begun = time.process_time()
        there = build(context, options.results, deadline_s=options.deadline)
        say(f"{there:,} results, {time.process_time() - begun:.1f} s CPU")
        context.store.close()


if __name__ == "__main__":
    main()
