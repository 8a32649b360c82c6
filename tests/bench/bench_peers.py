"""The same JUnit files through Allure 2, Allure 3 and this product: ``python tests/bench/bench_peers.py``, on demand.

Whole processes are measured, as the operating system accounts for them with their children: CPU seconds and the peak of
memory. Ours reads, checks, stores and judges (``countersign ingest``, then ``countersign evaluate``, into a database
that is new each time); theirs read and write a report that shows every case, so it is not the same work, but it is what
a pipeline runs today. The two kinds run in turn, so that both meet the same machine.

Peers that are not installed are left out with a sentence. They come from npm (``npm install allure
allure-commandline``; the latter needs Java): give the folder with ``--npm``.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

sys.path.insert(0, str(Path(__file__).parent))

from bench_readers import JOBS, cpu_s
from history import Run, say, write_report

GOAL_CPU, GOAL_MEMORY, GOAL_PARSE = 40.0, 10.0, 2.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took."""

    cpu_s: float
    wall_s: float
    peak_mib: float
    files: int
    """That it left behind."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A way to make something of a report."""

    name: str
    commands: Callable[[Path, Path], tuple[tuple[str, ...], ...]]
    """Given the folder of the report, and one to write to."""


def measured(tool: Tool, reports: Path) -> Cost:
    """Run the commands of a tool one after another, each until it has ended."""
    cpu = wall = peak = 0.0
    with TemporaryDirectory() as made:
        for command in tool.commands(reports, Path(made)):
            begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            peak = max(peak, _peak_of(command, Path(made)))
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            wall += time.perf_counter() - begun
        return Cost(cpu, wall, peak, sum(1 for file in Path(made).rglob("*") if file.is_file()))


def _peak_of(command: tuple[str, ...], folder: Path) -> float:
    """Run a command and give the peak of its process, or of the largest below it, in MiB.

    A process of its own waits for it: the peak of children is that of the largest one ever.
    """
    waits = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True, text=True); "
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.stderr[-500:])"
    )
    # An installed package has its bytecode beside it; a checkout that may not be written keeps it elsewhere.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ |= {
        "COUNTERSIGN_HOME": str(folder),
        "PYTHONPYCACHEPREFIX": str(Path(gettempdir()) / "countersign-bytecode"),
    }
    done = subprocess.run(
        [sys.executable, "-S", "-c", waits, *command],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    status, peak, *said = done.stdout.split(" ", 2)
    if status not in {"0", "1"}:  # 1: evaluated, and no go
        msg = f"{command[0]} ended with {status}: {said}"
        raise RuntimeError(msg)
    return int(peak) / 1024


def ours() -> Tool:
    """Give this product: ingest and evaluate."""
    run = (sys.executable, "-m", "dashboard")
    root = str(Path(__file__).parents[2])

    def commands(reports: Path, made: Path) -> tuple[tuple[str, ...], ...]:
        where = ("--db", str(made / "countersign.db"), "--project", "shop", "--subject", "0" * 40)
        here = ("env", f"PYTHONPATH={root}", "COUNTERSIGN_JUDGE_AT_ONCE=false")
        return (
            (*here, *run, "ingest", *where, str(reports / "junit.xml")),
            (*here, *run, "evaluate", *where),
        )

    return Tool("countersign ingest + evaluate", commands)


def peers(npm: Path) -> list[Tool]:
    """Give the peers that are there; say which are not."""
    found = []
    for name, program, needs in (("Allure 3", "allure", "node"), ("Allure 2", "allure2", "java")):
        path = _allure(npm, program)
        if path is None or shutil.which(needs) is None:
            say(f"{name} is left out: install it with npm (see the top of this file) and put {needs} on the path.")
            continue
        found.append(Tool(name, _generating(path, program)))
    return found


def _allure(npm: Path, program: str) -> Path | None:
    """Both call themselves allure, so that the folder of the package tells them apart."""
    modules = npm / "node_modules"
    path = modules / "allure" / "cli.js" if program == "allure" else modules / "allure-commandline" / "bin" / "allure"
    return path if path.exists() else None


def _generating(path: Path, program: str) -> Callable[[Path, Path], tuple[tuple[str, ...], ...]]:
    run = ("node", str(path)) if path.suffix == ".js" or program == "allure2" else (str(path),)

    def commands(reports: Path, made: Path) -> tuple[tuple[str, ...], ...]:
        return ((*run, "generate", str(reports), "-o", str(made / "report")),)

    return commands


def compare(cases: int, npm: Path, times: int) -> None:
    """Measure everybody on one report of so many cases."""
    with TemporaryDirectory() as folder:
        report = write_report(Path(folder) / "junit.xml", Run(200, cases))
        say(f"\n{cases:,} cases, {report.stat().st_size / 1e6:.1f} MB, medians of {times}")
        say(f"{'':32} {'CPU s':>8} {'wall s':>8} {'peak MiB':>9} {'files':>8}")
        tools = [ours(), *peers(npm)]
        costs: dict[str, list[Cost]] = {tool.name: [] for tool in tools}
        measured(tools[0], Path(folder))  # compiles
        for _ in range(times):
            for tool in tools:
                costs[tool.name].append(measured(tool, Path(folder)))
        medians = {name: _median(found) for name, found in costs.items()}
        mine = medians[tools[0].name]
        for name, cost in medians.items():
            say(f"{name:32} {cost.cpu_s:8.2f} {cost.wall_s:8.2f} {cost.peak_mib:9.0f} {cost.files:8,}")
        for name, cost in list(medians.items())[1:]:
            cpu, memory = cost.cpu_s / mine.cpu_s, cost.peak_mib / mine.peak_mib
            say(f"{_met(cpu >= GOAL_CPU)} {name}: {cpu:.1f} x our CPU (goal >= {GOAL_CPU:g})")
            say(f"{_met(memory >= GOAL_MEMORY)} {name}: {memory:.1f} x our memory (goal >= {GOAL_MEMORY:g})")
        reading = {name: cpu_s(JOBS[name], report, 3) for name in ("junit_xml", "junitparser")}
        ratio = reading["junitparser"] / reading["junit_xml"]
        say(f"{_met(ratio >= GOAL_PARSE)} junitparser, tree and one pass: {ratio:.1f} x our CPU (goal >= 2)")


def _median(found: list[Cost]) -> Cost:
    middle = [statistics.median(getattr(cost, name) for cost in found) for name in ("cpu_s", "wall_s", "peak_mib")]
    return Cost(*middle, found[0].files)


def _met(met: bool) -> str:
    return "OK  " if met else "over"


def main() -> None:
    """Run all of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    asked.add_argument("--npm", type=Path, default=Path.cwd(), help="folder in which npm installed Allure")
    asked.add_argument("--times", type=int, default=3)
    options = asked.parse_args()
    for cases in options.sizes:
        compare(cases, options.npm, options.times)


if __name__ == "__main__":
    main()
