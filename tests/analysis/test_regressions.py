"""Verdicts on benchmark series, with the twin that must not be flagged beside each."""

from fractions import Fraction

import numpy as np
import pytest

from dashboard.analysis.regressions import State, judged, matches, whole, worse_by
from dashboard.model.evidence import Series

NOISE = (1.00, 1.01, 0.99, 1.02, 0.98, 1.00, 1.01, 0.99)


def series(values, baseline=NOISE, name="a", unit="s", direction="smaller") -> Series:
    return Series(name, unit, direction, tuple(values), tuple(baseline))


CASES = [
    ([1.0], NOISE, State.STABLE),
    ([1.04], NOISE, State.STABLE),
    ([1.20], NOISE, State.SUSPECTED),
    ([1.20, 1.0], NOISE, State.STABLE),  # not confirmed by the next run
    ([1.20, 1.21], NOISE, State.REGRESSION),
    ([1.20, 1.0, 1.21], NOISE, State.REGRESSION),
    ([1.20, 1.21, 1.0, 1.0], NOISE, State.STABLE),  # only the last three runs count
    ([0.80], NOISE, State.IMPROVEMENT),
    ([1.20, 1.21], NOISE[:7], State.SUSPECTED),  # fewer than eight: advisory
    ([1.20, 1.21], NOISE[:5], State.SUSPECTED),
    ([1.20, 1.21], NOISE[:4], State.INSUFFICIENT),
    ([1.08], (1.0, 1.1, 0.9, 1.05, 0.95, 1.1, 0.9, 1.0), State.NOISY),
    ([1.0], (), State.NO_BASELINE),
    ([], NOISE, State.NO_BASELINE),
    ([1.0], (0.0,) * 8, State.NO_BASELINE),  # no share of nothing
    ([1.06, 1.06], (1.0,) * 8, State.REGRESSION),
    ([1.04, 1.04], (1.0,) * 8, State.STABLE),  # identical baseline runs prove no zero variance
]


@pytest.mark.parametrize(("values", "baseline", "state"), CASES)
def test_states(values, baseline, state):
    assert judged([series(values, baseline)])[0].state is state


def test_larger_is_better_is_mirrored():
    assert judged([series([0.8, 0.8], unit="req/s", direction="larger")])[0].state is State.REGRESSION
    assert judged([series([1.3], unit="req/s", direction="larger")])[0].state is State.IMPROVEMENT


def test_a_series_without_direction_is_never_judged():
    verdict = judged([series([9.0, 9.0], direction=None)])[0]
    assert (verdict.state, verdict.worse) == (State.NO_DIRECTION, None)


def test_shares_are_exact():
    assert worse_by(series([0]), 0.11018, 0.22593) == Fraction(11018, 22593) - 1
    assert worse_by(series([0], direction="larger"), 150, 100) == Fraction(-1, 2)
    assert worse_by(series([0]), float("nan"), 1) is None
    assert worse_by(series([0]), 1, -1) is None


def test_interval_is_where_the_next_healthy_run_lands():
    verdict = judged([series([1.0])])[0]
    assert verdict.interval is not None
    low, high = verdict.interval
    assert low < min(NOISE)
    assert high > max(NOISE)
    assert (low + high) / 2 == pytest.approx(verdict.centre)


def test_whole_by_name_else_by_mean():
    verdicts = judged([series([2.0], [1.0], "a"), series([0.5], [1.0], "the_TOTAL"), series([1.0], [], "total_bare")])
    assert whole(verdicts, "*total*") == ("the_TOTAL", Fraction(-1, 2))
    assert whole(verdicts, "nothing") == ("the geometric mean of 2 benchmarks", Fraction(0))
    assert whole(judged([series([2.0], [1.0], "total_a"), series([3.0], [1.0], "total_b")]), "total*") == (
        "total_b", Fraction(2),
    )  # fmt: skip
    assert whole((), "*") is None
    assert whole(judged([series([0.0], [1.0])]), "x") == ("the geometric mean of 1 benchmark", Fraction(-1))
    assert whole(judged([series([0.0], [1.0], direction="larger")]), "x") == (
        "the geometric mean of 1 benchmark", Fraction(1),
    )  # fmt: skip


def test_an_empty_pattern_matches_nothing():
    assert not matches("a", "")
    assert matches("DAAO_Cost", "*cost*")


def test_among_many_series_chance_is_taken_out():
    one = series([1.09], (1.0, 1.02, 0.98, 1.03, 0.97), "odd")
    assert judged([one])[0].state is State.SUSPECTED
    calm = [series([1.0], NOISE, f"s{i}") for i in range(40)]
    assert judged([one, *calm])[0].state is State.NOISY
    real = series([2.0, 2.0], NOISE, "real")
    assert judged([real, *calm])[0].state is State.REGRESSION


def test_false_alarms_of_a_confirmed_regression_are_rare():
    alarms = 0
    for seed in range(500):
        source = np.random.default_rng(seed)
        baseline = source.lognormal(0, 0.03, 20).tolist()
        values = source.lognormal(0, 0.03, 3).tolist()
        alarms += judged([series(values, baseline)])[0].state is State.REGRESSION
    assert alarms <= 3
    found = 0
    for seed in range(200):
        source = np.random.default_rng(seed)
        baseline = source.lognormal(0, 0.03, 20).tolist()
        values = (1.2 * source.lognormal(0, 0.03, 3)).tolist()
        found += judged([series(values, baseline)])[0].state is State.REGRESSION
    assert found >= 180
