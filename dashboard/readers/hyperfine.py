"""hyperfine JSON (``--export-json``): seconds a run of a command.

The value is the mean, the figure hyperfine itself reports and compares by. Every run is a process of its own, so
the single times are kept as independent samples. A command that failed in some runs is listed without a direction:
it may be fast because it failed. Format: https://github.com/sharkdp/hyperfine#json
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import shapes
from dashboard.parsing.units import SMALLER
from dashboard.readers._benchmark_names import SeriesNames
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head


class Hyperfine:
    """Reads hyperfine JSON."""

    format = "hyperfine"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise results with a command."""
        seen = json_head(head)
        return seen.has("results", "[]", "command") and seen.has("results", "[]", "mean")

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a command."""
        report = shapes.mapping(document(body, ledger), "The document")
        ledger.producer = "hyperfine"
        names = SeriesNames(ledger)
        for index, item in enumerate(shapes.items(report.get("results"), "results")):
            ledger.seen += 1
            record = _command(shapes.mapping(item, f"results[{index}]"), f"results[{index}]", names)
            if record.direction is None:
                ledger.note("failing-command", "A command failed in at least one run; its time compares with nothing.")
            ledger.kept += 1
            yield record


def _command(entry: dict[str, Any], where: str, names: SeriesNames) -> BenchmarkResult:
    times = tuple(shapes.number(t, f"{where}.times") for t in shapes.items(entry.get("times") or [], f"{where}.times"))
    codes = shapes.items(entry.get("exit_codes") or [], f"{where}.exit_codes")
    parameters = shapes.mapping(entry.get("parameters") or {}, f"{where}.parameters")
    command = shapes.text(entry.get("command"), f"{where}.command")
    missing = [f"{key}={value}" for key, value in parameters.items() if str(value) not in command]
    name = f"{command} [{', '.join(missing)}]" if missing else command

    def stat(key: str) -> float | None:
        return shapes.maybe_number(entry.get(key), f"{where}.{key}")

    return BenchmarkResult(
        name=names.unique(name),
        group=None,
        value=shapes.number(entry.get("mean"), f"{where}.mean"),
        statistic="mean",
        unit="s",
        unit_text="s",
        direction=SMALLER if all(code == 0 for code in codes) else None,
        mean=stat("mean"),
        minimum=stat("min"),
        maximum=stat("max"),
        stddev=stat("stddev"),
        rounds=len(times) or None,
        fingerprint="",
        samples=times,
    )


READER = Hyperfine()
