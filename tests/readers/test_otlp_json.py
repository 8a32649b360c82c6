import json

import pytest

from dashboard.readers import _otlp_signals
from dashboard.readers.otlp_json import READER

TRACE = "5b8efff798038103d269b633813fc60c"
SERVICE = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
START = 1795508100_000_000_000


def span(own, parent=None, **more):
    times = {"startTimeUnixNano": str(START), "endTimeUnixNano": START + 1_000_000}
    return {"traceId": TRACE, "spanId": own * 16, **({"parentSpanId": parent * 16} if parent else {}), **times, **more}


def spans(*found, resource=SERVICE):
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(found)}]}]}


def metrics(*found):
    return {"resourceMetrics": [{"resource": SERVICE, "scopeMetrics": [{"metrics": list(found)}]}]}


def logs(*found):
    return {"resourceLogs": [{"resource": SERVICE, "scopeLogs": [{"logRecords": list(found)}]}]}


def facts(reading, body, *names):
    records, ledger = reading(READER, body)
    assert records == []
    return tuple(ledger.facts[name] for name in names)


def test_spans(reading):
    found = spans(
        span("a"),
        span("b", "A", traceId=TRACE.upper(), status={"code": 2}),
        span("c", "f"),
        span("d", "f", flags=0x300),
        span("e", "a", endTimeUnixNano="1", status={"code": "STATUS_CODE_ERROR"}),
    )
    names = ("spans", "traces", "root_spans", "error_spans", "orphan_spans", "ended_before_start", "services")
    assert facts(reading, found, *names) == (5, 1, 1, 2, 1, 1, ["shop"])
    _, ledger = reading(READER, found)
    assert set(ledger.notes) == {"orphan-spans", "ended-before-start"}
    assert ledger.collected_at == "2026-11-24T08:15:00.001000+00:00"


def test_metrics_count_by_name_only_with_a_point(reading):
    point = {"timeUnixNano": str(START), "asInt": "5"}
    found = metrics(
        {"name": "a", "sum": {"dataPoints": [point, point]}},
        {"name": "a", "gauge": {"dataPoints": [{"asDouble": None}]}},
        {"name": "b", "histogram": {"dataPoints": []}},
        {"name": "c", "exponentialHistogram": {"dataPoints": [point]}},
    )
    assert facts(reading, found, "metrics", "data_points", "metric_names") == (4, 4, 2)
    assert facts(reading, found, "metrics_named") == (["a", "c"],)


def test_logs_and_their_traces_over_several_lines(reading):
    records = logs({"traceId": TRACE}, {"traceId": "f" * 32}, {"traceId": ""}, {"observedTimeUnixNano": str(START)})
    body = "\n".join(json.dumps(d) for d in (spans(span("a")), records)) + "\n"
    names = ("documents", "spans", "log_records", "log_records_with_trace", "log_records_with_known_trace")
    assert facts(reading, body, *names) == (2, 1, 4, 2, 1)


def test_old_names_pretty_printing_and_empty_exports(reading):
    old = {"resourceSpans": [{"instrumentationLibrarySpans": [{"spans": [span("a")]}]}]}
    assert facts(reading, json.dumps(old, indent=2), "spans", "resources_without_service") == (1, 1)
    assert facts(
        reading, logs({"timeUnixNano": "9" * 20}, {"timeUnixNano": "18446744073709551615"}), "log_records"
    ) == (2,)
    _, ledger = reading(READER, {"resourceLogs": []})
    assert set(ledger.notes) == {"no-telemetry"}


def test_what_is_too_much_to_follow_is_unknown_and_still_counted(reading, monkeypatch):
    monkeypatch.setattr(_otlp_signals, "_MAX_SPANS", 1)
    found = spans(span("a"), span("b", "f"), resource={"attributes": [{"key": "host.name", "value": {}}]})
    assert facts(reading, found, "spans", "traces", "orphan_spans") == (2, None, None)
    assert "no-service-name" in reading(READER, found)[1].notes


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"resourceSpans": None, "x": 1} | {"resourceSpans": 1}, "json-shape"),
        (spans({"traceId": 5}), "json-shape"),
        (spans(span("a", startTimeUnixNano="soon")), "json-shape"),
        (spans(span("a", startTimeUnixNano=-1)), "json-shape"),
        (metrics({"sum": {"dataPoints": [{}]}}), "json-shape"),
        (json.dumps(logs()) + '\n{"x": 1}', "otlp-no-signal"),
        (json.dumps(logs()) + '\n{"resourceLogs": [', "json-cut-off"),
        ('{"resourceLogs": [', "json-cut-off"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
