"""Median and MAD."""

from statistics import stdev

import numpy as np
import pytest

from dashboard.stats.robust import mad, spread


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 1, 2, 2, 4, 6, 9], 1), ([5], 0), ([1, 3], 1), ([2, 2, 2, 100], 0)],  # the first is the textbook example
)
def test_mad(values, expected):
    assert mad(values) == expected


def test_spread_is_the_standard_deviation_of_normal_data():
    values = np.random.default_rng(7).normal(100, 3, 4000).tolist()
    assert spread(values) == pytest.approx(stdev(values), rel=0.05)


def test_spread_never_vanishes():
    assert spread([100.0] * 10) == pytest.approx(0.5)
    assert spread([0.0] * 10) == 0
