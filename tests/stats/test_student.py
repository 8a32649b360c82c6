"""Student's t against published quantiles (NIST/SEMATECH e-Handbook, table 1.3.6.7.2)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.student import beta_share, quantile, two_sided

# degrees of freedom, confidence (two-sided), critical value
TABLE = [
    (1, 0.90, 6.314), (1, 0.95, 12.706), (2, 0.95, 4.303), (4, 0.95, 2.776), (5, 0.99, 4.032), (7, 0.95, 2.365),
    (10, 0.95, 2.228), (10, 0.998, 4.144), (19, 0.95, 2.093), (30, 0.99, 2.750), (100, 0.95, 1.984),
]  # fmt: skip


@pytest.mark.parametrize(("df", "confidence", "t"), TABLE)
def test_published_quantiles(df, confidence, t):
    assert quantile(confidence, df) == pytest.approx(t, abs=6e-4)
    assert two_sided(t, df) == pytest.approx(1 - confidence, abs=2e-4)


def test_one_degree_of_freedom_is_cauchy():
    for t in (0.1, 1.0, 5.0, 80.0):
        assert two_sided(t, 1) == pytest.approx(1 - 2 / math.pi * math.atan(t), rel=1e-12)


@given(st.floats(0, 50), st.floats(0, 50), st.integers(1, 200))
def test_probability_falls_with_t(a, b, df):
    low, high = sorted((a, b))
    assert 0 <= two_sided(high, df) <= two_sided(low, df) + 1e-12 <= 1 + 1e-9


def test_ends_and_nonsense():
    assert two_sided(math.inf, 3) == 0
    assert two_sided(0, 3) == 1
    assert (beta_share(0, 1, 1), beta_share(1, 1, 1)) == (0, 1)
    assert beta_share(0.3, 1, 1) == pytest.approx(0.3)
    with pytest.raises(ValueError, match="more than 0"):
        two_sided(1, 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile(1, 5)
