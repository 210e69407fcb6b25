"""The one internal type for a labelled stretch of text, shared by tagger, annotation and linking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled stretch of an article's text.

    Attributes:
        start: offset of the first character (Unicode code points).
        end: offset after the last character.
        label: one of the model's labels, e.g. ``PERSON``.
        score: the tagger's confidence, 0 to 1; 1.0 for a human annotation.
    """

    start: int
    end: int
    label: str
    score: float = 1.0

    def of(self, text: str) -> str:
        """Return the surface of the span in ``text``."""
        return text[self.start : self.end]

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether the span shares a character with ``text[start:end]``."""
        return self.start < end and start < self.end


def labelled(spans: Iterable[Span], *labels: str) -> list[Span]:
    """Return the spans that carry one of ``labels``, in their given order."""
    return [span for span in spans if span.label in labels]
