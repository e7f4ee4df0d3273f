"""A Merkle tree as of RFC 9162, section 2: roots, inclusion and consistency proofs. Pure.

Leaves are given as their hashes (32 bytes each), oldest first. Proofs are lists of hashes.
"""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry: a leaf can never be taken for a node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node from those of its children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH (2.1.1): the root over these leaves."""
    return Peaks().added(leaves).root() if leaves else EMPTY


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH (2.1.3.1): what leads from leaf `index` to the root. IndexError outside of the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    cut = _cut(len(leaves))
    if index < cut:
        return [*inclusion_proof(index, leaves[:cut]), root_of(leaves[cut:])]
    return [*inclusion_proof(index - cut, leaves[cut:]), root_of(leaves[:cut])]


def consistency_proof(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF (2.1.4.1): that the tree of the first `first` leaves is where this one began.
    IndexError where `first` is 0 or larger than the tree."""
    if not 0 < first <= len(leaves):
        raise IndexError(first)
    return _subproof(first, leaves, whole=True)


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does the proof lead from the leaf to the root of a tree of `size` (2.1.3.2)?"""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(other, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, other)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Is the tree of `first` leaves the beginning of the one of `second` (2.1.4.2)?"""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, other)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


class Peaks:
    """The roots of the whole trees a tree is made of, largest first: enough to add leaves."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)

    def added(self, leaves: Sequence[bytes]) -> "Peaks":
        """These, and more leaves."""
        grown = Peaks(self.size, self.hashes)
        for leaf in leaves:
            grown.hashes.append(leaf)
            rest = grown.size
            while rest & 1:
                right = grown.hashes.pop()
                grown.hashes.append(node_hash(grown.hashes.pop(), right))
                rest >>= 1
            grown.size += 1
        return grown

    def root(self) -> bytes:
        """The root over all of it."""
        if not self.hashes:
            return EMPTY
        found = self.hashes[-1]
        for peak in reversed(self.hashes[:-1]):
            found = node_hash(peak, found)
        return found


def _cut(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _subproof(first: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root_of(leaves)]
    cut = _cut(len(leaves))
    if first <= cut:
        return [*_subproof(first, leaves[:cut], whole=whole), root_of(leaves[cut:])]
    return [*_subproof(first - cut, leaves[cut:], whole=False), root_of(leaves[:cut])]
