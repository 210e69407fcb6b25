"""Clock times as printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.linking.clocks import MIDNIGHT, read_clock

ZONES = {"WIB": "+07:00", "Wita": "+08:00", "WIT": "+09:00"}
UNTIL = ("-", " - ", "–", " – ", " s.d. ", " s.d ", " s/d ", " sampai ", " sampai dengan ", " hingga ", " sampai pukul ")

minutes = st.integers(min_value=0, max_value=MIDNIGHT - 1)


def _printed(total: int, mark: str = ".") -> str:
    return f"{total // 60:02d}{mark}{total % 60:02d}"


@given(
    minutes,
    st.sampled_from(["pukul ", "Pukul ", "jam ", "pkl. ", "pk. ", ""]),
    st.sampled_from(sorted(ZONES)),
    st.sampled_from(".:"),
)
def test_a_time_reads_back_in_every_format(total: int, prefix: str, zone: str, mark: str) -> None:
    clock = read_clock(f"{prefix}{_printed(total, mark)} {zone}")
    assert (clock.start, clock.end, clock.zone, clock.open_end) == (total, None, ZONES[zone], False)


@given(minutes, minutes, st.sampled_from(UNTIL))
def test_a_range_reads_back_in_every_format(one: int, other: int, link: str) -> None:
    start, end = sorted((one, other))
    clock = read_clock(f"pukul {_printed(start)}{link}{_printed(end)} WITA")
    assert (clock.start, clock.end, clock.zone) == (start, end if end > start else None, "+08:00")


@given(minutes, st.sampled_from(UNTIL[:-1]), st.sampled_from(["", " WIB"]))
def test_an_open_end_reads_back_in_every_format(start: int, link: str, zone: str) -> None:
    clock = read_clock(f"pukul {_printed(start)}{zone}{link}selesai")
    assert (clock.start, clock.end, clock.open_end) == (start, None, True)


@given(st.text(), st.sampled_from([None, "pagi", "siang", "sore", "malam", "dini hari"]))
def test_any_text_reads_without_an_error(surface: str, daypart: str | None) -> None:
    clock = read_clock(surface, daypart)
    assert clock.start is None or 0 <= clock.start <= MIDNIGHT
    assert clock.end is None or (clock.start is not None and clock.start < clock.end <= 2 * MIDNIGHT) or clock.start is None


@pytest.mark.parametrize(
    ("surface", "start"),
    [
        ("jam 9 pagi", "09:00"),
        ("jam 2 siang", "14:00"),
        ("jam 11 siang", "11:00"),
        ("jam 12 siang", "12:00"),
        ("jam 4 sore", "16:00"),
        ("jam 7 malam", "19:00"),
        ("jam 1 malam", "01:00"),
        ("jam 12 malam", "24:00"),
        ("jam tiga dini hari", "03:00"),
        ("pukul 07.30 malam", "19:30"),
        ("pukul 19.30 malam", "19:30"),
        ("pukul sebelas", "11:00"),
        ("jam dua belas siang", "12:00"),
        ("setengah sepuluh pagi", "09:30"),
        ("jam setengah 8 malam", "19:30"),
        ("jam 7 kurang seperempat", "06:45"),
        ("jam sembilan lewat 10 menit", "09:10"),
        ("pukul 24.00", "24:00"),
        ("jam delapan lewat", None),
        ("jam 2", None),
        ("pukul 25.10", None),
        ("pukul 10.75", None),
        ("pagi", None),
    ],
)
def test_hours_in_words_and_parts_of_the_day(surface: str, start: str | None) -> None:
    found = read_clock(surface).start
    assert (None if found is None else f"{found // 60:02d}:{found % 60:02d}") == start


@pytest.mark.parametrize(
    ("surface", "start", "end"),
    [
        ("jam 1 sampai 3 siang", 13 * 60, 15 * 60),
        ("jam 7 malam sampai 22.40 WIT", 19 * 60, 22 * 60 + 40),
        ("pukul 20.00 sampai 02.00 WIB", 20 * 60, 26 * 60),
        ("pukul 10.00 sampai 09.00", 10 * 60, None),
        ("pukul 14.00 WITA sampai dengan pukul 23.15 WITA", 14 * 60, 23 * 60 + 15),
        ("16.00 s.d 17.45 WIB", 16 * 60, 17 * 60 + 45),
    ],
)
def test_ranges_over_noon_and_midnight(surface: str, start: int, end: int | None) -> None:
    clock = read_clock(surface)
    assert (clock.start, clock.end) == (start, end)


def test_a_part_of_the_day_told_before_counts_for_bare_hours_only() -> None:
    assert read_clock("jam delapan", "malam").start == 20 * 60
    assert read_clock("pukul 08.00", "malam").start == 8 * 60


def test_the_zone_may_be_written_out() -> None:
    assert read_clock("pukul 09.00 Waktu Indonesia Tengah").zone == "+08:00"
    assert read_clock("pukul 09.00").zone is None
