"""The custom JSON of github-action-benchmark: a list of ``{"name", "unit", "value", "range"?, "extra"?}``.

Whether smaller or bigger is better stands in the workflow file, not here; it is taken from the unit where the
unit settles it. Format: https://github.com/benchmark-action/github-action-benchmark#readme
"""

from collections.abc import Iterator
from typing import BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import shapes
from dashboard.parsing.units import unit_of
from dashboard.readers._benchmark_names import SeriesNames
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head


class CustomBenchmarks:
    """Reads custom benchmark lists."""

    format = "custom-benchmarks"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise a list of objects with a name, a unit and a value."""
        seen = json_head(head)
        return seen.root == "[" and seen.has("[]", "name") and seen.has("[]", "unit") and seen.has("[]", "value")

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record an entry."""
        names = SeriesNames(ledger)
        for index, item in enumerate(shapes.items(document(body, ledger), "The document")):
            ledger.seen += 1
            where = f"[{index}]"
            entry = shapes.mapping(item, where)
            unit_text = shapes.text(entry.get("unit"), f"{where}.unit")
            unit = unit_of(unit_text)
            if unit.direction is None:
                ledger.note("no-direction", "The unit does not say which direction is better; the policy can.")
            if entry.get("range") is not None:
                ledger.note("range-not-read", "`range` is free text without a stated meaning and is not read.")
            ledger.kept += 1
            yield BenchmarkResult(
                name=names.unique(shapes.text(entry.get("name"), f"{where}.name")),
                group=None,
                value=shapes.number(entry.get("value"), f"{where}.value") * unit.factor,
                statistic="value",
                unit=unit.base,
                unit_text=unit_text,
                direction=unit.direction,
                mean=None,
                minimum=None,
                maximum=None,
                stddev=None,
                rounds=None,
                fingerprint="",
            )
        if not ledger.seen:
            ledger.note("no-benchmarks", "The list is empty: nothing was measured.")


READER = CustomBenchmarks()
