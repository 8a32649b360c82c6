import pytest

from dashboard.readers.goff import READER

SWITCH = {"on": True, "off": False}


def flag(default, **more):
    return {"variations": SWITCH, "defaultRule": default, **more}


def progressive(first=None, last=None):
    initial = {"variation": "off"} | ({"percentage": first} if first is not None else {})
    end = {"variation": "on"} | ({"percentage": last} if last is not None else {})
    return {"progressiveRollout": {"initial": initial, "end": end}}


@pytest.mark.parametrize(
    ("entry", "enabled", "served"),
    [
        (flag({"variation": "on"}), True, (100, 100)),
        (flag({"variation": "off"}), True, (0, 0)),
        (flag({"variation": "gone"}), True, (None, None)),
        (flag({"percentage": {"on": 20, "off": 80}}), True, (20, 20)),
        (flag({"variation": "off"}, targeting=[{"query": "x", "variation": "on"}]), True, (0, 100)),
        (flag({"variation": "off"}, targeting=[{"variation": "on", "disable": True}]), True, (0, 0)),
        (flag({"variation": "off"}, targeting=[{"percentage": {"on": 5, "off": 95}}]), True, (0, 5)),
        (flag(progressive()), True, (0, 100)),
        (flag(progressive(10, 60)), True, (10, 60)),
        (flag({"variation": "on"}, disable=True), False, (None, None)),
        (flag({"variation": "on"}, scheduledRollout=[{"date": "2026-12-01T00:00:00Z"}]), True, (0, 100)),
    ],
)
def test_what_is_served(reading, entry, enabled, served):
    (record,), _ = reading(READER, {"a": entry})
    assert (record.enabled, (record.served_min_pct, record.served_max_pct)) == (enabled, served)


def test_plan_and_value(reading):
    theme = {"variations": {"A": "blue"}, "defaultRule": {"variation": "A"}, "metadata": {"description": "d"}}
    (rolling, value), _ = reading(READER, {"a": flag(progressive(10)), "theme": theme})
    assert rolling.plan == (10.0, 100.0)
    assert value == ("theme", True, None, None, None, (), (), "d", '"blue"')


@pytest.mark.parametrize(
    "entry",
    [
        flag(None),
        {"variations": None, "defaultRule": {}},
        flag({"percentage": {"on": "20"}}),
        flag({"variation": "on"}, disable="no"),
    ],
)
def test_refuses(refusal, entry):
    assert refusal(READER, {"a": entry}) == "json-shape"


YAML = """a:
  variations:
    Default: false
    False: false
    True: true
  targeting:
  - query: beta eq "true"
    variation: True
  defaultRule:
    variation: False
b:
  variations: {'True': true, False: false}
  defaultRule:
    percentage:
      "False": 80
      True: 20
"""


def test_yaml_names_are_text_as_written(reading):
    records, _ = reading(READER, YAML)
    assert [tuple(record)[:4] for record in records] == [("a", True, 0, 100), ("b", True, 20, 20)]


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (YAML + "a: {}\n", "yaml-duplicate-key"),
        (YAML.replace("True: true", '"False": true'), "yaml-duplicate-key"),
        (YAML.replace("variation: False", "variation: !!python/name:os.system"), "yaml-tag"),
        (YAML.replace("variation: False", "variation: [A]"), "json-shape"),
        (YAML + "  disable: maybe\n", "json-shape"),
    ],
)
def test_refuses_yaml(refusal, body, slug):
    assert refusal(READER, body) == slug
