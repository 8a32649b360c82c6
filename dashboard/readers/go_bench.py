"""Go benchmark text (``go test -bench``): one line a run, ``BenchmarkName-8  1000  52.1 ns/op  8 B/op``.

Lines of one name are repetitions (``-count``) and become their median, each kept as a sample; every unit is a series of
its own. The suffix of the name is GOMAXPROCS and part of the machine, not of the name; the package is the group.
Format: https://go.dev/design/14313-benchmark-format
"""

import re
from collections.abc import Iterator
from statistics import mean, median, stdev
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing.units import unit_of
from dashboard.readers._benchmark_names import fingerprint
from dashboard.readers._text_body import lines

_START = re.compile(
    rb"(?:\s*(?:goos|goarch|pkg|cpu|toolchain): ?[^\n]*\n)*"
    rb"\s*(?:(?:goos|goarch|pkg|cpu): |Benchmark[^\s]*\s+\d+\s+[\d.]+ \S+/op)"
)
_RESULT = re.compile(r"Benchmark(\S*?)(?:-(\d{1,6}))?\s+(\d{1,18})\s+(.+)", re.ASCII)
_PAIR = re.compile(r"(\d{1,300}(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)\s+(\S+)", re.ASCII)
_CONTEXT = ("goos", "goarch", "pkg", "cpu")


class GoBench:
    """Reads Go benchmark text."""

    format = "go-bench"
    kind = Kind.BENCHMARKS
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise the lines about the machine, or a result line."""
        return _START.match(head) is not None

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a benchmark and unit, its repetitions folded."""
        ledger.producer = "go test -bench"
        context = dict.fromkeys(_CONTEXT, "")
        series: dict[tuple[str, str, str, str], list[float]] = {}
        for number, line in enumerate(lines(body), 1):
            key, colon, value = line.strip().partition(":")
            if colon and key in context:
                context[key] = value.strip()
            elif result := _RESULT.fullmatch(line.strip()):
                pairs = _PAIR.findall(result[4])
                if not pairs:
                    msg = f"Line {number:,} is cut off: {line.strip()[:80]!r} has no measurement."
                    raise MalformedArtefactError(msg, slug="go-bench-line")
                procs = f"{result[2]} procs" if result[2] else None
                machine = fingerprint((context["cpu"], procs, context["goos"], context["goarch"]))
                for figure, unit in pairs:
                    ledger.seen += 1
                    series.setdefault((context["pkg"], result[1] or "Benchmark", unit, machine), []).append(
                        float(figure)
                    )
            elif line.startswith(("--- FAIL", "FAIL", "panic:")):
                ledger.note("failed", "A package or benchmark of this run failed; its figures may be missing.")
                ledger.incomplete = True
        for (package, name, unit_text, machine), values in series.items():
            ledger.kept += 1
            yield _record(name, package, unit_text, machine, values)
        ledger.folded = ledger.seen - ledger.kept
        if not series:
            ledger.note("no-benchmarks", "The output holds no benchmark result: nothing was measured.")


def _record(name: str, package: str, unit_text: str, machine: str, values: list[float]) -> BenchmarkResult:
    unit = unit_of(unit_text)
    scaled = tuple(value * unit.factor for value in values)
    several = len(scaled) > 1
    return BenchmarkResult(
        name=name if unit_text == "ns/op" else f"{name} {unit_text}",
        group=package or None,
        value=median(scaled),
        statistic="median" if several else "value",
        unit=unit.base,
        unit_text=unit_text,
        direction=unit.direction,
        mean=mean(scaled),
        minimum=min(scaled) if several else None,
        maximum=max(scaled) if several else None,
        stddev=stdev(scaled) if several else None,
        rounds=len(scaled),
        fingerprint=machine,
        samples=scaled if several else (),
    )


READER = GoBench()
