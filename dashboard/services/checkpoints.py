"""The head of the log, signed by the server's own key: a copy kept elsewhere stops rewriting unseen."""

import os
import secrets
from pathlib import Path

from dashboard.errors import StoreError
from dashboard.model.person import Permission
from dashboard.services.context import Context
from dashboard.services.log import head
from dashboard.signoff.checkpoint import Checkpoint, origin_of, verifier_key, write
from dashboard.signoff.keys import PrivateKey, private_key

KEY_FILE = "checkpoint.key"
_KEY_BYTES = 32


def checkpoint(context: Context) -> str:
    """Give the present head as a signed note (C2SP tlog-checkpoint)."""
    context.require(Permission.READ)
    size, top = head(context)
    private = server_key(context.settings.home)
    return write(Checkpoint(origin_of(private.public_key()), size, bytes.fromhex(top)), private)


def verifier(context: Context) -> str:
    """Give the public half of the server's key, as note tools take it."""
    context.require(Permission.READ)
    public = server_key(context.settings.home).public_key()
    return verifier_key(origin_of(public), public)


def server_key(home: Path) -> PrivateKey:
    """Read the server's key, making it when it is first needed; only its owner can read the file.

    Raises:
        StoreError: slug ``server-key-unusable``.
    """
    path = home / KEY_FILE
    try:
        return private_key(_key_bytes(path))
    except (OSError, ValueError) as error:
        msg = f"The server's key {path} cannot be used: {error}."
        raise StoreError(msg, slug="server-key-unusable", hint="Restore the file, or set COUNTERSIGN_HOME.") from error


def _key_bytes(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = secrets.token_bytes(_KEY_BYTES)
    # Written whole under another name and then linked, so that nobody ever reads half a key or replaces one.
    draft = path.with_name(f".{KEY_FILE}.{fresh.hex()[:8]}")
    if not path.exists():
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(fresh)
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first; its key is the server's
        finally:
            draft.unlink()
    return path.read_bytes()
