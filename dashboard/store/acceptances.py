"""Signed reasons for findings of a candidate: the envelope is kept byte for byte as it was signed."""

from dataclasses import dataclass

from sqlalchemy import RowMapping

from dashboard.model.waiver import Acceptance
from dashboard.store.moments import from_ms, to_ms
from dashboard.store.transaction import Connection, first, rows, scalar

_COLUMNS = "id, rule, digest, account_id, login, name, role, reason, at, payload_sha256, envelope"
_ACCEPTANCE = f"SELECT {_COLUMNS} FROM finding_acceptance"


@dataclass(frozen=True, slots=True)
class StoredAcceptance:
    """An acceptance with what proves it."""

    acceptance: Acceptance
    account_id: int
    envelope: bytes


def add(connection: Connection, candidate_id: int, stored: StoredAcceptance) -> int | None:
    """File an acceptance (its ``id`` is given by the database); gives its number, nothing when there is one already."""
    made = stored.acceptance
    new = scalar(
        connection,
        "INSERT INTO finding_acceptance (candidate_id, rule, digest, account_id, login, name, role, reason, at, "
        "payload_sha256, envelope) VALUES (:candidate, :rule, :digest, :account, :login, :name, :role, :reason, :at, "
        ":payload, :envelope) ON CONFLICT (candidate_id, digest) DO NOTHING RETURNING id",
        candidate=candidate_id,
        rule=made.rule,
        digest=made.digest,
        account=stored.account_id,
        login=made.login,
        name=made.name,
        role=made.role,
        reason=made.reason,
        at=to_ms(made.at),
        payload=made.payload_sha256,
        envelope=stored.envelope,
    )
    return None if new is None else int(new)


def of_candidate(connection: Connection, candidate_id: int) -> tuple[StoredAcceptance, ...]:
    """Give the acceptances of a candidate, oldest first."""
    found = rows(connection, f"{_ACCEPTANCE} WHERE candidate_id = :candidate ORDER BY id", candidate=candidate_id)
    return tuple(_stored(row) for row in found)


def envelope_of(connection: Connection, acceptance_id: int) -> bytes | None:
    """Give the envelope of one acceptance as it was signed."""
    row = first(connection, f"{_ACCEPTANCE} WHERE id = :id", id=acceptance_id)
    return None if row is None else bytes(row["envelope"])


def _stored(row: RowMapping) -> StoredAcceptance:
    acceptance = Acceptance(
        id=row["id"],
        rule=row["rule"],
        digest=row["digest"],
        login=row["login"],
        name=row["name"],
        role=row["role"],
        reason=row["reason"],
        at=from_ms(row["at"]),
        payload_sha256=row["payload_sha256"],
    )
    return StoredAcceptance(acceptance, row["account_id"], bytes(row["envelope"]))
