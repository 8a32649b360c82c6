"""XML as a stream in bounded memory: expat behind guards, nothing fetched, nothing expanded.

Three doors, from the easiest to the fastest:

* ``feed(body, sink)`` sends every element to a ``Sink`` and counts the depth for it;
* ``Feed(body).parser`` is the guarded expat parser itself, for a reader that sets its own handlers and keeps its
  own count of depth; ``for _ in Feed(...).chunks()`` then drives it;
* ``Text`` collects character data up to a limit and remembers how much there was.

The guards: a document type is refused (or, on request, accepted as long as it declares nothing), entity
declarations are refused always, and so are a file, a nesting, a single token or a vocabulary beyond the limits.
The limit on one token answers CVE-2023-52425: before expat 2.6 an attribute of 11 MB takes minutes.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, NoReturn, Protocol
from xml.parsers import expat

from dashboard.errors import LimitError, MalformedArtefactError

KIB = 1024
MIB = 1024 * KIB
CHUNK_BYTES = 256 * KIB

_CODES = expat.errors.codes
#: What expat says when the file ends too early.
_CUT_OFF = {
    _CODES[expat.errors.XML_ERROR_NO_ELEMENTS],
    _CODES[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    _CODES[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    _CODES[expat.errors.XML_ERROR_PARTIAL_CHAR],
}
#: What no second reading can help: the tags themselves do not match.
_BEYOND_REPAIR = {
    _CODES[expat.errors.XML_ERROR_TAG_MISMATCH],
    _CODES[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE],
}
_UNKNOWN_ENCODING = _CODES[expat.errors.XML_ERROR_UNKNOWN_ENCODING]


class Limits(NamedTuple):
    """How much of everything is read before the file is refused."""

    file_bytes: int = 4096 * MIB
    """Of the XML itself. The spool caps what is uploaded; this is the last line."""
    depth: int = 64
    text_chars: int = MIB
    """Kept of one text; what is beyond is counted and forgotten."""
    token_bytes: int = 4 * MIB
    """Fed, but not yet understood by the parser: one tag with all its attributes."""
    names: int = 20_000
    """Distinct names of elements and attributes: they stay in memory."""


LIMITS = Limits()


class NotWellFormedError(MalformedArtefactError):
    """The bytes are not well-formed XML; ``code`` is expat's, the position is counted from 1."""

    def __init__(self, what: str, *, code: int, line: int, column: int, slug: str = "xml-not-well-formed") -> None:
        super().__init__(f"The XML is damaged at line {line}, column {column}: {what}.", slug=slug)
        self.code = code
        self.line = line
        self.column = column

    @property
    def cut_off(self) -> bool:
        """Whether the end of the file came too early."""
        return self.code in _CUT_OFF

    @property
    def hopeless(self) -> bool:
        """Whether no way of mending characters can make this well-formed."""
        return self.cut_off or self.code in _BEYOND_REPAIR


class Source(Protocol):
    """What is read: a binary file, or anything that makes bytes up as it goes."""

    def read(self, size: int, /) -> bytes:
        """Give about ``size`` bytes, none at the end."""


class Sink(Protocol):
    """Where ``feed`` sends what it reads."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element, with its prefix if it has one."""

    def end(self, tag: str) -> None:
        """Take the end of an element."""

    def text(self, data: str) -> None:
        """Take a piece of character data; one text may come in several pieces."""


class Text:
    """Character data of one node: at most ``limit`` characters are kept, all are counted."""

    __slots__ = ("_limit", "_parts", "size")

    def __init__(self, limit: int = LIMITS.text_chars) -> None:
        self._limit = limit
        self._parts: list[str] = []
        self.size = 0

    def add(self, data: str) -> None:
        """Take one more piece."""
        room = self._limit - self.size
        if room > 0:
            self._parts.append(data[:room])
        self.size += len(data)

    @property
    def value(self) -> str:
        """What was kept."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""


def local_name(tag: str) -> str:
    """Give the name without its namespace prefix."""
    return tag.rpartition(":")[2]


class Feed:
    """One guarded expat parser and the body it reads, from where the body stands.

    ``encoding`` overrides what the document declares. ``plain_doctype`` accepts ``<!DOCTYPE x PUBLIC ...>``, which
    JaCoCo and Cobertura write; the DTD it points to is never fetched.
    """

    def __init__(
        self, body: Source, *, limits: Limits = LIMITS, plain_doctype: bool = False, encoding: str | None = None
    ) -> None:
        self._body = body
        self.limits = limits
        self.parser = expat.ParserCreate(encoding)
        self.parser.buffer_text = True
        self.parser.buffer_size = 64 * KIB
        self.bytes_fed = 0
        self.bytes_passed_over = 0
        """Of the body, but never fed: who drives the feed read them in another way."""
        self.encoding = encoding
        """As it was given, or else as it is declared once ``watch`` was called; ``None`` when neither is."""
        self._in_cdata = False
        if not plain_doctype:
            self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_declaration
        self.parser.AttlistDeclHandler = self._refuse_declaration
        self.parser.SkippedEntityHandler = self._refuse_entity

    def chunks(self, take: Callable[[bytes], None] | None = None) -> Iterator[None]:
        """Feed the whole body, stopping after every chunk so that what was read can be handed on.

        ``take`` is given the chunks in place of ``feed``. It may ``pass_over`` some of their bytes, and then the
        position that an error names is wrong.

        Raises:
            NotWellFormedError: with line and column, also when the file ends too early.
            LimitError: a guard was hit.
        """
        parser, read = self.parser, self._body.read
        take = take or self.feed
        while chunk := read(CHUNK_BYTES):
            take(chunk)
            if self._pending > self.limits.token_bytes:
                self.too_much(f"one tag takes more than {self.limits.token_bytes // MIB} MiB")
            if len(parser.intern) > self.limits.names:
                self.too_much(f"there are more than {self.limits.names:,} different element and attribute names")
            if self.bytes_fed + self.bytes_passed_over > self.limits.file_bytes:
                self.too_much(f"the file is larger than {self.limits.file_bytes // MIB} MiB")
            yield
        self._parse(b"", last=True)
        yield

    def feed(self, piece: bytes) -> None:
        """Give the parser the next bytes."""
        self._parse(piece, last=False)
        self.bytes_fed += len(piece)

    def pass_over(self, size: int) -> None:
        """Count bytes that are whole elements, and were read without the parser."""
        self.bytes_passed_over += size

    def watch(self) -> None:
        """Learn what ``between_tokens`` and ``encoding`` have to know; call it before the first byte."""
        self.parser.XmlDeclHandler = self._declared
        self.parser.StartCdataSectionHandler = self._start_cdata
        self.parser.EndCdataSectionHandler = self._end_cdata

    @property
    def between_tokens(self) -> bool:
        """Whether the parser has understood all it was fed, and takes what comes next for markup."""
        return not (self._pending or self._in_cdata)

    @property
    def _pending(self) -> int:
        """Bytes fed and not yet understood: the beginning of a tag, a comment, a reference."""
        return self.bytes_fed - max(self.parser.CurrentByteIndex, 0)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.encoding = self.encoding or encoding

    def _start_cdata(self) -> None:
        self._in_cdata = True

    def _end_cdata(self) -> None:
        self._in_cdata = False

    def too_deep(self) -> NoReturn:
        """Refuse the nesting reached."""
        self.too_much(f"elements are nested deeper than {self.limits.depth}")

    def too_much(self, what: str) -> NoReturn:
        """Refuse what goes beyond a limit, naming the place."""
        line, column = self._position()
        msg = f"The XML goes beyond a limit at line {line}, column {column}: {what}."
        raise LimitError(msg, slug="xml-limit", hint="No known tool writes such a report; look at how it was made.")

    def _position(self) -> tuple[int, int]:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def _parse(self, chunk: bytes, *, last: bool) -> None:
        try:
            self.parser.Parse(chunk, last)
        except expat.ExpatError as error:
            cut_off = error.code in _CUT_OFF
            what = "the file ends before its root element is closed" if cut_off else expat.ErrorString(error.code)
            raise NotWellFormedError(
                what or "not XML",
                code=error.code,
                line=error.lineno,
                column=error.offset + 1,
                slug="truncated" if cut_off else "xml-not-well-formed",
            ) from None
        except (LookupError, ValueError) as error:
            # pyexpat's own answers to a declared encoding that Python does not know, or that has several bytes a
            # character.
            if _from_handler(error):
                raise
            line, column = self._position()
            raise NotWellFormedError(str(error), code=_UNKNOWN_ENCODING, line=line, column=column) from None

    def _refuse_doctype(self, *_declaration: object) -> None:
        self._refuse("a document type declaration", "xml-doctype")

    def _refuse_declaration(self, *_declaration: object) -> None:
        self._refuse("a declaration of entities or attributes", "xml-entity-declaration")

    def _refuse_entity(self, name: str, *_kind: object) -> None:
        self._refuse(f"the undeclared entity &{name[:40]};", "xml-entity")

    def _refuse(self, what: str, slug: str) -> NoReturn:
        line, column = self._position()
        msg = f"The XML holds {what} at line {line}, column {column}; such files are not read, for safety."
        raise MalformedArtefactError(msg, slug=slug, hint="Write the report without it.")


def _from_handler(error: Exception) -> bool:
    """Whether a handler raised it (a bug) and not a codec: pyexpat puts a frame of its own around handlers."""
    inner = error.__traceback__.tb_next if error.__traceback__ else None
    return inner is not None and "pyexpat" in inner.tb_frame.f_code.co_filename


def feed(
    body: Source,
    sink: Sink,
    *,
    limits: Limits = LIMITS,
    plain_doctype: bool = False,
    with_text: bool = False,
) -> Iterator[None]:
    """Send every element of ``body`` to ``sink``, stopping after every chunk of 256 KiB.

    Character data comes only ``with_text``. Errors are those of ``Feed.chunks``.
    """
    reading = Feed(body, limits=limits, plain_doctype=plain_doctype)
    depth, deepest = 0, limits.depth
    sink_start, sink_end = sink.start, sink.end

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > deepest:
            reading.too_deep()
        sink_start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        sink_end(tag)

    reading.parser.StartElementHandler = start
    reading.parser.EndElementHandler = end
    if with_text:
        reading.parser.CharacterDataHandler = sink.text
    return reading.chunks()
