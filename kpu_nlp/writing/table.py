"""An extraction as a readable summary on the terminal. Everything that comes from an article is text, never markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kpu_nlp.messages import shown
from kpu_nlp.schema import Event, Extraction, Named, Official, Theme, Venue
from kpu_nlp.writing.readable import readable_region, readable_role, readable_span, readable_venue

_SPOKE = "spoke"
_NOT_FOUND = "not found"


def render_table(extraction: Extraction, console: Console) -> None:
    """Print a summary of an extraction: event, officials, directives, quotations, times, other names and warnings.

    Args:
        extraction: what was found in one article.
        console: where to print; its width decides the layout.
    """
    _print_head(extraction, console)
    speakers = {official.id: official.name for official in extraction.officials}
    _print_officials(extraction.officials, console)
    _print_themes(extraction.themes, speakers, console)
    _print_quotes(extraction, speakers, console)
    _print_times(extraction, console)
    _print_names(extraction, console)
    _print_warnings(extraction.warnings, console)


def _plain(text: str | None) -> str:
    """Return text of an article on one line, without control characters."""
    return shown(" ".join((text or "").split()))


def _said_by(speaker: str | None, speakers: dict[str, str]) -> str:
    return _plain(speakers.get(speaker, speaker)) if speaker is not None else "speaker unknown"


def _heading(text: str, console: Console) -> None:
    console.print()
    console.print(Text(text, style="bold"))


def _grid(*ratios: int) -> Table:
    """Return a table without lines; a column with ratio 0 is as wide as its text."""
    table = Table.grid(padding=(0, 2))
    for ratio in ratios:
        table.add_column(ratio=ratio or None, overflow="fold")
    return table


def _print_grid(table: Table, console: Console) -> None:
    console.print(Padding(table, (0, 0, 0, 2)))


def _print_head(extraction: Extraction, console: Console) -> None:
    article = extraction.article
    console.print(Text(_plain(article.title) or _plain(article.id), style="bold"))
    origin = [_plain(part) for part in (article.dateline, article.outlet, article.published) if part]
    if origin:
        console.print(Text(", ".join(origin), style="dim"))
    _heading("Event", console)
    table = _grid(0, 1)
    for label, value in _event_rows(extraction.event, extraction.venues):
        table.add_row(Text(label, style="dim"), Text(_plain(value)))
    _print_grid(table, console)


def _venue_text(venue: Venue) -> str:
    name = readable_venue(venue) or _NOT_FOUND
    return f"{name} ({readable_region(venue.region)})" if venue.region is not None else name


def _event_rows(event: Event | None, venues: Sequence[Venue]) -> Iterable[tuple[str, str]]:
    if event is None:
        yield "name", _NOT_FOUND
        others = venues
    else:
        yield "name", event.name or _NOT_FOUND
        yield "time", readable_span(event.start, event.end, open_end=event.open_end) or _NOT_FOUND
        held = venues[event.venue] if event.venue is not None and 0 <= event.venue < len(venues) else None
        yield "venue", _venue_text(held) if held is not None else _NOT_FOUND
        if event.mode is not None:
            yield "held", event.mode
        others = [venue for venue in venues if venue is not held]
    for venue in others:
        yield "place", _venue_text(venue)


def _print_officials(officials: Sequence[Official], console: Console) -> None:
    _heading(f"Officials ({len(officials)})", console)
    table = _grid(2, 3, 0)
    for official in officials:
        name = Text(_plain(official.name))
        if official.titles:
            name.append(f" ({_plain(', '.join(official.titles))})", style="dim")
        roles = "; ".join(readable_role(role) for role in official.roles)
        table.add_row(name, Text(_plain(roles) or "-"), Text(_SPOKE if official.spoke else "", style="green"))
    _print_grid(table, console)


def _print_themes(themes: Sequence[Theme], speakers: dict[str, str], console: Console) -> None:
    if not themes:
        return
    _heading("Directives", console)
    for theme in themes:
        title = f"{_plain(theme.theme)} ({_plain(theme.label)}): {theme.count} {'span' if theme.count == 1 else 'spans'}"
        console.print(Padding(Text(f"{title}, {theme.salience:.0%}", style="cyan"), (0, 0, 0, 2)))
        table = _grid(1, 3)
        for directive in theme.directives:
            table.add_row(Text(_said_by(directive.speaker, speakers)), Text(_plain(directive.text)))
        console.print(Padding(table, (0, 0, 0, 4)))


def _print_quotes(extraction: Extraction, speakers: dict[str, str], console: Console) -> None:
    if not extraction.quotes:
        return
    _heading(f"Quotations ({len(extraction.quotes)})", console)
    table = _grid(1, 3)
    for quote in extraction.quotes:
        table.add_row(Text(_said_by(quote.speaker, speakers)), Text(f"“{_plain(quote.text)}”"))
    _print_grid(table, console)


def _print_times(extraction: Extraction, console: Console) -> None:
    if not extraction.times:
        return
    _heading(f"Times ({len(extraction.times)})", console)
    table = _grid(1, 1)
    for time in extraction.times:
        meaning = readable_span(time.start, time.end, open_end=time.open_end)
        table.add_row(Text(_plain(time.text)), Text(_plain(meaning) or "date unknown"))
    _print_grid(table, console)


def _print_names(extraction: Extraction, console: Console) -> None:
    groups = {
        "organizations": extraction.organizations,
        "places": extraction.places,
        "elections": extraction.elections,
        "regulations": extraction.regulations,
    }
    if not any(groups.values()):
        return
    _heading("Other names", console)
    table = _grid(0, 1)
    for label, names in groups.items():
        if names:
            table.add_row(Text(label, style="dim"), Text("; ".join(_counted(name) for name in names)))
    _print_grid(table, console)


def _counted(name: Named) -> str:
    times = len(name.mentions)
    return f"{_plain(name.name)} ({times})" if times > 1 else _plain(name.name)


def _print_warnings(warnings: Sequence[str], console: Console) -> None:
    if not warnings:
        return
    _heading("Warnings", console)
    for warning in warnings:
        console.print(Padding(Text(_plain(warning), style="yellow"), (0, 0, 0, 2)))
