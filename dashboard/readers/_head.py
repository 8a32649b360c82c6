"""The first bytes of a file, made comparable: what ``sniff`` looks at."""

import codecs
import re

HEAD_BYTES = 4096

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"), (b"{\x00", "utf-16-le"), (b"\x00{", "utf-16-be"))

_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(rb"<([A-Za-z_\x80-\xff][^\s<>/=\"']*)([^<>]*)")
_LATER_START = re.compile(rb"^[ \t]*(?=<\?xml\s|<(?:\w+:)?testsuites?[\s>])", re.MULTILINE)


def encoding_of(head: bytes) -> tuple[str | None, int]:
    """Give the encoding that the first bytes themselves prove, and the length of its mark."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    for start, encoding in _UNMARKED:
        if head.startswith(start):
            return encoding, 0
    return None, 0


def normalise(head: bytes) -> bytes:
    """Give the head without a byte order mark, and as UTF-8 where it is UTF-16 or UTF-32."""
    encoding, mark = encoding_of(head)
    rest = head[mark:]
    if encoding in {None, "utf-8"}:
        return rest
    return rest.decode(str(encoding), "ignore").encode("utf-8", "ignore")


def xml_start_tag(head: bytes) -> tuple[str, bytes] | None:
    """Give the local name of the root element and the bytes of its attributes; ``None`` when it is not XML.

    Declaration, comments, processing instructions and a document type before it are passed over, and so are log
    lines before the declaration.
    """
    position = 0
    if not head.lstrip().startswith(b"<"):
        later = _LATER_START.search(head)
        if later is None:
            return None
        position = later.end()
    while (found := _PROLOG.match(head, position)) and found.end() > position:
        position = found.end()
    tag = _TAG.match(head, position)
    if tag is None:
        return None
    return tag[1].rpartition(b":")[2].decode("utf-8", "replace"), tag[2]


def xml_root(head: bytes) -> str | None:
    """Give the local name of the root element, ``None`` when the head does not start an XML document."""
    tag = xml_start_tag(head)
    return tag[0] if tag else None
