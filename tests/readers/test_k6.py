import pytest

from dashboard.readers.k6 import READER

TREND = {"avg": 21.0, "min": 1.0, "med": 20.0, "max": 90.0, "p(95)": 30.0}
HANDLED = {
    "metrics": {
        "http_req_duration": {
            "type": "trend",
            "contains": "time",
            "values": TREND,
            "thresholds": {"p(95)<25": {"ok": False}},
        },
        "http_req_failed": {"type": "rate", "contains": "default", "values": {"rate": 0.02, "passes": 2, "fails": 98}},
        "vus": {"type": "gauge", "contains": "default", "values": {"value": 5}},
    }
}
EXPORTED = {
    "root_group": {"groups": {}},
    "metrics": {
        "http_req_duration": {**TREND, "thresholds": {"p(95)<25": True}},
        "http_req_failed": {"value": 0.02, "passes": 2, "fails": 98},
        "vus": {"value": 5, "min": 1, "max": 5},
    },
}
SECOND = {
    "version": "1.0.0",
    "results": {
        "metrics": [
            {
                "name": "http_req_duration",
                "type": "trend",
                "contains": "time",
                "values": {"avg": 21.0, "min": 1.0, "med": 20.0, "max": 90.0, "p95": 30.0},
            },
            {
                "name": "http_req_failed",
                "type": "rate",
                "contains": "default",
                "values": {"rate": 0.02, "matches": 2, "total": 100},
            },
            {"name": "vus", "type": "gauge", "contains": "default", "values": {"value": 5}},
        ]
    },
}


@pytest.mark.parametrize("summary", [HANDLED, EXPORTED, SECOND])
def test_the_three_shapes_say_the_same(reading, summary):
    records, ledger = reading(READER, summary)
    assert [(r.name, r.statistic, r.value, r.unit, r.direction) for r in records] == [
        ("http_req_duration", "median", 0.02, "s", "smaller"),
        ("http_req_duration p(95)", "p(95)", 0.03, "s", "smaller"),
        ("http_req_failed", "rate", 0.02, "ratio", "smaller"),
    ]
    assert records[0][7:10] == pytest.approx((0.021, 0.001, 0.09))
    assert "not-compared" in ledger.notes


@pytest.mark.parametrize("summary", [HANDLED, EXPORTED])
def test_true_means_crossed_in_the_old_export_only(reading, summary):
    _, ledger = reading(READER, summary)
    assert ledger.facts["thresholds"] == {"http_req_duration": {"p(95)<25": False}}
    assert ledger.notes["threshold-crossed"].count == 1


@pytest.mark.parametrize(
    ("name", "metric", "unit", "direction"),
    [
        ("http_reqs", {"type": "counter", "values": {"count": 9, "rate": 3}}, "http_reqs/s", "larger"),
        ("my_errors", {"type": "counter", "values": {"count": 9, "rate": 3}}, "my_errors/s", None),
        ("data_sent", {"type": "counter", "contains": "data", "values": {"rate": 3}}, "B/s", None),
        ("checks", {"type": "rate", "values": {"rate": 3}}, "ratio", "larger"),
        ("http_req_failed{name:a}", {"type": "rate", "values": {"rate": 3}}, "ratio", "smaller"),
        ("my_trend", {"type": "trend", "contains": "default", "values": {"avg": 3}}, "", None),
        ("my_trend", {"avg": 3, "med": 3, "min": 3, "max": 3}, "", None),
    ],
)
def test_which_way_is_better(reading, name, metric, unit, direction):
    (record,), _ = reading(READER, {"metrics": {name: metric}})
    assert (record.name, record.value, record.unit, record.direction) == (name, 3.0, unit, direction)


def test_nothing_measured_is_noted(reading):
    records, ledger = reading(READER, {"metrics": {"a": {"type": "rate", "values": {}}}})
    assert (records, set(ledger.notes)) == ([], {"not-compared", "no-benchmarks"})


@pytest.mark.parametrize(
    "body",
    [
        {"metrics": None},
        {"metrics": {"a": {"type": None, "values": {}}}},
        {"metrics": {"a": {"type": "trend", "values": {}, "thresholds": {"x": {"ok": None}}}}},
        {"metrics": {"a": {"avg": 1, "thresholds": {"x": "no"}}}},
        {"results": {"metrics": [{"type": "trend", "values": {}}]}},
    ],
)
def test_refuses(refusal, body):
    assert refusal(READER, body) == "json-shape"
