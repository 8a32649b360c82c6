"""The shared front of ``inspect`` and ``ingest``: a file is spooled once, recognised, and read with its ledger."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from dashboard.errors import ArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.protocols import Reader
from dashboard.model.records import Record
from dashboard.readers import HEAD_BYTES, choose
from dashboard.readers._tally import Tally
from dashboard.services._archives import Member, members_of
from dashboard.services._containers import archive_format, content_of, nested, promises_compression
from dashboard.services._limits import Purse, too_large
from dashboard.services._streams import CHUNK
from dashboard.settings import Settings
from dashboard.store.faults import spooling


@dataclass(slots=True)
class Spooled:
    """A file as it was given, in a temporary file, and the content to read (apart only when it was compressed)."""

    name: str
    sha256: str
    size: int
    raw: BinaryIO
    content: BinaryIO
    purse: Purse
    """What may still come out of it, or of the archive it lies in."""

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


def receive(body: BinaryIO, name: str, settings: Settings, purse: Purse | None = None) -> Spooled:
    """Copy ``body`` to a temporary file, hashing on the way; the caller closes what is given. It may be an archive.

    ``purse`` is that of the archive this file lies in.

    Raises:
        LimitError: the file, or what it inflates to, is beyond ``COUNTERSIGN_MAX_ARTEFACT_MIB``.
        ArtefactError: it is a container that is not opened.
    """
    digest, size = hashlib.sha256(), 0
    with spooling(), ExitStack() as unless_given:
        raw = unless_given.enter_context(TemporaryFile())
        while chunk := body.read(CHUNK):
            size += len(chunk)
            if size > settings.max_artefact_bytes:
                raise too_large("The file", settings)
            digest.update(chunk)
            raw.write(chunk)
        purse = purse or Purse(settings, size)
        content = content_of(raw, settings, purse)
        unless_given.pop_all()
    return Spooled(name, digest.hexdigest(), size, raw, content, purse)


def spool(body: BinaryIO, name: str, settings: Settings, purse: Purse | None = None) -> Spooled:
    """Receive one file that is read as it is, compressed or not.

    Raises:
        ArtefactError: as ``receive``, and when the file is an archive.
    """
    spooled = receive(body, name, settings, purse)
    if (format_ := archive_format(spooled.content)) is not None:
        spooled.close()
        raise nested(format_)
    return spooled


def members(spooled: Spooled) -> list[Member] | None:
    """Give the members of an archive that is whole and within the limits; ``None`` when this is one file.

    Raises:
        ArtefactError: the archive cannot be trusted, or has no file in it; nothing of it may be stored.
    """
    return members_of(spooled.content, spooled.purse)


def spool_member(member: Member, archive: Spooled, settings: Settings) -> Spooled:
    """Receive one member of an archive as the file it is, named after both.

    Raises:
        ArtefactError: the member is one that is not read, or cannot be.
    """
    if member.open is None:
        raise member.error or ArtefactError(f"The member {member.name} is not read.")
    with closing(member.open()) as body:
        return spool(body, f"{archive.name}!{member.name}", settings, archive.purse)


def open_reading(spooled: Spooled) -> OpenReading:
    """Recognise a spooled file and start to read it; every record is counted on its way.

    Raises:
        UnknownFormatError: no reader claims it.
    """
    spooled.content.seek(0)
    reader = choose(spooled.content.read(HEAD_BYTES))
    spooled.content.seek(0)
    ledger, tally = Ledger(text_limit=spooled.purse.settings.max_text_bytes), Tally()
    suffix = promises_compression(spooled.name)
    if suffix and spooled.content is spooled.raw:
        ledger.note("not-compressed", f"the file is named {suffix} but is not compressed; it was read as it is")

    def records() -> Iterator[Record]:
        for record in reader.read(spooled.content, ledger):
            tally.add(record)
            yield record

    return OpenReading(reader, ledger, tally, records())


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
