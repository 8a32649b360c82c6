"""The three shapes of a k6 summary, as one list of metrics.

``handleSummary`` data (values under ``values``, thresholds as ``{expr: {"ok": bool}}``), the older
``--summary-export`` (values beside the thresholds, where ``true`` means CROSSED, grafana/k6#1498), and the summary
of k6 2 (a list of metrics under ``results``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dashboard.parsing import shapes

_TIMED = re.compile(r"(?:http_req|grpc_req|ws|browser|iteration|group)_\w+")
_NOT_TIMED = frozenset({"ws_sessions", "ws_msgs_sent", "ws_msgs_received", "http_reqs"})
TREND, RATE, COUNTER, GAUGE = "trend", "rate", "counter", "gauge"


@dataclass(frozen=True, slots=True)
class K6Metric:
    """One metric of a summary."""

    name: str
    """With its tags in braces, as k6 writes it."""
    type: str
    contains: str
    """``time`` (milliseconds), ``data`` (bytes) or ``default``; "" when the shape does not say."""
    values: dict[str, float]
    thresholds: dict[str, bool]
    """Expression -> whether it held."""


def metrics_of(report: dict[str, Any]) -> Iterator[K6Metric]:
    """Give the metrics of a summary in any of the three shapes."""
    if "results" in report:
        results = shapes.mapping(report["results"], "results")
        for item in shapes.items(results.get("metrics"), "results.metrics"):
            entry = shapes.mapping(item, "results.metrics[]")
            yield _metric(shapes.text(entry.get("name"), "results.metrics[].name"), entry)
        return
    for name, entry in shapes.mapping(report.get("metrics"), "metrics").items():
        yield _metric(name, shapes.mapping(entry, f"metrics[{name[:100]!r}]"))


def _metric(name: str, entry: dict[str, Any]) -> K6Metric:
    where = f"metrics[{name[:100]!r}]"
    exported = "values" not in entry
    held = shapes.mapping(entry if exported else entry["values"], f"{where}.values")
    values = {
        key: shapes.number(value, f"{where}.{key}")
        for key, value in held.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    thresholds = {
        expression: _held(outcome, f"{where}.thresholds", exported=exported)
        for expression, outcome in shapes.mapping(entry.get("thresholds") or {}, f"{where}.thresholds").items()
    }
    if exported:
        base = name.partition("{")[0]
        timed = bool(_TIMED.fullmatch(base)) and base not in _NOT_TIMED
        kind = _guessed(values)
        contains = ("time" if timed else "") if kind == TREND else ""
        return K6Metric(name, kind, contains, values, thresholds)
    kind = shapes.text(entry.get("type"), f"{where}.type")
    return K6Metric(name, kind, str(entry.get("contains") or ""), values, thresholds)


def _held(outcome: Any, where: str, *, exported: bool) -> bool:
    if exported:
        return not shapes.truth(outcome, where)
    return shapes.truth(shapes.mapping(outcome, where).get("ok"), f"{where}.ok")


def _guessed(values: dict[str, float]) -> str:
    if {"avg", "med"} & values.keys():
        return TREND
    if "passes" in values or "fails" in values:
        return RATE
    return COUNTER if "count" in values else GAUGE
