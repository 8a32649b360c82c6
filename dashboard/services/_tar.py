"""Tar archives (ustar, GNU, pax), header by header: a damaged or cut off archive is refused, never read in part.

The standard library's reader ends in silence at a damaged header and holds extended headers of any size in memory, so
only its decoding of one header (with the checksum) is used.
"""

import os
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, cast

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.services._limits import MAX_MEMBERS, too_many
from dashboard.services._members import Member, Names, linked, refused, special, unsafe
from dashboard.settings import MIB

_BLOCK = 512
#: Extended headers hold a name and a few attributes.
_MAX_HEADER_BYTES = MIB
_LINKS = {tarfile.LNKTYPE, tarfile.SYMTYPE}
_WITHOUT_DATA = {*_LINKS, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE}
_PAX = {tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}
_EXTENDED = {*_PAX, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
_FILES = {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE}
#: Where GNU's old sparse headers say that another one follows.
_SPARSE_FLAG, _SPARSE_NEXT_FLAG = 482, 504


def tar_members(content: BinaryIO) -> list[Member]:
    """Give the members in the order of the archive.

    Raises:
        MalformedArtefactError: the archive is damaged or cut off.
        LimitError: it has too many members, or a header of an absurd size.
    """
    return _Walk(content).members()


@dataclass(slots=True)
class _Walk:
    content: BinaryIO
    size: int = 0
    names: Names = field(default_factory=Names)
    for_all: dict[str, str] = field(default_factory=dict)
    for_next: dict[str, str] = field(default_factory=dict)

    def members(self) -> list[Member]:
        self.size = self.content.seek(0, os.SEEK_END)
        self.content.seek(0)
        entries, found = 0, []
        while (header := self._block()).strip(b"\0"):
            info = self._header(header)
            if info.type in _EXTENDED:
                self._extend(info)
                continue
            entries += 1
            if entries > MAX_MEMBERS:
                raise too_many(entries)
            member = self._member(info, header)
            if member is not None:
                found.append(member)
            self.for_next = {}
        if self.for_next:
            raise self._damaged("an extended header has no member")
        self._only_padding()
        return found

    def _block(self) -> bytes:
        block = self.content.read(_BLOCK)
        if len(block) < _BLOCK:
            raise _cut_off()
        return block

    def _header(self, block: bytes) -> tarfile.TarInfo:
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except (tarfile.HeaderError, ValueError) as error:
            raise self._damaged(str(error)) from None
        if info.size < 0:
            raise self._damaged("a member has a size below 0")
        return info

    def _extend(self, info: tarfile.TarInfo) -> None:
        """Take in a header that says more about the next member, or about all that follow."""
        if info.size > _MAX_HEADER_BYTES:
            msg = f"An extended header of the tar archive has {info.size:,} bytes; {_MAX_HEADER_BYTES:,} are the limit."
            raise LimitError(msg, slug="archive-header-too-large", hint="Pack the reports again with plain names.")
        start = self.content.tell()
        self._skip(info.size)
        self.content.seek(start)
        body = self.content.read(info.size)
        self.content.seek(start + _padded(info.size))
        if info.type == tarfile.GNUTYPE_LONGNAME:
            self.for_next["path"] = body.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        elif info.type == tarfile.XGLTYPE:
            self.for_all |= self._attributes(body)
        elif info.type in _PAX:
            self.for_next |= self._attributes(body)

    def _attributes(self, body: bytes) -> dict[str, str]:
        """Decode pax records: ``LENGTH KEY=VALUE`` and a line feed, where the length counts the whole record."""
        found: dict[str, str] = {}
        while body.strip(b"\0"):
            digits, _, _ = body[:12].partition(b" ")
            length = int(digits) if digits.isdigit() else 0
            record = body[len(digits) + 1 : length]
            key, equals, value = record[:-1].partition(b"=")
            if not equals or record[-1:] != b"\n" or length > len(body):
                raise self._damaged("an extended header breaks its own grammar")
            found[key.decode("utf-8", "surrogateescape")] = value.decode("utf-8", "surrogateescape")
            body = body[length:]
        return found

    def _member(self, info: tarfile.TarInfo, header: bytes) -> Member | None:
        said = self.for_all | self.for_next
        name = said.get("path", info.name)
        size = 0 if info.type in _WITHOUT_DATA else self._size(said.get("size"), info.size)
        if info.type == tarfile.GNUTYPE_SPARSE:
            more = header[_SPARSE_FLAG]
            while more:
                more = self._block()[_SPARSE_NEXT_FLAG]
        start = self.content.tell()
        self._skip(size)
        odd = unsafe(name)
        if odd is not None:
            return odd
        if info.type in _LINKS:
            return linked(name)
        if info.type == tarfile.DIRTYPE or (info.type in _FILES and name.endswith("/")):
            return None
        if info.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse.") for key in said):
            return refused(name, "member-sparse", "is stored as a sparse file", hint="Pack without --sparse.")
        if info.type not in _FILES:
            return special(name)
        piece = partial(_Slice, self.content, start, size)
        return Member(self.names.give(name), open=cast("Callable[[], BinaryIO]", piece))

    def _size(self, said: str | None, plain: int) -> int:
        if said is None:
            return plain
        if not (said.isascii() and said.isdecimal() and len(said) <= 20):
            raise self._damaged("a member has a size that is no number")
        return int(said)

    def _skip(self, size: int) -> None:
        after = self.content.tell() + _padded(size)
        if after > self.size:
            raise _cut_off()
        self.content.seek(after)

    def _only_padding(self) -> None:
        """Refuse what follows the end mark: another archive behind it would be lost in silence."""
        while chunk := self.content.read(MIB):
            if chunk.strip(b"\0"):
                raise self._damaged("something follows its end mark")

    def _damaged(self, why: str) -> MalformedArtefactError:
        msg = f"The tar archive is damaged before byte {self.content.tell():,}: {why}."
        return MalformedArtefactError(msg, slug="tar-damaged")


def _cut_off() -> MalformedArtefactError:
    return MalformedArtefactError("The tar archive is cut off before its end mark.", slug="truncated")


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


class _Slice:
    """The bytes of one member, read where they lie."""

    def __init__(self, content: BinaryIO, start: int, size: int) -> None:
        self._content = content
        self._at = start
        self._left = size

    def read(self, size: int = -1) -> bytes:
        self._content.seek(self._at)
        piece = self._content.read(self._left if size < 0 else min(size, self._left))
        self._at += len(piece)
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Leave the archive open: others read in it."""
