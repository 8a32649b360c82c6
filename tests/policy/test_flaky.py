"""The ``[flaky]`` table: every threshold may be set, every slip names its line."""

import re
from dataclasses import fields
from datetime import timedelta
from fractions import Fraction

import pytest

from dashboard.errors import PolicyError
from dashboard.model.status import DEFAULT_RULES, StatusRules
from dashboard.policy.load import default_text, parse

HEAD = """name = "small"
version = 1
[decision]
go = "9.0"
conditional = "7.5"
[tiers]
critical = 4
high = 3
medium = 2
low = 1
"""

ALL = """[flaky]
f1_window = "7d"
f1_min_commits = 2
window = "60d"
window_commits = 100
min_decided = 10
episodes = 3
episode_commits = 1
broken_runs = 4
broken_share = "90 %"
infra_share = "40 %"
infra_one_error_share = "12.5 %"
infra_min_tests = 50
recovery = "36h"
recovery_runs = 30
suite_share = "60 %"
suite_runs = 6
alone_share = "1 %"
alone_runs = 12
"""


def test_without_the_table_the_defaults_hold():
    assert parse(HEAD).flaky == DEFAULT_RULES == StatusRules()
    assert parse(default_text()).flaky == DEFAULT_RULES


def test_every_threshold_can_be_set():
    assert parse(HEAD + ALL).flaky == StatusRules(
        f1_window=timedelta(days=7), f1_min_commits=2, window=timedelta(days=60), window_commits=100, min_decided=10,
        episodes=3, episode_commits=1, broken_runs=4, broken_share=Fraction(9, 10), infra_share=Fraction(4, 10),
        infra_one_error_share=Fraction(1, 8), infra_min_tests=50, recovery=timedelta(hours=36), recovery_runs=30,
        suite_share=Fraction(6, 10), suite_runs=6, alone_share=Fraction(1, 100), alone_runs=12,
    )  # fmt: skip
    assert set(re.findall(r"^(\w+) =", ALL, re.MULTILINE)) == {field.name for field in fields(StatusRules)}


def test_one_threshold_alone_leaves_the_others():
    assert parse(f"{HEAD}[flaky]\nrecovery_runs = 50\n").flaky == StatusRules(recovery_runs=50)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("recovery_run = 50", "`recovery_run` is not known here"),
        ("episodes = 0", "`episodes` must be from 1 to 100,000"),
        ("episodes = 1.5", "`episodes` must be a whole number"),
        ("episodes = true", "`episodes` must be a whole number"),
        ('broken_share = "0 %"', "`broken_share` must be above 0 % and at most 100 %"),
        ("broken_share = 101", "`broken_share` must be above 0 % and at most 100 %"),
        ("broken_share = 0.8", "`broken_share` must be text in quotes"),
        ('window = "0d"', "`window` is '0d'; a duration reads like"),
        ("window = 30", "`window` must be text in quotes"),
        ('window = "9999d"', "`window` is longer than ten years"),
        ('alone_share = "50 %"', "`alone_share` is not below `suite_share`"),
        ('suite_share = "5 %"', "`alone_share` is not below `suite_share`"),
    ],
)
def test_a_slip_is_refused_with_its_line(line, sentence):
    with pytest.raises(PolicyError, match=f"Line 12 of the policy: .*{re.escape(sentence)}"):
        parse(f"{HEAD}[flaky]\n{line}\n")


def test_the_table_is_a_table():
    with pytest.raises(PolicyError, match="`flaky` must be a table"):
        parse(f"flaky = 3\n{HEAD}")
