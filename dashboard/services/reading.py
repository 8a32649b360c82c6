"""The shared front of ``inspect`` and ``ingest``: a file is spooled once, recognised, and read with its ledger."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from dashboard.errors import ArtefactError, CountersignError
from dashboard.model.ledger import Ledger
from dashboard.model.protocols import Reader
from dashboard.model.records import Record
from dashboard.readers import HEAD_BYTES, choose
from dashboard.readers._tally import Tally
from dashboard.services._containers import CHUNK, content_of, too_large
from dashboard.settings import Settings


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
    digest, size = hashlib.sha256(), 0
    with ExitStack() as unless_given:
        raw = unless_given.enter_context(TemporaryFile())
        while chunk := body.read(CHUNK):
            size += len(chunk)
            if size > settings.max_artefact_bytes:
                raise too_large("The file", settings)
            digest.update(chunk)
            raw.write(chunk)
        raw.seek(0)
        content = content_of(raw, settings)
        unless_given.pop_all()
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
            raise ArtefactError(
                msg, slug="not-a-file", hint="Name the files in it, or let the command walk the folder."
            )
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
