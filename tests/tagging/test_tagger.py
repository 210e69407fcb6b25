from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.spans import Span
from kpu_nlp.tagging.models import open_tagger
from kpu_nlp.tagging.tagger import TEXTS_AT_ONCE, Tagger
from kpu_nlp.tagging.words import split_words

TAGS = ["O", "B-ORG", "I-ORG", "B-GPE", "I-GPE"]
BEGIN_ORG = [0.0, 9.0, 0.0, 0.0, 0.0]
INSIDE_ORG = [0.0, 0.0, 9.0, 0.0, 0.0]
OUTSIDE = [9.0, 0.0, 0.0, 0.0, 0.0]


class FakeEngine:
    """Labels a piece by a function of its id, its place in the row, and the row's length; counts the rows it got."""

    def __init__(self, label, tokenizer):
        self._label = label
        self._begin, self._end, self._pad = (tokenizer.token_to_id(token) for token in ("<s>", "</s>", "<pad>"))
        self.rows = []
        self.batches = []

    def logits(self, pieces, mask):
        scores = np.zeros((*pieces.shape, len(TAGS)), dtype=np.float32)
        # Special tokens and padding must never reach a word.
        scores[..., TAGS.index("B-GPE")] = 9.0
        self.batches.append(len(pieces))
        for row, (ids, used) in enumerate(zip(pieces, mask, strict=True)):
            length = int(used.sum())
            assert ids[0] == self._begin
            assert ids[length - 1] == self._end
            assert used[:length].all()
            assert (ids[length:] == self._pad).all()
            self.rows.append(ids[1 : length - 1].tolist())
            for place in range(length - 2):
                scores[row, place + 1] = self._label(int(ids[place + 1]), place, length - 2)
        return scores


@pytest.fixture
def make_tagger(tokenizer):
    def make(label, **settings):
        engine = FakeEngine(label, tokenizer)
        return Tagger(engine, tokenizer, TAGS, **settings), engine

    return make


def surfaces(text, spans):
    return [span.of(text) for span in spans]


def test_a_word_gets_the_label_that_it_has_furthest_from_an_edge(make_tagger):
    # The engine is right only in a window's midst: near an edge it calls every word an organisation.
    tagger, engine = make_tagger(lambda _, place, length: BEGIN_ORG if min(place, length - 1 - place) < 20 else OUTSIDE)
    text = "dan " * 1000
    found = tagger.tag(text)
    assert len(engine.rows) > 4
    # The text's own ends are no edges that another window could mend.
    ends = [*range(20), *range(980, 1000)]
    assert found == [Span(4 * word, 4 * word + 3, "ORG", found[0].score) for word in ends]


def test_every_word_is_decided(make_tagger):
    # A word that no window holds, or whose scores are never copied, would stay outside.
    tagger, _ = make_tagger(lambda *_: BEGIN_ORG, window=60, overlap=20)
    text = "dan\n" * 333
    assert len(tagger.tag(text)) == 333


@pytest.mark.parametrize("batch_size", [1, 2, 7, 100])
def test_batches_hold_as_many_windows_as_asked_for(make_tagger, batch_size):
    tagger, engine = make_tagger(lambda piece, *_: BEGIN_ORG if piece % 3 == 0 else OUTSIDE, batch_size=batch_size)
    texts = ["kami dan mereka " * length for length in (1, 300, 2, 80)]
    found = list(tagger.tag_many(texts))
    assert found == [make_tagger(lambda piece, *_: BEGIN_ORG if piece % 3 == 0 else OUTSIDE)[0].tag(text) for text in texts]
    assert max(engine.batches) <= batch_size
    assert all(size == batch_size for size in engine.batches[:-1])


def test_texts_are_read_and_answered_in_order_and_not_all_at_once(make_tagger):
    tagger, _ = make_tagger(lambda *_: BEGIN_ORG)
    read = []

    def texts():
        for number in range(3 * TEXTS_AT_ONCE):
            read.append(number)
            yield "dan " * (number % 5)

    counts = [len(spans) for spans, _ in zip(tagger.tag_many(texts()), range(5), strict=False)]
    assert counts == [0, 1, 2, 3, 4]
    assert len(read) == TEXTS_AT_ONCE


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u2028\t\u00a0"])
def test_a_text_without_words_has_no_spans(make_tagger, text):
    tagger, _ = make_tagger(lambda *_: BEGIN_ORG)
    assert tagger.tag(text) == []
    assert list(tagger.tag_many([text, "dan", text])) == [[], tagger.tag("dan"), []]


def test_no_texts_give_nothing(make_tagger):
    assert list(make_tagger(lambda *_: BEGIN_ORG)[0].tag_many([])) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rina\u200b hadir", ["Rina\u200b"]),
        ("Rina\u200d\u200d hadir", ["Rina\u200d\u200d"]),
        ("Rina \u200b hadir", ["Rina"]),
        ("\u200bRina hadir", ["Rina"]),
    ],
)
def test_a_word_without_a_piece_continues_the_word_that_it_touches(make_tagger, text, expected):
    tagger, _ = make_tagger(lambda _, place, __: BEGIN_ORG if place == 0 else OUTSIDE)
    assert surfaces(text, tagger.tag(text)) == expected


def test_a_text_of_words_without_pieces_has_no_spans(make_tagger):
    assert make_tagger(lambda *_: BEGIN_ORG)[0].tag("\u200b \u200b\u200b") == []


def test_the_score_is_the_probability_of_the_label_whichever_of_its_tags(make_tagger):
    tagger, _ = make_tagger(lambda *_: np.log([0.3, 0.36, 0.24, 0.06, 0.04]))
    assert tagger.tag("dan") == [Span(0, 3, "ORG", 0.6)]


def test_the_score_of_a_span_is_that_of_its_least_certain_word(make_tagger):
    tagger, _ = make_tagger(
        lambda _, place, __: np.log([0.1, 0.8, 0.06, 0.02, 0.02]) if place == 0 else np.log([0.2, 0.05, 0.7, 0.025, 0.025])
    )
    assert tagger.tag("dan dan") == [Span(0, 7, "ORG", 0.75)]


SENTENCES = [
    "[Ketua|ROLE] [KPU Kabupaten Lasem|ORG], [Darma Wijaya|PERSON], membuka [Rapat Koordinasi Pemutakhiran Data Pemilih|EVENT] "
    "di [Hotel Sinar Laut|FAC], [Selasa (14/5/2024)|DATE].",
    "“Kita harus menjaga [integritas|COMMITMENT],” kata [Anggota|ROLE] [KPU RI|ORG] [Ratna Puspita|PERSON].",
    "Kegiatan dimulai [pukul 09.00 WIB|TIME] dan dihadiri [Sekretaris|ROLE] [KPU Provinsi Jawa Timur|ORG].",
]


@pytest.mark.parametrize("body", SENTENCES)
def test_plain_sentences(shipped_tagger, body):
    text, expected = parse_body(body)
    found = shipped_tagger.tag(text)
    assert [(span.of(text), span.label) for span in found] == [(span.of(text), span.label) for span in expected]
    assert all(0 < span.score <= 1 for span in found)


PREFIXES = [
    "", "  ", "👩\u200d👩\u200d👧 ", "e\u0301e\u0301e\u0301\n", "½ ﬁ … ＫＰＵ\n", "\ufeff", "\x01\x02\x03",
    "\x00\n", "\u2028", "مرحبا\n",
]  # fmt: skip


@pytest.mark.parametrize("prefix", PREFIXES)
def test_offsets_are_exact_after_any_characters(shipped_tagger, prefix):
    text, expected = parse_body(SENTENCES[0])
    found = shipped_tagger.tag(prefix + text)
    person = next(span for span in expected if span.label == "PERSON")
    shifted = (person.start + len(prefix), person.end + len(prefix), "PERSON")
    assert shifted in [(span.start, span.end, span.label) for span in found]


NAMES = ["Rina Sari, S.H.", "Ketua KPU Lasem", "di Kota Batu", "Selasa, 14 Mei 2024", "pukul 09.00 WIB", "Bawaslu", "\n"]


@pytest.fixture(scope="module")
def tag(shipped_tagger):
    def tag(text):
        return shipped_tagger.tag(text)

    return tag


@given(st.lists(st.sampled_from(NAMES) | st.text(max_size=6), max_size=12).map(" ".join))
@settings(max_examples=60)
def test_any_text_gives_spans_of_whole_words_on_one_line(tag, text):
    found = tag(text)
    words = split_words(text)
    starts, ends = {start for start, _ in words}, {end for _, end in words}
    for span in found:
        assert span.start in starts
        assert span.end in ends
        assert span.start < span.end
        assert "\n" not in span.of(text)
        assert 0 < span.score <= 1
    assert all(before.end <= after.start for before, after in pairwise(found))


def test_neighbours_batches_and_threads_change_nothing(shipped_tagger, shipped_model, dev_articles):
    texts = [article.text for article in dev_articles[:4]]
    alone = [shipped_tagger.tag(text) for text in texts]
    together = list(shipped_tagger.tag_many([*texts, "KPU. " * 300]))
    assert together[:-1] == alone  # scores too
    for batch_size, threads in ((1, 1), (16, 2), (64, 1)):
        tagger = open_tagger(shipped_model, device="cpu", threads=threads, batch_size=batch_size)[0]
        assert list(tagger.tag_many(texts)) == alone


def test_a_long_text_has_the_spans_of_its_parts(shipped_tagger, dev_articles):
    texts = [article.text for article in dev_articles[:20]]
    expected, start = set(), 0
    for text, spans in zip(texts, shipped_tagger.tag_many(texts), strict=True):
        expected |= {(start + span.start, start + span.end, span.label) for span in spans}
        start += len(text) + 1
    found = {(span.start, span.end, span.label) for span in shipped_tagger.tag("\n".join(texts))}
    assert len(expected) > 400
    # Windows begin elsewhere, and a headline no longer stands at the very start.
    assert len(found & expected) > 0.9 * len(found | expected)
