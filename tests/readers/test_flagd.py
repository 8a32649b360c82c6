import io

import pytest

from dashboard.errors import LimitError
from dashboard.model.ledger import Ledger
from dashboard.readers.flagd import READER

SWITCH = {"on": True, "off": False}


def flag(**more):
    return {"state": "ENABLED", "variants": SWITCH, "defaultVariant": "off"} | more


def when(*outcomes):
    return {"if": [part for outcome in outcomes[:-1] for part in ({"var": "x"}, outcome)] + [outcomes[-1]]}


@pytest.mark.parametrize(
    ("entry", "enabled", "served"),
    [
        (flag(defaultVariant="on"), True, (100, 100)),
        (flag(), True, (0, 0)),
        (flag(defaultVariant=None), True, (None, None)),
        (flag(defaultVariant="gone"), True, (None, None)),
        (flag(state="DISABLED", defaultVariant="on"), False, (None, None)),
        (flag(targeting={}), True, (0, 0)),
        (flag(targeting=when("on", "off")), True, (0, 100)),
        (flag(targeting=when("on", "on")), True, (100, 100)),
        (flag(targeting={"if": [{"var": "x"}, "on"]}), True, (0, 100)),
        (flag(targeting=when(None, "off")), True, (0, 0)),
        (flag(targeting={"fractional": [["on", 1], ["off", 3]]}), True, (25, 25)),
        (flag(targeting={"fractional": [{"var": "email"}, ["on", 50], ["off", 50]]}), True, (50, 50)),
        (flag(targeting={"fractional": [["on"], ["off"]]}), True, (50, 50)),
        (flag(targeting=when({"fractional": [["on", 10], ["off", 90]]}, "off")), True, (0, 10)),
        (flag(targeting={"fractional": [["on", "many"], ["off", 1]]}), True, (0, 100)),
        (flag(targeting={"fractional": [["on", 0], ["off", 0]]}), True, (None, None)),
        (flag(targeting={"$ref": "rule"}), True, (0, 100)),
        (flag(targeting={"$ref": "loop"}), True, (0, 100)),
        (flag(targeting={"var": "x"}), True, (0, 100)),
        (flag(variants={"true": True, "false": False}, targeting=when(True, False)), True, (0, 100)),
    ],
)
def test_what_is_served(reading, entry, enabled, served):
    evaluators = {"rule": when("on", "off"), "loop": {"$ref": "loop"}}
    (record,), _ = reading(READER, {"flags": {"a": entry}, "$evaluators": evaluators})
    assert (record.enabled, (record.served_min_pct, record.served_max_pct)) == (enabled, served)
    assert record.value is None


def test_values_and_lists(reading):
    colour = {"key": "colour", "state": "ENABLED", "variants": {"red": {"r": 1}}, "defaultVariant": "red"}
    (record,), _ = reading(READER, {"flags": [colour | {"metadata": {"description": "of the page"}}]})
    assert record == ("colour", True, None, None, None, (), (), "of the page", '{"r": 1}')


@pytest.mark.parametrize(
    ("entry", "slug"),
    [
        (flag(state="MAYBE"), "flag-state"),
        (flag(state=None), "json-shape"),
        (flag(variants=None), "json-shape"),
        (flag(defaultVariant=True), "json-shape"),
    ],
)
def test_refuses(refusal, entry, slug):
    assert refusal(READER, {"flags": {"a": entry}}) == slug


YAML = """# comment
---
$schema: https://flagd.dev/schema/v0/flags.json
flags:
  a: &switch
    state: ENABLED
    variants:
      on: true
      'off': false
    defaultVariant: on
  b:
    <<: *switch
    defaultVariant: off
    targeting:
      fractional:
      - [on, 25]
      - [off, 75]
"""


def test_yaml(reading):
    records, ledger = reading(READER, YAML)
    assert [tuple(record)[:4] for record in records] == [("a", True, 100, 100), ("b", True, 25, 25)]
    assert ledger.facts == {"syntax": "YAML"}


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (YAML + "  a: {}\n", "yaml-duplicate-key"),
        (YAML.replace("ENABLED", "!!python/name:os.system ''"), "yaml-tag"),
        (YAML.replace("ENABLED", "enabled"), "flag-state"),
        (YAML.replace("defaultVariant: on", "defaultVariant: true"), "json-shape"),
        (YAML.replace("25", ".inf"), "yaml-not-a-number"),
        (YAML + "---\n", "yaml-several-documents"),
        ("x" * 100, "json-shape"),
    ],
)
def test_refuses_yaml(refusal, body, slug):
    assert refusal(READER, body) == slug


@pytest.mark.parametrize(
    ("body", "slug"), [("flags:\n" + "#" * 1024, "yaml-too-large"), ("{" + " " * 1024, "json-too-large")]
)
def test_the_limit_is_that_of_the_ledger(body, slug):
    with pytest.raises(LimitError, match="COUNTERSIGN_MAX_JSON_MIB") as caught:
        list(READER.read(io.BytesIO(body.encode()), Ledger(text_limit=1024)))
    assert caught.value.slug == slug
