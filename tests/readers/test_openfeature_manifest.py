from dashboard.readers.openfeature_manifest import READER


def test_defaults_are_values_and_nothing_is_served(reading):
    flags = {"a": {"flagType": "boolean", "defaultValue": True, "description": "d"}, "b": {"flagType": "integer"}}
    records, ledger = reading(READER, {"flags": flags})
    assert [tuple(r) for r in records] == [
        ("a", None, None, None, None, (), (), "d", "true"),
        ("b", None, None, None, None, (), (), None, "null"),
    ]
    assert "defaults-only" in ledger.notes


def test_refuses(refusal):
    assert refusal(READER, {"flags": {"a": None}}) == "json-shape"
