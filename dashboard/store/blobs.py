"""The bytes of evidence files: kept once by digest, in compressed pieces, and given back as they came."""

import hashlib
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import NotFoundError, StoreError
from dashboard.store.engine import Store
from dashboard.store.moments import from_ms
from dashboard.store.staging import Staging
from dashboard.store.transaction import Connection, first, reading, run, scalar

PIECE = 1024 * 1024
_LEVEL = 3  # twice as fast as the default on reports, and hardly larger


def stage(staging: Staging, body: BinaryIO) -> None:
    """Compress a file into the staging table, piece by piece."""
    body.seek(0)
    for seq, piece in enumerate(iter(lambda: body.read(PIECE), b"")):
        staging.add("stage_blob", (seq, zlib.compress(piece, _LEVEL)))
        staging.flush("stage_blob")


def known(connection: Connection, sha256: str) -> bool:
    """Say whether the file is already kept."""
    return scalar(connection, "SELECT 1 FROM blob_chunk WHERE sha256 = :sha256 AND seq = 0", sha256=sha256) is not None


def keep(connection: Connection, sha256: str) -> None:
    """Move the staged pieces into the database."""
    run(
        connection,
        "INSERT INTO blob_chunk (sha256, seq, body) SELECT :sha256, seq, body FROM stage_blob WHERE true "
        "ORDER BY seq ON CONFLICT DO NOTHING",
        sha256=sha256,
    )


def read(store: Store, sha256: str) -> Iterator[bytes]:
    """Give a file back in pieces of at most 1 MiB.

    Raises:
        NotFoundError: no artefact has this digest, or (slug ``artefact-pruned``) its bytes were pruned.
        StoreError: slug ``evidence-altered`` after the last piece when the bytes no longer have their digest.
    """
    with reading(store) as connection:
        artefact = first(
            connection,
            "SELECT pruned_at FROM artefact WHERE sha256 = :sha256 "
            "ORDER BY pruned_at IS NULL DESC, pruned_at DESC LIMIT 1",
            sha256=sha256,
        )
    if artefact is None:
        msg = f"No artefact with the digest {sha256[:12]}… is in the store."
        raise NotFoundError(msg)
    if artefact["pruned_at"] is not None:
        on = f"{from_ms(artefact['pruned_at']):%Y-%m-%d}"
        msg = f"The bytes of artefact {sha256[:12]}… were pruned on {on}."
        raise NotFoundError(msg, slug="artefact-pruned", hint="A backup from before that day has them.")
    digest = hashlib.sha256()
    for piece in _pieces(store, sha256):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        msg = f"The stored bytes of artefact {sha256[:12]}… no longer have that digest."
        raise StoreError(msg, slug="evidence-altered", hint="Restore the database from a backup and look into it.")


def _pieces(store: Store, sha256: str) -> Iterator[bytes]:
    for seq in range(2**31):
        with reading(store) as connection:
            found = first(
                connection, "SELECT body FROM blob_chunk WHERE sha256 = :sha256 AND seq = :seq", sha256=sha256, seq=seq
            )
        if found is None:
            return
        try:
            yield zlib.decompress(found["body"])
        except zlib.error as error:
            msg = f"Piece {seq} of artefact {sha256[:12]}… is damaged."
            raise StoreError(msg, slug="evidence-altered", hint="Restore the database from a backup.") from error
