"""Passphrases: what is taken, what is stored, what matches."""

import pytest

from dashboard.errors import UsageError
from dashboard.signoff.passwords import NOBODY, check_strength, hash_passphrase, matches, new_passphrase


@pytest.mark.parametrize(
    "passphrase", ["correct horse battery staple", "twelve chars", "päßwörter-über-uns", "a" * 5 + "bcdefgh"]
)
def test_taken(passphrase):
    check_strength(passphrase, login="cora", name="Cora Diaz")


@pytest.mark.parametrize(
    "passphrase",
    [
        "",
        "short",
        "eleven char",
        "x" * 300,
        "aaaaaaaaaaaaaaaa",
        "coracoracoracora",
        "Cora Diaz Cora Diaz",
        "with\x00control char",
        "cora1cora1cora1",
    ],
)
def test_must_not_take(passphrase):
    with pytest.raises(UsageError) as caught:
        check_strength(passphrase, login="cora", name="Cora Diaz")
    assert caught.value.slug == "weak-passphrase"
    assert not passphrase or passphrase not in str(caught.value)


def test_hash_matches_its_passphrase_and_no_other():
    phc = hash_passphrase("correct horse battery staple")
    assert phc.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches("correct horse battery staple", phc)
    assert not matches("correct horse battery stapl", phc)
    assert not matches("correct horse battery staple", phc[:-4])
    assert not matches("correct horse battery staple", "not a hash")
    assert hash_passphrase("correct horse battery staple") != phc


def test_nobody_matches_nothing():
    assert NOBODY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not matches("", NOBODY)


def test_made_passphrases_are_taken_and_differ():
    made = {new_passphrase() for _ in range(50)}
    assert len(made) == 50
    for passphrase in made:
        check_strength(passphrase, login="cora", name="Cora Diaz")
    assert new_passphrase(lambda letters: letters[-1]) == "zzzz-zzzz-zzzz-zzzz-zzzz"
