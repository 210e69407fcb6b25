"""The split of the corpus: a pure function of the article's id, recorded in splits.json.

The split is by writer (the series letter of the id), so that no article of the test part is by a hand that trained the model.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from kpu_nlp.errors import AnnotationError

SPLITS = ("train", "dev", "test")

SERIES_SPLITS: dict[str, str] = {"c": "dev", "d": "test", "j": "test"} | dict.fromkeys(
    ("aa", "ab", "ac", "ad", "ae", "af", "ag", *"abefghiklmnopqrstuvwxyz"), "train"
)

# An article of a new series: one in ten to dev, one in ten to test.
_HASHED_DEV = 10
_HASHED_TEST = 20


def split_of(article_id: str) -> str:
    """Return ``train``, ``dev`` or ``test`` for an article's id.

    A series of the founding corpus (the part before the first hyphen) has a fixed split; any other id goes by the SHA-256 of
    the id modulo 100: 0-9 dev, 10-19 test, 20-99 train.
    """
    series = article_id.partition("-")[0]
    if series in SERIES_SPLITS:
        return SERIES_SPLITS[series]
    bucket = int.from_bytes(hashlib.sha256(article_id.encode()).digest()[:8], "big") % 100
    if bucket < _HASHED_DEV:
        return "dev"
    return "test" if bucket < _HASHED_TEST else "train"


def make_splits(article_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids of each split, sorted.

    Raises:
        AnnotationError: an id occurs twice.
    """
    splits: dict[str, list[str]] = {name: [] for name in SPLITS}
    ids = sorted(article_ids)
    for article_id, following in pairwise(ids):
        if article_id == following:
            raise AnnotationError(f"two articles have the id {article_id}; see 'kpu-nlp corpus check'")
    for article_id in ids:
        splits[split_of(article_id)].append(article_id)
    return splits


def read_splits(path: Path) -> dict[str, list[str]]:
    """Read a splits.json.

    Raises:
        AnnotationError: the file is missing or is not a mapping of split to ids.
    """
    try:
        splits = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AnnotationError(f"{path}: cannot be read as JSON; write it again with 'kpu-nlp corpus split'") from error
    if not isinstance(splits, dict) or set(splits) != set(SPLITS):
        raise AnnotationError(f"{path}: expected the keys {', '.join(SPLITS)}")
    return {name: [str(article_id) for article_id in splits[name]] for name in SPLITS}


def write_splits(path: Path, splits: Mapping[str, Sequence[str]]) -> None:
    """Write a splits.json, as a whole or not at all.

    Raises:
        AnnotationError: the file cannot be written.
    """
    # A plain file beside the target: os.replace must not cross file systems, and the mode follows the user's umask.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(json.dumps(splits, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise AnnotationError(f"{path}: cannot be written: {error.strerror}") from error
