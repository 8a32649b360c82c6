import pytest

from dashboard.errors import CountersignError
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
    ("name", "value"),
    [
        ("APP_ENV", "staging"),
        ("API_KEY", ""),
        ("API_KEY", None),
        ("API_KEY", "***"),
        ("API_KEY", " \u2022\u2022\u2022\u2022 "),
        ("github_token", "(set)"),
        ("DB_PASSWORD", "<redacted>"),
        ("CLIENT_SECRET", "[MASKED]"),
        ("SIGNING_PRIVATE", "xxxx"),
        ("PWD", "/srv/shop"),
        ("GIT_AUTHOR_NAME", "Ada"),
        ("SSH_AUTH_SOCK", "/run/agent"),
        ("DATABASE_URL", "postgresql://db/x"),
        ("DATABASE_URL", "postgresql://user@db:5432/x"),
        ("DATABASE_URL", "postgresql://user:***@db/x"),
        ("DATABASE_URL", "postgresql://user:@db/x"),
    ],
)
def test_a_variable_that_gives_nothing_away_is_kept(reading, name, value):
    (record,), _ = reading(READER, snapshot(variables={name: value}))
    assert record == ("variable", name, value, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_KEY", "hunter2"),
        ("github_token", "hunter2"),
        ("DB_PASSWORD", "hunter2"),
        ("DB_PASSWD", "hunter2***"),
        ("DB_PWD", "hunter2"),
        ("CLIENT_SECRET", "secret"),
        ("CLIENT_SECRET", "(hunter2)"),
        ("AWS_CREDENTIALS", "hunter2"),
        ("SIGNING_PRIVATE", "hunter2"),
        ("BASIC_AUTH", "hunter2"),
        ("DATABASE_URL", "postgresql://user:hunter2@db/x"),
        ("HOSTS", "amqp://a:***@q/ amqp://b:hunter2@q/"),
    ],
)
def test_a_secret_is_refused_and_not_repeated(reading, name, value):
    with pytest.raises(CountersignError) as caught:
        reading(READER, snapshot(variables={"APP_ENV": "staging", name: value}))
    assert caught.value.slug == "secret-in-environment"
    assert name in str(caught.value)
    assert "(set)" in caught.value.hint
    assert "hunter2" not in str(caught.value.as_dict())


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
