"""A page in capitals is read in small letters, and its spans stand where they stood."""

from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.pipeline import load, tagger_of
from kpu_nlp.tagging.casing import is_in_capitals, readable_case
from kpu_nlp.tagging.words import split_words

LEAD = (
    "Ketua KPU Kabupaten Ngawi, Prima Aequina Sulistyanti, membuka Rapat Koordinasi Pemutakhiran Data Pemilih di Aula KPU "
    "Kabupaten Ngawi, Senin (12/6/2023)."
)


@given(st.text())
def test_offsets_of_words_stay(text):
    assert split_words(readable_case(text)) == split_words(text)


@given(st.text(alphabet="ABCDEFİẞÉ .,\n0", min_size=200))
def test_offsets_of_words_in_capitals_stay(text):
    assert split_words(readable_case(text)) == split_words(text)


def test_only_a_page_in_capitals_is_changed():
    assert readable_case(LEAD) == LEAD
    assert readable_case(LEAD.upper()) == LEAD.lower()
    page = f"{LEAD.upper()}\n{LEAD}"
    assert readable_case(page) == page
    assert not is_in_capitals("KPU RI")
    assert is_in_capitals(f"{LEAD.upper()} s.d. selesai")


def test_capitals_find_the_same_spans_as_small_letters():
    tagger = tagger_of(load()).tagger
    found = tagger.tag(LEAD.upper())
    assert found == tagger.tag(LEAD.lower())
    assert {span.label for span in found} >= {"PERSON", "ROLE", "ORG", "EVENT", "DATE"}
