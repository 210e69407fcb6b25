"""The numbers on the page are those that SQL gives on the database of ``kpu-nlp bulk``, and the right ids are behind them."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.report.event_kinds import EVENT_KINDS, event_kind
from kpu_nlp.report.figures import MOST_IDS

DAY = "substr(coalesce(a.published, e.starts), 1, {})"
FROM = "FROM articles a LEFT JOIN events e ON e.article_key = a.key"


@pytest.fixture(scope="module")
def database(results: dict[str, Path]) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(results["sqlite"])) as connection:
        connection.create_function("kind", 1, event_kind)
        yield connection


def behind(database: sqlite3.Connection, query: str) -> dict[tuple[Any, ...], list[str]]:
    """Return the article ids of every group: a row of the query has the group's columns, then an article's key and id."""
    groups: defaultdict[tuple[Any, ...], dict[int, str]] = defaultdict(dict)
    for *group, key, name in database.execute(query):
        groups[tuple(group)][key] = name
    return {group: [ids[key] for key in sorted(ids)] for group, ids in groups.items()}


def check(found: dict[Any, Any], counts: dict[Any, int], ids: dict[Any, list[str]]) -> None:
    assert counts
    assert {key: number.count for key, number in found.items()} == counts
    for key, number in found.items():
        assert number.articles == len(ids[key]), key
        assert number.ids == ids[key][:MOST_IDS], key


def unit(page) -> int:
    return {"Year": 4, "Month": 7}[page.head("time")[0]]


def test_articles_and_themes_over_time(page, database: sqlite3.Connection) -> None:
    day = DAY.format(unit(page))
    query = f"SELECT coalesce({day}, 'no date'), {{}}, a.key, a.id {FROM} {{}}"
    ids = behind(database, query.format("'Articles'", ""))
    check(page.counts("time"), {key: len(found) for key, found in ids.items()}, ids)
    ids = behind(database, query.format("t.theme", "JOIN themes t ON t.article_key = a.key"))
    check(page.counts("themes"), {key: len(found) for key, found in ids.items()}, ids)


def test_periods_without_an_article_are_there_too(page) -> None:
    periods = [row[0][0] for row in page.rows("time") if row[0][0] != "no date"]
    assert unit(page) == 4
    assert periods == [str(year) for year in range(int(periods[0]), int(periods[-1]) + 1)]


def test_themes_by_office(page, database: sqlite3.Connection) -> None:
    source = """FROM directives d JOIN themes t ON t.key = d.theme_key JOIN articles a ON a.key = t.article_key
        JOIN roles r ON r.official_key = d.speaker_key WHERE r.organization IS NOT NULL"""
    counted = database.execute(f"SELECT r.organization, t.theme, count(DISTINCT d.key) {source} GROUP BY 1, 2").fetchall()
    totals = database.execute(f"SELECT r.organization, count(DISTINCT d.key) {source} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall()
    counts = {(row, column): count for row, column, count in counted} | {(row, "all"): count for row, count in totals}
    ids = behind(database, f"SELECT r.organization, t.theme, a.key, a.id {source}")
    ids |= behind(database, f"SELECT r.organization, 'all', a.key, a.id {source}")
    shown = [row for row, _ in totals][:25]
    assert [row[0][0] for row in page.rows("offices")] == shown
    check(page.counts("offices"), {key: count for key, count in counts.items() if key[0] in shown}, ids)
    note = page.section("offices").text_content()
    assert (f"{len(totals) - 25} more offices" in note) == (len(totals) > 25)


def test_themes_by_speaker(page, database: sqlite3.Connection) -> None:
    source = """FROM directives d JOIN themes t ON t.key = d.theme_key JOIN articles a ON a.key = t.article_key
        JOIN officials o ON o.key = d.speaker_key"""
    totals = database.execute(f"SELECT o.name, count(*) {source} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall()
    counted = database.execute(f"SELECT o.name, t.theme, count(*) {source} GROUP BY 1, 2").fetchall()
    counts = {(row, column): count for row, column, count in counted} | {(row, "all"): count for row, count in totals}
    ids = behind(database, f"SELECT o.name, t.theme, a.key, a.id {source}")
    ids |= behind(database, f"SELECT o.name, 'all', a.key, a.id {source}")
    shown = [row for row, _ in totals][:25]
    assert [row[0][0] for row in page.rows("speakers")] == shown
    check(page.counts("speakers"), {key: count for key, count in counts.items() if key[0] in shown}, ids)


def test_kinds_of_events(page, database: sqlite3.Connection) -> None:
    ids = behind(database, f"SELECT kind(e.name), 'Articles', a.key, a.id {FROM} WHERE e.name IS NOT NULL")
    check(page.counts("kinds"), {key: len(found) for key, found in ids.items()}, ids)


def test_who_speaks_with_whom(page, database: sqlite3.Connection) -> None:
    source = f"""{FROM} JOIN officials o ON o.article_key = a.key AND o.spoke
        JOIN officials p ON p.article_key = a.key AND p.spoke AND p.name > o.name"""
    totals = database.execute(
        f"SELECT o.name, p.name, count(DISTINCT a.key) {source} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 50"
    ).fetchall()
    kind = "CASE WHEN e.name IS NULL THEN 'no event named' ELSE kind(e.name) END"
    ids = behind(database, f"SELECT o.name, p.name, {kind}, a.key, a.id {source}")
    rows = page.rows("pairs")
    assert [(row[0][0], row[1][0], row[2][0].count) for row in rows] == totals
    for one, other, _, kinds in rows:
        found = {words.rstrip(":"): number for words, number in zip(kinds[::2], kinds[1::2], strict=True)}
        expected = {key[2]: listed for key, listed in ids.items() if key[:2] == (one[0], other[0])}
        check(found, {key: len(listed) for key, listed in expected.items()}, expected)


def test_officials_and_their_roles_over_the_years(page, database: sqlite3.Connection) -> None:
    index = database.execute(
        """SELECT name, count(DISTINCT article_key), count(DISTINCT CASE WHEN spoke THEN article_key END) FROM officials
        GROUP BY name ORDER BY 2 DESC, 1 LIMIT 200"""
    ).fetchall()
    rows = page.rows("officials")
    assert [(row[0][0], row[1][0].count, row[2][0].count) for row in rows] == index
    held = behind(
        database,
        f"""SELECT o.name, r.title || coalesce(', ' || r.organization, ''), coalesce({DAY.format(4)}, 'no date'), a.key, a.id
        {FROM} JOIN officials o ON o.article_key = a.key JOIN roles r ON r.official_key = o.key""",
    )
    seen = 0
    for name, _, _, roles in rows:
        role, found = "", {}
        for words, number in zip(roles[::2], roles[1::2], strict=False):
            if ": " in words:
                role = words.rpartition(": ")[0]
            found[role, words.rpartition(": ")[2]] = number
        if len({key[0] for key in found}) < 6 and found:
            expected = {key[1:]: ids for key, ids in held.items() if key[0] == name[0]}
            check(found, {key: len(ids) for key, ids in expected.items()}, expected)
            seen += 1
    assert seen > 20


def test_venues_by_province(page, database: sqlite3.Connection) -> None:
    source = "FROM venues v JOIN articles a ON a.key = v.article_key LEFT JOIN regions g ON g.code = v.region_code"
    province = "coalesce(g.province, 'region not known')"
    counted = database.execute(f"SELECT {province}, count(*) {source} GROUP BY 1").fetchall()
    ids = behind(database, f"SELECT {province}, 'Venues', a.key, a.id {source}")
    check(
        {key: number for key, number in page.counts("provinces").items() if key[1] == "Venues"},
        {(row, "Venues"): count for row, count in counted},
        ids,
    )
    numbers = [row[2][0].count for row in page.rows("provinces") if row[0][0] != "region not known"]
    assert numbers == sorted(numbers, reverse=True)
    assert all(
        row[1][0] == database.execute("SELECT substr(code, 1, 2) FROM regions WHERE province = ?", (row[0][0],)).fetchone()[0]
        for row in page.rows("provinces")
        if row[0][0] != "region not known"
    )


@pytest.mark.parametrize(
    ("what", "missing", "among"),
    [
        ("day of publication", "a.published IS NULL", "1"),
        ("any date (neither publication nor event)", "a.published IS NULL AND e.starts IS NULL", "1"),
        ("event", "e.key IS NULL", "1"),
        ("name of the event", "e.name IS NULL", "e.key IS NOT NULL"),
        ("date of the event", "e.starts IS NULL", "e.key IS NOT NULL"),
        ("venue of the event", "e.venue_key IS NULL", "e.key IS NOT NULL"),
        (
            "region of any venue",
            "a.key NOT IN (SELECT article_key FROM venues WHERE region_code IS NOT NULL)",
            "a.key IN (SELECT article_key FROM venues)",
        ),
        ("official", "a.key NOT IN (SELECT article_key FROM officials)", "1"),
        ("speaker", "a.key NOT IN (SELECT article_key FROM officials WHERE spoke)", "1"),
        ("directive", "a.key NOT IN (SELECT t.article_key FROM themes t JOIN directives d ON d.theme_key = t.key)", "1"),
        (
            "speaker of every directive",
            """a.key IN (SELECT t.article_key FROM themes t JOIN directives d ON d.theme_key = t.key
            WHERE d.speaker_key IS NULL)""",
            "a.key IN (SELECT t.article_key FROM themes t JOIN directives d ON d.theme_key = t.key)",
        ),
        (
            "speaker of every quotation",
            "a.key IN (SELECT article_key FROM quotes WHERE speaker_key IS NULL)",
            "a.key IN (SELECT article_key FROM quotes)",
        ),
    ],
)
def test_what_is_missing(page, database: sqlite3.Connection, what: str, missing: str, among: str) -> None:
    (row,) = [row for row in page.rows("coverage") if row[0][0] == what]
    whole = database.execute(f"SELECT count(*) {FROM} WHERE {among}").fetchone()[0]
    ids = [found for (found,) in database.execute(f"SELECT a.id {FROM} WHERE ({among}) AND ({missing}) ORDER BY a.key")]
    assert row[2] == [f"{whole:,}"]
    assert row[1][0].count == len(ids)
    assert row[1][0].ids == ids[:MOST_IDS]


def test_models(page, database: sqlite3.Connection) -> None:
    ids = behind(database, "SELECT model || ' ' || model_version, 'Articles', key, id FROM articles")
    check(page.counts("models"), {key: len(found) for key, found in ids.items()}, ids)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Rapat Koordinasi Data Pemilih", "coordination meeting (rapat koordinasi)"),
        ("RAKOR Logistik", "coordination meeting (rapat koordinasi)"),
        ("Rapat  Pleno Terbuka Rekapitulasi", "plenary meeting (rapat pleno)"),
        ("Rapat Persiapan Debat Publik", "other meeting (rapat)"),
        ("Bimbingan Teknis Evaluasi Dana Hibah", "training (bimbingan teknis)"),
        ("Webinar Evaluasi Pemilu", "discussion (diskusi)"),
        ("Lelang Eks Logistik", "other"),
        ("", "other"),
    ],
)
def test_the_first_words_of_a_name_tell_the_kind(name: str, kind: str) -> None:
    assert event_kind(name) == kind
    assert kind in EVENT_KINDS
