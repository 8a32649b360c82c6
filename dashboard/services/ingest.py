"""Ingest: a file becomes evidence of a candidate, whole and in one transaction, or not at all."""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from dashboard.errors import LimitError, UsageError
from dashboard.model.person import Permission
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.services.reading import OpenReading, Spooled, open_file, open_reading, spool
from dashboard.settings import MIB
from dashboard.store import writes
from dashboard.store.transaction import Connection
from dashboard.store.writes import NewArtefact, Stored, Target

#: An upload is held in memory up to this size, then on disk.
_IN_MEMORY_BYTES = MIB
_SLUG = re.compile(r"[^a-z0-9]+")
_SUBJECT = re.compile(r"[^\s\x00-\x1f\x7f]{1,128}")
_LABEL_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file."""

    path: str
    sha256: str
    kind: str
    format: str
    producer: str | None
    status: str
    """``stored``, or ``duplicate`` when the candidate has this very file and nothing was added."""
    incomplete: bool
    counts: dict[str, Any]
    notes: list[dict[str, Any]]
    ledger: dict[str, int]
    candidate_id: int
    artefact_id: int

    def as_dict(self) -> dict[str, Any]:
        """Give the receipt as the API and ``--json`` print it."""
        return {name: getattr(self, name) for name in self.__slots__}


def slug_of(name: str) -> str:
    """Make a project's slug from its name: ``Genesis Rebuild`` becomes ``genesis-rebuild``.

    Raises:
        UsageError: nothing is left of it.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _SLUG.sub("-", plain).strip("-")[:64]
    if not slug:
        msg = f"The project name {name!r} has no letter or digit to make a short name from."
        raise UsageError(msg, slug="project-name-invalid", hint="Name the project with letters or digits.")
    return slug


def make_target(  # noqa: PLR0913 - the references of a piece of evidence are this many
    context: Context,
    *,
    project: str,
    subject: str | None,
    branch: str | None = None,
    version: str | None = None,
    environment: str | None = None,
    run: str | None = None,
    started_at: datetime | None = None,
    as_of: datetime | None = None,
) -> Target:
    """Check the references of a piece of evidence and fill in the run: one call without a run name is one run.

    Raises:
        UsageError: no subject, or a name that cannot be one.
    """
    if not subject:
        msg = "Evidence belongs to a subject (a commit sha or the sha256 of the built artefact), and none was given."
        raise UsageError(msg, slug="subject-missing", hint="Give --subject, or set GITHUB_SHA.")
    if not _SUBJECT.fullmatch(subject):
        msg = f"{subject[:80]!r} cannot be a subject: it has white space or is longer than 128 characters."
        raise UsageError(msg, slug="subject-invalid", hint="Use the commit sha or the artefact's sha256.")
    now = context.clock()
    start = started_at or now
    slug = slug_of(project)
    return Target(
        project=slug,
        project_name=project.strip() if project.strip() != slug else None,
        subject=subject.lower() if re.fullmatch(r"[0-9A-Fa-f]{7,128}", subject) else subject,
        branch=_label(branch, "branch"),
        version=_label(version, "version"),
        environment=_label(environment, "environment"),
        run=_label(run, "run") or f"{start:%Y%m%dT%H%M%S}.{start.microsecond // 1000:03d}Z",
        started_at=start,
        as_of=as_of,
    )


def ingest_file(context: Context, path: Path, target: Target) -> Receipt:
    """Ingest a file on disk.

    Raises:
        ArtefactError: it cannot be trusted; nothing of it is stored.
        AccessError, StoreError.
    """
    context.require(Permission.INGEST)
    with open_file(path) as body:
        return ingest_body(context, body, path.name, target, origin="cli", shown_as=str(path))


def ingest_body(
    context: Context, body: BinaryIO, name: str, target: Target, *, origin: str, shown_as: str | None = None
) -> Receipt:
    """Ingest an open file under a name; ``origin`` is ``cli``, ``api`` or ``browser``."""
    context.require(Permission.INGEST)
    with spool(body, name, context.settings) as spooled:
        reading = open_reading(spooled)
        stored = _store(context, spooled, reading, target, origin)
        return _receipt(shown_as or name, spooled, reading, stored)


async def ingest_stream(
    context: Context, chunks: AsyncIterator[bytes], name: str, target: Target, *, origin: str = "api"
) -> Receipt:
    """Ingest a request body as it arrives; reading and storing happen in a thread, off the event loop."""
    context.require(Permission.INGEST)
    cap = context.settings.max_artefact_bytes
    size = 0
    with SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as body:
        async for chunk in chunks:
            size += len(chunk)
            if size > cap:
                msg = f"The upload is larger than {cap // MIB:,} MiB, the limit set by COUNTERSIGN_MAX_ARTEFACT_MIB."
                raise LimitError(msg, slug="too-large")
            body.write(chunk)
        body.seek(0)
        stream = cast("BinaryIO", body)
        return await asyncio.to_thread(ingest_body, context, stream, name, target, origin=origin)


def _store(context: Context, spooled: Spooled, reading: OpenReading, target: Target, origin: str) -> Stored:
    reader = reading.reader

    def event(connection: Connection, stored: Stored) -> None:
        facts: dict[str, log.Fact] = {
            "artefact": stored.artefact_id,
            "sha256": spooled.sha256,
            "name": spooled.name[:_LABEL_LENGTH],
            "kind": str(reader.kind),
            "subject": target.subject,
            "run": target.run,
            "origin": origin,
        }
        log.add(context, connection, "artefact.stored", facts, project=target.project)

    return writes.ingest(
        context.store,
        target=target,
        artefact=NewArtefact(
            sha256=spooled.sha256,
            name=spooled.name,
            size=spooled.size,
            kind=reader.kind,
            format=reader.format,
            producer=None,
            reader_version=reader.version,
            origin=origin,
        ),
        body=spooled.raw,
        records=reading.records,
        ledger=reading.ledger,
        counts=lambda: reading.tally.counts(reader.kind, reading.ledger.facts),
        records_sha256=reading.tally.digest,
        at=context.clock(),
        by=log.actor_of(context.person),
        on_stored=event,
    )


def _receipt(shown_as: str, spooled: Spooled, reading: OpenReading, stored: Stored) -> Receipt:
    if stored.duplicate:
        for _ in reading.records:  # nothing was stored, but the receipt still says what the file holds
            pass
    return Receipt(
        path=shown_as,
        sha256=spooled.sha256,
        kind=str(reading.reader.kind),
        format=reading.reader.format,
        producer=reading.ledger.producer,
        status="duplicate" if stored.duplicate else "stored",
        incomplete=reading.ledger.incomplete,
        counts=reading.tally.counts(reading.reader.kind, reading.ledger.facts),
        notes=[note.as_dict() for note in reading.ledger.notes.values()],
        ledger=reading.ledger.figures(),
        candidate_id=stored.candidate_id,
        artefact_id=stored.artefact_id,
    )


def _label(text: str | None, what: str) -> str | None:
    """Take a label as a person wrote it: trimmed, one line, bounded."""
    label = " ".join((text or "").split())
    if len(label) > _LABEL_LENGTH:
        msg = f"The {what} has {len(label):,} characters; {_LABEL_LENGTH} are the limit."
        raise UsageError(msg, slug="label-too-long", hint=f"Use a shorter {what}.")
    return label or None
