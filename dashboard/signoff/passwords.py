"""Passphrases: Argon2id in the PHC text form, and what a passphrase must be.

One passphrase an account: it opens the session and, through a second Argon2id with a salt of its own, the signing
key. So a person has one secret to keep, and neither stored form helps with the other.
"""

import secrets
import unicodedata
from collections.abc import Callable

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dashboard.errors import UsageError

#: OWASP's password storage cheat sheet, Argon2id: m=19 MiB, t=2, p=1. About 35 ms a guess on one core.
MEMORY_KIB, ITERATIONS, LANES = 19 * 1024, 2, 1
SALT_BYTES = 16

#: OWASP ASVS 5.0, 6.2.1 asks for 8 at least and recommends 15; 6.2.5 and 6.2.10 forbid rules of composition and
#: forced changes.
MIN_LENGTH, MAX_LENGTH = 12, 256

#: Crockford's base 32: no letter that is mistaken for a digit.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def passphrase_bytes(passphrase: str) -> bytes:
    """Give the bytes that are hashed: NFKC, so that another keyboard's form of the same letters works."""
    return unicodedata.normalize("NFKC", passphrase).encode()


def check_strength(passphrase: str, *, login: str, name: str) -> None:
    """Refuse a passphrase that is too short, too long or made of the account's own names.

    Raises:
        UsageError: slug ``weak-passphrase``.
    """
    reason = _weakness(unicodedata.normalize("NFKC", passphrase), (login, *name.split()))
    if reason:
        msg = f"The passphrase {reason}."
        hint = f"Take {MIN_LENGTH} characters or more, four unrelated words for example."
        raise UsageError(msg, slug="weak-passphrase", hint=hint)


def _weakness(passphrase: str, names: tuple[str, ...]) -> str:
    if len(passphrase) < MIN_LENGTH:
        return f"has {len(passphrase)} characters; {MIN_LENGTH} are needed"
    if len(passphrase) > MAX_LENGTH:
        return f"has more than {MAX_LENGTH} characters"
    if any(unicodedata.category(character) == "Cc" for character in passphrase):
        return "holds a control character"
    rest = passphrase.casefold()
    for name in names:
        rest = rest.replace(name.casefold(), "") if len(name) > 2 else rest
    if len(set(rest)) < 6:
        return "repeats the account's own name or a handful of characters"
    return ""


def new_passphrase(choose: Callable[[str], str] = secrets.choice) -> str:
    """Make a passphrase of 100 random bits, in five groups that can be read out."""
    return "-".join("".join(choose(_ALPHABET) for _ in range(4)) for _ in range(5))


def hash_passphrase(passphrase: str, entropy: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Give the PHC text ``$argon2id$v=19$m=...`` with a fresh salt."""
    kdf = Argon2id(salt=entropy(SALT_BYTES), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(passphrase_bytes(passphrase))


#: Verified against when there is no such account, so that an unknown login takes as long as a known one.
#: It is the hash of 32 random bytes that were thrown away.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$WXzN5KhJwl/IcVLbogCG4w$mYor6uoNY0Ql2BeLiGp/ydKhyjys5/BcmnJCLhcVuv0"


def matches(passphrase: str, phc: str) -> bool:
    """Say whether the passphrase is the one that was hashed; takes the same time either way."""
    try:
        Argon2id.verify_phc_encoded(passphrase_bytes(passphrase), phc)
    except (InvalidKey, ValueError):
        return False
    return True
