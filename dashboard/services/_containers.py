"""What is around the content of a file: compression is opened within limits, an archive and anything else is named."""

from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import BinaryIO

from dashboard.errors import UnknownFormatError
from dashboard.services._limits import Purse
from dashboard.services._streams import CODECS, codec_of, inflated
from dashboard.settings import Settings

_UNOPENED = (
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
)
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_HEAD_BYTES = 512


def content_of(raw: BinaryIO, settings: Settings, purse: Purse | None = None) -> BinaryIO:
    """Give the content of a spooled file: the file itself, or a second spool with what it inflates to.

    Raises:
        UnknownFormatError: it is a container that is not opened.
        MalformedArtefactError: the compressed stream is damaged or cut off.
        LimitError: it inflates beyond the cap, or too many times its size.
    """
    head = _head(raw)
    codec = codec_of(head)
    if codec is None:
        unopened = next((name for magic, name in _UNOPENED if head.startswith(magic)), None)
        if unopened:
            msg = f"The file is {unopened}; gzip, Zstandard, ZIP and tar are opened, nothing else."
            raise UnknownFormatError(msg, slug="unsupported-container", hint="Unpack it and ingest the reports inside.")
        return raw
    with ExitStack() as unless_given:
        content = unless_given.enter_context(TemporaryFile())
        for piece in inflated(raw, codec, settings, purse):
            content.write(piece)
        content.seek(0)
        unless_given.pop_all()
    return content


def archive_format(content: BinaryIO) -> str | None:
    """Give ``zip`` or ``tar`` when this content is an archive; the content is rewound."""
    head = _head(content)
    if head.startswith(_ZIP_MAGICS):
        return "zip"
    return "tar" if head[257:262] == b"ustar" else None


def promises_compression(name: str) -> str | None:
    """Give the suffix of a name that says that the file is compressed."""
    return next((codec.suffix for codec in CODECS if name.lower().endswith(codec.suffix)), None)


def nested(format_: str) -> UnknownFormatError:
    """Say that an archive lies where one file is read."""
    msg = f"The file is a {format_} archive inside another one; archives are opened one deep."
    hint = "Pack the reports themselves, or ingest the inner archive on its own."
    return UnknownFormatError(msg, slug="nested-archive", hint=hint)


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    return head
