"""hyperfine JSON (``--export-json``): seconds a run of a command.

The value is the mean, the figure hyperfine itself reports and compares by. Every run is a process of its own, so
the single times are kept as independent samples. A command that failed in some runs is listed without a direction:
it may be fast because it failed. Since version 2 every run is an entry of its own with all its metrics, of which the
wall clock is read. Format: https://github.com/sharkdp/hyperfine#json
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import shapes
from dashboard.parsing.units import SMALLER
from dashboard.readers._benchmark_names import SeriesNames
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_CLOCK = "time_wall_clock"


class Hyperfine:
    """Reads hyperfine JSON."""

    format = "hyperfine"
    kind = Kind.BENCHMARKS
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise results with a command."""
        seen = json_head(head)
        at = ("results", "[]")
        return seen.has(*at, "command") and (seen.has(*at, "mean") or seen.has(*at, "measurements", "[]", _CLOCK))

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a command."""
        report = shapes.mapping(document(body, ledger), "The document")
        metadata = shapes.mapping(report.get("metadata") or {}, "metadata")
        version = shapes.maybe_text(metadata.get("hyperfine_version"), "metadata.hyperfine_version")
        ledger.producer = f"hyperfine {version[:60]}" if version else "hyperfine"
        names = SeriesNames(ledger)
        for index, item in enumerate(shapes.items(report.get("results"), "results")):
            ledger.seen += 1
            record = _command(shapes.mapping(item, f"results[{index}]"), f"results[{index}]", names)
            if record.direction is None:
                ledger.note("failing-command", "A command failed in at least one run; its time compares with nothing.")
            ledger.kept += 1
            yield record


class _Runs(NamedTuple):
    """The runs of one command."""

    times: tuple[float, ...]
    codes: list[Any]
    summary: dict[str, Any]
    summed_at: str


def _command(entry: dict[str, Any], where: str, names: SeriesNames) -> BenchmarkResult:
    runs = _by_run(entry, where) if "measurements" in entry else _by_column(entry, where)
    parameters = shapes.mapping(entry.get("parameters") or {}, f"{where}.parameters")
    command = shapes.text(entry.get("command"), f"{where}.command")
    told = {key: value.get("value") if isinstance(value, dict) else value for key, value in parameters.items()}
    missing = [f"{key}={value}" for key, value in told.items() if str(value) not in command]
    name = f"{command} [{', '.join(missing)}]" if missing else command

    def stat(key: str) -> float | None:
        return shapes.maybe_number(runs.summary.get(key), f"{runs.summed_at}.{key}")

    return BenchmarkResult(
        name=names.unique(name),
        group=None,
        value=shapes.number(runs.summary.get("mean"), f"{runs.summed_at}.mean"),
        statistic="mean",
        unit="s",
        unit_text="s",
        direction=SMALLER if all(code == 0 for code in runs.codes) else None,
        mean=stat("mean"),
        minimum=stat("min"),
        maximum=stat("max"),
        stddev=stat("stddev"),
        rounds=len(runs.times) or None,
        fingerprint="",
        samples=runs.times,
    )


def _by_column(entry: dict[str, Any], where: str) -> _Runs:
    """Read the form of version 1: a list of times and one of exit codes."""
    times = tuple(shapes.number(t, f"{where}.times") for t in shapes.items(entry.get("times") or [], f"{where}.times"))
    return _Runs(times, shapes.items(entry.get("exit_codes") or [], f"{where}.exit_codes"), entry, where)


def _by_run(entry: dict[str, Any], where: str) -> _Runs:
    """Read the form of version 2: an entry a run, and a summary a metric."""
    runs = [
        shapes.mapping(run, f"{where}.measurements")
        for run in shapes.items(entry["measurements"], f"{where}.measurements")
    ]
    clocks = [shapes.mapping(run.get(_CLOCK), f"{where}.measurements.{_CLOCK}") for run in runs]
    at = f"{where}.summary.{_CLOCK}"
    summary = shapes.mapping(shapes.mapping(entry.get("summary"), f"{where}.summary").get(_CLOCK), at)
    for told in (*clocks, summary):
        if told.get("unit") != "second":
            msg = f"{at} is not in seconds, as hyperfine writes it."
            raise MalformedArtefactError(msg, slug="hyperfine-unit")
    times = tuple(shapes.number(clock.get("value"), f"{where}.measurements.{_CLOCK}") for clock in clocks)
    return _Runs(times, [run.get("exit_code") for run in runs], summary, at)


READER = Hyperfine()
