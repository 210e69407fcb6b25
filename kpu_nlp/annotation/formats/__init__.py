"""The formats that annotated articles come in and go out in: what they share, and where each is read and written.

Each module beside this one answers for one format with `read` and `write`, which are each other's inverse; `open_format` finds
it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kpu_nlp.annotation.formats.foreign import ForeignDocument, Refusal
    from kpu_nlp.annotation.inline import AnnotatedArticle
    from kpu_nlp.annotation.offsets import Unit

FORMATS = {
    "label-studio": "label_studio",
    "doccano": "doccano",
    "prodigy": "prodigy",
    "conll": "conll",
    "spacy": "doc_bin",
    "jsonl": "spans_json",
}
"""The name of each format, and the module that reads and writes it."""


class Format(Protocol):
    """What the module of a format has."""

    @property
    def UNIT(self) -> Unit | None:  # noqa: N802 - a constant of the module
        """What its offsets count; None where it has tokens instead of offsets."""
        ...

    def read(self, content: bytes) -> Iterator[ForeignDocument | Refusal]:
        """Yield the documents of a file, in order, as they stand there; one that cannot be read gives the reason.

        Raises:
            AnnotationError: the file as a whole is not of this format.
        """
        ...

    def write(self, articles: Sequence[AnnotatedArticle], unit: Unit) -> bytes:
        """Return the content of a file with these articles.

        Args:
            articles: the articles; their labels may be any text.
            unit: what offsets count.

        Raises:
            AnnotationError: an article cannot be written in this format; the message names its id.
        """
        ...


def open_format(name: str) -> Format:
    """Import the module of a format.

    Args:
        name: one of `FORMATS`.
    """
    return cast("Format", importlib.import_module(f"{__name__}.{FORMATS[name]}"))
