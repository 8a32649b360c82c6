"""What the readers did with the artefacts of a candidate, from the ledger that stands beside each."""

import json
from collections.abc import Iterable

from dashboard.model.evidence import Reading
from dashboard.model.ledger import Note
from dashboard.store.filed import Filed


def of(filed: Iterable[Filed]) -> tuple[Reading, ...]:
    """Give one entry an artefact, in the order of the manifest."""
    return tuple(_reading(one) for one in sorted(filed, key=lambda one: one.manifest_order))


def _reading(one: Filed) -> Reading:
    ledger = json.loads(one.ledger)
    return Reading(
        source=one.source,
        seen=ledger["seen"],
        kept=ledger["kept"],
        folded=ledger["folded"],
        repaired=ledger["repaired"],
        ambiguous=ledger["ambiguous"],
        dropped=ledger["dropped"],
        notes=tuple(Note(note["slug"], note["message"], note["count"]) for note in json.loads(one.notes)),
        commit=_commit(ledger.get("facts", {}).get("commit")),
    )


def _commit(said: object) -> str | None:
    """Read the commit that a report names: as text, or as an object with an ``id``."""
    named = said.get("id") if isinstance(said, dict) else said
    return named if isinstance(named, str) and named else None
