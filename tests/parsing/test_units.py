import pytest

from dashboard.parsing.units import LARGER, SMALLER, unit_of


@pytest.mark.parametrize(
    ("text", "factor", "base", "direction"),
    [
        ("ns", 1e-9, "s", SMALLER),
        ("us", 1e-6, "s", SMALLER),
        ("\u00b5s", 1e-6, "s", SMALLER),
        ("\u03bcs", 1e-6, "s", SMALLER),
        (" ms ", 1e-3, "s", SMALLER),
        ("Seconds", 1.0, "s", SMALLER),
        ("milliseconds", 1e-3, "s", SMALLER),
        ("min", 60.0, "s", SMALLER),
        ("B", 1.0, "B", SMALLER),
        ("KiB", 1024.0, "B", SMALLER),
        ("MB", 1e6, "B", SMALLER),
        ("Megabytes", 1e6, "B", SMALLER),
        ("MB/s", 1e6, "B/s", LARGER),
        ("ops/s", 1.0, "op/s", LARGER),
        ("ops/ms", 1e3, "op/s", LARGER),
        ("iter/sec", 1.0, "iter/s", LARGER),
        ("rps", 1.0, "req/s", LARGER),
        ("s/op", 1.0, "s", SMALLER),
        ("ns/op", 1e-9, "s", SMALLER),
        ("B/op", 1.0, "B", SMALLER),
        ("allocs/op", 1.0, "allocs/op", SMALLER),
        ("ns/iter", 1e-9, "s", SMALLER),
        ("faults/op", 1.0, "faults/op", SMALLER),
        ("USD", 1.0, "USD", SMALLER),
        ("$", 1.0, "USD", SMALLER),
        ("\u20ac", 1.0, "EUR", SMALLER),
        ("$/run", 1.0, "USD", SMALLER),
        ("USD/h", 1 / 3600, "USD/s", SMALLER),
        ("%", 0.01, "ratio", None),
        ("Percent", 0.01, "ratio", None),
        ("ratio", 1.0, "ratio", None),
    ],
)
def test_known(text, factor, base, direction):
    unit = unit_of(text)
    assert unit.factor == pytest.approx(factor)
    assert (unit.base, unit.direction) == (base, direction)


@pytest.mark.parametrize("text", ["", "points", "count", "ops", "MS", "Mb", "x/y", "/s", "s/s", "1"])
def test_unknown_has_no_direction(text):
    assert unit_of(text) == (1.0, text, None)


@pytest.mark.parametrize("text", ["errors/s", "failed requests/s", "dropped/s", "retries/min"])
def test_more_harm_a_second_is_no_gain(text):
    assert unit_of(text).direction is None
