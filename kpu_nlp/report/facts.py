"""What a report uses of an extraction: the contract without the article's text and without mentions."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-[0-3]\d")


class _Part(BaseModel):
    """Keys that a report does not use are passed over; those that it uses must be there."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ArticleFacts(_Part):
    """Of `kpu_nlp.schema.Article`."""

    id: str
    published: str | None


class EventFacts(_Part):
    """Of `kpu_nlp.schema.Event`."""

    name: str | None
    start: str | None
    venue: int | None


class RoleFacts(_Part):
    """Of `kpu_nlp.schema.Role`."""

    title: str
    organization: str | None


class OfficialFacts(_Part):
    """Of `kpu_nlp.schema.Official`."""

    id: str
    name: str
    roles: tuple[RoleFacts, ...]
    spoke: bool


class RegionFacts(_Part):
    """Of `kpu_nlp.schema.Region`."""

    code: str
    province: str


class VenueFacts(_Part):
    """Of `kpu_nlp.schema.Venue`."""

    region: RegionFacts | None


class SaidFacts(_Part):
    """Of `kpu_nlp.schema.Directive` and `kpu_nlp.schema.Quote`."""

    speaker: str | None


class ThemeFacts(_Part):
    """Of `kpu_nlp.schema.Theme`."""

    theme: str
    directives: tuple[SaidFacts, ...]


class ModelFacts(_Part):
    """Of `kpu_nlp.schema.ModelInfo`."""

    name: str
    version: str


class Facts(_Part):
    """Of `kpu_nlp.schema.Extraction`."""

    article: ArticleFacts
    event: EventFacts | None
    officials: tuple[OfficialFacts, ...]
    venues: tuple[VenueFacts, ...]
    themes: tuple[ThemeFacts, ...]
    quotes: tuple[SaidFacts, ...]
    model: ModelFacts

    @property
    def day(self) -> str | None:
        """The ISO date that the article counts under: of its publication, else of its event; None where neither is known."""
        event = self.event.start if self.event is not None else None
        for stamp in (self.article.published, event):
            if stamp is not None and _DAY.match(stamp):
                return stamp[:10]
        return None
