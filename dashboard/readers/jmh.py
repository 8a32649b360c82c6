"""JMH JSON (``-rf json``).

The unit decides which direction is better (``ops/s`` larger, ``s/op`` smaller), not the mode. Parameters, mode and
threads are part of the name. Iterations of one fork share its warm-up and its luck; the means of several forks are the
independent samples. A score that is "NaN" (JMH writes the word) is no measurement.
Format: https://github.com/openjdk/jmh/blob/master/jmh-core/src/main/java/org/openjdk/jmh/results/format/JSONResultFormat.java
"""

from collections.abc import Iterator
from statistics import fmean as mean
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import shapes
from dashboard.parsing.units import unit_of
from dashboard.readers._benchmark_names import SeriesNames, fingerprint, major_minor
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head


class Jmh:
    """Reads JMH JSON."""

    format = "jmh"
    kind = Kind.BENCHMARKS
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise an entry of JMH: its version, or its primary metric."""
        seen = json_head(head)
        return seen.has("[]", "benchmark") and (seen.has("[]", "jmhVersion") or seen.has("[]", "primaryMetric"))

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a benchmark and parameter set."""
        names = SeriesNames(ledger)
        for index, item in enumerate(shapes.items(document(body, ledger), "The document")):
            ledger.seen += 1
            where = f"[{index}]"
            entry = shapes.mapping(item, where)
            version = shapes.maybe_text(entry.get("jmhVersion"), f"{where}.jmhVersion")
            ledger.producer = f"JMH {version}" if version else "JMH"
            record = _benchmark(entry, where, names)
            if record is None:
                ledger.dropped += 1
                ledger.note("score-not-a-number", "A benchmark has no score: nothing was measured.")
                continue
            ledger.kept += 1
            yield record


def _benchmark(entry: dict[str, Any], where: str, names: SeriesNames) -> BenchmarkResult | None:
    metric = shapes.mapping(entry.get("primaryMetric"), f"{where}.primaryMetric")
    unit_text = shapes.text(metric.get("scoreUnit"), f"{where}.primaryMetric.scoreUnit")
    unit = unit_of(unit_text)
    score = _figure(metric.get("score"), f"{where}.primaryMetric.score")
    if score is None:
        return None
    forks = _forks(metric.get("rawData"), f"{where}.primaryMetric.rawData")
    raw = [value * unit.factor for fork in forks for value in fork]
    return BenchmarkResult(
        name=names.unique(_name(entry, where)),
        group=None,
        value=score * unit.factor,
        statistic="score",
        unit=unit.base,
        unit_text=unit_text,
        direction=unit.direction,
        mean=score * unit.factor,
        minimum=min(raw, default=None),
        maximum=max(raw, default=None),
        stddev=None,  # scoreError is half a confidence interval, not a deviation
        rounds=len(raw) or None,
        fingerprint=fingerprint((entry.get("vmName"), major_minor(str(entry.get("jdkVersion") or "")))),
        samples=tuple(mean(fork) * unit.factor for fork in forks) if len(forks) > 1 else (),
    )


def _name(entry: dict[str, Any], where: str) -> str:
    name = shapes.text(entry.get("benchmark"), f"{where}.benchmark")
    parameters = shapes.mapping(entry.get("params") or {}, f"{where}.params")
    parts = [f"{key}={value}" for key, value in sorted(parameters.items())]
    mode, threads = entry.get("mode"), entry.get("threads")
    parts += [str(mode)] if mode else []
    parts += [f"{threads} threads"] if isinstance(threads, int) and threads > 1 else []
    return f"{name} [{', '.join(parts)}]" if parts else name


def _forks(value: Any, where: str) -> list[list[float]]:
    """Give each fork's iterations, as far as it lists any: a histogram (sample time mode) has none to list."""
    forks = [] if value is None else shapes.items(value, where)
    found = [[figure for item in shapes.items(fork, where) if (figure := _plain(item)) is not None] for fork in forks]
    return [fork for fork in found if fork]


def _plain(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e300 else None


def _figure(value: Any, where: str) -> float | None:
    return None if value == "NaN" else shapes.maybe_number(value, where)


READER = Jmh()
