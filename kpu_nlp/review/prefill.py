"""The facts that a reviewer starts from: those of an extraction, as the header of an annotated article writes them."""

from __future__ import annotations

import re

from kpu_nlp.annotation.facts import DocumentFacts, OfficialFact, QuoteFact, RoleFact, VenueFact
from kpu_nlp.schema import Extraction, Role, Venue

# The guidelines want three to six words.
_FIRST_WORDS = re.compile(r"\S+(?:[^\S\n]+\S+){0,4}")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


def facts_of(extraction: Extraction) -> DocumentFacts:
    """Return the facts of an extraction; what a header cannot hold, such as a clock time without its date, is left out."""
    event = extraction.event
    venue = extraction.venues[event.venue] if event is not None and event.venue is not None else None
    names = {official.id: _one_line(official.name) for official in extraction.officials}
    return DocumentFacts(
        id=extraction.article.id,
        published=extraction.article.published,
        event=_one_line(event.name) or None if event is not None and event.name else None,
        start=_dated(event.start) if event is not None else None,
        end=("open" if event.open_end else _dated(event.end)) if event is not None else None,
        venue=_venue(venue) if venue is not None else None,
        officials=tuple(
            OfficialFact(names[official.id], tuple(_role(role) for role in official.roles), official.spoke)
            for official in extraction.officials
        ),
        themes=tuple(theme.theme for theme in extraction.themes),
        quotes=tuple(
            QuoteFact(first.group(), names.get(quote.speaker) if quote.speaker is not None else None)
            for quote in extraction.quotes
            if (first := _FIRST_WORDS.search(quote.text)) is not None
        ),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _dated(instant: str | None) -> str | None:
    return instant if instant is not None and _DATED.match(instant) else None


def _role(role: Role) -> RoleFact:
    # The header parts title and organisation by " @ ".
    organization = _one_line(role.organization) if role.organization else None
    return RoleFact(_one_line(role.title).replace("@", "/"), organization or None)


def _venue(venue: Venue) -> VenueFact | None:
    # The header parts name, address and place by "|".
    parts = [_one_line(part).replace("|", "/") or None if part else None for part in (venue.name, venue.address, venue.place)]
    return VenueFact(*parts) if any(parts) else None
