"""Facts of the JSON contract as a reader writes them: dates and times, venues, roles."""

from __future__ import annotations

import re

from kpu_nlp.schema import Region, Role, Venue

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ZONES = {"+07:00": "WIB", "+08:00": "WITA", "+09:00": "WIT"}
_STAMP = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d))?T?(?:(\d\d:\d\d)(?::\d\d)?)?([+-]\d\d:\d\d)?")


def readable_time(stamp: str) -> str:
    """Return an ISO 8601 date, date and time, or clock time in words: ``22 July 2022, 09:00 WITA``; anything else unchanged."""
    day, clock = _readable_parts(stamp)
    return ", ".join(part for part in (day, clock) if part) or stamp


def readable_span(start: str | None, end: str | None, *, open_end: bool = False) -> str | None:
    """Return a beginning and an end in words, the end without the day that it shares; None where nothing is known."""
    last = "until finished" if open_end else None
    if end is not None:
        day, clock = _readable_parts(end)
        same_day = start is not None and day is not None and _readable_parts(start)[0] == day and clock is not None
        last = f"until {clock if same_day else readable_time(end)}"
    if start is None:
        return last
    return f"{readable_time(start)} {last}" if last else readable_time(start)


def readable_venue(venue: Venue) -> str:
    """Return what is known of a place: its name, address and town; an empty string where that is nothing."""
    return ", ".join(part for part in (venue.name, venue.address, venue.place) if part)


def readable_region(region: Region) -> str:
    """Return an administrative area with its code and, unless it is one itself, its province."""
    province = "" if region.name == region.province else f", {region.province}"
    return f"{region.code} {region.name}{province}"


def readable_role(role: Role) -> str:
    """Return a role with the organisation it is held in, where that is known."""
    return f"{role.title}, {role.organization}" if role.organization else role.title


def _readable_parts(stamp: str) -> tuple[str | None, str | None]:
    match = _STAMP.fullmatch(stamp)
    if match is None:
        return None, None
    year, month, day, clock, zone = match.groups()
    named_day = f"{int(day)} {_MONTHS[int(month) - 1]} {year}" if year and 1 <= int(month) <= len(_MONTHS) else None
    named_clock = f"{clock} {_ZONES.get(zone, zone)}" if clock and zone else clock
    return named_day, named_clock
