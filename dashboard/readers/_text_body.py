"""A file as lines of text, in bounded memory: UTF-8, or UTF-16 with a byte order mark."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import LimitError, MalformedArtefactError

MAX_LINE = 1024 * 1024
"""Characters of one line."""


def lines(body: BinaryIO, *, max_line: int = MAX_LINE) -> Iterator[str]:
    """Give the lines of ``body`` with their line ends, which the last one may lack.

    Raises:
        MalformedArtefactError: the bytes are not text in the stated encoding, or hold a NUL.
        LimitError: a line is longer than ``max_line``.
    """
    start = body.read(2)
    body.seek(0)
    encoding = "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = io.TextIOWrapper(body, encoding=encoding, newline="")
    number = 0
    try:
        while line := text.readline(max_line + 1):
            number += 1
            if len(line) > max_line:
                msg = f"Line {number:,} is longer than {max_line:,} characters."
                raise LimitError(msg, slug="line-too-long")
            if "\x00" in line:
                raise MalformedArtefactError(f"Line {number:,} holds a NUL: this is no text file.", slug="nul-in-text")
            yield line
    except UnicodeError:
        msg = f"The file is not {'UTF-16' if encoding == 'utf-16' else 'UTF-8'} text after line {number:,}."
        raise MalformedArtefactError(msg, slug="not-utf-8") from None
    finally:
        text.detach()  # the caller's file stays open
