"""What storing costs and weighs, as ratios measured side by side: ``python tests/bench/bench_store.py``, on demand.

Records are made by a generator, with the proportions of ``bench_readers`` (2 % failures of 3 kB, 3 % skips). CPU
seconds are the best of several runs. The goals are ratios; milliseconds of this machine are only shown.
"""

import argparse
import hashlib
import io
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.parsers import expat

from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, Failure, Kind, Outcome
from dashboard.policy.load import default_text, parse
from dashboard.store import evidence, frames, maintenance, writes
from dashboard.store.engine import Store, open_store
from dashboard.store.transaction import reading, scalar
from dashboard.store.writes import NewArtefact, Stored, Target

GOAL_EXPAT = 8.0  # of the store alone: 12 together with the reader's 3.5
GOAL_GROWTH, GOAL_FACT_BYTES, GOAL_FILE_BYTES = 1.2, 20.0, 30.0
GOAL_PAGE_MS, GOAL_EVIDENCE_MS, GOAL_ROLLUP = 20.0, 300.0, 100.0
START = datetime(2025, 1, 1, tzinfo=UTC)
TRACE = "".join(f"    def test_x():\n>       assert {i} == {i + 1}\nE       assert {i} == {i + 1}\n" for i in range(60))


def say(line: object) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def records(cases: int, seed: int) -> Iterator[CaseResult]:
    """Make the cases of one run; runs differ in durations, and in which cases fail."""
    chance = random.Random(seed)  # noqa: S311  # the same run every time
    always = random.Random(7)  # noqa: S311
    for number in range(cases):
        draw = always.random()
        outcome, why = Outcome.PASSED, None
        if draw < 0.02:
            outcome = Outcome.FAILED if chance.random() < 0.5 else Outcome.PASSED
        elif draw < 0.05:
            outcome, why = Outcome.SKIPPED, Failure("pytest.skip", "not here", "t.py:1: not here", 16)
        if outcome is Outcome.FAILED:
            why = Failure(None, "assert 1 == 2", f"{number % 500} {TRACE[:3000]}", 3000)
        yield CaseResult(
            "pytest",
            f"tests.integration.package_{number % 40}.test_module_{number % 400}.TestThing{number % 7}",
            f"test_feature_{number % 97}_keeps_its_promise[parameter-{number}-value]",
            None,
            None,
            outcome,
            round(chance.random() / 10, 3),
            why,
        )


def report_size(cases: int) -> bytes:
    """Make bytes of about the size and the compressibility of the report these cases would come from."""
    lines = (f'<testcase classname="{c.classname}" name="{c.name}" time="{c.duration_s}" />' for c in records(cases, 1))
    return f'<testsuites><testsuite name="pytest">{"".join(lines)}</testsuite></testsuites>'.encode()


def ingest(store: Store, cases: list[CaseResult] | Iterator[CaseResult], body: bytes, number: int) -> Stored:
    """Store one run."""
    at = START + timedelta(hours=number)
    body = body + str(number).encode()
    return writes.ingest(
        store,
        target=Target("bench", None, f"{number:040x}", "main", None, None, f"run-{number}", at, None),
        artefact=NewArtefact(
            hashlib.sha256(body).hexdigest(), "r.xml", len(body), Kind.TESTS, "junit-xml", None, 1, "cli"
        ),
        body=io.BytesIO(body),
        records=iter(cases),
        ledger=Ledger(),
        counts=dict,
        records_sha256=lambda: "0" * 64,
        at=at,
        by="bench",
    )


def cpu(job: Callable[[], object], times: int = 5) -> float:
    """Give the best CPU seconds of several runs."""
    best = float("inf")
    for _ in range(times):
        before = time.process_time()
        job()
        best = min(best, time.process_time() - before)
    return best


def bare_expat(body: bytes) -> None:
    """Parse without handlers: the floor of what any reader costs."""
    expat.ParserCreate().Parse(body, True)


def wall_ms(job: Callable[[], object]) -> float:
    """Give the best milliseconds of five runs."""
    best = float("inf")
    for _ in range(5):
        before = time.perf_counter()
        job()
        best = min(best, time.perf_counter() - before)
    return best * 1000


def judged(what: str, value: float, goal: float, *, at_least: bool = False) -> None:
    """Print a figure beside its goal."""
    met = value >= goal if at_least else value <= goal
    say(f"{'ok  ' if met else 'MISS'} {what}: {value:,.2f} (goal {'>=' if at_least else '<='} {goal:g})")


def bench_ingest(folder: Path, runs: int) -> None:
    """Compare ingest with bare expat, in an empty database and in one with ``runs`` runs of 10,000."""
    body, cases = report_size(10_000), list(records(10_000, 1))
    floor = cpu(lambda: bare_expat(body))
    store = open_store(str(folder / "growing.db"))
    numbers = iter(range(1_000_000))
    ingest(store, cases, body, next(numbers))
    empty = cpu(lambda: ingest(store, cases, body, next(numbers)))
    judged("store CPU of 10,000 cases against bare expat", empty / floor, GOAL_EXPAT)
    say(f"     {empty * 1000:.0f} ms CPU of which compressing the raw file is in; expat {floor * 1000:.1f} ms")
    for number in range(runs):
        ingest(store, list(records(10_000, number)), body, next(numbers))
    full = cpu(lambda: ingest(store, cases, body, next(numbers)))
    judged(f"the same with {runs} runs in the database", full / empty, GOAL_GROWTH)
    bench_size(store)
    bench_pages(store)
    store.close()


def bench_size(store: Store) -> None:
    """Give bytes a result: of the facts alone, and of the file without the raw evidence."""
    with reading(store) as connection:
        results = scalar(connection, "SELECT count(*) FROM test_result")
        size = maintenance.info(store).size
        raw = scalar(connection, "SELECT sum(length(body)) FROM blob_chunk")
        try:
            facts = scalar(connection, "SELECT sum(pgsize) FROM dbstat WHERE name IN ('test_result', 'bad_result')")
        except Exception:  # noqa: BLE001 - dbstat is an option of SQLite's build
            facts = None
    if facts:
        judged("bytes a result, facts", facts / results, GOAL_FACT_BYTES)
    judged("bytes a result, whole file without raw evidence", (size - raw) / results, GOAL_FILE_BYTES)
    say(f"     raw evidence, compressed: {raw / results:.1f} bytes a result")


def bench_pages(store: Store) -> None:
    """Time the queries behind pages, and the trend by rollup against the trend from facts."""
    newest = frames.runs(store, "bench", "main")
    run, candidate = int(newest["id"].iloc[0]), int(newest["candidate_id"].iloc[0])
    case = int(frames.run_cases(store, run, limit=1)["case_id"].iloc[0])
    pages = {
        "trend of 200 runs": lambda: frames.runs(store, "bench", "main"),
        "first page of a run": lambda: frames.run_cases(store, run),
        "failures of a run": lambda: frames.run_cases(store, run, outcomes=["failed", "error"]),
        "search in a run": lambda: frames.run_cases(store, run, search="feature_42"),
        "slowest of a run": lambda: frames.slowest(store, run),
        "suites of a run": lambda: frames.run_suites(store, run),
        "history of a case": lambda: frames.case_history(store, case),
        "flaky cases of a candidate": lambda: frames.flaky_cases(store, candidate),
        "candidates": lambda: frames.candidates(store, "bench"),
        "projects": lambda: frames.projects(store),
        "artefacts": lambda: frames.artefacts(store, "bench"),
    }
    for what, page in pages.items():
        judged(f"{what}, ms", wall_ms(page), GOAL_PAGE_MS)
    slow = "SELECT run_id, count(*), sum(duration_us) FROM test_result WHERE attempt = 0 GROUP BY run_id"

    def from_facts() -> None:
        with reading(store) as connection:
            connection.exec_driver_sql(slow).fetchall()

    judged(
        "trend from facts against rollup",
        wall_ms(from_facts) / wall_ms(pages["trend of 200 runs"]),
        GOAL_ROLLUP,
        at_least=True,
    )


def bench_evidence(folder: Path) -> None:
    """Time the evidence of a candidate with 100,000 results."""
    store = open_store(str(folder / "large.db"))
    stored = ingest(store, records(100_000, 1), report_size(1000), 1)
    policy = parse(default_text())
    took = wall_ms(lambda: evidence.of(store, stored.candidate_id, policy, START))
    judged("evidence of 100,000 results, ms", took, GOAL_EVIDENCE_MS)
    store.close()


def bench_memory(cases: int) -> None:
    """Give the growth of the peak while storing ``cases`` cases; run in a process of its own."""
    with TemporaryDirectory() as made:
        store = open_store(str(Path(made) / "store.db"))
        ingest(store, records(1000, 1), b"<x/>", 1)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.process_time()
        ingest(store, records(cases, 2), b"<x/>", 2)
        took = time.process_time() - started
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        say(f"     {cases:,} cases: {grown:.0f} MiB more at the peak, {took:.1f} s CPU with the generator")


def main() -> None:
    """Run all of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=100, help="runs of 10,000 results to grow the database by")
    asked.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.memory:
        bench_memory(options.memory)
        return
    for cases in (10_000, 100_000, 1_000_000):
        subprocess.run([sys.executable, __file__, "--memory", str(cases)], check=True)
    with TemporaryDirectory() as made:
        bench_evidence(Path(made))
        bench_ingest(Path(made), options.runs)


if __name__ == "__main__":
    main()
