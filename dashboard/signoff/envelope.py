"""The bytes that are signed, and the envelope around them.

DSSE v1 (https://github.com/secure-systems-lab/dsse): the signature covers type and length as well as the payload,
so that bytes signed for one purpose cannot be read as another. RFC 8785 only produces the bytes; from then on
they are stored, moved and checked as they are.
"""

import base64
import binascii
import hashlib
import json
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dashboard.errors import MalformedArtefactError
from dashboard.model.statement import Envelope
from dashboard.signoff.keys import key_id

PAYLOAD_TYPE = "application/vnd.in-toto+json"

#: A signed statement with a hundred gates is 40 KB; more than this is not one of ours.
MAX_PAYLOAD = 4 * 1024 * 1024


def canonical(document: Any) -> bytes:
    """Give the RFC 8785 bytes of a document of objects, lists, text, integers and booleans.

    Raises:
        TypeError: a float, or anything else whose text form could differ between implementations.
    """
    _refuse_floats(document)
    return rfc8785.dumps(document)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(name, str):
                msg = f"{name!r} is not a text"
                raise TypeError(msg)
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)
    elif not isinstance(value, str | int) and value is not None:
        msg = f"{type(value).__name__} cannot be signed"
        raise TypeError(msg)


def pae(payload_type: str, payload: bytes) -> bytes:
    """Give DSSE's pre-authentication encoding: the very bytes the signature is over."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, private: Ed25519PrivateKey) -> Envelope:
    """Sign a payload."""
    signature = private.sign(pae(PAYLOAD_TYPE, payload))
    return Envelope(payload, PAYLOAD_TYPE, key_id(private.public_key()), signature)


def genuine(envelope: Envelope, public: Ed25519PublicKey) -> bool:
    """Say whether the signature is this key's over these bytes and this type."""
    try:
        public.verify(envelope.signature, pae(envelope.payload_type, envelope.payload))
    except InvalidSignature:
        return False
    return envelope.key_id == key_id(public)


def payload_digest(envelope: Envelope) -> str:
    """Give the sha256 of the payload: the name of a statement."""
    return hashlib.sha256(envelope.payload).hexdigest()


def to_json(envelope: Envelope) -> bytes:
    """Write the envelope as DSSE JSON, for other tools; the payload's bytes travel inside unchanged."""
    return rfc8785.dumps(
        {
            "payload": base64.b64encode(envelope.payload).decode(),
            "payloadType": envelope.payload_type,
            "signatures": [{"keyid": envelope.key_id, "sig": base64.b64encode(envelope.signature).decode()}],
        }
    )


def from_json(body: bytes) -> Envelope:
    """Read DSSE JSON with exactly one signature.

    Raises:
        MalformedArtefactError: slug ``envelope-malformed``.
    """
    try:
        document = strict_json(body)
        (signature,) = document["signatures"]
        return Envelope(
            payload=base64.b64decode(document["payload"], validate=True),
            payload_type=_text(document["payloadType"]),
            key_id=_text(signature["keyid"]),
            signature=base64.b64decode(signature["sig"], validate=True),
        )
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        msg = f"This is not a DSSE envelope with one signature: {error}."
        raise MalformedArtefactError(msg, slug="envelope-malformed", hint="Export the envelope again.") from error


def strict_json(body: bytes) -> Any:
    """Read JSON as it may be signed: no duplicate names, no floats, no NaN, bounded.

    Raises:
        ValueError: the bytes are anything else.
    """
    if len(body) > MAX_PAYLOAD:
        msg = f"{len(body):,} bytes are more than a statement can have"
        raise ValueError(msg)
    try:
        return json.loads(body.decode(), object_pairs_hook=_distinct, parse_float=_refuse, parse_constant=_refuse)
    except RecursionError as error:
        msg = "nested too deeply"
        raise ValueError(msg) from error


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a name stands twice in one object"
        raise ValueError(msg)
    return found


def _refuse(text: str) -> Any:
    msg = f"the number {text[:40]} is not an integer"
    raise ValueError(msg)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        msg = "a text is expected"
        raise TypeError(msg)
    return value
