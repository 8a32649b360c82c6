"""Signing keys: Ed25519, made at enrolment, and never at rest without the owner's passphrase over them.

The passphrase goes through Argon2id to an AES-256-GCM key that seals the private key. PKCS#8's own encryption is
not used: cryptography's ``BestAvailableEncryption`` means PBKDF2 with 2,048 rounds. The sealed text is bound to
its owner and its public key, so it opens nowhere else.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dashboard.errors import AccessError, StoreError
from dashboard.signoff.passwords import ITERATIONS, LANES, MEMORY_KIB, SALT_BYTES, passphrase_bytes

Entropy = Callable[[int], bytes]

#: The name by which the rest of the product speaks of an open private key.
PrivateKey = Ed25519PrivateKey

_FORMAT = "countersign-key-1"
_NONCE_BYTES = 12  # AES-GCM's own
_COST = re.compile(r"argon2id,m=(\d{4,7}),t=(\d{1,2}),p=(\d)")


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A key pair as it is stored."""

    key_id: str
    public: bytes
    """32 raw bytes."""
    sealed: str
    """The private key under the passphrase, with salt, nonce and cost."""


def key_id(public: Ed25519PublicKey) -> str:
    """Give the key's name: sha256 of its SubjectPublicKeyInfo, as ``openssl pkey -pubin -outform der`` writes it."""
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def public_pem(raw: bytes) -> str:
    """Write 32 raw bytes of a public key as other tools read it.

    Raises:
        StoreError: slug ``key-unreadable``.
    """
    return public_key(raw).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def public_key(raw: bytes) -> Ed25519PublicKey:
    """Read 32 raw bytes as a public key.

    Raises:
        StoreError: slug ``key-unreadable``.
    """
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError as error:
        msg = "A stored public key is damaged."
        raise StoreError(msg, slug="key-unreadable", hint="Restore the database from a backup.") from error


def private_key(seed: bytes) -> PrivateKey:
    """Read 32 raw bytes as a private key; ``ValueError`` for any other length."""
    return Ed25519PrivateKey.from_private_bytes(seed)


def new_key(owner: str, passphrase: str, entropy: Entropy = secrets.token_bytes) -> SealedKey:
    """Make a key pair for ``owner`` (the account's login), sealed by the passphrase."""
    seed = entropy(32)
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key()
    salt, nonce = entropy(SALT_BYTES), entropy(_NONCE_BYTES)
    raw = public.public_bytes_raw()
    cost = f"argon2id,m={MEMORY_KIB},t={ITERATIONS},p={LANES}"
    cipher = AESGCM(_sealing_key(passphrase, salt, cost)).encrypt(nonce, seed, _bound_to(owner, cost, raw))
    parts = (_FORMAT, cost, *(base64.b64encode(part).decode() for part in (salt, nonce, cipher)))
    return SealedKey(key_id(public), raw, "$".join(parts))


def unseal(key: SealedKey, owner: str, passphrase: str) -> Ed25519PrivateKey:
    """Open a sealed key.

    Raises:
        AccessError: slug ``wrong-passphrase``.
        StoreError: slug ``key-unreadable``: what is stored is not a sealed key of this version.
    """
    try:
        cost, salt, nonce, cipher = _parts(key.sealed)
        key_bytes = _sealing_key(passphrase, salt, cost)
    except ValueError as error:
        msg = "The stored signing key is damaged or of another version."
        raise StoreError(msg, slug="key-unreadable", hint="Ask an administrator to reset the account.") from error
    try:
        seed = AESGCM(key_bytes).decrypt(nonce, cipher, _bound_to(owner, cost, key.public))
    except InvalidTag as error:
        msg = "The passphrase is wrong."
        raise AccessError(
            msg, slug="wrong-passphrase", hint="Type the passphrase of your own account again."
        ) from error
    return Ed25519PrivateKey.from_private_bytes(seed)


def _parts(sealed: str) -> tuple[str, bytes, bytes, bytes]:
    form, cost, *encoded = sealed.split("$")
    salt, nonce, cipher = (base64.b64decode(part, validate=True) for part in encoded)
    if form != _FORMAT or len(salt) != SALT_BYTES or len(nonce) != _NONCE_BYTES:
        raise ValueError(form)
    return cost, salt, nonce, cipher


def _sealing_key(passphrase: str, salt: bytes, cost: str) -> bytes:
    # A salt of its own, never that of the log-in hash: the stored hash must say nothing about this key.
    found = _COST.fullmatch(cost)
    if found is None:
        raise ValueError(cost)
    memory, iterations, lanes = (int(part) for part in found.groups())
    kdf = Argon2id(salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory)
    return kdf.derive(passphrase_bytes(passphrase))


def _bound_to(owner: str, cost: str, public: bytes) -> bytes:
    return b"\x00".join((_FORMAT.encode(), cost.encode(), owner.encode(), public))
