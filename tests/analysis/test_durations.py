"""Steps, slow-downs beyond the noise, totals."""

import random

import pytest

from dashboard.analysis.durations import compare, duration_steps

RNG = random.Random(4)  # noqa: S311 - durations, no secrets


def noisy(centre, n, spread=0.05):
    return [centre * RNG.lognormvariate(0, spread) for _ in range(n)]


def test_a_step_is_found_where_the_history_says_it():
    history = [*noisy(1.0, 20), None, None, *noisy(1.6, 15)]
    (step,) = duration_steps(history)
    assert step.at == 22
    assert step.before_s == pytest.approx(1.0, rel=0.05)
    assert step.share == pytest.approx(0.6, abs=0.1)


@pytest.mark.parametrize(
    "history",
    [
        [],
        [None] * 40,
        noisy(1.0, 40),
        [0.001] * 20 + [0.002] * 20,  # twice as slow, and not worth a word
        [10.0] * 20 + [10.5] * 20,  # half a second, and five percent
        [1.0] * 30 + [30.0] + [1.0] * 10,
    ],
)
def test_no_step(history):
    assert duration_steps(history) == ()


def test_a_slow_machine_makes_no_case_slow():
    before = dict(enumerate(noisy(1.0, 100)))
    after = {key: value * 1.5 * RNG.lognormvariate(0, 0.05) for key, value in before.items()}
    after[7] = before[7] * 4
    pace = compare(before, after)
    assert pace.shift == pytest.approx(0.5, abs=0.05)
    assert [one.key for one in pace.slower] == [7]
    assert (pace.slower[0].share, pace.slower[0].noise) == (pytest.approx(3.0), "run")
    assert pace.compared == 100


def test_a_case_that_is_always_unsteady_is_not_slow():
    history = {"steady": [1.0, 1.01, 0.99, 1.0, 1.0], "unsteady": [1.0, 3.0, 0.5, 2.0, 1.2]}
    pace = compare({"steady": 1.0, "unsteady": 1.0}, {"steady": 1.5, "unsteady": 2.5}, history)
    assert [(one.key, one.noise, one.before_s) for one in pace.slower] == [("steady", "history", 1.0)]


def test_without_any_noise_only_twice_as_slow_is_slow():
    pace = compare({"a": 1.0, "b": 1.0, "c": 0.0}, {"a": 1.9, "b": 2.1, "c": 1.0})
    assert {one.key for one in pace.slower} == {"b", "c"}
    assert all(one.noise == "unknown" for one in pace.slower)
    assert pace.shift is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({"a": None}, {"a": 9.0}),
        ({"a": 9.0}, {"a": None}),
        ({"a": 9.0}, {"b": 99.0}),
        ({"a": 0.001}, {"a": 0.04}),
        ({"a": 9.0}, {"a": 3.0}),
    ],
)
def test_nothing_slower(before, after):
    assert compare(before, after).slower == ()


def test_the_largest_loss_is_first():
    slower = compare({"a": 1.0, "b": 10.0}, {"a": 9.0, "b": 21.0}).slower
    assert [one.key for one in slower] == ["b", "a"]


@pytest.mark.parametrize("seed", range(5))
def test_two_runs_of_the_same_code_show_next_to_nothing(seed):
    rng = random.Random(seed)  # noqa: S311 - durations, no secrets
    centre = {key: rng.lognormvariate(-1, 1) for key in range(500)}
    first, second = ({key: value * rng.lognormvariate(0, 0.1) for key, value in centre.items()} for _ in range(2))
    assert len(compare(first, second).slower) <= 5
