"""What is around the content of a file: gzip is opened within limits, every other container is named and refused."""

import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import BinaryIO

from dashboard.errors import LimitError, MalformedArtefactError, UnknownFormatError
from dashboard.settings import MIB, Settings

CHUNK = 256 * 1024
_GZIP = b"\x1f\x8b"
#: A text compresses 5 to 30 times; beyond this share it is a bomb, once the first 10 MiB are out.
MAX_RATIO = 200
RATIO_FREE_BYTES = 10 * MIB
_CONTAINERS = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
)


def content_of(raw: BinaryIO, settings: Settings) -> BinaryIO:
    """Give the content of a spooled file: the file itself, or a second spool with what it inflates to.

    Raises:
        UnknownFormatError: it is a container that is not opened.
        MalformedArtefactError: the gzip stream is damaged or cut off.
        LimitError: it inflates beyond the cap, or too many times its size.
    """
    head = raw.read(512)
    raw.seek(0)
    if head.startswith(_GZIP):
        return _inflate(raw, settings)
    container = next((name for magic, name in _CONTAINERS if head.startswith(magic)), None)
    if head[257:262] == b"ustar":
        container = "a tar archive"
    if container:
        msg = f"The file is {container}; only gzip is opened."
        raise UnknownFormatError(msg, slug="unsupported-container", hint="Unpack it and ingest the reports inside.")
    return raw


def _inflate(raw: BinaryIO, settings: Settings) -> BinaryIO:
    """Decompress into a second spool; members that follow each other are one content, as gzip itself has it."""
    with ExitStack() as unless_given:
        content = unless_given.enter_context(TemporaryFile())
        for piece in _inflated(raw, settings):
            content.write(piece)
        content.seek(0)
        unless_given.pop_all()
    return content


def _inflated(raw: BinaryIO, settings: Settings) -> Iterator[bytes]:
    read = given = 0
    stream = zlib.decompressobj(wbits=31)
    pending = b""
    while True:
        if not pending:
            pending = raw.read(CHUNK)
            read += len(pending)
        if not pending:
            break
        if stream.eof:
            if not pending.startswith(_GZIP):
                break  # padding after the last member
            stream = zlib.decompressobj(wbits=31)
        try:
            piece = stream.decompress(pending, CHUNK)
        except zlib.error as error:
            msg = f"The gzip stream is damaged after {given:,} bytes of content: {error}."
            raise MalformedArtefactError(msg, slug="gzip-damaged") from None
        pending = stream.unused_data if stream.eof else stream.unconsumed_tail
        given += len(piece)
        if given > settings.max_artefact_bytes:
            raise too_large("The decompressed content", settings)
        if given > RATIO_FREE_BYTES and given > MAX_RATIO * read:
            msg = f"The gzip stream inflates more than {MAX_RATIO}-fold: it is refused as a decompression bomb."
            hint = f"Ingest the file uncompressed if you trust it; the limit is {MAX_RATIO}:1 beyond 10 MiB."
            raise LimitError(msg, slug="gzip-bomb", hint=hint)
        yield piece
    if not stream.eof:
        msg = f"The gzip stream is cut off after {given:,} bytes of content."
        raise MalformedArtefactError(msg, slug="truncated")


def too_large(what: str, settings: Settings) -> LimitError:
    """Say that something is beyond ``COUNTERSIGN_MAX_ARTEFACT_MIB``."""
    cap = settings.max_artefact_bytes // MIB
    msg = f"{what} is larger than {cap:,} MiB, the limit set by COUNTERSIGN_MAX_ARTEFACT_MIB."
    hint = "Split the report, or set COUNTERSIGN_MAX_ARTEFACT_MIB higher if you trust the source."
    return LimitError(msg, slug="too-large", hint=hint)
