"""How many articles and spans a corpus has, per split and label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.annotation.inline import AnnotatedArticle, read_articles
from kpu_nlp.annotation.packaged import articles_folder
from kpu_nlp.annotation.splits import SPLITS, read_splits, split_of
from kpu_nlp.errors import AnnotationError
from kpu_nlp.labels import LABEL_NAMES


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """Counts of a corpus; every split is a key of every inner mapping.

    Attributes:
        articles: split to number of articles.
        characters: split to number of characters of the articles' texts.
        spans: label to split to number of spans; the labels of the guidelines first, then others by name.
    """

    articles: dict[str, int]
    characters: dict[str, int]
    spans: dict[str, dict[str, int]]


def corpus_stats(corpus: Path) -> CorpusStats:
    """Count the articles and spans of a corpus.

    Args:
        corpus: a folder with ``articles/``, or a folder of articles. Its ``splits.json`` says which article is in which split;
            without that file the article's id does.

    Raises:
        AnnotationError: an article cannot be read, or splits.json does not name it.
    """
    written = corpus / "splits.json"
    splits = {}
    if written.exists():
        splits = {article_id: split for split, ids in read_splits(written).items() for article_id in ids}
    articles = list(read_articles(articles_folder(corpus)))
    missing = [article.facts.id for article in articles if article.facts.id not in splits] if splits else []
    if missing:
        raise AnnotationError(
            f"{written}: lacks {len(missing)} articles ({missing[0]} ...); write it again with 'kpu-nlp corpus split'"
        )
    return count(articles, splits)


def count(articles: Iterable[AnnotatedArticle], splits: Mapping[str, str] | None = None) -> CorpusStats:
    """Count articles and spans; ``splits`` maps an id to its split, and `split_of` does where it names none."""
    stats = CorpusStats(
        articles=dict.fromkeys(SPLITS, 0),
        characters=dict.fromkeys(SPLITS, 0),
        spans={label: dict.fromkeys(SPLITS, 0) for label in LABEL_NAMES},
    )
    others: dict[str, dict[str, int]] = {}
    for article in articles:
        split = (splits or {}).get(article.facts.id) or split_of(article.facts.id)
        stats.articles[split] += 1
        stats.characters[split] += len(article.text)
        for span in article.spans:
            table = stats.spans if span.label in stats.spans else others
            table.setdefault(span.label, dict.fromkeys(SPLITS, 0))[split] += 1
    stats.spans.update(sorted(others.items()))
    return stats
