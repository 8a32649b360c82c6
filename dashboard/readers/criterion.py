"""Criterion.rs: the ``estimates.json`` of one benchmark, or the message stream of ``cargo criterion``.

``estimates.json`` names neither its unit (nanoseconds) nor its benchmark: that is the folder it lies in. Such a
result is listed without a direction, so that it is compared with nothing. The message stream (``cargo criterion
--message-format=json``) names both. ``base/`` is a copy of ``new/``: take one of them.
Formats: https://bheisler.github.io/criterion.rs/book/cargo_criterion/external_tools.html
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import json, shapes
from dashboard.parsing.units import SMALLER, unit_of
from dashboard.readers._benchmark_names import SeriesNames
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head
from dashboard.readers._text_body import lines

_MAX_MESSAGE = 16 * 1024 * 1024
UNNAMED = "criterion benchmark (its name is not in the file)"


class Criterion:
    """Reads estimates and messages of Criterion.rs."""

    format = "criterion"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise estimates with a point, or a message about a benchmark."""
        seen = json_head(head)
        estimate = any(seen.has(key, "point_estimate") for key in ("mean", "median"))
        return estimate or seen.scalar("reason") in ("benchmark-complete", "group-complete")

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a benchmark."""
        ledger.producer = "Criterion.rs"
        if b'"point_estimate"' in body.read(4096):
            body.seek(0)
            ledger.seen = ledger.kept = 1
            ledger.note("name-not-in-file", "The benchmark's name is that of its folder and not in the file.")
            yield _estimates(shapes.mapping(document(body, ledger), "The document"))
            return
        body.seek(0)
        names = SeriesNames(ledger)
        for number, line in enumerate(lines(body, max_line=_MAX_MESSAGE), 1):
            if not line.strip():
                continue
            message = shapes.mapping(_value(line, number), f"Line {number}")
            if message.get("reason") == "benchmark-complete":
                ledger.seen += 1
                ledger.kept += 1
                yield _message(message, f"Line {number}", names)


def _value(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except MalformedArtefactError as error:
        raise MalformedArtefactError(f"Line {number:,}: {error}", slug=error.slug, hint=error.hint) from None


def _estimates(report: dict[str, Any]) -> BenchmarkResult:
    def point(name: str) -> float | None:
        found = report.get(name)
        estimate = {} if found is None else shapes.mapping(found, name)
        value = shapes.maybe_number(estimate.get("point_estimate"), f"{name}.point_estimate")
        return None if value is None else value * 1e-9

    typical, mean = point("median"), point("mean")
    value = mean if typical is None else typical
    return BenchmarkResult(
        name=UNNAMED,
        group=None,
        value=shapes.number(value, "median.point_estimate"),
        statistic="mean" if typical is None else "median",
        unit="s",
        unit_text="ns",
        direction=None,
        mean=mean,
        minimum=None,
        maximum=None,
        stddev=point("std_dev"),
        rounds=None,
        fingerprint="",
    )


def _message(message: dict[str, Any], where: str, names: SeriesNames) -> BenchmarkResult:
    median = shapes.mapping(message.get("median"), f"{where}.median")
    mean = shapes.mapping(message.get("mean") or {}, f"{where}.mean")
    text = shapes.text(median.get("unit"), f"{where}.median.unit")
    unit = unit_of(text)
    average = shapes.maybe_number(mean.get("estimate"), f"{where}.mean.estimate")
    return BenchmarkResult(
        name=names.unique(shapes.text(message.get("id"), f"{where}.id")),
        group=None,
        value=shapes.number(median.get("estimate"), f"{where}.median.estimate") * unit.factor,
        statistic="median",
        unit=unit.base,
        unit_text=text,
        direction=SMALLER if unit.base == "s" else unit.direction,
        mean=None if average is None else average * unit.factor,
        minimum=None,
        maximum=None,
        stddev=None,
        rounds=None,
        fingerprint="",
    )


READER = Criterion()
