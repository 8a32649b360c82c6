"""Which stored acceptances are what somebody signed: the columns beside an envelope prove nothing by themselves."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from dashboard.errors import CountersignError
from dashboard.model.waiver import Acceptance
from dashboard.services.context import Context
from dashboard.signoff import envelope as dsse
from dashboard.signoff.keys import public_key
from dashboard.signoff.log import leaf_hash
from dashboard.store import ledger
from dashboard.store.acceptances import StoredAcceptance, of_candidate
from dashboard.store.transaction import Connection, reading

_KEY_EVENTS = ("account.added", "account.reset")


def acceptances(context: Context, candidate_id: int) -> tuple[Acceptance, ...]:
    """Give the acceptances of a candidate whose signature and columns agree."""
    with reading(context.store) as connection:
        found = of_candidate(connection, candidate_id)
        keys = _keys(connection) if found else {}
    return tuple(one.acceptance for one in found if _agrees(one, keys))


def _agrees(stored: StoredAcceptance, keys: Mapping[tuple[int, str], bytes]) -> bool:
    try:
        envelope = dsse.from_json(stored.envelope)
        public = keys.get((stored.account_id, envelope.key_id))
        if public is None or not dsse.genuine(envelope, public_key(public)):
            return False
        document = dsse.strict_json(envelope.payload)
    except (CountersignError, ValueError):
        return False
    made, said = stored.acceptance, document["predicate"]
    at = made.at.astimezone(UTC).isoformat(timespec="seconds")
    return bool(
        dsse.payload_digest(envelope) == made.payload_sha256
        and document["subject"][0]["digest"] == {"sha256": made.digest}
        and (said["rule"], said["reason"], said["signed_at"]) == (made.rule, made.reason, at)
        and said["signer"] == {"account": stored.account_id, "login": made.login, "name": made.name, "role": made.role}
    )


def _keys(connection: Connection) -> dict[tuple[int, str], bytes]:
    """Give every signing key there ever was by account and name, from events whose bytes are those of their leaf."""
    events = ledger.all_events(connection, _KEY_EVENTS)
    facts: Iterable[dict[str, Any]] = (
        json.loads(event.body)["facts"] for event in events if leaf_hash(event.body) == event.leaf
    )
    return {(int(f["account"]), str(f["key_id"])): bytes.fromhex(str(f["public_key"])) for f in facts if "key_id" in f}
