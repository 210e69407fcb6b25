import json
import re
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from kpu_nlp.tagging.encoding import (
    MAX_WORD_PIECES,
    SpecialPieces,
    Window,
    encode_text,
    make_windows,
    open_tokenizer,
    special_pieces,
    window_pieces,
)
from kpu_nlp.tagging.words import WORD_PATTERN

SNIPPETS = [
    "\u0301", "👩\u200d👩\u200d👧", "\x00", "\u2028", "\x1c", "ＫＰＵ", "مرحبا", "…", "½", "ﬁ", "\r\n", "\u200b", "\ufeff", "▁",
    "İß", "a" * 600, "KPU Jatim. ", "\nKetua ", " ",
]  # fmt: skip
UNUSUAL_SPACE = "[\x0b\x0c\x1c-\x1f\x85]"
any_texts = st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=8), max_size=30).map("".join)


@pytest.fixture(scope="module")
def encode(tokenizer):
    # A function has a short repr, which hypothesis shows; a tokenizer's is its whole vocabulary.
    def encode(text):
        return encode_text(tokenizer, text)

    return encode


@pytest.fixture(scope="module")
def cut(tokenizer):
    def cut(text):
        return tokenizer.encode(text, add_special_tokens=False)

    return cut


def pieces_of(encoded, window):
    return int(encoded.first[window.end] - encoded.first[window.start])


@pytest.mark.parametrize("text", ["", " ", "\n\u2028\t"])
def test_a_text_without_words_has_no_pieces_and_no_windows(tokenizer, text):
    encoded = encode_text(tokenizer, text)
    assert encoded.words == []
    assert encoded.pieces.tolist() == []
    assert encoded.first.tolist() == [0]
    assert list(make_windows(encoded, 254, 48)) == []


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("satu dua", [0, 0]),
        ("Satu. Dua.", [0, 0, 1, 0]),
        ("Satu. dua", [0, 0, 0]),
        ("Satu.Dua", [0, 0, 0]),
        ("Siap!” Dua", [0, 0, 0, 1]),
        ("satu\ndua", [0, 2]),
        ("Satu.\n Dua", [0, 0, 2]),
    ],
)
def test_a_window_may_break_at_lines_and_sentences(tokenizer, text, breaks):
    assert encode_text(tokenizer, text).breaks.tolist() == breaks


@pytest.mark.parametrize(
    ("text", "owning"),
    [
        ("satu dua", [True, True]),
        ("satu\u200bdua", [True, False, True]),  # the normaliser drops the zero-width space
        ("cafe\u0301", [True, False]),  # it composes the mark with the letter before
        ("½ “a”", [True, True, True, True]),  # and writes ½ as 1, fraction slash, 2
    ],
)
def test_a_character_without_a_piece_of_its_own_is_still_a_word(tokenizer, text, owning):
    encoded = encode_text(tokenizer, text)
    assert len(encoded.words) == len(owning)
    assert encoded.has_piece.tolist() == owning


@pytest.mark.parametrize("space", list("\x0b\x0c\x1c\x1d\x1e\x1f\x85"))
def test_unusual_white_space_parts_words_as_a_space_does(encode, space):
    apart = encode(f"Ketua{space}KPU{space}Batu")
    assert apart.pieces.tolist() == encode("Ketua KPU Batu").pieces.tolist()
    assert apart.words == encode("Ketua KPU Batu").words


@pytest.mark.parametrize("dropped", ["\x01", "\x01\x02\x03", "\x1c\x1d ", "\u200b\x7f", "\x01\n"])
def test_characters_that_the_normaliser_drops_move_no_piece(encode, dropped):
    text = "Ketua KPU Jatim hadir"
    plain, encoded = encode(text), encode(dropped + text)
    begin = len(encoded.words) - len(plain.words)
    assert not encoded.has_piece[:begin].any()
    assert encoded.first[begin:].tolist() == plain.first.tolist()


@given(any_texts)
@settings(max_examples=100)
def test_every_piece_belongs_to_the_first_word_that_it_touches(encode, cut, text):
    encoded = encode(text)
    assert len(encoded.first) == len(encoded.words) + 1
    assert encoded.first[0] == 0
    assert encoded.first[-1] == len(encoded.pieces)
    assert (np.diff(encoded.first) >= 0).all()
    assert (np.diff(encoded.first) <= MAX_WORD_PIECES).all()
    expected, owner = {}, 0
    encoding = cut(f" {re.sub(UNUSUAL_SPACE, ' ', text)}")
    for piece, (begin, end) in zip(encoding.ids, encoding.offsets, strict=True):
        touched = [word for word, (start, stop) in enumerate(encoded.words) if start < end - 1 and begin - 1 < stop]
        owner = max(owner, min(touched, default=0))
        expected.setdefault(owner, []).append(piece)
    for word in range(len(encoded.words)):
        own = encoded.pieces[encoded.first[word] : encoded.first[word + 1]].tolist()
        assert own == expected.get(word, [])[:MAX_WORD_PIECES]


@given(any_texts, st.integers(MAX_WORD_PIECES + 1, 120), st.floats(0, 1 / 3))
@settings(max_examples=100)
def test_windows_cover_every_word_and_fit(encode, text, size, share):
    overlap = int(size * share)
    encoded = encode(text)
    windows = list(make_windows(encoded, size, overlap))
    covered = {word for window in windows for word in range(window.start, window.end)}
    assert covered == set(range(len(encoded.words)))
    for window in windows:
        assert window.start < window.end
        assert pieces_of(encoded, window) <= size
        assert len(window_pieces(encoded, window)) == pieces_of(encoded, window)
    for before, after in pairwise(windows):
        assert before.start < after.start <= before.end <= after.end
        assert encoded.first[before.end] - encoded.first[after.start] <= overlap


def test_windows_overlap_by_as_much_as_asked_for(tokenizer):
    encoded = encode_text(tokenizer, "dan " * 500)
    assert len(encoded.pieces) == 500
    assert list(make_windows(encoded, 200, 40)) == [Window(0, 200), Window(160, 360), Window(320, 500)]
    assert list(make_windows(encoded, 200, 0)) == [Window(0, 200), Window(200, 400), Window(400, 500)]


@pytest.mark.parametrize(
    ("position", "end"),
    [
        (132, 200),  # not in the last third: it would waste the window
        (133, 133),
        (170, 170),
        (200, 200),
    ],
)
def test_a_window_ends_at_a_line_in_its_last_third(tokenizer, position, end):
    encoded = encode_text(tokenizer, "dan " * position + "\n" + "dan " * (500 - position))
    assert next(make_windows(encoded, 200, 40)) == Window(0, end)


def test_a_line_goes_before_a_sentence_and_the_last_of_them_counts(tokenizer):
    text = "dan " * 150 + "\n" + "dan " * 10 + "\n" + "dan " * 10 + ". Dan " + "dan " * 300
    first, second, *_ = make_windows(encode_text(tokenizer, text), 200, 40)
    assert first == Window(0, 160)
    # The next window starts at the earliest of the strongest breaks that the overlap holds.
    assert second.start == 150


@pytest.mark.parametrize(("size", "overlap"), [(254, 85), (MAX_WORD_PIECES, 0), (0, 0)])
def test_impossible_windows_are_refused(tokenizer, size, overlap):
    with pytest.raises(ValueError, match=f"windows of {size} pieces cannot overlap by {overlap}"):
        list(make_windows(encode_text(tokenizer, "dan"), size, overlap))


def test_a_word_keeps_so_many_pieces_that_a_window_can_hold_it(tokenizer):
    encoded = encode_text(tokenizer, f"dan {'qxzj' * 500} dan dan")
    assert np.diff(encoded.first).tolist() == [1, MAX_WORD_PIECES, 1, 1]


@pytest.mark.parametrize("unit", ["kata kata. Kata\n", "a", "\u0301a"])
def test_time_grows_with_the_length_alone(tokenizer, unit):
    def seconds(length):
        text = (unit * length)[:length]
        start = time.process_time()
        for _ in make_windows(encode_text(tokenizer, text), 254, 48):
            pass
        return time.process_time() - start

    # Quadratic growth would take 36 times as long.
    assert seconds(300_000) < 18 * max(min(seconds(50_000) for _ in range(2)), 0.02)


def test_the_corpus_needs_no_unknown_piece(tokenizer, train_articles, dev_articles):
    unknown = tokenizer.token_to_id("<unk>")
    assert unknown is not None
    for article in [*train_articles, *dev_articles]:
        assert unknown not in encode_text(tokenizer, article.text).pieces, article.facts.id


def test_the_pre_tokenizer_splits_the_same_words(shipped_model):
    specification = json.loads((shipped_model / "tokenizer.json").read_text(encoding="utf-8"))
    steps = specification["pre_tokenizer"]["pretokenizers"]
    patterns = [step["pattern"]["Regex"] for step in steps if step["type"] == "Split"]
    assert len(patterns) == 1
    assert WORD_PATTERN in patterns[0]


def make_tokenizer(*tokens, template):
    vocabulary = {token: index for index, token in enumerate(["dan", "[UNK]", *tokens])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - a piece of the vocabulary
    tokenizer.pre_tokenizer = Whitespace()
    if template:
        special = [(token, vocabulary[token]) for token in tokens]
        tokenizer.post_processor = TemplateProcessing(single=template, special_tokens=special)
    return tokenizer


@pytest.mark.parametrize(
    ("tokens", "template"),
    [
        (["<s>", "</s>", "<pad>"], "<s> $A </s>"),
        (["[CLS]", "[SEP]", "[PAD]"], "[CLS] $A [SEP]"),
    ],
)
def test_special_pieces_are_those_that_the_tokenizer_puts_around_a_text(tokens, template):
    assert special_pieces(make_tokenizer(*tokens, template=template)) == SpecialPieces(begin=2, end=3, pad=4)


@pytest.mark.parametrize(
    ("tokens", "template"),
    [
        (["<s>", "</s>", "<pad>"], None),
        (["<s>", "</s>", "<pad>"], "$A </s>"),
        (["[CLS]", "[SEP]", "[VOID]"], "[CLS] $A [SEP]"),
    ],
)
def test_a_tokenizer_without_special_pieces_is_refused(tokens, template):
    with pytest.raises(ValueError, match="one special piece before and one after a text"):
        special_pieces(make_tokenizer(*tokens, template=template))


def test_the_shipped_tokenizer_has_its_special_pieces(tokenizer):
    names = ("<s>", "</s>", "<pad>")
    assert special_pieces(tokenizer) == SpecialPieces(*(tokenizer.token_to_id(name) for name in names))


def test_an_opened_tokenizer_neither_truncates_nor_pads(tmp_path):
    tokenizer = make_tokenizer("[CLS]", "[SEP]", "[PAD]", template="[CLS] $A [SEP]")
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=4)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    opened = open_tokenizer(tmp_path / "tokenizer.json")
    assert [len(opened.encode(text).ids) for text in ("dan", "dan " * 9)] == [3, 11]
