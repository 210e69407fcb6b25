"""The new articles of a retraining: read, checked against one another and against the old ones, and divided.

Whatever is wrong with them is told here, in one line and before anything is written.
"""

from __future__ import annotations

import difflib
import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.annotation.check import find_articles
from kpu_nlp.annotation.check_body import refuse_stray_markup
from kpu_nlp.annotation.inline import AnnotatedArticle, parse_inline
from kpu_nlp.errors import AnnotationError
from kpu_nlp.messages import shown

HELD_OUT_PERCENT = 20
MIN_TO_HOLD_OUT = 5
"""With fewer articles all are trained on: what one or two tell of a model is chance."""


@dataclass(frozen=True, slots=True)
class NewArticles:
    """New articles, divided.

    Attributes:
        train: those to train on.
        held_out: those that tell how good the model has become.
        replaced: ids of old training articles whose text stands among ``train`` again, with its new annotation.
    """

    train: tuple[AnnotatedArticle, ...]
    held_out: tuple[AnnotatedArticle, ...]
    replaced: frozenset[str]

    @property
    def all(self) -> tuple[AnnotatedArticle, ...]:
        """All of them."""
        return self.train + self.held_out


def read_new(paths: Iterable[Path]) -> dict[Path, AnnotatedArticle]:
    """Read files and folders of annotated articles, each once.

    Raises:
        AnnotationError: a path does not exist, a folder holds no article, or an article cannot be read or has markup that
            marks nothing; the message names it.
    """
    articles: dict[Path, AnnotatedArticle] = {}
    for path in find_articles(paths):
        try:
            raw = path.read_text(encoding="utf-8-sig")
            articles[path] = parse_inline(raw)
            refuse_stray_markup(raw)
        except (AnnotationError, UnicodeDecodeError) as error:
            raise AnnotationError(f"{path}: {error}; see 'kpu-nlp corpus check {path}'") from error
        except OSError as error:
            raise AnnotationError(f"{path}: cannot be read: {error.strerror}") from error
    return articles


def take_in(
    new: Mapping[Path, AnnotatedArticle], old: Mapping[str, Sequence[AnnotatedArticle]], labels: Sequence[str]
) -> NewArticles:
    """Check new articles and divide them.

    Args:
        new: the articles by file.
        old: the corpus by split; nobody may train on ``dev`` and ``test``.
        labels: the labels that the new model is to know.

    Raises:
        AnnotationError: no article marks a span, a label is unknown, an id stands for two texts, one text has two annotations,
            or an article stands in dev or test.
    """
    for path, article in new.items():
        _check_labels(path, article, labels)
    if not any(article.spans for article in new.values()):
        raise AnnotationError(
            f"{len(new)} new articles, and no span in any of them; mark spans as [text|LABEL], see 'kpu-nlp labels'"
        )
    articles = _without_doubles(new)
    keys = {split: {text_key(article.text): article.facts.id for article in part} for split, part in old.items()}
    for path, article in articles.items():
        for split in ("test", "dev"):
            if text_key(article.text) in keys[split]:
                raise AnnotationError(
                    f"{path}: article {shown(article.facts.id)} stands in the {split} split of the corpus "
                    f"(as {keys[split][text_key(article.text)]}), which nobody may train on; leave it out"
                )
    _check_ids(articles, old)
    again = {keys["train"][key]: article for article in articles.values() if (key := text_key(article.text)) in keys["train"]}
    # The old model knows a text that it was trained on; it would look better than it is.
    unseen = [article for article in articles.values() if text_key(article.text) not in keys["train"]]
    held_out = _hold_out(unseen, len(articles))
    train = tuple(article for article in articles.values() if article.facts.id not in held_out)
    return NewArticles(
        train=train,
        held_out=tuple(article for article in articles.values() if article.facts.id in held_out),
        replaced=frozenset(again),
    )


def text_key(text: str) -> str:
    """Return a fingerprint of a text by which it is known again in other spacing, capitals or composition of letters."""
    return hashlib.sha256(" ".join(unicodedata.normalize("NFKC", text).casefold().split()).encode()).hexdigest()


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Return the known label that a misspelt one most likely stands for."""
    found = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.6)
    return found[0] if found else None


def _check_labels(path: Path, article: AnnotatedArticle, labels: Sequence[str]) -> None:
    for span in article.spans:
        if span.label in labels:
            continue
        near = nearest(span.label, labels)
        advice = f"did you mean {near}? A new label is named" if near else "a new label is named"
        raise AnnotationError(
            f"{path}: unknown label {span.label} on {span.of(article.text)!r}; {advice} with --label {span.label} "
            "(a theme: --label NAME=nama) or in the recipe's [labels]"
        )


def _without_doubles(new: Mapping[Path, AnnotatedArticle]) -> dict[Path, AnnotatedArticle]:
    """Leave out files that repeat another one."""
    by_id: dict[str, Path] = {}
    by_text: dict[str, Path] = {}
    kept: dict[Path, AnnotatedArticle] = {}
    for path, article in new.items():
        first = by_id.setdefault(article.facts.id, path)
        if new[first].text != article.text:
            raise AnnotationError(
                f"{path}: id {shown(article.facts.id)!r} is also the id of {first}, which has another text; give one another id"
            )
        first = by_text.setdefault(text_key(article.text), path)
        if new[first].text == article.text and new[first].spans != article.spans:
            raise AnnotationError(f"{path}: the same text as {first} with other spans; keep one of the two")
        if first == path:
            kept[path] = article
    return kept


def _check_ids(articles: Mapping[Path, AnnotatedArticle], old: Mapping[str, Sequence[AnnotatedArticle]]) -> None:
    texts = {article.facts.id: text_key(article.text) for part in old.values() for article in part}
    for path, article in articles.items():
        known = texts.get(article.facts.id)
        if known is not None and known != text_key(article.text):
            raise AnnotationError(
                f"{path}: the corpus has an article {shown(article.facts.id)} with another text; give the new one another id"
            )


def _hold_out(articles: Sequence[AnnotatedArticle], count: int) -> set[str]:
    """Return the ids that are held out: about a fifth, by a hash of the id, so that more articles never move earlier ones.

    Args:
        articles: those that may be held out.
        count: how many new articles there are.

    Returns:
        At least one id where there are five articles, and never more than a third of them.
    """
    if count < MIN_TO_HOLD_OUT or not articles:
        return set()
    places = sorted((_place(article.facts.id), article.facts.id) for article in articles)
    chosen = [article_id for place, article_id in places if place < HELD_OUT_PERCENT]
    return set(chosen[: max(1, count // 3)] or [places[0][1]])


def _place(article_id: str) -> int:
    """Return a number from 0 to 99 that follows from the id alone."""
    return int.from_bytes(hashlib.sha256(f"held-out/{article_id}".encode()).digest()[:8], "big") % 100
