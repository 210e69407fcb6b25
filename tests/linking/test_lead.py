"""The day or days that an article reports."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.layout import Layout
from kpu_nlp.linking.lead import reported_days
from kpu_nlp.linking.times import resolve_moments
from kpu_nlp.spans import Span

PUBLISHED = date(2022, 7, 20)  # a Wednesday


def _reported(body: str) -> tuple[date, date] | None:
    text, spans = parse_body(body)
    days = [
        (moment.span, date.fromisoformat(moment.start), date.fromisoformat(moment.end or moment.start))
        for moment in resolve_moments(text, spans, published=PUBLISHED.isoformat())
        if moment.start
    ]
    found = reported_days(Layout(text, spans), spans, days, PUBLISHED)
    return None if found is None else (found.first, found.last)


@pytest.mark.parametrize(
    ("body", "first", "last"),
    [
        ("[Rapat|EVENT] digelar [Selasa (19/7)|DATE].", 19, 19),
        ("[Bimtek|EVENT] dibuka [Senin (18/7)|DATE]. Bimtek berlangsung [18-20 Juli|DATE].", 18, 20),
        ("[Bimtek|EVENT] hari kedua, [Selasa (19/7)|DATE]. Kegiatan berlangsung [18-20 Juli|DATE].", 18, 20),
        ("[Rapat|EVENT] digelar [Selasa (19/7)|DATE]. Pendaftaran dibuka [18-27 Juli|DATE].", 19, 19),
        ("[Gerai|EVENT] buka [Senin (18/7)|DATE] hingga [Rabu (20/7)|DATE].", 18, 20),
        ("[Raker|EVENT] digelar [Senin (18/7)|DATE]. Raker ditutup [Rabu (20/7)|DATE].", 18, 20),
        # told from its end
        ("KPU merampungkan [Raker|EVENT] pada [Rabu (20/7)|DATE]. Raker dibuka [Senin (18/7)|DATE] di [Aula|FAC].", 18, 20),
        ("Loket ditutup [Rabu (20/7)|DATE].\n[Raker|EVENT] dibuka [Senin (18/7)|DATE] di [Aula|FAC]. Senin itu hujan.", 18, 18),
        ("[Raker|EVENT] digelar [Senin (18/7)|DATE]. Berkas diterima hingga [Rabu (20/7)|DATE].", 18, 18),
        # The days of the gathering by its name, wherever the report goes on.
        ("[Lomba|EVENT] digelar [18-20 Juli|DATE]. Juara dipilih. Babak akhir dimulai [Selasa (19/7)|DATE] sore.", 18, 20),
        (
            "[Raker|EVENT] dibuka [Senin (18/7)|DATE] [pukul 14.00|TIME] itu diikuti camat, lurah, dan ditutup [20 Juli|DATE].",
            18,
            20,
        ),
        ("[Rakor|EVENT] digelar [Senin (18/7)|DATE], yang dijadwalkan berlangsung sampai dengan [Rabu (20/7)|DATE].", 18, 20),
        ("[Bimtek|EVENT] sejak [Senin (18/7)|DATE] pukul 20.30 WIB hingga [Rabu (20/7)|DATE].", 18, 20),
        ("Peserta [Rakor|EVENT], yang dibuka [Senin (18/7)|DATE] malam dan ditutup [Rabu (20/7)|DATE].", 18, 20),
        ("[Pleno|EVENT] digelar [Selasa (19/7)|DATE]. Pleno dilanjutkan [Rabu (20/7)|DATE].", 19, 20),
        ("[Pelantikan|EVENT] digelar [Senin (18/7)|DATE]. Acara disambung bimtek sampai [20 Juli|DATE].", 18, 18),
        ("[Pleno|EVENT] yang di mulai [Minggu (17/7)|DATE] baru di tutup [Selasa (19/7)|DATE].", 17, 19),
        # A clause that sets the scene names an election; the day is the report's.
        (
            "Hari ketiga verifikasi [Pemilu 2024|ELECTION], [Senin (18/7)|DATE], tim turun. "
            + "Ia hadir. " * 6
            + "Berkas tiba [Selasa (19/7)|DATE].",
            18,
            18,
        ),
        ("Layanan buka kecuali [Senin (11/7)|DATE]. [Rapat|EVENT] digelar [Selasa (19/7)|DATE].", 19, 19),
        ("KPU menutup [Pleno|EVENT] [Selasa (19/7)|DATE] setelah berlangsung sejak [Minggu (17/7)|DATE].", 17, 19),
    ],
)
def test_first_and_last_day(body: str, first: int, last: int) -> None:
    assert _reported(body) == (date(2022, 7, first), date(2022, 7, last))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[Rapat|EVENT] digelar.",
        "Ia lahir [17 Agustus 1945|DATE].",
        "Pencoblosan [Pilgub 2024|ELECTION] pada [27 November 2024|DATE].",
    ],
)
def test_no_day_is_reported(body: str) -> None:
    assert _reported(body) is None


@given(st.lists(st.dates(), min_size=1, max_size=60), st.one_of(st.none(), st.dates()))
def test_the_reported_day_is_one_of_the_days(days: list[date], published: date | None) -> None:
    text = "hari x. " * len(days)
    told = [(Span(5 + 8 * index, 6 + 8 * index, "DATE"), day, day) for index, day in enumerate(days)]
    found = reported_days(Layout(text, []), [span for span, _, _ in told], told, published)
    assert found is None or (found.first in days and found.last in days and found.first <= found.last)
