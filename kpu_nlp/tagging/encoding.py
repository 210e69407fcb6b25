"""Words cut into the pieces of the vocabulary, and windows of them that fit the encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kpu_nlp.tagging.casing import readable_case
from kpu_nlp.tagging.words import split_words

Ints = NDArray[np.int64]

# The longest word keeps this many pieces: more tell nothing about its label, and a window must hold every word whole.
MAX_WORD_PIECES = 48

# White space to Python and to our words, but dropped by normalisers, which would glue the words around it.
_SPACES = dict.fromkeys((0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x1F, 0x85), " ")

PADDING_TOKENS = ("<pad>", "[PAD]")


@dataclass(frozen=True)
class EncodedText:
    """A text as the encoder sees it.

    Attributes:
        words: offsets of the W words, in order.
        pieces: ids of the P pieces, special tokens excluded.
        first: for each word the index of its first piece, and P at the end; shape (W + 1,). A word without a piece (a character
            that the tokenizer drops or joins to the one before) has ``first[w] == first[w + 1]``.
        breaks: for each word the strength of a window break before it: 2 at the start of a line, 1 after
            the end of a sentence, else 0.
    """

    words: list[tuple[int, int]]
    pieces: Ints
    first: Ints
    breaks: NDArray[np.int8]

    @cached_property
    def has_piece(self) -> NDArray[np.bool_]:
        """Tell for each word whether it has a piece of its own; shape (W,)."""
        return np.diff(self.first) > 0


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words that fits the encoder: ``words[start:end]`` of the text."""

    start: int
    end: int


def encode_text(tokenizer: Tokenizer, text: str) -> EncodedText:
    """Split a text into words and cut them into pieces."""
    words = split_words(text)
    if not words:
        empty = np.zeros(0, dtype=np.int64)
        return EncodedText([], empty, np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int8))
    # The space changes no piece, but without it tokenizers (0.23) moves every offset of a text that begins with a character
    # which the normaliser drops, such as \x01.
    encoding = tokenizer.encode(f" {readable_case(text).translate(_SPACES)}", add_special_tokens=False)
    pieces = np.asarray(encoding.ids, dtype=np.int64)
    offsets = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2) - 1
    owners = _find_owners(offsets, np.asarray(words, dtype=np.int64))
    pieces, owners = _cap_long_words(pieces, owners)
    first = np.searchsorted(owners, np.arange(len(words) + 1), side="left").astype(np.int64)
    return EncodedText(words, pieces, first, _find_breaks(text, words))


def _find_owners(pieces: Ints, words: Ints) -> Ints:
    """Return for each piece the index of the word that it begins in; both arguments are offsets of shape (n, 2).

    Some tokenizers (XLM-R's Metaspace, byte-level BPE without trimming) count the space before a word to its first piece. A
    piece that is nothing but space goes to the word before.
    """
    starts, ends = pieces[:, 0], pieces[:, 1]
    before = np.maximum(np.searchsorted(words[:, 0], starts, side="right") - 1, 0)
    after = np.minimum(np.searchsorted(words[:, 1], starts, side="right"), len(words) - 1)
    owners: Ints = np.maximum.accumulate(np.where(words[after, 0] < ends, after, before)).astype(np.int64)
    return owners


def _cap_long_words(pieces: Ints, owners: Ints) -> tuple[Ints, Ints]:
    if len(owners) <= MAX_WORD_PIECES or not (owners[MAX_WORD_PIECES:] == owners[:-MAX_WORD_PIECES]).any():
        return pieces, owners
    rank = np.arange(len(owners)) - np.searchsorted(owners, owners, side="left")
    kept = rank < MAX_WORD_PIECES
    return pieces[kept], owners[kept]


def _find_breaks(text: str, words: list[tuple[int, int]]) -> NDArray[np.int8]:
    breaks = np.zeros(len(words), dtype=np.int8)
    for index in range(1, len(words)):
        end, start = words[index - 1][1], words[index][0]
        if end == start:
            continue
        if "\n" in text[end:start]:
            breaks[index] = 2
        elif text[end - 1] in '.!?”"' and text[start].isupper():
            breaks[index] = 1
    return breaks


def make_windows(encoded: EncodedText, size: int, overlap: int) -> Iterator[Window]:
    """Cut a text into windows of at most ``size`` pieces that overlap by about ``overlap`` pieces.

    A window ends, where one stands in its last third, at the start of a line, else at a sentence's end, else at a word; the
    next one starts ``overlap`` pieces before that, again at such a place where there is one. Every word is in one
    window at least.
    """
    if overlap * 3 > size or size <= MAX_WORD_PIECES:
        raise ValueError(
            f"windows of {size} pieces cannot overlap by {overlap}: at most a third, and more than {MAX_WORD_PIECES} pieces"
        )
    count = len(encoded.words)
    start = 0
    while start < count:
        end = _last_word(encoded.first, start, size)
        if end >= count:
            yield Window(start, count)
            return
        earliest = _first_after(encoded.first, encoded.first[start] + 2 * size // 3)
        end = _best_break(encoded, max(start + 1, earliest), end, latest=True)
        yield Window(start, end)
        back = _first_after(encoded.first, encoded.first[end] - overlap)
        start = max(start + 1, _best_break(encoded, max(start + 1, back), end, latest=False))


def _last_word(first: Ints, start: int, size: int) -> int:
    """Return the end of the longest run of words from ``start`` whose pieces fit into ``size``."""
    return max(start + 1, int(np.searchsorted(first, first[start] + size, side="right")) - 1)


def _first_after(first: Ints, piece: int) -> int:
    return int(np.searchsorted(first, piece, side="left"))


def _best_break(encoded: EncodedText, low: int, high: int, *, latest: bool) -> int:
    """Return the strongest break among the words ``low`` to ``high``, or the end that is nearer to the wanted size."""
    fallback = high if latest else low
    if low >= high:
        return fallback
    strengths = encoded.breaks[low : high + 1] if latest else encoded.breaks[low:high]
    best = strengths.max(initial=0)
    if best == 0:
        return fallback
    places = np.flatnonzero(strengths == best)
    return low + int(places[-1] if latest else places[0])


def window_pieces(encoded: EncodedText, window: Window) -> Ints:
    """Return the piece ids of a window, without special tokens."""
    return encoded.pieces[encoded.first[window.start] : encoded.first[window.end]]


def open_tokenizer(path: Any) -> Tokenizer:
    """Open a ``tokenizer.json`` without truncation or padding."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@dataclass(frozen=True, slots=True)
class SpecialPieces:
    """The ids of the pieces that open and close a window, and of the one that pads it."""

    begin: int
    end: int
    pad: int


def special_pieces(tokenizer: Tokenizer) -> SpecialPieces:
    """Return the special pieces that the encoder was trained with: XLM-R's ``<s>``, BERT's ``[CLS]`` and so on.

    Raises:
        ValueError: the tokenizer does not put one piece before and one after a text, or has no padding piece.
    """
    around = tokenizer.encode("", add_special_tokens=True).ids
    padding = [found for token in PADDING_TOKENS if (found := tokenizer.token_to_id(token)) is not None]
    if len(around) != 2 or not padding:
        raise ValueError("the tokenizer must put one special piece before and one after a text, and have <pad> or [PAD]")
    return SpecialPieces(begin=around[0], end=around[1], pad=padding[0])
