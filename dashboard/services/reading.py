"""The shared front of ``inspect`` and ``ingest``: a file is spooled once, recognised, and read with its ledger."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from dashboard.errors import ArtefactError, CountersignError, LimitError, MalformedArtefactError, UnknownFormatError
from dashboard.model.ledger import Ledger
from dashboard.model.protocols import Reader
from dashboard.model.records import Record
from dashboard.readers import HEAD_BYTES, choose
from dashboard.readers._tally import Tally
from dashboard.settings import MIB, Settings

_CHUNK = 256 * 1024
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


@dataclass(slots=True)
class Spooled:
    """A file as it was given, in a temporary file, and the content to read (apart only when it was compressed)."""

    name: str
    sha256: str
    size: int
    raw: BinaryIO
    content: BinaryIO

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the temporary files."""
        self.content.close()
        self.raw.close()


class OpenReading(NamedTuple):
    """A file being read: the ledger and the tally fill up while ``records`` is exhausted."""

    reader: Reader
    ledger: Ledger
    tally: Tally
    records: Iterator[Record]


def spool(body: BinaryIO, name: str, settings: Settings) -> Spooled:
    """Copy ``body`` to a temporary file, hashing on the way; the caller closes what is given.

    Raises:
        LimitError: the file, or what it inflates to, is beyond ``COUNTERSIGN_MAX_ARTEFACT_MIB``.
        ArtefactError: it is a container that is not opened.
    """
    raw = TemporaryFile()
    try:
        digest, size = hashlib.sha256(), 0
        while chunk := body.read(_CHUNK):
            size += len(chunk)
            if size > settings.max_artefact_bytes:
                raise _too_large("The file", settings)
            digest.update(chunk)
            raw.write(chunk)
        raw.seek(0)
        content = _content(raw, settings)
    except BaseException:
        raw.close()
        raise
    return Spooled(name, digest.hexdigest(), size, raw, content)


def open_reading(spooled: Spooled) -> OpenReading:
    """Recognise a spooled file and start to read it; every record is counted on its way.

    Raises:
        UnknownFormatError: no reader claims it.
    """
    spooled.content.seek(0)
    reader = choose(spooled.content.read(HEAD_BYTES))
    spooled.content.seek(0)
    ledger, tally = Ledger(), Tally()
    if spooled.name.lower().endswith(".gz") and spooled.content is spooled.raw:
        ledger.note("not-compressed", "the file is named .gz but is not compressed; it was read as it is")

    def records() -> Iterator[Record]:
        for record in reader.read(spooled.content, ledger):
            tally.add(record)
            yield record

    return OpenReading(reader, ledger, tally, records())


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is in one file, nothing of it stored."""

    path: str
    status: str
    """``ok``, ``incomplete`` (the file itself says that something is missing) or ``refused``."""
    sha256: str | None = None
    kind: str | None = None
    format: str | None = None
    producer: str | None = None
    error: dict[str, str] | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    ledger: dict[str, int] = field(default_factory=dict)
    records_sha256: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the object that ``inspect --json`` prints."""
        return {
            "path": self.path,
            "sha256": self.sha256,
            "kind": self.kind,
            "format": self.format,
            "producer": self.producer,
            "status": self.status,
            "error": self.error,
            "counts": self.counts,
            "notes": self.notes,
            "ledger": self.ledger,
            "records_sha256": self.records_sha256,
        }


def inspect_file(path: Path, settings: Settings) -> Inspection:
    """Read a file whole and say what is in it. Bad input is an answer (``refused``), never an exception."""
    sha256 = kind = format_ = None
    try:
        with open_file(path) as body, spool(body, path.name, settings) as spooled:
            sha256 = spooled.sha256
            reading = open_reading(spooled)
            kind, format_ = reading.reader.kind.value, reading.reader.format
            for _record in reading.records:
                pass
    except CountersignError as error:
        return Inspection(str(path), "refused", sha256, kind, format_, error=error.as_dict())
    ledger, tally = reading.ledger, reading.tally
    return Inspection(
        path=str(path),
        status="incomplete" if ledger.incomplete else "ok",
        sha256=sha256,
        kind=kind,
        format=format_,
        producer=ledger.producer,
        counts=tally.counts(reading.reader.kind, ledger.facts),
        notes=[note.as_dict() for note in ledger.notes.values()],
        ledger=ledger.figures(),
        records_sha256=tally.digest(),
    )


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        ArtefactError: it is none, it is not there, or it cannot be opened.
    """
    try:
        if path.is_dir():
            msg = f"{path} is a folder, not a file."
            raise ArtefactError(msg, slug="not-a-file", hint="Name the files in it, or let the command walk the folder.")
        if path.exists() and not path.is_file():
            msg = f"{path} is not a regular file."
            raise ArtefactError(msg, slug="not-a-file", hint="Name a file; devices, sockets and pipes are not read.")
        return path.open("rb")
    except FileNotFoundError:
        msg = f"There is no file {path}."
        hint = "Check the path, and whether the step that writes the report ran."
        raise ArtefactError(msg, slug="no-such-file", hint=hint) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        msg = f"{path} cannot be opened: {why}."
        raise ArtefactError(msg, slug="unreadable-file", hint="Check the permissions of the file.") from None


def _content(raw: BinaryIO, settings: Settings) -> BinaryIO:
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
    content = TemporaryFile()
    try:
        for piece in _inflated(raw, settings):
            content.write(piece)
    except BaseException:
        content.close()
        raise
    content.seek(0)
    return content


def _inflated(raw: BinaryIO, settings: Settings) -> Iterator[bytes]:
    read = given = 0
    stream = zlib.decompressobj(wbits=31)
    pending = b""
    while True:
        if not pending:
            pending = raw.read(_CHUNK)
            read += len(pending)
        if not pending:
            break
        if stream.eof:
            if not pending.startswith(_GZIP):
                break  # padding after the last member
            stream = zlib.decompressobj(wbits=31)
        try:
            piece = stream.decompress(pending, _CHUNK)
        except zlib.error as error:
            msg = f"The gzip stream is damaged after {given:,} bytes of content: {error}."
            raise MalformedArtefactError(msg, slug="gzip-damaged") from None
        pending = stream.unused_data if stream.eof else stream.unconsumed_tail
        given += len(piece)
        if given > settings.max_artefact_bytes:
            raise _too_large("The decompressed content", settings)
        if given > RATIO_FREE_BYTES and given > MAX_RATIO * read:
            msg = f"The gzip stream inflates more than {MAX_RATIO}-fold: it is refused as a decompression bomb."
            hint = f"Ingest the file uncompressed if you trust it; the limit is {MAX_RATIO}:1 beyond 10 MiB."
            raise LimitError(msg, slug="gzip-bomb", hint=hint)
        yield piece
    if not stream.eof:
        msg = f"The gzip stream is cut off after {given:,} bytes of content."
        raise MalformedArtefactError(msg, slug="truncated")


def _too_large(what: str, settings: Settings) -> LimitError:
    cap = settings.max_artefact_bytes // MIB
    msg = f"{what} is larger than {cap:,} MiB, the limit set by COUNTERSIGN_MAX_ARTEFACT_MIB."
    hint = "Split the report, or set COUNTERSIGN_MAX_ARTEFACT_MIB higher if you trust the source."
    return LimitError(msg, slug="too-large", hint=hint)
