import pytest

from dashboard.readers.unleash import READER


def rollout(percent, **more):
    return {"name": "flexibleRollout", "parameters": {"rollout": percent, "stickiness": "default"}, **more}


@pytest.mark.parametrize(
    ("strategies", "served"),
    [
        ([], (100, 100)),
        ([{"name": "default"}], (100, 100)),
        ([rollout("0")], (0, 0)),
        ([rollout("10")], (10, 10)),
        ([rollout(10)], (10, 10)),
        ([{"name": "gradualRolloutUserId", "parameters": {"percentage": "50"}}], (50, 50)),
        ([{"name": "userWithId", "parameters": {"userIds": "1"}}], (0, 100)),
        ([rollout("10"), rollout("30")], (30, 40)),
        ([rollout("10"), {"name": "userWithId"}], (10, 100)),
        ([rollout("100", constraints=[{"operator": "IN"}])], (0, 100)),
        ([rollout("40", segments=[1])], (0, 40)),
        ([rollout("40", disabled=True)], (0, 0)),
        ([rollout("40", disabled=True), rollout("20")], (20, 20)),
        ([{"name": "myStrategy"}], (0, 100)),
    ],
)
def test_what_is_served(reading, strategies, served):
    feature = {"name": "a", "type": "release", "enabled": True, "strategies": strategies}
    (record,), _ = reading(READER, {"version": 2, "features": [feature]})
    assert (record.served_min_pct, record.served_max_pct) == served
    assert (record.enabled, record.category) == (True, "release")
    (off,), _ = reading(READER, {"state": {"features": [feature | {"enabled": False}]}})
    assert (off.enabled, off.served_min_pct, off.served_max_pct) == (False, 0, 0)


def test_a_feature_that_depends_on_another_may_be_off(reading):
    feature = {"name": "a", "enabled": True, "strategies": [], "dependencies": [{"feature": "base"}], "stale": True}
    (record,), ledger = reading(READER, {"features": [feature]})
    assert (record.depends_on, record.served_min_pct, record.served_max_pct) == (("base",), 0, 100)
    assert "stale-flag" in ledger.notes


def test_the_state_of_an_export_is_that_of_the_environment(reading):
    export = {
        "features": [{"name": "a"}, {"name": "b"}],
        "featureStrategies": [{"featureName": "a", "environment": "dev", **rollout("30")}],
        "featureEnvironments": [{"featureName": "a", "environment": "dev", "enabled": True}],
    }
    records, _ = reading(READER, export)
    assert [(r.key, r.enabled, r.served_max_pct) for r in records] == [("a", True, 30), ("b", False, 0)]
    export["featureEnvironments"].append({"featureName": "a", "environment": "prod", "enabled": False})
    records, _ = reading(READER, export)
    assert [(r.key, r.served_max_pct) for r in records] == [("a@dev", 30), ("a@prod", 0), ("b@", 0)]


def test_an_export_of_one_environment_names_it_only_beside_the_state(reading):
    export = {
        "features": [{"name": "a"}, {"name": "b"}],
        "featureStrategies": [{"featureName": "a", **rollout("25")}, {"featureName": "b", **rollout("100")}],
        "featureEnvironments": [
            {"featureName": name, "environment": "production", "enabled": True, "name": name} for name in "ab"
        ],
        "dependencies": [{"feature": "b", "dependencies": [{"feature": "a", "enabled": True}]}],
    }
    (a, b), _ = reading(READER, export)
    assert (a.key, a.served_min_pct, a.served_max_pct, a.depends_on) == ("a", 25, 25, ())
    assert (b.key, b.served_min_pct, b.served_max_pct, b.depends_on) == ("b", 0, 100, ("a",))


@pytest.mark.parametrize(
    ("feature", "slug"),
    [
        ({"name": "a", "strategies": []}, "json-shape"),
        ({"name": None, "enabled": True}, "json-shape"),
        ({"name": "a", "enabled": True, "strategies": [rollout("101")]}, "flag-percentage"),
        ({"name": "a", "enabled": True, "strategies": [rollout("some")]}, "flag-percentage"),
        ({"name": "a", "enabled": True, "strategies": [rollout(None)]}, "json-shape"),
        ({"name": "a", "enabled": True, "strategies": [{}]}, "json-shape"),
    ],
)
def test_refuses(refusal, feature, slug):
    assert refusal(READER, {"features": [feature]}) == slug
