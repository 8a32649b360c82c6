"""When a run failed as a whole."""

from fractions import Fraction

import pytest

from dashboard.analysis.status.infrastructure import infrastructure
from dashboard.model.status import StatusRules


@pytest.mark.parametrize(
    ("executed", "failing", "fingerprints", "reason"),
    [
        (100, 50, {}, "50 of 100 tests failed: 50.0 %, from 50 % on the run is left out"),
        (10, 10, {"a" * 64: 10}, "10 of 10 tests failed: 100 %, from 50 % on the run is left out"),
        (
            1000,
            300,
            {"c0ffee" * 10: 300},
            "300 of 1,000 tests share one failure (c0ffeec0ffee): 30.0 %, from 30 % on the run is left out",
        ),
    ],
)
def test_infrastructure(executed, failing, fingerprints, reason):
    assert infrastructure(executed, failing, fingerprints) == reason


@pytest.mark.parametrize(
    ("executed", "failing", "fingerprints"),
    [
        (100, 49, {}),
        (100, 49, {"a": 29, "b": 20}),
        (9, 9, {"a": 9}),  # too small to tell
        (0, 0, {}),
        (100, 0, {}),
    ],
)
def test_a_run_that_is_evidence(executed, failing, fingerprints):
    assert infrastructure(executed, failing, fingerprints) is None


def test_a_rerun_of_what_failed_is_evidence():
    assert infrastructure(50, 50, {"a": 50}, partial=True) is None


def test_the_policy_sets_the_shares():
    rules = StatusRules(infra_share=Fraction(9, 10), infra_one_error_share=Fraction(1, 2), infra_min_tests=1)
    assert infrastructure(4, 3, {"a": 1}, rules) is None
    assert infrastructure(4, 3, {"a": 2, "b": 1}, rules) == (
        "2 of 4 tests share one failure (a): 50.0 %, from 50 % on the run is left out"
    )
