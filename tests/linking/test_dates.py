"""Dates as printed, and the years that are not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.linking.dates import Calendar, Point, calendar_day, read_date

MONTH_NAMES = (
    ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"],
    ["Jan", "Pebruari", "Mar", "Apr", "Mei", "Jun", "Jul", "Agt", "Sept", "Okt", "Nopember", "Des"],
)
DAY_NAMES = ["Senin", "Selasa", "Rabu", "Kamis", "Jum'at", "Sabtu", "Minggu"]

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2069, 12, 31))


def _formats(day: date) -> list[str]:
    weekday = DAY_NAMES[day.weekday()]
    numeric = [f"{day.day}{mark}{day.month}{mark}{day.year}" for mark in "/.-"]
    return [
        f"{day.day} {MONTH_NAMES[0][day.month - 1]} {day.year}",
        f"{day.day} {MONTH_NAMES[1][day.month - 1]} {day.year}",
        f"{day.day:02d} {MONTH_NAMES[0][day.month - 1].upper()} {day.year}",
        f"{weekday}, {day.day} {MONTH_NAMES[0][day.month - 1]} {day.year}",
        f"{weekday} tanggal {day.day} {MONTH_NAMES[0][day.month - 1]} {day.year}",
        f"{weekday} ({day.day}/{day.month}/{day.year})",
        f"{weekday.replace(chr(39), '’')} malam ({day.day:02d}/{day.month:02d}/{day.year % 100:02d})",
        *numeric,
        day.isoformat(),
    ]


@given(days)
def test_a_full_date_reads_back_in_every_format(day: date) -> None:
    for surface in _formats(day):
        (point,) = read_date(surface).points
        assert point.iso() == day.isoformat(), surface


@given(days, st.integers(min_value=1, max_value=20))
def test_a_range_reads_back_in_every_format(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    month = MONTH_NAMES[0]
    surfaces = [
        f"{first.day} {month[first.month - 1]} {first.year} {link} {last.day} {month[last.month - 1]} {last.year}"
        for link in ("hingga", "sampai dengan", "s.d.", "s/d", "-", "–")
    ]
    # The year stands once, also across a new year.
    surfaces.append(f"{first.day} {month[first.month - 1]} s.d. {last.day} {month[last.month - 1]} {last.year}")
    if first.month == last.month:
        surfaces += [
            f"{first.day}-{last.day} {month[last.month - 1]} {last.year}",
            f"{first.day} s.d. {last.day}/{last.month}/{last.year}",
            f"{DAY_NAMES[first.weekday()]} s.d. {DAY_NAMES[last.weekday()]} ({first.day}-{last.day}/{last.month}/{last.year})",
        ]
    for surface in surfaces:
        printed = read_date(surface)
        assert [point.iso() for point in printed.points] == [first.isoformat(), last.isoformat()], surface
        assert printed.ranged, surface


@given(st.text())
def test_any_text_reads_without_an_error(surface: str) -> None:
    for point in read_date(surface).points:
        point.iso()


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("11 s.d. 12/10/2016", ["2016-10-11", "2016-10-12"]),
        ("1, 2 dan 3 April 2013", ["2013-04-01", "2013-04-02", "2013-04-03"]),
        ("10 - 12 Maret 2015", ["2015-03-10", "2015-03-12"]),
        ("13/14 Mei 2019", ["2019-05-13", "2019-05-14"]),
        ("Januari 2024", ["2024-01"]),
        ("tahun 2019", ["2019"]),
        ("2013-2018", ["2013", "2018"]),
        ("akhir Agt. 2022", ["2022-08"]),
        ("31 Februari 2020", [None]),
        ("45 Mei 2020", ["2020-05"]),
        ("32/15/2020", [None]),
        ("H-7", []),
        ("18 Januari 2024 hingga H-5", ["2024-01-18"]),
        ("pekan lalu", []),
        ("", []),
    ],
)
def test_points_of_a_surface(surface: str, expected: list[str | None]) -> None:
    assert [point.iso() for point in read_date(surface).points] == expected


@pytest.mark.parametrize(
    ("surface", "weekdays"),
    [
        ("Jum’at (18/8)", (4,)),
        ("Selasa s.d. Rabu (12-13/2/2013)", (1, 2)),
        ("Ahad", (6,)),
        ("malam Minggu (12/9)", (5,)),
        ("Minggu malam (3/6)", (6,)),
    ],
)
def test_weekdays_of_a_surface(surface: str, weekdays: tuple[int, ...]) -> None:
    assert read_date(surface).weekdays == weekdays


@pytest.mark.parametrize(
    ("surface", "period"),
    [("Triwulan II 2021", (4, 6)), ("semester I 2013", (1, 6)), ("semester kedua", (7, 12)), ("triwulan V", None)],
)
def test_periods_of_a_surface(surface: str, period: tuple[int, int] | None) -> None:
    assert read_date(surface).period == period


@given(days, st.integers(min_value=-150, max_value=150))
def test_the_year_is_the_fitting_one_nearest_to_publication(day: date, age: int) -> None:
    published = day + timedelta(days=age)
    calendar = Calendar(published)
    assert calendar.year_of(Point(day.day, day.month), day.weekday()) == day.year
    if (day.month, day.day) != (2, 29):
        assert calendar.year_of(Point(day.day, day.month)) == day.year


@pytest.mark.parametrize(
    ("weekday", "year"),
    [(None, 2023), (6, 2023), (1, 2024), (5, 2022), (0, 2018)],  # 12 March was a Sunday in 2023, a Monday in 2018 and 2029
)
def test_a_printed_weekday_decides_the_year(weekday: int | None, year: int) -> None:
    assert Calendar(date(2023, 3, 13)).year_of(Point(12, 3), weekday) == year


def test_a_side_keeps_the_year_before_or_after_publication() -> None:
    calendar = Calendar(date(2022, 12, 20))
    assert calendar.year_of(Point(month=2), side=-1) == 2022
    assert calendar.year_of(Point(month=2), side=1) == 2023
    assert calendar.year_of(Point(month=2)) == 2023


def test_without_publication_the_dates_and_years_of_the_article_decide() -> None:
    assert Calendar(None, dated=[date(2018, 2, 18)]).year_of(Point(30, 1), 1) == 2018
    assert Calendar(None, years=[2024]).year_of(Point(13, 9), 1) == 2022  # a Tuesday
    assert Calendar(None, years=[2024]).year_of(Point(13, 9)) == 2024
    assert Calendar(None, years=[2019, 2024]).year_of(Point(13, 9)) is None
    assert Calendar(None).year_of(Point(13, 9), 1) is None


def test_a_day_that_no_calendar_has_gets_no_year() -> None:
    assert Calendar(date(2024, 1, 1)).year_of(Point(31, 2)) is None
    assert Calendar(date(2024, 1, 1)).year_of(Point(1, 13)) is None
    assert Calendar(date(2023, 3, 1)).year_of(Point(29, 2)) == 2024


def test_calendar_day_is_none_for_an_impossible_date() -> None:
    assert calendar_day(2023, 2, 29) is None
    assert calendar_day(2024, 2, 29) == date(2024, 2, 29)
