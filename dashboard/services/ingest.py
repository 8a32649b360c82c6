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

from dashboard.errors import ArtefactError, CountersignError, LimitError, UsageError
from dashboard.model.person import Permission
from dashboard.model.records import Kind
from dashboard.services import log, reevaluate, statuses
from dashboard.services._archives import PASSED_OVER, no_report, sentence
from dashboard.services.context import Context
from dashboard.services.reading import (
    OpenReading,
    Spooled,
    members,
    open_file,
    open_reading,
    receive,
    spool,
    spool_member,
)
from dashboard.settings import MIB
from dashboard.store import writes
from dashboard.store.faults import spooling
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
    adopted: bool
    """Whether the candidate had no environment and took the one that was named."""

    def as_dict(self) -> dict[str, Any]:
        """Give the receipt as the API and ``--json`` print it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one member of an archive is not stored."""

    path: str
    status: str
    """``refused``, or ``skipped`` when it is no evidence at all."""
    error: CountersignError

    def as_dict(self) -> dict[str, Any]:
        """Give the refusal as the API and ``--json`` print it."""
        return {"path": self.path, "status": self.status, "error": self.error.as_dict()}


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of one file that was brought in: one receipt, or one outcome for each member of an archive."""

    path: str
    sha256: str
    archive: bool
    outcomes: tuple[Receipt | Refusal, ...]

    @property
    def changed(self) -> tuple[int, ...]:
        """Give the candidates that are not what they were: more evidence, or an environment."""
        receipts = (outcome for outcome in self.outcomes if isinstance(outcome, Receipt))
        changed = (one.candidate_id for one in receipts if one.status == "stored" or one.adopted)
        return tuple(dict.fromkeys(changed))

    def as_dict(self) -> dict[str, Any]:
        """Give the receipt of a single file as it is, that of an archive with its members in it."""
        told = [outcome.as_dict() for outcome in self.outcomes]
        if not self.archive:
            return told[0]
        found = {outcome.status for outcome in self.outcomes}
        status = next((status for status in ("stored", "duplicate") if status in found), "refused")
        return {"path": self.path, "sha256": self.sha256, "format": "archive", "status": status, "members": told}


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


def moment_of(text: str | None, what: str) -> datetime | None:
    """Read a moment that somebody wrote; ``what`` names the argument in the message.

    Raises:
        UsageError: it is not ISO 8601, or has no offset.
    """
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        msg = f"{what} is {text[:40]!r}; it must be ISO 8601 with an offset."
        raise UsageError(msg, slug="moment-invalid", hint="Write it like 2025-10-18T14:02:00Z.")
    return at


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
        UsageError: no subject, or a name that cannot be one. Whether the subject needs an environment to name one
            candidate is seen when the file is stored.
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
    """Ingest one file on disk that is no archive.

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
    """Ingest one open file that is no archive under a name; ``origin`` is ``cli``, ``api`` or ``browser``."""
    context.require(Permission.INGEST)
    with spool(body, name, context.settings) as spooled:
        return _keep(context, spooled, open_reading(spooled), target, origin, shown_as or name)


def ingest_all(
    context: Context,
    body: BinaryIO,
    name: str,
    target: Target,
    *,
    origin: str,
    shown_as: str | None = None,
    judge: bool = True,
) -> Intake:
    """Ingest an open file, which may be an archive: each member is then stored, or refused, like a file of a folder.

    The candidate is judged again once at the end; with ``judge=False`` the caller does so after the last of many.

    Raises:
        ArtefactError: the file or the whole archive cannot be trusted, or the archive has no report in it; nothing of
            it is stored.
    """
    context.require(Permission.INGEST)
    shown_as = shown_as or name
    with receive(body, name, context.settings) as spooled:
        found = members(spooled)
        if found is None:
            receipt = _keep(context, spooled, open_reading(spooled), target, origin, shown_as)
            return _judged(context, target, Intake(shown_as, spooled.sha256, archive=False, outcomes=(receipt,)), judge)
        outcomes: list[Receipt | Refusal] = []
        recognised = False
        for member in found:
            path = f"{shown_as}!{member.name}"
            try:
                with spool_member(member, spooled, context.settings) as file:
                    reading = open_reading(file)
                    recognised = True
                    outcomes.append(_keep(context, file, reading, target, origin, path))
            except ArtefactError as error:
                skipped = member.passed_over or error.slug in PASSED_OVER
                outcomes.append(Refusal(path, "skipped" if skipped else "refused", error))
        if not recognised:
            why = (o.error for o in outcomes if isinstance(o, Refusal))
            raise no_report([sentence(m.name, e.slug, str(e)) for m, e in zip(found, why, strict=True)])
        return _judged(context, target, Intake(shown_as, spooled.sha256, archive=True, outcomes=tuple(outcomes)), judge)


def _judged(context: Context, target: Target, intake: Intake, judge: bool) -> Intake:
    if judge:
        reevaluate.after_change(context, target.project, intake.changed)
    return intake


def ingest_path(context: Context, path: Path, target: Target, *, judge: bool = True) -> Intake:
    """Ingest a file on disk, which may be an archive.

    Raises:
        ArtefactError: as ``ingest_all``, and when the file cannot be opened.
        AccessError, StoreError.
    """
    context.require(Permission.INGEST)
    with open_file(path) as body:
        return ingest_all(context, body, path.name, target, origin="cli", shown_as=str(path), judge=judge)


async def ingest_stream(
    context: Context, chunks: AsyncIterator[bytes], name: str, target: Target, *, origin: str = "api"
) -> Intake:
    """Ingest a request body or archive as it arrives; reading and storing happen in a thread, off the loop."""
    context.require(Permission.INGEST)
    cap = context.settings.max_artefact_bytes
    size = 0
    with spooling(), SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as body:
        async for chunk in chunks:
            size += len(chunk)
            if size > cap:
                msg = f"The upload is larger than {cap // MIB:,} MiB, the limit set by COUNTERSIGN_MAX_ARTEFACT_MIB."
                raise LimitError(msg, slug="too-large")
            body.write(chunk)
        body.seek(0)
        stream = cast("BinaryIO", body)
        return await asyncio.to_thread(ingest_all, context, stream, name, target, origin=origin)


def _keep(
    context: Context, spooled: Spooled, reading: OpenReading, target: Target, origin: str, shown_as: str
) -> Receipt:
    return _receipt(shown_as, spooled, reading, _store(context, spooled, reading, target, origin))


def _store(context: Context, spooled: Spooled, reading: OpenReading, target: Target, origin: str) -> Stored:
    reader = reading.reader

    def event(connection: Connection, stored: Stored) -> None:
        if stored.adopted:
            took: dict[str, log.Fact] = {
                "candidate": stored.candidate_id,
                "subject": target.subject,
                "environment": target.environment or "",
            }
            log.add(context, connection, "candidate.environment", took, project=target.project)
        if stored.duplicate:
            return
        facts: dict[str, log.Fact] = {
            "artefact": stored.artefact_id,
            "sha256": spooled.sha256,
            "name": spooled.name[:_LABEL_LENGTH],
            "kind": str(reader.kind),
            "candidate": stored.candidate_id,
            "subject": target.subject,
            "run": target.run,
            "origin": origin,
        }
        log.add(context, connection, "artefact.stored", facts, project=target.project)
        if reader.kind is Kind.TESTS and stored.run_id is not None:
            statuses.advance(context, connection, target.project, stored.run_id)

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
        adopted=stored.adopted,
    )


def _label(text: str | None, what: str) -> str | None:
    """Take a label as a person wrote it: trimmed, one line, bounded."""
    label = " ".join((text or "").split())
    if len(label) > _LABEL_LENGTH:
        msg = f"The {what} has {len(label):,} characters; {_LABEL_LENGTH} are the limit."
        raise UsageError(msg, slug="label-too-long", hint=f"Use a shorter {what}.")
    return label or None
