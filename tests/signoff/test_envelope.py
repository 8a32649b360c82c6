"""The bytes that are signed: canonical, bound to their type, readable by other tools."""

import base64
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as ForeignEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from dashboard.errors import MalformedArtefactError
from dashboard.signoff.envelope import PAYLOAD_TYPE, canonical, from_json, genuine, pae, seal, strict_json, to_json
from dashboard.signoff.statements import PREDICATE_TYPE, from_payload, to_payload

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()


def foreign_key(envelope):
    pem = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return SSlibKey(envelope.key_id, "ed25519", "ed25519", {"public": PUBLIC.public_bytes_raw().hex(), "pem": pem})


def test_pae_is_that_of_the_specification():
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_securesystemslib_verifies_our_envelopes(statement):
    envelope = seal(to_payload(statement), KEY)
    foreign = ForeignEnvelope.from_dict(json.loads(to_json(envelope)))
    assert foreign.payload == envelope.payload
    assert list(foreign.verify([foreign_key(envelope)], 1)) == [envelope.key_id]


def test_securesystemslib_refuses_what_we_refuse(statement):
    envelope = seal(to_payload(statement), KEY)
    forged = replace(envelope, payload=envelope.payload.replace(b"approve", b"Approve"))
    assert not genuine(forged, PUBLIC)
    with pytest.raises(VerificationError):
        ForeignEnvelope.from_dict(json.loads(to_json(forged))).verify([foreign_key(envelope)], 1)


def test_the_statement_is_in_toto_and_reads_back(statement):
    payload = to_payload(statement)
    document = json.loads(payload)
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == PREDICATE_TYPE
    assert [subject["name"] for subject in document["subject"]] == [
        "candidate",
        "evidence-manifest",
        "policy",
        "report",
    ]
    assert document["subject"][0]["digest"] == {"gitCommit": statement.subjects.candidate}
    assert document["subject"][1]["digest"] == {"sha256": "a" * 64}
    assert from_payload(payload) == statement
    long = replace(statement, subjects=replace(statement.subjects, candidate="9" * 64))
    assert json.loads(to_payload(long))["subject"][0]["digest"] == {"sha256": "9" * 64}


@given(st.integers(0), st.integers(0, 255))
def test_one_flipped_byte_of_the_payload_fails(statement, place, change):
    envelope = seal(to_payload(statement), KEY)
    at = place % len(envelope.payload)
    flipped = bytearray(envelope.payload)
    flipped[at] ^= change
    assert genuine(replace(envelope, payload=bytes(flipped)), PUBLIC) == (change == 0)


def test_signature_type_and_key_are_bound(statement):
    envelope = seal(to_payload(statement), KEY)
    assert genuine(envelope, PUBLIC)
    assert not genuine(replace(envelope, payload_type="text/plain"), PUBLIC)
    assert not genuine(replace(envelope, key_id="0" * 64), PUBLIC)
    assert not genuine(replace(envelope, signature=bytes(64)), PUBLIC)
    assert not genuine(envelope, Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())


def test_the_envelope_travels_unchanged(statement):
    envelope = seal(to_payload(statement), KEY)
    assert from_json(to_json(envelope)) == envelope
    assert json.loads(to_json(envelope))["payloadType"] == PAYLOAD_TYPE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"payload":"","payloadType":"x","signatures":[]}',
        b'{"payload":"!","payloadType":"x","signatures":[{"keyid":"k","sig":""}]}',
        b'{"payload":"","payloadType":1,"signatures":[{"keyid":"k","sig":""}]}',
        b'{"payload":"","payload":"","payloadType":"x","signatures":[{"keyid":"k","sig":""}]}',
        b'{"payload":"","payloadType":"x","signatures":[{"keyid":"k","sig":""},{"keyid":"k","sig":""}]}',
        b"\xff",
    ],
)
def test_must_not_read_as_an_envelope(body):
    with pytest.raises(MalformedArtefactError) as caught:
        from_json(body)
    assert caught.value.slug == "envelope-malformed"


@pytest.mark.parametrize("value", [1.5, {"a": [1.0]}, {1: "a"}, {"a": float("nan")}, {"a": {1, 2}}, b"bytes"])
def test_must_not_be_signed(value):
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize(
    "body", [b"1.5", b"NaN", b"Infinity", b'{"a":1,"a":1}', b"[" * 100_000, b" " * (4 * 1024 * 1024 + 1)]
)
def test_must_not_be_read(body):
    with pytest.raises(ValueError):  # noqa: PT011 - every refusal is the same to the caller
        strict_json(body)


def altered(statement):
    document = json.loads(to_payload(statement))
    predicate = document["predicate"]
    yield "not canonical", json.dumps(document).encode()
    yield "no field", canonical(document | {"predicate": {k: v for k, v in predicate.items() if k != "reason"}})
    yield "more fields", canonical(document | {"predicate": predicate | {"note": "x"}})
    yield "more outside", canonical(document | {"note": "x"})
    yield "text for a number", canonical(document | {"predicate": predicate | {"log_size": "12"}})
    yield "truth for a number", canonical(document | {"predicate": predicate | {"log_size": True}})
    yield "number for a text", canonical(document | {"predicate": predicate | {"reason": 1}})
    yield "text for a list", canonical(document | {"predicate": predicate | {"gates": "all"}})
    yield "unknown kind", canonical(document | {"predicate": predicate | {"kind": "bless"}})
    yield "another predicate", canonical(document | {"predicateType": "urn:other"})
    yield "subject missing", canonical(document | {"subject": document["subject"][:3]})
    yield (
        "two digests",
        canonical(
            document | {"subject": [{"name": "candidate", "digest": {"a": "1", "b": "2"}}, *document["subject"][1:]]}
        ),
    )
    yield "a list", b"[]"
    yield "nothing", b""


def test_must_not_read_as_a_statement(statement):
    for what, payload in altered(statement):
        with pytest.raises(MalformedArtefactError) as caught:
            from_payload(payload)
        assert caught.value.slug == "statement-malformed", what


def test_base64_inside_is_the_payload(statement):
    payload = to_payload(statement)
    assert base64.b64decode(json.loads(to_json(seal(payload, KEY)))["payload"]) == payload
