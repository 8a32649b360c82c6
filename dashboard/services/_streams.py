"""Compressed streams, gzip and Zstandard, inflated piece by piece within the limits."""

import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from dashboard.errors import MalformedArtefactError
from dashboard.services._limits import Purse, bomb, is_bomb, too_large
from dashboard.settings import Settings

if sys.version_info >= (3, 14):
    from compression import zstd

    ZstdError = zstd.ZstdError
else:
    import zstandard

    ZstdError = zstandard.ZstdError

CHUNK = 256 * 1024
_LONGEST_MAGIC = 4
#: 128 MiB of window is what ``zstd -d`` itself allows without ``--long``; a decoder holds that much in memory.
_ZSTD_WINDOW_LOG = 27
#: Zstandard has no bound on what one step gives. A block is at least 4 bytes and at most 128 KiB of content, so
#: steps of this size give at most 32 MiB.
_ZSTD_STEP = 1024


class _Decoder(Protocol):
    """One stream of one codec: ``step`` gives some content and the input it left."""

    @property
    def eof(self) -> bool: ...

    def step(self, data: bytes) -> tuple[bytes, bytes]: ...


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    def step(self, data: bytes) -> tuple[bytes, bytes]:
        piece = self._stream.decompress(data, CHUNK)
        return piece, self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail


class _Zstd:
    def __init__(self) -> None:
        if sys.version_info >= (3, 14):
            options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
            self._stream = zstd.ZstdDecompressor(options=options)
        else:
            decoder = zstandard.ZstdDecompressor(max_window_size=1 << _ZSTD_WINDOW_LOG)
            self._stream = decoder.decompressobj()

    @property
    def eof(self) -> bool:
        return self._stream.eof

    def step(self, data: bytes) -> tuple[bytes, bytes]:
        piece = self._stream.decompress(data[:_ZSTD_STEP])
        left = self._stream.unused_data if self._stream.eof else b""
        return piece, left + data[_ZSTD_STEP:]


@dataclass(frozen=True, slots=True)
class Codec:
    """A way to compress a stream of bytes."""

    name: str
    slug: str
    """Prefix of the slugs ``...-damaged`` and ``...-bomb``."""
    suffix: str
    magics: tuple[bytes, ...]
    """What a stream starts with; one file may hold several streams, which are one content."""
    decoder: Callable[[], _Decoder]
    errors: tuple[type[Exception], ...]


_SKIPPABLE = tuple(bytes((0x50 + n, 0x2A, 0x4D, 0x18)) for n in range(16))
CODECS = (
    Codec("gzip", "gzip", ".gz", (b"\x1f\x8b",), _Gzip, (zlib.error,)),
    Codec("Zstandard", "zstd", ".zst", (b"\x28\xb5\x2f\xfd", *_SKIPPABLE), _Zstd, (ZstdError,)),
)


def codec_of(head: bytes) -> Codec | None:
    """Give the codec of a compressed file by its first bytes, ``None`` for anything else."""
    return next((codec for codec in CODECS if head.startswith(codec.magics)), None)


def inflated(raw: BinaryIO, codec: Codec, settings: Settings, purse: Purse | None = None) -> Iterator[bytes]:
    """Give the content of a compressed file; streams that follow each other are one content, as ``cat`` makes them.

    Raises:
        MalformedArtefactError: a stream is damaged or cut off, or something else follows it.
        LimitError: it inflates beyond the cap, or too many times its size.
    """
    read = given = 0
    stream = codec.decoder()
    pending = b""
    while True:
        if len(pending) < _LONGEST_MAGIC:
            more = raw.read(CHUNK)
            read += len(more)
            pending += more
        if not pending:
            break
        if stream.eof:
            if not pending.startswith(codec.magics):
                _only_padding(pending, raw, codec, given)
                break
            stream = codec.decoder()
        try:
            piece, pending = stream.step(pending)
        except codec.errors as error:
            msg = f"The {codec.name} stream is damaged after {given:,} bytes of content: {error}."
            raise MalformedArtefactError(msg, slug=f"{codec.slug}-damaged") from None
        given += len(piece)
        _check(given, read, codec, settings)
        if purse is not None:
            purse.spend(len(piece))
        yield piece
    if not stream.eof:
        msg = f"The {codec.name} stream is cut off after {given:,} bytes of content."
        raise MalformedArtefactError(msg, slug="truncated")


def _check(given: int, read: int, codec: Codec, settings: Settings) -> None:
    if given > settings.max_artefact_bytes:
        raise too_large("The decompressed content", settings)
    if is_bomb(given, read):
        raise bomb(f"The {codec.name} stream", f"{codec.slug}-bomb")


def _only_padding(rest: bytes, raw: BinaryIO, codec: Codec, given: int) -> None:
    """Let zeros pass after the last stream, as tapes and block devices leave them, and nothing else."""
    while rest:
        if rest.strip(b"\0"):
            msg = f"After {given:,} bytes of content the file goes on with something that is no {codec.name} stream."
            raise MalformedArtefactError(msg, slug=f"{codec.slug}-damaged")
        rest = raw.read(CHUNK)
