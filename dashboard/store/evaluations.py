"""Evaluations, by the digest of their inputs and rulings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dashboard.store.engine import Store
from dashboard.store.moments import from_ms, to_ms
from dashboard.store.transaction import Connection, reading, rows, run, scalar, writing

_NEWEST = "SELECT id FROM evaluation WHERE candidate_id = :candidate ORDER BY evaluated_at DESC, id LIMIT 1"


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored evaluation."""

    id: str
    evaluated_at: datetime
    body: bytes


def save(  # noqa: PLR0913 - the fields by which evaluations are listed
    store: Store,
    id: str,  # noqa: A002 - the field's name
    candidate_id: int,
    body: bytes,
    *,
    decision: str,
    earned_halves: int,
    possible_halves: int,
    policy_digest: str,
    policy_version: int,
    as_of: datetime,
    evaluated_at: datetime,
    then: Callable[[Connection], None] | None = None,
) -> bool:
    """Keep an evaluation and say whether it is news.

    ``then`` is done in the same transaction: what follows from the evaluation is stored with it or not at all.

    The one that is the candidate's newest already is left as it is: judging again on every look at a page neither
    writes nor makes cached pages old. A candidate whose evidence was pruned keeps the judgement it had.
    """
    with reading(store) as connection:
        if _newest(connection, candidate_id) == id and then is None:
            return False
        if _pruned(connection, candidate_id):
            return False
    with writing(store) as connection:
        run(
            connection,
            "INSERT INTO evaluation (id, candidate_id, decision, earned_halves, possible_halves, policy_digest, "
            "policy_version, as_of, evaluated_at, body) VALUES (:id, :candidate, :decision, :earned, :possible, "
            ":digest, :version, :as_of, :at, :body) ON CONFLICT (id) DO UPDATE SET "
            "evaluated_at = CASE WHEN excluded.evaluated_at > evaluation.evaluated_at THEN excluded.evaluated_at "
            "ELSE evaluation.evaluated_at END",
            id=id,
            candidate=candidate_id,
            decision=decision,
            earned=earned_halves,
            possible=possible_halves,
            digest=policy_digest,
            version=policy_version,
            as_of=to_ms(as_of),
            at=to_ms(evaluated_at),
            body=body,
        )
        if then is not None:
            then(connection)
    return True


def load(store: Store, id: str) -> bytes | None:  # noqa: A002 - the field's name
    """Give the bytes of an evaluation as they were first saved, or nothing when there is none of this id."""
    with reading(store) as connection:
        body = scalar(connection, "SELECT body FROM evaluation WHERE id = :id", id=id)
    return None if body is None else bytes(body)


def _pruned(connection: Connection, candidate_id: int) -> bool:
    """Say whether a candidate had evidence and has none any more."""
    sql = "SELECT count(*) > 0 AND count(*) = count(pruned_at) FROM artefact WHERE candidate_id = :candidate"
    return bool(scalar(connection, sql, candidate=candidate_id))


def history(store: Store, candidate_id: int, *, limit: int) -> list[Kept]:
    """Give the evaluations of a candidate, newest first."""
    sql = (
        "SELECT id, evaluated_at, body FROM evaluation WHERE candidate_id = :candidate "
        "ORDER BY evaluated_at DESC, id LIMIT :limit"
    )
    with reading(store) as connection:
        found = rows(connection, sql, candidate=candidate_id, limit=limit)
    return [Kept(row["id"], from_ms(row["evaluated_at"]), bytes(row["body"])) for row in found]


def _newest(connection: Connection, candidate_id: int) -> str | None:
    found = scalar(connection, _NEWEST, candidate=candidate_id)
    return None if found is None else str(found)
