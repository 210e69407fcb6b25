import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.tagging.words import split_words

SNIPPETS = [
    "\u0301", "👩\u200d👩\u200d👧", "\x00", "\u2028", "\x1c", "ＫＰＵ", "مرحبا", "…", "½", "ﬁ",
    "\r\n", "\u200b", "\ufeff", "_",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n\t\u00a0\u2028 ", []),
        ("Ketua KPU", ["Ketua", "KPU"]),
        ("KPU-nya", ["KPU", "-", "nya"]),
        ("(Sekjen),", ["(", "Sekjen", ")", ","]),
        ("M.Si.", ["M", ".", "Si", "."]),
        ("Ja'far", ["Ja", "'", "far"]),
        ("18/7/2016", ["18", "/", "7", "/", "2016"]),
        ("Rp10triliun", ["Rp10triliun"]),
        ("a_b__c", ["a", "_", "b", "_", "_", "c"]),
        ("“Siap!”", ["“", "Siap", "!", "”"]),
        ("café", ["café"]),
        ("cafe\u0301", ["cafe", "\u0301"]),
        ("ＫＰＵ½", ["ＫＰＵ½"]),
        ("👍🏽", ["👍", "🏽"]),
        ("a\x00b", ["a", "\x00", "b"]),
        ("satu\u200bdua", ["satu", "\u200b", "dua"]),
    ],
)
def test_words(text, words):
    assert [text[start:end] for start, end in split_words(text)] == words


@given(st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=6), max_size=20).map("".join))
def test_each_character_that_is_not_white_space_is_in_exactly_one_word(text):
    words = split_words(text)
    assert all(start < end for start, end in words)
    assert all(before[1] <= after[0] for before, after in pairwise(words))
    covered = [offset for start, end in words for offset in range(start, end)]
    assert covered == [offset for offset, character in enumerate(text) if not character.isspace()]


@pytest.mark.parametrize("unit", ["a", "_", " ", "\u0301", "KPU-nya. "])
def test_time_grows_with_the_length_alone(unit):
    def seconds(length):
        text = (unit * length)[:length]
        start = time.process_time()
        split_words(text)
        return time.process_time() - start

    # Quadratic growth would take 64 times as long.
    assert seconds(400_000) < 24 * max(min(seconds(50_000) for _ in range(3)), 0.002)
