import pytest

from dashboard.readers.custom_benchmarks import READER


@pytest.mark.parametrize(
    ("unit", "value", "base", "direction"),
    [
        ("ns", 2e-9, "s", "smaller"),
        ("Megabytes", 2e6, "B", "smaller"),
        ("USD", 2.0, "USD", "smaller"),
        ("ops/s", 2.0, "op/s", "larger"),
        ("Percent", 0.02, "ratio", None),
        ("points", 2.0, "points", None),
    ],
)
def test_the_unit_gives_the_direction_or_nothing_does(reading, unit, value, base, direction):
    (record,), ledger = reading(READER, [{"name": "a", "unit": unit, "value": 2}])
    assert record.value == pytest.approx(value)
    assert (record.unit, record.unit_text, record.direction) == (base, unit, direction)
    assert ("no-direction" in ledger.notes) is (direction is None)


def test_a_range_is_not_read(reading):
    assert "range-not-read" in reading(READER, [{"name": "a", "unit": "s", "value": 1, "range": "5%"}])[1].notes


def test_an_empty_list_is_empty(reading):
    records, ledger = reading(READER, [])
    assert (records, set(ledger.notes)) == ([], {"no-benchmarks"})


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"name": "a"}, "json-shape"),
        ([{"name": "a", "unit": "s", "value": "1"}], "json-shape"),
        ([{"name": "a", "unit": None, "value": 1}], "json-shape"),
        ([{"name": None, "unit": "s", "value": 1}], "json-shape"),
        ('[{"name":"a","unit":"ns","value":1e999}]', "json-number-too-large"),
        ('[{"name":"a","unit":"ns","value":' + "9" * 5000 + "}]", "json-number-too-long"),
        ('[{"name":"a","unit":"ns","value":' + "9" * 400 + "}]", "json-number-too-large"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
