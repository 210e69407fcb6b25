"""Changes to an article that keep its spans exact: what real pages do to the text of a press release."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from kpu_nlp.spans import Span
from kpu_nlp.training.recipe import Augmentation

Example = tuple[str, tuple[Span, ...]]

_SPACE_AFTER_STOP = re.compile(r"(?<=[a-z][.,])[ ](?=[A-Z])")
STRAIGHT_QUOTES = {"“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'"}
_QUOTE_STYLES: tuple[dict[str, str], ...] = (
    STRAIGHT_QUOTES,
    {"“": "'", "”": "'", '"': "'", "‘": "'", "’": "'"},
    {"“": "‘", "”": "’"},
    {"“": "”"},
    {"”": '"'},
)
_TYPO_RATE = 0.01  # share of letters; two in a hundred is the harshest page seen


def join_paragraphs(example: Example) -> Example:
    """Put everything after the title on one line, as many pages come."""
    text, spans = example
    head, newline, body = text.partition("\n")
    return head + newline + body.replace("\n", " "), spans


def join_all(example: Example) -> Example:
    """Put the whole article on one line, title included."""
    text, spans = example
    return text.replace("\n", " "), spans


def drop_spaces(example: Example, rng: random.Random) -> Example:
    """Remove half of the spaces after full stops and commas, outside spans."""
    dropped = [offset for offset in find_outside(example, _SPACE_AFTER_STOP) if rng.random() < 0.5]
    return remove_characters(example, dropped)


def find_outside(example: Example, pattern: re.Pattern[str]) -> list[int]:
    """Return where the matches of a pattern begin, those inside spans left out."""
    text, spans = example
    inside = {offset for span in spans for offset in range(span.start, span.end)}
    return [match.start() for match in pattern.finditer(text) if match.start() not in inside]


def remove_characters(example: Example, offsets: Sequence[int]) -> Example:
    """Remove characters outside spans and move the spans along.

    Args:
        example: text and spans.
        offsets: sorted offsets of the characters, none of them inside a span.
    """
    text, spans = example
    pieces: list[str] = []
    last = 0
    for offset in offsets:
        pieces.append(text[last:offset])
        last = offset + 1
    pieces.append(text[last:])
    moved: list[Span] = []
    passed = 0
    for span in spans:
        while passed < len(offsets) and offsets[passed] < span.start:
            passed += 1
        moved.append(Span(span.start - passed, span.end - passed, span.label, span.score))
    return "".join(pieces), tuple(moved)


def change_case(example: Example, change: Callable[[str], str], end: int | None = None) -> Example:
    """Change the case of the first ``end`` characters (all by default), letter by letter where the length stays the same."""
    text, spans = example
    end = len(text) if end is None else end
    changed = "".join(new if len(new := change(letter)) == 1 else letter for letter in text[:end])
    return changed + text[end:], spans


def change_quotes(example: Example, rng: random.Random) -> Example:
    """Replace the quotation marks by those of another style."""
    text, spans = example
    return "".join(map(rng.choice(_QUOTE_STYLES).get, text, text)), spans


def make_typos(example: Example, rng: random.Random, rate: float = _TYPO_RATE) -> Example:
    """Swap neighbouring letters or double one over the next, in a share ``rate`` of the letters; the length stays the same."""
    text, spans = example
    letters = list(text)
    for index in range(1, len(letters) - 1):
        if rng.random() < rate and letters[index].isalpha() and letters[index + 1].isalpha():
            if rng.random() < 0.5:
                letters[index], letters[index + 1] = letters[index + 1], letters[index]
            else:
                letters[index + 1] = letters[index]
    return "".join(letters), spans


def augment(example: Example, settings: Augmentation, rng: random.Random) -> Example:
    """Apply each change with its probability; the same generator state gives the same result."""

    def happens(share: float) -> bool:
        return rng.random() < share

    if happens(settings.drop_spaces):
        example = drop_spaces(example, rng)
    if happens(settings.quotes):
        example = change_quotes(example, rng)
    if happens(settings.typos):
        example = make_typos(example, rng)
    if happens(settings.upper_title):
        example = change_case(example, str.upper, example[0].find("\n") if "\n" in example[0] else 0)
    if happens(settings.upper):
        example = change_case(example, str.upper)
    elif happens(settings.lower):
        example = change_case(example, str.lower)
    if happens(settings.join_paragraphs):
        example = join_all(example) if rng.random() < 0.3 else join_paragraphs(example)
    return example
