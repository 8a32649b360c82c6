import pytest

from dashboard.readers.plain_flags import READER


@pytest.mark.parametrize(
    ("value", "enabled", "served"),
    [
        (True, True, (100, 100)),
        (False, False, (0, 0)),
        ({"enabled": True}, True, (100, 100)),
        ({"enabled": True, "rollout_percentage": 0}, True, (0, 0)),
        ({"enabled": True, "rollout_percentage": 12.5}, True, (12.5, 12.5)),
        ({"enabled": False, "rollout_percentage": 100}, False, (0, 0)),
        (25, None, (None, None)),
        ("blue", None, (None, None)),
        ({"a": 1}, None, (None, None)),
        (None, None, (None, None)),
    ],
)
@pytest.mark.parametrize("nested", [True, False])
def test_what_is_served(reading, value, enabled, served, nested):
    (record,), _ = reading(READER, {"flags": {"a": value}} if nested else {"a": value})
    assert (record.key, record.enabled, (record.served_min_pct, record.served_max_pct)) == ("a", enabled, served)
    assert (record.value is None) is (enabled is not None)


def test_everything_an_object_may_say(reading):
    flag = {
        "enabled": True,
        "rollout_percentage": 25,
        "category": "experimental",
        "depends_on": "base",
        "description": "text",
        "rollout_plan": [5, 25, 100],
    }
    (record, other), _ = reading(READER, {"flags": {"a": flag, "b": {"enabled": True, "depends_on": ["x", "y"]}}})
    assert record == ("a", True, 25.0, 25.0, "experimental", ("base",), (5.0, 25.0, 100.0), "text", None)
    assert other.depends_on == ("x", "y")


@pytest.mark.parametrize("plan", ["fast", [5, "x"], [True], [101], [{"stage": 5}]])
def test_a_plan_that_is_no_list_of_shares_is_noted(reading, plan):
    (record,), ledger = reading(READER, {"flags": {"a": {"enabled": True, "rollout_plan": plan}}})
    assert record.plan == ()
    assert "plan-not-read" in ledger.notes


@pytest.mark.parametrize("name", ["rollout", "percentage", "rolloutPercentage"])
def test_other_spellings_of_a_share(reading, name):
    (record,), _ = reading(READER, {"feature_flags": {"a": {"enabled": True, name: 30}}})
    assert (record.served_min_pct, record.served_max_pct) == (30, 30)


def test_users_and_rules_are_not_read_and_so_nothing_is_certain(reading):
    records, ledger = reading(
        READER, {"flags": {"a": {"enabled": True, "users": ["x"]}, "b": {"enabled": False, "rules": [1]}}}
    )
    assert [(r.served_min_pct, r.served_max_pct) for r in records] == [(0, 100), (0, 0)]
    assert ledger.notes["targeting-not-read"].count == 1


def test_no_flag_is_noted(reading):
    assert "no-flags" in reading(READER, {"flags": {}})[1].notes


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"flags": {"a": {"enabled": "yes"}}}, "json-shape"),
        ({"flags": {"a": {"enabled": None}}}, "json-shape"),
        ({"flags": {"a": {"enabled": True, "rollout_percentage": 101}}}, "flag-percentage"),
        ({"flags": {"a": {"enabled": True, "rollout_percentage": -1}}}, "flag-percentage"),
        ({"flags": {"a": {"enabled": True, "rollout_percentage": "50"}}}, "json-shape"),
        ({"flags": {"a": {"enabled": True, "rollout": {"from": 1}}}}, "json-shape"),
        ({"flags": None}, "json-shape"),
        ('{"flags": {"a": true, "a": false}}', "json-duplicate-key"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
