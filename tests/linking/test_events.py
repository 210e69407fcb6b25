"""Which gathering an article reports."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body, parse_inline
from kpu_nlp.annotation.splits import split_of
from kpu_nlp.linking.events import report_event
from kpu_nlp.linking.facts import Gathering, Place
from kpu_nlp.linking.times import resolve_moments
from kpu_nlp.spans import Span, labelled

ARTICLES = Path(__file__).parents[2] / "corpus" / "articles"
PUBLISHED = "2022-07-20"  # a Wednesday


def _places(text: str, spans: Sequence[Span]) -> list[Place]:
    return [Place(span.of(text), None, None, None, None, None, (span,)) for span in labelled(spans, "FAC")]


def _report(body: str, published: str | None = PUBLISHED, zone: str | None = "+07:00") -> Gathering | None:
    text, spans = parse_body(body)
    moments = resolve_moments(text, spans, published=published, zone=zone)
    return report_event(text, spans, moments, _places(text, spans), published=published)


LEAD = (
    "KPU Ende Gelar [Rakor Coklit|EVENT]\n"
    "Ende - KPU Ende menggelar [Rapat Koordinasi Coklit|EVENT], [Selasa (19/7)|DATE] [pukul 09.00 WITA|TIME] di "
    "[Hotel Mawar|FAC].\n"
)


@pytest.mark.parametrize(
    ("rest", "end"),
    [
        ("", None),
        ("[Rapat Pleno DPS|EVENT] akan digelar [Kamis (28/7)|DATE] [pukul 10.00 WITA|TIME] di [Aula KPU|FAC].", None),
        ("Rakor ditutup [pukul 12.15 WITA|TIME].", "2022-07-19T12:15+08:00"),
        ("Rakor ditutup [Rabu (20/7)|DATE].", "2022-07-20"),
        ("Loket buka setiap [pukul 07.00 WITA|TIME].", None),
        ("Jalan ditutup [pukul 12.15 WITA|TIME].", None),
        ("Penghitungan selesai [pukul 12.15 WITA|TIME].", None),
        ("Ketua menutup kegiatan [Selasa|DATE] [pukul 12.15 WITA|TIME].", "2022-07-19T12:15+08:00"),
        (
            "Rakor dijadwalkan [jam 8 pagi|TIME], baru dimulai [pukul 09.00 WITA|TIME] menunggu tamu, dan berakhir "
            "[pukul 12.15 WITA|TIME].",
            "2022-07-19T12:15+08:00",
        ),
    ],
)
def test_the_lead_tells_the_gathering(rest: str, end: str | None) -> None:
    found = _report(LEAD + rest)
    expected = Gathering("Rapat Koordinasi Coklit", "2022-07-19T09:00+08:00", end, open_end=False, mode="onsite", venue=0)
    assert found == expected


@pytest.mark.parametrize(
    ("body", "start", "end", "open_end"),
    [
        # The hour and the place may come last.
        (
            "Arahan Ketua\nEnde - Ketua memberi arahan pada [Rapat Kerja|EVENT], [Selasa (19/7)|DATE].\n"
            + "Ia berpesan banyak hal.\n" * 12
            + "Acara berlangsung dari [pukul 21.00 WIB sampai dengan selesai|TIME] di [Hotel Mawar|FAC].",
            "2022-07-19T21:00+07:00",
            None,
            True,
        ),
        ("[Rapat Kerja|EVENT]\nAcara berlangsung dari [pukul 21.00 WIB sampai selesai|TIME].", None, None, True),
        (
            "KPU mengadakan [Bimtek KPPS|EVENT], [Senin s.d. Rabu (18-20/7)|DATE]. Bimtek dibuka [pukul 14.00|TIME].",
            "2022-07-18T14:00+07:00",
            "2022-07-20",
            False,
        ),
        ("KPU membuka [Gerai|EVENT] [Senin (18/7)|DATE] hingga [Rabu (20/7)|DATE].", "2022-07-18", "2022-07-20", False),
        # "hingga" belongs to no date, but taggers take it in.
        (
            "KPU mengikuti [Bimtek|EVENT] sejak [Senin (18/7)|DATE] [pukul 20.30|TIME] [hingga Rabu (20/7/2022)|DATE].",
            "2022-07-18T20:30+07:00",
            "2022-07-20",
            False,
        ),
        (
            "[Rapat Pleno|EVENT] ditutup [Selasa (19/7)|DATE] malam. Pleno dibuka [Minggu (17/7)|DATE] [pukul 09.00|TIME].",
            "2022-07-17T09:00+07:00",
            "2022-07-19",
            False,
        ),
        (
            "KPU menggelar [Rapat Kerja|EVENT], [Selasa (19/7)|DATE], [pukul 09.00-12.00 WIB|TIME].",
            "2022-07-19T09:00+07:00",
            "2022-07-19T12:00+07:00",
            False,
        ),
        (
            "[Rapat|EVENT] digelar [Selasa (19/7)|DATE], semula [jam 9 pagi|TIME], baru dibuka [jam 1 siang|TIME].",
            "2022-07-19T13:00+07:00",
            None,
            False,
        ),
        (
            "[Rapat|EVENT], [Selasa (19/7)|DATE], sedianya dimulai [jam 9 pagi|TIME] molor hingga [pukul 10.15 WIB|TIME].",
            "2022-07-19T10:15+07:00",
            None,
            False,
        ),
        # The hour beside the day that the gathering opens on, told in other words than in the lead.
        (
            "KPU menggelar [Rakornas|EVENT] [Senin s.d. Selasa, 18-19 Juli 2022|DATE]. Pembukaan [Senin malam (18/7)|DATE], "
            "[pukul 19.00 WIB|TIME].\n" + "Ia berpesan.\n" * 5 + "Kelas berlangsung [pukul 15.30-17.30 WIB|TIME].",
            "2022-07-18T19:00+07:00",
            "2022-07-19",
            False,
        ),
        # The other side of a hearing sits in another zone.
        (
            "[Sidang|EVENT] digelar [Selasa (19/7)|DATE]. Para pihak hadir [pukul 14.00 WIT|TIME], sedangkan majelis mulai "
            "[pukul 12.00 WIB|TIME].",
            "2022-07-19T14:00+09:00",
            None,
            False,
        ),
        ("[Rapat Kerja|EVENT] digelar [pekan lalu|DATE].", None, None, False),
    ],
)
def test_begin_and_end(body: str, start: str | None, end: str | None, open_end: bool) -> None:
    found = _report(body)
    assert found is not None
    assert (found.start, found.end, found.open_end) == (start, end, open_end)


@pytest.mark.parametrize(
    ("date", "start"),
    [
        ("Jelang pemungutan suara [27 November 2024|DATE], KPU menggelar [Rapat|EVENT], [Selasa (19/7)|DATE].", "2022-07-19"),
        (
            "Sesuai [Keputusan Nomor 5|LAW] tanggal [15 Juli 2022|DATE], [Rapat|EVENT] digelar [19 Juli|DATE].",
            "2022-07-19",
        ),
        ("Ende, [20 Juli 2022|DATE] - KPU menggelar [Rapat|EVENT], [Selasa (19/7)|DATE].", "2022-07-19"),
        (
            "Ende ([19/7|DATE]) - KPU menggelar [Rapat|EVENT] di [Aula|FAC]. Berkas diterima sampai [25 Juli|DATE].",
            "2022-07-19",
        ),
        ("“Kita mulai [22 Juli|DATE],” kata Ketua saat [Rapat|EVENT], [Selasa (19/7)|DATE].", "2022-07-19"),
    ],
)
def test_the_reported_day_among_others(date: str, start: str) -> None:
    found = _report("Judul berita\n" + date)
    assert found is not None
    assert found.start == start


@pytest.mark.parametrize(
    ("body", "mode", "venue"),
    [
        ("KPU menggelar [Rapat|EVENT] melalui [Zoom Meeting|FAC], [Selasa (19/7)|DATE].", "online", "Zoom Meeting"),
        ("KPU menggelar [Rapat|EVENT] secara daring, [Selasa (19/7)|DATE].", "online", None),
        ("KPU menggelar [Rapat|EVENT] secara hybrid di [Aula KPU|FAC], [Selasa (19/7)|DATE].", "hybrid", "Aula KPU"),
        ("KPU menggelar [Rapat|EVENT] di [Aula KPU|FAC] dan [Zoom Meeting|FAC], [Selasa (19/7)|DATE].", "hybrid", "Aula KPU"),
        ("KPU menggelar [Rapat|EVENT] di [Aula KPU|FAC], disiarkan lewat [kanal YouTube KPU|FAC].", "onsite", "Aula KPU"),
        ("KPU menggelar [Rapat|EVENT].", None, None),
        ("Logistik tiba dari [Gudang Lama|FAC]. KPU menggelar [Rapat|EVENT] di [Aula KPU|FAC].", "onsite", "Aula KPU"),
        (
            "Tiba di [Lapangan Gelora|FAC]\nKPU menggelar [Kirab|EVENT] di [Lapangan Gelora Ende|FAC].",
            "onsite",
            "Lapangan Gelora Ende",
        ),
    ],
)
def test_mode_and_venue(body: str, mode: str | None, venue: str | None) -> None:
    text, spans = parse_body(body)
    places = _places(text, spans)
    found = report_event(text, spans, resolve_moments(text, spans, published=PUBLISHED), places, published=PUBLISHED)
    assert found is not None
    assert (found.mode, None if found.venue is None else places[found.venue].name) == (mode, venue)


@pytest.mark.parametrize(
    ("body", "venue"),
    [
        ("KPU menggelar [Webinar|EVENT] melalui [Zoom Meeting|FAC] dan disiarkan di [kanal YouTube KPU|FAC].", "Zoom Meeting"),
        ("KPU menggelar [Apel|EVENT] lewat [Zoom|FAC], [Selasa (19/7)|DATE]. Bendera dikibarkan di [Gedung KPU|FAC].", "Zoom"),
        ("Semula akan digelar di [Gedung Satu|FAC], [Debat|EVENT] terselenggara di [Hotel Mawar|FAC].", "Hotel Mawar"),
        ("Kapolres berkunjung ke [Kantor KPU|FAC], [Selasa (19/7)|DATE]. Ia diterima di [ruang tamu|FAC].", "Kantor KPU"),
        (
            "[Sidang|EVENT] digelar. Teradu hadir di [Ruang Video Conference Polda|FAC], majelis di [Gedung Dua|FAC].",
            "Ruang Vi",
        ),
    ],
)
def test_the_venue_among_other_places(body: str, venue: str) -> None:
    text, spans = parse_body("Judul berita\n" + body)
    places = _places(text, spans)
    found = report_event(text, spans, resolve_moments(text, spans, published=PUBLISHED), places, published=PUBLISHED)
    assert found is not None
    assert found.venue is not None
    assert (places[found.venue].name or "").startswith(venue)


def test_what_was_put_off_and_held_in_the_end_is_reported() -> None:
    found = _report("[Pelantikan PPS|EVENT] yang sempat ditunda digelar [Selasa (19/7)|DATE] di [Aula KPU|FAC].")
    assert found is not None
    assert found.name == "Pelantikan PPS"


def test_a_bare_word_before_a_name_is_none_of_it() -> None:
    found = _report("[Acara Pelantikan PPK|EVENT] digelar [Selasa (19/7)|DATE].")
    assert found is not None
    assert found.name == "Pelantikan PPK"


def test_a_time_and_venue_without_a_named_event() -> None:
    found = _report("Logistik Tiba\nSurat suara tiba di [Gudang KPU|FAC], [Selasa (19/7)|DATE] petang.")
    assert found == Gathering(name=None, start="2022-07-19", end=None, open_end=False, mode="onsite", venue=0)


@pytest.mark.parametrize(
    "body",
    [
        "Ketua menemui Bupati di [Pendopo|FAC], [Selasa (19/7)|DATE].",
        "Mahasiswa memenuhi [Aula KPU|FAC], [Selasa (19/7)|DATE]. Mereka berkunjung untuk melengkapi tugas.",
        "Perjanjian hibah ditandatangani di [Pendopo|FAC], [Selasa (19/7)|DATE].",
        "Api menyala di [halaman KPU|FAC], [Selasa (19/7)|DATE]. Pembakaran dipimpin Ketua.",
        "Berita acara diserahkan di [Aula KPU|FAC], [Selasa (19/7)|DATE].",
        "Bakal pasangan calon tiba di [Kantor KPU|FAC], [Selasa (19/7)|DATE].",
        "Kapolres mengumpulkan ulama dan pengawas di [Mapolres|FAC], [Selasa (19/7)|DATE].",
        "Ulama diundang berbuka puasa di [Mapolres|FAC], [Selasa (19/7)|DATE].",
        "Kapal logistik lepas sauh dari [Pelabuhan|FAC], [Selasa (19/7)|DATE].",
    ],
)
def test_people_who_met_need_no_name_for_it(body: str) -> None:
    found = _report("Judul berita\n" + body)
    assert found is not None
    assert (found.name, found.start, found.venue) == (None, "2022-07-19", 0)


def test_the_headline_tells_that_people_met() -> None:
    found = _report("Ngopi Bareng Wartawan\nKomisioner duduk di [Kedai Kopi|FAC], [Selasa (19/7)|DATE].")
    assert found is not None
    assert found.start == "2022-07-19"


@pytest.mark.parametrize(
    "body",
    [
        "Map dapat diserahkan di [Aula KPU|FAC], kata Ketua lewat telepon, [Selasa (19/7)|DATE].",
        "Pemilih bertambah 214 orang, kata Ketua dalam siaran pers, [Selasa (19/7)|DATE] [pukul 09.00 WIB|TIME].",
        "[Ketua Divisi Sosialisasi|ROLE] menjawab pertanyaan lewat pesan singkat, [Selasa (19/7)|DATE].",
        "“Saya bertemu banyak warga,” ceritanya, [Selasa (19/7)|DATE].",
        "Ketua menemui wartawan di [Kantor KPU|FAC], [Selasa (19/7)|DATE].",
        "Petugas mengumpulkan data di [Kantor KPU|FAC], [Selasa (19/7)|DATE].",
        "[Pelantikan PPS|EVENT] yang sedianya berlangsung [Selasa (19/7)|DATE] batal.",
        "Warga mencoblos di [TPS 07|FAC], [Selasa (19/7)|DATE] [pukul 07.00 WIB|TIME].",
        "Surat suara dilipat di [Gudang KPU|FAC] sejak [Senin (18/7)|DATE].",
        "Laporannya diterima di [Kantor Bawaslu|FAC], [Selasa (19/7)|DATE] [pukul 14.20 WIB|TIME].",
        "Pelayanan di [Kantor KPU|FAC] dibuka kembali [Selasa (19/7)|DATE] [pukul 07.30 WIB|TIME].",
        "Komisioner akan bertemu pimpinan dewan di [Gedung DPRD|FAC], [Kamis (21/7)|DATE].",
        "Sidang perdana dijadwalkan di [Gedung MK|FAC], [Kamis (21/7)|DATE] [pukul 09.00 WIB|TIME].",
        "Banjir merendam [Gudang KPU|FAC], [Selasa (19/7)|DATE] [pukul 05.00 WIB|TIME].",
    ],
)
def test_a_day_and_a_place_alone_are_no_gathering(body: str) -> None:
    assert _report("Judul berita\n" + body) is None


def test_a_gathering_mentioned_at_the_end_is_not_the_one_reported() -> None:
    body = (
        "Gudang Diperiksa\nEnde - Ketua memeriksa [Gudang KPU Ende|FAC], [Selasa (19/7)|DATE] [pukul 05.00 WITA|TIME].\n"
        + "Petugas memindahkan kotak.\n" * 10
        + "[Apel Siaga Logistik|EVENT] yang sedianya digelar [Kamis (21/7)|DATE] diundur."
    )
    found = _report(body)
    assert found is not None
    assert (found.name, found.start, found.venue) == (None, "2022-07-19T05:00+08:00", 0)


@pytest.mark.parametrize("body", ["", "Hari ini hujan.", "[Budi|PERSON] hadir.", "Helpdesk buka di [Kantor KPU|FAC]."])
def test_nothing_reported_is_none_or_a_bare_place(body: str) -> None:
    found = _report(body)
    assert found is None or found.name is None


def test_the_headline_form_gives_way_to_the_name_in_the_body() -> None:
    found = _report("[APEL SENIN|EVENT] DI ENDE\nKPU Ende melaksanakan [Apel Senin|EVENT].")
    assert found is not None
    assert found.name == "Apel Senin"


@pytest.mark.parametrize(("fact", "floor"), [("name", 0.9), ("day", 0.97), ("start", 0.95)])
def test_the_development_articles_keep_their_scores(fact: str, floor: float) -> None:
    """With the spans of the annotators; only headers that tell the fact count."""
    right = total = 0
    for path in sorted(ARTICLES.glob("*.txt")):
        if split_of(path.stem) != "dev":
            continue
        article = parse_inline(path.read_text(encoding="utf-8"))
        facts = article.facts
        expected = facts.event if fact == "name" else facts.start and facts.start[: 10 if fact == "day" else None]
        if not facts.complete or not expected:
            continue
        zone = facts.start[-6:] if facts.start and "T" in facts.start else None
        moments = resolve_moments(article.text, article.spans, published=facts.published, zone=zone)
        places = _places(article.text, article.spans)
        found = report_event(article.text, article.spans, moments, places, published=facts.published)
        told = found and {"name": found.name, "day": found.start and found.start[:10], "start": found.start}[fact]
        total += 1
        right += told == expected
    assert total >= 30
    assert right / total >= floor


PIECES = [
    "Rapat Kerja",
    "Aula",
    "Zoom Meeting",
    "Senin (18/7)",
    "18-20 Juli",
    "pukul 09.00 WIB s.d. selesai",
    "ditutup",
    "\n",
    ". ",
    '"',
]


@st.composite
def articles(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text, spans = "", []
    for piece in draw(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=20)):
        if piece and draw(st.booleans()):
            label = draw(st.sampled_from(["DATE", "TIME", "EVENT", "FAC", "ELECTION", "LAW"]))
            spans.append(Span(len(text), len(text) + len(piece), label))
        text += piece
    return text, spans


@given(articles(), st.sampled_from([None, "2022-07-20", "9999-12-31"]))
def test_any_article_gives_a_gathering_of_its_own_parts(article: tuple[str, list[Span]], published: str | None) -> None:
    text, spans = article
    places = _places(text, spans)
    moments = resolve_moments(text, spans, published=published, zone="+07:00")
    found = report_event(text, spans, moments, places, published=published)
    if found is None:
        return
    assert found.venue is None or 0 <= found.venue < len(places)
    assert found.name is None or found.name in {" ".join(span.of(text).split()) for span in labelled(spans, "EVENT")}
    assert found.mode in (None, "onsite", "online", "hybrid")
    assert found.start is not None or found.end is None
