"""One file of evidence into the database: all of it in one transaction, or nothing.

Records are staged while they stream from the reader; only then is the write lock taken, and everything that
follows is set-based. A file that the candidate already has is recognised by its digest and changes nothing.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from dashboard.errors import ArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, Folded, Kind, Record
from dashboard.store import blobs, results, unstable
from dashboard.store.engine import Store
from dashboard.store.faults import guarded
from dashboard.store.moments import from_ms, to_ms
from dashboard.store.record_rows import keep_records
from dashboard.store.stage_cases import CaseStage
from dashboard.store.stage_records import RecordStage
from dashboard.store.staging import Staging
from dashboard.store.targets import Place, Target, adopt, hold, meant, place
from dashboard.store.text import clean, shortened, shortened_or_none
from dashboard.store.transaction import Connection, first, raise_revision, reading, scalar

__all__ = ["NewArtefact", "Stored", "Target", "ingest"]


@dataclass(frozen=True, slots=True)
class NewArtefact:
    """What is known of a file before it is read."""

    sha256: str
    name: str
    size: int
    kind: Kind
    format: str
    producer: str | None
    """When the ledger names none."""
    reader_version: int
    origin: str
    """``cli``, ``api`` or ``browser``."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a file ended up."""

    artefact_id: int
    duplicate: bool
    """The candidate had this very file; nothing was written."""
    run_id: int | None
    candidate_id: int
    adopted: bool = False
    """The candidate had no environment and took the one that was named, also where the file itself is known."""


def ingest(  # noqa: PLR0913 - one step of the way of the data, with everything that is known at this point
    store: Store,
    *,
    target: Target,
    artefact: NewArtefact,
    body: BinaryIO,
    records: Iterator[Record],
    ledger: Ledger,
    counts: Callable[[], Mapping[str, Any]],
    records_sha256: Callable[[], str],
    at: datetime,
    by: str,
    on_stored: Callable[[Connection, Stored], None] | None = None,
) -> Stored:
    """Store a file with its records and its rollups.

    Takes:
        body: the raw file, seekable; kept as it is.
        records: consumed to its end before the database is locked. An error it raises leaves nothing behind.
        ledger, counts, records_sha256: asked when ``records`` has ended.
        on_stored: called inside the transaction, to add what must stand or fall with it; for a file that is known
            only when its candidate takes an environment.

    Raises:
        UsageError: slug ``environment-ambiguous``: the subject has several candidates and no environment is named.
        ArtefactError: from ``records``, or of the records themselves (a sample twice, a number too large).
        StoreError: the database cannot be written.
    """
    with reading(store) as connection:
        known = _duplicate(connection, target, artefact.sha256)
    if known is not None and not known.adopted:
        return known
    with guarded(store.url), store.writer.connect() as connection, Staging(connection) as staging:
        _stage(staging, records)
        blobs.stage(staging, body)
        staging.begin()
        project_id = hold(connection, target, at)
        # Another process may have stored this file while ours was read; with the project held it cannot any more.
        known = _duplicate(connection, target, artefact.sha256)
        if known is not None:
            if known.adopted:
                adopt(connection, known.candidate_id, target.environment)
                _finish(connection, staging, known, on_stored)
            return known
        where = place(connection, project_id, target)
        if artefact.kind is Kind.TESTS:
            unstable.settle(staging, where, ledger)
        row = _artefact_row(artefact, ledger, counts(), at=at, by=by, where=where)
        artefact_id, part = _add_artefact(connection, where, row, records_sha256())
        if artefact.kind is Kind.TESTS:
            results.keep(connection, where, part)
        keep_records(connection, where.project_id, artefact_id)
        blobs.keep(connection, artefact.sha256)
        stored = Stored(artefact_id, False, where.run_id, where.candidate_id, where.adopted)
        _finish(connection, staging, stored, on_stored)
    return stored


def _finish(
    connection: Connection,
    staging: Staging,
    stored: Stored,
    on_stored: Callable[[Connection, Stored], None] | None,
) -> None:
    if on_stored is not None:
        on_stored(connection, stored)
    raise_revision(connection)
    staging.commit()


def _stage(staging: Staging, records: Iterator[Record]) -> None:
    cases, others = CaseStage(staging), RecordStage(staging)
    add_case = cases.add
    for record in records:
        kind = type(record)
        if kind is CaseResult:
            add_case(record)  # type: ignore[arg-type]
        elif kind is Folded:
            cases.fold(record)  # type: ignore[arg-type]
        else:
            others.add(record)
    cases.settle()
    others.settle()


def _duplicate(connection: Connection, target: Target, sha256: str) -> Stored | None:
    """Find the file among what the candidate has; ``adopted`` says that the candidate is to take an environment."""
    candidate = meant(connection, target)
    if candidate is None:
        return None
    row = first(
        connection,
        "SELECT id, run_id, pruned_at FROM artefact WHERE candidate_id = :candidate AND sha256 = :sha256",
        candidate=candidate.id,
        sha256=sha256,
    )
    if row is not None and row["pruned_at"] is not None:
        on = f"{from_ms(row['pruned_at']):%Y-%m-%d}"
        msg = f"This very file was evidence of the candidate until it was pruned on {on}; it is not taken again."
        raise ArtefactError(msg, slug="artefact-pruned", hint="Bring it in for another subject if it belongs to one.")
    return None if row is None else Stored(row["id"], True, row["run_id"], candidate.id, candidate.adopts)


def _artefact_row(
    artefact: NewArtefact, ledger: Ledger, counts: Mapping[str, Any], *, at: datetime, by: str, where: Place
) -> dict[str, Any]:
    declared = datetime.fromisoformat(ledger.collected_at) if ledger.collected_at else None
    collected = declared if declared is not None and declared.tzinfo is not None else from_ms(where.started_at)
    figures = {**ledger.figures(), "facts": ledger.facts}
    return {
        "sha256": artefact.sha256,
        "name": shortened(artefact.name, 1024),
        "size": artefact.size,
        "kind": str(artefact.kind),
        "format": artefact.format,
        "producer": shortened_or_none(ledger.producer or artefact.producer, 1024),
        "reader_version": artefact.reader_version,
        "incomplete": ledger.incomplete,
        "collected_at": to_ms(collected),
        "ingested_at": to_ms(at),
        "ingested_by": by,
        "origin": artefact.origin,
        "counts": _json(dict(counts)),
        "ledger": _json(figures),
        "notes": _json([note.as_dict() for note in ledger.notes.values()]),
    }


def _json(value: Any) -> str:
    return clean(json.dumps(value, ensure_ascii=True, default=str))


def _add_artefact(connection: Connection, where: Place, row: dict[str, Any], records_sha256: str) -> tuple[int, int]:
    """Add the artefact and give its id and its part number in the run."""
    sql = "SELECT coalesce(max(part) + 1, 0) FROM artefact WHERE run_id = :run"
    part = int(scalar(connection, sql, run=where.run_id))
    values = {
        "project_id": where.project_id,
        "candidate_id": where.candidate_id,
        "run_id": where.run_id,
        "part": part,
        "records_sha256": records_sha256,
        **row,
    }
    names, binds = ", ".join(values), ", ".join(f":{name}" for name in values)
    new = scalar(connection, f"INSERT INTO artefact ({names}) VALUES ({binds}) RETURNING id", **values)
    return int(new), part
