"""Notes that people wrote beside test cases."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.store.moments import from_ms, to_ms
from dashboard.store.transaction import Connection, rows, scalar


@dataclass(frozen=True, slots=True)
class Note:
    """One note."""

    id: int
    text: str
    by: str
    at: datetime


def add(connection: Connection, case_id: int, text: str, *, by: str, at: datetime) -> int:
    """Add a note; gives its number."""
    sql = "INSERT INTO case_note (case_id, body, written_by, written_at) VALUES (:case, :body, :by, :at) RETURNING id"
    return int(scalar(connection, sql, case=case_id, body=text, by=by, at=to_ms(at)))


def of_case(connection: Connection, case_id: int, limit: int = 100) -> list[Note]:
    """Give the notes of a case, newest first."""
    sql = "SELECT id, body, written_by, written_at FROM case_note WHERE case_id = :case ORDER BY id DESC LIMIT :limit"
    found = rows(connection, sql, case=case_id, limit=limit)
    return [Note(row["id"], row["body"], row["written_by"], from_ms(row["written_at"])) for row in found]
