import pytest

from dashboard.errors import MalformedArtefactError
from dashboard.parsing import shapes


@pytest.mark.parametrize(
    ("check", "value", "given"),
    [
        (shapes.mapping, {"a": 1}, {"a": 1}),
        (shapes.items, [1], [1]),
        (shapes.text, "x", "x"),
        (shapes.maybe_text, None, None),
        (shapes.number, 3, 3.0),
        (shapes.maybe_number, None, None),
        (shapes.whole, 3.0, 3),
        (shapes.whole, -3, -3),
        (shapes.count, 0, 0),
        (shapes.maybe_count, None, None),
        (shapes.truth, False, False),
        (shapes.maybe_truth, None, None),
    ],
)
def test_accepts(check, value, given):
    found = check(value, "place")
    assert found == given
    assert type(found) is type(given)


@pytest.mark.parametrize(
    ("check", "value", "says"),
    [
        (shapes.mapping, None, "place is null, not an object"),
        (shapes.mapping, [], "a list, not an object"),
        (shapes.items, {}, "an object, not a list"),
        (shapes.text, 1, "a number, not a string"),
        (shapes.maybe_text, True, "a boolean, not a string"),
        (shapes.number, True, "a boolean, not a number"),
        (shapes.number, "1", "a string, not a number"),
        (shapes.number, 10**400, "too large"),
        (shapes.whole, 2.5, "2.5, not a whole number"),
        (shapes.whole, 2**63, "not a whole number"),
        (shapes.count, -1, "cannot be negative"),
        (shapes.truth, 1, "not true or false"),
        (shapes.maybe_truth, "true", "not true or false"),
    ],
)
def test_refuses(check, value, says):
    with pytest.raises(MalformedArtefactError, match=says):
        check(value, "place")
