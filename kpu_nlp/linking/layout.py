"""Where a span stands in its article: paragraph, sentence, inside quotation marks or not."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from kpu_nlp.linking.sentences import split_sentences
from kpu_nlp.spans import Span, labelled

_QUOTES = re.compile('["“”]')


class Layout:
    """The paragraphs, sentences and quotations of an article, found once and looked up by offset.

    Args:
        text: the article.
        spans: its spans; no sentence ends inside one.
    """

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        self.text = text
        self._paragraphs = [0, *(match.end() for match in re.finditer(r"\n+", text))]
        self._sentences = [0, *self._sentence_starts(spans)]
        self._openings, self._closings = self._quotations()
        self._events = labelled(spans, "EVENT")

    def _sentence_starts(self, spans: Sequence[Span]) -> list[int]:
        begins = [span.start for span in spans]
        starts = []
        for start, _ in split_sentences(self.text):
            inside = bisect_left(begins, start) - 1
            if start > 0 and (inside < 0 or start >= spans[inside].end):
                starts.append(start)
        return starts

    def _quotations(self) -> tuple[list[int], list[int]]:
        """Return the offsets of the opening and closing double quotation marks; a paragraph's end closes what is open."""
        openings: list[int] = []
        closings: list[int] = []
        for start, end in zip(self._paragraphs, [*self._paragraphs[1:], len(self.text)], strict=True):
            opened = False
            for match in _QUOTES.finditer(self.text, start, end):
                (closings if opened else openings).append(match.start())
                opened = not opened
            if opened:
                closings.append(end)
        return openings, closings

    @property
    def paragraphs(self) -> int:
        """The number of paragraphs, the title included."""
        return len(self._paragraphs)

    @property
    def title_end(self) -> int:
        """The end of the first line; 0 where the article is one line only."""
        return self._paragraphs[1] if len(self._paragraphs) > 1 else 0

    def around(self, offset: int) -> str:
        """Return the sentence that the offset stands in, up to 400 characters to either side."""
        number = self.sentence(offset)
        stop = self._sentences[number + 1] if number + 1 < len(self._sentences) else len(self.text)
        return self.text[max(self._sentences[number], offset - 400) : min(stop, offset + 400)]

    def neighbourhood(self, offset: int) -> tuple[int, int]:
        """Return where the sentences begin and end that the offset stands in, before and after, inside its paragraph."""
        number = self.sentence(offset)
        paragraph = self.paragraph(offset)
        start = max(self._sentences[max(0, number - 1)], self._paragraphs[paragraph])
        stops = (*self._sentences[number + 2 : number + 3], *self._paragraphs[paragraph + 1 : paragraph + 2])
        return start, min(stops, default=len(self.text))

    def paragraph(self, offset: int) -> int:
        """Return the number of the paragraph; the title is 0."""
        return bisect_right(self._paragraphs, offset) - 1

    def sentence(self, offset: int) -> int:
        """Return the number of the sentence."""
        return bisect_right(self._sentences, offset) - 1

    def quoted(self, offset: int) -> bool:
        """Tell whether the offset lies inside double quotation marks."""
        last = bisect_right(self._openings, offset) - 1
        return last >= 0 and offset < self._closings[last]

    def into_paragraph(self, offset: int) -> int:
        """Return how many characters of its paragraph stand before the offset."""
        return offset - self._paragraphs[self.paragraph(offset)]

    def before(self, offset: int, length: int) -> str:
        """Return up to ``length`` characters before the offset, not beyond the beginning of its sentence."""
        start = self._sentences[self.sentence(offset)]
        return self.text[max(start, offset - length) : offset]

    def told_before(self, offset: int, length: int) -> str:
        """Return what `before` does, each EVENT as the word ``acara``, so that a long name keeps nothing out of reach."""
        start = self._sentences[self.sentence(offset)]
        pieces: list[str] = []
        end = offset
        for span in reversed(self._events[: bisect_left(self._events, offset, key=lambda event: event.start)]):
            if span.start < start or end <= start:
                break
            if span.end <= end:
                pieces += [self.text[span.end : end], "acara"]
                end = span.start
        pieces.append(self.text[start:end])
        return "".join(reversed(pieces))[-length:]

    def after(self, offset: int, length: int) -> str:
        """Return up to ``length`` characters from the offset on, not beyond the end of the sentence that it stands in."""
        following = self.sentence(max(0, offset - 1)) + 1
        stop = self._sentences[following] if following < len(self._sentences) else len(self.text)
        return self.text[offset : min(stop, offset + length)]
