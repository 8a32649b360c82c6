"""Triggers of a policy: what is read, and what must not be said beside the gates."""

import re
from datetime import timedelta
from fractions import Fraction

import pytest

from dashboard.errors import PolicyError
from dashboard.model.policy import TriggerAction, TriggerMode
from dashboard.policy.load import default_text, parse

BASE = """name = "small"
version = 1
[decision]
go = "9.0"
conditional = "7.5"
[tiers]
critical = 4
high = 3
medium = 2
low = 1
[[gate]]
id = "ops.p95"
tier = "high"
key = true
pass = "< 200 ms"
warn = "< 500 ms"
[[gate]]
id = "health.checks"
tier = "critical"
[[gate]]
id = "ops.error_rate"
tier = "critical"
pass = "< 0.1 %"
"""
P95 = """[[trigger]]
id = "p95"
metric = "latency_p95"
threshold = "500"
unit = "ms"
mode = "sustained"
for = "5m"
interval = "60s"
action = "rollback"
"""
HEALTH = """[[trigger]]
id = "health"
metric = "health"
threshold = 5
mode = "consecutive"
interval = "10s"
action = "rollback"
"""
FIRST = BASE.count("\n") + 1


def test_the_default_policy_has_the_four_triggers_of_the_report():
    found = {t.id: t for t in parse(default_text()).triggers}
    assert [(t.metric, t.bound, t.mode, t.lasting) for t in found.values()] == [
        ("error_rate", "> 1 %", TriggerMode.AGGREGATE, timedelta(minutes=5)),
        ("latency_p95", "> 500 ms", TriggerMode.SUSTAINED, timedelta(minutes=5)),
        ("latency_p99", "> 1000 ms", TriggerMode.SUSTAINED, timedelta(minutes=5)),
        ("health", ">= 5 failures", TriggerMode.CONSECUTIVE, timedelta(seconds=50)),
    ]
    assert found["error-rate"].min_samples == 100
    assert {t.on_no_data for t in found.values()} == {TriggerAction.HOLD}
    assert {t.max_gap for t in found.values()} == {timedelta(minutes=2), timedelta(seconds=20)}


def test_what_is_not_said_has_its_usual_value():
    [one, health] = parse(BASE + P95 + HEALTH).triggers
    assert (one.op, one.min_samples, one.max_gap, one.on_no_data) == (">", 1, timedelta(minutes=2), TriggerAction.HOLD)
    assert (health.op, health.unit, health.threshold) == (">=", "failures", 5)
    assert parse(BASE).triggers == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('threshold = "500"\nunit = "ms"', 'threshold = "0.5"\nunit = "s"'),
        ('action = "rollback"', 'action = "hold"\non_no_data = "rollback"'),
        ('threshold = "500"', 'threshold = "500.0"'),
        ('for = "5m"', 'for = "60s"\nmax_gap = "60s"\nop = ">"'),
    ],
)
def test_accepted(old, new):
    assert parse(BASE + P95.replace(old, new)).triggers


def test_only_a_rollback_is_bound_to_the_warning_of_the_gate():
    noticed = P95.replace('"500"', '"400"').replace('"rollback"', '"notify"')
    assert parse(BASE + noticed).triggers[0].threshold == 400
    without_warning = P95.replace("p95", "e").replace("latency_e", "error_rate").replace('"ms"', '"%"')
    [trigger] = parse(BASE + without_warning.replace('"500"', '"0.1"')).triggers
    assert trigger.threshold == Fraction(1, 10)


REFUSED = [
    ('id = "p95"\n', "", 0, "has no `id`"),
    ('action = "rollback"\n', "", 0, "has no `action`"),
    ('id = "p95"', 'id = " "', 1, "must be a name"),
    ('metric = "latency_p95"', 'metric = "latency_p50"', 2, "no gate of the policy judges `latency_p50`"),
    ('threshold = "500"', 'threshold = "400"', 3, "the two must name one value"),
    ('threshold = "500"\nunit = "ms"', 'threshold = "0.05"\nunit = "s"', 3, "the two must name one value"),
    ('unit = "ms"', 'unit = "%"', 3, "above 100 %"),
    ('unit = "ms"', 'unit = ""', 3, "the two must name one value"),
    ('unit = "ms"', 'unit = "minutes"', 4, "must be %, ms, s or empty"),
    ('unit = "ms"\n', "", 0, "has no `unit`"),
    ('mode = "sustained"', 'mode = "for long"', 5, "must be one of aggregate, sustained, consecutive"),
    ('for = "5m"\n', "", 0, "has no `for`"),
    ('for = "5m"', 'for = "30s"', 6, "shorter than `interval`"),
    ('for = "5m"', 'for = "5 minutes"', 6, "a duration reads like"),
    ('interval = "60s"', 'interval = "60s"\nmax_gap = "10s"', 8, "`max_gap` is shorter"),
    ('interval = "60s"', 'interval = "60s"\nmin_samples = 0', 8, "must be from 1"),
    ('interval = "60s"', 'interval = "60s"\nop = ">="', 8, "equality is no breach"),
    ('interval = "60s"', 'interval = "60s"\nop = "<"', 8, "points the other way"),
    ('interval = "60s"', 'interval = "60s"\non_no_data = "notify"', 8, "no data is never a success"),
    ('interval = "60s"', 'interval = "60s"\nwindow = "5m"', 8, "`window` is not known here"),
    ('action = "rollback"', 'action = "roll back"', 8, "must be one of rollback, hold, notify"),
]


@pytest.mark.parametrize(("old", "new", "line", "says"), REFUSED)
def test_refused_with_its_line(old, new, line, says):
    with pytest.raises(PolicyError) as caught:
        parse(BASE + P95.replace(old, new))
    assert str(caught.value).startswith(f"Line {FIRST + line} of the policy:")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("threshold = 5", 'threshold = "2.5"', "whole number of failures"),
        ("threshold = 5", "threshold = 0", "whole number of failures"),
        ("threshold = 5", 'threshold = 5\nunit = "ms"', "is `failures`"),
        ("threshold = 5", 'threshold = 5\nfor = "5m"', "`for` means nothing here"),
        ("threshold = 5", 'threshold = 5\nop = ">"', "it counts failures"),
    ],
)
def test_counted_failures_are_refused_with_a_reason(old, new, says):
    with pytest.raises(PolicyError, match=re.escape(says)):
        parse(BASE + HEALTH.replace(old, new))


def test_a_trigger_twice_or_over_a_gate_that_is_not_key():
    with pytest.raises(PolicyError, match="twice"):
        parse(BASE + P95 + P95)
    with pytest.raises(PolicyError, match="must be key"):
        parse(BASE.replace('tier = "high"\nkey = true', 'tier = "high"') + P95)
    with pytest.raises(PolicyError, match="metrics with a gate: none in this policy"):
        parse(BASE.split("[[gate]]", maxsplit=1)[0] + HEALTH)
