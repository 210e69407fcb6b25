"""What is to be reviewed: plain articles and pages, and articles in the inline format with what they already have of spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpu_nlp.annotation.article_ids import file_id
from kpu_nlp.annotation.inline import AnnotatedArticle, parse_inline
from kpu_nlp.errors import AnnotationError, InputError
from kpu_nlp.messages import shown
from kpu_nlp.reading.article import article_from_text
from kpu_nlp.reading.records import read_all
from kpu_nlp.schema import Article

_OPENING = "---\n"


@dataclass(frozen=True, slots=True)
class InputArticle:
    """An article to review.

    Attributes:
        article: the article without markup; its id can be a file name.
        annotation: its spans and facts where it came in the inline format, else None.
    """

    article: Article
    annotation: AnnotatedArticle | None = None


def read_input_articles(inputs: Sequence[str]) -> tuple[list[InputArticle], list[str]]:
    """Read what `kpu_nlp.reading.records.iter_records` takes, articles in the inline format among it.

    Returns:
        The articles, and one line for each that cannot be read.

    Raises:
        InputError: an input is missing or of a kind that is not read, or no article can be read.
        AnnotationError: two articles have the same id.
        MissingExtraError: an input needs a package that is not installed.
    """
    articles, failed = read_all(inputs)
    read: dict[str, InputArticle] = {}
    for article in articles:
        try:
            one = _from_article(article)
        except (InputError, AnnotationError) as error:
            failed.append(shown(" ".join(str(error).split())))
            continue
        name = one.article.id.casefold()  # some file systems take two names that differ in capitals for one
        if name in read:
            raise AnnotationError(f"two articles have the id {shown(one.article.id)!r}; give every article its own")
        read[name] = one
    if not read:
        reason = f" ({failed[0]})" if failed else ""
        raise InputError(f"{shown(inputs[0])}: no article in it that can be read{reason}")
    return list(read.values()), failed


def parse_written(raw: str) -> AnnotatedArticle:
    """Read an annotated article as an editor may have saved it: line ends of Windows and a byte order mark are no part of it.

    Raises:
        AnnotationError: there is no header, or it cannot be read.
    """
    return parse_inline(raw.removeprefix("\ufeff").replace("\r\n", "\n"))


def _from_article(article: Article) -> InputArticle:
    name = shown(article.source or article.id)
    if article.text.removeprefix("\ufeff").replace("\r\n", "\n").startswith(_OPENING):
        try:
            annotation = parse_written(article.text)
        except AnnotationError as error:
            raise AnnotationError(f"{name}: {error}") from error
        article_id = annotation.facts.id
        if file_id(article_id) != article_id:
            raise AnnotationError(f"{name}: its id {shown(article_id)!r} cannot be a file name; give it another")
        plain = article_from_text(annotation.text, id=article_id, source=article.source, published=annotation.facts.published)
        return InputArticle(plain, annotation)
    article_id = file_id(article.id)
    if not article_id:
        raise AnnotationError(f"{name}: its id {shown(article.id)!r} cannot be a file name; give it another")
    return InputArticle(article.model_copy(update={"id": article_id}))
