"""Words: what the tagger classifies, and what the spaCy Doc is made of."""

from __future__ import annotations

import re

# A run of letters and digits, or one other mark. The same pattern stands in the tokenizer.json of every shipped model.
WORD_PATTERN = r"[^\W_]+|_|[^\w\s]"

_WORD = re.compile(WORD_PATTERN)


def split_words(text: str) -> list[tuple[int, int]]:
    """Return the offsets of every word of the text, in order.

    Every character that is not white space belongs to exactly one word.
    """
    return [match.span() for match in _WORD.finditer(text)]


def split_tokens(text: str) -> list[tuple[int, int, bool]]:
    """Return the offsets of every token of the text, in order, and whether the one space after it belongs to it.

    Tokens are the words, and what white space lies between them beyond one space after a word: together the whole text.
    """
    tokens: list[tuple[int, int, bool]] = []
    last = 0
    after_word = False
    for start, end in [*split_words(text), (len(text), len(text))]:
        if after_word and text.startswith(" ", last) and last < start:
            tokens[-1] = (*tokens[-1][:2], True)
            last += 1
        if last < start:
            tokens.append((last, start, False))
        if start < end:
            tokens.append((start, end, False))
        last, after_word = end, True
    return tokens
