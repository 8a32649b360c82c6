"""Vitest bench JSON (``vitest bench --outputJson``): milliseconds, though the file does not say so.

Format: https://vitest.dev/guide/cli.html#bench (the figures are those of tinybench)
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

_MS = 1e-3


class VitestBench:
    """Reads Vitest bench JSON."""

    format = "vitest-bench"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise files with groups of benchmarks."""
        seen = json_head(head)
        return seen.has("files", "[]", "groups") and seen.has("files", "[]", "filepath")

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a benchmark."""
        report = shapes.mapping(document(body, ledger), "The document")
        ledger.producer = "Vitest bench"
        names = SeriesNames(ledger)
        for file in shapes.items(report.get("files"), "files"):
            for item in shapes.items(shapes.mapping(file, "files[]").get("groups"), "files[].groups"):
                group = shapes.mapping(item, "files[].groups[]")
                title = shapes.text(group.get("fullName"), "files[].groups[].fullName")
                for entry in shapes.items(group.get("benchmarks"), f"{title[:100]}.benchmarks"):
                    ledger.seen += 1
                    figures = shapes.mapping(entry, f"{title[:100]}.benchmarks[]")
                    record = _benchmark(title, figures, names)
                    ledger.kept += 1
                    yield record


def _benchmark(group: str, figures: dict[str, Any], names: SeriesNames) -> BenchmarkResult:
    where = f"{group[:100]}.benchmarks[]"

    def stat(key: str) -> float | None:
        value = shapes.maybe_number(figures.get(key), f"{where}.{key}")
        return None if value is None else value * _MS

    mean, median = stat("mean"), stat("median")
    return BenchmarkResult(
        name=names.unique(shapes.text(figures.get("name"), f"{where}.name"), group),
        group=group,
        value=shapes.number(mean if median is None else median, f"{where}.mean"),
        statistic="mean" if median is None else "median",
        unit="s",
        unit_text="ms",
        direction=SMALLER,
        mean=mean,
        minimum=stat("min"),
        maximum=stat("max"),
        stddev=stat("sd"),
        rounds=shapes.maybe_count(figures.get("sampleCount"), f"{where}.sampleCount"),
        fingerprint="",
    )


READER = VitestBench()
