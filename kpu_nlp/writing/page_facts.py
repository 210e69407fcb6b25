"""The facts of an extraction as the cards of a page, each with the stretches of text that it stands on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Literal

from kpu_nlp.schema import Directive, Event, Extraction, Mention, Named, Official, Quote, Theme, Time, Venue
from kpu_nlp.writing.readable import readable_region, readable_role, readable_span, readable_venue

# A span below this is marked as doubtful. Of the 1685 spans of kpu-ner 1.1.0 on the dev articles, 76 are below it, and 26 of
# those (34 %) are right; of those above it, 1542 (96 %). Below 0.8 there are 59 with 19 right: 10 more wrong ones would pass.
LOW_CONFIDENCE = 0.9

UNKNOWN = "unknown"
NOT_FOUND = "not found"

Layer = Literal["entity", "theme", "directive", "quote"]
Stretch = tuple[int, int, Layer]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a card: what it tells, the words, and the card that they refer to."""

    term: str
    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A card.

    Attributes:
        id: unique on the page.
        kind: in words, for a reader of a mention: ``official``, ``venue`` ...
        name: the card's heading.
        stretches: the parts of the text that it stands on, in text order, each once; offsets, end exclusive, and the layer.
        rows: what else is known.
        notes: short remarks (``spoke``).
        confidence: 0 to 1; the contract's own, else the highest score among its spans; None where no span tells.
    """

    id: str
    kind: str
    name: str
    stretches: tuple[Stretch, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    confidence: float | None = None

    @property
    def low(self) -> bool:
        """Whether the model is unsure of it."""
        return self.confidence is not None and self.confidence < LOW_CONFIDENCE


@dataclass(frozen=True, slots=True)
class Group:
    """Cards of one kind under a heading, with a remark on all of them."""

    id: str
    heading: str
    facts: tuple[Fact, ...]
    note: str = ""


def build_groups(extraction: Extraction) -> list[Group]:
    """Return the cards of an extraction in the order of the page; kinds without a fact are left out."""
    return [group for group in _Cards(extraction).groups() if group.facts]


class _Cards:
    """Makes the cards; keeps what they look up in one another."""

    def __init__(self, extraction: Extraction) -> None:
        self._extraction = extraction
        # The ids of a foreign file may be anything, and may stand there twice; those of the page are its own.
        self._speakers: dict[str, Row] = {}
        for number, official in enumerate(extraction.officials, start=1):
            self._speakers.setdefault(official.id, Row("speaker", official.name, f"official-{number}"))
        self._scores: defaultdict[tuple[int, int], float] = defaultdict(float)
        for entity in extraction.entities:
            span = entity.start, entity.end
            self._scores[span] = max(self._scores[span], entity.score)

    def groups(self) -> Iterator[Group]:
        found = self._extraction
        if found.event is not None:
            yield Group("event", "Event", (self._event(found.event),))
        yield Group("officials", "Officials", tuple(starmap(self._official, enumerate(found.officials))))
        yield Group("venues", "Venues", tuple(self._venue(number, venue) for number, venue in enumerate(found.venues)))
        yield Group("times", "Times", tuple(self._time(number, time) for number, time in enumerate(found.times)))
        for number, theme in enumerate(found.themes):
            yield self._theme(number, theme)
        yield Group("quotes", "Quotations", tuple(self._quote(number, quote) for number, quote in enumerate(found.quotes)))
        yield self._named("organization", "Organizations", found.organizations)
        yield self._named("place", "Places", found.places)
        yield self._named("election", "Elections", found.elections)
        yield self._named("regulation", "Regulations", found.regulations)

    def _event(self, event: Event) -> Fact:
        found = self._extraction
        name = _words(event.name)
        # The contract gives a gathering no mentions of its own: they are those of its name, its venue and its time.
        called = [entity for entity in found.entities if entity.label == "EVENT" and name and _words(entity.text) == name]
        held = event.venue if event.venue is not None and 0 <= event.venue < len(found.venues) else None
        days = {stamp[:10] for stamp in (event.start, event.end) if stamp}
        times = [time.span for time in found.times if time.start and time.start in {event.start, event.end, *days}]
        rows = [Row("time", readable_span(event.start, event.end, open_end=event.open_end) or NOT_FOUND)]
        if held is None:
            rows.append(Row("venue", NOT_FOUND))
        else:
            rows.append(Row("venue", readable_venue(found.venues[held]) or NOT_FOUND, f"venue-{held + 1}"))
        if event.mode is not None:
            rows.append(Row("held", event.mode))
        venue = found.venues[held].mentions if held is not None else ()
        return Fact(
            "event-1",
            "event",
            name or "Event without a name",
            _stretches((*called, *times, *venue), "entity"),
            tuple(rows),
            confidence=self._confidence(called),
        )

    def _official(self, number: int, official: Official) -> Fact:
        rows = [Row("role", readable_role(role)) for role in official.roles]
        if official.titles:
            rows.append(Row("titles", ", ".join(official.titles)))
        return Fact(
            f"official-{number + 1}",
            "official",
            official.name,
            _stretches(official.mentions, "entity"),
            tuple(rows),
            ("spoke",) if official.spoke else (),
            official.confidence,
        )

    def _venue(self, number: int, venue: Venue) -> Fact:
        parts = (("address", venue.address), ("place", venue.place))
        rows = [Row(term, text) for term, text in parts if text and text != _venue_name(venue)]
        rows.append(Row("region", readable_region(venue.region) if venue.region else UNKNOWN))
        return Fact(
            f"venue-{number + 1}",
            "venue",
            _venue_name(venue),
            _stretches(venue.mentions, "entity"),
            tuple(rows),
            confidence=venue.confidence,
        )

    def _time(self, number: int, time: Time) -> Fact:
        meaning = readable_span(time.start, time.end, open_end=time.open_end) or "date unknown"
        return Fact(
            f"time-{number + 1}",
            "time",
            time.text,
            _stretches((time.span,), "entity"),
            (Row("means", meaning),),
            confidence=self._confidence((time.span,)),
        )

    def _theme(self, number: int, theme: Theme) -> Group:
        facts = tuple(self._directive(f"theme-{number + 1}", place, theme, one) for place, one in enumerate(theme.directives))
        spans = "span" if theme.count == 1 else "spans"
        return Group(
            f"theme-{number + 1}",
            f"Directives: {theme.theme} ({theme.label})",
            facts,
            f"{theme.count} {spans}, {theme.salience:.0%} of all theme spans",
        )

    def _directive(self, group: str, number: int, theme: Theme, directive: Directive) -> Fact:
        whole = _stretches((directive,), "directive")
        words = _stretches(directive.spans, "theme")
        return Fact(
            f"{group}-{number + 1}",
            f"{theme.theme} directive",
            directive.text,
            tuple(sorted((*whole, *words))),
            (self._speaker(directive.speaker),),
            confidence=self._confidence(directive.spans),
        )

    def _quote(self, number: int, quote: Quote) -> Fact:
        rows = [self._speaker(quote.speaker)]
        if quote.cue:
            rows.append(Row("verb", quote.cue))
        return Fact(f"quote-{number + 1}", "quotation", f"“{quote.text}”", _stretches((quote,), "quote"), tuple(rows))

    def _speaker(self, key: str | None) -> Row:
        if key is None:
            return Row("speaker", UNKNOWN)
        return self._speakers.get(key, Row("speaker", key))

    def _named(self, kind: str, heading: str, names: Sequence[Named]) -> Group:
        facts = tuple(
            Fact(
                f"{kind}-{number + 1}",
                kind,
                one.name,
                _stretches(one.mentions, "entity"),
                confidence=self._confidence(one.mentions),
            )
            for number, one in enumerate(names)
        )
        return Group(f"{kind}s", heading, facts)

    def _confidence(self, mentions: Iterable[Mention]) -> float | None:
        scores = [self._scores[span] for span in {(m.start, m.end) for m in mentions} if span in self._scores]
        return max(scores, default=None)


def _stretches(mentions: Iterable[Mention], layer: Layer) -> tuple[Stretch, ...]:
    return tuple(sorted({(mention.start, mention.end, layer) for mention in mentions}))


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _venue_name(venue: Venue) -> str:
    return venue.name or venue.address or venue.place or NOT_FOUND
