import pytest

from dashboard.readers.locust import READER

HEADER = (
    "Type,Name,Request Count,Failure Count,Median Response Time,"
    "Average Response Time,Min Response Time,Max Response Time\n"
)


def entry(**more):
    return {
        "name": "/", "method": "GET", "num_requests": 4, "num_none_requests": 0, "num_failures": 1,
        "total_response_time": 10.0, "min_response_time": 1.0, "max_response_time": 5.0,
        "last_request_timestamp": 1795508100.0,
    } | more  # fmt: skip


def test_json(reading):
    (record,), ledger = reading(READER, [entry(), entry(name="/none", num_requests=0, num_failures=0)])
    assert (record.name, record.statistic, record.rounds) == ("GET /", "mean", 4)
    assert (record.value, record.minimum, record.maximum) == pytest.approx((0.0025, 0.001, 0.005))
    assert ledger.facts == {"requests": 4, "failures": 1}
    assert set(ledger.notes) == {"failed-requests", "no-requests"}
    assert ledger.collected_at == "2026-11-24T08:15:00+00:00"


def test_csv(reading):
    body = HEADER + 'GET,"/a, ""b""",4,1,2,2.5,1,5\nGET,/none,0,0,N/A,0,0,0\n,Aggregated,4,1,2,2.5,1,5\n'
    (record,), ledger = reading(READER, body)
    assert (record.name, record.rounds) == ('GET /a, "b"', 4)
    assert record.value == pytest.approx(0.0025)
    assert (ledger.folded, ledger.dropped) == (1, 1)


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ([entry(total_response_time=None)], "json-shape"),
        ([entry(num_requests=-1)], "json-shape"),
        (HEADER + "GET,/,4\n", "csv-columns"),
        (HEADER + 'GET,"/"x,4,1,2,2.5,1,5\n', "csv-malformed"),
        (HEADER + "GET,/,4,1,2,fast,1,5\n", "sample-value"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
