"""The ids of an archive's files: the file's stem, and as much of its path as makes it the only one."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from pathlib import PurePath

import numpy as np

from kpu_nlp.messages import shown
from kpu_nlp.reading.claims import hash64
from kpu_nlp.reading.inputs import InputFile


def id_forms(file: InputFile) -> tuple[str, ...]:
    """Return what may be the id of a file, the shortest first; the last is its own alone.

    ``arsip/2022/rakor.html`` of the input ``arsip`` may be ``rakor``, ``2022/rakor``, ``2022/rakor.html``,
    ``arsip/2022/rakor``, ``arsip/2022/rakor.html``.
    """
    path = PurePath(*file.parts)
    inside, whole = path.with_suffix("").as_posix(), path.as_posix()
    forms = (path.stem, inside, whole, f"{file.root}/{inside}", f"{file.root}/{whole}", file.location)
    # Of two names that differ in unprintable characters only, the digest tells which is which.
    return (*(shown(form) for form in forms), f"{shown(file.location)}-{hash64(file.location):016x}")


class FileIds:
    """The ids of many files, in 8 bytes for each file that shares its stem with another and none for the rest."""

    def __init__(self, files: Iterable[InputFile]) -> None:
        hashes = array("Q")
        count = 0
        for file in files:
            forms = id_forms(file)
            hashes.extend(map(hash64, forms))
            count = len(forms)
        table = np.frombuffer(hashes, dtype=np.uint64).reshape(-1, max(count, 1)) if hashes else np.empty((0, 1), np.uint64)
        levels = _levels(table)
        raised = np.flatnonzero(levels)
        order = np.argsort(table[raised, -1])
        self._keys = table[raised, -1][order]
        self._levels = levels[raised][order]

    def candidates(self, file: InputFile) -> tuple[str, ...]:
        """Return what may be the file's id, the first that no other file has in front."""
        forms = id_forms(file)
        key = np.uint64(hash64(forms[-1]))
        at = int(np.searchsorted(self._keys, key))
        level = int(self._levels[at]) if at < len(self._keys) and self._keys[at] == key else 0
        return forms[level:]


def _levels(table: np.ndarray[tuple[int, int], np.dtype[np.uint64]]) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return for every row the column to take, so that no two rows have the same value; the leftmost ones possible.

    Where rows share a value, those that took it from the leftmost column move one to the right.
    """
    rows, columns = table.shape
    levels = np.zeros(rows, dtype=np.uint8)
    every = np.arange(rows)
    while True:
        _, group, counts = np.unique(table[every, levels], return_inverse=True, return_counts=True)
        lowest = np.full(len(counts), columns, dtype=np.uint8)
        np.minimum.at(lowest, group, levels)
        shared = (counts[group] > 1) & (levels == lowest[group]) & (levels < columns - 1)
        if not shared.any():
            return levels
        levels[shared] += 1
