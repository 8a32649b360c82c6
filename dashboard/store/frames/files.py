"""The evidence files themselves, with the ledger of how each was read."""

import pandas as pd

from dashboard.store.artefacts import LISTED, TABLES
from dashboard.store.engine import Store
from dashboard.store.frames.shape import frame
from dashboard.store.transaction import reading, scalar

_SHAPE = {
    "id": "whole",
    "sha256": "text",
    "name": "text",
    "size": "whole",
    "kind": "text",
    "format": "text",
    "producer": "text",
    "reader_version": "whole",
    "records_sha256": "text",
    "status": "text",
    "collected_at": "moment",
    "ingested_at": "moment",
    "run_name": "text",
    "candidate_id": "whole",
    "subject": "text",
    "version": "text",
    "by": "text",
    "origin": "text",
    "counts": "json",
    "ledger": "json",
    "notes": "json",
    "pruned_at": "moment",
}


def _where(candidate_id: int | None) -> tuple[str, dict[str, int]]:
    if candidate_id is None:
        return "WHERE p.slug = :project", {}
    return "WHERE p.slug = :project AND a.candidate_id = :candidate", {"candidate": candidate_id}


def artefacts(
    store: Store, project: str, candidate_id: int | None = None, limit: int = 200, offset: int = 0
) -> pd.DataFrame:
    """Give a page of the artefacts of a candidate, or of the whole project, the last ingested first.

    Gives: id, sha256, name, size, kind, format, producer, reader_version, records_sha256, status (``complete`` or
    ``incomplete``), collected_at, ingested_at, run_name, candidate_id, subject, version, by, origin, counts (dict),
    ledger (dict: the six counts, and ``facts``), notes (list), pruned_at (``NaT`` while its bytes are there).
    """
    where, values = _where(candidate_id)
    sql = f"{LISTED} {TABLES} {where} ORDER BY a.ingested_at DESC, a.id DESC LIMIT :limit OFFSET :offset"
    return frame(store, _SHAPE, sql, project=project, limit=limit, offset=offset, **values)


def count_artefacts(store: Store, project: str, candidate_id: int | None = None) -> int:
    """Count the artefacts that ``artefacts`` pages through."""
    where, values = _where(candidate_id)
    with reading(store) as connection:
        return int(scalar(connection, f"SELECT count(*) {TABLES} {where}", project=project, **values))
