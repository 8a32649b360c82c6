"""pytest-benchmark JSON (``--benchmark-json`` or a file of its storage), versions 2.5 to 5.x: always seconds.

The value is the median. The rounds of one process are not independent, so raw ``data`` is left out.
Format: https://pytest-benchmark.readthedocs.io/en/latest/usage.html
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import moments, shapes
from dashboard.parsing.units import SMALLER
from dashboard.readers._benchmark_names import SeriesNames, fingerprint, major_minor
from dashboard.readers._json_body import LARGE_HINT, document
from dashboard.readers._json_head import json_head

_LARGE_HINT = "Use --benchmark-storage and --benchmark-autosave, which save no raw data, or fewer rounds. " + LARGE_HINT
_OF_MACHINE = frozenset({"python_version", "python_implementation", "python_compiler"})


class PytestBenchmark:
    """Reads pytest-benchmark JSON."""

    format = "pytest-benchmark"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise ``machine_info`` (it comes first and may fill the head) or an entry with ``stats``."""
        seen = json_head(head)
        if seen.has("machine_info") and (seen.has("benchmarks") or seen.under("machine_info") & _OF_MACHINE):
            return True
        return seen.has("benchmarks", "[]", "stats") and seen.has("benchmarks", "[]", "fullname")

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a benchmark."""
        report = shapes.mapping(document(body, ledger, large_hint=_LARGE_HINT), "The document")
        entries = shapes.items(report.get("benchmarks"), "benchmarks")
        version = shapes.maybe_text(report.get("version"), "version")
        ledger.producer = f"pytest-benchmark {version}" if version else "pytest-benchmark"
        ledger.collected_at = moments.iso(shapes.maybe_text(report.get("datetime"), "datetime"), naive_is_utc=True)
        ledger.facts["commit"] = _commit(report.get("commit_info"))
        machine = _machine(report.get("machine_info"))
        names = SeriesNames(ledger)
        for index, entry in enumerate(entries):
            ledger.seen += 1
            record = _benchmark(shapes.mapping(entry, f"benchmarks[{index}]"), index, machine, names)
            if entry.get("extra_info"):
                ledger.note("extra-info", "A benchmark carries extra_info; it is kept in the file and shown nowhere.")
            ledger.kept += 1
            yield record
        if not entries:
            ledger.note("no-benchmarks", "The report holds no benchmark: nothing was measured.")


def _benchmark(entry: dict[str, Any], index: int, machine: str, names: SeriesNames) -> BenchmarkResult:
    where = f"benchmarks[{index}]"
    stats = shapes.mapping(entry.get("stats"), f"{where}.stats")
    name = shapes.maybe_text(entry.get("fullname"), f"{where}.fullname") or shapes.text(
        entry.get("name"), f"{where}.name"
    )
    group = shapes.maybe_text(entry.get("group"), f"{where}.group")

    def stat(key: str) -> float | None:
        return shapes.maybe_number(stats.get(key), f"{where}.stats.{key}")

    rounds = shapes.maybe_count(stats.get("rounds"), f"{where}.stats.rounds")
    return BenchmarkResult(
        name=names.unique(name, group),
        group=group,
        value=shapes.number(stats.get("median"), f"{where}.stats.median"),
        statistic="median",
        unit="s",
        unit_text="s",
        direction=SMALLER,
        mean=stat("mean"),
        minimum=stat("min"),
        maximum=stat("max"),
        stddev=None if rounds == 1 else stat("stddev"),  # written as 0 for one round, where there is none
        rounds=rounds,
        fingerprint=machine,
    )


def _machine(info: Any) -> str:
    """Name the machine; the current clock frequency changes with each run and is left out."""
    info = shapes.mapping(info, "machine_info") if info is not None else {}
    cpu = info.get("cpu") if isinstance(info.get("cpu"), dict) else {}
    cores = cpu.get("count")
    python = " ".join(
        str(part)
        for part in (info.get("python_implementation"), major_minor(str(info.get("python_version") or "")))
        if part
    )
    system = " ".join(str(part) for part in (info.get("system"), info.get("machine")) if part)
    brand = cpu.get("brand_raw") or cpu.get("brand") or info.get("processor")
    return fingerprint((brand, f"{cores} cores" if cores else None, system, python))


def _commit(info: Any) -> dict[str, Any]:
    info = info if isinstance(info, dict) else {}
    return {key: info[key] for key in ("id", "branch", "dirty", "time") if isinstance(info.get(key), (str, bool))}


READER = PytestBenchmark()
