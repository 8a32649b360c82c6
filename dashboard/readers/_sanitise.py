"""The second try at XML that well-known tools leave ill-formed: a stream that mends and counts what it mends.

Mended: control characters, raw (node --test, mocha-junit-reporter, cargo test) and as references (bats); bytes that
are not in the declared encoding (Surefire under cp1252); ``<`` in an attribute (cmocka); a bare ``&``; log lines
around the report; several reports in one file (cargo test). Every change is a substitution in place: no text is
dropped but comments and processing instructions, and what is cut off stays cut off.
"""

import codecs
import re
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import LimitError, MalformedArtefactError
from dashboard.readers._head import HEAD_BYTES, encoding_of

#: The element that is put around everything, so that text and further reports may surround the first.
WRAPPER = "countersign-stream"

#: Beyond that many it is no report with a slip in it.
MOST_BARE_MARKUP = 100_000

_READ = 1 << 16
_LONGEST_TAG = 1 << 20
_DECLARED = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")
_USABLE = re.compile(r"utf-8|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|gb2312|gbk|gb18030|big5|shift_jis|euc_(?:jp|kr)")
_FOREIGN = re.compile("[\udc80-\udcff]")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udc7f\udd00-\udfff\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));|&")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TAG = re.compile(r"</?[^\W\d][^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*)*>")
_MAYBE_TAG = re.compile(r"</?(?:[^\W\d]|\Z)")
_OPENERS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_LONGEST_OPENER = len("<!DOCTYPE")
_REFERENCE_TAIL = 12

NOTES = {
    "control-characters": "characters that XML forbids were replaced by visible signs for them",
    "mislabelled-encoding": "bytes were not in the declared encoding and were read as Windows-1252",
    "bare-markup": "characters that should have been escaped (& or <) were read as text",
}


def _picture(character: str) -> str:
    """Give the visible sign of a character that XML forbids."""
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "�"


def _western(escaped: re.Match[str]) -> str:
    raw = bytes([ord(escaped[0]) & 0xFF])
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


class Sanitised:
    """Reads like a file: well-formed UTF-8 as far as that can be had, wrapped in ``WRAPPER``.

    ``counts`` are the mended characters by the slug of ``NOTES``; ``repairs`` are places of them in the bytes
    given so far, oldest first, for the reader to take.
    """

    def __init__(self, body: BinaryIO) -> None:
        self._body = body
        self._pieces = self._mend()
        self._given = 0
        self.counts = dict.fromkeys(NOTES, 0)
        self.repairs: deque[int] = deque()
        self._between_tags = False

    def read(self, _size: int, /) -> bytes:
        """Give the next piece, whatever its size; nothing at the end."""
        return next(self._pieces, b"")

    def _texts(self) -> Iterator[str]:
        """Give the file as text, foreign bytes as lone surrogates."""
        head = self._body.read(HEAD_BYTES)
        encoding, mark = encoding_of(head)
        declared = _DECLARED.search(head)
        if encoding is None and declared:
            encoding = _usable(declared[1].decode("ascii"))
        encoding = encoding or "utf-8"
        wide = encoding.startswith(("utf-16", "utf-32"))
        decoder = codecs.getincrementaldecoder(encoding)("replace" if wide else "surrogateescape")
        yield decoder.decode(head[mark:])
        while chunk := self._body.read(_READ):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)

    def _mend(self) -> Iterator[bytes]:
        yield self._out(f"<{WRAPPER}>")
        buffer, closer = "", ""
        for text in self._texts():
            buffer += text
            buffer, closer, mended = self._step(buffer, closer, final=False)
            if mended:
                yield mended
        buffer, closer, mended = self._step(buffer, closer, final=True)
        if closer or buffer:
            mended += self._out("<![CDATA[" if closer == "]]>" else "<")  # what was open at the end stays open
        yield mended + self._out(f"</{WRAPPER}>")

    def _step(self, buffer: str, closer: str, *, final: bool) -> tuple[str, str, bytes]:
        """Mend as much of the buffer as can be understood; give the rest, what it waits for, and the bytes."""
        out: list[bytes] = []
        at = 0
        while True:
            if closer:
                at, closer, waits = self._inside(buffer, at, closer, out)
            else:
                at, closer, waits = self._outside(buffer, at, out, final=final)
            if waits:
                return buffer[at:], closer, b"".join(out)

    def _inside(self, buffer: str, at: int, closer: str, out: list[bytes]) -> tuple[int, str, bool]:
        """Read on in CDATA (kept), or in a comment or instruction (left out)."""
        end = buffer.find(closer, at)
        upto = end if end >= 0 else max(at, len(buffer) - len(closer) + 1)
        if closer == "]]>":
            out.append(self._out("<![CDATA["))
            out.append(self._characters(buffer[at:upto], escape=False))
            out.append(self._out("]]>"))
        if end < 0:
            return upto, closer, True
        return end + len(closer), "", False

    def _outside(self, buffer: str, at: int, out: list[bytes], *, final: bool) -> tuple[int, str, bool]:
        start = buffer.find("<", at)
        upto = start if start >= 0 else len(buffer)
        if start < 0 and not final:
            amp = buffer.rfind("&", max(at, upto - _REFERENCE_TAIL))
            upto = amp if amp >= 0 else upto
        out.append(self._characters(buffer[at:upto], escape=True))
        if start < 0:
            return upto, "", True
        if len(buffer) - start < _LONGEST_OPENER and not final and ">" not in buffer[start:]:
            return start, "", True
        for opener, closer in _OPENERS.items():
            if buffer.startswith(opener, start):
                return start + len(opener), closer, False
        if buffer.startswith("<!DOCTYPE", start):
            msg = "The XML holds a document type declaration; such files are not read, for safety."
            raise MalformedArtefactError(msg, slug="xml-doctype", hint="Write the report without it.")
        tag = _TAG.match(buffer, start)
        if tag:
            self._between_tags = False
            out.append(self._tag(tag[0]))
            self._between_tags = False
            return tag.end(), "", False
        if _MAYBE_TAG.match(buffer, start) and (final or len(buffer) - start < _LONGEST_TAG):
            return start, "", True  # more may come; at the end, a tag that never ends: the file was cut off
        self._note("bare-markup")
        out.append(self._out("&lt;"))
        return start + 1, "", False

    def _tag(self, tag: str) -> bytes:
        def quoted(value: re.Match[str]) -> str:
            stray = value[0].count("<")
            if stray:
                self._note("bare-markup", stray)
            return value[0].replace("<", "&lt;")

        return self._characters(_QUOTED.sub(quoted, tag), escape=True)

    def _characters(self, text: str, *, escape: bool) -> bytes:
        """Mend characters; ``escape`` where references are read as such, so not in CDATA."""

        def foreign(found: re.Match[str]) -> str:
            self._note("mislabelled-encoding")
            return _western(found)

        def illegal(found: re.Match[str]) -> str:
            self._note("control-characters")
            return _picture(found[0])

        def reference(found: re.Match[str]) -> str:
            if found[1]:
                return found[0]
            if found[2] is None and found[3] is None:
                self._note("bare-markup")
                return "&amp;"
            code = int(found[2]) if found[2] else int(found[3], 16)
            if code > 0x10FFFF or _ILLEGAL.match(chr(code)) or _FOREIGN.match(chr(code)):
                self._note("control-characters")
                return _picture(chr(code)) if code < 0x20 else "�"
            return found[0]

        text = _ILLEGAL.sub(illegal, _FOREIGN.sub(foreign, text))
        if escape:
            text = _AMPERSAND.sub(reference, text.replace("]]>", "]]&gt;"))
        return self._out(text)

    def _note(self, slug: str, count: int = 1) -> None:
        """Count, and keep one place for each stretch between two tags: that tells which case it is in."""
        self.counts[slug] += count
        if self.counts["bare-markup"] > MOST_BARE_MARKUP:
            msg = f"More than {MOST_BARE_MARKUP:,} characters of the XML should have been escaped and are not."
            raise LimitError(msg, slug="xml-limit", hint="This is not a report any more; write it again.")
        if not self._between_tags:
            self.repairs.append(self._given)
            self._between_tags = True

    def _out(self, text: str) -> bytes:
        data = text.encode("utf-8")
        self._given += len(data)
        return data


def _usable(name: str) -> str | None:
    """Give Python's name of a declared encoding that can be read a byte at a time."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return found if _USABLE.fullmatch(found) else None
