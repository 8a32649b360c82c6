"""Signatures of a candidate as they stand now: every one verified again whenever it is shown."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from dashboard.errors import CountersignError
from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Evaluation
from dashboard.model.person import Permission
from dashboard.model.statement import Envelope, SignOff, SignOffState, Standing, Statement, StatementKind
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.signoff.envelope import from_json, payload_digest
from dashboard.signoff.keys import public_pem
from dashboard.signoff.log import leaf_hash
from dashboard.signoff.verify import Expectation, KnownKey, Proof, verify
from dashboard.signoff.workflow import standing as standing_of
from dashboard.signoff.workflow import state_of
from dashboard.store import candidates, ledger
from dashboard.store import policies as policy_store
from dashboard.store.ledger import Event, StoredSignature
from dashboard.store.transaction import Connection, reading

#: Kinds of events that file a signed statement; each names the payload's digest.
SIGNED, WITHDRAWN = "signoff.signed", "signoff.withdrawn"

_KEY_EVENTS = ("account.added", "account.reset", "account.closed")


def status(context: Context, candidate: Candidate, evaluation: Evaluation | None = None) -> tuple[SignOff, ...]:
    """List the signatures of a candidate, oldest first, each with its state at present.

    ``evaluation`` saves judging again when the caller has just done so.
    """
    context.require(Permission.READ)
    current = evaluation or evaluate(context, candidate.project, candidate_id=candidate.id)
    with reading(context.store) as connection:
        return read_all(context, connection, candidate.id, current.id)


def standing(context: Context, candidate: Candidate, evaluation: Evaluation | None = None) -> Standing:
    """Say how the signatures of a candidate stand together against the quorum of its policy."""
    current = evaluation or evaluate(context, candidate.project, candidate_id=candidate.id)
    return standing_of(status(context, candidate, current), policies.current(context, candidate.project).quorum)


def proof(context: Context, signoff_id: int) -> Proof | None:
    """Verify one stored signature step by step; nothing when there is none of that number."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        row = ledger.signature(connection, signoff_id)
        return None if row is None else _proof(row, known_keys(connection), _filed(connection))[1]


def envelope(context: Context, signoff_id: int) -> bytes | None:
    """Give the stored envelope (DSSE JSON), byte for byte, for other tools."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        row = ledger.signature(connection, signoff_id)
    return None if row is None else row.envelope


def read_all(context: Context, connection: Connection, candidate_id: int, evaluation_id: str) -> tuple[SignOff, ...]:
    """Read and verify the signatures of a candidate against the evaluation in force."""
    rows = ledger.signatures(connection, candidate_id)
    if not rows:
        return ()
    return _stated(context, rows, known_keys(connection), _filed(connection), {candidate_id: evaluation_id})


def read_many(
    context: Context, connection: Connection, evaluations: Mapping[int, str]
) -> dict[int, tuple[SignOff, ...]]:
    """Read and verify the signatures of several candidates, each against its evaluation, by candidate."""
    rows = ledger.signatures_of(connection, tuple(evaluations))
    if not rows:
        return {}
    filed = _named(ledger.events_at(connection, [row.event_seq for row in rows]))
    found: dict[int, tuple[SignOff, ...]] = {}
    for one in _stated(context, rows, known_keys(connection), filed, evaluations):
        found[one.candidate_id] = (*found.get(one.candidate_id, ()), one)
    return found


def _stated(
    context: Context,
    rows: Iterable[StoredSignature],
    keys: Mapping[str, KnownKey],
    filed: Mapping[int, str],
    evaluations: Mapping[int, str],
) -> tuple[SignOff, ...]:
    """Verify each signature and say how it stands now."""
    now = context.clock()
    read = [_read(row, keys, filed) for row in rows]
    withdrawn = {(s.candidate_id, s.supersedes) for s in read if s.kind is StatementKind.WITHDRAW and s.verified}
    found = []
    for one in read:
        taken_back = (one.candidate_id, one.payload_sha256) in withdrawn
        current = evaluations[one.candidate_id]
        state, because = state_of(one, evaluation_id=current, withdrawn=taken_back, now=now)
        found.append(replace(one, state=state, because=because))
    return tuple(found)


def public_keys(context: Context, signed: Iterable[SignOff]) -> dict[str, str]:
    """Give the PEM of each key that gave one of these signatures, by the key's name."""
    context.require(Permission.READ)
    wanted = {one.key_id for one in signed}
    if not wanted:
        return {}
    with reading(context.store) as connection:
        known = known_keys(connection)
    return {name: public_pem(known[name].public) for name in sorted(wanted & set(known))}


def known_keys(connection: Connection) -> dict[str, KnownKey]:
    """Give every signing key there ever was, from the log: a reset account's old signatures are still verified."""
    keys: dict[str, KnownKey] = {}
    current: dict[int, str] = {}
    for event in ledger.all_events(connection, _KEY_EVENTS):
        facts = _facts(event)
        if facts is None:
            continue
        account = int(facts["account"])
        old = current.pop(account, None)
        if old is not None:
            keys[old] = replace(keys[old], revoked_at=event.at)
        if "key_id" in facts:
            name = str(facts["key_id"])
            public = bytes.fromhex(str(facts["public_key"]))
            keys[name] = KnownKey(account, str(facts["login"]), public, event.at, None)
            current[account] = name
    return keys


def _facts(event: Event) -> Mapping[str, str | int] | None:
    """Give an event's facts; nothing when its bytes are not those of its leaf."""
    if leaf_hash(event.body) != event.leaf:
        return None
    facts: Mapping[str, str | int] = json.loads(event.body)["facts"]
    return facts


def _filed(connection: Connection) -> dict[int, str]:
    """Give the payload digest that each signing event of the log names, by its leaf."""
    return _named(ledger.all_events(connection, (SIGNED, WITHDRAWN)))


def _named(events: Iterable[Event]) -> dict[int, str]:
    found = ((event.seq, _facts(event)) for event in events if event.kind in (SIGNED, WITHDRAWN))
    return {seq: str(facts["payload_sha256"]) for seq, facts in found if facts is not None}


def _proof(
    row: StoredSignature, keys: Mapping[str, KnownKey], filed: Mapping[int, str]
) -> tuple[Envelope | None, Proof | None]:
    try:
        stored = from_json(row.envelope)
    except CountersignError:
        return None, None
    expected = Expectation(row.evaluation_id, filed.get(row.event_seq, ""), row.account_id)
    return stored, verify(stored, keys, expected)


def _read(row: StoredSignature, keys: Mapping[str, KnownKey], filed: Mapping[int, str]) -> SignOff:
    stored, found = _proof(row, keys, filed)
    statement = None if found is None else found.statement
    return SignOff(
        id=row.id,
        candidate_id=row.candidate_id,
        kind=statement.kind if statement else _kind(row.kind),
        meaning=str(statement.meaning) if statement else "",
        evaluation_id=row.evaluation_id,
        account_id=row.account_id,
        login=row.login,
        name=row.name,
        role=row.role,
        decision=statement.decision if statement else "",
        sentence=statement.sentence if statement else "",
        reason=statement.reason if statement else "",
        signed_at=row.signed_at,
        offset=statement.offset if statement else "",
        valid_until=row.valid_until,
        payload_sha256=payload_digest(stored) if stored else "",
        supersedes=statement.supersedes if statement else "",
        key_id=row.key_id,
        leaf=row.event_seq,
        state=SignOffState.INVALID,
        because="",
        verified=statement is not None and _agrees(row, statement),
    )


def _kind(text: str) -> StatementKind:
    """Read the column of a signature that does not verify; what it says counts for nothing either way."""
    return StatementKind(text) if text in set(StatementKind) else StatementKind.REJECT


def _agrees(row: StoredSignature, statement: Statement) -> bool:
    """Say whether the columns beside the envelope tell the same as the signed bytes."""
    signer = statement.signer
    until = row.valid_until.isoformat(timespec="seconds") if row.valid_until else ""
    return (row.kind, row.login, row.name, row.role, row.signed_at.isoformat(timespec="seconds"), until) == (
        str(statement.kind),
        signer.login,
        signer.name,
        signer.role,
        statement.signed_at,
        statement.valid_until,
    )


def judged_now(context: Context, connection: Connection, candidate: Candidate) -> Evaluation:
    """Judge a candidate with the write lock in hand, so that nothing can change before the transaction ends.

    The policy is handed over as text because a judgement under a given policy is not stored: storing would ask for
    the lock that this very transaction holds.
    """
    ledger.hold(connection, candidate.id)
    text = policies.current_text(context, candidate.project)
    return evaluate(context, candidate.project, candidate_id=candidate.id, policy_text=text)


def find_candidate(context: Context, candidate_id: int) -> Candidate:
    """Give a candidate by its number.

    Raises:
        NotFoundError: slug ``candidate-not-found``.
    """
    with reading(context.store) as connection:
        return candidates.by_number(connection, candidate_id)


def policy_makers(context: Context, project: str) -> tuple[str | None, str | None]:
    """Give the actors who wrote and who approved the policy in force; nobody for the default."""
    versions = policy_store.history(context.store, project, limit=1)
    return (versions[0].by, versions[0].approved_by) if versions else (None, None)
