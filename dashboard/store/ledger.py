"""The two tables that are only ever added to: events, which are the leaves of the log, and signed statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from dashboard.store.moments import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from dashboard.store.transaction import LEDGER_LOCK, PROJECT_LOCK, Connection, lock, rows, run, scalar

_SIGNOFF = (
    "SELECT id, candidate_id, evaluation_id, kind, account_id, login, name, role, key_id, signed_at, valid_until, "
    "event_seq, envelope FROM signoff"
)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the ledger."""

    seq: int
    """Index of its leaf, from 0."""
    at: datetime
    kind: str
    actor: str
    body: bytes
    """The very bytes whose hash is the leaf."""
    leaf: bytes


@dataclass(frozen=True, slots=True)
class StoredSignature:
    """A signed statement as it is filed."""

    id: int
    candidate_id: int
    evaluation_id: str
    kind: str
    account_id: int
    login: str
    name: str
    role: str
    key_id: str
    signed_at: datetime
    valid_until: datetime | None
    event_seq: int
    envelope: bytes


def hold(connection: Connection, candidate_id: int) -> None:
    """Let nobody bring evidence into the candidate's project until this transaction ends.

    On SQLite the write lock is in hand already. The order is that of ``transaction``: project, then ledger.
    """
    project_id = scalar(connection, "SELECT project_id FROM candidate WHERE id = :id", id=candidate_id)
    if project_id is not None:
        lock(connection, PROJECT_LOCK, int(project_id))


def contributors(connection: Connection, candidate_id: int) -> list[tuple[str, str]]:
    """Give digest and actor of every artefact of a candidate, in the order in which they came in."""
    sql = "SELECT sha256, ingested_by FROM artefact WHERE candidate_id = :candidate ORDER BY id"
    return [(row["sha256"], row["ingested_by"]) for row in rows(connection, sql, candidate=candidate_id)]


def append(connection: Connection, *, at: datetime, kind: str, actor: str, body: bytes, leaf: bytes) -> int:
    """Add an event to the end; gives the index of its leaf."""
    lock(connection, LEDGER_LOCK)  # on PostgreSQL two transactions would otherwise take the same number
    seq = int(scalar(connection, "SELECT coalesce(max(seq) + 1, 0) FROM event"))
    sql = "INSERT INTO event (seq, at, kind, actor, body, leaf) VALUES (:seq, :at, :kind, :actor, :body, :leaf)"
    run(connection, sql, seq=seq, at=to_ms(at), kind=kind, actor=actor, body=body, leaf=leaf)
    return seq


def leaves(connection: Connection) -> list[bytes]:
    """Give every leaf hash in order."""
    return [bytes(row["leaf"]) for row in rows(connection, "SELECT leaf FROM event ORDER BY seq")]


def locked_leaves(connection: Connection) -> list[bytes]:
    """Give every leaf hash in order, and let nobody append until this transaction ends."""
    lock(connection, LEDGER_LOCK)
    return leaves(connection)


def events(connection: Connection, kinds: Sequence[str] = (), *, limit: int = 200, offset: int = 0) -> list[Event]:
    """Give events, newest first, of these kinds or of all."""
    where = f"WHERE kind IN ({', '.join(f':kind{i}' for i in range(len(kinds)))})" if kinds else ""
    sql = f"SELECT seq, at, kind, actor, body, leaf FROM event {where} ORDER BY seq DESC LIMIT :limit OFFSET :offset"
    values = {f"kind{i}": kind for i, kind in enumerate(kinds)}
    return [_event(row) for row in rows(connection, sql, limit=limit, offset=offset, **values)]


def all_events(connection: Connection, kinds: Sequence[str]) -> list[Event]:
    """Give every event of these kinds, oldest first."""
    where = ", ".join(f":kind{i}" for i in range(len(kinds)))
    sql = f"SELECT seq, at, kind, actor, body, leaf FROM event WHERE kind IN ({where}) ORDER BY seq"
    return [_event(row) for row in rows(connection, sql, **{f"kind{i}": kind for i, kind in enumerate(kinds)})]


def events_at(connection: Connection, seqs: Sequence[int]) -> list[Event]:
    """Give the events of these leaves, oldest first."""
    if not seqs:
        return []
    numbers = ", ".join(str(int(seq)) for seq in seqs)
    return [
        _event(row)
        for row in rows(
            connection, f"SELECT seq, at, kind, actor, body, leaf FROM event WHERE seq IN ({numbers}) ORDER BY seq"
        )
    ]


def count_events(connection: Connection) -> int:
    """Give the size of the log."""
    return int(scalar(connection, "SELECT count(*) FROM event"))


def add_signature(connection: Connection, signature: StoredSignature) -> int:
    """File a signed statement (its ``id`` is given by the database); gives its number."""
    sql = (
        "INSERT INTO signoff (candidate_id, evaluation_id, kind, account_id, login, name, role, key_id, signed_at, "
        "valid_until, event_seq, envelope) VALUES (:candidate, :evaluation, :kind, :account, :login, :name, :role, "
        ":key, :at, :until, :seq, :envelope) RETURNING id"
    )
    new = scalar(
        connection,
        sql,
        candidate=signature.candidate_id,
        evaluation=signature.evaluation_id,
        kind=signature.kind,
        account=signature.account_id,
        login=signature.login,
        name=signature.name,
        role=signature.role,
        key=signature.key_id,
        at=to_ms(signature.signed_at),
        until=to_ms_or_none(signature.valid_until),
        seq=signature.event_seq,
        envelope=signature.envelope,
    )
    return int(new)


def signatures(connection: Connection, candidate_id: int) -> list[StoredSignature]:
    """Give the signed statements of a candidate, oldest first."""
    found = rows(connection, f"{_SIGNOFF} WHERE candidate_id = :candidate ORDER BY id", candidate=candidate_id)
    return [_signature(row) for row in found]


def signatures_of(connection: Connection, candidate_ids: Sequence[int]) -> list[StoredSignature]:
    """Give the signed statements of several candidates, oldest first."""
    if not candidate_ids:
        return []
    numbers = ", ".join(str(int(number)) for number in candidate_ids)
    return [_signature(row) for row in rows(connection, f"{_SIGNOFF} WHERE candidate_id IN ({numbers}) ORDER BY id")]


def signature(connection: Connection, signature_id: int) -> StoredSignature | None:
    """Give one signed statement."""
    found = rows(connection, f"{_SIGNOFF} WHERE id = :id", id=signature_id)
    return _signature(found[0]) if found else None


def _bytes(value: bytes | str) -> bytes:
    """Give a column's bytes; SQLite gives text where somebody wrote some past the product, and that must be seen."""
    return value.encode() if isinstance(value, str) else bytes(value)


def _event(row: RowMapping) -> Event:
    body, leaf = _bytes(row["body"]), _bytes(row["leaf"])
    return Event(row["seq"], from_ms(row["at"]), row["kind"], row["actor"], body, leaf)


def _signature(row: RowMapping) -> StoredSignature:
    values = dict(row)
    values["signed_at"] = from_ms(values["signed_at"])
    values["valid_until"] = from_ms_or_none(values["valid_until"])
    values["envelope"] = _bytes(values["envelope"])
    return StoredSignature(**values)
