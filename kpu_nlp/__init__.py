"""kpu-nlp: news articles of the Indonesian election commission (KPU), turned into structured JSON.

    >>> import kpu_nlp
    >>> kpu_nlp.extract(text).officials

`load` gives the spaCy pipeline, `extract` the facts of one article, `pipe` those of many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpu_nlp.version import VERSION

if TYPE_CHECKING:
    from kpu_nlp.pipeline import extract, load, pipe

__all__ = ["extract", "load", "pipe"]
__version__ = VERSION


def __getattr__(name: str) -> Any:
    # The pipeline imports spaCy, which takes a second: only who uses it waits.
    if name in __all__:
        from kpu_nlp import pipeline  # noqa: PLC0415

        return getattr(pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
