"""What traces, metrics and logs of OTLP add up to: counts, and the defects an exporter cannot hide.

Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dashboard.parsing import shapes

_REMOTE_KNOWN, _REMOTE = 0x100, 0x200
"""Bits of ``flags`` of a span: the parent is known to be (not) remote, and it is."""
_ERROR = (2, "STATUS_CODE_ERROR")
_POINTS = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")
_NO_ID = frozenset({"", "0" * 16, "0" * 32})
_MAX_SPANS = 1_000_000
_NAMES = {"resourceSpans": "scopeSpans", "resourceMetrics": "scopeMetrics", "resourceLogs": "scopeLogs"}
_OLD_NAMES = {
    "resourceSpans": "instrumentationLibrarySpans",
    "resourceMetrics": "instrumentationLibraryMetrics",
    "resourceLogs": "instrumentationLibraryLogs",
}
SIGNALS = tuple(_NAMES)


@dataclass(slots=True)
class Signals:
    """Counts over all documents of a file."""

    spans: int = 0
    metrics: int = 0
    data_points: int = 0
    log_records: int = 0
    root_spans: int = 0
    error_spans: int = 0
    ended_before_start: int = 0
    log_records_with_trace: int = 0
    services: set[str] = field(default_factory=set)
    metric_names: set[str] = field(default_factory=set)
    resources_without_service: int = 0
    latest_ns: int = 0
    _ids: set[tuple[str, str]] = field(default_factory=set)
    _parents: list[tuple[str, str]] = field(default_factory=list)
    _log_traces: list[str] = field(default_factory=list)

    def take(self, document: dict[str, Any]) -> None:
        """Take one document, which may hold several signals."""
        for signal in SIGNALS:
            for resource in _listed(document, signal, signal):
                self._resource(resource, signal)
                for scope in _scopes(resource, signal):
                    {"resourceSpans": self._spans, "resourceMetrics": self._metrics, "resourceLogs": self._logs}[
                        signal
                    ](scope)

    def facts(self) -> dict[str, Any]:
        """Give everything that was counted; what was too much to follow is ``None``."""
        followed = self.spans <= _MAX_SPANS
        traces = {trace for trace, _ in self._ids}
        return {
            "spans": self.spans,
            "metrics": self.metrics,
            "data_points": self.data_points,
            "log_records": self.log_records,
            "traces": len(traces) if followed else None,
            "root_spans": self.root_spans,
            "error_spans": self.error_spans,
            "orphan_spans": sum(parent not in self._ids for parent in self._parents) if followed else None,
            "ended_before_start": self.ended_before_start,
            "metric_names": len(self.metric_names),
            "metrics_named": sorted(name[:200] for name in self.metric_names)[:1000],
            "services": sorted(self.services)[:200],
            "resources_without_service": self.resources_without_service,
            "log_records_with_trace": self.log_records_with_trace,
            "log_records_with_known_trace": sum(t in traces for t in self._log_traces) if followed else None,
        }

    def _resource(self, resource: dict[str, Any], signal: str) -> None:
        holder = shapes.mapping(resource.get("resource") or {}, f"{signal}.resource")
        for attribute in _listed(holder, "attributes", f"{signal}.resource.attributes"):
            value = attribute.get("value")
            if attribute.get("key") == "service.name" and isinstance(value, dict):
                self.services.add(str(value.get("stringValue") or value.get("string_value") or "")[:200])
                return
        self.resources_without_service += 1

    def _spans(self, scope: dict[str, Any]) -> None:
        for span in _listed(scope, "spans", "spans"):
            self.spans += 1
            trace, own, parent = (_id(span.get(key), key) for key in ("traceId", "spanId", "parentSpanId"))
            start, end = (_nanoseconds(span.get(f"{when}TimeUnixNano"), f"span.{when}") for when in ("start", "end"))
            self.ended_before_start += end < start
            self.latest_ns = max(self.latest_ns, end)
            status = shapes.mapping(span.get("status") or {}, "span.status")
            self.error_spans += status.get("code") in _ERROR
            self.root_spans += parent in _NO_ID
            if self.spans > _MAX_SPANS:
                continue
            self._ids.add((trace, own))
            flags = span.get("flags")
            remote = isinstance(flags, int) and flags & _REMOTE_KNOWN and flags & _REMOTE
            if parent not in _NO_ID and not remote:
                self._parents.append((trace, parent))

    def _metrics(self, scope: dict[str, Any]) -> None:
        for metric in _listed(scope, "metrics", "metrics"):
            self.metrics += 1
            points = [
                point
                for kind in _POINTS
                if metric.get(kind) is not None
                for point in _listed(shapes.mapping(metric[kind], f"metric.{kind}"), "dataPoints", f"metric.{kind}")
            ]
            self.data_points += len(points)
            for point in points:
                self.latest_ns = max(self.latest_ns, _nanoseconds(point.get("timeUnixNano"), "dataPoint.time"))
            if points:
                self.metric_names.add(shapes.text(metric.get("name"), "metric.name"))

    def _logs(self, scope: dict[str, Any]) -> None:
        for record in [*_listed(scope, "logRecords", "logRecords"), *_listed(scope, "logs", "logs")]:
            self.log_records += 1
            at = record.get("timeUnixNano") or record.get("observedTimeUnixNano")
            self.latest_ns = max(self.latest_ns, _nanoseconds(at, "logRecord.time"))
            trace = _id(record.get("traceId"), "logRecord.traceId")
            if trace not in _NO_ID:
                self.log_records_with_trace += 1
                if len(self._log_traces) < _MAX_SPANS:
                    self._log_traces.append(trace)


def _scopes(resource: dict[str, Any], signal: str) -> Iterator[dict[str, Any]]:
    yield from _listed(resource, _NAMES[signal], f"{signal}.{_NAMES[signal]}")
    yield from _listed(resource, _OLD_NAMES[signal], f"{signal}.{_OLD_NAMES[signal]}")


def _listed(holder: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    value = holder.get(key)
    return [] if value is None else [shapes.mapping(item, where) for item in shapes.items(value, where)]


def _id(value: Any, where: str) -> str:
    """Give an id for comparing: hexadecimal in any case; base64 of the protobuf mapping stays as it is."""
    found = shapes.maybe_text(value, where) or ""
    return found.lower() if len(found) in (16, 32) else found


def _nanoseconds(value: Any, where: str) -> int:
    """Read a time that may be a string or a number above 2**53; 0 when it is not said."""
    if isinstance(value, str):
        if not (value.isascii() and value.isdecimal() and len(value) <= 20):
            value = shapes.number(value or None, where)
        return int(value)
    return 0 if value is None else shapes.count(value, where)
