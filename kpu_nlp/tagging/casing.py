"""Letters as the encoder reads them best: an article printed all in capitals is read in small letters."""

from __future__ import annotations

# A heading alone may be all capitals; that the model has learned. With fewer letters than these nothing is told.
MIN_LETTERS = 60

# Of the cased letters of a page in capitals; the rest are an `s.d.`, an address of the web, a unit.
CAPITALS_SHARE = 0.9


def readable_case(text: str) -> str:
    """Return a text of the same length, in small letters if it is printed in capitals, else as it is.

    The vocabulary has few pieces in capitals, so that such a text falls into letters; in small letters the shipped model finds
    two thirds of what it loses there (`kpu-nlp evaluate --perturb upper`).
    """
    if not is_in_capitals(text):
        return text
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def is_in_capitals(text: str) -> bool:
    """Tell whether nearly all letters of a text, and more of them than a heading has, are capitals."""
    capitals = sum(map(str.isupper, text))
    small = sum(map(str.islower, text))
    return capitals >= MIN_LETTERS and capitals >= CAPITALS_SHARE * (capitals + small)
