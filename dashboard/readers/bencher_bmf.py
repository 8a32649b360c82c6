"""Bencher Metric Format: ``{benchmark: {measure: {"value", "lower_value"?, "upper_value"?}}}``.

The measure is the group. Bencher's own measures have a unit (``latency`` is nanoseconds, ``throughput`` operations a
second); any other has none in the file, and so no direction.
Format: https://bencher.dev/docs/reference/bencher-metric-format/
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import shapes
from dashboard.parsing.units import unit_of
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_UNITS = {"latency": "ns", "throughput": "op/s", "file-size": "B", "build-time": "s"}


class BencherBmf:
    """Reads Bencher Metric Format."""

    format = "bencher-bmf"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise a measure with a numeric value two levels down, and nothing beside it but its bounds."""
        seen = json_head(head)
        if seen.root != "{" or not seen.keys:
            return False
        first = seen.keys[0]
        measures = [seen.under(first, measure) for measure in seen.under(first)]
        return bool(measures) and all(
            "value" in keys and keys <= {"value", "lower_value", "upper_value"} for keys in measures
        )

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a benchmark and measure."""
        for name, value in shapes.mapping(document(body, ledger), "The document").items():
            measures = shapes.mapping(value, f"[{name[:200]!r}]")
            for measure, figures in measures.items():
                where = f"[{name[:200]!r}][{measure[:100]!r}]"
                ledger.seen += 1
                record = _measure(name, measure, shapes.mapping(figures, where), where, ledger)
                ledger.kept += 1
                yield record


def _measure(name: str, measure: str, figures: dict[str, Any], where: str, ledger: Ledger) -> BenchmarkResult:
    unit_text = _UNITS.get(measure, "")
    unit = unit_of(unit_text)
    value = shapes.number(figures.get("value"), f"{where}.value")
    lower, upper = (shapes.maybe_number(figures.get(f"{side}_value"), where) for side in ("lower", "upper"))
    if (lower is not None and lower > value) or (upper is not None and upper < value):
        ledger.note("bounds-contradict", "A value lies outside its own bounds, which some adapters give as a width.")
    if unit.direction is None:
        ledger.note("no-direction", "The measure does not say which direction is better; the policy can.")
    return BenchmarkResult(
        name=name,
        group=measure,
        value=value * unit.factor,
        statistic="value",
        unit=unit.base or measure,
        unit_text=unit_text or measure,
        direction=unit.direction,
        mean=None,
        minimum=None,
        maximum=None,
        stddev=None,
        rounds=None,
        fingerprint="",
    )


READER = BencherBmf()
