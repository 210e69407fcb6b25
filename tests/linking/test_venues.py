import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.facts import Place
from kpu_nlp.linking.venues import find_places, is_online
from kpu_nlp.spans import Span

Parts = tuple[str | None, str | None, str | None]


def places_of(article: str) -> list[Place]:
    return find_places(*parse_body(article))[0]


def parts_of(article: str) -> list[Parts]:
    return [(place.name, place.address, place.place) for place in places_of(article)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "di [Hotel Melati|FAC], [jalan Mawar Nomor 7|ADDRESS] [Malang|GPE].",
            [("Hotel Melati", "jalan Mawar Nomor 7", "Malang")],
        ),
        ("di [Hotel Melati|FAC] [Malang|GPE].", [("Hotel Melati", None, "Malang")]),
        ("di [Hotel Melati|FAC] ([Jalan Mawar|ADDRESS]).", [("Hotel Melati", "Jalan Mawar", None)]),
        (
            "di [Hotel Melati|FAC] yang beralamat di [Jalan Mawar|ADDRESS], [Malang|GPE].",
            [("Hotel Melati", "Jalan Mawar", "Malang")],
        ),
        ("di [Hotel Melati|FAC] di [Malang|GPE].", [("Hotel Melati", None, "Malang")]),
        ("di [Jalan Mawar|ADDRESS], [Malang|GPE].", [(None, "Jalan Mawar", "Malang")]),
        # Villages with their district.
        (
            "di [Balai Desa|FAC], [Desa Jaya|GPE], [Kecamatan Maju|GPE].",
            [("Balai Desa", None, "Desa Jaya, Kecamatan Maju")],
        ),
        # A town without what it lies in, and without the village where the town itself is printed.
        ("di [Hotel Melati|FAC], [Kepanjen|GPE], [Kabupaten Malang|GPE].", [("Hotel Melati", None, "Kepanjen")]),
        ("di [Hotel Melati|FAC], [Kelurahan Jaya|GPE], [Kepanjen|GPE].", [("Hotel Melati", None, "Kepanjen")]),
        ("di [Hotel Melati|FAC] [Malang|GPE], [Batu|GPE] dan [Kediri|GPE].", [("Hotel Melati", None, "Malang")]),
        # A room in a building, a list of buildings.
        ("di [Ruang Rapat|FAC] [Kantor KPU|FAC], [Malang|GPE].", [("Ruang Rapat Kantor KPU", None, "Malang")]),
        ("di [Aula|FAC], [Hotel Melati|FAC] [Malang|GPE].", [("Aula, Hotel Melati", None, "Malang")]),
        (
            "di [Aula Satu|FAC], [Hotel Melati|FAC] dan [Gedung Dua|FAC].",
            [("Aula Satu", None, None), ("Hotel Melati", None, None), ("Gedung Dua", None, None)],
        ),
        ("dari [Kantor KPU|FAC] ke [Malang|GPE].", [("Kantor KPU", None, None)]),
        ("di [Hotel Melati|FAC].\n[Malang|GPE] menjadi tuan rumah.", [("Hotel Melati", None, None)]),
        ("di [Balai|FAC], [Negeri Jaya|GPE], [Kecamatan Maju|GPE].", [("Balai", None, "Negeri Jaya, Kecamatan Maju")]),
        # A village with its district is a place without a building; a village by itself, or as somebody's home, is none.
        ("turun ke [Desa Jaya|GPE], [Kecamatan Maju|GPE].", [(None, None, "Desa Jaya, Kecamatan Maju")]),
        ("warga [Desa Jaya|GPE], [Kecamatan Maju|GPE].", []),
        ("di [Desa Jaya|GPE].", []),
        # The tagger cut the name: in two, at its beginning, at its end.
        ("di [Aula Kantor|FAC] [Dinas Sosial|FAC], [Malang|GPE].", [("Aula Kantor Dinas Sosial", None, "Malang")]),
        ("di [Aula|FAC] [KPU Kota Batu|ORG], [Jalan Mawar|ADDRESS].", [("Aula KPU Kota Batu", "Jalan Mawar", "Batu")]),
        ("di Ruang Rapat [KPU Kota Batu|FAC] bersama.", [("Ruang Rapat KPU Kota Batu", None, "Batu")]),
        ("di [Hotel Grand|FAC] Melati Indah, [Malang|GPE].", [("Hotel Grand Melati Indah", None, "Malang")]),
        # Nothing is missing there.
        ("di [Hotel Melati|FAC] [KPU Kota Batu|ORG] hadir.", [("Hotel Melati", None, None)]),
        ("di [Hotel Melati|FAC] Senin pagi.", [("Hotel Melati", None, None)]),
        ("yang dibuka Ketua di [Hotel Melati|FAC] bersama.", [("Hotel Melati", None, None)]),
        # A city alone is no venue.
        ("di [Malang|GPE].", []),
        ("tanpa tempat.", []),
    ],
)
def test_parts(body: str, expected: list[Parts]) -> None:
    assert parts_of(f"Judul\nRapat {body}") == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            "[Gudang Logistik KPU Kabupaten Ngawi|FAC]",
            "[Gudang KPU Ngawi|FAC]",
            [("Gudang Logistik KPU Kabupaten Ngawi", None, "Ngawi")],
        ),
        (
            "[Gudang KPU Ngawi|FAC]",
            "[Gudang Logistik KPU Kabupaten Ngawi|FAC], [Jalan Mawar|ADDRESS]",
            [("Gudang Logistik KPU Kabupaten Ngawi", "Jalan Mawar", "Ngawi")],
        ),
        ("[HOTEL MELATI|FAC]", "[Hotel Melati|FAC] [Malang|GPE]", [("Hotel Melati", None, "Malang")]),
        ("[TPS 4|FAC]", "[TPS 1|FAC]", [("TPS 4", None, None), ("TPS 1", None, None)]),
        (
            "[Gereja Kasih|FAC] [Malang|GPE]",
            "[Gereja Kasih|FAC] [Kediri|GPE]",
            [("Gereja Kasih", None, "Malang"), ("Gereja Kasih", None, "Kediri")],
        ),
        (
            "[Hotel Melati|FAC] [Jalan Satu|ADDRESS]",
            "[Hotel Melati|FAC] [Jalan Dua|ADDRESS]",
            [("Hotel Melati", "Jalan Satu", None), ("Hotel Melati", "Jalan Dua", None)],
        ),
        (
            "[Kantor KPU Ngawi|FAC]",
            "[halaman Kantor KPU Ngawi|FAC]",
            [("Kantor KPU Ngawi", None, "Ngawi"), ("halaman Kantor KPU Ngawi", None, None)],
        ),
        ("[Jalan Mawar|ADDRESS]", "[jalan Mawar|ADDRESS]", [(None, "Jalan Mawar", None)]),
    ],
)
def test_mentions_of_one_place(first: str, second: str, expected: list[Parts]) -> None:
    article = f"Judul\nMulai di {first} pagi itu. Lanjut di {second} sore itu."
    assert parts_of(article) == expected
    _, spans = parse_body(article)
    assert sorted(span for place in places_of(article) for span in place.mentions) == sorted(spans)


@pytest.mark.parametrize(
    ("article", "place"),
    [
        # The dateline's town, in the sentence that first names a place.
        ("Judul\n[NGAWI|GPE] – Rapat di [Hotel Melati|FAC].", "Ngawi"),
        ("Judul\n[Ngawi|GPE] – Rapat. Lalu di [Hotel Melati|FAC].", "Ngawi"),
        ("Judul\n[Ngawi|GPE] – Rapat di [Jalan Mawar|ADDRESS]. Lalu di [Hotel Melati|FAC].", "Ngawi"),
        ("Judul\nRapat di [Hotel Melati|FAC].", None),
        # Not for a platform, nor past that sentence, nor after a place with its own town.
        ("Judul\n[Ngawi|GPE] – Rapat lewat [Zoom Meeting|FAC].", None),
        ("Judul\n[Ngawi|GPE] – Rapat di [Gedung Satu|FAC]. Besok di [Hotel Melati|FAC].", None),
        ("Judul\n[Ngawi|GPE] – Rapat di [Gedung Satu|FAC] [Tuban|GPE] dan [Hotel Melati|FAC].", None),
        # A building's own name tells another town, or the only one.
        ("Judul\n[Balikpapan|GPE] – Siaran dari [Studio Radio Samarinda|FAC].", "Samarinda"),
        ("Judul\n[Kulon Progo|GPE] – Warga memadati [Alun-alun Wates|FAC].", "Wates"),
        ("Judul\n[Praya|GPE] – Rapat di [Kantor KPU Kabupaten Lombok Tengah|FAC].", "Praya"),
        ("Judul\nRapat di [Lapangan Merdeka Ngawi|FAC].", "Ngawi"),
        ("Judul\nRapat di [Kantor KPU Kota Batu|FAC].", "Batu"),
        ("Judul\nRapat di [Aula SMA Negeri 1 Atambua|FAC].", "Atambua"),
        ("Judul\nRapat di [Kantor KPU Kabupaten Malang|FAC].", None),
        ("Judul\nRapat di [Kantor KPU Kabupaten Ngawi|FAC].", "Ngawi"),
        ("Judul\nRapat di [Kantor KPU Ngawi|FAC].", "Ngawi"),
        # The last word of a regency's name, which is a district's name too, is not the town of its office.
        ("Judul\n[Ampana|GPE] – Rapat di [Ruang Rapat KPU Tojo Una-Una|FAC].", "Ampana"),
        # The report leaves for a district before it names the building there.
        (
            "Judul\n[Ngawi|GPE] – KPU turun ke [Kecamatan Paron|GPE], [Senin|DATE]. Tim tiba di [Balai Desa|FAC].",
            "Kecamatan Paron",
        ),
        ("Judul\n[Ngawi|GPE] – Camat dari [Kecamatan Paron|GPE] hadir di [Gedung Satu|FAC].", "Ngawi"),
        ("Judul\nRapat di [Aula Universitas Widya Ngawi|FAC].", None),
        # An office of the province or another city is elsewhere than a regency's dateline.
        ("Judul\n[Ngawi|GPE] – Pelantikan di [Kantor KPU Provinsi Jawa Timur|FAC].", None),
        ("Judul\n[Surabaya|GPE] – Pelantikan di [Kantor KPU Provinsi Jawa Timur|FAC].", "Surabaya"),
        ("Judul\n[Mamuju|GPE] – Pelantikan di [Kantor KPU Provinsi Sulawesi Barat|FAC].", "Mamuju"),
        ("Judul\n[Ngawi|GPE] – Kunjungan ke [Kantor KPU Kota Batu|FAC].", None),
        # A headline that says where.
        ("Rapat di [Kuala Pembuang|GPE] Usai\nKPU rapat di [Gedung Wanita|FAC].", "Kuala Pembuang"),
    ],
)
def test_towns_from_elsewhere(article: str, place: str | None) -> None:
    assert places_of(article)[-1].place == place


@pytest.mark.parametrize(
    ("article", "code", "warnings"),
    [
        ("Judul\nRapat di [Hotel Melati|FAC] [Surabaya|GPE].", "35.78", []),
        (
            "Judul\n[Malang|GPE], jatim.kpu.go.id – Rapat di [Hotel Melati|FAC] [Malang|GPE].",
            None,
            ["ambiguous region: Malang"],
        ),
        ("Judul\nRapat di [Hotel A|FAC] [Malang|GPE]. Lalu [Gedung B|FAC] [Malang|GPE].", None, ["ambiguous region: Malang"]),
        ("Judul\nKPU Kota Malang rapat di [Hotel Melati|FAC] [Malang|GPE].", "35.73", []),
        ("Judul\nRapat di [Aula KPU Kota Malang|FAC], [Malang|GPE] bersama KPU Kabupaten Malang.", "35.73", []),
        ("Judul\nRapat di [Aula KPU Kabupaten Ngawi|FAC].", "35.21", []),
        ("Judul\nRapat di [Aula KPU Provinsi Bali|FAC].", None, []),
        ("Judul\nRapat di [Balai Desa|FAC], [Desa Jaya|GPE], [Kecamatan Kepanjen|GPE].", "35.07.13", []),
        ("Judul\nKPU Ngawi rapat di [Balai Desa|FAC], [Desa Jaya|GPE].", "35.21", []),
        ("Judul\n[Ngawi|GPE] – Rapat lewat [kanal YouTube KPU Kota Malang|FAC].", None, []),
        ("Judul\nRapat di [Hotel Melati|FAC] [Atlantis|GPE].", None, []),
    ],
)
def test_regions(article: str, code: str | None, warnings: list[str]) -> None:
    places, found = find_places(*parse_body(article))
    assert (places[0].region_code, found) == (code, warnings)


def test_region_in_full() -> None:
    place = places_of("Judul\nRapat di [Hotel Melati|FAC] [Kota Malang|GPE].")[0]
    assert (place.region_code, place.region_name, place.region_province) == ("35.73", "Kota Malang", "Jawa Timur")


@pytest.mark.parametrize(
    ("name", "online"),
    [
        ("Zoom Meeting", True),
        ("kanal YouTube KPU Ngawi", True),
        ("Google Meet", True),
        ("Operation Room", False),
        ("Ruang Meeting Hotel Melati", False),
        ("Hotel Zoomara", False),
    ],
)
def test_online(name: str, online: bool) -> None:
    assert is_online(name) is online


@given(
    st.text(alphabet="Ab ,.()-\nKPU di", max_size=90),
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(1, 12), st.sampled_from(["FAC", "ADDRESS", "GPE", "ORG", "DATE"])),
        max_size=10,
    ),
)
def test_any_spans(text: str, cuts: list[tuple[int, int, str]]) -> None:
    spans: list[Span] = []
    for start, length, label in sorted(cuts):
        if start < len(text) and (not spans or spans[-1].end <= start):
            spans.append(Span(start, min(start + length, len(text)), label))
    places, _ = find_places(text, spans)
    mentions = [span for place in places for span in place.mentions]
    assert len(mentions) == len(set(mentions))
    assert set(mentions) <= set(spans)
    assert all(place.name is None or place.name in text for place in places)
    assert {span for span in spans if span.label in ("FAC", "ADDRESS")} <= set(mentions)
