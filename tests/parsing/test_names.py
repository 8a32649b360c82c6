"""Names of parametrised tests as their producers write them, and names that only look alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.parsing.names import parametrised


@pytest.mark.parametrize(
    ("name", "base", "parameters"),
    [
        ("test_add[1-2]", "test_add", "1-2"),
        ("test_add[a[0]-b]", "test_add", "a[0]-b"),
        ("test_add[x0]", "test_add", "x0"),
        ("TestMath::test_add[]", "TestMath::test_add", ""),
        ("add(int, String)[1]", "add", "(int, String)[1]"),
        ("add{int}[2]", "add", "{int}[2]"),
        ("add(int)[3] three", "add", "(int)[3] three"),
        ("Adds(a: 1, b: 2)", "Adds", "a: 1, b: 2"),
        ('Adds(1,"x (y)")', "Adds", '1,"x (y)"'),
        ("Shop.Tests.Adds(1)", "Shop.Tests.Adds", "1"),
        ("testAdd with data set #0", "testAdd", "#0"),
        ('testAdd with data set "one more" (1, 1, 3)', "testAdd", '"one more" (1, 1, 3)'),
        ("Adds/3", "Adds", "3"),
        ("[1] a", "", "[1] a"),
        ("[12] 3, x", "", "[12] 3, x"),
    ],
)
def test_producers(name, base, parameters):
    assert parametrised(name) == (base, parameters)


@pytest.mark.parametrize(
    "name",
    [
        "", "test_add", "adds one and one", "renders (dark)", "renders the [object Object]x", "works()",
        "[draft] opens", "TestAdd/small", "GET /users/3",
        "1 (one)", 'says "hello"', "issue #12 is fixed", "a [b] c", "() => x", "does not call foo(1) twice",
    ],
)  # fmt: skip
def test_must_not_see_parameters(name):
    assert parametrised(name) is None


@given(st.text(max_size=60))
def test_any_name_keeps_all_its_letters(name):
    found = parametrised(name)
    if found is not None:
        assert found.base in name
        assert found.parameters in name
