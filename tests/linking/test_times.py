"""What DATE and TIME spans say in their article."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.facts import Moment
from kpu_nlp.linking.times import resolve_moments
from kpu_nlp.spans import Span

PUBLISHED = "2022-07-20"  # a Wednesday


def _moments(body: str, published: str | None = PUBLISHED, zone: str | None = None) -> list[Moment]:
    text, spans = parse_body(body)
    return resolve_moments(text, spans, published=published, zone=zone)


def _said(body: str, published: str | None = PUBLISHED, zone: str | None = None) -> list[tuple[str | None, str | None]]:
    return [(moment.start, moment.end) for moment in _moments(body, published, zone)]


@pytest.mark.parametrize(
    ("surface", "start", "end"),
    [
        ("Sabtu (16/7)", "2022-07-16", None),
        ("Sabtu (18/7)", "2020-07-18", None),
        ("18 s.d. 20 Juli", "2022-07-18", "2022-07-20"),
        ("Selasa s.d. Rabu (19-20/7)", "2022-07-19", "2022-07-20"),
        ("28 Desember s.d. 3 Januari", "2022-12-28", "2023-01-03"),
        ("24 Januari 2023 hingga 4 April 2024", "2023-01-24", "2024-04-04"),
        ("18 dan 19 Juli", "2022-07-18", "2022-07-19"),
        ("18 dan 25 Juli", "2022-07-18", None),
        ("Maret", "2022-03", None),
        ("Januari 2024", "2024-01", None),
        ("tahun 2019", "2019", None),
        ("Triwulan II 2021", "2021-04", "2021-06"),
        ("Triwulan II", None, None),
        ("hari ini", "2022-07-20", None),
        ("malam ini", "2022-07-20", None),
        ("kemarin", "2022-07-19", None),
        ("kemarin malam", "2022-07-19", None),
        ("tadi malam", "2022-07-19", None),
        ("Besok", "2022-07-21", None),
        ("lusa", "2022-07-22", None),
        ("besok (21/7)", "2022-07-21", None),
        ("Senin depan", "2022-07-25", None),
        ("Rabu depan", "2022-07-27", None),
        ("Senin lalu", "2022-07-18", None),
        ("Rabu lalu", "2022-07-13", None),
        ("Kamis besok", "2022-07-21", None),
        ("Jumat pekan lalu", "2022-07-15", None),
        ("Selasa pekan depan", "2022-07-26", None),
        ("Kamis dan Jumat ini", "2022-07-21", "2022-07-22"),
        ("Senin s/d Rabu pekan depan", "2022-07-25", "2022-07-27"),
        ("Senin sampai Jumat", None, None),
        ("bulan lalu", "2022-06", None),
        ("tahun depan", "2023", None),
        ("akhir bulan ini", "2022-07", None),
        ("pekan lalu", None, None),
        ("Minggu depan", None, None),
        ("lima tahun lalu", None, None),
        ("5 bulan berikutnya", None, None),
        ("H-7", None, None),
        ("5", None, None),
        ("31 Februari", None, None),
    ],
)
def test_a_date_alone(surface: str, start: str | None, end: str | None) -> None:
    (moment,) = _moments(f"Batasnya [{surface}|DATE].")
    assert (moment.start, moment.end, moment.kind, moment.open_end) == (start, end, "date", False)


@pytest.mark.parametrize(
    "surface", ["hari ini", "kemarin", "Senin depan", "tahun lalu", "Senin", "Sabtu (16/7)", "keesokan harinya"]
)
def test_what_leans_on_publication_is_unknown_without_it(surface: str) -> None:
    assert _said(f"Rapat digelar [{surface}|DATE].", published=None) == [(None, None)]


def test_a_date_without_year_leans_on_the_dates_of_the_article() -> None:
    body = "Rapat digelar [Selasa (30/1)|DATE]. Coklit [20 Januari|DATE] sampai [18 Februari 2018|DATE]."
    assert [start for start, _ in _said(body, published=None)] == ["2018-01-30", "2018-01-20", "2018-02-18"]


def test_the_years_of_statutes_do_not_count_as_named() -> None:
    body = "Rapat [Senin (16/5)|DATE] menuju Pemilu 2024 sesuai [PKPU Nomor 3 Tahun 2022|LAW], [12 Juni|DATE]."
    # 16 May was a Monday in 2022, nearest to 2024; the other date has no weekday, and one year only is named.
    assert [start for start, _ in _said(body, published=None)] == ["2022-05-16", "2024-06-12"]


@pytest.mark.parametrize(
    ("body", "starts"),
    [
        ("Kotak tiba [Senin (18/7)|DATE] dan disortir [Selasa|DATE].", ["2022-07-18", "2022-07-19"]),
        ("Bimtek digelar [Senin s.d. Rabu (18-20/7)|DATE]. Penutupan [Rabu|DATE] sore.", ["2022-07-18", "2022-07-20"]),
        ("Listrik padam sejak [Minggu|DATE].", ["2022-07-17"]),
        ("Hasilnya akan diumumkan [Minggu|DATE].", ["2022-07-24"]),
        ("Loket dibuka setiap [Senin|DATE].", [None]),
        ("“Jangan datang [Senin|DATE],” katanya.", [None]),
        ("Penetapan [22 Juli|DATE], pengundian [sehari kemudian|DATE].", ["2022-07-22", "2022-07-23"]),
        ("Rapat digelar [Senin (18/7)|DATE]. [Keesokan harinya|DATE] tim pulang.", ["2022-07-18", "2022-07-19"]),
        ("Rapat digelar [Senin (18/7)|DATE]. Undangan dikirim [dua hari sebelumnya|DATE].", ["2022-07-18", "2022-07-16"]),
        ("Ia tiba tanggal [7|DATE], pulang [dua hari kemudian|DATE].", [None, None]),
        ("Gaji cair bulan [Februari|DATE] lalu, lagi [Februari|DATE] mendatang.", ["2022-02", "2023-02"]),
        ("Rapat hari Sabtu, [18/7|DATE].", ["2020-07-18"]),
        ("Rapat digelar [kemarin|DATE], [Senin (18/7)|DATE].", ["2022-07-18", "2022-07-18"]),
        ("[Sehari kemudian|DATE], [Selasa (19/7)|DATE], KPU menggelar [Rapat|EVENT].", ["2022-07-19", "2022-07-19"]),
    ],
)
def test_a_date_leans_on_its_neighbours(body: str, starts: list[str | None]) -> None:
    assert [start for start, _ in _said(body)] == starts


@pytest.mark.parametrize(
    ("body", "start", "end", "kind"),
    [
        ("Rapat [Senin (18/7)|DATE] [pukul 09.00 WITA|TIME].", "2022-07-18T09:00+08:00", None, "datetime"),
        ("Rapat [pukul 09.00 WITA|TIME], [Senin (18/7)|DATE].", "2022-07-18T09:00+08:00", None, "datetime"),
        ("Rapat [Senin (18/7)|DATE]. Acara usai [pukul 12.00 WIB|TIME].", "2022-07-18T12:00+07:00", None, "datetime"),
        (
            "Rapat [jam 1 sampai 3 siang|TIME] WIB [hari ini|DATE].",
            "2022-07-20T13:00+07:00",
            "2022-07-20T15:00+07:00",
            "datetime",
        ),
        ("Pendaftaran ditutup [Senin (18/7)|DATE] [pukul 24.00 WIB|TIME].", "2022-07-19T00:00+07:00", None, "datetime"),
        ("Acara [pukul 21.00 WIB|TIME].", "21:00+07:00", None, "time"),
        ("Acara [pukul 21.00|TIME].", None, None, "time"),
        ("Acara [pukul 21.00|TIME] [pekan depan|DATE].", "21:00+08:00", None, "time"),
        ("Loket buka tiap [Senin|DATE] [pukul 08.00 WIB|TIME].", "08:00+07:00", None, "time"),
    ],
)
def test_a_clock_time(body: str, start: str | None, end: str | None, kind: str) -> None:
    zone = "+08:00" if "pekan depan" in body else None
    moment = next(moment for moment in _moments(body, zone=zone) if moment.kind != "date")
    assert (moment.start, moment.end, moment.kind) == (start, end, kind)


def test_a_later_hour_belongs_to_the_reported_day() -> None:
    body = (
        "Rakor di Ende\n"
        "Ende - KPU menggelar [Rapat Koordinasi|EVENT], [Senin (18/7)|DATE]. Berkas diterima paling lambat [1 Agustus|DATE].\n"
        "Coklit dimulai [24 Juli|DATE].\n"
        "Kegiatan ditutup [pukul 16.30 WITA|TIME]."
    )
    assert _moments(body)[-1].start == "2022-07-18T16:30+08:00"


def test_the_zone_is_the_word_then_the_province_then_the_only_one_of_the_article() -> None:
    body = "Acara [pukul 08.00 WIT|TIME], lalu [pukul 10.00|TIME]."
    assert [start for start, _ in _said(body)] == ["08:00+09:00", "10:00+09:00"]
    assert [start for start, _ in _said(body, zone="+07:00")] == ["08:00+09:00", "10:00+07:00"]
    assert [start for start, _ in _said("Acara [pukul 08.00 WIT|TIME] atau [06.00 WIB|TIME], jeda [10.00|TIME].")][-1] is None


@pytest.mark.parametrize(
    "body",
    [
        "Acara [pukul 21.00 WIB sampai dengan selesai|TIME].",
        "Acara [pukul 21.00 WIB|TIME] s.d. selesai.",
        "Acara [pukul 21.00 – selesai|TIME] WIB.",
    ],
)
def test_an_open_end(body: str) -> None:
    (moment,) = _moments(body)
    assert (moment.start, moment.end, moment.open_end) == ("21:00+07:00", None, True)


@pytest.mark.parametrize("published", ["2022-07-20T08:00:00+07:00", "kemarin", "", "2022-13-45"])
def test_an_odd_publication_date_is_read_or_left(published: str) -> None:
    expected = "2022-07-20" if published.startswith("2022-07") else None
    assert _said("Rapat [hari ini|DATE].", published=published) == [(expected, None)]


@given(
    st.dates(min_value=date(2001, 1, 1), max_value=date(2060, 12, 31)),
    st.integers(min_value=0, max_value=23),
    st.integers(0, 3),
)
def test_day_and_hour_of_a_report_read_back(day: date, hour: int, age: int) -> None:
    weekday = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"][day.weekday()]
    body = (
        f"KPU menggelar [Rapat Kerja|EVENT], [{weekday} ({day.day}/{day.month})|DATE].\n"
        f"Rapat dimulai [pukul {hour:02d}.15 WIB|TIME]."
    )
    published = (day + timedelta(days=age)).isoformat()
    assert [start for start, _ in _said(body, published=published)] == [day.isoformat(), f"{day}T{hour:02d}:15+07:00"]


LABELS = ["DATE", "TIME", "EVENT", "FAC", "LAW", "ELECTION", "PERSON"]
PIECES = [
    "Senin (18/7)", "18-19 Juli", "31 Februari 2020", "kemarin", "Rabu", "keesokan harinya", "99/99/9999", "pukul 24.00",
    "jam tiga", "9999", "s.d.", "H-7", "tahun 0001", "1 Januari 1900", "dua belas hari kemudian", "\n", ". ", '"', "”", "é́",
]  # fmt: skip


@st.composite
def articles(draw: st.DrawFn) -> tuple[str, list[Span]]:
    pieces = draw(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=20))
    text, spans = "", []
    for piece in pieces:
        if piece and draw(st.booleans()):
            spans.append(Span(len(text), len(text) + len(piece), draw(st.sampled_from(LABELS))))
        text += piece
    return text, spans


@given(
    articles(),
    st.one_of(st.none(), st.sampled_from(["2022-07-20", "0001-01-01", "9999-12-31", "x"])),
    st.sampled_from([None, "+07:00"]),
)
def test_any_article_gives_one_moment_per_span_in_order(
    article: tuple[str, list[Span]], published: str | None, zone: str | None
) -> None:
    text, spans = article
    moments = resolve_moments(text, spans, published=published, zone=zone)
    assert [moment.span for moment in moments] == [span for span in spans if span.label in ("DATE", "TIME")]
    for moment in moments:
        assert moment.kind == "date" if moment.span.label == "DATE" else moment.kind in ("time", "datetime")
        assert moment.start is not None or moment.end is None
        assert moment.kind != "datetime" or (moment.start is not None and "T" in moment.start)
