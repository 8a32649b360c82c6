import io

import pytest

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.parsing import json

LIMIT = 1024 * 1024


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
        (b"\xef\xbb\xbf{}", {}),
        ('{"a": "ü😀"}'.encode("utf-16"), {"a": "ü😀"}),
        ("[1]".encode("utf-16-le"), [1]),
        (b' \n "text" ', "text"),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\ud83d"', "\ufffd"),
        (b'"a\\u0000b"', "a\ufffdb"),
        (b'"\\\\ud83d \\u00fc"', "\\ud83d ü"),
        (b"9" * 4300, int("9" * 4300)),
        (b"[" * 64 + b"]" * 64, None),
        (b'["[[[[{{{{\\"[["]', ['[[[[{{{{"[[']),
        (b'"\\\\"', "\\"),
    ],
)
def test_reads(body, value):
    loaded = json.load(body, limit=LIMIT)
    assert value is None or loaded == value
    assert json.load(io.BytesIO(body), limit=LIMIT) == loaded


@pytest.mark.parametrize(
    ("body", "slug", "says"),
    [
        (b"", "json-empty", "only blanks"),
        (b" \n", "json-empty", "only blanks"),
        (b'{"a":1}{"b":2}', "json-several-values", "line 1, column 8"),
        (b'{"a":1,"a":2}', "json-duplicate-key", "'a'"),
        (b'[{"b":{"c":1,"d":2,"c":1}}]', "json-duplicate-key", "'c'"),
        (b"[NaN]", "json-not-a-number", "NaN"),
        (b"[-Infinity]", "json-not-a-number", "-Infinity"),
        (b"[1e999]", "json-number-too-large", "1e999"),
        (b"9" * 4301, "json-number-too-long", "4,300"),
        (b"[" * 65 + b"]" * 65, "json-too-deep", "64"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "json-too-deep", "64"),
        (b"[" * 100_000, "json-too-deep", "64"),
        (b'{\n  "a": [1,\n', "json-cut-off", "line 3, column 1"),
        (b'{"a": "cut', "json-cut-off", "line 1, column 7"),
        (b'{"key": "val", malformed: "key"}', "json-syntax", "line 1, column 16"),
        (b"this is not json", "json-syntax", "column 1"),
        (b'"\xff"', "json-not-utf-8", "UTF-8"),
    ],
)
def test_refuses(body, slug, says):
    with pytest.raises(MalformedArtefactError) as caught:
        json.load(body, limit=LIMIT)
    assert caught.value.slug == slug
    assert says in str(caught.value)


def test_the_limit_names_its_setting_and_takes_a_hint():
    with pytest.raises(LimitError, match="COUNTERSIGN_MAX_JSON_MIB") as caught:
        json.load(io.BytesIO(b"[" + b" " * 20 + b"]"), limit=20, large_hint="Leave --x out.")
    assert caught.value.slug == "json-too-large"
    assert caught.value.hint == "Leave --x out."
    assert json.load(b"[" + b" " * 18 + b"]", limit=20) == []


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "body",
    [b'{"a":"' + b"\\\\" * 500_000 + b'"}', b"[" + b"[],{}," * 150_000 + b"1]", b'"' + b"\\u0001" * 160_000 + b'"'],
)
def test_a_megabyte_takes_a_moment(body):
    json.load(body, limit=2 * LIMIT)
