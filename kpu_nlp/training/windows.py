"""Articles as training rows: windows of pieces with a tag for each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.errors import RecipeError
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import spans_to_bio
from kpu_nlp.tagging.encoding import EncodedText, Ints, encode_text, make_windows, special_pieces
from kpu_nlp.training.augment import augment
from kpu_nlp.training.names import NamePool, name_pool, replace_names
from kpu_nlp.training.recipe import Recipe

IGNORED = -100  # torch's cross-entropy leaves out this target
MASKS = ("<mask>", "[MASK]", "<unk>", "[UNK]")
BATCHES_SORTED = 16  # batches whose rows are sorted by length together: little padding, still well mixed

Row = dict[str, list[int]]


def make_rows(
    text: str,
    spans: Sequence[Span],
    tokenizer: Tokenizer,
    tags: Sequence[str],
    *,
    size: int,
    overlap: int,
    word_dropout: float = 0.0,
    rng: random.Random | None = None,
) -> list[Row]:
    """Cut an article into rows of ``input_ids`` and ``labels``, special tokens included.

    The first piece of a word carries its tag, the other pieces the I- tag of its label. A share ``word_dropout`` of the words,
    drawn by ``rng``, is shown as mask pieces; their tags stay, so that the words around them must tell.
    """
    tag_ids = {tag: index for index, tag in enumerate(tags)}
    inside = np.array([tag_ids.get(f"I-{tag[2:]}", index) for index, tag in enumerate(tags)], dtype=np.int64)
    encoded = encode_text(tokenizer, text)
    specials = special_pieces(tokenizer)
    word_tags = np.array([tag_ids[tag] for tag in spans_to_bio(encoded.words, spans)], dtype=np.int64)
    lengths = np.diff(encoded.first)
    piece_tags = inside[np.repeat(word_tags, lengths)] if len(word_tags) else word_tags
    has_piece = encoded.has_piece
    pieces = encoded.pieces if rng is None else _hide_words(encoded, word_dropout, mask_piece(tokenizer), rng)
    piece_tags[encoded.first[:-1][has_piece]] = word_tags[has_piece]
    rows: list[Row] = []
    for window in make_windows(encoded, size, overlap):
        cut = slice(int(encoded.first[window.start]), int(encoded.first[window.end]))
        rows.append(
            {
                "input_ids": [specials.begin, *pieces[cut].tolist(), specials.end],
                "labels": [IGNORED, *piece_tags[cut].tolist(), IGNORED],
            }
        )
    return rows


def mask_piece(tokenizer: Tokenizer) -> int:
    """Return the piece that stands for a hidden word: the one the encoder was pretrained with, or else the unknown one.

    Raises:
        RecipeError: the tokenizer has neither.
    """
    for token in MASKS:
        if (found := tokenizer.token_to_id(token)) is not None:
            return int(found)
    raise RecipeError(f"the base's tokenizer has none of {', '.join(MASKS)}; set optimizer.word_dropout to 0")


def _hide_words(encoded: EncodedText, share: float, mask: int, rng: random.Random) -> Ints:
    """Return the pieces of a text with those of some words replaced (Iyyer et al. 2015, deep averaging networks)."""
    hidden = np.array([rng.random() < share for _ in encoded.words], dtype=bool)
    return np.where(np.repeat(hidden, np.diff(encoded.first)), mask, encoded.pieces)


def make_epochs(
    articles: Sequence[AnnotatedArticle],
    tokenizer: Tokenizer,
    tags: Sequence[str],
    recipe: Recipe,
    *,
    added: Sequence[AnnotatedArticle] = (),
) -> list[list[Row]]:
    """Return the rows of every epoch, augmented anew in each, in the order in which they are trained on.

    All of it is drawn from the recipe's seed, the epoch and the article's id, so that a resumed run sees the same rows.

    Args:
        articles: the corpus.
        tokenizer: cuts the words.
        tags: the BIO tags in the order of the head.
        recipe: windows, augmentation, epochs, and the mixture of old and new articles.
        added: new articles, all of which stand in every epoch, few of them several times.
    """
    pool = name_pool([*articles, *added])
    old, repeats = articles_of_epoch(len(articles), len(added), recipe)
    new = [article for _ in range(repeats) for article in added]
    return [
        _make_epoch([*_old_of_epoch(articles, old, recipe, epoch), *new], tokenizer, tags, recipe, epoch, pool)
        for epoch in range(recipe.optimizer.epochs)
    ]


def articles_of_epoch(old: int, added: int, recipe: Recipe) -> tuple[int, int]:
    """Return how many of the old articles stand in an epoch, and how many times each of the new ones does."""
    if recipe.mixture is None or not added:
        return old, 1
    old = min(old, max(recipe.mixture.old_at_least, round(recipe.mixture.old_per_new * added)))
    share = recipe.mixture.new_share
    return old, max(1, round(share / (1 - share) * old / added))


def _old_of_epoch(articles: Sequence[AnnotatedArticle], count: int, recipe: Recipe, epoch: int) -> Sequence[AnnotatedArticle]:
    """Return ``count`` old articles for an epoch: others in each, until all of them had their turn."""
    if count == len(articles):
        return articles
    order = random.Random(f"{recipe.seed}/old").sample(range(len(articles)), len(articles))  # noqa: S311 - as below
    return [articles[order[(epoch * count + place) % len(order)]] for place in range(count)]


def _make_epoch(
    articles: Sequence[AnnotatedArticle],
    tokenizer: Tokenizer,
    tags: Sequence[str],
    recipe: Recipe,
    epoch: int,
    pool: NamePool,
) -> list[Row]:
    rows: list[Row] = []
    times: Counter[str] = Counter()
    for article in articles:
        times[article.facts.id] += 1
        again = f"/{times[article.facts.id]}" if times[article.facts.id] > 1 else ""
        rng = random.Random(f"{recipe.seed}/{epoch}/{article.facts.id}{again}")  # noqa: S311 - augmentation, not security
        example = (article.text, article.spans)
        if rng.random() < recipe.augmentation.replace_names:
            example = replace_names(example, pool, rng)
        text, spans = augment(example, recipe.augmentation, rng)
        rows += make_rows(
            text,
            spans,
            tokenizer,
            tags,
            size=recipe.windows.size,
            overlap=recipe.windows.overlap,
            word_dropout=recipe.optimizer.word_dropout,
            rng=rng if recipe.optimizer.word_dropout else None,
        )
    return sort_into_batches(rows, recipe.optimizer.batch_size, random.Random(f"{recipe.seed}/{epoch}"))  # noqa: S311


def sort_into_batches(rows: list[Row], batch_size: int, rng: random.Random) -> list[Row]:
    """Shuffle rows so that neighbours, which form a batch, are of like length; the last batch may be smaller."""
    rows = rows.copy()
    rng.shuffle(rows)
    chunk = batch_size * BATCHES_SORTED
    batches: list[list[Row]] = []
    for first in range(0, len(rows), chunk):
        part = sorted(rows[first : first + chunk], key=lambda row: len(row["input_ids"]))
        batches += [part[start : start + batch_size] for start in range(0, len(part), batch_size)]
    # An incomplete batch in the midst would shift every batch after it.
    complete = [batch for batch in batches if len(batch) == batch_size]
    rest = [row for batch in batches if len(batch) < batch_size for row in batch]
    rng.shuffle(complete)
    return [row for batch in complete for row in batch] + rest


class Collator:
    """Pads rows to the longest of the batch."""

    def __init__(self, pad_id: int) -> None:
        """Take the id of the padding piece."""
        self._pad_id = pad_id

    def __call__(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Return ``input_ids``, ``attention_mask`` and ``labels``, each of shape (rows, longest row)."""
        import torch

        longest = max(len(row["input_ids"]) for row in rows)
        ids = torch.full((len(rows), longest), self._pad_id)
        labels = torch.full((len(rows), longest), IGNORED)
        mask = torch.zeros((len(rows), longest), dtype=torch.long)
        for index, row in enumerate(rows):
            length = len(row["input_ids"])
            ids[index, :length] = torch.tensor(row["input_ids"])
            labels[index, :length] = torch.tensor(row["labels"])
            mask[index, :length] = 1
        return {"input_ids": ids, "attention_mask": mask, "labels": labels}
