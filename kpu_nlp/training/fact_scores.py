"""Scores of extracted facts against the headers of annotated articles.

How two values are compared: white space is collapsed and case is ignored throughout, since headers and articles differ in both
for one and the same thing; dates and times are compared as the strings that the contract prints, a date by its first ten
characters. Two event names overlap when at least half of the words that stand in either stand in both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from kpu_nlp.annotation.facts import DocumentFacts
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.linking.sentences import split_sentences
from kpu_nlp.schema import Extraction
from kpu_nlp.training.scores import Count

OPEN_END = "open"
_DATE_LENGTH = len("2022-07-22")


@dataclass(slots=True)
class FactScores:
    """Scores over a set of articles.

    Attributes:
        found: counts of facts of which an article has many: officials (by name), roles (name, title, organisation), spoke (who
            had a statement attributed), themes (the set of an article), quotes (one that begins with the header's words).
        right: of facts that an article has one of, whether it is right, absence included: event, event_overlap (its name by
            overlap), theme_set (the whole set of an article's themes), date, time (date and time),
            end, venue (name, address and place), venue_name; and speaker, over the quotations that were found.
    """

    found: dict[str, Count] = field(default_factory=dict)
    right: dict[str, list[bool]] = field(default_factory=dict)

    def _count(self, fact: str, gold: Iterable[Hashable], found: Iterable[Hashable]) -> None:
        gold, found = set(gold), set(found)
        right = len(gold & found)
        self.found[fact] = self.found.get(fact, Count()) + Count(right, len(found), right, len(gold))

    def _judge(self, fact: str, answer: bool) -> None:
        self.right.setdefault(fact, []).append(answer)

    def add(self, gold: DocumentFacts, extraction: Extraction) -> None:
        """Score one article."""
        self._add_officials(gold, extraction)
        self._add_event(gold, extraction)
        found = {theme.theme for theme in extraction.themes}
        self._count("themes", gold.themes, found)
        self._judge("theme_set", set(gold.themes) == found)
        self._add_quotes(gold, extraction)

    def _add_officials(self, gold: DocumentFacts, extraction: Extraction) -> None:
        officials = extraction.officials
        self._count("officials", (_plain(o.name) for o in gold.officials), (_plain(o.name) for o in officials))
        self._count(
            "roles",
            ((_plain(o.name), _plain(r.title), _plain(r.organization)) for o in gold.officials for r in o.roles),
            ((_plain(o.name), _plain(r.title), _plain(r.organization)) for o in officials for r in o.roles),
        )
        self._count(
            "spoke", (_plain(o.name) for o in gold.officials if o.spoke), (_plain(o.name) for o in officials if o.spoke)
        )

    def _add_event(self, gold: DocumentFacts, extraction: Extraction) -> None:
        event = extraction.event
        start = (event.start if event else None) or ""
        end = (OPEN_END if event and event.open_end else event.end if event else None) or ""
        self._judge("event", _plain(gold.event) == _plain(event.name if event else None))
        self._judge("event_overlap", _overlap(_plain(gold.event), _plain(event.name if event else None)))
        self._judge("date", (gold.start or "")[:_DATE_LENGTH] == start[:_DATE_LENGTH])
        self._judge("time", (gold.start or "") == start)
        self._judge("end", (gold.end or "") == end)
        venue = extraction.venues[event.venue] if event and event.venue is not None else None
        expected = tuple(map(_plain, (gold.venue.name, gold.venue.address, gold.venue.place))) if gold.venue else ("", "", "")
        found = tuple(map(_plain, (venue.name, venue.address, venue.place))) if venue else ("", "", "")
        self._judge("venue", expected == found)
        self._judge("venue_name", expected[0] == found[0])

    def _add_quotes(self, gold: DocumentFacts, extraction: Extraction) -> None:
        names = {official.id: _plain(official.name) for official in extraction.officials}
        right = 0
        for quote in gold.quotes:
            same = next((q for q in extraction.quotes if _plain(q.text).startswith(_plain(quote.starts))), None)
            if same is not None:
                right += 1
                self._judge("speaker", (names[same.speaker] if same.speaker else "") == _plain(quote.speaker))
        count = Count(right, len(extraction.quotes), right, len(gold.quotes))
        self.found["quotes"] = self.found.get("quotes", Count()) + count


def score_facts(pairs: Iterable[tuple[DocumentFacts, Extraction]]) -> FactScores:
    """Score extractions against headers; an article whose header has no facts is left out."""
    scores = FactScores()
    for gold, extraction in pairs:
        if gold.complete:
            scores.add(gold, extraction)
    return scores


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def _overlap(one: str, other: str) -> bool:
    words, others = set(one.split()), set(other.split())
    return 2 * len(words & others) >= len(words | others)


def fact_counts(scores: FactScores) -> dict[str, Count]:
    """Return the counts of every fact; an answer that is right counts as one found and one wanted, so that F1 is the share."""
    shares = {name: Count(sum(answers), len(answers), sum(answers), len(answers)) for name, answers in scores.right.items()}
    return scores.found | shares


def directive_count(article: AnnotatedArticle, extraction: Extraction) -> Count:
    """Count the directives of an article, each a theme and the sentence that carries it, against its annotated theme spans."""
    starts = [start for start, _ in split_sentences(article.text)]
    themes = {theme.theme for theme in extraction.themes} | set(article.facts.themes)
    gold = {(span.label.lower(), bisect_right(starts, span.start)) for span in article.spans if span.label.lower() in themes}
    found = {
        (theme.theme, bisect_right(starts, span.start))
        for theme in extraction.themes
        for directive in theme.directives
        for span in directive.spans
    }
    right = len(gold & found)
    return Count(right, len(found), right, len(gold))
