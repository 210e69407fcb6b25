"""A fingerprint of the articles that a model was trained on."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kpu_nlp.annotation.packaged import articles_folder
from kpu_nlp.errors import AnnotationError


def corpus_digest(folder: Path) -> str:
    """Return the SHA-256, in hexadecimal, over the names and contents of a corpus's articles (``*.txt``), sorted by name.

    The digest changes when an article is added, removed, renamed or changed by a byte, and does not depend on where the
    folder lies. Name and content each enter with their length, so that no two corpora run together to the same bytes.

    Args:
        folder: a folder of articles, or a corpus folder with ``articles/`` in it.

    Raises:
        AnnotationError: the folder holds no article, or one cannot be read.
    """
    paths = sorted(articles_folder(folder).glob("*.txt"), key=lambda path: path.name)
    if not paths:
        raise AnnotationError(f"{folder}: no annotated article (*.txt) in this folder")
    digest = hashlib.sha256()
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise AnnotationError(f"{path}: cannot be read: {error.strerror}") from error
        for part in (path.name.encode(), content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
