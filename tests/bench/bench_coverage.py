"""What reading coverage of 5,000 files costs: ``python tests/bench/bench_coverage.py``, on demand.

CPU seconds are the best of three readings with counts and digest; memory is the growth of the peak over the imports in
a process of its own. ``tests.info`` has a test's name on every record; ``paths`` is the mapping of two reports of which
one has absolute paths.
"""

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.model.ledger import Ledger
from dashboard.readers import HEAD_BYTES, choose
from dashboard.readers._tally import Tally
from dashboard.store.coverage_paths import Report, mapped

FILES, GOAL_MIB = 5_000, 30.0
JOBS = ("lcov.info", "tests.info", "cobertura.xml")


def say(line: object) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")


def write_tracefile(path: Path, test: str = "") -> None:
    """Write 60 lines and 20 branches a file; the same every time."""
    chance = random.Random(7)  # noqa: S311  # the same report every time
    with path.open("w", encoding="utf-8") as file:
        for number in range(FILES):
            file.write(f"TN:{test and f'{test}_{number % 7}'}\nSF:src/package_{number % 50}/module_{number}.c\n")
            file.writelines(f"DA:{2 * line},{chance.randint(0, 3)}\n" for line in range(1, 61))
            file.writelines(f"BRDA:{4 * (arm // 2)},0,{arm % 2},{chance.choice('-012')}\n" for arm in range(2, 22))
            file.write("LF:60\nend_of_record\n")


def write_cobertura(path: Path) -> None:
    """Write 60 lines a file, ten of them with branches."""
    chance = random.Random(7)  # noqa: S311  # the same report every time
    branch = ' branch="true" condition-coverage="50% (1/2)"'
    with path.open("w", encoding="utf-8") as file:
        file.write('<coverage version="7"><sources><source>/project/src</source></sources><packages><package><classes>')
        for number in range(FILES):
            file.write(f'<class name="m" filename="package_{number % 50}/module_{number}.py"><lines>')
            file.writelines(
                f'<line number="{2 * line}" hits="{chance.randint(0, 1)}"{branch if line <= 10 else ""}/>'
                for line in range(1, 61)
            )
            file.write("</lines></class>")
        file.write("</classes></package></packages></coverage>")


def read(path: Path) -> None:
    """Read every file of the report, count it and take the digest."""
    tally = Tally()
    with path.open("rb") as body:
        reader = choose(body.read(HEAD_BYTES))
        body.seek(0)
        for record in reader.read(body, Ledger()):
            tally.add(record)
    tally.digest()


def peak_kib() -> int:
    """Read the peak of this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def map_paths() -> float:
    """Give the CPU seconds that the paths of two reports take."""
    plain = [f"src/package_{number % 50}/module_{number}.c" for number in range(FILES)]
    start = time.process_time()
    found = mapped((Report("a", plain), Report("b", [f"/build/7/{path}" for path in plain])), ["src/*"])
    if list(found.names[1].values()) != plain:
        raise AssertionError("the paths were not mapped")
    return time.process_time() - start


def main() -> int:
    """Print the table; exit 1 when memory grows beyond the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--read", type=Path)
    options = parser.parse_args()
    if options.read:
        choose(b"TN:\nSF:a\n")  # imports the readers
        before, best, grown = peak_kib(), float("inf"), 0.0
        for number in range(3):
            start = time.process_time()
            read(options.read)
            best = min(best, time.process_time() - start)
            grown = grown if number else (peak_kib() - before) / 1024
        say(f"{options.read.name:14} {best:8.3f} {grown:8.1f}")
        return 1 if grown > GOAL_MIB else 0
    say(f"{FILES:,} files      CPU s      MiB")
    missed = 0
    with TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in JOBS]
        write_tracefile(paths[0])
        write_tracefile(paths[1], test="test")
        write_cobertura(paths[2])
        for path in paths:
            sys.stdout.flush()
            missed += subprocess.run([sys.executable, __file__, "--read", str(path)], check=False).returncode
    say(f"{'paths':14} {map_paths():8.3f}")
    say(f"missed: {missed} of memory" if missed else "all goals met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
