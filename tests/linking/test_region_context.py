import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.region_context import article_zone, decide_area, decide_region, outlet_area, read_regions, region_inside
from kpu_nlp.spans import Span


@pytest.mark.parametrize(
    ("outlet", "code"),
    [
        ("kab-ende.kpu.go.id", "53.08"),
        ("kota-malang.kpu.go.id", "35.73"),
        ("kab-malang.kpu.go.id", "35.07"),
        ("kab-hulusungaiutara.kpu.go.id", "63.08"),
        ("KAB-LANDAK.KPU.GO.ID", "61.08"),
        ("www.kab-ende.kpu.go.id", "53.08"),
        ("jatim.kpu.go.id", "35"),
        ("papuabaratdaya.kpu.go.id", "96"),
        ("bengkulu.kpu.go.id", "17.71"),
        ("kip-pidie.kpu.go.id", "11.07"),
        ("kpu-bone.go.id", "73.08"),
        ("kpu-rohilkab.go.id", "14.07"),
        ("kpud-diyprov.go.id", "34"),
        ("kpujatim.go.id", "35"),
        ("kpu.go.id", None),
        ("malang.kpu.go.id", None),
        ("malangkota.go.id", None),
        ("kabarmalang.com", None),
        ("", None),
    ],
)
def test_outlets(outlet: str, code: str | None) -> None:
    area = outlet_area(outlet)
    assert (area.code if area else None) == code


@pytest.mark.parametrize(
    ("article", "name", "code"),
    [
        # The office that publishes, the offices, other names with their kind.
        ("Judul\nMalang, kota-malang.kpu.go.id - Rapat Kabupaten Malang.", "Malang", "35.73"),
        ("Judul\nKPU Kabupaten Malang rapat di gedung milik Kota Malang.", "Malang", "35.07"),
        ("Judul\nKomisi Pemilihan Umum (KPU) Kota Malang rapat bersama Bupati Malang.", "Malang", "35.73"),
        ("Judul\nRapat dihadiri Wali Kota Malang.", "Malang", "35.73"),
        ("Judul\nRapat dihadiri Bupati Malang.", "Malang", "35.07"),
        ("JUDUL\nRAPAT KPU KOTA MALANG DIGELAR.", "MALANG", "35.73"),
        ("Judul\nKPU Kabupaten/Kota Malang rapat.", "Malang", None),
        ("Judul\nKPU Kota Malang dan KPU Kabupaten Malang rapat.", "Malang", None),
        ("Judul\nMalang, jatim.kpu.go.id- Rapat.", "Malang", None),
        ("Judul\nRapat.", "Surabaya", "35.78"),
        # A district of the article's regency counts before another regency of the name, not before a city.
        ("Judul\nBanggai, kab-banggailaut.kpu.go.id - Rapat.", "Banggai", "72.11.01"),
        ("Judul\nLuwuk - KPU Banggai rapat.", "Banggai", "72.01"),
        ("Judul\nKPU Kabupaten Tulungagung rapat.", "Bandung", None),
        ("Judul\nKPU Kabupaten Tulungagung rapat.", "Kecamatan Bandung", "35.04.17"),
        ("Judul\nKPU Kabupaten Lombok Utara rapat.", "Tanjung", "52.08.01"),
        ("Judul\nKPU Kabupaten Tabalong rapat.", "Tanjung", "63.09.04"),
        # The provinces.
        ("Judul\nKPU Jabar rapat.", "Banjar", "32.79"),
        ("Judul\nKPU Provinsi Kalimantan Selatan rapat.", "Banjar", "63.03"),
        ("Judul\nKPU Provinsi Bali rapat.", "Kepanjen", None),
        ("Judul\nRapat.", "Kepanjen", "35.07.13"),
        ("Judul\nRapat.", "Bengkulu", "17.71"),
        ("Judul\nRapat.", "Provinsi Bengkulu", "17"),
        # Two districts with one name in one regency, a village of the only regency.
        ("Judul\nKPU Kabupaten Halmahera Timur rapat.", "Maba", "82.06"),
        ("Judul\nKPU Kabupaten Ngawi rapat.", "Desa Harapan", "35.21"),
        ("Judul\nKPU Kabupaten Ngawi dan KPU Kabupaten Tuban rapat.", "Desa Harapan", None),
        ("Judul\nRapat.", "Atlantis", None),
    ],
)
def test_the_article_decides(article: str, name: str, code: str | None) -> None:
    context = read_regions(*parse_body(article))
    region = decide_region(name, context)
    assert (region.code if region else None) == code


@pytest.mark.parametrize(("name", "ambiguous"), [("Malang", True), ("Tanjung", True), ("Atlantis", False), ("Surabaya", False)])
def test_ambiguity(name: str, ambiguous: bool) -> None:
    assert decide_area(name, read_regions("Rapat.", ())).ambiguous is ambiguous


def test_a_known_outlet_decides() -> None:
    assert decide_region("Malang", read_regions("Rapat.", (), outlet="kab-malang.kpu.go.id")).code == "35.07"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Aula KPU Kota Batu", "35.79"),
        ("Kantor KPU Ngawi", "35.21"),
        ("Kantor KPU Provinsi Bali", "51"),
        ("Kantor KPU Malang", None),
        ("Hotel Ngawi", None),
        ("KPU Kota Batu dan KPU Ngawi", None),
    ],
)
def test_region_inside(name: str, code: str | None) -> None:
    area = region_inside(name)
    assert (area.code if area else None) == code


@pytest.mark.parametrize(
    ("article", "zone"),
    [
        ("Judul\n[Malang|GPE] – Rapat.", "+07:00"),
        ("Judul\n[Denpasar|GPE] – Rapat dihadiri KPU Jatim dan KPU Jateng.", "+08:00"),
        ("Judul\n[Ternate|GPE] – Rapat.", "+09:00"),
        ("Judul\n[Jakarta|GPE], kab-paser.kpu.go.id – Sidang.", "+07:00"),
        ("Judul\n[Negeri Jauh|GPE], kab-paser.kpu.go.id – Sidang.", "+08:00"),
        ("Judul\n[Tanjung|GPE] – KPU Kabupaten Lombok Utara rapat.", "+08:00"),
        ("Judul\nKPU Kabupaten Ngawi menerima KPU Kabupaten Tuban dan KPU Bali.", "+07:00"),
        ("Judul\nKPU Bali menerima KPU Jatim.", None),
        ("Judul\nRapat di [Pontianak|GPE].", "+07:00"),
        ("Judul\nRapat di [Palangka Raya|GPE].", "+07:00"),
        ("Judul\nRapat di [Samarinda|GPE].", "+08:00"),
        ("Judul\nRapat.", None),
        ("", None),
    ],
)
def test_article_zone(article: str, zone: str | None) -> None:
    assert article_zone(*parse_body(article)) == zone


@given(
    st.lists(
        st.sampled_from(["KPU", "Kota", "Malang", "Kabupaten", "/", "Bupati", "se-", "Jawa", "Timur", "\n", ".", "di", "x"]),
        max_size=30,
    ),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_any_text(words: list[str], cuts: list[int]) -> None:
    text = " ".join(words)
    spans = [Span(start, min(start + 5, len(text)), "GPE") for start in sorted(cuts) if start < len(text)]
    assert article_zone(text, spans) in (None, "+07:00", "+08:00", "+09:00")
    assert read_regions(text, spans).offices <= read_regions(text, spans).named
