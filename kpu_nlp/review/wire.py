"""What goes between the page and the session: JSON, in which offsets count UTF-16 code units, as those of a browser do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from kpu_nlp.annotation.facts import DocumentFacts, OfficialFact, QuoteFact, VenueFact, parse_role
from kpu_nlp.annotation.offsets import from_unit, span_offsets
from kpu_nlp.errors import AnnotationError
from kpu_nlp.labels import LABELS
from kpu_nlp.review.session import Document, ListedArticle, Session
from kpu_nlp.spans import Span

_SCORE_DIGITS = 4

Line = Annotated[str, Field(max_length=10_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class MarkedSpan(_Strict):
    """A span; ``start`` and ``end`` count UTF-16 code units."""

    start: int
    end: int
    label: Line


class VenueForm(_Strict):
    """The three parts of a venue; an empty one is not told."""

    name: Line = ""
    address: Line = ""
    place: Line = ""


class OfficialForm(_Strict):
    """A person; each role as the header writes it, ``title @ organisation``."""

    name: Line
    roles: list[Line] = []
    spoke: bool = False


class QuoteForm(_Strict):
    """The first words of a quotation and who said it; an empty speaker is not told."""

    starts: Line
    speaker: Line = ""


class FactsForm(_Strict):
    """The facts as the page's form holds them; an empty field is not told."""

    published: Line = ""
    event: Line = ""
    start: Line = ""
    end: Line = ""
    venue: VenueForm = VenueForm()
    officials: list[OfficialForm] = []
    themes: list[Line] = []
    quotes: list[QuoteForm] = []


class SaveRequest(_Strict):
    """A changed article, and the version that it was made from."""

    version: Line
    spans: list[MarkedSpan]
    facts: FactsForm


class AcceptRequest(_Strict):
    """An article that is accepted, or no longer."""

    version: Line
    accepted: bool


class LinkRequest(_Strict):
    """Spans of which the facts are asked."""

    spans: list[MarkedSpan]


def spans_to_units(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return start and end of every span in UTF-16 code units; the inverse of `spans_from_units`."""
    return span_offsets(text, spans, "utf-16")


def spans_from_units(text: str, marked: Sequence[MarkedSpan]) -> list[Span]:
    """Return spans with offsets of code points.

    Raises:
        AnnotationError: an offset lies outside the text or inside a character.
    """
    offsets = from_unit(text, [offset for one in marked for offset in (one.start, one.end)], "utf-16")
    spans: list[Span] = []
    for one, start, end in zip(marked, offsets[::2], offsets[1::2], strict=True):
        if start is None or end is None:
            raise AnnotationError(f"span {one.start}-{one.end} ({one.label}) lies outside the text or inside a character")
        spans.append(Span(start, end, one.label))
    return spans


def facts_to_form(facts: DocumentFacts) -> FactsForm:
    """Return facts as the page's form shows them; the inverse of `facts_from_form`."""
    venue = facts.venue or VenueFact()
    return FactsForm(
        published=facts.published or "",
        event=facts.event or "",
        start=facts.start or "",
        end=facts.end or "",
        venue=VenueForm(name=venue.name or "", address=venue.address or "", place=venue.place or ""),
        officials=[
            OfficialForm(name=one.name, roles=[str(role) for role in one.roles], spoke=one.spoke) for one in facts.officials
        ],
        themes=list(facts.themes),
        quotes=[QuoteForm(starts=one.starts, speaker=one.speaker or "") for one in facts.quotes],
    )


def facts_from_form(article_id: str, form: FactsForm) -> DocumentFacts:
    """Return the facts that a form says; spaces around a value are no part of it, nor are rows without one.

    Raises:
        AnnotationError: a part of the venue holds the bar that parts them in the header.
    """
    parts = [_line(part) for part in (form.venue.name, form.venue.address, form.venue.place)]
    if any("|" in part for part in parts if part is not None):
        raise AnnotationError("venue: '|' cannot stand in a name, address or place; write it in another way")
    return DocumentFacts(
        id=article_id,
        published=_line(form.published),
        event=_line(form.event),
        start=_line(form.start),
        end=_line(form.end),
        venue=VenueFact(*parts) if any(parts) else None,
        officials=tuple(
            OfficialFact(name, tuple(parse_role(role) for line in one.roles if (role := _line(line))), one.spoke)
            for one in form.officials
            if (name := _line(one.name))
        ),
        themes=tuple(theme for one in form.themes if (theme := _line(one))),
        # Its spaces are those of the article, in which it has to be found.
        quotes=tuple(QuoteFact(one.starts.strip(), _line(one.speaker)) for one in form.quotes if one.starts.strip()),
    )


def _line(written: str) -> str | None:
    return " ".join(written.split()) or None


def document_json(document: Document) -> dict[str, Any]:
    """Return a document as the page takes it."""
    text, spans = document.article.text, document.article.spans
    return {
        "id": document.article.facts.id,
        "version": document.version,
        "state": document.state,
        "text": text,
        "spans": [
            {"start": start, "end": end, "label": span.label, "score": round(span.score, _SCORE_DIGITS)}
            for span, (start, end) in zip(spans, spans_to_units(text, spans), strict=True)
        ],
        "facts": facts_to_form(document.article.facts).model_dump(),
        "slips": [
            {"message": slip.message, "line": line if (line := slip.line - document.first_line) >= 0 else None}
            for slip in document.slips
        ],
    }


def listed_json(articles: Iterable[ListedArticle]) -> list[dict[str, Any]]:
    """Return the list of articles as the page takes it."""
    return [
        {"id": one.id, "title": one.title, "state": one.state, "uncertainty": round(one.uncertainty, _SCORE_DIGITS)}
        for one in articles
    ]


def session_json(session: Session) -> dict[str, Any]:
    """Return what the page must know before it shows anything."""
    described = {label.name: label for label in LABELS}
    keys = label_keys(session.labels)
    return {
        "model": session.model,
        "labels": [
            {
                "name": name,
                "key": keys.get(name, ""),
                "theme": name in session.themes,
                "definition": described[name].definition if name in described else "",
            }
            for name in session.labels
        ],
        "articles": listed_json(session.listed()),
    }


def label_keys(labels: Iterable[str]) -> dict[str, str]:
    """Return a key for each label: the first letter of its name that no label before it has taken, else a digit.

    A label for which neither is left has none, and is chosen with the mouse.
    """
    taken: dict[str, str] = {}
    for name in labels:
        candidates = [*re.sub("[^a-z]", "", name.lower()), *"1234567890"]
        free = next((key for key in candidates if key not in taken.values()), None)
        if free is not None:
            taken[name] = free
    return taken
