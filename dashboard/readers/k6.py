"""k6 summaries: ``handleSummary`` data, ``--summary-export`` and the summary of k6 2.

A trend gives its median and each of its percentiles as a series of its own; a rate gives its share, a counter its
rate a second. Gauges (virtual users) are the load and not its result, and are left out. Thresholds are kept as facts.
Format: https://grafana.com/docs/k6/latest/results-output/end-of-test/custom-summary/
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import shapes
from dashboard.parsing.units import LARGER, SMALLER, Unit
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head
from dashboard.readers._k6_shapes import COUNTER, RATE, TREND, K6Metric, metrics_of

_PERCENTILE = re.compile(r"p\(?(\d{1,3}(?:\.\d+)?)\)?")
"""``p(95)``, and ``p95`` in the summary of k6 2."""
_UNITS = {
    "time": (Unit(1e-3, "s", SMALLER), "ms"),
    "data": (Unit(1.0, "B", SMALLER), "B"),
}
_NO_UNIT = (Unit(1.0, "", None), "")
_BETTER = {"checks": LARGER, "http_req_failed": SMALLER, "http_reqs": LARGER, "iterations": LARGER}


class K6:
    """Reads k6 summaries."""

    format = "k6"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the metrics of a summary, or its groups, which may stand before them and fill the head."""
        seen = json_head(head)
        if (
            seen.has("root_group", "groups")
            or seen.has("root_group", "checks")
            or seen.has("results", "metrics", "[]", "contains")
        ):
            return True
        metrics = [seen.under("metrics", name) for name in seen.under("metrics")]
        nested = any("values" in keys and keys & {"type", "contains"} for keys in metrics)
        return nested or any({"avg", "med", "min", "max"} <= keys for keys in metrics)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a statistic that can be compared."""
        report = shapes.mapping(document(body, ledger), "The document")
        ledger.producer = "k6"
        thresholds: dict[str, dict[str, bool]] = {}
        for metric in metrics_of(report):
            if metric.thresholds:
                thresholds[metric.name] = metric.thresholds
            records = list(_records(metric))
            ledger.seen += max(1, len(records))
            ledger.kept += len(records)
            if not records:
                ledger.dropped += 1
                ledger.note("not-compared", "A metric (a gauge, a total without a rate) has nothing to compare.")
            yield from records
        ledger.facts["thresholds"] = thresholds
        crossed = sum(not held for outcomes in thresholds.values() for held in outcomes.values())
        if crossed:
            ledger.note("threshold-crossed", "A threshold of the load test was crossed.", crossed)
        if not ledger.kept:
            ledger.note("no-benchmarks", "The summary holds no metric: nothing was measured.")


def _records(metric: K6Metric) -> Iterator[BenchmarkResult]:
    base = metric.name.partition("{")[0]
    if metric.type == TREND:
        yield from _trend(metric)
    elif metric.type in (RATE, COUNTER):
        value = metric.values.get("rate", metric.values.get("value") if metric.type == RATE else None)
        if value is None:
            return
        unit = "ratio" if metric.type == RATE else ("B/s" if metric.contains == "data" else f"{base}/s")
        yield _result(metric, metric.name, "rate", value, Unit(1.0, unit, _BETTER.get(base)), unit)


def _trend(metric: K6Metric) -> Iterator[BenchmarkResult]:
    unit, text = _UNITS.get(metric.contains, _NO_UNIT)
    statistic = "med" if "med" in metric.values else "avg"
    if statistic in metric.values:
        scaled = {key: value * unit.factor for key, value in metric.values.items()}
        yield _result(
            metric, metric.name, {"med": "median", "avg": "mean"}[statistic], metric.values[statistic], unit, text
        )._replace(mean=scaled.get("avg"), minimum=scaled.get("min"), maximum=scaled.get("max"))
    for key, value in metric.values.items():
        if match := _PERCENTILE.fullmatch(key):
            yield _result(metric, f"{metric.name} p({match[1]})", f"p({match[1]})", value, unit, text)


def _result(metric: K6Metric, name: str, statistic: str, value: float, unit: Unit, text: str) -> BenchmarkResult:
    return BenchmarkResult(
        name=name,
        group=metric.type,
        value=value * unit.factor,
        statistic=statistic,
        unit=unit.base,
        unit_text=text,
        direction=unit.direction,
        mean=None,
        minimum=None,
        maximum=None,
        stddev=None,
        rounds=None,
        fingerprint="",
    )


READER = K6()
