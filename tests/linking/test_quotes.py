from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.linking.quotes import find_quotations

CASES = [
    ("curly", "“Kita siap bekerja,” kata Ratih.", ["Kita siap bekerja,"]),
    ("straight", '"Kita siap bekerja", kata Ratih.', ["Kita siap bekerja"]),
    ("low", "Ratih tersenyum. „Kita siap bekerja,” katanya.", ["Kita siap bekerja,"]),
    ("low and high reversed", "„Kita siap bekerja,‟ ujar Ratih.", ["Kita siap bekerja,"]),
    ("guillemets", "Ratih berkata: «Kita siap bekerja.»", ["Kita siap bekerja."]),
    ("closing mark opens", "Ratih tersenyum. ”Kita siap bekerja,” katanya.", ["Kita siap bekerja,"]),
    ("mixed", "„Kita siap bekerja,\" kata Ratih. “Besok mulai,\" lanjutnya.", ["Kita siap bekerja,", "Besok mulai,"]),
    ("single", "Ratih tersenyum. 'Kita siap bekerja,' katanya.", ["Kita siap bekerja,"]),
    ("curly single", "‘Kita siap bekerja,’ katanya.", ["Kita siap bekerja,"]),
    ("doubled single", "''Kita siap bekerja,'' katanya.", ["Kita siap bekerja,"]),
    ("opens double, closes single", "\"Kita siap bekerja', katanya.", ["Kita siap bekerja"]),
    ("apostrophe inside", "'Ini hari Jum'at, ayo bekerja,' kata Syafi'i.", ["Ini hari Jum'at, ayo bekerja,"]),
    ("apostrophes alone", "Hari Jum'at dibacakan Al-Qur'an di Masjid Jami' Al-Fulan oleh Syafi’i.", []),
    ("space inside the mark", '" Gudang ini penuh," kata Ratih.', ["Gudang ini penuh,"]),
    ("no space before the cue", "“Gudang ini penuh,”kata Ratih.", ["Gudang ini penuh,"]),
    ("no space, straight", '"Gudang ini penuh,"kata Ratih.', ["Gudang ini penuh,"]),
    ("no space before the mark", 'Ratih berkata,"Gudang ini penuh." Acara selesai.', ["Gudang ini penuh."]),
    ("two in one paragraph", "“Satu sudah,” kata Ratih. “Dua belum.” Acara selesai.", ["Satu sudah,", "Dua belum."]),
    ("nested", "“Kami pakai tema “Pemilu Damai” kini,” kata Ratih.", ["Kami pakai tema “Pemilu Damai” kini,"]),
    ("nested single", "\"Kami sebut 'satu rumah' saja,\" kata Ratih.", ["Kami sebut 'satu rumah' saja,"]),
    ("unclosed to the cue", "“Kalau longgar, rekap pun longgar, katanya. Acara selesai.",
     ["Kalau longgar, rekap pun longgar,"]),
    ("unclosed to the name", "“Jaga jujur sejak pagi, kata Ratih. Acara selesai.", ["Jaga jujur sejak pagi,"]),
    ("unclosed to the end", "“Jaga jujur sejak pagi.\nAcara selesai.", ["Jaga jujur sejak pagi."]),
    ("opened again", "“Jaga jujur. “Jangan takut,” katanya.", ["Jaga jujur.", "Jangan takut,"]),
    ("paragraphs", "“Jaga jujur.\n“Jangan takut,” katanya.", ["Jaga jujur.", "Jangan takut,"]),
    ("paragraph without its mark", "“Jaga jujur.\nJangan takut,” katanya.", ["Jaga jujur.", "Jangan takut,"]),
    ("slogan", 'Kegiatan bertema "Pemilu Damai dan Jujur" itu selesai.', []),
    ("theme", 'Debat mengangkat tema "Sinergi Daerah dan Pelayanan Publik Kita" malam ini.', []),
    ("mascot", 'Gubernur Luncurkan Maskot "Si Bung Kijang"', []),
    ("word", "Peserta menirukan bunyi 'sah' bersama-sama.", []),
    ("phrase", 'Ia dikenal sebagai "bapak pemilu" di desa.', []),
    ("sentence without a cue", "Ia menyerang dengan kalimat “Tol laut itu mimpi kalau kapal jarang”, semua tertawa.",
     ["Tol laut itu mimpi kalau kapal jarang"]),
    ("short but said", "“Siap!” jawab peserta.", ["Siap!"]),
    ("headline", '"Jaga Netralitas", Pesan Ketua KPU Rimba Raya', ["Jaga Netralitas"]),
    ("inches", 'Layar 15" dan 17" dipasang di aula.', []),
    ("empty", 'Tanda "" dan “ ” saja.', []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_quotations(text: str, expected: list[str]) -> None:
    assert [text[quoted.start : quoted.end] for quoted in find_quotations(text)] == expected


def test_marks_and_closing_are_told() -> None:
    text = "Ratih: “Satu sudah.”\n“Dua belum."
    closed, unclosed = find_quotations(text)
    assert (text[closed.open], text[closed.close - 1], closed.closed) == ("“", "”", True)
    assert (text[unclosed.open], unclosed.close, unclosed.closed) == ("“", unclosed.end, False)


@given(st.text(alphabet=st.sampled_from("ab A.,?!\"“”„‟‘’'«»\n:1")) | st.text())
def test_quotations_are_ordered_and_inside_the_text(text: str) -> None:
    last = 0
    for quoted in find_quotations(text):
        assert last <= quoted.open <= quoted.start < quoted.end <= quoted.close <= len(text)
        assert text[quoted.start : quoted.end].strip() == text[quoted.start : quoted.end]
        assert "\n" not in text[quoted.open : quoted.close]
        last = quoted.close
