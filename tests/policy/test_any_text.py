"""Whatever stands in a policy file: a policy, or an error that a person can act on, never anything else."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.errors import PolicyError
from dashboard.model.policy import Policy
from dashboard.policy.changes import changes
from dashboard.policy.load import default_text, parse
from dashboard.policy.remarks import remarks

DEFAULT = default_text()
TOKENS = [*dict.fromkeys(re.findall(r'"[^"]*"|\[\[?[^\]]*\]\]?|\w+|=|\{|\}', DEFAULT)), "\n", " = ", "#", "1e999", "-0"]
ODD = (
    "0",
    "-1",
    "true",
    '""',
    '"\\u0000"',
    "[]",
    "{}",
    "1979-05-27",
    "nan",
    "[[1]]",
    '"x"',
    "9" * 30,
    '"999999d"',
    "'''",
)
VALUES = st.sampled_from(ODD)


def read(text):
    try:
        policy = parse(text)
    except PolicyError:
        return
    assert isinstance(policy, Policy)
    remarks(policy)
    for change in changes(parse(DEFAULT), policy):
        assert change.text


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text(text):
    read(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=60).map(" ".join))
def test_any_words_of_a_policy(text):
    read(text)


@settings(deadline=None)
@given(st.integers(0, len(DEFAULT)), st.integers(0, 60), st.text(max_size=20) | st.sampled_from(TOKENS))
def test_a_policy_with_any_part_of_it_replaced(start, length, by):
    read(DEFAULT[:start] + by + DEFAULT[start + length :])


@settings(deadline=None)
@given(st.data())
def test_a_policy_with_any_value_of_it_replaced(data):
    lines = DEFAULT.split("\n")
    at = data.draw(st.sampled_from([n for n, line in enumerate(lines) if re.match(r"\w+ = ", line)]))
    lines[at] = f"{lines[at].split(' = ')[0]} = {data.draw(VALUES)}"
    read("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = 'a'\n# half a letter: \ud800\n", "Line 2 of the policy: it holds half a character"),
        ("version = " + "9" * 5000, "too long to read"),
        ('name = "a\u2028b"\nversion = 1\n[decision]\n[tiers]\n', "Line 3 of the policy: `go` is missing"),
    ],
)
def test_texts_that_trip_naive_readers(text, says):
    with pytest.raises(PolicyError, match=re.escape(says)):
        parse(text)


def test_lines_are_counted_as_editors_do():
    text = DEFAULT.replace("# The default policy", "# A\u2028line\u0085separator", 1).replace(
        '"medium"', '"middling"', 1
    )
    line = text[: text.index('"middling"')].count("\n") + 1
    with pytest.raises(PolicyError, match=f"^Line {line} of the policy: `tier` of `coverage.component`"):
        parse(text)


def test_a_line_of_brackets_and_blanks_is_searched_in_no_time():
    with pytest.raises(PolicyError, match="is missing from the policy"):
        parse("# [" + " " * 200_000 + "\n")
    with pytest.raises(PolicyError, match="`colour` is not known here"):
        parse("name = '''\n[" + " " * 200_000 + "\n'''\ncolour = 1\n")


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("marker:", "without a mark"),
        ("marker:  ", "without a mark"),
        ("property:area", "a property reads like"),
        ("property:=x", "a property reads like"),
        ("property:area=", "a property reads like"),
    ],
)
def test_entries_of_a_category_that_cannot_be_meant(pattern, says):
    text = DEFAULT.replace('security = ["*security*"]', f'security = ["*security*", "{pattern}"]')
    line = text[: text.index('security = ["')].count("\n") + 1
    with pytest.raises(PolicyError, match=re.escape(says)) as caught:
        parse(text)
    assert str(caught.value).startswith(f"Line {line} of the policy:")


def test_categories_by_name_mark_and_property():
    kinds = ["*security*", "marker:security", "property:area=sec*", "markers:*", "a::b"]
    text = DEFAULT.replace('security = ["*security*"]', f"security = {kinds}")
    assert parse(text).categories["security"] == tuple(kinds)
