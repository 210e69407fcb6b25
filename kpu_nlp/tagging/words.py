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
