"""Facts out of SQLite, put together of the tables of `kpu_nlp.writing.sqlite_tables` as these are read in order."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.report.facts import Facts
from kpu_nlp.report.results import facts_of

# Each starts with the article's key and comes in its order, which the indexes give without sorting.
_ARTICLES = "SELECT key, id, published, model, model_version FROM articles ORDER BY key"
# A report asks of an event's venue only whether there is one, so that any number stands for it.
_EVENTS = """
SELECT article_key, name, starts, CASE WHEN venue_key IS NULL THEN NULL ELSE 0 END FROM events ORDER BY article_key
"""
_OFFICIALS = "SELECT article_key, key, id, name, spoke FROM officials ORDER BY article_key, key"
_ROLES = """
SELECT o.article_key, o.key, r.title, r.organization FROM officials o JOIN roles r ON r.official_key = o.key
ORDER BY o.article_key, o.key, r.key
"""
_VENUES = """
SELECT v.article_key, g.code, g.province FROM venues v LEFT JOIN regions g ON g.code = v.region_code
ORDER BY v.article_key, v.key
"""
_THEMES = "SELECT article_key, key, theme FROM themes ORDER BY article_key, key"
_DIRECTIVES = """
SELECT t.article_key, t.key, o.id FROM themes t JOIN directives d ON d.theme_key = t.key
LEFT JOIN officials o ON o.key = d.speaker_key ORDER BY t.article_key, t.key, d.key
"""
_QUOTES = """
SELECT q.article_key, o.id FROM quotes q LEFT JOIN officials o ON o.key = q.speaker_key ORDER BY q.article_key, q.key
"""


class _Rows:
    """The rows of a query, given article by article."""

    def __init__(self, connection: sqlite3.Connection, query: str) -> None:
        self._cursor = connection.execute(query)
        self._next: tuple[Any, ...] | None = next(self._cursor, None)

    def of(self, key: int) -> Iterator[tuple[Any, ...]]:
        """Give the rows of an article without its key; articles must be asked for in order."""
        while self._next is not None and self._next[0] <= key:
            row, self._next = self._next, next(self._cursor, None)
            if row[0] == key:
                yield row[1:]


def iter_sqlite(path: Path) -> Iterator[Facts]:
    """Give the facts of every article of a database.

    Raises:
        InputError: it cannot be read, or has other tables than those of a bulk job.
    """
    name = shown(str(path))
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            yield from _iter_articles(connection, name)
    except sqlite3.Error as error:
        raise InputError(
            f"{name}: not a database as kpu-nlp bulk writes it ({shown(str(error))}); name its results, or run the job again"
        ) from error


def _iter_articles(connection: sqlite3.Connection, name: str) -> Iterator[Facts]:
    events, quotes, venues = (_Rows(connection, query) for query in (_EVENTS, _QUOTES, _VENUES))
    officials, roles = _Rows(connection, _OFFICIALS), _Rows(connection, _ROLES)
    themes, directives = _Rows(connection, _THEMES), _Rows(connection, _DIRECTIVES)
    for key, identifier, published, model, version in connection.execute(_ARTICLES):
        roles_of: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for official, title, organization in roles.of(key):
            roles_of[official].append({"title": title, "organization": organization})
        said: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for theme, speaker in directives.of(key):
            said[theme].append({"speaker": speaker})
        event = next(events.of(key), None)
        yield facts_of(
            {
                "article": {"id": identifier, "published": published},
                "event": None if event is None else dict(zip(("name", "start", "venue"), event, strict=True)),
                "officials": [
                    {"id": own, "name": called, "spoke": spoke, "roles": roles_of[official]}
                    for official, own, called, spoke in officials.of(key)
                ],
                "venues": [
                    {"region": None if code is None else {"code": code, "province": province}}
                    for code, province in venues.of(key)
                ],
                "themes": [{"theme": theme, "directives": said[number]} for number, theme in themes.of(key)],
                "quotes": [{"speaker": speaker} for (speaker,) in quotes.of(key)],
                "model": {"name": model, "version": version},
            },
            f"{name}: article {key}",
        )
