"""The tree, against the vectors of RFC 6962's reference implementation (transparency-dev/merkle)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.signoff.log import (
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)

INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = {
    (0, 1): (),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
CONSISTENCY = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
    (6, 7): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}


def hexed(path):
    return tuple(node.hex() for node in path)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size):
    assert root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index, size):
    path = inclusion_proof(LEAVES[:size], index)
    assert hexed(path) == INCLUSION[index, size]
    assert included(LEAVES[index], index, size, path, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(first, second):
    path = consistency_proof(LEAVES[:second], first)
    assert hexed(path) == CONSISTENCY[first, second]
    assert consistent(first, second, path, bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second]))


def recursive_root(leaves):
    """RFC 6962 section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


@given(st.integers(1, 130), st.data())
def test_every_proof_holds_and_no_other(size, data):
    leaves = [leaf_hash(i.to_bytes(4)) for i in range(size)]
    top = root(leaves)
    assert top == recursive_root(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(leaves, index)
    assert included(leaves[index], index, size, path, top)
    assert not included(leaf_hash(b"another"), index, size, path, top)
    assert not included(leaves[index], index, size, [*path, top], top)
    assert not included(leaves[index], size, size, path, top)
    assert not included(leaves[index], -1, size, path, top)
    first = data.draw(st.integers(1, size))
    earlier = root(leaves[:first])
    proof = consistency_proof(leaves, first)
    assert consistent(first, size, proof, earlier, top)
    if first < size:
        assert not consistent(first, size, proof, leaf_hash(b"forged"), top)
        assert not consistent(first, size, proof, earlier, leaf_hash(b"forged"))
        assert not consistent(first, size, [*proof, top], earlier, top)
        assert not consistent(size, first, proof, top, earlier)
        assert not consistent(first, size, proof[:-1], earlier, top)
        changed = [*proof[:-1], bytes(32)]
        assert not consistent(first, size, changed, earlier, top)
    for place in range(len(path)):
        wrong = list(path)
        wrong[place] = bytes([wrong[place][0] ^ 8, *wrong[place][1:]])
        assert not included(leaves[index], index, size, wrong, top)


@pytest.mark.parametrize(("first", "second", "path"), [(0, 0, [b""]), (0, 3, []), (1, 2, []), (3, 1, [bytes(32)])])
def test_sizes_that_prove_nothing_are_refused(first, second, path):
    assert not consistent(first, second, path, bytes(32), bytes([1]) * 32)


def test_a_step_that_is_not_a_hash_is_refused():
    path = inclusion_proof(LEAVES, 3)
    assert not included(LEAVES[3], 3, 8, [path[0][:31], *path[1:]], root(LEAVES))
    proof = consistency_proof(LEAVES, 6)
    assert not consistent(6, 8, [proof[0], proof[1][:5], proof[2]], root(LEAVES[:6]), root(LEAVES))


@pytest.mark.parametrize("index", [-1, 8])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index):
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, index)


@pytest.mark.parametrize("size", [0, 9])
def test_there_is_no_proof_of_a_size_that_never_was(size):
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, size)
