"""Extractions as an SQLite database of normalised tables, see `kpu_nlp.writing.sqlite_tables`."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.schema import Event, Extraction, Mention, Official, Theme, Venue
from kpu_nlp.writing.atomic import atomic_file
from kpu_nlp.writing.sqlite_tables import INDEXES, TABLES

# The file is a temporary one until it is whole: a journal would only cost time. Zeroed pages and a page size of our own keep
# its bytes from depending on anything but the rows. The cache counts in KiB.
_SETTINGS = """
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA secure_delete = ON;
PRAGMA cache_size = -16384;
PRAGMA foreign_keys = ON;
PRAGMA locking_mode = EXCLUSIVE;
"""

_Value = str | int | float | None


class _SqliteWriter:
    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path
        self._last: Counter[str] = Counter()
        self._regions: set[str] = set()
        with _told(path):
            connection.executescript(_SETTINGS + TABLES)
            connection.execute("BEGIN")

    def write(self, line: str) -> None:
        extraction = Extraction.model_validate_json(line)
        with _told(self._path):
            self._add_article(extraction)

    def close(self) -> None:
        with _told(self._path):
            self._connection.execute("COMMIT")
            self._connection.executescript(INDEXES)

    def _add_article(self, extraction: Extraction) -> None:
        article, model = extraction.article, extraction.model
        key = self._insert(
            "articles",
            **article.model_dump(),
            schema_version=extraction.schema_version,
            model=model.name,
            model_version=model.version,
        )
        for warning in extraction.warnings:
            self._insert("warnings", article_key=key, text=warning)
        for entity in extraction.entities:
            self._insert("entities", article_key=key, label=entity.label, score=entity.score, **_span(entity))
        venues = [self._add_venue(key, venue) for venue in extraction.venues]
        if extraction.event is not None:
            self._add_event(key, extraction.event, venues)
        for time in extraction.times:
            self._insert(
                "times",
                article_key=key,
                kind=time.kind,
                text=time.text,
                starts=time.start,
                ends=time.end,
                open_end=time.open_end,
                span_start=time.span.start,
                span_end=time.span.end,
                span_text=time.span.text,
            )
        speakers = {official.id: self._add_official(key, official) for official in extraction.officials}
        for theme in extraction.themes:
            self._add_theme(key, theme, speakers)
        for quote in extraction.quotes:
            speaker = speakers.get(quote.speaker or "")
            self._insert("quotes", article_key=key, speaker_key=speaker, cue=quote.cue, **_span(quote))
        self._add_names(key, extraction)

    def _add_event(self, article: int, event: Event, venues: list[int]) -> None:
        self._insert(
            "events",
            article_key=article,
            name=event.name,
            starts=event.start,
            ends=event.end,
            open_end=event.open_end,
            mode=event.mode,
            venue_key=None if event.venue is None else venues[event.venue],
        )

    def _add_venue(self, article: int, venue: Venue) -> int:
        region = venue.region
        if region is not None and region.code not in self._regions:
            self._regions.add(region.code)
            self._connection.execute("INSERT INTO regions VALUES (?, ?, ?)", (region.code, region.name, region.province))
        key = self._insert(
            "venues",
            article_key=article,
            name=venue.name,
            address=venue.address,
            place=venue.place,
            region_code=None if region is None else region.code,
            confidence=venue.confidence,
        )
        for mention in venue.mentions:
            self._insert("venue_mentions", venue_key=key, **_span(mention))
        return key

    def _add_official(self, article: int, official: Official) -> int:
        key = self._insert(
            "officials",
            article_key=article,
            id=official.id,
            name=official.name,
            spoke=official.spoke,
            confidence=official.confidence,
        )
        for title in official.titles:
            self._insert("official_titles", official_key=key, title=title)
        for role in official.roles:
            self._insert("roles", official_key=key, **role.model_dump())
        for mention in official.mentions:
            self._insert("official_mentions", official_key=key, **_span(mention))
        return key

    def _add_theme(self, article: int, theme: Theme, speakers: Mapping[str, int]) -> None:
        key = self._insert(
            "themes", article_key=article, theme=theme.theme, label=theme.label, count=theme.count, salience=theme.salience
        )
        for directive in theme.directives:
            speaker = speakers.get(directive.speaker or "")
            directive_key = self._insert("directives", theme_key=key, speaker_key=speaker, **_span(directive))
            for span in directive.spans:
                self._insert("directive_spans", directive_key=directive_key, **_span(span))

    def _add_names(self, article: int, extraction: Extraction) -> None:
        kinds = {
            "organization": extraction.organizations,
            "place": extraction.places,
            "election": extraction.elections,
            "regulation": extraction.regulations,
        }
        for kind, names in kinds.items():
            for name in names:
                key = self._insert("names", article_key=article, kind=kind, name=name.name)
                for mention in name.mentions:
                    self._insert("name_mentions", name_key=key, **_span(mention))

    def _insert(self, table: str, **values: _Value) -> int:
        """Insert a row and return its key, the next number of the table."""
        self._last[table] += 1
        key = self._last[table]
        # The names are this module's own; the values are bound.
        statement = f"INSERT INTO {table} (key, {', '.join(values)}) VALUES (?{', ?' * len(values)})"  # noqa: S608
        self._connection.execute(statement, (key, *values.values()))
        return key


@contextmanager
def sqlite_file(path: Path) -> Iterator[_SqliteWriter]:
    """Open a database for writing, see `kpu_nlp.writing.formats.open_writer`."""
    with atomic_file(path) as temporary, closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
        writer = _SqliteWriter(connection, path)
        yield writer
        writer.close()


def _span(mention: Mention) -> dict[str, _Value]:
    return {"text": mention.text, "span_start": mention.start, "span_end": mention.end}


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:  # a full disk, a file too large
        raise InputError(f"{shown(str(path))}: cannot be written ({error}); name another place") from error
