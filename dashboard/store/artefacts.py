"""Evidence files: what is known of each, and their bytes as they came."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import RowMapping

from dashboard.errors import NotFoundError
from dashboard.model.candidate import Source
from dashboard.model.records import Kind
from dashboard.store import blobs
from dashboard.store.engine import Store
from dashboard.store.moments import from_ms, from_ms_or_none
from dashboard.store.transaction import first, reading

#: Columns of an artefact with what they belong to; ``a``, ``c``, ``p`` and ``r`` are its tables.
LISTED = (
    "SELECT a.id, a.sha256, a.name, a.size, a.kind, a.format, a.producer, a.reader_version, a.records_sha256, "
    "CASE WHEN a.incomplete THEN 'incomplete' ELSE 'complete' END AS status, a.collected_at, a.ingested_at, "
    'r.name AS run_name, a.candidate_id, c.subject, c.version, a.ingested_by AS "by", a.origin, a.counts, a.ledger, '
    "a.notes, a.pruned_at"
)
TABLES = (
    "FROM artefact a JOIN candidate c ON c.id = a.candidate_id JOIN project p ON p.id = a.project_id "
    "JOIN run r ON r.id = a.run_id"
)


def find(store: Store, artefact: str | int) -> dict[str, Any]:
    """Give what is known of an artefact, by digest (the newest of that content) or by number.

    The keys are the columns of ``frames.artefacts`` and ``project``.

    Raises:
        NotFoundError: slug ``artefact-not-found``.
    """
    by_number = isinstance(artefact, int)
    where = "a.id = :key" if by_number else "a.sha256 = :key"
    with reading(store) as connection:
        sql = f"{LISTED}, p.slug AS project {TABLES} WHERE {where} ORDER BY a.id DESC LIMIT 1"
        row = first(connection, sql, key=artefact)
    if row is None:
        msg = f"There is no artefact {artefact if by_number else str(artefact)[:12] + '…'}."
        raise NotFoundError(msg, slug="artefact-not-found")
    found = dict(row)
    for name in ("collected_at", "ingested_at"):
        found[name] = from_ms(found[name])
    found["pruned_at"] = from_ms_or_none(found["pruned_at"])
    for name in ("counts", "ledger", "notes"):
        found[name] = json.loads(found[name])
    return found


def read(store: Store, sha256: str) -> Iterator[bytes]:
    """Give the raw bytes back in pieces; see ``blobs.read`` for what is checked on the way."""
    return blobs.read(store, sha256)


def source(row: RowMapping) -> Source:
    """Make the reference by which verdicts and the manifest name an artefact, from its row (with ``run_name``)."""
    return Source(
        sha256=row["sha256"],
        name=row["name"],
        kind=Kind(row["kind"]),
        format=row["format"],
        size=row["size"],
        reader=f"{row['format']}@{row['reader_version']}",
        records_sha256=row["records_sha256"],
        collected_at=from_ms(row["collected_at"]),
        origin=f"{row['origin']} by {row['ingested_by']}" if row["ingested_by"] else row["origin"],
        run=row["run_name"],
        incomplete=bool(row["incomplete"]),
    )
