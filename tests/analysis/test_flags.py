"""What flags really serve."""

import pytest
from evidence_maker import flag

from dashboard.analysis.flags import broken_dependencies, plan_reaches_everybody, serves_nobody, serves_somebody, staged


@pytest.mark.parametrize(
    ("plan", "reaches"),
    [
        ((5, 50, 100), True),
        ((0, 100), True),
        ((50, 50, 100), True),
        ((100,), True),
        ((), False),
        ((5, 50), False),
        ((50, 5, 100), False),
        ((5, 100, 50), False),
        ((-1, 100), False),
    ],
)
def test_plans(plan, reaches):
    assert plan_reaches_everybody(plan) is reaches


@pytest.mark.parametrize(
    ("served", "enabled", "is_staged"),
    [
        (0.0, True, True),
        (40.0, True, True),
        (100.0, True, False),
        (0.0, False, False),
        (40.0, False, False),
        (40.0, None, True),
        (0.0, None, False),
        (None, True, False),
    ],
)
def test_staged(served, enabled, is_staged):
    assert bool(staged([flag("a", None, served, enabled=enabled)])) is is_staged


def test_dependencies():
    needs = flag("b", None, 50.0, depends_on=("a",))
    assert broken_dependencies([flag("a", None, 0.0), needs]) == {"b": "a"}
    assert broken_dependencies([needs]) == {"b": "a"}, "a dependency that is nowhere serves nobody"
    assert broken_dependencies([flag("a", None, 1.0), needs]) == {}
    assert broken_dependencies([flag("a", None, 0.0), needs._replace(served_min_pct=0.0, served_max_pct=0.0)]) == {}


def test_a_flag_that_says_no_share_goes_by_its_switch():
    assert serves_nobody(flag("a", None, None, enabled=False))
    assert not serves_nobody(flag("a", None, None, enabled=None))
    assert serves_somebody(flag("a", None, None, enabled=True))
    assert not serves_somebody(flag("a", None, None, enabled=None))
