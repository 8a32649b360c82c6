from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model import figures


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1026, 1044, "98.28"),
        (1026, 1027, "99.90"),
        (17, 1044, "1.63"),
        (5, 5, "100"),
        (0, 5, "0"),
        (0, 0, "—"),
        (99_999_999, 100_000_000, "99.99"),
        (1, 100_000_000, "0.01"),
    ],
)
def test_shares(part, whole, text):
    assert figures.share_text(part, whole) == text


@given(st.integers(1, 10**9), st.data())
def test_a_share_is_never_rounded_to_all_or_nothing(whole, data):
    part = data.draw(st.integers(0, whole))
    text = figures.share_text(part, whole)
    assert (text == "100") == (part == whole)
    assert (text == "0") == (part == 0)


@pytest.mark.parametrize(
    ("score", "text"),
    [(Fraction(790, 86), "9.2"), (Fraction(610, 86), "7.1"), (Fraction(895, 100), "9.0"), (Fraction(10), "10.0")],
)
def test_scores_are_shown_half_up(score, text):
    assert figures.score_text(score) == text


@pytest.mark.parametrize(("halves", "text"), [(79, "39.5"), (86, "43"), (0, "0"), (1, "0.5")])
def test_points(halves, text):
    assert figures.points_text(halves) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "—"),
        (0, "0 s"),
        (0.11018, "110 ms"),
        (0.00000042, "420 ns"),
        (1.5, "1.50 s"),
        (75.2, "1 min 15 s"),
        (172800, "48 h 00 min"),
        (3.2e-10, "0.320 ns"),
    ],
)
def test_durations(seconds, text):
    assert figures.duration_text(seconds) == text


def test_ages_sizes_and_moments():
    assert figures.age_text(timedelta(minutes=12)) == "12 min"
    assert figures.age_text(timedelta(hours=31)) == "31 h"
    assert figures.age_text(timedelta(days=402)) == "402 d"
    assert figures.size_text(512) == "512 B"
    assert figures.size_text(3 * 1024 * 1024) == "3.00 MiB"
    assert figures.size_text(5 * 1024**3) == "5.00 GiB"
    assert figures.moment_text(None) == "—"
    assert figures.moment_text(datetime(2025, 10, 18, 14, 2, tzinfo=UTC)) == "2025-10-18 14:02 UTC"
    east = datetime(2025, 10, 18, 16, 2, tzinfo=timezone(timedelta(hours=2)))
    assert figures.moment_text(east) == "2025-10-18 14:02 UTC"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.11018, "s", "110.18 ms"),
        (0.0, "s", "0 s"),
        (4.2e-10, "s", "0.42 ns"),
        (0.006, "ratio", "0.6 %"),
        (24.96, "USD", "24.96 USD"),
        (3.0, "", "3"),
    ],
)
def test_amounts(value, unit, text):
    assert figures.amount_text(value, unit) == text
