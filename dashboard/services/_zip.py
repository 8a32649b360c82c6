"""ZIP archives: every member is read through once, so that a damaged archive is refused before anything is stored."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import IO, BinaryIO, cast

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.services._limits import MAX_MEMBERS, Purse, bomb, is_bomb, too_many
from dashboard.services._members import Member, Names, linked, refused, shown_name, special, unsafe
from dashboard.services._streams import CHUNK
from dashboard.settings import MIB

#: The library holds the directory of an archive in memory; this much holds 2,000 members with names of 2,000 bytes.
_MAX_DIRECTORY_BYTES = 4 * MIB
_ENCRYPTED = 0x1 | 0x40
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, RuntimeError, OverflowError)


def zip_members(content: BinaryIO, purse: Purse) -> list[Member]:
    """Give the members in the order of the archive's directory.

    Raises:
        MalformedArtefactError: the archive is damaged or cut off.
        LimitError: it has too many members, or they inflate beyond the limits.
    """
    try:
        archive = zipfile.ZipFile(cast("IO[bytes]", _Bounded(content)))
        entries = archive.infolist()
        if len(entries) > MAX_MEMBERS:
            raise too_many(len(entries))
        names = Names()
        found = [_member(archive, entry, names, purse) for entry in entries]
    except _DAMAGED as error:
        msg = f"The ZIP archive is damaged or cut off: {shown_name(str(error)) or type(error).__name__}."
        raise MalformedArtefactError(msg, slug="zip-damaged") from None
    return [member for member in found if member is not None]


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, names: Names, purse: Purse) -> Member | None:
    name = entry.orig_filename
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if (odd := unsafe(name) or _unread(name, mode, entry)) is not None:
        return odd
    if mode == stat.S_IFDIR or name.endswith(("/", "\\")):
        return None
    _check(archive, entry, purse)
    return Member(names.give(name), open=cast("Callable[[], BinaryIO]", partial(archive.open, entry)))


def _unread(name: str, mode: int, entry: zipfile.ZipInfo) -> Member | None:
    """Give the refusal of an entry that is no file, or none that can be read here."""
    if mode == stat.S_IFLNK:
        return linked(name)
    if mode not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return special(name)
    if entry.flag_bits & _ENCRYPTED:
        return refused(name, "member-encrypted", "is encrypted", hint="Pack the reports without a password.")
    if entry.compress_type not in _METHODS:
        return refused(name, "member-method", "is compressed by another method than Deflate", hint="Pack with Deflate.")
    return None


def _check(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, purse: Purse) -> None:
    """Read a member to its end: its checksum, its size and what it inflates to are right."""
    given = 0
    with archive.open(entry) as body:
        while piece := body.read(CHUNK):
            given += len(piece)
            purse.spend(len(piece))
            if is_bomb(given, entry.compress_size):
                raise bomb(f"The member {shown_name(entry.filename)}", "archive-bomb")
    if given != entry.file_size:
        msg = f"{shown_name(entry.filename)} has {given:,} bytes, not the {entry.file_size:,} it declares"
        raise zipfile.BadZipFile(msg)


class _Bounded:
    """The archive as the library may read it: never more at once than a directory within the limits has."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.seek = content.seek
        self.tell = content.tell
        self.seekable = content.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _MAX_DIRECTORY_BYTES:
            msg = f"The directory of the ZIP archive is larger than {_MAX_DIRECTORY_BYTES // MIB} MiB."
            raise LimitError(msg, slug="too-many-members", hint="Pack only the reports, or split the archive.")
        return self._content.read(size if size >= 0 else _MAX_DIRECTORY_BYTES)
