"""CoNLL: one word and its BIO tag a line, an empty line after each line of the article; words and spans, and nothing else.

The words are those that the tagger classifies (`split_words`). A document begins with ``# newdoc id = ...``, as in CoNLL-U; on
reading, ``-DOCSTART-`` of CoNLL-2003 begins one too. Of several columns the first is the word and the last the tag; I- tags
that continue nothing open a span, and the tags of BIOES are understood. What stood between the words is lost: reading puts
one space there, and writes every sentence as a line of its own. The header does not go along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kpu_nlp.annotation.formats.foreign import ForeignDocument, ForeignSpan, Refusal, text_of
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.annotation.offsets import Unit
from kpu_nlp.errors import AnnotationError
from kpu_nlp.messages import shown
from kpu_nlp.tagging.bio import OUTSIDE, bio_to_spans, spans_to_bio
from kpu_nlp.tagging.words import split_words

UNIT: Unit | None = None

_DOCSTART = "-DOCSTART-"
_NEW_DOCUMENT = re.compile(r"# newdoc(?: id = (.*))?")
_COMMENT = re.compile(r"# \S+ = .*|# newpar\b.*")
_TAG = re.compile(r"O|([BIES])-(\S.*)")
_AS_BIO = {"B": "B", "S": "B", "I": "I", "E": "I"}


class _Document:
    """A document while its lines are read."""

    def __init__(self, where: str, own_id: str | None) -> None:
        self.where = where
        self.id = own_id
        self.text = ""
        self.words: list[tuple[int, int]] = []
        self.tags: list[str] = []
        self.problem: Refusal | None = None
        self._line_over = False

    def end_line(self) -> None:
        self._line_over = bool(self.words)

    def add(self, number: int, line: str) -> None:
        columns = line.split("\t") if "\t" in line else line.split()
        word, tag = columns[0], columns[-1]
        match = _TAG.fullmatch(tag)
        if len(columns) < 2 or match is None or not word or word != "".join(word.split()):
            self.problem = self.problem or Refusal(
                f"line {number}", self.id, f"{line[:40]!r} is not a word and a BIO tag ('KPU<tab>B-ORG')"
            )
            return
        if self.words:
            self.text += "\n" if self._line_over else " "
        self._line_over = False
        self.words.append((len(self.text), len(self.text) + len(word)))
        self.text += word
        self.tags.append(f"{_AS_BIO[match.group(1)]}-{match.group(2)}" if match.group(1) else OUTSIDE)

    def finished(self) -> ForeignDocument | Refusal:
        spans = bio_to_spans(self.text, self.words, self.tags)
        return self.problem or ForeignDocument(
            self.where, self.id, self.text, tuple(ForeignSpan(span.start, span.end, span.label) for span in spans)
        )


def read(content: bytes) -> Iterator[ForeignDocument | Refusal]:
    """Yield the documents of a file; see `kpu_nlp.annotation.formats.Format`."""
    document: _Document | None = None
    for number, ended in enumerate(text_of(content).split("\n"), start=1):
        line = ended.removesuffix("\r")
        opening = _NEW_DOCUMENT.fullmatch(line)
        if opening is not None or line.split()[:1] == [_DOCSTART]:
            if document is not None and (document.words or document.problem):
                yield document.finished()
            document = _Document(f"line {number}", opening.group(1) if opening is not None else None)
        elif not line.strip(" \t"):
            if document is not None:
                document.end_line()
        elif "\t" in line or _COMMENT.fullmatch(line) is None:
            document = document or _Document(f"line {number}", None)
            document.add(number, line)
    if document is not None and (document.words or document.problem):
        yield document.finished()


def write(articles: Sequence[AnnotatedArticle], unit: Unit = "code-points") -> bytes:  # noqa: ARG001 - it has no offsets
    """Return the words of the articles with their tags; see `kpu_nlp.annotation.formats.Format`."""
    return "".join(line for article in articles for line in _lines(article)).encode()


def _lines(article: AnnotatedArticle) -> Iterator[str]:
    text = article.text
    words = split_words(text)
    tags = spans_to_bio(words, article.spans)
    spans = bio_to_spans(text, words, tags)
    lost = next((span for span in article.spans if span not in spans), None)
    if lost is not None:
        raise AnnotationError(
            f"{article.facts.id}: {lost.label} span {lost.of(text)[:40]!r} at offset {lost.start} does not begin and end with "
            "a word, which CoNLL cannot express; choose another format"
        )
    yield f"# newdoc id = {shown(article.facts.id)}\n"
    last = 0
    for (start, end), tag in zip(words, tags, strict=True):
        if "\n" in text[last:start] and last:
            yield "\n"
        yield f"{text[start:end]}\t{tag}\n"
        last = end
    yield "\n"
