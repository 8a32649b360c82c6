"""Readers turn bytes into records. One module a format; exactly one reader may claim a file."""

import re
import sys
from functools import cache
from typing import cast

from dashboard.errors import UnknownFormatError
from dashboard.model.protocols import Reader
from dashboard.plugins import collect
from dashboard.readers._head import HEAD_BYTES, normalise, xml_root, xml_start_tag
from dashboard.readers._named import recognise

__all__ = ["HEAD_BYTES", "all_readers", "choose", "xml_root", "xml_start_tag"]

_LFS = b"version https://git-lfs.github.com/spec/"
_TEXT_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")


@cache
def all_readers() -> tuple[Reader, ...]:
    """Give every reader, ordered by the name of its module."""
    return cast("tuple[Reader, ...]", collect(sys.modules[__name__], "READER"))


def choose(head: bytes) -> Reader:
    """Give the one reader that claims a file with this head (its first ``HEAD_BYTES``, decompressed).

    Raises:
        UnknownFormatError: no reader claims it, or more than one; the slug and the message say what it looks like.
    """
    whole, head = head, normalise(head[:HEAD_BYTES])
    if not head.strip():
        what = "is empty" if not whole else "holds nothing but white space"
        msg = f"The file {what}: whatever should have written it stopped before it did."
        hint = "Look at the log of the step that writes the report; an empty report is not a passed test run."
        raise UnknownFormatError(msg, slug="empty-file", hint=hint)
    claims = [reader for reader in all_readers() if reader.sniff(head)]
    if len(claims) == 1:
        return claims[0]
    if claims:
        names = ", ".join(reader.format for reader in claims)
        msg = f"More than one format claims this file: {names}. It is not guessed which."
        raise UnknownFormatError(msg, slug="ambiguous-format", hint="Report this together with the first lines of it.")
    raise _unclaimed(head)


def _unclaimed(head: bytes) -> UnknownFormatError:
    root = xml_root(head)
    if (root or "").lower() == "html" or head.lstrip()[:14].lower() == b"<!doctype html":
        msg = "The file is an HTML page, not a report: often a login or error page saved under the report's name."
        return UnknownFormatError(msg, slug="html-page", hint="Open it in a browser to see what was downloaded.")
    if head.startswith(_LFS):
        msg = "The file is a Git LFS pointer, not the report it points to."
        return UnknownFormatError(msg, slug="git-lfs-pointer", hint="Run `git lfs pull` first, and ingest the file.")
    named = recognise(head)
    if named is not None:
        msg = f"The file looks like {named.name}, a format that is recognised but not read."
        return UnknownFormatError(msg, slug="unsupported-format", hint=named.instead)
    if root is not None:
        msg = f"The file is XML with the root element <{root[:80]}>, which no reader knows."
        return UnknownFormatError(msg, slug="not-xml-we-know")
    if _TEXT_CONTROLS.search(head):
        msg = f"The file is binary (it starts with {head[:8].hex(' ')}), not a report."
        return UnknownFormatError(msg, slug="binary-file")
    known = ", ".join(reader.format for reader in all_readers())
    msg = f"The file is in no format that is read: {known}."
    return UnknownFormatError(msg, slug="unknown-format")
