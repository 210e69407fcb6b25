"""The most probable possible sequence of tags, against all sequences."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpu_nlp.tagging.viterbi import best_tags

TAGS = ["O", "B-PERSON", "I-PERSON", "B-ORG", "I-ORG"]


def is_possible(path, opens):
    tags = ["O", *(TAGS[tag] for tag in path)]
    return all(
        not tag.startswith("I-") or (not opens[word] and before[2:] == tag[2:])
        for word, (before, tag) in enumerate(pairwise(tags))
    )


@st.composite
def cases(draw):
    count = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(st.integers(1, 60), min_size=5, max_size=5), min_size=count, max_size=count))
    table = np.array(rows, dtype=np.float32)
    opens = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    return table / table.sum(axis=1, keepdims=True), np.array([True, *opens[1:]])


@settings(max_examples=60, deadline=None)
@given(cases())
def test_no_possible_sequence_is_more_probable(case):
    table, opens = case
    path = best_tags(table, TAGS, opens).tolist()
    assert is_possible(path, opens)

    def probability(tags):
        return sum(float(np.log(np.float64(row[tag]))) for row, tag in zip(table, tags, strict=True))

    best = max(probability(tags) for tags in product(range(5), repeat=len(table)) if is_possible(tags, opens))
    assert probability(path) == pytest.approx(best)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # The last word is a little more probably an ORG: the span is kept whole.
        ([[1, 90, 1, 7, 1], [1, 1, 53, 1, 44], [1, 1, 46, 1, 51]], ["B-PERSON", "I-PERSON", "I-PERSON"]),
        # An I- tag that continues nothing becomes the beginning that it must have.
        ([[90, 4, 2, 2, 2], [2, 38, 56, 2, 2]], ["O", "B-PERSON"]),
    ],
)
def test_a_span_is_decided_as_a_whole(rows, expected):
    path = best_tags(np.array(rows, dtype=np.float32) / 100, TAGS, np.array([True, *[False] * (len(rows) - 1)]))
    assert [TAGS[tag] for tag in path] == expected


def test_the_first_word_of_a_line_continues_nothing():
    table = np.array([[1, 96, 1, 1, 1], [1, 8, 89, 1, 1]], dtype=np.float32) / 100
    assert best_tags(table, TAGS, np.array([True, True])).tolist() == [1, 1]
    assert best_tags(table, TAGS, np.array([True, False])).tolist() == [1, 2]
