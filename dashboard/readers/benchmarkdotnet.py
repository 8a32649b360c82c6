"""BenchmarkDotNet full JSON (``JsonExporter.Full``): nanoseconds an operation, whatever the mode.

The value is the mean, the figure of BenchmarkDotNet's own table. A benchmark that failed has no statistics and is
left out.
Format: https://benchmarkdotnet.org/articles/configs/exporters.html#json
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import shapes
from dashboard.parsing.units import SMALLER
from dashboard.readers._benchmark_names import SeriesNames, fingerprint
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_NS = 1e-9


class BenchmarkDotNet:
    """Reads BenchmarkDotNet JSON."""

    format = "benchmarkdotnet"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the description of the host."""
        seen = json_head(head)
        return seen.has("HostEnvironmentInfo") or seen.has("Benchmarks", "[]", "FullName")

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a benchmark."""
        report = shapes.mapping(document(body, ledger), "The document")
        host = shapes.mapping(report.get("HostEnvironmentInfo") or {}, "HostEnvironmentInfo")
        ledger.producer = f"BenchmarkDotNet {host.get('BenchmarkDotNetVersion') or ''}".strip()[:100]
        machine = _machine(host)
        names = SeriesNames(ledger)
        for index, item in enumerate(shapes.items(report.get("Benchmarks"), "Benchmarks")):
            ledger.seen += 1
            where = f"Benchmarks[{index}]"
            entry = shapes.mapping(item, where)
            if entry.get("Statistics") is None:
                ledger.note("no-statistics", "A benchmark failed or was exported in brief: it has no measurement.")
                ledger.dropped += 1
                continue
            ledger.kept += 1
            if entry.get("Memory") is not None:
                ledger.note("memory-not-read", "Allocations are kept in the file and not listed as series.")
            yield _benchmark(entry, where, machine, names)


def _benchmark(entry: dict[str, Any], where: str, machine: str, names: SeriesNames) -> BenchmarkResult:
    statistics = shapes.mapping(entry.get("Statistics"), f"{where}.Statistics")

    def stat(key: str) -> float | None:
        value = shapes.maybe_number(statistics.get(key), f"{where}.Statistics.{key}")
        return None if value is None else value * _NS

    name = shapes.maybe_text(entry.get("FullName"), f"{where}.FullName") or shapes.text(
        entry.get("Method"), f"{where}.Method"
    )
    return BenchmarkResult(
        name=names.unique(name),
        group=None,
        value=shapes.number(statistics.get("Mean"), f"{where}.Statistics.Mean") * _NS,
        statistic="mean",
        unit="s",
        unit_text="ns",
        direction=SMALLER,
        mean=stat("Mean"),
        minimum=stat("Min"),
        maximum=stat("Max"),
        stddev=stat("StandardDeviation"),
        rounds=shapes.maybe_count(statistics.get("N"), f"{where}.Statistics.N"),
        fingerprint=machine,
    )


def _machine(host: dict[str, Any]) -> str:
    cores = host.get("LogicalCoreCount")
    runtime = str(host.get("RuntimeVersion") or "").partition("(")[0]
    return fingerprint(
        (host.get("ProcessorName"), f"{cores} cores" if cores else None, host.get("Architecture"), runtime)
    )


READER = BenchmarkDotNet()
