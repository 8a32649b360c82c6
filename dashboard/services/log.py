"""The log of everything that was done: each event a leaf of the Merkle tree, never changed, never taken out."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from dashboard.model.person import Person, Role
from dashboard.services.context import Context
from dashboard.signoff.envelope import canonical
from dashboard.signoff.log import leaf_hash, root
from dashboard.store import ledger
from dashboard.store.transaction import Connection, reading, writing

Fact = str | int | bool | None


def append(context: Context, kind: str, facts: Mapping[str, Fact], *, project: str | None = None) -> int:
    """Add an event in a transaction of its own; gives the index of its leaf.

    ``kind`` is ``noun.verb``, such as ``artefact.stored``; ``facts`` are texts and whole numbers, never a secret.
    """
    with writing(context.store) as connection:
        return add(context, connection, kind, facts, project=project)


def add(
    context: Context, connection: Connection, kind: str, facts: Mapping[str, Fact], *, project: str | None = None
) -> int:
    """Add an event within a transaction that is under way, so that act and record are one."""
    at = context.clock()
    body = event_bytes(
        {
            "at": at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "kind": kind,
            "actor": actor_of(context.person),
            "role": str(context.person.role),
            "project": project,
            "facts": dict(facts),
        }
    )
    return ledger.append(connection, at=at, kind=kind, actor=actor_of(context.person), body=body, leaf=leaf_hash(body))


def event_bytes(event: Mapping[str, Any]) -> bytes:
    """Give the bytes of an event: its leaf is their hash."""
    return canonical({name: _writable(value) for name, value in event.items()})


def _writable(value: Any) -> Any:
    # A file name may hold bytes that are no text; they are shown as question marks rather than stopping the event.
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return {name: _writable(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def actor_of(person: Person) -> str:
    """Give the name an actor stands under: the login, with the command line and nobody marked as such."""
    if person.role is Role.OPERATOR:
        return f"operator:{person.login}"
    return person.login or "nobody"


def login_of(actor: str) -> str:
    """Give the login an actor stands under: somebody at the command line is the same person as in the browser.

    Logins are written small; a system's user name may not be.
    """
    return actor.removeprefix("operator:").casefold()


def same_person(one: str, other: str) -> bool:
    """Say whether two actors are one person."""
    return login_of(one) == login_of(other)


def head(context: Context) -> tuple[int, str]:
    """Give size and root (hexadecimal) of the log as it is now: what is printed on every report."""
    with reading(context.store) as connection:
        leaves = ledger.leaves(connection)
    return len(leaves), root(leaves).hex()
