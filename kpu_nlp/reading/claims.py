"""Which ids are taken, for millions of them: a hash of eight bytes each, never the ids themselves."""

from __future__ import annotations

import hashlib
from array import array

_FIRST_SLOTS = 1024
_MAX_LOAD = 0.6


def hash64(name: str) -> int:
    """Return a hash of eight bytes, never 0, the same in every process. Ten million names collide with odds of 1 to 400,000."""
    raw = name.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "little") or 1


class Claims:
    """The ids that are taken, and by whom; about 30 bytes an id."""

    def __init__(self) -> None:
        self._count = 0
        self._hashes, self._owners = _empty(_FIRST_SLOTS)

    def claim(self, name: str, owner: int) -> int | None:
        """Take an id.

        Args:
            name: the id.
            owner: a number for who takes it.

        Returns:
            None where the id was free, else its owner.
        """
        key = hash64(name)
        slot = self._slot(key)
        if self._hashes[slot]:
            return self._owners[slot]
        self._hashes[slot], self._owners[slot] = key, owner
        self._count += 1
        if self._count > _MAX_LOAD * len(self._hashes):
            self._grow()
        return None

    def _slot(self, key: int) -> int:
        hashes, mask = self._hashes, len(self._hashes) - 1
        slot = key & mask
        while hashes[slot] not in (0, key):
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        taken = [(key, owner) for key, owner in zip(self._hashes, self._owners, strict=True) if key]
        self._hashes, self._owners = _empty(2 * len(self._hashes))
        for key, owner in taken:
            slot = self._slot(key)
            self._hashes[slot], self._owners[slot] = key, owner


def _empty(slots: int) -> tuple[array[int], array[int]]:
    return array("Q", bytes(8 * slots)), array("I", bytes(4 * slots))
