"""The log's tree, against Certificate Transparency's reference vectors, and by properties."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.credentials.merkle import (
    EMPTY,
    Peaks,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)

# Inputs and roots of the reference implementations' tests (RFC 6962 and 9162 hash alike).
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    assert root_of([leaf_hash(entry) for entry in ENTRIES[:size]]).hex() == ROOTS[size - 1]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY == hashlib.sha256(b"").digest()


def test_a_leaf_is_never_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_the_tree_of_seven_of_the_rfc() -> None:
    """RFC 9162, 2.1.5."""
    a, b, c, d, e, f, j = leaves = [leaf_hash(bytes([at])) for at in range(7)]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, low = node_hash(g, h), node_hash(i, j)
    assert inclusion_proof(0, leaves) == [b, h, low]
    assert inclusion_proof(3, leaves) == [c, g, low]
    assert inclusion_proof(4, leaves) == [f, j, k]
    assert inclusion_proof(6, leaves) == [i, k]
    assert consistency_proof(3, leaves) == [c, d, g, low]
    assert consistency_proof(4, leaves) == [low]
    assert consistency_proof(6, leaves) == [i, j, k]


@given(st.integers(1, 70), st.data())
@settings(max_examples=50, deadline=None)
def test_proofs_hold_and_tampered_ones_do_not(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([at])) for at in range(size)]
    root = root_of(leaves)
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path, steps = inclusion_proof(index, leaves), consistency_proof(first, leaves)
    assert is_included(leaves[index], index, size, path, root)
    assert is_consistent(first, size, root_of(leaves[:first]), root, steps)
    assert not is_included(leaf_hash(b"another"), index, size, path, root)
    assert not is_included(leaves[index], index, size, [*path, root], root)
    assert not is_included(leaves[index], size, size, path, root)
    for other in set(range(size)) - {index}:
        assert not is_included(leaves[index], other, size, path, root)
    if steps:
        at = data.draw(st.integers(0, len(steps) - 1))
        torn = [*steps[:at], leaf_hash(b"x"), *steps[at + 1 :]]
        assert not is_consistent(first, size, root_of(leaves[:first]), root, torn)
    assert not is_consistent(first, size, leaf_hash(b"x"), root, steps)


@given(st.lists(st.integers(0, 9), max_size=12))
@settings(max_examples=50, deadline=None)
def test_growing_by_peaks_gives_the_same_root(runs: list[int]) -> None:
    leaves: list[bytes] = []
    peaks = Peaks()
    for run in runs:
        more = [leaf_hash(bytes([len(leaves) + at])) for at in range(run)]
        peaks, leaves = peaks.added(more), leaves + more
        assert (peaks.size, peaks.root()) == (len(leaves), _naive(leaves))


def _naive(leaves: list[bytes]) -> bytes:
    """The definition, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    return node_hash(_naive(leaves[:cut]), _naive(leaves[cut:]))


@pytest.mark.parametrize("wrong", [-1, 3])
def test_there_is_no_proof_outside_of_the_tree(wrong: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(wrong, [leaf_hash(b"a"), leaf_hash(b"b")])
    with pytest.raises(IndexError):
        consistency_proof(wrong if wrong > 0 else 0, [leaf_hash(b"a"), leaf_hash(b"b")])
