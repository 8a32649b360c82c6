import pytest

from dashboard.readers.prometheus_api import READER


def answer(kind, result, **more):
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


def test_matrix(reading):
    series = {
        "metric": {"__name__": "up", "job": "b", "az": 'x,"='},
        "values": [[1795508100, "1"], [1795508105.5, "NaN"]],
    }
    unnamed = {"metric": {}, "values": [[1795508100, "+Inf"]]}
    records, ledger = reading(READER, answer("matrix", [series, unnamed], warnings=["partial"]))
    assert [tuple(r) for r in records] == [
        ("up", 'az=x\\,"\\=,job=b', 1795508100000, 1.0, "", None),
        ("up", 'az=x\\,"\\=,job=b', 1795508105500, None, "", None),
        ("(expression)", "", 1795508100000, None, "", None),
    ]
    assert set(ledger.notes) == {"sample-not-a-number", "prometheus-warnings"}
    assert ledger.facts["window_end"] == "2026-11-24T08:15:05.500000+00:00"


@pytest.mark.parametrize(
    "body",
    [
        answer("vector", [{"metric": {"__name__": "x"}, "value": [1795508100.25, "2e-3"]}]),
        answer("scalar", [1795508100.25, "0.002"]),
    ],
)
def test_one_moment(reading, body):
    (record,), _ = reading(READER, body)
    assert record[2:4] == (1795508100250, 0.002)


def test_no_series_is_no_data(reading):
    records, ledger = reading(READER, answer("matrix", []))
    assert (records, set(ledger.notes), ledger.collected_at) == ([], {"no-samples"}, None)


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"status": "error", "errorType": "bad_data", "error": "parse error"}, "prometheus-error"),
        ({"status": "success", "data": {"alerts": []}}, "prometheus-not-a-query"),
        ({"status": "success", "data": {"groups": []}}, "prometheus-not-a-query"),
        (answer("string", [1, "x"]), "prometheus-no-samples"),
        (answer("matrix", [{"metric": {}, "histograms": [[1, {}]]}]), "prometheus-no-samples"),
        (answer("matrix", [{"metric": {}, "values": []}]), "prometheus-no-samples"),
        (answer("matrix", [{"metric": {}, "values": [[1795508100, 1]]}]), "json-shape"),
        (answer("matrix", [{"metric": {}, "values": [["now", "1"]]}]), "json-shape"),
        (answer("matrix", [{"metric": {}, "values": [[1e300, "1"]]}]), "sample-time"),
        (answer("matrix", [{"metric": {}, "values": [[1795508100, "fast"]]}]), "sample-value"),
        (answer("matrix", [{"metric": {}, "values": [[1795508100, "1"]] * 2}]), "sample-duplicate"),
        (answer("matrix", None), "json-shape"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
