"""Names of buildings in full where the tagger cut them: ``di Aula [KPU Kota Batu|FAC]``, ``[Aula|FAC] [KPU Kota Batu|ORG]``.

Annotators leave no room, office or capitalised word beside a FAC span, so that whole spans stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kpu_nlp.linking.times_words import MONTHS, WEEKDAYS
from kpu_nlp.linking.venues_words import BUILDING_WORDS, NO_NAME_WORDS, OPEN_NAME_WORDS, ROOM_WORDS
from kpu_nlp.spans import Span

_HEADS = ROOM_WORDS | BUILDING_WORDS | OPEN_NAME_WORDS
_NOT_OF_A_NAME = NO_NAME_WORDS | MONTHS.keys() | WEEKDAYS.keys()

_WORD_BEFORE = re.compile(r"([A-Z][\w.'’/-]*|[IVX]+|\d{1,2})\s$")
_WORD_AFTER = re.compile(r"\s([A-Z][\w'’/-]*|\d{1,3}\b(?![./:,]))")
# A name that was cut lost no more words than these on one side.
_MOST_WORDS = 4


def mend_names(text: str, spans: Sequence[Span]) -> dict[Span, Span]:
    """Return the FAC spans whose names go on beyond their edges, each with the name in full.

    Args:
        text: the article.
        spans: its spans, sorted, of any label.
    """
    title_end = text.find("\n")
    mended: dict[Span, Span] = {}
    for index, span in enumerate(spans):
        if span.label != "FAC" or span.start < title_end:
            # Headlines capitalise what is no name.
            continue
        floor = spans[index - 1].end if index > 0 else 0
        following = spans[index + 1] if index + 1 < len(spans) else None
        full = replace(span, start=_begin(text, span.start, floor), end=_finish(text, span, following))
        if full != span:
            mended[span] = full
    return mended


def _begin(text: str, start: int, floor: int) -> int:
    """Return where a name begins that follows the capitalised name of a room or building: ``Ruang Rapat [KPU|FAC]``."""
    begin = at = start
    for _ in range(_MOST_WORDS):
        match = _WORD_BEFORE.search(text, max(floor, at - 30), at)
        if match is None:
            break
        at = match.start()
        if match.group(1).casefold() in _HEADS:
            begin = at
    return begin


def _finish(text: str, span: Span, following: Span | None) -> int:
    """Return where a name ends: behind the office that it lacks, else behind the capitalised words that no span holds."""
    words = span.of(text).casefold().split()
    if following is not None and following.label == "ORG" and text[span.end : following.start] == " ":
        return following.end if words and words[-1] in _HEADS else span.end
    end = span.end
    stop = following.start if following is not None else len(text)
    for _ in range(_MOST_WORDS):
        match = _WORD_AFTER.match(text, end, stop)
        if match is None or match.end() > stop - 1 or match.group(1).casefold() in _NOT_OF_A_NAME:
            break
        end = match.end()
    return end
