"""The shipped folder in plain ``transformers``: the same tokens and labels as our tagger's, and nearly the same spans.

The two differ in one thing. Our tagger gives a word the label of its first piece; ``aggregation_strategy="simple"`` takes
every piece by itself, so that a word whose pieces disagree is cut. On the 318 paragraphs of dev that fit one window, 31 differ,
and F1 between the two is 0.977.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import OUTSIDE, bio_labels, bio_to_spans
from kpu_nlp.tagging.encoding import open_tokenizer
from kpu_nlp.tagging.engines import TorchEngine
from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.tagging.tagger import Tagger
from kpu_nlp.tagging.words import split_words

torch = pytest.importorskip("torch", reason="the extra [train] is not installed")
transformers = pytest.importorskip("transformers", reason="the extra [train] is not installed")

FEW = 10
# Half of what the pieces disagree on in dev today is left as room.
MIN_AGREEMENT = 0.96
# The share of the paragraphs in which the most probable tags of the words are a possible sequence: 285 of 318 in dev.
MIN_POSSIBLE = 0.85

Found = list[tuple[int, int, str]]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Lines are short: two threads wait for each other longer than they work, thirty times as long on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def plain(shipped_model: Path) -> Any:
    """What the model card shows: nothing of ours."""
    return transformers.pipeline("token-classification", model=str(shipped_model), dtype="float32", device="cpu")


@pytest.fixture(scope="module")
def ours(shipped_model: Path) -> Tagger:
    manifest = read_manifest(shipped_model)
    return Tagger(
        TorchEngine.open(shipped_model, device="cpu"),
        open_tokenizer(shipped_model / "tokenizer.json"),
        bio_labels(manifest.labels),
        window=manifest.window,
        overlap=manifest.overlap,
    )


def paragraphs(articles: Sequence[AnnotatedArticle], plain: Any) -> list[str]:
    """Return the paragraphs that fit into one window; plain transformers cuts the rest of a longer one off."""
    lines = [line for article in articles for line in article.text.split("\n") if line.strip()]
    return [line for line in lines if len(plain.tokenizer(line)["input_ids"]) <= plain.tokenizer.model_max_length]


def places(spans: Sequence[Span]) -> Found:
    return [(span.start, span.end, span.label) for span in spans]


def tags_by_first_piece(line: str, plain: Any) -> list[str]:
    """Return the tags that plain transformers gives to the first piece of each word."""
    words = split_words(line)
    starts = [start for start, _ in words]
    tags: dict[int, str] = {}
    for token in plain(line, aggregation_strategy="none", ignore_labels=[]):
        tags.setdefault(max(0, bisect_right(starts, token["start"]) - 1), token["entity"])
    return [tags.get(word, OUTSIDE) for word in range(len(words))]


def by_first_piece(line: str, plain: Any) -> Found:
    """Return the spans of those tags."""
    return places(bio_to_spans(line, split_words(line), tags_by_first_piece(line, plain)))


def is_possible(tags: Sequence[str]) -> bool:
    """Tell whether every I- tag continues its label; where one does not, our tagger looks for the best sequence that can be."""
    return all(not tag.startswith("I-") or before[2:] == tag[2:] for before, tag in pairwise([OUTSIDE, *tags]))


def check_same_labels(articles: Sequence[AnnotatedArticle], plain: Any, ours: Tagger) -> None:
    lines = paragraphs(articles, plain)
    assert len(lines) > 3 * len(articles)
    compared = 0
    for line, found in zip(lines, ours.tag_many(lines), strict=True):
        if is_possible(tags_by_first_piece(line, plain)):
            compared += 1
            assert by_first_piece(line, plain) == places(found), line[:60]
    assert compared >= MIN_POSSIBLE * len(lines)


def agreement(articles: Sequence[AnnotatedArticle], plain: Any, ours: Tagger) -> float:
    """Return F1 between the spans of the plain pipeline and ours."""
    lines = paragraphs(articles, plain)
    both = mine = theirs = 0
    for line, spans in zip(lines, ours.tag_many(lines), strict=True):
        found = {(group["start"], group["end"], group["entity_group"]) for group in plain(line, aggregation_strategy="simple")}
        both += len(found & set(places(spans)))
        mine += len(spans)
        theirs += len(found)
    return 2 * both / (mine + theirs)


def test_plain_transformers_gives_every_word_the_same_label(plain: Any, ours: Tagger, dev_articles) -> None:
    check_same_labels(dev_articles[:FEW], plain, ours)


def test_plain_transformers_gives_nearly_the_same_spans(plain: Any, ours: Tagger, dev_articles) -> None:
    assert agreement(dev_articles[:FEW], plain, ours) >= MIN_AGREEMENT


@pytest.mark.slow
def test_all_of_dev(plain: Any, ours: Tagger, dev_articles) -> None:
    check_same_labels(dev_articles, plain, ours)
    assert agreement(dev_articles, plain, ours) >= MIN_AGREEMENT


@pytest.mark.parametrize("text", ["Rapat… ½ hari", "e\u0301 ﬁ", "  Ketua\tKPU  ", "Rp1.000,-", "🗳 Pemilu 2024"])
def test_odd_characters_keep_their_place(plain: Any, ours: Tagger, text: str) -> None:
    assert by_first_piece(text, plain) == places(ours.tag(text))
