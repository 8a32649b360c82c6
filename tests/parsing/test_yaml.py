import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.errors import CountersignError, LimitError, MalformedArtefactError
from dashboard.parsing import yaml

LIMIT = 1024 * 1024


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("a: [1, 2.5, x, null, true, ~]", {"a": [1, 2.5, "x", None, True, None]}),
        ("- 1\n- b: 2", [1, {"b": 2}]),
        ("\ufeffa: 1", {"a": 1}),
        ("# why\n---\na: ü😀\n...\n", {"a": "ü😀"}),
        ("on: on\noff: off\nyes: y\nTrue: TRUE\nnull: Null\n1: 1", {
            "on": "on", "off": "off", "yes": "y", "True": True, "null": None, "1": 1,
        }),
        ("a: 2026-11-24\nb: 1:30\nc: 1_0\nd: 010\ne: 00.5", {
            "a": "2026-11-24", "b": "1:30", "c": "1_0", "d": "010", "e": "00.5",
        }),
        ("a: 0x1F\nb: 0o17\nc: -0\nd: +3\ne: 1e3\nf: .5\ng: -1.", {
            "a": 31, "b": 15, "c": 0, "d": 3, "e": 1000.0, "f": 0.5, "g": -1.0,
        }),
        ("a: '1'\nb: \"true\"\nc: |\n  on\nd:", {"a": "1", "b": "true", "c": "on\n", "d": None}),
        ('a: "x\\0y"', {"a": "x\ufffdy"}),
        ("a: !!str 1\nb: !!int 2\nc: !!float 3\nd: !!null ''\ne: ! 4\nf: !!map {}\ng: !!seq []\nh: !!bool false", {
            "a": "1", "b": 2, "c": 3, "d": None, "e": "4", "f": {}, "g": [], "h": False,
        }),
        ("a: &x {b: 1}\nc: *x\nd: [*x]", {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}]}),
        ("&k a: 1\nb: *k", {"a": 1, "b": "a"}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("<<: [{a: 1}, {a: 2, b: 3}]\nb: 4", {"a": 1, "b": 4}),
        ("'<<': 1", {"<<": 1}),
        ("%YAML 1.1\n---\nname: True", {"name": "True"}),
        ("name: ~\nother: 'x'\nlist: [True]", {"name": None, "other": "x", "list": [True]}),
        ("[" * 64 + "]" * 64, None),
    ],
)  # fmt: skip
def test_reads(body, value):
    loaded = yaml.load(body.encode(), limit=LIMIT, text_under=["name"])
    assert value is None or loaded == value
    assert [type(one) for one in loaded] == [type(one) for one in value or loaded]
    assert yaml.load(io.BytesIO(body.encode()), limit=LIMIT, text_under=["name"]) == loaded


def test_reads_marked_utf_16():
    assert yaml.load("a: ü".encode("utf-16"), limit=LIMIT) == {"a": "ü"}


@pytest.mark.parametrize(
    ("body", "slug", "says"),
    [
        ("", "yaml-empty", "only blanks"),
        ("# nothing\n", "yaml-empty", "only blanks"),
        ("a: [1", "yaml-syntax", "line 2, column 1"),
        ("a: b: c", "yaml-syntax", "line 1, column 5"),
        ("a: 1\n\tb: 2", "yaml-syntax", "line 2"),
        ("a\x00b: 1", "yaml-syntax", "character 2"),
        ("a: *b", "yaml-alias", "*b"),
        ("a: &x {b: *x}", "yaml-alias", "line 1, column 11"),
        ("a: &x [*x]", "yaml-alias", "line 1, column 8"),
        ("&x a: 1\n*x : 1", "yaml-key", "line 2, column 1"),
        ("? [a]\n: 1", "yaml-key", "no text"),
        ("a: 1\nb: 2\na: 3", "yaml-duplicate-key", "line 3, column 1"),
        ("True: 1\n'True': 2", "yaml-duplicate-key", "'True'"),
        ("<<: {a: 1}\n<<: {b: 1}", "yaml-duplicate-key", "<<"),
        ("<<: 1", "yaml-merge", "line 1, column 5"),
        ("<<: [{a: 1}, 2]", "yaml-merge", "no object"),
        ("a: !!python/object/apply:os.system ['true']", "yaml-tag", "line 1, column 4"),
        ("!!python/name:os.system x", "yaml-tag", "!!python/name:os.system"),
        ("%TAG ! tag:yaml.org,2002:python/\n---\n!object x", "yaml-tag", "!!python/object"),
        ("a: !!binary aGk=", "yaml-tag", "!!binary"),
        ("a: !!set {b}", "yaml-tag", "!!set"),
        ("a: !mine 1", "yaml-tag", "!mine"),
        ("!!int a: 1", "yaml-tag", "!!int"),
        ("a: !!int x", "yaml-tag", "not what its tag says"),
        ("a: !!bool 1", "yaml-tag", "not what its tag says"),
        ("a: !!map x", "yaml-tag", "!!map"),
        ("a: 1\n---\nb: 2", "yaml-several-documents", "line 2, column 1"),
        ("a: .inf", "yaml-not-a-number", ".inf"),
        ("a: .nan", "yaml-not-a-number", ".nan"),
        ("a: 1e999", "yaml-number-too-large", "1e999"),
        ("a: " + "9" * 4301, "yaml-number-too-long", "4,300"),
        ("[" * 65 + "]" * 65, "yaml-too-deep", "64"),
        (b"a: \xff", "yaml-not-utf-8", "byte 3"),
    ],
)
def test_refuses(body, slug, says):
    with pytest.raises(MalformedArtefactError) as caught:
        yaml.load(body if isinstance(body, bytes) else body.encode(), limit=LIMIT)
    assert caught.value.slug == slug
    assert says in str(caught.value)


def chain(first, link, length):
    return "\n".join([f"a0: &a0 {first}", *(f"a{n}: &a{n} {link.format(n - 1)}" for n in range(1, length))])


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (chain("[" + "x, " * 9 + "]", "[" + ", ".join(["*a{0}"] * 9) + "]", 12), "yaml-too-many-values"),
        (chain("{k0: x}", "{{<<: [" + ", ".join(["*a{0}"] * 9) + "]}}", 12), "yaml-too-many-values"),
        (chain("[x]", "[[[[*a{0}]]]]", 40), "yaml-too-deep"),
        (chain("x", "*a{0}", 3), "yaml-syntax"),
        ("a: [" + "1, " * yaml.MAX_NODES + "]", "yaml-too-many-values"),
        ("x" * (2 * LIMIT), "yaml-too-large"),
    ],
)
def test_a_small_file_cannot_stand_for_a_large_one(body, slug):
    with pytest.raises((LimitError, MalformedArtefactError)) as caught:
        yaml.load(body.encode(), limit=2 * LIMIT - 1)
    assert caught.value.slug == slug


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="ab01:-[]{}&*!|>'\"#%,?~<. \n\t", max_size=80).map(str.encode))
def test_any_bytes_are_plain_data_or_refused(body):
    try:
        found = yaml.load(body, limit=LIMIT)
    except CountersignError as error:
        found = error.slug
    json.dumps(found, allow_nan=False)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=10,
    )
)
def test_json_is_read_alike(value):
    text = json.dumps(value)
    if "\\ud" not in text and "\\u0000" not in text and "<<" not in text:
        assert yaml.load(text.encode(), limit=LIMIT) == value
