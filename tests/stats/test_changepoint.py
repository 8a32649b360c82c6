"""Steps of a series: a published example, SciPy's numbers, false alarms, and steps that must be found."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.changepoint import SHORTEST, _splits, _statistics, _two_sided, steps, strongest

#: Yearly flow of the Nile at Aswan, 1871 to 1970; Cobb (1978), Biometrika 65: the level falls after 1898.
NILE = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831,
    726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845,
    944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918,
    986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
]  # fmt: skip


def test_the_nile_steps_once_after_1898():
    (step,) = steps(NILE)
    assert 1871 + step.at == 1899
    assert (step.before, step.after) == (1130, 842.5)


def test_the_statistic_is_that_of_scipy():
    # scipy.stats.mannwhitneyu(x[:k], x[k:], use_continuity=False, method="asymptotic").pvalue, SciPy 1.17.1
    assert _two_sided(strongest(NILE)[0]) == pytest.approx(5.394219066630083e-10, rel=1e-12)
    tied = [1, 2, 2, 3, 5, 5, 8, 9, 9, 9, 12, 15]
    for k, p_value in ((5, 0.005267286497447819), (6, 0.003579460151104059), (7, 0.0040752000915204)):
        assert _two_sided(abs(_statistics(tied)[k - 1])) == pytest.approx(p_value, rel=1e-12)


@pytest.mark.parametrize("n", [10, 20, 60])
@pytest.mark.parametrize("draw", ["normal", "heavy", "tied"])
def test_false_alarms_are_rarer_than_asked(n, draw):
    rng = random.Random(n)  # noqa: S311 - series, no secrets
    series = {
        "normal": lambda: rng.gauss(10, 1),
        "heavy": lambda: rng.lognormvariate(0, 1.5),
        "tied": lambda: float(rng.choice((1, 1, 1, 2, 9))),
    }[draw]
    alarms = sum(bool(steps([series() for _ in range(n)])) for _ in range(400))
    assert alarms <= 4 + 3 * 2  # 1 % of 400, and three standard errors


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_step_is_found_among_wild_values(seed):
    rng = random.Random(seed)  # noqa: S311 - series, no secrets
    found = 0
    for _ in range(60):
        series = [rng.lognormvariate(0, 0.1) * (1.3 if i >= 40 else 1) for i in range(60)]
        for wild in rng.sample(range(60), 3):
            series[wild] *= 5
        found += [abs(step.at - 40) <= 3 for step in steps(series)] == [True]
    assert found >= 51


def test_up_and_down_again_are_two_steps():
    rng = random.Random(5)  # noqa: S311 - series, no secrets
    series = [rng.gauss(30 if 20 <= i < 45 else 10, 1) for i in range(70)]
    assert [step.at for step in steps(series)] == [20, 45]


@pytest.mark.parametrize(
    "series",
    [
        [],
        [1.0],
        [1.0] * 50,
        [1.0] * 4 + [9.0] * 4,  # too short to tell
        [1.0] * 30 + [900.0] + [1.0] * 30,  # one wild value
        [float(i % 2) for i in range(60)],
        [1.0, 2.0, 3.0, 2.0] * 15,
    ],
)
def test_no_step(series):
    assert steps(series) == ()


@given(st.lists(st.floats(0, 1e6), max_size=40), st.integers(1, 1000))
def test_the_unit_changes_nothing_and_steps_are_in_order(series, factor):
    found = steps(series)
    assert [step.at for step in found] == [step.at for step in steps([value * 2.0**factor for value in series])] or any(
        value * 2.0**factor == float("inf") for value in series
    )
    edges = [0, *(step.at for step in found), len(series)]
    assert all(after - before >= SHORTEST for before, after in pairwise(edges)) or not found
    assert all(step.p_value <= 0.01 for step in found)


def test_an_echo_of_a_step_is_taken_back():
    before = [0, 0, 1, 0, 1, 1, 2, 0, 1, 2, 0, 2, 2, 1, 1, 1, 1, 1, 3, 0, 2, 3, 2, 2, 1]
    during = [3, 2, 4, 5, 4, 3, 5, 4, 4, 3, 5, 4, 4, 5]
    after = [2, 1, 3, 3, 1, 0, 0, 0, 1, 2, 1, 1, 3, 1, 3, 3, 1, 3, 3, 3, 1]
    series = [*before, *during, *after]
    assert _splits(series, 0, 60, 0.01, SHORTEST) == [20, 27, 39]
    assert [step.at for step in steps(series)] == [25, 39]
