"""Wilson's interval against the worked examples of Newcombe (1998), Stat. Med. 17, table I, method 3."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.proportion import rule_of_three, wilson

NEWCOMBE = [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
]  # fmt: skip


@pytest.mark.parametrize(("hits", "n", "low", "high"), NEWCOMBE)
def test_published_intervals(hits, n, low, high):
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)
    assert wilson(n - hits, n) == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_another_confidence_is_another_width():
    # of one half the published formula is 1/2 ± z / (2 sqrt(n + z²))
    for confidence, z in ((0.90, 1.6448536), (0.99, 2.5758293)):
        half = z / (2 * (10 + z * z) ** 0.5)
        assert wilson(5, 10, confidence) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-7)


def test_nothing_of_nothing_may_be_anything():
    assert wilson(0, 0) == (0.0, 1.0)
    assert rule_of_three(0) == 1


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_a_share(counted):
    hits, n = counted
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1
    assert (low == 0) is (hits == 0)
    assert (high == 1) is (hits == n)


@given(st.integers(1, 400))
def test_more_of_the_same_is_surer(n):
    (a, b), (c, d) = wilson(n, 3 * n), wilson(10 * n, 30 * n)
    assert d - c < b - a


@given(st.integers(1, 10_000))
def test_rule_of_three_is_the_95_percent_bound_and_never_below_it(n):
    exact = 1 - 0.05 ** (1 / n)
    assert exact <= rule_of_three(n) <= max(1.25 * exact, Fraction(3, n))
    assert rule_of_three(20) == Fraction(15, 100)


@pytest.mark.parametrize(("hits", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_no_share(hits, n):
    with pytest.raises(ValueError, match="is no share"):
        wilson(hits, n)


def test_no_confidence():
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1, 2, 1.0)
