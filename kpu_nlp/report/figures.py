"""What a report tells, counted; every figure with the ids of the first articles behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from kpu_nlp.report.store import Store

# Article ids that stand behind a figure, the first ones; a page of all would be larger than the results themselves.
MOST_IDS = 20
# Rows of the tables that have one for each name; the page tells how many there are.
MOST_OFFICES = 25
MOST_SPEAKERS = 25
MOST_PAIRS = 50
MOST_OFFICIALS = 200
MOST_ROLES = 6
# Beyond so many months, time is told in years.
_MOST_MONTHS = 36
# Gaps between periods are filled with noughts as long as there are no more than this; one wrong year may lie far off.
_MOST_PERIODS = 60

UNDATED = "no date"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number.

    Attributes:
        count: of articles, unless the table says of what.
        articles: how many articles are behind it.
        ids: of the first ones, `MOST_IDS` at most.
    """

    count: int = 0
    articles: int = 0
    ids: tuple[str, ...] = ()


NOTHING = Figure()

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Figures by row and column, with a total for each row.

    Attributes:
        rows: names of the rows, in order.
        columns: names of the columns, in order.
        cells: by row and column, both as in the lists; what is not there is nought.
        totals: by row.
        left_out: how many more rows there are.
    """

    rows: tuple[Any, ...]
    columns: tuple[str, ...]
    cells: dict[Key, Figure]
    totals: dict[Any, Figure]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A role of an official over the years: ``title``, ``organization`` (None where unknown), figures by year."""

    title: str
    organization: str | None
    years: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True)
class Person:
    """An official, as the index has them: in how many articles, in how many of these speaking, and in which roles."""

    name: str
    articles: Figure
    spoke: Figure
    roles: tuple[Held, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that could be missing: in how many articles it is, among how many that could have it."""

    what: str
    missing: Figure
    among: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a report tells; the numbers of `Grid` are articles, unless said otherwise.

    Attributes:
        articles: all of them.
        unit: ``month`` or ``year``.
        periods: articles (column ``articles``) and themes by period; articles without a date under `UNDATED`.
        offices: directives by the speaker's organisation and theme.
        speakers: directives by the speaker's name and theme.
        kinds: events by kind.
        pairs: two who both speak in an article (rows), by kind of event.
        officials: those named in most articles.
        more_officials: how many more there are.
        provinces: venues by the code of the province (``35``) and its name; the row None counts those without a region.
        coverage: what is missing.
        models: articles by the model's name and version.
    """

    articles: int
    unit: str
    periods: Grid
    offices: Grid
    speakers: Grid
    kinds: Grid
    pairs: Grid
    officials: tuple[Person, ...]
    more_officials: int
    provinces: Grid
    coverage: tuple[Lack, ...]
    models: Grid


# Every directive with its speaker's name, and with each organisation that the speaker holds a role in.
_SPOKEN = "SELECT o.name AS row, d.theme AS col, d.article, d.key FROM directives d JOIN officials o ON o.key = d.speaker"
_OFFICES = """
SELECT DISTINCT r.organization AS row, d.theme AS col, d.article, d.key
FROM directives d JOIN roles r ON r.official = d.speaker WHERE r.organization IS NOT NULL
"""
# A name that stands there twice in one article is one person to this report, as it is across articles.
_SPEAKING = "SELECT DISTINCT article, name FROM officials WHERE spoke"
_PAIRS = f"""
SELECT [a.name, b.name] AS row, coalesce(k.kind, 'no event named') AS col, a.article, 1 AS key
FROM ({_SPEAKING}) a JOIN ({_SPEAKING}) b ON a.article = b.article AND a.name < b.name JOIN articles k ON k.key = a.article
"""  # noqa: S608 - the queries here are made of this module's own words


def count_figures(store: Store) -> Figures:
    """Count what the store holds."""
    run = store.connection
    unit, length = _unit(run)
    period = f"coalesce(a.day[:{length}], '{UNDATED}')"
    themes = [
        name for (name,) in run.execute("SELECT theme FROM themes GROUP BY theme ORDER BY count(*) DESC, theme").fetchall()
    ]
    periods = _grid(
        run,
        f"""
        SELECT {period} AS row, 'articles' AS col, a.key AS article, 1 AS key FROM articles a UNION ALL
        SELECT DISTINCT {period}, t.theme, a.key, 1 FROM themes t JOIN articles a ON a.key = t.article
        """,  # noqa: S608
        columns=("articles", *(name for name in themes if name != "articles")),
    )
    people, more = _officials(run)
    return Figures(
        articles=store.articles,
        unit=unit,
        periods=Grid(_filled(periods.rows, unit), periods.columns, periods.cells, {}),
        offices=_grid(run, _OFFICES, columns=themes, most=MOST_OFFICES),
        speakers=_grid(run, _SPOKEN, columns=themes, most=MOST_SPEAKERS),
        kinds=_grid(
            run, "SELECT kind AS row, 'articles' AS col, key AS article, 1 AS key FROM articles WHERE kind IS NOT NULL"
        ),
        pairs=_grid(run, _PAIRS, most=MOST_PAIRS),
        officials=people,
        more_officials=more,
        provinces=_provinces(run),
        coverage=_coverage(run),
        models=_grid(run, "SELECT model AS row, 'articles' AS col, key AS article, 1 AS key FROM articles"),
    )


def _counted(run: duckdb.DuckDBPyConnection, groups: Sequence[str], rows: str) -> dict[Key, Figure]:
    """Count rows by groups.

    Args:
        run: the connection.
        groups: names of columns.
        rows: a query for these columns, ``article``, and ``key``, which tells one thing that is counted from another.
    """
    named = ", ".join(f'q."{group}"' for group in groups)
    answer = run.execute(
        f"""
        SELECT {named}, sum(q.n)::BIGINT, count(*), arg_min(a.id, a.key, {MOST_IDS})
        FROM (SELECT {named}, q.article, count(DISTINCT q.key) AS n FROM ({rows}) q GROUP BY ALL) q
        JOIN articles a ON a.key = q.article GROUP BY {named}
        """  # noqa: S608
    )
    width = len(groups)
    found: dict[Key, Figure] = {}
    while some := answer.fetchmany(1_000):
        for row in some:
            key = tuple(tuple(part) if isinstance(part, list) else part for part in row[:width])
            found[key] = Figure(row[width], row[width + 1], tuple(row[width + 2]))
    return found


def _grid(run: duckdb.DuckDBPyConnection, rows: str, *, columns: Sequence[str] | None = None, most: int | None = None) -> Grid:
    """Count rows with the columns ``row`` and ``col``; the largest rows first, equal ones by name, ``most`` of them."""
    run.execute(f"CREATE OR REPLACE TEMP TABLE counted AS {rows}")
    ranked = "SELECT row, count(DISTINCT (article, key)) AS n FROM counted GROUP BY row"
    limit = "" if most is None else f"LIMIT {most}"
    run.execute(f"CREATE OR REPLACE TEMP TABLE largest AS {ranked} ORDER BY n DESC, row {limit}")
    (all_rows,) = _one(run, "SELECT count(DISTINCT row) FROM counted")
    kept = "SELECT c.* FROM counted c JOIN largest l ON l.row = c.row"
    totals = {key[0]: figure for key, figure in _counted(run, ("row",), kept).items()}
    cells = _counted(run, ("row", "col"), kept)
    names = tuple(sorted(totals, key=lambda row: (-totals[row].count, row)))
    if columns is None:
        sums: dict[str, int] = {}
        for (_, column), figure in cells.items():
            sums[column] = sums.get(column, 0) + figure.count
        columns = sorted(sums, key=lambda column: (-sums[column], column))
    return Grid(names, tuple(columns), cells, totals, all_rows - len(names))


def _unit(run: duckdb.DuckDBPyConnection) -> tuple[str, int]:
    """Return the unit of time, and how many characters of an ISO date tell it."""
    first, last = _one(run, "SELECT min(day), max(day) FROM articles")
    if first is not None and _month_number(last) - _month_number(first) >= _MOST_MONTHS:
        return "year", 4
    return "month", 7


def _month_number(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7]) - 1


def _filled(periods: Sequence[str], unit: str) -> tuple[str, ...]:
    """Return the periods in order, those in between that have no article too, and `UNDATED` last."""
    dated = sorted(period for period in periods if period != UNDATED)
    undated = (UNDATED,) if UNDATED in periods else ()
    if not dated:
        return undated
    if unit == "month":
        numbers = range(_month_number(dated[0]), _month_number(dated[-1]) + 1)
        return (*(f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers), *undated)
    years = range(int(dated[0]), int(dated[-1]) + 1)
    return (*((f"{year:04}" for year in years) if len(years) <= _MOST_PERIODS else dated), *undated)


def _officials(run: duckdb.DuckDBPyConnection) -> tuple[tuple[Person, ...], int]:
    index = _grid(run, "SELECT name AS row, 'articles' AS col, article, 1 AS key FROM officials", most=MOST_OFFICIALS)
    listed = "(SELECT o.* FROM officials o JOIN largest l ON l.row = o.name) o"
    spoke = _counted(run, ("name",), f"SELECT o.name, o.article, 1 AS key FROM {listed} WHERE o.spoke")  # noqa: S608
    years = _counted(
        run,
        ("name", "title", "organization", "year"),
        f"""
        SELECT o.name, r.title, r.organization, coalesce(a.day[:4], '{UNDATED}') AS year, o.article, 1 AS key
        FROM {listed} JOIN roles r ON r.official = o.key JOIN articles a ON a.key = o.article
        """,  # noqa: S608
    )
    held: dict[str, dict[tuple[str, str | None], list[tuple[str, Figure]]]] = {}
    for (name, title, organization, year), figure in years.items():
        held.setdefault(name, {}).setdefault((title, organization), []).append((year, figure))
    people = []
    for name in index.rows:
        roles = [Held(*role, tuple(sorted(seen))) for role, seen in held.get(name, {}).items()]
        roles.sort(key=lambda role: (-sum(figure.count for _, figure in role.years), role.title, role.organization or ""))
        people.append(
            Person(
                name,
                index.totals[name],
                spoke.get((name,), NOTHING),
                tuple(roles[:MOST_ROLES]),
                max(0, len(roles) - MOST_ROLES),
            )
        )
    return tuple(people), index.left_out


def _provinces(run: duckdb.DuckDBPyConnection) -> Grid:
    """Count venues; the first two digits of an administrative code are the province's."""
    found = _counted(run, ("row",), "SELECT code[:2] AS row, article, row_number() OVER () AS key FROM venues")
    totals = {key[0]: figure for key, figure in found.items()}
    names = dict(
        run.execute("SELECT code[:2] AS row, min(province) FROM venues WHERE code IS NOT NULL GROUP BY row").fetchall()
    )
    rows = sorted((row for row in totals if row is not None), key=lambda row: (-totals[row].count, row))
    named = {row: (row, names[row]) for row in rows}
    unknown = (None,) if None in totals else ()
    return Grid(
        (*named.values(), *unknown),
        (),
        {},
        {None if row is None else named[row]: figure for row, figure in totals.items()},
    )


# What could be missing, the articles without it, and those that could have it.
_LACKS: tuple[tuple[str, str, str], ...] = (
    ("day of publication", "NOT published", "true"),
    ("any date (neither publication nor event)", "day IS NULL", "true"),
    ("event", "NOT event", "true"),
    ("name of the event", "kind IS NULL", "event"),
    ("date of the event", "NOT starts", "event"),
    ("venue of the event", "NOT venue", "event"),
    ("region of any venue", "region = 0", "venues > 0"),
    ("official", "officials = 0", "true"),
    ("speaker", "speaking = 0", "true"),
    ("directive", "directives = 0", "true"),
    ("speaker of every directive", "unsaid > 0", "directives > 0"),
    ("speaker of every quotation", "unquoted > 0", "quotes > 0"),
)
_PER_ARTICLE = """
CREATE OR REPLACE TEMP TABLE coverage AS
SELECT a.*, coalesce(o.n, 0) AS officials, coalesce(o.speaking, 0) AS speaking, coalesce(d.n, 0) AS directives,
  coalesce(d.unsaid, 0) AS unsaid, coalesce(q.n, 0) AS quotes, coalesce(q.unsaid, 0) AS unquoted, coalesce(v.n, 0) AS venues,
  coalesce(v.region, 0) AS region
FROM articles a
LEFT JOIN (SELECT article, count(*) AS n, count_if(spoke) AS speaking FROM officials GROUP BY article) o ON o.article = a.key
LEFT JOIN (SELECT article, count(*) AS n, count_if(speaker IS NULL) AS unsaid FROM directives GROUP BY article) d
  ON d.article = a.key
LEFT JOIN (SELECT article, count(*) AS n, count_if(speaker IS NULL) AS unsaid FROM quotes GROUP BY article) q
  ON q.article = a.key
LEFT JOIN (SELECT article, count(*) AS n, count(code) AS region FROM venues GROUP BY article) v ON v.article = a.key
"""


def _coverage(run: duckdb.DuckDBPyConnection) -> tuple[Lack, ...]:
    run.execute(_PER_ARTICLE)
    lacks = []
    for what, missing, among in _LACKS:
        (whole,) = _one(run, f"SELECT count(*) FROM coverage WHERE {among}")  # noqa: S608
        rows = f"SELECT 1 AS one, key AS article, 1 AS key FROM coverage WHERE ({among}) AND ({missing})"  # noqa: S608
        lacks.append(Lack(what, _counted(run, ("one",), rows).get((1,), NOTHING), whole))
    return tuple(lacks)


def _one(run: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = run.execute(query).fetchone()
    if row is None:
        raise ValueError(f"no row: {query}")
    return row
