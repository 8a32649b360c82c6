"""Signing keys open with the owner's passphrase and with nothing else."""

import hashlib
from dataclasses import replace

import pytest

from dashboard.errors import AccessError, StoreError
from dashboard.signoff.keys import key_id, new_key, public_key, unseal

PASSPHRASE = "four unrelated words"


@pytest.fixture(scope="module")
def key():
    return new_key("cora", PASSPHRASE)


def test_the_owner_opens_it(key):
    private = unseal(key, "cora", PASSPHRASE)
    assert private.public_key().public_bytes_raw() == key.public
    assert key_id(private.public_key()) == key.key_id
    assert public_key(key.public) == private.public_key()


def test_another_form_of_the_same_letters_opens_it():
    key = new_key("zoe", "zoe\u0308s gro\u00dfes Haus am See")  # combining diaeresis
    assert unseal(key, "zoe", "zo\u00ebs gro\u00dfes Haus am See")


def test_no_secret_is_in_what_is_stored(key):
    private = unseal(key, "cora", PASSPHRASE)
    seed = private.private_bytes_raw()
    stored = repr(key)
    assert PASSPHRASE not in stored
    assert seed.hex() not in stored
    assert new_key("cora", PASSPHRASE).sealed != key.sealed


@pytest.mark.parametrize(
    ("owner", "passphrase", "change"),
    [
        ("cora", "four unrelated wordz", {}),
        ("cora", "", {}),
        ("mallory", PASSPHRASE, {}),
        ("cora", PASSPHRASE, {"public": bytes(32)}),
    ],
)
def test_must_not_open(key, owner, passphrase, change):
    with pytest.raises(AccessError) as caught:
        unseal(replace(key, **change), owner, passphrase)
    assert caught.value.slug == "wrong-passphrase"


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda s: s[:-10],
        lambda s: s.replace("countersign-key-1", "countersign-key-9"),
        lambda s: s.replace("t=2", "t=x"),
        lambda s: s.replace("m=19456", "m=99999999"),
        lambda s: s + "$AAAA",
    ],
)
def test_damage_is_named(key, damage):
    with pytest.raises((StoreError, AccessError)) as caught:
        unseal(replace(key, sealed=damage(key.sealed)), "cora", PASSPHRASE)
    assert caught.value.slug in {"key-unreadable", "wrong-passphrase"}


def test_a_damaged_public_key_is_named():
    with pytest.raises(StoreError) as caught:
        public_key(b"short")
    assert caught.value.slug == "key-unreadable"


def test_the_name_of_a_key_is_the_digest_of_its_public_key_info(key):
    # RFC 8410, section 4: the fixed head of an Ed25519 SubjectPublicKeyInfo, then the raw key.
    der = bytes.fromhex("302a300506032b6570032100") + key.public
    assert key.key_id == hashlib.sha256(der).hexdigest()
