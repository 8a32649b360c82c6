"""Metric samples as JSON lines: ``{"timestamp": ..., "metric": ..., "value": ..., "unit"?, "count"?, labels...}``.

Labels are the other keys, or an object under ``labels``. Times are ISO 8601 with an offset, or Unix time in seconds
or milliseconds. ``null`` is a sample without a value. The order of the lines does not matter.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind, MetricSample, Record
from dashboard.parsing import json, shapes
from dashboard.readers._json_head import json_head
from dashboard.readers._samples import Samples, canonical, read_time, read_value
from dashboard.readers._text_body import lines

_OWN = frozenset({"timestamp", "metric", "value", "unit", "count", "n", "labels"})


class SamplesJsonl:
    """Reads metric samples in JSON lines."""

    format = "samples-jsonl"
    kind = Kind.METRICS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the three keys of the first line."""
        return json_head(head).has_all("timestamp", "metric", "value")

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a line; blank lines are passed over."""
        samples = Samples(ledger)
        for number, line in enumerate(lines(body), 1):
            if not line.strip():
                continue
            where = f"Line {number:,}"
            yield _sample(shapes.mapping(_value(line, where), where), where, samples)
        samples.finish()


def _value(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except MalformedArtefactError as error:
        raise MalformedArtefactError(f"{where}: {error}", slug=error.slug, hint=error.hint) from None


def _sample(entry: dict[str, Any], where: str, samples: Samples) -> MetricSample:
    metric = shapes.text(entry.get("metric"), f"{where}: metric").strip()
    if not metric:
        raise MalformedArtefactError(f"{where} names no metric.", slug="sample-metric")
    time = entry.get("timestamp")
    at = time if isinstance(time, str) else shapes.number(time, f"{where}: timestamp")
    value = entry.get("value")
    labels = {key: found for key, found in entry.items() if key not in _OWN}
    if entry.get("labels") is not None:
        labels |= shapes.mapping(entry["labels"], f"{where}: labels")
    return samples.add(
        metric=metric,
        labels=canonical((key, _label(found, f"{where}: {key}")) for key, found in labels.items() if found is not None),
        at=read_time(at, where),
        value=read_value(value, where) if isinstance(value, str) else shapes.maybe_number(value, f"{where}: value"),
        unit_text=shapes.maybe_text(entry.get("unit"), f"{where}: unit") or "",
        count=shapes.maybe_count(entry.get("count", entry.get("n")), f"{where}: count"),
    )


def _label(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else shapes.text(value, where)


READER = SamplesJsonl()
