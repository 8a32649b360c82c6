import pytest

from dashboard.readers.launchdarkly import READER


def flag(**more):
    return {"on": True, "variations": [True, False], "offVariation": 1, "fallthrough": {"variation": 0}} | more


def rollout(*weights):
    return {"rollout": {"variations": [{"variation": i, "weight": w} for i, w in enumerate(weights)]}}


@pytest.mark.parametrize(
    ("entry", "served"),
    [
        (flag(), (100, 100)),
        (flag(fallthrough={"variation": 1}), (0, 0)),
        (flag(on=False), (0, 0)),
        (flag(on=False, offVariation=0), (100, 100)),
        (flag(on=False, offVariation=None), (None, None)),
        (flag(fallthrough=rollout(25_000, 75_000)), (25, 25)),
        (flag(fallthrough=rollout(0, 0)), (None, None)),
        (flag(rules=[{"variation": 1}]), (0, 100)),
        (flag(rules=[{"variation": 0}]), (100, 100)),
        (flag(rules=[rollout(10_000, 90_000)]), (10, 100)),
        (flag(targets=[{"variation": 1, "values": ["u"]}]), (0, 100)),
        (flag(targets=[{"variation": 1, "values": []}]), (100, 100)),
        (flag(prerequisites=[{"key": "base", "variation": 0}]), (0, 100)),
        (flag(fallthrough={"variation": 9}), (None, None)),
    ],
)
def test_what_is_served(reading, entry, served):
    (record,), _ = reading(READER, {"flags": {"a": entry}})
    assert (record.served_min_pct, record.served_max_pct) == served
    assert record.enabled is entry["on"]


def test_values_and_dependencies(reading):
    records, ledger = reading(
        READER,
        {
            "flags": {"limit": flag(variations=[10, 20], prerequisites=[{"key": "base"}], description="d")},
            "flagValues": {"on": True, "name": "x", "limit": 5},
        },
    )
    assert [tuple(r) for r in records] == [
        ("limit", True, None, None, None, ("base",), (), "d", "10"),
        ("on", True, 100.0, 100.0, None, (), (), None, None),
        ("name", None, None, None, None, (), (), None, '"x"'),
    ]
    assert "flag-repeated" in ledger.notes


@pytest.mark.parametrize(
    "entry",
    [
        flag(on=None),
        flag(variations=None),
        flag(fallthrough=None),
        flag(fallthrough={"variation": -1}),
        flag(rules=[1]),
    ],
)
def test_refuses(refusal, entry):
    assert refusal(READER, {"flags": {"a": entry}}) == "json-shape"
