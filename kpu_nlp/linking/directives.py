"""Directives: the sentences that carry theme spans, and who says them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence

from kpu_nlp.linking.facts import Quotation, Speech, Statement, ThemeDirective
from kpu_nlp.linking.sentences import split_sentences
from kpu_nlp.spans import Span, labelled


def find_directives(text: str, spans: Sequence[Span], speech: Speech, theme_labels: Collection[str]) -> list[ThemeDirective]:
    """Return one directive per theme label and sentence that carries its spans, in text order.

    A sentence inside a quotation is given without the quotation marks and the cue after them, and its speaker is the
    quotation's; any other sentence is given whole, and its speaker is that of the statement around its first theme span. A
    sentence with two themes is a directive under each.

    Args:
        text: the article.
        spans: its spans, sorted.
        speech: what is said in it, and by whom.
        theme_labels: the labels that are themes.
    """
    sentences = split_sentences(text)
    sentence_starts = [start for start, _ in sentences]
    quotations = _Stretches(speech.quotations)
    statements = _Stretches(speech.statements)
    found: dict[tuple[int, int, str], ThemeDirective] = {}
    for span in labelled(spans, *theme_labels):
        index = bisect_right(sentence_starts, span.start) - 1
        if index < 0 or not span.start < span.end <= len(text):
            continue
        start, end = sentences[index]
        end = max(end, span.end)  # a span of the tagger may reach over the sentence's end
        around = quotations.around(span) or statements.around(span)
        if isinstance(around, Quotation):
            start, end = max(start, around.start), max(span.end, min(end, around.end))
        known = found.get((start, end, span.label))
        if known is None:
            speaker = around.speaker if around else None
            found[start, end, span.label] = ThemeDirective(span.label, start, end, speaker, (span,))
        else:
            found[start, end, span.label] = ThemeDirective(span.label, start, end, known.speaker, (*known.spans, span))
    return sorted(found.values(), key=lambda directive: (directive.start, directive.spans[0].start))


class _Stretches:
    """Quotations or statements, searched by the span that lies in them."""

    def __init__(self, stretches: Sequence[Quotation] | Sequence[Statement]) -> None:
        self._stretches: list[Quotation | Statement] = sorted(stretches, key=lambda stretch: stretch.start)
        self._starts = [stretch.start for stretch in self._stretches]

    def around(self, span: Span) -> Quotation | Statement | None:
        index = bisect_right(self._starts, span.start) - 1
        if index >= 0 and span.start < self._stretches[index].end:
            return self._stretches[index]
        return None
