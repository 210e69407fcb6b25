"""Extractions of real articles by the shipped model, and how they come back out of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.pipeline import extract_article, load
from kpu_nlp.reading import article_from_text
from kpu_nlp.writing.json_lines import to_json

# Three articles of the same office, of which two are from June 2022.
STORIES = {
    "rakor": (
        "KPU Kota Batu Gelar Rapat Koordinasi\n"
        "Batu - Ketua KPU Kota Batu, Rina Wulandari, memimpin Rapat Koordinasi Data Pemilih di Aula KPU Kota Batu, "
        "Rabu (15/6/2022) pukul 09.00 WIB.\n"
        "“Kita harus memperkuat koordinasi dengan Bawaslu,” ujar Rina.\n"
    ),
    "bimtek": (
        "KPU Kota Batu Gelar Bimbingan Teknis\n"
        "Batu - Anggota KPU Kota Batu, Heru Santoso, membuka Bimbingan Teknis Tata Kelola Logistik di Aula KPU Kota Batu, "
        "Senin (20/6/2022) pukul 09.00 WIB.\n"
        "“Kita harus meningkatkan kompetensi jajaran sekretariat,” ujar Heru.\n"
    ),
    "evaluasi": (
        "KPU Kota Batu Gelar Rapat Evaluasi\n"
        "Batu - Ketua KPU Kota Batu, Rina Wulandari, memimpin Rapat Evaluasi Logistik di Aula KPU Kota Batu, "
        "Selasa (12/7/2022) pukul 09.00 WIB.\n"
        "“Kita harus menjaga koordinasi dengan semua pihak,” ujar Rina.\n"
    ),
}


@pytest.fixture(scope="session")
def lines(shipped_model: Path, few_articles: Sequence[AnnotatedArticle]) -> list[str]:
    """The stories and three articles of the corpus, extracted: one line of JSON each."""
    nlp = load(shipped_model, device="cpu", threads=1)
    texts = {**STORIES, **{f"a{number}": article.text for number, article in enumerate(few_articles[::4][:3])}}
    articles = [article_from_text(text, id=name, source=f"arsip.jsonl:{name}") for name, text in texts.items()]
    return [to_json(extract_article(article, nlp=nlp), indent=False) for article in articles]


Row = dict[str, Any]


class _Tables:
    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.row_factory = sqlite3.Row

    def rows(self, table: str, column: str, key: int) -> list[Row]:
        found = self.connection.execute(f"SELECT * FROM {table} WHERE {column} = ? ORDER BY key", (key,))  # noqa: S608
        return [dict(row) for row in found]


@pytest.fixture(scope="session")
def read_back() -> Callable[[Path], list[Row]]:
    """A function that reads the extractions back out of the tables of SQLite, so that a test can tell that nothing is lost."""
    return _read_back


def _read_back(path: Path) -> list[Row]:
    """Return every extraction, as the JSON contract has it; the file must pass SQLite's own checks."""
    tables = _Tables(path)
    with closing(tables.connection) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        articles = [dict(row) for row in connection.execute("SELECT * FROM articles ORDER BY key")]
        return [_extraction(tables, article) for article in articles]


def _extraction(tables: _Tables, article: Row) -> Row:
    key = article.pop("key")
    version, name, model = (article.pop(column) for column in ("schema_version", "model", "model_version"))
    venues = tables.rows("venues", "article_key", key)
    officials = tables.rows("officials", "article_key", key)
    speakers = {official["key"]: official["id"] for official in officials}
    names = tables.rows("names", "article_key", key)
    return {
        "schema_version": version,
        "article": article,
        "event": _event(tables, key, [venue["key"] for venue in venues]),
        "officials": [_official(tables, official) for official in officials],
        "venues": [_venue(tables, venue) for venue in venues],
        "times": [_time(time) for time in tables.rows("times", "article_key", key)],
        "themes": [_theme(tables, theme, speakers) for theme in tables.rows("themes", "article_key", key)],
        "quotes": [
            {**_span(quote), "speaker": speakers.get(quote["speaker_key"]), "cue": quote["cue"]}
            for quote in tables.rows("quotes", "article_key", key)
        ],
        **{
            f"{kind}s": [
                {"name": name["name"], "mentions": _spans(tables, "name_mentions", "name_key", name["key"])}
                for name in names
                if name["kind"] == kind
            ]
            for kind in ("organization", "place", "election", "regulation")
        },
        "entities": [
            {**_span(entity), "label": entity["label"], "score": entity["score"]}
            for entity in tables.rows("entities", "article_key", key)
        ],
        "model": {"name": name, "version": model},
        "warnings": [warning["text"] for warning in tables.rows("warnings", "article_key", key)],
    }


def _span(row: Row) -> Row:
    return {"start": row["span_start"], "end": row["span_end"], "text": row["text"]}


def _spans(tables: _Tables, table: str, column: str, key: int) -> list[Row]:
    return [_span(row) for row in tables.rows(table, column, key)]


def _event(tables: _Tables, article: int, venues: list[int]) -> Row | None:
    for row in tables.rows("events", "article_key", article):
        venue = row["venue_key"]
        return {
            "name": row["name"],
            "start": row["starts"],
            "end": row["ends"],
            "open_end": bool(row["open_end"]),
            "mode": row["mode"],
            "venue": None if venue is None else venues.index(venue),
        }
    return None


def _official(tables: _Tables, row: Row) -> Row:
    key = row["key"]
    return {
        "id": row["id"],
        "name": row["name"],
        "titles": [title["title"] for title in tables.rows("official_titles", "official_key", key)],
        "roles": [
            {column: role[column] for column in ("title", "organization", "text")}
            for role in tables.rows("roles", "official_key", key)
        ],
        "spoke": bool(row["spoke"]),
        "confidence": row["confidence"],
        "mentions": _spans(tables, "official_mentions", "official_key", key),
    }


def _venue(tables: _Tables, row: Row) -> Row:
    code = row["region_code"]
    region = tables.connection.execute("SELECT code, name, province FROM regions WHERE code = ?", (code,)).fetchone()
    return {
        **{column: row[column] for column in ("name", "address", "place")},
        "region": None if region is None else dict(region),
        "confidence": row["confidence"],
        "mentions": _spans(tables, "venue_mentions", "venue_key", row["key"]),
    }


def _time(row: Row) -> Row:
    span = {"start": row["span_start"], "end": row["span_end"], "text": row["span_text"]}
    known = {"text": row["text"], "start": row["starts"], "end": row["ends"], "open_end": bool(row["open_end"])}
    return {**known, "kind": row["kind"], "span": span}


def _theme(tables: _Tables, row: Row, speakers: dict[int, str]) -> Row:
    return {
        **{column: row[column] for column in ("theme", "label", "count", "salience")},
        "directives": [
            {
                **_span(directive),
                "speaker": speakers.get(directive["speaker_key"]),
                "spans": _spans(tables, "directive_spans", "directive_key", directive["key"]),
            }
            for directive in tables.rows("directives", "theme_key", row["key"])
        ],
    }
