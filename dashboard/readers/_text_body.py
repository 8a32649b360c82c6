"""A file as lines of text, in bounded memory: UTF-8, or UTF-16 with a byte order mark."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import LimitError, MalformedArtefactError

MAX_LINE = 1024 * 1024
"""Characters of one line."""
_CHUNK = 64 * 1024


def lines(body: BinaryIO, *, max_line: int = MAX_LINE) -> Iterator[str]:
    """Give the lines of ``body`` with their line feeds, which the last one may lack.

    Raises:
        MalformedArtefactError: the bytes are not text in the stated encoding, or hold a NUL.
        LimitError: a line is longer than ``max_line``.
    """
    number = 0
    held: list[str] = []  # the beginning of a line that goes on in the next chunk
    size = 0
    for text in _decoded(body):
        *whole, rest = text.split("\n")
        for part in whole:
            number += 1
            line = "".join((*held, part, "\n")) if held else f"{part}\n"
            _check(line, len(line), number, max_line)
            yield line
            held, size = [], 0
        held.append(rest)
        size += len(rest)
        _check(rest, size, number + 1, max_line)
    if size:
        yield "".join(held)


def _check(text: str, size: int, number: int, max_line: int) -> None:
    if size > max_line:
        raise LimitError(f"Line {number:,} is longer than {max_line:,} characters.", slug="line-too-long")
    if "\x00" in text:
        raise MalformedArtefactError(f"Line {number:,} holds a NUL: this is no text file.", slug="nul-in-text")


def _decoded(body: BinaryIO) -> Iterator[str]:
    start = body.read(2)
    body.seek(0)
    encoding = "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    while True:
        chunk = body.read(_CHUNK)
        try:
            yield decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            msg = f"The file is not {encoding.removesuffix('-sig').upper()} text near byte {position + error.start:,}."
            raise MalformedArtefactError(msg, slug="not-utf-8") from None
        if not chunk:
            return
        position += len(chunk)
