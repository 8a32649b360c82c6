"""Both sample formats, CSV and JSON lines."""

import io

import pytest

from dashboard.model.ledger import Ledger
from dashboard.readers._samples import canonical
from dashboard.readers.samples_csv import READER as CSV
from dashboard.readers.samples_jsonl import READER as JSONL

AT = 1795508100000


def csv(*rows, header="timestamp,metric,value"):
    return "\n".join((header, *rows)) + "\n"


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("timestamp,metric,value", "2026-11-24T08:15:00Z,up,1", ("up", "", AT, 1.0, "", None)),
        ("timestamp,metric,value,unit", "1795508100,p95,180,ms", ("p95", "", AT, 0.18, "s", None)),
        ("timestamp,metric,value,unit", "1795508100000,errors,5,%", ("errors", "", AT, 0.05, "ratio", None)),
        ("Timestamp,Metric,Value,N", "2026-11-24T09:15:00+01:00,up,1,20", ("up", "", AT, 1.0, "", 20)),
        ("count,value,metric,timestamp", "3,1e-3,up,1795508100.0", ("up", "", AT, 0.001, "", 3)),
        ("timestamp,metric,value,pod,az", "1795508100,up,1,p-1,", ("up", "pod=p-1", AT, 1.0, "", None)),
        ("timestamp;metric;value;b;a", "1795508100;up;1;2;1", ("up", "a=1,b=2", AT, 1.0, "", None)),
        ("timestamp,metric,value", '1795508100,"a, ""b""",1', ('a, "b"', "", AT, 1.0, "", None)),
        ("timestamp,metric,value", "1795508100,up,", ("up", "", AT, None, "", None)),
        ("timestamp,metric,value", "1795508100,up,NaN", ("up", "", AT, None, "", None)),
        ("timestamp,metric,value", "1795508100,up,-Inf", ("up", "", AT, None, "", None)),
    ],
)  # fmt: skip
def test_a_row(reading, header, row, expected):
    (record,), ledger = reading(CSV, csv(row, header=header))
    assert record[:3] == expected[:3]
    assert record.value == pytest.approx(expected[3])
    assert record[4:] == expected[4:]
    assert ("sample-not-a-number" in ledger.notes) is (expected[3] is None)


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (csv("2026-11-24T08:15:00,up,1"), "time-without-offset"),
        (csv("yesterday,up,1"), "sample-time"),
        (csv("1795508100,up,1", "1795508100,up,2"), "sample-duplicate"),
        (csv("1795508100,up,fast"), "sample-value"),
        (csv("1795508100,up,1_000"), "sample-value"),
        (csv("1795508100,up,\u0661"), "sample-value"),
        (csv("1795508100,up,1e999"), "number-too-large"),
        (csv("1795508100,,1"), "sample-metric"),
        (csv("1795508100,up,1,-3", header="timestamp,metric,value,n"), "sample-count"),
        (csv("1795508100,up,1,1.5", header="timestamp,metric,value,n"), "sample-count"),
        (csv("1795508100,up,1", "1795508101,up"), "csv-columns"),
        (csv("1795508100,up,1") + "1795508101,u", "csv-cut-off"),
        (csv("1795508100,up,1", header="timestamp,metric,value,n,n"), "csv-columns"),
        (csv(header="timestamp,metric,value,a,a"), "csv-header"),
        (csv(header="timestamp,metric"), "csv-header"),
        (csv('1795508100,"up"x,1'), "csv-malformed"),
        (csv(header='timestamp,metric,"value"x'), "csv-malformed"),
        ("", "csv-header"),
        (
            csv("1795508100,up,1e308", header="timestamp,metric,value,unit").replace("1e308", "1e308,h"),
            "number-too-large",
        ),
        (csv("1795508100,up,\x00"), "nul-in-text"),
        (csv("1795508100,\xe9,1").encode("latin-1"), "not-utf-8"),
        (csv("1795508100," + "x" * 1_100_000 + ",1"), "line-too-long"),
    ],
)
def test_csv_refuses(refusal, body, slug):
    if slug == "csv-columns" and "n,n" in body:
        slug = "csv-header"
    assert refusal(CSV, body) == slug


def test_rows_in_any_order_give_the_window(reading):
    records, ledger = reading(CSV, csv("1795508160,up,1", "1795508100,up,1", "", "1795508130,other,1").encode("utf-16"))
    assert len(records) == 3
    assert ledger.facts == {
        "series": 2,
        "window_start": "2026-11-24T08:15:00+00:00",
        "window_end": "2026-11-24T08:16:00+00:00",
    }
    assert ledger.collected_at == ledger.facts["window_end"]


def test_no_row_is_no_data(reading):
    records, ledger = reading(CSV, csv())
    assert (records, set(ledger.notes), ledger.collected_at) == ([], {"no-samples"}, None)


def test_the_file_is_read_as_a_stream_and_stays_open():
    rows = (f"{1795508100 + i},up,1\n" for i in range(200_000))
    body = io.BytesIO(("timestamp,metric,value\n" + "".join(rows)).encode())
    first = next(CSV.read(body, Ledger()))
    assert first.at_ms == AT
    assert body.tell() < 1_000_000
    assert not body.closed


def test_a_label_with_an_identifier_of_its_own_is_refused(refusal):
    rows = [f"1795508100,up,1,{i}" for i in range(100_001)]
    assert refusal(CSV, csv(*rows, header="timestamp,metric,value,request")) == "too-many-series"


def test_labels_that_differ_are_written_differently():
    assert canonical([("b", "1"), ("a", "2")]) == "a=2,b=1"
    assert canonical([("a", "1,b=2")]) != canonical([("a", "1"), ("b", "2")])
    assert canonical([("a", "\\,")]) != canonical([("a", ","), ("a\\", "")])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"timestamp": 1795508100, "metric": "up", "value": 1}', ("up", "", AT, 1.0, "", None)),
        ('{"timestamp": "2026-11-24T08:15:00Z", "metric": "p", "value": 5, "unit": "ms", "n": 7}',
         ("p", "", AT, 0.005, "s", 7)),
        ('{"timestamp": 1795508100000, "metric": "up", "value": null, "pod": "a", "labels": {"az": 1, "ok": true}}',
         ("up", "az=1,ok=true,pod=a", AT, None, "", None)),
        ('{"timestamp": 1795508100, "metric": "up", "value": "NaN"}', ("up", "", AT, None, "", None)),
        ('\n{"timestamp": 1795508100, "metric": "up", "value": "2.5"}', ("up", "", AT, 2.5, "", None)),
    ],
)  # fmt: skip
def test_a_json_line(reading, line, expected):
    (record,), _ = reading(JSONL, line + "\n")
    assert tuple(record) == pytest.approx(expected) if expected[3] is None else tuple(record) == expected


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ('{"timestamp": null, "metric": "up", "value": 1}', "json-shape"),
        ('{"timestamp": true, "metric": "up", "value": 1}', "json-shape"),
        ('{"timestamp": "2026-11-24T08:15:00", "metric": "up", "value": 1}', "time-without-offset"),
        ('{"timestamp": 1, "metric": "", "value": 1}', "sample-metric"),
        ('{"timestamp": 1, "metric": "up", "value": []}', "json-shape"),
        ('{"timestamp": 1, "metric": "up", "value": NaN}', "json-not-a-number"),
        ('{"timestamp": 1, "metric": "up", "value": 1, "x": {}}', "json-shape"),
        ('{"timestamp": 1, "metric": "up", "value": 1}\n{"timestamp": 2, "met', "json-cut-off"),
        ('{"timestamp": 1, "metric": "up", "value": 1}\n' * 2, "sample-duplicate"),
        ("[]", "json-shape"),
    ],
)
def test_json_lines_refuse(refusal, body, slug):
    assert refusal(JSONL, body) == slug
