"""The log against itself and against what was signed: leaves, order, and every root under a signature."""

import json

from dashboard.errors import CountersignError
from dashboard.signoff.envelope import from_json
from dashboard.signoff.log import leaf_hash, node_hash, root
from dashboard.signoff.statements import from_payload
from dashboard.store.moments import from_ms
from dashboard.store.transaction import Connection, columns


class GrowingTree:
    """The root of a log at every size on the way, from the roots of its full parts alone (RFC 6962, section 2.1)."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Add the next leaf."""
        height, node = 0, leaf
        while self._full and self._full[-1][0] == height:
            node = node_hash(self._full.pop()[1], node)
            height += 1
        self._full.append((height, node))
        self.size += 1

    @property
    def root(self) -> bytes:
        """Give the root over the leaves so far."""
        if not self._full:
            return root(())
        node = self._full[-1][1]
        for _, left in reversed(self._full[:-1]):
            node = node_hash(left, node)
        return node


def log_faults(connection: Connection) -> tuple[int, list[str]]:
    """Hash every event again and hold the log against each signed root; gives its size, and what is wrong."""
    signed = _signed_heads(connection)
    faults: list[str] = []
    tree = GrowingTree()
    expected = 0

    def compare() -> None:
        for number, wanted in signed.pop(tree.size, ()):
            if tree.root.hex() != wanted:
                faults.append(f"The log of {tree.size:,} events is not the one that signature {number} was given on.")

    compare()
    for seq, at, kind, actor, body, leaf in columns(
        connection, "SELECT seq, at, kind, actor, body, leaf FROM event ORDER BY seq"
    ):
        if seq != expected:
            faults.append(f"The log goes from event {expected - 1} to event {seq}.")
        expected = seq + 1
        whole = _bytes(body)
        if leaf_hash(whole) != _bytes(leaf):
            faults.append(f"Event {seq} of the log is not what its leaf is the hash of.")
        elif not _says(whole, at, kind, actor):
            faults.append(f"The columns of event {seq} of the log do not say what its bytes say.")
        tree.add(_bytes(leaf))
        compare()
    faults += [
        f"Signature {number} was given on a log of {size:,} events, and there are {tree.size:,}."
        for size, heads in sorted(signed.items())
        for number, _ in heads
    ]
    return tree.size, faults


def _bytes(value: bytes | str) -> bytes:
    """Give a column's bytes; SQLite gives text where somebody wrote some past the product."""
    return value.encode() if isinstance(value, str) else bytes(value)


def _says(body: bytes, at: int, kind: str, actor: str) -> bool:
    try:
        said = json.loads(body)
        told = (said["at"], said["kind"], said["actor"])
    except (ValueError, KeyError, TypeError):
        return False
    return bool(told == (from_ms(at).isoformat(timespec="milliseconds"), kind, actor))


def _signed_heads(connection: Connection) -> dict[int, list[tuple[int, str]]]:
    """Give the signatures by the size of the log they were given on, each with the root it names."""
    found: dict[int, list[tuple[int, str]]] = {}
    for number, envelope in columns(connection, "SELECT id, envelope FROM signoff ORDER BY id"):
        try:
            statement = from_payload(from_json(_bytes(envelope)).payload)
        except CountersignError:
            continue  # what does not even parse is told of by the check of the signatures
        found.setdefault(statement.log_size, []).append((number, statement.log_root))
    return found
