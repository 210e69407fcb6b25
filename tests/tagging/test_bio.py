from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import bio_labels, bio_to_spans, spans_to_bio
from kpu_nlp.tagging.words import split_words

LINE_BREAKS = ["\n", "\r\n", "\r", "\n\n", " \n ", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"]


def test_labels_become_outside_and_two_tags_each():
    assert bio_labels(["PERSON", "ORG"]) == ["O", "B-PERSON", "I-PERSON", "B-ORG", "I-ORG"]
    assert bio_labels([]) == ["O"]


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        ("", []),
        ("tanpa nama", ["O", "O"]),
        ("[Ketua|ROLE] [KPU Jatim|ORG] hadir", ["B-ROLE", "B-ORG", "I-ORG", "O"]),
        ("[Rina Sari|PERSON]", ["B-PERSON", "I-PERSON"]),
        ("[Rina|PERSON] [Sari|PERSON]", ["B-PERSON", "B-PERSON"]),
        ("[Rina|PERSON], [Sari|PERSON]", ["B-PERSON", "O", "B-PERSON"]),
        ("([Drs. Sapta|PERSON])", ["O", "B-PERSON", "I-PERSON", "I-PERSON", "O"]),
        ("[KPU|ORG]-[Bawaslu|ORG]", ["B-ORG", "O", "B-ORG"]),
        ("[1|DATE][.|ORG]", ["B-DATE", "B-ORG"]),
        ("[Ketua|ROLE]\n[Ketua|ROLE]", ["B-ROLE", "B-ROLE"]),
    ],
)
def test_round_trip(body, tags):
    text, spans = parse_body(body)
    words = split_words(text)
    assert spans_to_bio(words, spans) == tags
    assert bio_to_spans(text, words, tags) == list(spans)


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        ("[KPU|ORG]nya hadir", ["O", "O"]),
        ("se[KPU|ORG] hadir", ["O", "O"]),
        ("[KPU Ja|ORG]tim hadir", ["B-ORG", "O", "O"]),
        ("di[KPU Jatim|ORG] [Batu|GPE]", ["O", "B-ORG", "B-GPE"]),
        ("[ KPU |ORG]hadir", ["B-ORG", "O"]),
        ("[ |ORG]hadir", ["O"]),
    ],
)
def test_a_word_that_a_span_only_touches_is_not_tagged(body, tags):
    text, spans = parse_body(body)
    assert spans_to_bio(split_words(text), spans) == tags


@pytest.mark.parametrize(
    ("tags", "surfaces"),
    [
        (["I-ORG", "O", "O"], ["satu"]),
        (["O", "I-ORG", "I-ORG"], ["dua tiga"]),
        (["I-ORG", "O", "I-ORG"], ["satu", "tiga"]),
        (["B-ORG", "I-GPE", "I-GPE"], ["satu", "dua tiga"]),
        (["B-ORG", "B-ORG", "I-ORG"], ["satu", "dua tiga"]),
        (["I-ORG", "I-ORG", "I-ORG"], ["satu dua tiga"]),
    ],
)
def test_an_inside_tag_that_continues_nothing_opens_a_span(tags, surfaces):
    text = "satu dua tiga"
    assert [span.of(text) for span in bio_to_spans(text, split_words(text), tags)] == surfaces


@pytest.mark.parametrize("mark", LINE_BREAKS)
def test_a_span_never_crosses_a_line_break(mark):
    text = f"Rina{mark}Sari Dewi"
    found = bio_to_spans(text, split_words(text), ["B-PERSON", "I-PERSON", "I-PERSON"])
    assert [span.of(text) for span in found] == ["Rina", "Sari Dewi"]


@pytest.mark.parametrize("mark", [" ", "  ", "\t", "\u00a0", "\u3000"])
def test_a_span_crosses_any_other_white_space(mark):
    text = f"Rina{mark}Sari"
    assert bio_to_spans(text, split_words(text), ["B-PERSON", "I-PERSON"]) == [Span(0, len(text), "PERSON")]


def test_a_span_has_the_score_of_its_least_certain_word():
    text = "satu dua tiga empat"
    found = bio_to_spans(text, split_words(text), ["B-ORG", "I-ORG", "O", "B-GPE"], [0.9, 0.7, 0.2, 0.4])
    assert found == [Span(0, 8, "ORG", 0.7), Span(14, 19, "GPE", 0.4)]


@st.composite
def tagged_texts(draw):
    pieces = st.sampled_from(["KPU", "Rina", ".", "_", "\u0301", " ", " ", "\n", "\u2028", "😀"])
    text = "".join(draw(st.lists(pieces, max_size=40)))
    words = split_words(text)
    tags = draw(st.lists(st.sampled_from(["O", "B-ORG", "I-ORG", "B-GPE", "I-GPE"]), min_size=len(words), max_size=len(words)))
    return text, words, tags


@given(tagged_texts())
def test_any_tags_give_clean_spans_that_tag_the_same_words(case):
    text, words, tags = case
    spans = bio_to_spans(text, words, tags)
    starts, ends = {start for start, _ in words}, {end for _, end in words}
    assert all(span.start in starts and span.end in ends for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(len(span.of(text).splitlines()) == 1 for span in spans)
    again = spans_to_bio(words, spans)
    # Only B and I may differ: a stray I- and the first word after a line break open a span.
    assert [tag[1:] for tag in again] == [tag[1:] for tag in tags]
    assert bio_to_spans(text, words, again) == spans


def test_every_annotated_span_comes_back_from_its_tags(train_articles, dev_articles):
    assert len(train_articles) > 300
    assert len(dev_articles) >= 40
    for article in [*train_articles, *dev_articles]:
        words = split_words(article.text)
        assert tuple(bio_to_spans(article.text, words, spans_to_bio(words, article.spans))) == article.spans, article.facts.id
