"""Benjamini and Hochberg, on the example of their paper."""

import numpy as np

from dashboard.stats.many import discoveries

#: Table 1 of the 1995 paper, ordered.
PAPER = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_the_paper_s_example_rejects_four():
    assert discoveries(PAPER) == (True,) * 4 + (False,) * 11


def test_order_does_not_matter():
    shuffled = [*PAPER[1::2], *PAPER[::-2]]
    assert [p for p, kept in zip(shuffled, discoveries(shuffled), strict=True) if kept] == [
        p for p in shuffled if p <= 0.0095
    ]


def test_nothing_and_no_discovery():
    assert discoveries([]) == ()
    assert discoveries([0.9, 0.8]) == (False, False)


def test_false_alarms_stay_rare():
    alarms = 0
    for seed in range(400):
        alarms += any(discoveries(np.random.default_rng(seed).random(50).tolist()))
    assert alarms / 400 < 0.09
