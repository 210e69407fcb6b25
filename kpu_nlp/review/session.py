"""A review: articles in the order of the model's doubt, and what a person makes of them, saved with every change."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from spacy.language import Language

from kpu_nlp.annotation.check import Slip, check_content
from kpu_nlp.annotation.facts import DocumentFacts
from kpu_nlp.annotation.inline import HEADER, AnnotatedArticle, format_inline
from kpu_nlp.errors import AnnotationError, InputError, KpuNlpError
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.messages import shown
from kpu_nlp.pipeline import link_articles, tagger_of
from kpu_nlp.review.articles import InputArticle, parse_written
from kpu_nlp.review.folder import Progress, ReviewFolder, version_of
from kpu_nlp.review.prefill import facts_of
from kpu_nlp.schema import Article
from kpu_nlp.spans import Span

State = Literal["to do", "changed", "accepted"]


def _same_file(path: Path, source: str | None) -> bool:
    try:
        return path.samefile(source or "")
    except (OSError, ValueError):  # a record of a file, an address
        return False


class UnknownArticleError(KpuNlpError):
    """No article of the review has this id."""


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article in the list.

    Attributes:
        id: its id.
        title: its first line, or its id.
        state: ``to do`` while nobody has changed it, ``changed``, or ``accepted`` as it stands.
        uncertainty: how unsure the model is, in nats a word.
    """

    id: str
    title: str
    state: State
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Document:
    """An article as it stands now.

    Attributes:
        version: a digest of what its file holds, or would hold; a save names the version that it was made from.
        state: see `ListedArticle`.
        article: text, spans and facts. Spans that the model found, and nobody changed, have its score; others 1.0.
        slips: what `corpus check` says.
        first_line: line of the file on which the article's text begins.
    """

    version: str
    state: State
    article: AnnotatedArticle
    slips: tuple[Slip, ...]
    first_line: int


class StaleVersionError(KpuNlpError):
    """A save was made from a version that is no longer the last; nothing is written.

    Attributes:
        document: what stands now.
    """

    def __init__(self, document: Document) -> None:
        super().__init__("changed elsewhere in the meantime; this change was not saved")
        self.document = document


@dataclass(slots=True)
class _Entry:
    """An article of the review, with what the model says of it."""

    article: Article
    annotation: AnnotatedArticle | None
    found: tuple[Span, ...]
    uncertainty: float
    suggestion: AnnotatedArticle | None = None


class Session:
    """A review of articles. Every method can be called from any thread."""

    def __init__(
        self,
        articles: Sequence[InputArticle],
        folder: ReviewFolder,
        nlp: Language,
        *,
        tell: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> None:
        """Let the model read the articles that are not accepted yet.

        Args:
            articles: the articles; those that stand in the folder already are taken from there.
            folder: where they are written.
            nlp: the pipeline, see `kpu_nlp.pipeline.load`.
            tell: called with the number of articles that are read, and of all.

        Raises:
            AnnotationError: a file of the folder cannot be read as an annotated article.
            InputError: a file of the folder holds another text than the article of its id.
        """
        self._folder = folder
        self._nlp = nlp
        self._lock = threading.RLock()
        manifest = tagger_of(nlp).manifest
        self.model = f"{manifest.name} {manifest.version}"
        self.labels: tuple[str, ...] = tuple(dict.fromkeys((*manifest.labels, *LABEL_NAMES)))
        self.themes: dict[str, str] = dict(manifest.themes)
        for one in articles:
            self._check_file(one)
        entries = self._read(articles, tell)
        self._entries = {entry.article.id: entry for entry in sorted(entries, key=lambda entry: -entry.uncertainty)}
        folder.save_progress(*(name for name in self._entries if name in folder.progress))
        # What linking needs of tables is read with the first article, which takes seconds: before a page waits for it.
        self._document(next(iter(self._entries.values())))

    def _check_file(self, one: InputArticle) -> None:
        raw = self._folder.read(one.article.id)
        if raw is None:
            return
        path = shown(str(self._folder.file(one.article.id)))
        written = self._parse(one.article.id, raw)
        if written.text != one.article.text:
            raise InputError(
                f"{path}: there already, with another text than {shown(one.article.source or one.article.id)}; "
                "name another folder with --output"
            )
        if _same_file(self._folder.file(one.article.id), one.article.source):
            # The folder is reviewed in place: what stands there is not yet somebody's review.
            progress = self._folder.progress.setdefault(one.article.id, Progress())
            progress.first = progress.first or version_of(raw)

    def _read(self, articles: Sequence[InputArticle], tell: Callable[[int, int], None]) -> list[_Entry]:
        """Return the articles with what the model says of them; accepted ones are not read again."""
        tagger = tagger_of(self._nlp).tagger
        entries = [_Entry(one.article, one.annotation, (), 0.0) for one in articles]
        unread: list[_Entry] = []
        for entry in entries:
            known = self._folder.progress.get(entry.article.id)
            if known is not None and known.uncertainty is not None and self._state(entry.article.id) == "accepted":
                entry.uncertainty = known.uncertainty
            else:
                unread.append(entry)
        done = len(entries) - len(unread)
        read = tagger.tag_with_uncertainty(entry.article.text for entry in unread)
        for count, (entry, (spans, uncertainty)) in enumerate(zip(unread, read, strict=True), start=done + 1):
            entry.found, entry.uncertainty = tuple(spans), uncertainty
            self._folder.progress.setdefault(entry.article.id, Progress()).uncertainty = round(uncertainty, 6)
            tell(count, len(entries))
        return entries

    def listed(self) -> list[ListedArticle]:
        """Return all articles, the one first of which the model is least sure."""
        with self._lock:
            return [
                ListedArticle(article_id, entry.article.title or article_id, self._state(article_id), entry.uncertainty)
                for article_id, entry in self._entries.items()
            ]

    def open(self, article_id: str) -> Document:
        """Return an article as it stands: from the folder where it is there, else as it came, or as the model marks it.

        Raises:
            UnknownArticleError: no article has this id.
            AnnotationError, InputError: its file cannot be read.
        """
        with self._lock:
            return self._document(self._entry(article_id))

    def save(self, article_id: str, version: str, spans: Iterable[Span], facts: DocumentFacts) -> Document:
        """Write an article with other spans and facts.

        Args:
            article_id: its id.
            version: of the document that was changed.
            spans: all spans, in any order.
            facts: all facts; the id is the article's.

        Raises:
            StaleVersionError: the article has another version by now; nothing is written.
            AnnotationError: the spans or facts cannot be written, or a label is unknown.
            UnknownArticleError, InputError: as `open`; or it cannot be written.
        """
        with self._lock:
            entry = self._entry(article_id)
            before = self._fresh(entry, version)
            marked = tuple(sorted(replace(span, score=1.0) for span in spans))
            known = {*self.labels, *(span.label for span in before.article.spans)}
            for span in marked:
                if span.label not in known:
                    raise AnnotationError(f"unknown label {shown(span.label)!r}; the model has {', '.join(self.labels)}")
            after = AnnotatedArticle(before.article.header, replace(facts, id=article_id), entry.article.text, marked)
            self._folder.write(article_id, format_inline(after))
            return self._document(entry)

    def accept(self, article_id: str, version: str, *, accepted: bool = True) -> Document:
        """Say that an article is right as it stands, or take that back; one that nobody changed is written then.

        Raises:
            StaleVersionError, UnknownArticleError, AnnotationError, InputError: as `save`.
        """
        with self._lock:
            entry = self._entry(article_id)
            before = self._fresh(entry, version)
            progress = self._folder.progress.setdefault(article_id, Progress())
            progress.accepted = None
            if accepted:
                content = format_inline(before.article)
                if version_of(content.encode()) != version or self._folder.read(article_id) is None:
                    self._folder.write(article_id, content)
                progress.accepted = version_of(content.encode())
            self._folder.save_progress(article_id)
            return self._document(entry)

    def link(self, article_id: str, spans: Iterable[Span]) -> DocumentFacts:
        """Return the facts that follow from spans; nothing is saved.

        Raises:
            UnknownArticleError: no article has this id.
        """
        entry = self._entry(article_id)
        (extraction,) = link_articles([(entry.article, tuple(sorted(spans)))], nlp=self._nlp)
        return facts_of(extraction)

    def text(self, article_id: str) -> str:
        """Return an article's text, which never changes.

        Raises:
            UnknownArticleError: no article has this id.
        """
        return self._entry(article_id).article.text

    def _entry(self, article_id: str) -> _Entry:
        try:
            return self._entries[article_id]
        except KeyError:
            raise UnknownArticleError(f"no article {shown(article_id)!r} in this review") from None

    def _fresh(self, entry: _Entry, version: str) -> Document:
        document = self._document(entry)
        if not secrets.compare_digest(document.version.encode(), version.encode()):
            raise StaleVersionError(document)
        return document

    def _document(self, entry: _Entry) -> Document:
        article_id = entry.article.id
        raw = self._folder.read(article_id)
        written = self._suggestion(entry) if raw is None else self._parse(article_id, raw)
        content = format_inline(written).encode() if raw is None else raw
        if not written.facts.complete:  # a header with an id alone
            written = replace(written, facts=self.link(article_id, written.spans))
        scores = {(span.start, span.end, span.label): span.score for span in entry.found}
        spans = tuple(replace(span, score=scores.get((span.start, span.end, span.label), 1.0)) for span in written.spans)
        checked = check_content(self._folder.file(article_id), content, labels=self.labels)
        header = HEADER.match(content.decode().removeprefix("\ufeff").replace("\r\n", "\n"))
        return Document(
            version=version_of(content),
            state=self._state(article_id),
            article=replace(written, spans=spans),
            slips=checked.slips,
            first_line=header.group().count("\n") + 1 if header else 1,
        )

    def _parse(self, article_id: str, raw: bytes) -> AnnotatedArticle:
        try:
            return parse_written(raw.decode("utf-8"))
        except (AnnotationError, UnicodeDecodeError) as error:
            raise AnnotationError(f"{shown(str(self._folder.file(article_id)))}: {error}; mend it or move it away") from error

    def _suggestion(self, entry: _Entry) -> AnnotatedArticle:
        """Return what a reviewer starts from: the article's own spans and facts, else the model's."""
        if entry.suggestion is None:
            given = entry.annotation
            spans = entry.found if given is None else given.spans
            if given is not None and given.facts.complete:
                entry.suggestion = given
            else:
                facts = self.link(entry.article.id, spans)
                entry.suggestion = AnnotatedArticle("", facts, entry.article.text, spans)
        return entry.suggestion

    def _state(self, article_id: str) -> State:
        raw = self._folder.read(article_id)
        if raw is None:
            return "to do"
        version = version_of(raw)
        known = self._folder.progress.get(article_id, Progress())
        if version == known.accepted:
            return "accepted"
        return "to do" if version == known.first else "changed"
