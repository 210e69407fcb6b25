"""Agreement of two annotators of the same articles: scores per label, and every place where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.annotation.exporting import read_inline
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.errors import AnnotationError
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import OUTSIDE
from kpu_nlp.tagging.words import split_words


@dataclass(frozen=True, slots=True)
class SpanAgreement:
    """How many spans two annotators marked; the first one is the reference.

    Attributes:
        first, second: spans that each marked.
        both: spans that both marked, with the same start, end and label.
    """

    first: int
    second: int
    both: int

    @property
    def precision(self) -> float | None:
        """Share of the second annotator's spans that the first marked too; None where there are none."""
        return self.both / self.second if self.second else None

    @property
    def recall(self) -> float | None:
        """Share of the first annotator's spans that the second marked too; None where there are none."""
        return self.both / self.first if self.first else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two, the same whoever is the reference; None where neither marked a span."""
        total = self.first + self.second
        return 2 * self.both / total if total else None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A place where two annotators differ.

    Attributes:
        id: the article's id.
        line: the line of the first annotator's file, as `format_inline` writes it, counted from 1.
        kind: ``label`` (the same text under two labels), ``edges`` (spans of one label that overlap), ``label and edges``,
            ``only first`` or ``only second``.
        first, second: what each marked, as ``[text|LABEL]``; None where one marked nothing.
    """

    id: str
    line: int
    kind: str
    first: str | None
    second: str | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two annotators agree.

    Attributes:
        articles: how many articles both annotated.
        labels: per label that either used, those of the guidelines first.
        spans: all labels together.
        kappa: Cohen's kappa (1960) of the words' labels, where a word outside all spans has a label of its own; None where
            chance alone explains all, since each gave all words one and the same label.
        disagreements: every difference, by article and line.
        only_first, only_second: ids of articles that one annotator has and the other has not.
    """

    articles: int
    labels: dict[str, SpanAgreement]
    spans: SpanAgreement
    kappa: float | None
    disagreements: list[Disagreement]
    only_first: list[str]
    only_second: list[str]


def agreement(first: Path, second: Path) -> Agreement:
    """Compare the annotations of two folders, corpora or files; articles go together by id.

    Raises:
        AnnotationError: a path holds no article or one that cannot be read, the two share no article, or the texts of one
            differ.
    """
    ours, theirs = ({article.facts.id: article for article in read_inline([path])} for path in (first, second))
    shared = [article_id for article_id in ours if article_id in theirs]
    if not shared:
        raise AnnotationError(f"{first} and {second}: no article in common; articles go together by their ids")
    pairs = [(ours[article_id], theirs[article_id]) for article_id in shared]
    for one, other in pairs:
        _check_texts(one, other)
    labels = _by_label(pairs)
    return Agreement(
        articles=len(pairs),
        labels=labels,
        spans=SpanAgreement(
            sum(label.first for label in labels.values()),
            sum(label.second for label in labels.values()),
            sum(label.both for label in labels.values()),
        ),
        kappa=_kappa(pairs),
        disagreements=[found for one, other in pairs for found in _disagreements(one, other)],
        only_first=[article_id for article_id in ours if article_id not in theirs],
        only_second=[article_id for article_id in theirs if article_id not in ours],
    )


_Pairs = Sequence[tuple[AnnotatedArticle, AnnotatedArticle]]


def _check_texts(one: AnnotatedArticle, other: AnnotatedArticle) -> None:
    if one.text == other.text:
        return
    lines = zip(one.text.split("\n"), other.text.split("\n"), strict=False)
    line = next((number for number, (left, right) in enumerate(lines, start=1) if left != right), None)
    place = f"line {line} of the text" if line is not None else "its length"
    raise AnnotationError(f"{one.facts.id}: the two texts differ in {place}; agreement is of the same article annotated twice")


def _by_label(pairs: _Pairs) -> dict[str, SpanAgreement]:
    first, second, both = Counter[str](), Counter[str](), Counter[str]()
    for one, other in pairs:
        ours, theirs = set(one.spans), set(other.spans)
        for counter, spans in ((first, ours), (second, theirs), (both, ours & theirs)):
            counter.update(span.label for span in spans)
    used = first.keys() | second.keys()
    order = [label for label in LABEL_NAMES if label in used] + sorted(used - set(LABEL_NAMES))
    return {label: SpanAgreement(first[label], second[label], both[label]) for label in order}


def _kappa(pairs: _Pairs) -> float | None:
    counts: Counter[tuple[str, str]] = Counter()
    for one, other in pairs:
        words = split_words(one.text)
        counts.update(zip(_word_labels(words, one.spans), _word_labels(words, other.spans), strict=True))
    total = counts.total()
    first, second = Counter[str](), Counter[str]()
    for (ours, theirs), count in counts.items():
        first[ours] += count
        second[theirs] += count
    chance = sum(first[label] * second[label] for label in first)
    if chance == total * total:
        return None
    observed = sum(count for (ours, theirs), count in counts.items() if ours == theirs)
    return (observed * total - chance) / (total * total - chance)


def _word_labels(words: Sequence[tuple[int, int]], spans: Sequence[Span]) -> list[str]:
    """Return the label of each word: that of the span that it shares a character with."""
    labels = [OUTSIDE] * len(words)
    at = 0
    for span in spans:
        while at < len(words) and words[at][1] <= span.start:
            at += 1
        while at < len(words) and words[at][0] < span.end:
            labels[at] = span.label
            at += 1
    return labels


def _disagreements(one: AnnotatedArticle, other: AnnotatedArticle) -> list[Disagreement]:
    ours, theirs = (sorted(set(left.spans) - set(right.spans)) for left, right in ((one, other), (other, one)))
    found: list[tuple[int, str, Span | None, Span | None]] = []
    for span in ours:
        partner = _partner(span, theirs)
        if partner is not None:
            theirs.remove(partner)
        found.append((span.start, _kind(span, partner), span, partner))
    found += [(span.start, "only second", None, span) for span in theirs]
    return [
        Disagreement(one.facts.id, _line(one, start), kind, _marked(one.text, left), _marked(one.text, right))
        for start, kind, left, right in sorted(found, key=lambda entry: entry[0])
    ]


def _partner(span: Span, others: Iterable[Span]) -> Span | None:
    """Return the span that the other annotator marked in its place: the one that shares most of its text."""
    touching = [other for other in others if other.overlaps(span.start, span.end)]
    shared = {other: min(other.end, span.end) - max(other.start, span.start) for other in touching}
    return max(touching, key=lambda other: (shared[other], other.label == span.label), default=None)


def _kind(span: Span, partner: Span | None) -> str:
    if partner is None:
        return "only first"
    if (span.start, span.end) == (partner.start, partner.end):
        return "label"
    return "edges" if span.label == partner.label else "label and edges"


def _marked(text: str, span: Span | None) -> str | None:
    return None if span is None else f"[{span.of(text)}|{span.label}]"


def _line(article: AnnotatedArticle, offset: int) -> int:
    # The line ends before everything else are written as references, on the first line of the text.
    lead = len(article.text) - len(article.text.lstrip("\n"))
    return article.header.count("\n") + 3 + article.text.count("\n", lead, offset)
