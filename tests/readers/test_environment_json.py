import pytest

from dashboard.readers.environment_json import READER


def snapshot(**parts):
    return {"countersign_environment": 1, **parts}


def test_what_was_found_beside_what_is_asked(reading):
    records, ledger = reading(
        READER,
        snapshot(
            collected_at="2026-11-24T08:15:00Z",
            runtime={"python": "3.12.3"},
            dependencies={"requests": "2.32.0", "extra": "1"},
            lock={"runtime": {"python": "3.12.3"}, "dependencies": {"requests": "2.32.3", "idna": "3.7"}},
        ),
    )
    assert [tuple(r) for r in records] == [
        ("runtime", "python", "3.12.3", "3.12.3"),
        ("dependency", "requests", "2.32.0", "2.32.3"),
        ("dependency", "extra", "1", None),
        ("dependency", "idna", None, "3.7"),
    ]
    assert ledger.collected_at == "2026-11-24T08:15:00+00:00"


@pytest.mark.parametrize(
    ("file", "observed", "required"),
    [
        ({"present": True}, "present", None),
        ({"present": True, "required": True}, "present", "present"),
        ({"present": False, "required": True}, None, "present"),
        ({"present": True, "required": True, "sha256": "ab"}, "present", "present"),
        ({"present": True, "required": "ab", "sha256": "cd"}, "cd", "ab"),
        ({"present": True, "required": "ab"}, "present", "ab"),
        ({"present": False, "required": "ab", "sha256": "ab"}, None, "ab"),
    ],
)
def test_files(reading, file, observed, required):
    (record,), _ = reading(READER, snapshot(files=[{"path": "a.toml", **file}]))
    assert record == ("file", "a.toml", observed, required)


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("APP_ENV", "staging", "staging"),
        ("EMPTY", "", ""),
        ("API_KEY", "x", "(not kept)"),
        ("github_token", "x", "(not kept)"),
        ("DB_PASSWORD", "x", "(not kept)"),
        ("CLIENT_SECRET", "x", "(not kept)"),
        ("AWS_CREDENTIALS", "x", "(not kept)"),
        ("DATABASE_URL", "postgresql://user:hunter2@db/x", "(not kept)"),
        ("DATABASE_URL", "postgresql://db/x", "postgresql://db/x"),
    ],
)
def test_secrets_are_not_kept(reading, name, value, kept):
    (record,), ledger = reading(READER, snapshot(variables={name: value}))
    assert record == ("variable", name, kept, None)
    assert ("secret-not-kept" in ledger.notes) is (kept == "(not kept)")


def test_notes(reading):
    _, ledger = reading(READER, snapshot(collected_at="2026-11-24T08:15:00"))
    assert set(ledger.notes) == {"time-without-offset", "no-facts"}


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"countersign_environment": 2}, "environment-version"),
        ({"countersign_environment": None}, "json-shape"),
        (snapshot(runtime=[]), "json-shape"),
        (snapshot(runtime={"python": 3.12}), "json-shape"),
        (snapshot(files=[{"path": "a"}]), "json-shape"),
        (snapshot(files=[{"present": True}]), "json-shape"),
        (snapshot(variables={"A": 1}), "json-shape"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
