"""JMeter dashboard statistics (``statistics.json`` of the HTML report), in milliseconds.

The value is the median response time of a label; ``Total`` repeats the labels and is folded away. Which percentiles
``pct1`` to ``pct3`` are is a setting of the report and not in the file, so they are not read.
Format: https://jmeter.apache.org/usermanual/generating-dashboard.html
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import shapes
from dashboard.parsing.units import SMALLER
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_MS = 1e-3


class Jmeter:
    """Reads JMeter dashboard statistics."""

    format = "jmeter"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise a label with its samples and response times."""
        seen = json_head(head)
        return any({"transaction", "sampleCount", "meanResTime"} <= seen.under(key) for key in seen.keys[:2])

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a label."""
        ledger.producer = "JMeter"
        errors = 0
        for label, value in shapes.mapping(document(body, ledger), "The document").items():
            ledger.seen += 1
            where = f"[{label[:200]!r}]"
            entry = shapes.mapping(value, where)
            if label == "Total":
                ledger.folded += 1
                continue
            errors += shapes.count(entry.get("errorCount", 0), f"{where}.errorCount")
            record = _label(label, entry, where)
            ledger.kept += 1
            yield record
        ledger.facts["failures"] = errors
        if errors:
            ledger.note("failed-requests", "Samples failed; their times are part of the figures.", errors)


def _label(label: str, entry: dict[str, Any], where: str) -> BenchmarkResult:
    def stat(key: str) -> float | None:
        value = shapes.maybe_number(entry.get(key), f"{where}.{key}")
        return None if value is None else value * _MS

    median, mean = stat("medianResTime"), stat("meanResTime")
    return BenchmarkResult(
        name=label,
        group=None,
        value=shapes.number(mean if median is None else median, f"{where}.meanResTime"),
        statistic="mean" if median is None else "median",
        unit="s",
        unit_text="ms",
        direction=SMALLER,
        mean=mean,
        minimum=stat("minResTime"),
        maximum=stat("maxResTime"),
        stddev=None,
        rounds=shapes.maybe_count(entry.get("sampleCount"), f"{where}.sampleCount"),
        fingerprint="",
    )


READER = Jmeter()
