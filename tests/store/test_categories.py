"""Patterns against the plain meaning of ``*`` and ``?``."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.store.categories import Texts, path_pattern

TEXT = st.text(alphabet="abAB.> é", max_size=8)
PATTERN = st.text(alphabet="abAB.>*?", max_size=6)


@given(texts=st.lists(TEXT, max_size=8), pattern=PATTERN)
def test_it_finds_what_fnmatch_finds(texts, pattern):
    found = Texts(texts, range(len(texts))).matching([pattern])
    assert found == {i for i, text in enumerate(texts) if fnmatchcase(text.lower(), pattern.lower())}


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("infrastructure/*", "infrastructure/a/b.py", True),
        ("*/infrastructure/*", "src/infrastructure/a.py", True),
        ("infrastructure/*", "src/infrastructure/a.py", False),
        ("src/?.py", "src/ab.py", False),
        ("SRC/*", "src/a.py", False),
        ("a+b/*", "a+b/c", True),
        ("[ab]/*", "a/c", False),
    ],
)
def test_paths(pattern, path, fits):
    assert bool(path_pattern([pattern]).fullmatch(path)) is fits


def test_no_pattern_fits_nothing():
    assert not path_pattern([]).fullmatch("")
    assert Texts(["a"], [0]).matching([]) == set()


def test_a_pattern_of_many_stars_is_not_slow():
    texts = Texts(["a" * 4000 + "b"], [0])
    assert texts.matching(["*a*a*a*" + "*" * 50 + "c"]) == set()


def test_lower_casing_that_changes_the_length():
    texts = ["\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}" * 5, "abc"]
    assert Texts(texts, [7, 9]).matching(["*b*"]) == {9}
