from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.linking.sentences import split_sentences

# A slash marks where a sentence ends; the text itself has none.
CASES = [
    ("two", "Rapat dibuka pagi.| Peserta hadir."),
    ("missing space", "Rapat selesai.|Kegiatan ditutup."),
    ("missing space after a year", "Berlaku sejak 2023.|Ia berharap semua siap."),
    ("missing space after a bracket", "Dipimpin Ratih (Divisi Hukum).|Satu per satu maju."),
    ("space before the stop", "Hadir KPU Rimba Raya .|Kapolres ikut hadir."),
    ("street", "Kantor di Jl. Melati No. 8 Km. 12 Rimba Raya.| Hari kerja."),
    ("titles", "Hadir Dr. Ir. H. Sastro Wiguna, Drs. Darto dan dr. Melati."),
    ("degrees", "Dibuka Sastro Wiguna, S.H., M.Si. dan Ratih, S.Sos., M.AP."),
    ("degree ends the sentence", "Dibuka Sastro Wiguna, S.H.| Acara berlangsung lancar."),
    ("degree with a missing space", "Dibuka Sastro Wiguna, S.H.|Dalam sambutannya ia berpesan."),
    ("initials", "Ketua M. A. Wiguna dan K.H. Ahmad Fulan hadir di Jalan A.H. Fulani."),
    ("rank", "Hadir Peltu (Purn.) Sastro dan TGH. Fulan."),
    ("clock and number", "Mulai pukul 09.00 WIB s.d. 21.00 WIB dengan 1.240 orang."),
    ("number at the end", "Jumlahnya 1.240.| Semua hadir pada tahun 2019.| Selesai."),
    ("dated range", "Masa tugas 24 Juni s.d. 24 Juli 2024.| Selesai."),
    ("law number", "Sesuai Putusan Nomor 02/PHPU.BUP-XXIII/2025 tentang hasil."),
    ("form", "Formulir C.Hasil dan M.Si tidak dipecah."),
    ("domain", "Muat di rimbaraya.kpu.go.id hari ini."),
    ("dkk inside", "Darto, Ratih dkk. menyusun laporan."),
    ("neighbourhood number", "Rumah di RT. 05 aman.| Laporan dari RT.|Divisi Data mencatatnya."),
    ("list", "Pesan:|1. Belajarlah.|2. Berbaurlah."),
    ("list of letters", "Tahap:|a. Ketua membuka.|b. Peserta menutup."),
    ("question and cue", "“Bisa atau tidak?” tanya Ratih."),
    ("exclamation and cue", "“Ayo!” kata Ratih.| Semua tertawa."),
    ("inside a quotation", "“Kita satu rumah.| Jaga kompak,” kata Ratih."),
    ("stop inside the marks", "Ia berpesan, “Jaga kompak.”| Acara selesai."),
    ("stop after the marks", "Ia berpesan, “Jaga kompak”.| Acara selesai."),
    ("quotation after a stop", "Ratih tersenyum.| “Kita bisa,” katanya."),
    ("quotation without a space", "Ratih tersenyum.|“Kita bisa,” katanya."),
    ("careless capital", "Rapat ditutup bersama.| kegiatan berlanjut besok."),
    ("lines", "Judul Tanpa Titik|Rimba Raya - Rapat dibuka.|(hms)"),
    ("ellipsis", "Entahlah… nanti dilihat.| Begitu."),
]


def _mark(text: str) -> str:
    pieces = []
    last = 0
    for _, end in split_sentences(text)[:-1]:
        pieces += [text[last:end], "|"]
        last = end
    return "".join(pieces) + text[last:]


@pytest.mark.parametrize("marked", [marked for _, marked in CASES], ids=[name for name, _ in CASES])
def test_sentences_end_where_marked(marked: str) -> None:
    lines = marked.split("|") if marked.startswith(("Judul", "Pesan:", "Tahap:")) else None
    text = "\n".join(lines) if lines else marked.replace("|", "")
    expected = "|\n".join(lines) if lines else marked
    assert _mark(text) == expected


def test_sentence_excludes_the_white_space_around_it() -> None:
    text = "  Rapat dibuka.   Peserta hadir. \n\n Selesai "
    assert [text[start:end] for start, end in split_sentences(text)] == ["Rapat dibuka.", "Peserta hadir.", "Selesai"]


@pytest.mark.parametrize("text", ["", " \n\t ", "\u2028"])
def test_blank_text_has_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


@given(st.text(alphabet=st.sampled_from("aAbB1. !?\"“”'()\n\r,S.H\x85\u2028é")) | st.text())
def test_sentences_are_ordered_and_leave_only_white_space_out(text: str) -> None:
    last = 0
    for start, end in split_sentences(text):
        assert last <= start < end <= len(text)
        assert not text[last:start].strip()
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        assert "\n" not in text[start:end]
        last = end
    assert not text[last:].strip()
