"""Where the packaged corpus lies."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from kpu_nlp.errors import AnnotationError


def packaged_corpus() -> Path:
    """Return the folder of the packaged corpus, with ``articles/`` and ``splits.json``.

    Raises:
        AnnotationError: this copy of the package came without a corpus.
    """
    for folder in _candidates():
        if (folder / "articles").is_dir():
            return folder
    raise AnnotationError("this copy of kpu-nlp came without its corpus; give the corpus folder as an argument")


def _candidates() -> list[Path]:
    folders: list[Path] = []
    try:
        installed = resources.files("kpu_nlp.corpus")
    except ModuleNotFoundError:
        # A checkout without installation: there is no module kpu_nlp.corpus, only the folder.
        pass
    else:
        if isinstance(installed, Path):
            folders.append(installed)
    return [*folders, Path(__file__).resolve().parents[2] / "corpus"]


def articles_folder(corpus: Path) -> Path:
    """Return the folder of articles of a corpus: its ``articles``, or the folder itself where there is none."""
    articles = corpus / "articles"
    return articles if articles.is_dir() else corpus
