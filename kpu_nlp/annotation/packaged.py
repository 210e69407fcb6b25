"""Where the packaged corpus lies."""

from __future__ import annotations

from pathlib import Path

from kpu_nlp.errors import AnnotationError
from kpu_nlp.installed import data_folders


def packaged_corpus() -> Path:
    """Return the folder of the packaged corpus, with ``articles/`` and ``splits.json``.

    Raises:
        AnnotationError: this copy of the package came without a corpus.
    """
    for folder in data_folders("corpus"):
        if (folder / "articles").is_dir():
            return folder
    raise AnnotationError("this copy of kpu-nlp came without its corpus; give the corpus folder as an argument")


def articles_folder(corpus: Path) -> Path:
    """Return the folder of articles of a corpus: its ``articles``, or the folder itself where there is none."""
    articles = corpus / "articles"
    return articles if articles.is_dir() else corpus
