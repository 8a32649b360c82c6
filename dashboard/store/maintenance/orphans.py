"""Rows without what they belong to: facts without a run, files without bytes, bytes without a file."""

from dashboard.store.maintenance.rows import tables
from dashboard.store.transaction import Connection, rows, scalar

#: A column of this name says which row of which table its row belongs to. NULL belongs to none.
_REFERS = {
    "project_id": "project",
    "branch_id": "branch",
    "candidate_id": "candidate",
    "run_id": "run",
    "artefact_id": "artefact",
    "case_id": "test_case",
    "series_id": "metric_series",
    "failure_id": "failure_text",
    "group_id": "failure_group",
    "account_id": "account",
}
_NOUNS = {
    "run": "run", "artefact": "artefact", "test_case": "test case", "failure_text": "failure text",
    "metric_series": "metric series", "failure_group": "group of failures",
}  # fmt: skip
_PART = "NOT EXISTS (SELECT 1 FROM artefact a WHERE a.run_id = t.run_id AND a.part = t.part AND a.kind = 'tests')"


def orphans(connection: Connection) -> list[str]:
    """Look for rows that belong to nothing; gives a sentence each, none when all is well."""
    found = []
    for table in tables():
        for column, parent in _REFERS.items():
            if column in table.columns:
                found += _without(connection, table.name, column, parent)
    for facts in ("test_result", "ambiguous_case"):
        wrong = int(scalar(connection, f"SELECT count(*) FROM {facts} t WHERE {_PART}"))
        if wrong:
            found.append(f"{wrong:,} rows of {facts} name a file that their run does not have.")
    return found + _files_without_bytes(connection) + _bytes_without_a_file(connection)


def _without(connection: Connection, table: str, column: str, parent: str) -> list[str]:
    missing = (
        f'FROM (SELECT DISTINCT {column} AS id FROM "{table}" WHERE {column} IS NOT NULL) t '
        f'WHERE NOT EXISTS (SELECT 1 FROM "{parent}" p WHERE p.id = t.id)'
    )
    wrong = int(scalar(connection, f"SELECT count(*) {missing}"))
    if not wrong:
        return []
    example = scalar(connection, f"SELECT min(t.id) {missing}")
    noun = _NOUNS.get(parent, parent)
    also = f" and {wrong - 1:,} others" if wrong > 1 else ""
    return [f"Rows of {table} belong to {noun} {example}{also}, which is not there."]


def _files_without_bytes(connection: Connection) -> list[str]:
    lost = rows(
        connection,
        "SELECT DISTINCT a.sha256 FROM artefact a WHERE a.size > 0 AND a.pruned_at IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM blob_chunk b WHERE b.sha256 = a.sha256 AND b.seq = 0) ORDER BY a.sha256",
    )
    return [f"The bytes of artefact {row['sha256'][:12]}… are not there." for row in lost]


def _bytes_without_a_file(connection: Connection) -> list[str]:
    left = rows(
        connection,
        "SELECT DISTINCT b.sha256 FROM blob_chunk b WHERE NOT EXISTS "
        "(SELECT 1 FROM artefact a WHERE a.sha256 = b.sha256) ORDER BY b.sha256",
    )
    return [f"Bytes with the digest {row['sha256'][:12]}… are kept, and no artefact has it." for row in left]
