"""What reading JUnit XML costs, as ratios measured side by side: ``python tests/bench/bench_readers.py``, on demand.

A pytest-style report (2 % failures of 3 kB, 3 % skips, 2 % with output) is written for each size, and one in which all
cases have one name. CPU seconds are the best of several runs, the jobs in turn; memory is the growth of the peak over
the imports, each in a process of its own.
"""

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.parsers import expat

from junitparser import JUnitXml, TestCase

from dashboard.model.ledger import Ledger
from dashboard.model.records import Record
from dashboard.readers._tally import Tally
from dashboard.readers.junit_xml import READER

GOAL_EXPAT, GOAL_JUNITPARSER, GOAL_GROWTH_MIB = 3.5, 1.9, 10.0
TRACE = "".join(
    f"    def test_x():\n&gt;       assert {i} == {i + 1}\nE       assert {i} == {i + 1}\n" for i in range(60)
)


def say(line: object) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")


def write_report(path: Path, cases: int) -> None:
    """Write a report of ``cases`` cases; the same for the same number."""
    chance = random.Random(7)  # noqa: S311  # the same report every time
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" ')
        file.write(f'tests="{cases}" time="12.5" timestamp="2025-10-18T14:02:00+00:00" hostname="ci">')
        for number in range(cases):
            name = f"test_feature_{number % 97}_keeps_its_promise[parameter-{number}-value]"
            classname = f"tests.integration.package_{number % 40}.test_module_{number % 400}.TestThing{number % 7}"
            head = f'<testcase classname="{classname}" name="{name}" time="{chance.random() / 10:.3f}"'
            draw = chance.random()
            if draw < 0.02:
                file.write(f'{head}><failure message="assert 1 == 2">{TRACE[:3000]}</failure></testcase>')
            elif draw < 0.05:
                file.write(
                    f'{head}><skipped type="pytest.skip" message="not here">t.py:1: not here</skipped></testcase>'
                )
            elif draw < 0.07:
                file.write(f"{head}><system-out>some output of the test\n</system-out></testcase>")
            else:
                file.write(f"{head} />")
        file.write("</testsuite></testsuites>")


def write_namesakes(path: Path, cases: int) -> None:
    """Write a report whose cases cannot be told apart."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<testsuites><testsuite name="s">')
        file.writelines(f'<testcase classname="c" name="n" time="{number % 7}" />' for number in range(cases))
        file.write("</testsuite></testsuites>")


def records(path: Path) -> Iterator[Record]:
    """Read the report with the product's reader."""
    with path.open("rb") as body:
        yield from READER.read(body, Ledger())


def bare_expat(path: Path) -> None:
    """Parse without handlers: the floor of what any reader costs."""
    parser = expat.ParserCreate()
    with path.open("rb") as body:
        while chunk := body.read(1 << 18):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def ours(path: Path) -> None:
    """Read every case."""
    for _ in records(path):
        pass


def ours_tallied(path: Path) -> None:
    """Read every case, count it and take the digest."""
    tally = Tally()
    for record in records(path):
        tally.add(record)
    tally.digest()


def junitparser_tree(path: Path) -> None:
    """Build junitparser's tree and make one pass for the same facts."""
    for suite in JUnitXml.fromfile(str(path)):
        for case in suite:
            if isinstance(case, TestCase):
                _ = (case.classname, case.name, case.time, case.result)


JOBS: dict[str, Callable[[Path], None]] = {
    "bare expat": bare_expat,
    "junit_xml": ours,
    "junit_xml + tally": ours_tallied,
    "junitparser": junitparser_tree,
}


def cpu_s(path: Path, rounds: int) -> dict[str, float]:
    """Give the CPU seconds of the best round of each job; they take turns, since the machine is not always as fast."""
    best = dict.fromkeys(JOBS, float("inf"))
    for _ in range(rounds):
        for name, job in JOBS.items():
            start = time.process_time()
            job(path)
            best[name] = min(best[name], time.process_time() - start)
    return best


def growth_mib(name: str, path: Path) -> float:
    """Give the growth of the peak memory of ``name`` over its imports, in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, "--grow", name, str(path)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _grow(name: str, path: Path) -> None:
    before = _peak_kib()
    JOBS[name](path)
    say((_peak_kib() - before) / 1024)


def _peak_kib() -> int:
    """Read the peak from /proc: getrusage would also give the peak of the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def main() -> int:
    """Print the table; exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--grow", nargs=2, metavar=("JOB", "PATH"))
    options = parser.parse_args()
    if options.grow:
        _grow(options.grow[0], Path(options.grow[1]))
        return 0
    missed, growths = [], []
    say(f"{'cases':>9} {'job':18} {'CPU s':>8} {'cases/s':>10} {'x expat':>8} {'MiB':>7}")
    for size in options.sizes:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "junit.xml"
            write_report(path, size)
            spent = cpu_s(path, options.rounds if size <= 100_000 else 1)
            for name, seconds in spent.items():
                grown = growth_mib(name, path)
                if name == "junit_xml":
                    growths.append(grown)
                ratio = seconds / spent["bare expat"]
                say(f"{size:9,} {name:18} {seconds:8.3f} {size / seconds:10,.0f} {ratio:8.2f} {grown:7.1f}")
            if size >= 100_000 and spent["junit_xml"] > GOAL_EXPAT * spent["bare expat"]:
                missed.append(f"more than {GOAL_EXPAT} x bare expat at {size:,}")
            if size >= 100_000 and spent["junitparser"] < GOAL_JUNITPARSER * spent["junit_xml"]:
                missed.append(f"less than {GOAL_JUNITPARSER} x as fast as junitparser at {size:,}")
    if growths[-1] - growths[0] > GOAL_GROWTH_MIB:
        missed.append(f"memory grows by {growths[-1] - growths[0]:.1f} MiB")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "namesakes.xml"
        write_namesakes(path, options.sizes[-1])
        grown = growth_mib("junit_xml", path)
        say(f"{options.sizes[-1]:9,} {'of one name':48} {grown:7.1f}")
        if grown - growths[0] > GOAL_GROWTH_MIB:
            missed.append(f"memory grows by {grown - growths[0]:.1f} MiB where all cases have one name")
    say("\n".join(f"missed: {goal}" for goal in missed) or "all goals met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
