"""What a set of new articles holds, and in words what it lacks for a model to learn from it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.tagging.words import split_words
from kpu_nlp.training.added import NewArticles

FEW_SPANS = 30
"""What a label needs at least, before a model can be expected to mark it well."""

UNMARKED = "no span"
_SHOWN = 5  # contradictions that are told one by one
_SHOWN_IDS = 3

# The word before, the words of the surface in lower case, and the word after.
Place = tuple[str, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Spans of one label: in the old training articles, in the new ones to train on, and in those held out."""

    label: str
    old: int
    new: int
    held_out: int


def count_labels(labels: Sequence[str], old: Sequence[AnnotatedArticle], new: NewArticles) -> list[LabelCounts]:
    """Return the number of spans of every label, in the order of the labels."""
    counts = [Counter(span.label for article in part for span in article.spans) for part in (old, new.train, new.held_out)]
    return [LabelCounts(label, *(count[label] for count in counts)) for label in labels]


def find_lacks(
    counts: Sequence[LabelCounts], old: Sequence[AnnotatedArticle], new: NewArticles, *, added_labels: Sequence[str]
) -> list[str]:
    """Return what the new articles lack, a sentence each.

    Args:
        counts: what `count_labels` gave.
        old: the old training articles.
        new: the new articles.
        added_labels: labels that the model has not known so far.
    """
    lacks: list[str] = []
    never = [row.label for row in counts if not row.new and row.label not in added_labels]
    if never:
        lacks.append(
            f"never marked in the new articles: {', '.join(never)}; where they do occur there, the model unlearns them: mark "
            "them too"
        )
    for row in counts:
        if row.label in added_labels and not row.new:
            where = " to train on (only in those held out)" if row.held_out else ""
            lacks.append(f"{row.label}: a new label without a span in the articles{where}, so that nothing can be learnt of it")
        elif row.new and row.old + row.new < FEW_SPANS:
            lacks.append(
                f"{row.label}: {row.new} spans to train on, and {row.old} old ones; below {FEW_SPANS} expect little of it"
            )
    if len(new.all) and not new.held_out:
        lacks.append(
            f"{len(new.all)} new articles are too few to hold any out: nothing will tell how good the model is on such"
        )
    lacks += _tell(find_contradictions(new.all, old))
    return lacks


def find_contradictions(new: Sequence[AnnotatedArticle], old: Sequence[AnnotatedArticle]) -> dict[Place, dict[str, list[str]]]:
    """Return what is annotated in two ways between the same two words, with new articles on one side at least.

    Returns:
        For each place the ids of the articles by label, or by `UNMARKED`.
    """
    sought = {place for article in new for place, _ in _marked(_Words(article))}
    lengths: dict[str, set[int]] = defaultdict(set)
    for _, surface, _ in sought:
        lengths[surface[0]].add(len(surface))
    found: dict[Place, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for article in (*new, *old):
        words = _Words(article)
        for place, label in (*_marked(words), *_unmarked(words, lengths)):
            if place in sought:
                found[place][label][article.facts.id] = None
    return {
        place: {label: list(ids) for label, ids in by_label.items()} for place, by_label in found.items() if len(by_label) > 1
    }


def _tell(contradictions: dict[Place, dict[str, list[str]]]) -> Iterator[str]:
    # Those that most articles are of two minds about first.
    order = sorted(contradictions.items(), key=lambda item: (-min(map(len, item[1].values())), item[0]))
    for (before, surface, after), by_label in order[:_SHOWN]:
        ways = " and ".join(f"{label} in {_ids(ids)}" for label, ids in sorted(by_label.items()))
        around = " ".join(filter(None, (before, f"[{' '.join(surface)}]", after)))
        yield f"annotated in two ways: '{around}' is {ways}"
    if len(order) > _SHOWN:
        yield f"annotated in two ways: {len(order) - _SHOWN} more"


def _ids(ids: Sequence[str]) -> str:
    more = len(ids) - _SHOWN_IDS
    return ", ".join(ids[:_SHOWN_IDS]) + (f" and {more} more" if more > 0 else "")


class _Words:
    """The words of an article in lower case, and which of them each span covers."""

    def __init__(self, article: AnnotatedArticle) -> None:
        ranges = split_words(article.text)
        self.texts = [article.text[start:end].lower() for start, end in ranges]
        self.is_marked = [False] * len(ranges)
        self.spans: list[tuple[int, int, str]] = []
        first = 0
        for span in article.spans:
            while first < len(ranges) and ranges[first][1] <= span.start:
                first += 1
            last = first
            while last < len(ranges) and ranges[last][0] < span.end:
                self.is_marked[last] = True
                last += 1
            if last > first:
                self.spans.append((first, last, span.label))
            first = last

    def place(self, first: int, last: int) -> Place:
        before = self.texts[first - 1] if first else ""
        after = self.texts[last] if last < len(self.texts) else ""
        return before, tuple(self.texts[first:last]), after


def _marked(words: _Words) -> Iterator[tuple[Place, str]]:
    """Yield the place and label of every span."""
    for first, last, label in words.spans:
        yield words.place(first, last), label


def _unmarked(words: _Words, lengths: Mapping[str, Collection[int]]) -> Iterator[tuple[Place, str]]:
    """Yield the places of runs of words that touch no span, of the lengths that are sought after their first word."""
    for first, text in enumerate(words.texts):
        for length in lengths.get(text, ()):
            last = first + length
            if last <= len(words.texts) and not any(words.is_marked[first:last]):
                yield words.place(first, last), UNMARKED
