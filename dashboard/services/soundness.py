"""Whether the database can be trusted: whole, complete, and saying today what it said when it was signed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, BinaryIO, NamedTuple

from dashboard.errors import CountersignError, StoreError
from dashboard.model.person import Permission
from dashboard.services import signatures
from dashboard.services._log_soundness import log_faults
from dashboard.services.context import Context
from dashboard.services.database import Watch, unwatched
from dashboard.services.reading import open_reading, spool
from dashboard.store import blobs, maintenance
from dashboard.store.transaction import Connection, reading, rows


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    wrong: tuple[str, ...]
    """A sentence each; none when all is well."""
    files: int
    """Contents whose bytes were hashed again."""
    read_again: int
    """Artefacts that were read again by their reader, in a deep check."""
    passed_over: int
    """Artefacts that an older version of their reader read, whose records cannot be compared."""
    events: int
    signatures: int

    def as_dict(self) -> dict[str, Any]:
        """Give it as ``--json`` prints it."""
        return {"sound": not self.wrong, **{name: getattr(self, name) for name in self.__slots__}}


class _File(NamedTuple):
    sha256: str
    size: int
    name: str
    format: str
    reader_version: int
    records_sha256: str


def check(context: Context, *, deep: bool = False, watch: Watch[Any] = unwatched) -> Checked:
    """Look through everything and say what is wrong; nothing is changed.

    Damage, rows that belong to nothing, rollups against facts, raw bytes against their digests, the log against its
    leaves and against every root that was signed, and the signatures. ``deep`` also reads every artefact again and
    compares its records.
    """
    context.require(Permission.ADMINISTER)
    wrong = _store_faults(context)
    with reading(context.store) as connection:
        files = _files(connection)
    by_content: dict[str, list[_File]] = {}
    for one in files:
        by_content.setdefault(one.sha256, []).append(one)
    read_again = passed_over = 0
    for sha256 in watch(list(by_content), "Checking files"):
        told = list(_file_faults(context, by_content[sha256][0]))
        wrong += told
        for one in _distinct(by_content[sha256]) if deep and not told else ():
            compared, sentence = _read_again(context, one)
            read_again += compared
            passed_over += not compared and sentence is None
            wrong += [] if sentence is None else [sentence]
    with reading(context.store) as connection:
        events, told = log_faults(connection)
        wrong += told
        signed, told = _signature_faults(context, connection)
        wrong += told
        wrong += _policy_faults(connection)
    return Checked(tuple(wrong), len(by_content), read_again, passed_over, events, signed)


def _store_faults(context: Context) -> list[str]:
    try:
        return maintenance.check(context.store)
    except StoreError as error:
        return [str(error)]  # so damaged that it cannot be asked


def _files(connection: Connection) -> list[_File]:
    found = rows(
        connection,
        "SELECT sha256, size, name, format, reader_version, records_sha256 FROM artefact WHERE pruned_at IS NULL "
        "ORDER BY sha256, id",
    )
    return [_File(*(row[name] for name in _File._fields)) for row in found]


def _distinct(files: list[_File]) -> list[_File]:
    """Give one of each reading: the same content is often evidence of several candidates."""
    return list({(one.format, one.reader_version, one.records_sha256): one for one in files}.values())


def _pieces(context: Context, sha256: str) -> Iterator[bytes]:
    return blobs.read(context.store, sha256)


def _file_faults(context: Context, file: _File) -> Iterator[str]:
    """Hash the raw bytes again; that they are there at all, the store's own check says."""
    size = 0
    try:
        for piece in _pieces(context, file.sha256):
            size += len(piece)
    except CountersignError as error:
        yield str(error)
        return
    if size != file.size:
        yield f"Artefact {file.sha256[:12]}… ({file.name}) has {size:,} bytes and is filed with {file.size:,}."


def _read_again(context: Context, file: _File) -> tuple[bool, str | None]:
    """Read an artefact by its reader; gives whether its records were compared, and what is wrong."""
    with TemporaryFile() as copy:
        raw: BinaryIO = copy
        raw.writelines(_pieces(context, file.sha256))
        raw.seek(0)
        shown = f"Artefact {file.sha256[:12]}… ({file.name})"
        try:
            with spool(raw, file.name, context.settings) as spooled:
                again = open_reading(spooled)
                if again.reader.format != file.format:
                    return True, f"{shown} was read as {file.format} and would be read as {again.reader.format}."
                if again.reader.version != file.reader_version:
                    return False, None
                for _ in again.records:
                    pass
        except CountersignError as error:
            return True, f"{shown} cannot be read again: {error}"
        if again.tally.digest() != file.records_sha256:
            return True, f"{shown} does not give the records again that were stored from it."
    return True, None


def _signature_faults(context: Context, connection: Connection) -> tuple[int, list[str]]:
    """Verify every signed statement against the keys and the log."""
    signed = rows(connection, "SELECT DISTINCT candidate_id FROM signoff ORDER BY candidate_id")
    every = [s for row in signed for s in signatures.read_all(context, connection, row["candidate_id"], "")]
    return len(every), [
        f"Signature {one.id} of {one.name} on candidate {one.candidate_id} does not verify."
        for one in every
        if not one.verified
    ]


def _policy_faults(connection: Connection) -> list[str]:
    found = rows(connection, "SELECT id, digest, body FROM policy ORDER BY id")
    return [
        f"The text of policy {row['id']} does not have its digest {row['digest'][:12]}…."
        for row in found
        if hashlib.sha256(row["body"].encode()).hexdigest() != row["digest"]
    ]
