"""Durations as they are written in the wild: read, or not said, but never 0 for want of understanding."""

import io

import pytest

from dashboard.readers._junit_times import NOTES, Comma, Times, comma_meaning
from dashboard.readers.junit_xml import READER


def seconds(text, file="", **options):
    reading = Times(io.BytesIO(file.encode()), **options).read(text)
    assert not reading.why or reading.why in NOTES
    return reading.seconds, reading.why


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0.0), ("0.000", 0.0), ("1", 1.0), ("1.5", 1.5), (" 2 ", 2.0), ("1e-7", 1e-7), (".5", 0.5),
        ("1,234.5", 1234.5), ("14,029.255", 14029.255), ("1,234,567", 1234567.0),
        ("0,160", 0.16), ("0,25", 0.25), ("12,5", 12.5), ("0,03", 0.03),
        ("75.350s", 75.35), ("12 ms", 0.012), ("80.803us", 80.803e-6), ("80.803µs", 80.803e-6), ("3 ns", 3e-9),
        ("1m2.5s", 62.5), ("1h0m0s", 3600.0), ("00:01:02.5", 62.5), ("0:00:00.69", 0.69), ("2:03", 123.0),
    ],
)  # fmt: skip
def test_read(text, expected):
    value, why = seconds(text)
    assert (value, why) == (pytest.approx(expected), "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, ""), ("", ""), ("  ", ""), ("5 parsecs", "time-unreadable"),
        ("NaN", "time-unreadable"), ("nan", "time-unreadable"), ("abc", "time-unreadable"),
        ("1,2,3", "time-unreadable"), ("1.2.3", "time-unreadable"),
        ("9" * 100, "time-unreadable"), ("inf", "time-unreadable"), ("-inf", "time-unreadable"),
        ("-1", "time-negative"), ("-0,5", "time-negative"), ("1e400", "time-implausible"),
        ("99999999", "time-implausible"),
        ("1,234", "time-comma-unclear"),
    ],
)  # fmt: skip
def test_not_said(text, why):
    assert seconds(text) == (None, why)


@pytest.mark.parametrize(
    ("others", "meaning", "value"),
    [
        ("", Comma.UNCLEAR, None),
        ('time="2,500"', Comma.UNCLEAR, None),
        ('time="0,160"', Comma.DECIMAL, 1.234),
        ("time='12,5'", Comma.DECIMAL, 1.234),
        ('time="2,120.532"', Comma.THOUSANDS, 1234.0),
        ('time="0,160" time="2,120.532"', Comma.UNCLEAR, None),
        ('downtime="0,160"', Comma.UNCLEAR, None),
    ],
)
def test_the_file_settles_what_a_comma_means(others, meaning, value):
    file = io.BytesIO(b" " * (1 << 20) + others.encode())
    file.seek(5)
    assert comma_meaning(file) is meaning
    assert file.tell() == 5
    assert Times(file).read("1,234").seconds == value


def test_nanoseconds_of_one_producer(reading):
    body = (
        '<testsuites failures="0" tests="1" time="1500000"><testsuite>'
        '<testcase name="Command Test: version" time="1500000"/></testsuite></testsuites>'
    )
    records, ledger = reading(READER, body)
    assert records[0].duration_s == pytest.approx(0.0015)
    assert ledger.notes["time-nanoseconds"].count == 1


def test_what_cannot_be_read_is_noted_by_the_reader(reading):
    cases = "".join(f'<testcase name="{n}" time="{t}"/>' for n, t in enumerate(("NaN", "-1", "x", "1e9", "1", "")))
    records, ledger = reading(READER, f"<testsuite>{cases}</testsuite>")
    assert [record.duration_s for record in records] == [None, None, None, None, 1.0, None]
    assert {slug: note.count for slug, note in ledger.notes.items()} == {
        "time-unreadable": 2,
        "time-negative": 1,
        "time-implausible": 1,
    }
