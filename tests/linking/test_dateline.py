import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.dateline import find_dateline, well_cased
from kpu_nlp.spans import Span


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("[Malang|GPE], jatim.kpu.go.id- Hadir memberikan arahan", ("Malang", "jatim.kpu.go.id")),
        ("[Malang|GPE],jatim.kpu.go.id - Hadir", ("Malang", "jatim.kpu.go.id")),
        ("[Manna|GPE].bengkulu.kpu.go.id - Rapat", ("Manna", "bengkulu.kpu.go.id")),
        ("[NGAWI|GPE] (KAB-NGAWI.KPU.GO.ID) ---- RAPAT", ("Ngawi", "KAB-NGAWI.KPU.GO.ID")),
        ("[Tuban|GPE] (kab-tuban.kpu.go.id) Sebelum apel", ("Tuban", "kab-tuban.kpu.go.id")),
        ("[TERNATE|GPE] (kabarpulau) – Rapat", ("Ternate", "kabarpulau")),
        ("[TANJUNG REDEB|GPE] - Rapat", ("Tanjung Redeb", None)),
        ("[PANGKAJENE DAN KEPULAUAN|GPE]— Rapat", ("Pangkajene dan Kepulauan", None)),
        ("[DKI Jakarta|GPE] -- Rapat", ("DKI Jakarta", None)),
        ("[Metro|GPE]-KPU mengadakan rapat", ("Metro", None)),
        ("[Palu|GPE]_ Rapat", ("Palu", None)),
        ("[Kendal|GPE]. [Rabu (13/4)|DATE], KPU", ("Kendal", None)),
        ("[REMBANG|GPE].KPU Rembang menerima", ("Rembang", None)),
        ("[Topoyo|GPE]; [KPU Topoyo|ORG] rapat", ("Topoyo", None)),
        ("[Cilegon|GPE], Dua pekan menjelang", ("Cilegon", None)),
        ("[Sekadau|GPE], [26 Agustus 2015|DATE]", ("Sekadau", None)),
        ("[Ponorogo|GPE] ([17/11|DATE]) – KPU", ("Ponorogo", None)),
        ("[Arso|GPE] [22/04/2019|DATE] Sebelas TPS", ("Arso", None)),
        ("[Buol|GPE] [KPU Kabupaten Buol|ORG] menggelar", ("Buol", None)),
        ("[Malang|GPE], [Jawa Timur|GPE] – Rapat", ("Malang", None)),
        ("([TENTENA|GPE], 5/10) Bertempat", ("Tentena", None)),
        ("#TemanPemilih – [Kaimana|GPE], KPU Kaimana", ("Kaimana", None)),
        # The tagger missed the place; the host name tells it.
        ("Malang, jatim.kpu.go.id - Hadir", ("Malang", "jatim.kpu.go.id")),
        ("jatim.kpu.go.id - Hadir", (None, "jatim.kpu.go.id")),
        ("KPU Kabupaten Tuban, kab-tuban.kpu.go.id - Hadir", (None, "kab-tuban.kpu.go.id")),
        ("TANJUNG [REDEB|GPE] - Rapat", ("Tanjung Redeb", None)),
        ("Ngawi – KPU menggelar rapat", ("Ngawi", None)),
        ("Rapat – begitu judulnya – selesai", (None, None)),
        ("Hari Ini [Ngawi|GPE] - rapat", (None, None)),
        # No dateline.
        ("[Malang|GPE], [Kediri|GPE] dan [Blitar|GPE] menggelar rapat", (None, None)),
        ("[Malang|GPE], kota yang dingin, menjadi tuan rumah", (None, None)),
        ("[Malang|GPE] menjadi tuan rumah", (None, None)),
        ("Warga [Malang|GPE] - semuanya - hadir", (None, None)),
        ("[Kecamatan Maju|GPE]: Adi, Budi", (None, None)),
        ("[KPU Malang|ORG] - rapat", (None, None)),
        ("“[Malang|GPE]. Kota kami,” kata ketua", (None, None)),
        ("Kunjungi jatim.kpu.go.id untuk informasi", (None, None)),
        ("", (None, None)),
    ],
)
def test_first_paragraph(opening: str, expected: tuple[str | None, str | None]) -> None:
    text, spans = parse_body(f"Rapat Digelar Lagi\n\n{opening}\nParagraf kedua.")
    assert find_dateline(text, spans) == expected


# Longer than a headline may be, so that a line that holds all of it is a whole article.
REST = " menggelar rapat bersama peserta dari semua kecamatan." * 8


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"Umum 12 Rapat Digelar Lagi [Ngawi|GPE] - KPU{REST}", ("Ngawi", None)),
        (f"Beranda Berita Rapat Digelar [NGAWI|GPE], kab-ngawi.kpu.go.id. KPU{REST}", ("Ngawi", "kab-ngawi.kpu.go.id")),
        (f"Rapat Digelar Lagi [Rabu, 22 April 2009|DATE] [Ngawi|GPE]. KPU Ngawi{REST}", ("Ngawi", None)),
        (f"Rapat Digelar di [Ngawi|GPE], KPU Ngawi{REST}", (None, None)),
        ("Rapat Digelar Lagi [Ngawi|GPE] - KPU hadir.", (None, None)),
    ],
)
def test_behind_the_headline_of_a_page_in_one_line(line: str, expected: tuple[str | None, str | None]) -> None:
    assert find_dateline(*parse_body(line)) == expected


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ("[Malang|GPE], jatim.kpu.go.id - Tanpa judul.\nLalu rapat.", ("Malang", "jatim.kpu.go.id")),
        ("[Malang|GPE] – Tanpa judul.", ("Malang", None)),
        ("[Malang|GPE], Kota Tertib Pemilu\nKPU rapat.", (None, None)),
        ("Judul\nAnak judul\n[Malang|GPE] – Rapat.", ("Malang", None)),
        ("Judul\nSatu.\nDua.\nTiga.\nEmpat.\n[Malang|GPE] – Rapat.", (None, None)),
        ("", (None, None)),
    ],
)
def test_place_in_the_article(article: str, expected: tuple[str | None, str | None]) -> None:
    assert find_dateline(*parse_body(article)) == expected


@pytest.mark.parametrize(
    ("printed", "cased"),
    [
        ("BA'A", "Ba'a"),
        ("NTB", "NTB"),
        ("Kota Batu", "Kota Batu"),
        ("FAK-FAK", "Fak-Fak"),
        ("DKI JAKARTA", "DKI Jakarta"),
        ("", ""),
    ],
)
def test_well_cased(printed: str, cased: str) -> None:
    assert well_cased(printed) == cased


@given(
    st.text(alphabet="Aa.-–, (#\nkpu:go.id“", max_size=80),
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 12)), max_size=6),
)
def test_any_text(text: str, cuts: list[tuple[int, int]]) -> None:
    spans = [Span(start, min(start + length, len(text)), "GPE") for start, length in sorted(cuts) if start < len(text)]
    place, outlet = find_dateline(text, spans)
    assert place is None or place.casefold() in text.casefold()
    assert outlet is None or outlet in text
