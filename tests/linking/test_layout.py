"""Paragraphs, sentences and quotations by offset."""

from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.layout import Layout

TEXT = 'Judul Berita\nMalang - Rapat dibuka Senin. Peserta hadir.\n"Kita siap," kata Ketua. "Belum selesai.\nTamat'


def test_paragraphs_and_sentences_are_counted_from_the_title() -> None:
    layout = Layout(TEXT, [])
    assert layout.paragraph(TEXT.index("Judul")) == 0
    assert layout.paragraph(TEXT.index("Peserta")) == 1
    assert layout.sentence(TEXT.index("Malang")) == layout.sentence(TEXT.index("Senin"))
    assert layout.sentence(TEXT.index("Peserta")) == layout.sentence(TEXT.index("Senin")) + 1
    assert layout.title_end == TEXT.index("Malang")


def test_quotations_end_with_their_marks_or_their_paragraph() -> None:
    layout = Layout(TEXT, [])
    assert layout.quoted(TEXT.index("siap"))
    assert not layout.quoted(TEXT.index("Ketua"))
    assert layout.quoted(TEXT.index("selesai"))
    assert not layout.quoted(TEXT.index("Tamat"))


def test_what_stands_before_and_after_stays_in_its_sentence() -> None:
    layout = Layout(TEXT, [])
    assert layout.before(TEXT.index("hadir"), 50) == "Peserta "
    assert layout.before(TEXT.index("hadir"), 3) == "ta "
    assert layout.after(TEXT.index(" dibuka"), 50).strip() == "dibuka Senin."
    assert layout.after(TEXT.index(" dibuka"), 4) == " dib"


def test_an_event_before_counts_as_one_word() -> None:
    text, spans = parse_body("Hadir. KPU menutup [Rapat Kerja Tahunan|EVENT] pada Senin.")
    layout = Layout(text, spans)
    assert layout.told_before(text.index("Senin"), 50) == "KPU menutup acara pada "
    assert layout.told_before(text.index("Senin"), 11) == "acara pada "
    assert layout.told_before(text.index("Rapat"), 50) == "KPU menutup "


def test_no_sentence_ends_inside_a_span() -> None:
    text, spans = parse_body("Hadir [Prof. Dr. Budi. Santoso|PERSON] dari Ende. Ia pulang.")
    layout = Layout(text, spans)
    assert layout.sentence(0) == layout.sentence(text.index("Ende"))
    assert layout.sentence(text.index("Ia")) == layout.sentence(0) + 1


def test_a_neighbourhood_is_a_sentence_and_those_beside_it_inside_the_paragraph() -> None:
    text = "Judul\nSatu satu. Dua dua. Tiga tiga. Empat empat.\nLima lima."
    layout = Layout(text, [])
    assert text[slice(*layout.neighbourhood(text.index("dua")))] == "Satu satu. Dua dua. Tiga tiga. "
    assert text[slice(*layout.neighbourhood(text.index("satu")))] == "Satu satu. Dua dua. "
    assert text[slice(*layout.neighbourhood(text.index("empat")))] == "Tiga tiga. Empat empat.\n"
    assert text[slice(*layout.neighbourhood(text.index("lima")))] == "Lima lima."


@given(st.text(alphabet='ab .!"”“\nA1'), st.integers(min_value=0, max_value=40))
def test_every_offset_has_its_place(text: str, offset: int) -> None:
    layout = Layout(text, [])
    offset = min(offset, len(text))
    assert 0 <= layout.paragraph(offset) < layout.paragraphs
    assert layout.sentence(offset) >= 0
    assert layout.into_paragraph(offset) >= 0
    assert layout.before(offset, 5) == text[offset - len(layout.before(offset, 5)) : offset]
    assert text.startswith(layout.after(offset, 5), offset)
    assert layout.around(offset) in text
    start, stop = layout.neighbourhood(offset)
    assert start <= offset <= stop
