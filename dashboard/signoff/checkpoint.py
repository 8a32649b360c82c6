"""Checkpoints: size and root of the log, signed by the server's key, in a form that other logs' tools read.

C2SP tlog-checkpoint inside a signed note (https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note). A copy
kept elsewhere is what stops the owner of the database from rewriting the log unseen.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dashboard.errors import MalformedArtefactError
from dashboard.signoff.keys import key_id

_ED25519 = b"\x01"
_DASH = "\u2014"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Give the note's text: the signed part, with its final newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def origin_of(public: Ed25519PublicKey) -> str:
    """Give the name of the log: it is that of its key, so that two logs never share one."""
    return f"countersign/{key_id(public)[:16]}"


def note_key_hash(name: str, public: Ed25519PublicKey) -> bytes:
    """Give the four bytes by which a note names its key."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public.public_bytes_raw()).digest()[:4]


def verifier_key(name: str, public: Ed25519PublicKey) -> str:
    """Write the key as ``name+hash+key``, the form that note tools take."""
    encoded = base64.b64encode(_ED25519 + public.public_bytes_raw()).decode()
    return f"{name}+{note_key_hash(name, public).hex()}+{encoded}"


def signed_note(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """Sign a note's text, which must end in a newline."""
    blob = note_key_hash(name, private.public_key()) + private.sign(text.encode())
    return f"{text}\n{_DASH} {name} {base64.b64encode(blob).decode()}\n"


def note_text(note: str, name: str, public: Ed25519PublicKey) -> str:
    """Give the text of a note that this key signed; signatures of other keys are passed over.

    Raises:
        MalformedArtefactError: slug ``checkpoint-malformed``, or ``checkpoint-not-genuine`` when no signature of
            this key verifies.
    """
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or any(ord(c) < 0x20 and c != "\n" for c in note):
        msg = "This is not a signed note."
        raise MalformedArtefactError(msg, slug="checkpoint-malformed")
    text += "\n"
    wanted = note_key_hash(name, public)
    for line in lines.splitlines():
        blob = _signature(line, name)
        if blob is not None and blob[:4] == wanted and _verifies(public, blob[4:], text):
            return text
    msg = f"No signature of {name} on this checkpoint verifies."
    raise MalformedArtefactError(msg, slug="checkpoint-not-genuine", hint="Do not trust it; compare with another copy.")


def write(checkpoint: Checkpoint, private: Ed25519PrivateKey) -> str:
    """Sign a checkpoint; the key's name is the log's origin."""
    return signed_note(checkpoint.text, checkpoint.origin, private)


def read(note: str, origin: str, public: Ed25519PublicKey) -> Checkpoint:
    """Verify and read a checkpoint of the log ``origin``.

    Raises:
        MalformedArtefactError: it is not one, not this log's, or not genuine.
    """
    lines = note_text(note, origin, public).splitlines()
    try:
        found, size, root = lines
        checkpoint = Checkpoint(found, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error) as error:
        msg = "The signed note is not a checkpoint."
        raise MalformedArtefactError(msg, slug="checkpoint-malformed") from error
    if checkpoint.text.splitlines() != lines or found != origin or len(checkpoint.root) != 32:
        msg = "The signed note is not a checkpoint of this log."
        raise MalformedArtefactError(msg, slug="checkpoint-malformed")
    return checkpoint


def _signature(line: str, name: str) -> bytes | None:
    dash, _, rest = line.partition(" ")
    found, _, encoded = rest.partition(" ")
    if dash != _DASH or found != name:
        return None
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None


def _verifies(public: Ed25519PublicKey, signature: bytes, text: str) -> bool:
    try:
        public.verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True
