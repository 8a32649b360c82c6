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
    for block in blocks(body, max_line=max_line):
        yield from lines_within(block, number, max_line=max_line)
        number += block.count("\n")


def lines_within(block: str, number: int, *, max_line: int = MAX_LINE) -> Iterator[str]:
    """Give the lines of a block, before which there are ``number`` lines; raises as ``lines`` does."""
    *whole, rest = block.split("\n")
    for at, part in enumerate(whole, number + 1):
        _check(part, len(part) + 1, at, max_line)
        yield f"{part}\n"
    if rest:
        yield rest


def blocks(body: BinaryIO, *, max_line: int = MAX_LINE) -> Iterator[str]:
    """Give the text in pieces of whole lines, for who can read many at once; only the last may lack its line feed.

    The lines in them are not looked at: they may hold a NUL, and one may be longer than ``max_line``.

    Raises:
        MalformedArtefactError: the bytes are not text in the stated encoding; an unfinished line holds a NUL.
        LimitError: an unfinished line is longer than ``max_line``.
    """
    number = 0
    held: list[str] = []  # the beginning of a line that goes on in the next chunk
    size = 0
    for text in _decoded(body):
        whole, feed, rest = text.rpartition("\n")
        if feed:
            block = "".join((*held, whole, feed))
            yield block
            number += block.count("\n")
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
