"""One envelope against what is known: the step that fails is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dashboard.signoff.envelope import payload_digest, seal
from dashboard.signoff.keys import key_id
from dashboard.signoff.statements import to_payload
from dashboard.signoff.verify import Expectation, KnownKey, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNED = datetime(2025, 10, 18, 14, 2, tzinfo=UTC)


def known(**change):
    key = KnownKey(7, "cora", KEY.public_key().public_bytes_raw(), SIGNED + timedelta(microseconds=900), None)
    return {key_id(KEY.public_key()): replace(key, **change)}


def expected(envelope, **change):
    return replace(Expectation("e" * 64, payload_digest(envelope), 7), **change)


@pytest.fixture
def envelope(statement):
    return seal(to_payload(statement), KEY)


def test_a_genuine_one_passes_every_step(envelope, statement):
    proof = verify(envelope, known(), expected(envelope))
    assert proof.holds
    assert proof.failed is None
    assert proof.statement == statement
    assert [step.number for step in proof.steps] == list(range(1, 8))
    assert all(step.passed and step.because for step in proof.steps)


def test_signatures_before_a_revocation_stand(envelope):
    assert verify(envelope, known(revoked_at=SIGNED + timedelta(seconds=1)), expected(envelope)).holds


@pytest.mark.parametrize(
    ("step", "envelope_change", "key_change", "expected_change"),
    [
        ("payload digest", {}, {}, {"payload_sha256": "0" * 64}),
        ("payload type", {"payload_type": "text/plain"}, {}, {}),
        ("key", {"key_id": "0" * 64}, {}, {}),
        ("signature", {"signature": bytes(64)}, {}, {}),
        ("signature", {}, {"public": b"short"}, {}),
        ("binding", {}, {}, {"evaluation": "0" * 64}),
        ("binding", {}, {}, {"signer": 8}),
        ("binding", {}, {"account": 8}, {}),
        ("key at that time", {}, {"revoked_at": SIGNED}, {}),
        ("key at that time", {}, {"created_at": SIGNED + timedelta(seconds=1)}, {}),
    ],
)
def test_must_not_hold(envelope, step, envelope_change, key_change, expected_change):
    proof = verify(replace(envelope, **envelope_change), known(**key_change), expected(envelope, **expected_change))
    assert not proof.holds
    assert proof.statement is None
    assert proof.failed is not None
    assert proof.failed.name == step


@pytest.mark.parametrize("moment", ["yesterday", "2025-10-18T14:02:00"])
def test_a_moment_that_is_none_does_not_hold(statement, moment):
    envelope = seal(to_payload(replace(statement, signed_at=moment)), KEY)
    assert verify(envelope, known(), expected(envelope)).failed.name == "key at that time"


def test_a_signed_payload_that_is_no_statement_does_not_hold():
    envelope = seal(b"{}", KEY)
    assert verify(envelope, known(), expected(envelope)).failed.name == "statement"
