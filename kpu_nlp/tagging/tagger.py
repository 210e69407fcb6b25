"""Texts in, labelled spans out: windows, batches, and one decision a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kpu_nlp.spans import Span
from kpu_nlp.stages import DECODING, ENCODER, PIECES, stage
from kpu_nlp.tagging.bio import OUTSIDE, bio_to_spans, breaks_line, partner_columns
from kpu_nlp.tagging.encoding import EncodedText, Window, encode_text, make_windows, special_pieces, window_pieces
from kpu_nlp.tagging.engines import Engine, pad_batch
from kpu_nlp.tagging.uncertainty import mean_entropy
from kpu_nlp.tagging.viterbi import best_tags

Floats = NDArray[np.float32]

# Texts whose windows are sorted by length together: enough to fill batches of like length, few enough to stream.
TEXTS_AT_ONCE = 32


class Tagger:
    """Finds the labelled spans of texts with a token classifier.

    The labels of a text's words are the most probable possible sequence (see `best_tags`), given the probabilities of each
    word's first piece in the window where the word stands furthest from an edge. The score of a word with label L is
    P(B-L) + P(I-L); the score of a span is the smallest of its words' scores.
    """

    def __init__(
        self,
        engine: Engine,
        tokenizer: Tokenizer,
        tags: Sequence[str],
        *,
        window: int = 254,
        overlap: int = 48,
        batch_size: int = 8,
    ) -> None:
        """Combine an engine with its tokenizer.

        Args:
            engine: runs the encoder.
            tokenizer: cuts words into pieces, without truncation or padding.
            tags: the BIO tags in the order of the engine's last axis.
            window: pieces in a window, special tokens excluded; the length that the shipped model was trained with by default.
            overlap: pieces that two windows share.
            batch_size: windows in one call of the engine.
        """
        self._engine = engine
        self._tokenizer = tokenizer
        self._tags = list(tags)
        self._window = window
        self._overlap = overlap
        self._batch_size = batch_size
        self._specials = special_pieces(tokenizer)
        self._partners = partner_columns(self._tags)

    def tag(self, text: str) -> list[Span]:
        """Return the spans of one text, in order."""
        return next(self.tag_many([text]))

    def tag_many(self, texts: Iterable[str], *, at_once: int = TEXTS_AT_ONCE) -> Iterator[list[Span]]:
        """Yield the spans of each text, in the texts' order; the windows of ``at_once`` texts are batched together."""
        for text, article, probabilities in self._read(texts, at_once):
            with stage(DECODING):
                spans = self._decode(text, article, probabilities)
            yield spans

    def tag_with_uncertainty(self, texts: Iterable[str], *, at_once: int = TEXTS_AT_ONCE) -> Iterator[tuple[list[Span], float]]:
        """Yield the spans of each text as `tag_many` does, and how unsure of its labels the tagger is (see `mean_entropy`)."""
        for text, article, probabilities in self._read(texts, at_once):
            yield self._decode(text, article, probabilities), mean_entropy(probabilities[article.has_piece], self._partners)

    def _read(self, texts: Iterable[str], at_once: int) -> Iterator[tuple[str, EncodedText, Floats]]:
        """Yield each text with its words and their tag probabilities."""
        stream = iter(texts)
        while chunk := list(islice(stream, at_once)):
            with stage(PIECES):
                encoded = [encode_text(self._tokenizer, text) for text in chunk]
            with stage(DECODING):
                probabilities = self._word_probabilities(encoded)
            yield from zip(chunk, encoded, probabilities, strict=True)

    def _word_probabilities(self, articles: Sequence[EncodedText]) -> list[Floats]:
        """Return the tag probabilities of every word of every text; each of shape (words, tags)."""
        jobs = [
            (index, window)
            for index, article in enumerate(articles)
            for window in make_windows(article, self._window, self._overlap)
        ]
        rows = [window_pieces(articles[index], window) for index, window in jobs]
        results = [np.zeros((len(article.words), len(self._tags)), dtype=np.float32) for article in articles]
        # How far from its window's edge each word stood in the window that gave its probabilities so far.
        margins = [np.full(len(article.words), -1, dtype=np.int64) for article in articles]
        order = sorted(range(len(jobs)), key=lambda job: len(rows[job]))
        for first in range(0, len(order), self._batch_size):
            batch = order[first : first + self._batch_size]
            pieces, mask = pad_batch([rows[job] for job in batch], self._specials)
            with stage(ENCODER):
                logits = self._engine.logits(pieces, mask)
            scores = _softmax(logits)
            for row, job in enumerate(batch):
                index, window = jobs[job]
                _keep_furthest(articles[index], window, scores[row, 1:], results[index], margins[index])
        return results

    def _decode(self, text: str, article: EncodedText, probabilities: Floats) -> list[Span]:
        if not article.words:
            return []
        own = np.flatnonzero(article.has_piece)
        best = np.zeros(len(article.words), dtype=np.int64)
        best[own] = best_tags(probabilities[own], self._tags, _first_of_lines(text, [article.words[word] for word in own]))
        scores = probabilities[np.arange(len(best)), best] + np.where(
            self._partners[best] >= 0, probabilities[np.arange(len(best)), self._partners[best]], 0.0
        )
        tags = [self._tags[tag] for tag in best]
        _continue_pieceless(article, tags, scores)
        return bio_to_spans(text, article.words, tags, [min(1.0, round(float(score), 4)) for score in scores])


def _first_of_lines(text: str, words: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Tell for each word whether it is the first one of a line; shape (words,)."""
    return np.array(
        [True, *(breaks_line(text, end, start) for (_, end), (start, _) in pairwise(words))][: len(words)], dtype=bool
    )


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Floats = (shifted / shifted.sum(axis=-1, keepdims=True)).astype(np.float32)
    return probabilities


def _keep_furthest(article: EncodedText, window: Window, scores: Floats, result: Floats, margins: NDArray[np.int64]) -> None:
    """Copy a window's scores for the words that stand further from its edge than in the windows before."""
    words = np.arange(window.start, window.end)
    offset = article.first[window.start]
    total = article.first[window.end] - offset
    begin = article.first[window.start : window.end] - offset
    count = len(article.words)
    # The text's own ends are no edges: nothing was cut off there.
    left = begin if window.start > 0 else np.full_like(begin, total)
    right = total - 1 - begin if window.end < count else np.full_like(begin, total)
    margin = np.minimum(left, right)
    chosen = (margin > margins[words]) & article.has_piece[window.start : window.end]
    result[words[chosen]] = scores[begin[chosen]]
    margins[words[chosen]] = margin[chosen]


def _continue_pieceless(article: EncodedText, tags: list[str], scores: Floats) -> None:
    """Give a word without a piece of its own the label of the word that it touches, else none."""
    for word in np.flatnonzero(~article.has_piece):
        touches = word > 0 and article.words[word - 1][1] == article.words[word][0]
        label = tags[word - 1].partition("-")[2] if touches else ""
        tags[word] = f"I-{label}" if label else OUTSIDE
        scores[word] = scores[word - 1] if label else 1.0
