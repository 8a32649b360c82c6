import time
from datetime import UTC, datetime

import pytest

from dashboard.parsing.moments import iso, moment, unix_ms

AT = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-24T08:15:00Z",
        "2026-11-24T09:15:00+01:00",
        " 2026-11-24 08:15:00.000000000+00:00 ",
        1795508100,
        1795508100.0,
        1795508100000,
        "1795508100",
        "1795508100.0",
        "1795508100000000000",
        1795508100000000000,
    ],
)
def test_one_point_in_time(value):
    assert moment(value) == AT


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "yesterday",
        "2026-11-24T08:15:00",
        "2026-11-24",
        "20261124",
        10**30,
        float("nan"),
        float("inf"),
        "-",
    ],
)
def test_no_point_in_time(value):
    assert moment(value) is None
    assert iso(value) is None


def test_naive_only_where_the_format_says_utc():
    assert moment("2026-11-24T08:15:00", naive_is_utc=True) == AT
    assert moment("2026-11-24", naive_is_utc=True) is None


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_the_time_zone_of_the_machine_does_not_matter(zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert iso(1795508100) == "2026-11-24T08:15:00+00:00"
        assert unix_ms(AT) == 1795508100000
    finally:
        monkeypatch.undo()
        time.tzset()
