"""The log: a Merkle tree over all events, after RFC 6962 section 2.1.

A hash chain needs every row to prove one; the tree proves that an event is in the log, and that a longer log
only adds to a shorter one, with a handful of hashes. Nodes are 32 bytes; a tree of no leaves has the hash of
nothing.
"""

import hashlib
from collections.abc import Sequence


def leaf_hash(body: bytes) -> bytes:
    """Give the hash of one event's bytes."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the root over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]  # an odd last node goes up unchanged
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Give the path that proves leaf ``index`` under the root of ``leaves`` (section 2.1.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        msg = f"leaf {index} of {len(leaves)}"
        raise IndexError(msg)
    path: list[bytes] = []
    level, at = list(leaves), index
    while len(level) > 1:
        neighbour = at ^ 1
        if neighbour < len(level):
            path.append(level[neighbour])
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
        at //= 2
    return path


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], tree_root: bytes) -> bool:
    """Check an inclusion proof (RFC 9162 section 2.1.3.2, which is RFC 6962's proof)."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for step in path:
        if last == 0 or len(step) != 32:
            return False
        if at % 2 or at == last:
            node = node_hash(step, node)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, step)
        at, last = at >> 1, last >> 1
    return last == 0 and node == tree_root


def consistency_proof(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """Give the path that proves the first ``size`` leaves a beginning of ``leaves`` (section 2.1.2).

    Raises:
        IndexError: ``size`` is not between 1 and the number of leaves.
    """
    if not 0 < size <= len(leaves):
        msg = f"size {size} of {len(leaves)}"
        raise IndexError(msg)
    return _subproof(leaves, size, whole=True)


def _subproof(leaves: Sequence[bytes], size: int, *, whole: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below the number of leaves
    if size <= split:
        return [*_subproof(leaves[:split], size, whole=whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], size - split, whole=False), root(leaves[:split])]


def consistent(first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Check a consistency proof between two sizes (RFC 9162 section 2.1.4.2)."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    steps = list(path)
    if first & (first - 1) == 0:  # a full first tree is its own first node
        steps.insert(0, first_root)
    at, last = first - 1, second - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0 or len(step) != 32:
            return False
        if at % 2 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
