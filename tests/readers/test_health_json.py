import json

import pytest

from dashboard.readers.actuator import READER as ACTUATOR
from dashboard.readers.health_json import READER


def statuses(records):
    return {record.name: record.status for record in records}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"status": "pass", "checks": {"a:b": [{"status": "pass"}], "c": [{"status": "warn"}, {"status": "fail"}]}},
         {"a:b": "pass", "c[0]": "warn", "c[1]": "fail"}),
        ({"status": "UP", "checks": {"db": {"status": "UP"}, "mq": {"status": "OUT_OF_SERVICE"}}},
         {"db": "pass", "mq": "fail"}),
        ({"status": "ok", "checks": [{"name": "db", "status": "ok"}, {"status": "degraded"}]},
         {"db": "pass", "checks[1]": "warn"}),
        ({"status": "failure", "results": [{"checker": "db", "passed": False}, {"checker": "mq", "passed": True}]},
         {"db": "fail", "mq": "pass"}),
        ({"status": "fail", "details": {"db": {"status": "fail"}}}, {"db": "fail"}),
        ({"status": "UP", "checks": {"db": "UP", "mq": True, "fs": False, "x": None}},
         {"db": "pass", "mq": "pass", "fs": "fail", "x": "warn"}),
        ({"status": "Unhealthy", "entries": {"db": {"status": "Healthy"}, "mq": {"status": "Unhealthy"}}},
         {"db": "pass", "mq": "fail"}),
        ({"status": "error", "info": {}, "error": {}, "details": {"db": {"status": "up"}, "mq": {"status": "down"}}},
         {"db": "pass", "mq": "fail"}),
        ({"finishedAt": 1795508100, "checkResults": [{"name": "db", "status": "ok", "notificationMessage": ""}]},
         {"db": "pass"}),
        ({"db": {"healthy": True}, "deadlocks": {"healthy": False}}, {"db": "pass", "deadlocks": "fail"}),
        ({"status": "pass", "checks": {"a": {}, "b": {"status": "sideways"}}}, {"a": "warn", "b": "warn"}),
    ],
)  # fmt: skip
def test_dialects(reading, body, expected):
    assert READER.sniff(json.dumps(body).encode())
    assert statuses(reading(READER, body)[0]) == expected


@pytest.mark.parametrize(
    ("body", "status"),
    [({"status": "UP"}, "UP"), ({"health": "GOOD"}, "GOOD"), ({"status": "pass", "checks": {}}, "pass")],
)
def test_a_verdict_without_checks_counts_no_check(reading, body, status):
    records, ledger = reading(READER, body)
    assert records == []
    assert ledger.facts["status"] == status
    assert "no-itemised-checks" in ledger.notes


def test_what_a_check_observed(reading):
    check = {
        "status": "pass", "observedValue": 250, "observedUnit": "ms", "time": "2026-11-24T08:15:00Z", "output": "",
    }  # fmt: skip
    (record,), _ = reading(READER, {"status": "pass", "checks": {"a": check}})
    assert record == ("a", "pass", "250", "ms", "2026-11-24T08:15:00Z", None)
    naive = check | {"time": "2026-11-24T08:15:00", "observedValue": {"checks": {"b": 1}}}
    (record,), _ = reading(READER, {"status": "pass", "checks": {"a": naive}})
    assert record.time is None
    assert record.observed == '{"checks": {"b": 1}}'


def test_a_failing_check_contradicts_a_passing_verdict(reading):
    _, ledger = reading(READER, {"status": "pass", "checks": {"a": {"status": "fail"}}})
    assert "overall-contradicts" in ledger.notes


def test_actuator_lists_containers_and_their_parts(reading):
    body = {
        "components": {
            "broker": {"status": "UP", "components": {"us1": {"status": "UNKNOWN"}}},
            "db": {"status": "DOWN", "details": {"error": "refused"}},
            "odd": {"components": {}},
        },
        "status": "DOWN",
    }
    records, ledger = reading(ACTUATOR, body)
    assert statuses(records) == {"broker": "pass", "broker.us1": "warn", "db": "fail", "odd": "warn"}
    assert ledger.facts["status"] == "DOWN"


@pytest.mark.parametrize(
    ("reader", "body"), [(READER, []), (ACTUATOR, {"components": {"a": None}}), (ACTUATOR, {"components": 1})]
)
def test_refuses(refusal, reader, body):
    assert refusal(reader, body) == "json-shape"
