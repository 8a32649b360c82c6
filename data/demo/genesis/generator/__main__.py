"""Writes the artefacts of the project "Genesis Rebuild", byte for byte the same each time.

    python data/demo/genesis/generator [FOLDER]

writes them beside this generator's folder, or into FOLDER. Genesis Rebuild is a made-up project; the figures of its
candidate are those of a staging report, and every file is written as the tool it names would write it.
"""

import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import operations
import source_coverage
import surroundings
import timings
from inventory import INTERMITTENT, PARTS, Test, suite
from junit import NotPassed, report
from timeline import (
    AS_OF,
    CANDIDATE,
    CANDIDATE_VERSION,
    HISTORY_RUNS,
    ISOLATED_AT,
    PHASE_3_RUNS,
    SOAK_EVERY,
    SOAK_FAILURES,
    SOAK_RUNS,
    SOAK_START,
    Run,
    history,
    intermittent_message,
    skips,
    troubles,
)

HERE = Path(__file__).resolve().parent
PROJECT = "Genesis Rebuild"
#: Runs of the history that measured coverage.
COVERED = frozenset({1, 4, 7, 10, 13, 16, 19, 21, 23})
#: First run from which the pipeline recorded flags, health and environment.
SURROUNDINGS_FROM = 16
#: How much slower than the candidate the rehearsals were.
SLOWNESS = {20: 1.42, 22: 1.12, 23: 1.01}

Files = dict[str, bytes]


def main(folder: Path) -> None:
    """Write everything below ``folder``; the folder of runs is made anew."""
    shutil.rmtree(folder / "runs", ignore_errors=True)
    listed = []
    for entry, files in (*_history(), *_soak(), _isolated(), _staging()):
        place = f"runs/{entry['started_at'][:10]}-{entry['run']}"
        (folder / place).mkdir(parents=True)
        for name, content in files.items():
            (folder / place / name).write_bytes(content)
        listed.append({**entry, "files": [f"{place}/{name}" for name in files]})
    manifest = {
        "project": PROJECT,
        "policy": "policy.toml",
        "conditions": "conditions.toml",
        "runs": listed,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8", newline="\n")
    (folder / "policy.toml").write_text(_policy(), encoding="utf-8", newline="\n")


def _history() -> Iterable[tuple[dict[str, Any], Files]]:
    tests, wrong, skipped = suite(), troubles(), skips()
    for run in history():
        there = [test for test in tests if test.born <= run.progress]
        answers = _answers(skipped)
        for key, found in wrong.items():
            shown = next((trouble for trouble in found if trouble.shows(run.number)), None)
            if shown:
                answers[key] = NotPassed(shown.kind, shown.message)
        files = {"junit.xml": report(there, answers, run.started_at, run.name)}
        if run.number in COVERED:
            # The candidate lies one step beyond the history, at the end of both.
            files["coverage.json"] = source_coverage.report(run.started_at + timedelta(minutes=7), 0.97 * run.progress)
        files |= _measured(run) | _surrounding(run)
        as_of = run.started_at + timedelta(hours=2)
        yield _entry(run.subject, run.version, run.name, run.started_at, as_of, run), files


def _measured(run: Run) -> Files:
    medians = {
        name: round(timings.value(series, name, run.number, PHASE_3_RUNS), 6)
        for name, series in timings.TIMINGS.items()
    }
    cost = round(timings.value(timings.COST, "cost", run.number, PHASE_3_RUNS), 2)
    return {
        "benchmarks.json": timings.pytest_benchmark(medians, run.started_at, (run.subject, run.started_at)),
        "cost.json": _cost(cost),
    }


def _surrounding(run: Run) -> Files:
    if run.number < SURROUNDINGS_FROM:
        return {}
    later = run.started_at + timedelta(minutes=30)
    files = {
        "feature_flags.json": surroundings.flags(later),
        "health.json": surroundings.health(later, run.subject),
        "environment.json": surroundings.environment(later),
    }
    if run.rehearsal:
        start, step = run.started_at - timedelta(hours=25), timedelta(minutes=5)
        files["ops.csv"] = operations.samples(start, 26, step, run.name, slowness=SLOWNESS[run.number])
    return files


def _soak() -> Iterable[tuple[dict[str, Any], Files]]:
    """Give the eight runs of the whole suite on the candidate; the last one, by parts, is the run of record."""
    tests, skipped = suite(), skips()
    for number in range(1, SOAK_RUNS + 1):
        name, at = f"soak-{number}", SOAK_START + SOAK_EVERY * (number - 1)
        answers = _answers(skipped)
        if number in SOAK_FAILURES:
            answers |= {_key(t): NotPassed("failure", intermittent_message(name)) for t in tests if _intermittent(t)}
        last = number == SOAK_RUNS
        files = _parts(tests, answers, at, name) if last else {"junit.xml": report(tests, answers, at, name)}
        files["benchmarks.json"] = timings.pytest_benchmark(_current(number), at, (CANDIDATE, _committed()))
        if last:
            files["coverage.json"] = source_coverage.report(at + timedelta(minutes=22), 1.0)
            files["cost.json"] = _cost(float(timings.COST[1]))
            files["memory.json"] = timings.custom(
                "memory_overhead", "%", timings.MEMORY_OVERHEAD_PCT, "resident set, tracing on against off"
            )
        yield _entry(CANDIDATE, CANDIDATE_VERSION, name, at, AS_OF), files


def _parts(tests: Iterable[Test], answers: Mapping[tuple[str, str], NotPassed], at: datetime, name: str) -> Files:
    files, started = {}, at
    for part in PARTS:
        chosen = [test for test in tests if test.part == part]
        file = f"junit-{part.replace('_', '-')}.xml"
        files[file] = report(chosen, answers, started, f"{name}/{part}")
        started += timedelta(seconds=round(sum(test.usual_s for test in chosen)) + 20)
    return files


def _current(number: int) -> dict[str, float]:
    """Give the medians of a soak run; the last is the current figure to the hundredth of a millisecond."""
    medians = {}
    for name, (_, after, _) in timings.TIMINGS.items():
        off = 1.0 if number == SOAK_RUNS else timings.noise(f"{name}/soak", number - 1, SOAK_RUNS - 1)
        medians[name] = round(float(after) * off, 6)
    return medians


def _isolated() -> tuple[dict[str, Any], Files]:
    tests = [test for test in suite() if test.part == "performance"]
    name = "performance-isolated"
    files = {"junit-performance-isolated.xml": report(tests, {}, ISOLATED_AT, name)}
    return _entry(CANDIDATE, CANDIDATE_VERSION, name, ISOLATED_AT, AS_OF), files


def _staging() -> tuple[dict[str, Any], Files]:
    """Give what was recorded of the staging environment at the end of the soak."""
    at = AS_OF - timedelta(minutes=2)
    files = {
        "feature_flags.json": surroundings.flags(at),
        "health.json": surroundings.health(at, CANDIDATE),
        "environment.json": surroundings.environment(at),
        "ops.csv": operations.samples(SOAK_START, 48, timedelta(minutes=1), "candidate"),
    }
    return _entry(CANDIDATE, CANDIDATE_VERSION, "staging-evidence", at, AS_OF), files


def _entry(
    subject: str, version: str, run: str, at: datetime, as_of: datetime, of: Run | None = None
) -> dict[str, Any]:
    return {
        "subject": subject,
        "version": version,
        "branch": "main",
        "environment": "staging" if of is None or of.rehearsal else "ci",
        "run": run,
        "started_at": at.isoformat(),
        "as_of": as_of.isoformat(),
    }


def _answers(skipped: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], NotPassed]:
    return {key: NotPassed("skipped", reason) for key, reason in skipped.items()}


def _cost(dollars: float) -> bytes:
    return timings.custom("daao_cost_per_1k_tasks", "USD", dollars, "list prices, mean of the reference workload")


def _committed() -> datetime:
    return SOAK_START - timedelta(minutes=38)


def _intermittent(test: Test) -> bool:
    return test.name == INTERMITTENT


def _key(test: Test) -> tuple[str, str]:
    return test.classname, test.name


def _policy() -> str:
    """Give the default policy with a name of its own and its baseline pinned.

    Development of phase 4 has a label of its own, so "the version before" would be the half-optimised commits; the
    report compares with phase 3.
    """
    text = (HERE.parents[2] / "policy.toml").read_text(encoding="utf-8")
    for before, after in (
        ("# The default policy of Countersign:", "# The default policy, for Genesis Rebuild:"),
        ('name = "release-readiness"', 'name = "genesis-release"'),
        ('baseline = "previous-version"', 'baseline = "version:Phase 3"'),
    ):
        if text.count(before) != 1:
            msg = f"The default policy no longer says {before!r} exactly once."
            raise SystemExit(msg)
        text = text.replace(before, after)
    return text


if __name__ == "__main__":
    if len(history()) != HISTORY_RUNS:
        raise SystemExit("The timeline does not have as many dates as runs.")
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent)
