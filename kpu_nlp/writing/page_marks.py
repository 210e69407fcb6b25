"""The article's text with every span marked: elements that nest, whatever the spans do.

displaCy's span renderer was looked at and left: it splits the text into tokens that it puts apart by spaces, so the article's
own characters are lost; its marks are coloured bars that have no name, cannot be focused and cannot be linked to a fact.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

from kpu_nlp.labels import LABEL_NAMES, THEME_NAMES
from kpu_nlp.schema import Extraction
from kpu_nlp.writing.page_facts import LOW_CONFIDENCE, Fact, Layer

# So many colours stand in the style; labels beyond them take the first ones again, and are told apart by their printed names.
TONES = 16

# Which of two marks of the same characters lies around the other.
_ORDER: dict[Layer, int] = {"quote": 0, "directive": 1, "theme": 2, "entity": 3}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked stretch of the text.

    Attributes:
        id: unique on the page.
        start: offset of the first character.
        end: offset after the last character.
        layer: what kind of stretch it is.
        label: the tagger's label; None where only a fact stands on it.
        tone: number of its colour; None without a label.
        name: what a screen reader calls it.
        low: whether the tagger is unsure of it.
        facts: ids of the cards that stand on it.
        speaker: who says it, where it is a quotation and that is known.
    """

    id: str
    start: int
    end: int
    layer: Layer
    label: str | None
    tone: int | None
    name: str
    low: bool
    facts: tuple[str, ...]
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """What comes next in a line: characters, the beginning of a mark, its beginning once more after a cut, or an end."""

    kind: Literal["text", "open", "again", "close"]
    text: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the article with its line end; ``role`` tells how it is set."""

    role: Literal["title", "blank", "paragraph"]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend."""

    label: str
    tone: int
    layer: Layer
    count: int


def build_marks(extraction: Extraction, facts: Iterable[Fact]) -> list[Mark]:
    """Return a mark for every span of the tagger, and for every stretch that a fact stands on and no such span covers.

    They come in text order, those around others first.
    """
    themes = theme_labels(extraction)
    tones = label_tones(extraction)
    standing: defaultdict[tuple[int, int, Layer], list[Fact]] = defaultdict(list)
    for fact in facts:
        for stretch in fact.stretches:
            standing[stretch].append(fact)
    drafts: list[tuple[int, int, Layer, str | None, float | None]] = []
    for entity in dict.fromkeys(extraction.entities):
        layer: Layer = "theme" if entity.label in themes else "entity"
        drafts.append((entity.start, entity.end, layer, entity.label, entity.score))
    covered = {draft[:3] for draft in drafts}
    drafts += [(*stretch, None, None) for stretch in standing if stretch not in covered]
    drafts.sort(key=lambda draft: (draft[0], -draft[1], _ORDER[draft[2]], draft[3] or ""))
    text = extraction.article.text
    marks = []
    for number, (start, end, layer, label, score) in enumerate(drafts, start=1):
        known = standing.get((start, end, layer), [])
        low = score is not None and score < LOW_CONFIDENCE
        marks.append(
            Mark(
                id=f"m{number}",
                start=start,
                end=end,
                layer=layer,
                label=label,
                tone=tones[label] if label is not None else None,
                name=_name(text[start:end], layer, label, score, known),
                low=low,
                facts=tuple(fact.id for fact in known),
                speaker=_speaker(layer, known),
            )
        )
    return marks


def theme_labels(extraction: Extraction) -> frozenset[str]:
    """Return the labels that are directive themes; a retrained model may have brought more than this package knows."""
    return frozenset({*THEME_NAMES, *(theme.theme.upper() for theme in extraction.themes)})


def label_tones(extraction: Extraction) -> dict[str, int]:
    """Return the colour of each label that occurs: known labels have theirs, the same on every page."""
    unknown = sorted({entity.label for entity in extraction.entities} - set(LABEL_NAMES))
    return {label: number % TONES for number, label in enumerate((*LABEL_NAMES, *unknown))}


def legend(marks: Sequence[Mark]) -> list[Key]:
    """Return the labels that occur, with the number of their marks, entities before themes, in the order of the guidelines."""
    found: dict[str, Key] = {}
    for mark in marks:
        if mark.label is not None and mark.tone is not None:
            before = found[mark.label].count if mark.label in found else 0
            found[mark.label] = Key(mark.label, mark.tone, mark.layer, before + 1)
    known = {label: number for number, label in enumerate(LABEL_NAMES)}
    return sorted(found.values(), key=lambda key: (-_ORDER[key.layer], known.get(key.label, len(known)), key.label))


def lay_out(text: str, marks: Sequence[Mark], *, title: str | None) -> Iterator[Line]:
    """Yield the lines of a text with its marks in them; all characters together are the text.

    A mark that ends inside another that began later, or runs over a line end, is cut there and begun again.

    Args:
        text: the article.
        marks: in text order.
        title: the line that is the article's headline.
    """
    coming = iter(marks)
    ahead = next(coming, None)
    running: list[Mark] = []
    titled = title is None or not title.strip()
    for match in _LINE.finditer(text):
        start, end = match.span()
        running = [mark for mark in running if mark.end > start]
        while ahead is not None and ahead.start < end:
            running.append(ahead)
            ahead = next(coming, None)
        role: Literal["title", "blank", "paragraph"] = "paragraph"
        if not match.group().strip():
            role = "blank"
        elif not titled:
            titled = True
            role = "title" if match.group().strip() == (title or "").strip() else "paragraph"
        yield Line(role, tuple(_pieces(text, start, end, running)))


def _pieces(text: str, start: int, end: int, marks: Iterable[Mark]) -> Iterator[Piece]:
    order = count()  # marks are not compared; equal stretches keep their order
    heap = [(max(mark.start, start), -mark.end, next(order), mark) for mark in marks]
    heapq.heapify(heap)
    position = start
    ends: list[int] = []
    while heap or ends:
        begin = heap[0][0] if heap else end
        if ends and ends[-1] <= begin:
            yield from _text(text, position, ends[-1])
            position = ends.pop()
            yield Piece("close")
            continue
        yield from _text(text, position, begin)
        position, _, _, mark = heapq.heappop(heap)
        limit = ends[-1] if ends else end
        if mark.end > limit and limit < end:
            heapq.heappush(heap, (limit, -mark.end, next(order), mark))
        yield Piece("open" if position == mark.start else "again", mark=mark)
        ends.append(min(mark.end, limit))
    yield from _text(text, position, end)


def _text(text: str, start: int, end: int) -> Iterator[Piece]:
    if start < end:
        yield Piece("text", text[start:end])


def _name(text: str, layer: Layer, label: str | None, score: float | None, facts: Sequence[Fact]) -> str:
    """Return label, words, confidence and facts of a mark; the words of a whole sentence are left to the text itself."""
    words = " ".join(text.split())
    if layer in ("quote", "directive"):
        parts = [", ".join(_unlinked(fact) for fact in facts)]
    else:
        parts = [f"{label or 'mention'}: {words[:_MAX_NAME]}{'…' if len(words) > _MAX_NAME else ''}"]
        if score is not None:
            parts.append(f"{score:.0%}{', low confidence' if score < LOW_CONFIDENCE else ''}")
        parts += [_unlinked(fact) if layer == "theme" else f"{fact.kind} {fact.name}" for fact in facts]
    return "; ".join(parts)


def _unlinked(fact: Fact) -> str:
    speakers = [row.text for row in fact.rows if row.term == "speaker"]
    return f"{fact.kind}, said by {speakers[0]}" if speakers else fact.kind


def _speaker(layer: Layer, facts: Sequence[Fact]) -> str | None:
    if layer != "quote":
        return None
    return next((row.text for fact in facts for row in fact.rows if row.term == "speaker" and row.link), None)
