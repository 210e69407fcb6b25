"""What the database is for: questions over many articles, each one SELECT."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kpu_nlp.writing.formats import open_writer

STORIES = 3

COORDINATION_IN_JUNE = """
SELECT DISTINCT officials.name, articles.id AS article
FROM directives
JOIN themes ON themes.key = directives.theme_key
JOIN officials ON officials.key = directives.speaker_key
JOIN articles ON articles.key = themes.article_key
LEFT JOIN events ON events.article_key = articles.key
WHERE themes.theme = 'coordination' AND coalesce(articles.published, events.starts) LIKE '2022-06-%'
ORDER BY officials.name, articles.id;
"""

WORD_FOR_WORD = """
SELECT articles.id AS article, quotes.text
FROM quotes
JOIN officials ON officials.key = quotes.speaker_key
JOIN articles ON articles.key = quotes.article_key
WHERE officials.name = 'Rina Wulandari'
ORDER BY articles.id, quotes.span_start;
"""

THEMES_OF_OFFICES = """
SELECT roles.organization, themes.theme, count(DISTINCT directives.key) AS directives
FROM directives
JOIN themes ON themes.key = directives.theme_key
JOIN roles ON roles.official_key = directives.speaker_key
WHERE roles.organization IS NOT NULL
GROUP BY roles.organization, themes.theme
ORDER BY directives DESC, roles.organization, themes.theme;
"""

GATHERINGS = """
SELECT regions.name AS region, substr(events.starts, 1, 7) AS month, count(*) AS events
FROM events
JOIN venues ON venues.key = events.venue_key
JOIN regions ON regions.code = venues.region_code
WHERE events.starts IS NOT NULL
GROUP BY region, month
ORDER BY region, month;
"""

POSTS = """
SELECT roles.title, officials.name, min(substr(events.starts, 1, 10)) AS first, max(substr(events.starts, 1, 10)) AS last
FROM roles
JOIN officials ON officials.key = roles.official_key
LEFT JOIN events ON events.article_key = officials.article_key
WHERE roles.organization = 'KPU Kota Batu'
GROUP BY roles.title, officials.name
ORDER BY roles.title, officials.name;
"""


README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def database(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The three stories alone, so that every answer is known."""
    path = tmp_path_factory.mktemp("database") / "r.sqlite"
    with open_writer("sqlite", path) as writer:
        for line in lines[:STORIES]:
            writer.write(line)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (COORDINATION_IN_JUNE, [("Rina Wulandari", "rakor")]),
        (
            WORD_FOR_WORD,
            [
                ("evaluasi", "Kita harus menjaga koordinasi dengan semua pihak,"),
                ("rakor", "Kita harus memperkuat koordinasi dengan Bawaslu,"),
            ],
        ),
        (THEMES_OF_OFFICES, [("KPU Kota Batu", "coordination", 2), ("KPU Kota Batu", "competency", 1)]),
        (GATHERINGS, [("Kota Batu", "2022-06", 2), ("Kota Batu", "2022-07", 1)]),
        (
            POSTS,
            [("Anggota", "Heru Santoso", "2022-06-20", "2022-06-20"), ("Ketua", "Rina Wulandari", "2022-06-15", "2022-07-12")],
        ),
    ],
    ids=["coordination", "word for word", "themes of offices", "gatherings", "posts"],
)
def test_a_question_is_one_select(database: sqlite3.Connection, query: str, answer: list[tuple[object, ...]]) -> None:
    assert database.execute(query).fetchall() == answer


def test_the_readme_s_questions_are_answered(database: sqlite3.Connection) -> None:
    shown = re.findall(r"```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(shown) == 5
    for query in shown:
        database.execute(query).fetchall()  # a table or column that is not there raises


@pytest.mark.parametrize("query", [COORDINATION_IN_JUNE, WORD_FOR_WORD, POSTS])
def test_a_question_about_one_name_reads_no_table_from_end_to_end(database: sqlite3.Connection, query: str) -> None:
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert not [step for step in plan if step.startswith("SCAN")], plan


def test_every_reference_has_an_index(database: sqlite3.Connection) -> None:
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    for table in tables:
        indexed = {
            database.execute(f"PRAGMA index_info({index[1]})").fetchone()[2]
            for index in database.execute(f"PRAGMA index_list({table})")
        }
        references = {row[3] for row in database.execute(f"PRAGMA foreign_key_list({table})")}
        assert references <= indexed, table
