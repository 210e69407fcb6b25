"""The figures of an archive as a page for a browser: a plot and a table for each question, and the ids behind each number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from kpu_nlp.report import plots
from kpu_nlp.report.figures import MOST_IDS, MOST_OFFICIALS, NOTHING, UNDATED, Figure, Figures, Grid, Person
from kpu_nlp.report.provenance import Provenance
from kpu_nlp.writing.html import render_page

UNKNOWN_PROVINCE = "region not known"


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of articles behind a figure; ``id`` is its place on the page, ``name`` says what is counted."""

    id: str
    name: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: words, or figures with words before each, such as a year."""

    text: str = ""
    figures: tuple[tuple[str, Figure, Listed | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row heads it, and those in ``words`` are text too, the others numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page; the table is folded away under the plot where there is one."""

    id: str
    heading: str
    note: str
    table: Table
    plot: Markup | None = None
    notes: tuple[str, ...] = ()


@dataclass
class _Lists:
    """The lists of articles, as figures ask for them."""

    lists: list[Listed] = field(default_factory=list)

    def of(self, name: str, figure: Figure) -> Listed | None:
        if not figure.articles:
            return None
        listed = Listed(f"l{len(self.lists) + 1}", name, figure)
        self.lists.append(listed)
        return listed


def render_report(figures: Figures, provenance: Provenance, *, title: str) -> str:
    """Return an HTML page of an archive that needs no other file and no network.

    Args:
        figures: what was counted.
        provenance: where the results come from.
        title: the page's heading.
    """
    lists = _Lists()
    sections = tuple(_sections(figures, lists))
    return render_page(
        "report",
        title=title,
        figures=figures,
        provenance=provenance,
        sections=sections,
        lists=lists.lists,
        most_ids=MOST_IDS,
    )


def _sections(figures: Figures, lists: _Lists) -> Iterator[Section]:
    yield from _time(figures, lists)
    yield _said(
        "offices",
        "Themes by office",
        "Directives by the organization of who gives them, as printed; a directive counts for each "
        "organization that its speaker holds a role in.",
        "Office",
        figures.offices,
        lists,
    )
    yield _said(
        "speakers",
        "Themes by speaker",
        "Directives by who gives them. People of the same name are one here.",
        "Speaker",
        figures.speakers,
        lists,
    )
    yield _kinds(figures.kinds, lists)
    yield _pairs(figures.pairs, lists)
    yield _officials(figures, lists)
    yield _provinces(figures.provinces, lists)
    yield _coverage(figures, lists)
    yield _models(figures.models, lists)


def _cell(lists: _Lists, name: str, figure: Figure) -> Cell:
    return Cell(figures=(("", figure, lists.of(name, figure)),))


def _href(cell: Cell) -> str:
    listed = cell.figures[0][2]
    return f"#{listed.id}" if listed is not None else ""


def _time(figures: Figures, lists: _Lists) -> Iterator[Section]:
    grid = figures.periods
    first, *themes = grid.columns
    note = "By day of publication, else by the day of the event."
    cells = {
        row: [_cell(lists, f"{column}, {row}", grid.cells.get((row, column), NOTHING)) for column in grid.columns]
        for row in grid.rows
    }
    dated = [row for row in grid.rows if row != UNDATED]

    def plotted(column: int) -> list[dict[str, Any]]:
        return [
            {"label": row, "count": cells[row][column].figures[0][1].count, "href": _href(cells[row][column])} for row in dated
        ]

    yield Section(
        "time",
        "Articles over time",
        note,
        Table(
            f"Articles by {figures.unit}",
            (figures.unit.capitalize(), "Articles"),
            tuple((Cell(row), cells[row][0]) for row in grid.rows),
        ),
        plots.columns(plotted(0), unit=figures.unit, value=first) if dated else None,
    )
    series = [{**row, "series": theme} for number, theme in enumerate(themes, start=1) for row in plotted(number)]
    yield Section(
        "themes",
        "Themes over time",
        f"Articles that carry a theme. {note}",
        Table(
            f"Articles by {figures.unit} and theme",
            (figures.unit.capitalize(), *themes),
            tuple((Cell(row), *cells[row][1:]) for row in grid.rows),
        ),
        plots.lines(series, unit=figures.unit, value="articles") if series else None,
    )


def _said(section: str, heading: str, note: str, what: str, grid: Grid, lists: _Lists) -> Section:
    rows: list[tuple[Cell, ...]] = []
    parts: list[dict[str, Any]] = []
    for row in grid.rows:
        cells = [_cell(lists, f"{heading}: {row}, {column}", grid.cells.get((row, column), NOTHING)) for column in grid.columns]
        parts += [
            {"label": row, "series": column, "count": cell.figures[0][1].count, "href": _href(cell)}
            for column, cell in zip(grid.columns, cells, strict=True)
            if cell.figures[0][1].count
        ]
        rows.append((Cell(row), *cells, _cell(lists, f"{heading}: {row}", grid.totals[row])))
    return Section(
        section,
        heading,
        note,
        Table(f"{heading}: directives", (what, *grid.columns, "all"), tuple(rows)),
        plots.bars(parts, value="directives") if parts else None,
        _more(grid, f"{what.lower()}s with fewer directives"),
    )


def _more(grid: Grid, what: str) -> tuple[str, ...]:
    return (f"{grid.left_out:,} more {what} are not listed.",) if grid.left_out else ()


def _kinds(grid: Grid, lists: _Lists) -> Section:
    cells = {row: _cell(lists, f"Kind of event: {row}", grid.totals[row]) for row in grid.rows}
    bars = [{"label": row, "count": grid.totals[row].count, "href": _href(cell)} for row, cell in cells.items()]
    return Section(
        "kinds",
        "Kinds of events",
        "Articles by the kind of their event, which the first words of its name tell.",
        Table(
            "Articles by kind of event", ("Kind of event", "Articles"), tuple((Cell(row), cell) for row, cell in cells.items())
        ),
        plots.bars(bars, value="articles") if bars else None,
    )


def _pairs(grid: Grid, lists: _Lists) -> Section:
    rows = []
    for one, other in grid.rows:
        name = f"{one} and {other}"
        kinds = tuple(
            (f"{kind}: ", grid.cells[(one, other), kind], lists.of(f"{name}: {kind}", grid.cells[(one, other), kind]))
            for kind in sorted(
                (kind for kind in grid.columns if ((one, other), kind) in grid.cells),
                key=lambda kind: (-grid.cells[(one, other), kind].count, kind),
            )
        )
        rows.append((Cell(one), Cell(other), _cell(lists, name, grid.totals[one, other]), Cell(figures=kinds)))
    return Section(
        "pairs",
        "Who speaks with whom",
        "Two who both speak in an article, and at which kind of event. People of the same name are one here.",
        Table(
            "Articles in which two people speak", ("Speaker", "with", "Articles", "Kinds of events"), tuple(rows), words=(1, 3)
        ),
        notes=_more(grid, "pairs with fewer articles, or later in the alphabet,"),
    )


def _officials(figures: Figures, lists: _Lists) -> Section:
    rows = tuple(
        (
            Cell(person.name),
            _cell(lists, person.name, person.articles),
            _cell(lists, f"{person.name}, speaking", person.spoke),
            _roles(person, lists),
        )
        for person in figures.officials
    )
    more = figures.more_officials
    return Section(
        "officials",
        "Officials",
        "Everyone named, with the roles that articles give them, and in how many articles of which year. People of the same "
        "name are one here.",
        Table(
            "Officials with their roles over the years",
            ("Official", "Articles", "speaking in", "Roles by year"),
            rows,
            words=(3,),
        ),
        notes=(f"The {MOST_OFFICIALS} with most articles; {more:,} more are not listed.",) if more else (),
    )


def _roles(person: Person, lists: _Lists) -> Cell:
    parts: list[tuple[str, Figure, Listed | None]] = []
    for role in person.roles:
        name = f"{role.title}, {role.organization}" if role.organization else role.title
        for number, (year, figure) in enumerate(role.years):
            before = f"{name}: {year} " if number == 0 else f"{year} "
            parts.append((before, figure, lists.of(f"{person.name}, {name}, {year}", figure)))
    more = f"{person.left_out} more roles" if person.left_out else ""
    return Cell(more, tuple(parts))


def _provinces(grid: Grid, lists: _Lists) -> Section:
    rows: list[tuple[Cell, ...]] = []
    bars: list[dict[str, Any]] = []
    for row in grid.rows:
        code, name = ("", UNKNOWN_PROVINCE) if row is None else row
        cell = _cell(lists, f"Venues: {name}", grid.totals[row])
        rows.append((Cell(name), Cell(code), cell))
        bars.append({"label": name, "count": grid.totals[row].count, "href": _href(cell)})
    unknown = grid.totals.get(None, NOTHING).count
    return Section(
        "provinces",
        "Venues by province",
        "Venues by the province of their administrative code, in the order of their number.",
        Table("Venues by province", ("Province", "Code", "Venues"), tuple(rows), words=(1,)),
        plots.bars(bars, value="venues") if bars else None,
        (f"{unknown:,} venues cannot be told: their place names no region, or several that the article does not tell apart.",)
        if unknown
        else (),
    )


def _coverage(figures: Figures, lists: _Lists) -> Section:
    rows = tuple(
        (
            Cell(lack.what),
            _cell(lists, f"Missing: {lack.what}", lack.missing),
            Cell(f"{lack.among:,}"),
            Cell(f"{lack.missing.articles / lack.among:.0%}" if lack.among else ""),
        )
        for lack in figures.coverage
    )
    return Section(
        "coverage",
        "What is missing",
        "In how many articles something was not found, of those that could have it; an article may not tell it at all.",
        Table("Articles without ...", ("Missing", "Articles", "of", "Share"), rows),
    )


def _models(grid: Grid, lists: _Lists) -> Section:
    rows = tuple((Cell(row), _cell(lists, f"Model {row}", grid.totals[row])) for row in grid.rows)
    note = "" if len(rows) <= 1 else "More than one model: the figures may differ for that reason alone."
    return Section("models", "Models", note, Table("Articles by model", ("Model", "Articles"), rows))
