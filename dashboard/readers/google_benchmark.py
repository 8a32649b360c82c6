"""Google Benchmark JSON (``--benchmark_format=json``).

The value is the real time of one iteration: of several repetitions the median (each is kept as a sample), and of a
run that reports aggregates only the median aggregate. Other aggregates are no times (``cv`` is a ratio, ``BigO`` a
coefficient). An entry that ended in an error carries zeros and is left out.
Format: https://github.com/google/benchmark/blob/main/docs/user_guide.md#output-formats
"""

import re
from collections.abc import Iterator
from statistics import mean, median, stdev
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import moments, shapes
from dashboard.parsing.units import SMALLER, unit_of
from dashboard.readers._benchmark_names import fingerprint
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_OLD_AGGREGATE = re.compile(r"(.+)_(mean|median|stddev|cv|BigO|RMS)")
_UNITS = frozenset({"ns", "us", "ms", "s"})
_OF_CONTEXT = frozenset({"num_cpus", "mhz_per_cpu", "library_build_type", "executable"})


class GoogleBenchmark:
    """Reads Google Benchmark JSON."""

    format = "google-benchmark"
    kind = Kind.BENCHMARKS
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise the context of the run, or an entry with ``time_unit``."""
        seen = json_head(head)
        return bool(seen.under("context") & _OF_CONTEXT) or seen.has("benchmarks", "[]", "time_unit")

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a benchmark, its repetitions folded."""
        report = shapes.mapping(document(body, ledger), "The document")
        context = shapes.mapping(report.get("context", {}), "context")
        ledger.producer = "Google Benchmark"
        ledger.collected_at = moments.iso(shapes.maybe_text(context.get("date"), "context.date"))
        if context.get("library_build_type") == "debug":
            ledger.note("debug-build", "The benchmark library is a debug build; its timings are not to be compared.")
        cores = context.get("num_cpus")
        mhz = context.get("mhz_per_cpu")
        machine = fingerprint((f"{cores} cores" if cores else None, f"{mhz} MHz" if mhz else None))
        times: dict[str, list[float]] = {}
        aggregates: dict[str, dict[str, float]] = {}
        texts: dict[str, str] = {}
        for index, item in enumerate(shapes.items(report.get("benchmarks"), "benchmarks")):
            ledger.seen += 1
            where = f"benchmarks[{index}]"
            entry = _labelled(shapes.mapping(item, where))
            name = shapes.text(entry.get("run_name", entry.get("name")), f"{where}.name")
            if entry.get("error_occurred") or entry.get("skipped"):
                ledger.note("errored", f"A benchmark ended in an error or was skipped and has no timing: {name[:100]}.")
                ledger.dropped += 1
            elif entry.get("run_type") == "aggregate":
                _aggregate(entry, where, aggregates.setdefault(name, {}))
                ledger.folded += 1
            else:
                times.setdefault(name, []).append(_seconds(entry, where))
                texts.setdefault(name, str(entry.get("time_unit", "ns")))
        yield from _records(times, aggregates, texts, machine, ledger)


def _labelled(entry: dict[str, Any]) -> dict[str, Any]:
    """Say of an entry of versions before 1.5 that it is an aggregate, which only the end of its name tells."""
    match = _OLD_AGGREGATE.fullmatch(str(entry.get("name"))) if "run_type" not in entry else None
    if match is None:
        return entry
    return {**entry, "run_type": "aggregate", "run_name": match[1], "aggregate_name": match[2]}


def _records(
    times: dict[str, list[float]],
    aggregates: dict[str, dict[str, float]],
    texts: dict[str, str],
    machine: str,
    ledger: Ledger,
) -> Iterator[BenchmarkResult]:
    for name, values in times.items():
        ledger.folded += len(values) - 1
        ledger.kept += 1
        several = len(values) > 1
        yield _result(name, texts[name], machine, median(values))._replace(
            statistic="median" if several else "real_time",
            mean=mean(values),
            minimum=min(values) if several else None,
            maximum=max(values) if several else None,
            stddev=stdev(values) if several else None,
            rounds=len(values),
            samples=tuple(values) if several else (),
        )
    for name, found in aggregates.items():
        statistic = next((s for s in ("median", "mean") if s in found), None)
        if name in times or statistic is None:
            continue
        ledger.folded -= 1
        ledger.kept += 1
        yield _result(name, "", machine, found[statistic])._replace(
            statistic=statistic, mean=found.get("mean"), stddev=found.get("stddev")
        )
    if not ledger.kept:
        ledger.note("no-benchmarks", "The report holds no benchmark: nothing was measured.")


def _result(name: str, unit_text: str, machine: str, value: float) -> BenchmarkResult:
    return BenchmarkResult(
        name, None, value, "real_time", "s", unit_text, SMALLER, None, None, None, None, None, machine
    )


def _aggregate(entry: dict[str, Any], where: str, found: dict[str, float]) -> None:
    kind = entry.get("aggregate_name")
    if kind in ("median", "mean", "stddev"):
        found[kind] = _seconds(entry, where)


def _seconds(entry: dict[str, Any], where: str) -> float:
    unit = shapes.text(entry.get("time_unit", "ns"), f"{where}.time_unit")
    if unit not in _UNITS:
        raise MalformedArtefactError(f"{where}.time_unit is {unit[:40]!r}, not ns, us, ms or s.", slug="json-shape")
    return shapes.number(entry.get("real_time"), f"{where}.real_time") * unit_of(unit).factor


READER = GoogleBenchmark()
