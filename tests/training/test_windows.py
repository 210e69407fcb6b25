import random
from itertools import pairwise

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from kpu_nlp.annotation.facts import DocumentFacts
from kpu_nlp.annotation.inline import AnnotatedArticle, parse_body
from kpu_nlp.errors import RecipeError
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import bio_labels, bio_to_spans
from kpu_nlp.tagging.encoding import encode_text, make_windows, special_pieces
from kpu_nlp.training.recipe import Augmentation, Mixture, Optimizer, Recipe, Windows
from kpu_nlp.training.windows import (
    BATCHES_SORTED,
    IGNORED,
    Collator,
    make_epochs,
    make_rows,
    mask_piece,
    sort_into_batches,
)

TAGS = bio_labels(LABEL_NAMES)


def tags_of(row):
    return [TAGS[label] for label in row["labels"][1:-1]]


def test_the_first_piece_carries_the_words_tag_and_the_others_its_inside_tag(tokenizer):
    text, spans = parse_body("[Qxzjwv|PERSON] hadir di [Wqxzv Jqxzk|FAC]")
    (row,) = make_rows(text, spans, tokenizer, TAGS, size=254, overlap=48)
    pieces = [int(count) for count in encode_text(tokenizer, text).first]
    lengths = [after - before for before, after in pairwise(pieces)]
    assert min(lengths[0], lengths[3], lengths[4]) > 1
    person = ["B-PERSON", *["I-PERSON"] * (lengths[0] - 1)]
    hall = ["B-FAC", *["I-FAC"] * (lengths[3] + lengths[4] - 1)]
    assert tags_of(row) == person + ["O"] * (lengths[1] + lengths[2]) + hall


def test_special_pieces_stand_around_a_row_and_are_not_trained_on(tokenizer):
    (row,) = make_rows("Rina hadir", (), tokenizer, TAGS, size=254, overlap=48)
    specials = special_pieces(tokenizer)
    assert (row["input_ids"][0], row["input_ids"][-1]) == (specials.begin, specials.end)
    assert (row["labels"][0], row["labels"][-1]) == (IGNORED, IGNORED)
    assert len(row["input_ids"]) == len(row["labels"])


@pytest.mark.parametrize("text", ["", " \n", "\u200b"])
def test_a_text_without_pieces_trains_nothing(tokenizer, text):
    rows = make_rows(text, (), tokenizer, TAGS, size=254, overlap=48)
    assert all(len(row["input_ids"]) == 2 for row in rows)


def test_the_tags_of_the_rows_give_the_annotated_spans(tokenizer, few_articles):
    size, overlap = 120, 30
    cut = 0
    for article in few_articles:
        encoded = encode_text(tokenizer, article.text)
        windows = list(make_windows(encoded, size, overlap))
        rows = make_rows(article.text, article.spans, tokenizer, TAGS, size=size, overlap=overlap)
        for window, row in zip(windows, rows, strict=True):
            assert len(row["input_ids"]) <= size + 2
            words = encoded.words[window.start : window.end]
            first = encoded.first[window.start : window.end] - encoded.first[window.start]
            assert row["input_ids"][1:-1] == encoded.pieces[encoded.first[window.start] : encoded.first[window.end]].tolist()
            found = bio_to_spans(article.text, words, [tags_of(row)[place] for place in first])
            begin, end = words[0][0], words[-1][1]
            whole = [span for span in article.spans if begin <= span.start and span.end <= end]
            edges = [span for span in article.spans if span.overlaps(begin, end) and span not in whole]
            assert [span for span in found if span in whole] == whole
            assert len(found) == len(whole) + len(edges)
            cut += len(edges)
    # Some span lies across a window's edge, or the windows were too large for this test to say anything.
    assert cut > 0


@pytest.fixture
def articles():
    bodies = ["[Rina|PERSON] dan [Budi|PERSON].\n" * lines for lines in range(1, 14)]
    parsed = [parse_body(body.strip()) for body in bodies]
    return [
        AnnotatedArticle("", DocumentFacts(id=f"x-{number:03}"), text, spans) for number, (text, spans) in enumerate(parsed)
    ]


def recipe(seed=13):
    return Recipe(
        name="tiny",
        version="0.1.0",
        base="work/base",
        seed=seed,
        windows=Windows(size=60, overlap=12),
        optimizer=Optimizer(epochs=3, batch_size=4),
        augmentation=Augmentation(upper=0.5, lower=0.5, typos=0.5),
    )


def test_each_epoch_sees_every_article_changed_anew(tokenizer, articles):
    epochs = make_epochs(articles, tokenizer, TAGS, recipe())
    assert len(epochs) == 3
    seen = [sorted(row["input_ids"] for row in rows) for rows in epochs]
    assert seen[0] != seen[1] != seen[2]
    assert make_epochs(articles, tokenizer, TAGS, recipe()) == epochs
    assert make_epochs(articles, tokenizer, TAGS, recipe(seed=14)) != epochs


def test_an_article_is_changed_alike_whatever_stands_beside_it(tokenizer, articles):
    alone = make_epochs(articles[-1:], tokenizer, TAGS, recipe())[1]
    together = make_epochs(articles, tokenizer, TAGS, recipe())[1]
    assert all(row in together for row in alone)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 40, 8 * BATCHES_SORTED + 3, 700])
def test_batches_hold_rows_of_like_length_and_lose_none(count):
    generator = random.Random(count)  # noqa: S311 - lengths of rows
    rows = [{"input_ids": [number] * generator.randint(2, 256), "labels": []} for number in range(count)]
    before = list(rows)
    ordered = sort_into_batches(rows, 8, random.Random(1))  # noqa: S311
    assert rows == before
    assert sorted(row["input_ids"] for row in ordered) == sorted(row["input_ids"] for row in rows)
    assert ordered == sort_into_batches(rows, 8, random.Random(1))  # noqa: S311
    if count > 8 * BATCHES_SORTED:
        full = [ordered[start : start + 8] for start in range(0, count - count % 8, 8)]
        padded = sum(8 * max(len(row["input_ids"]) for row in batch) for batch in full)
        # Unsorted rows of these lengths waste about four pieces in ten on padding.
        assert padded < 1.1 * sum(len(row["input_ids"]) for batch in full for row in batch)


def test_a_batch_is_padded_to_its_longest_row():
    pytest.importorskip("torch", reason="torch comes with the extra [train]")
    batch = Collator(1)(
        [
            {"input_ids": [0, 7, 8, 9, 2], "labels": [IGNORED, 3, 4, 0, IGNORED]},
            {"input_ids": [0, 7, 2], "labels": [IGNORED, 3, IGNORED]},
        ]
    )
    assert {name: values.tolist() for name, values in batch.items()} == {
        "input_ids": [[0, 7, 8, 9, 2], [0, 7, 2, 1, 1]],
        "attention_mask": [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]],
        "labels": [[IGNORED, 3, 4, 0, IGNORED], [IGNORED, 3, IGNORED, IGNORED, IGNORED]],
    }


def ids_of_epochs(old, added, tokenizer, settings):
    """For each epoch which articles stand in it: each is one word, so that its pieces tell it."""
    epochs = make_epochs(old, tokenizer, TAGS, settings, added=added)
    return [sorted(tuple(row["input_ids"]) for row in rows) for rows in epochs]


def numbered(first, count):
    return [AnnotatedArticle("", DocumentFacts(id=f"n-{i}"), f"Rapat {i} selesai", ()) for i in range(first, first + count)]


def plain(**mixture):
    still = dict.fromkeys(Augmentation.model_fields, 0.0)
    return Recipe(
        name="m",
        version="1.0.0",
        base="b",
        augmentation=Augmentation(**still),
        optimizer=Optimizer(epochs=4),
        mixture=Mixture(**mixture) if mixture else None,
    )


def test_every_new_article_stands_in_every_epoch_beside_ever_other_old_ones(tokenizer):
    old, added = numbered(100, 12), numbered(900, 3)
    epochs = ids_of_epochs(old, added, tokenizer, plain(old_per_new=1.0, old_at_least=0))
    (new,) = ids_of_epochs([], added, tokenizer, plain().model_copy(update={"optimizer": Optimizer(epochs=1)}))
    assert [len(rows) for rows in epochs] == [6] * 4
    assert all(set(new) <= set(rows) for rows in epochs)
    olds = [set(rows) - set(new) for rows in epochs]
    assert len(set.union(*olds)) == 12, "all old articles have their turn"
    assert ids_of_epochs(old, added, tokenizer, plain(old_per_new=1.0, old_at_least=0)) == epochs


@pytest.mark.parametrize(
    ("mixture", "expected"),
    [
        ({}, 12),
        ({"old_per_new": 2.0, "old_at_least": 0}, 6),
        ({"old_per_new": 0.0, "old_at_least": 5}, 5),
        ({"old_per_new": 9.0}, 12),
    ],
)
def test_how_many_old_articles_stand_beside_the_new_ones(tokenizer, mixture, expected):
    old, added = numbered(100, 12), numbered(900, 3)
    assert {len(rows) - 3 for rows in ids_of_epochs(old, added, tokenizer, plain(**mixture))} == {expected}
    assert {len(rows) for rows in ids_of_epochs(old, [], tokenizer, plain(**mixture))} == {12}


def test_few_new_articles_are_repeated_up_to_their_share(tokenizer):
    old, added = numbered(100, 12), numbered(900, 2)
    settings = plain(old_per_new=9.0, new_share=0.25)
    (new,) = ids_of_epochs([], added, tokenizer, plain().model_copy(update={"optimizer": Optimizer(epochs=1)}))
    for rows in ids_of_epochs(old, added, tokenizer, settings):
        assert [rows.count(row) for row in new] == [2, 2], "4 of 16 rows"
        assert len(rows) == 16


def test_an_article_that_is_repeated_is_augmented_anew(tokenizer):
    rich = Recipe(name="m", version="1.0.0", base="b", optimizer=Optimizer(epochs=1), mixture=Mixture(new_share=0.75))
    text = "Rapat koordinasi dengan semua kecamatan selesai dengan baik. Semua hadir, semua senang. " * 3
    rich = rich.model_copy(update={"augmentation": Augmentation(typos=1.0)})
    (rows,) = make_epochs(
        numbered(100, 4), tokenizer, TAGS, rich, added=[AnnotatedArticle("", DocumentFacts(id="n"), text, ())]
    )
    added_rows = [tuple(row["input_ids"]) for row in rows if len(row["input_ids"]) > 10]
    assert len(added_rows) == 12
    assert len(set(added_rows)) > 1


def test_word_dropout_masks_whole_words_and_keeps_their_tags(tokenizer):
    text = "Anggota KPU Kabupaten Lombok Tengah menyampaikan laporannya kepada seluruh jajaran kesekretariatan. " * 8
    spans = [Span(0, 7, "ROLE")]
    (whole,) = make_rows(text, spans, tokenizer, TAGS, size=254, overlap=48)
    rng = random.Random(5)  # noqa: S311 - not security
    (hidden,) = make_rows(text, spans, tokenizer, TAGS, size=254, overlap=48, word_dropout=0.3, rng=rng)
    mask = tokenizer.token_to_id("<mask>")
    assert hidden["labels"] == whole["labels"]
    assert {new for new, old in zip(hidden["input_ids"], whole["input_ids"], strict=True) if new != old} == {mask}
    words = encode_text(tokenizer, text)
    pieces = hidden["input_ids"][1:-1]
    shown = [{piece == mask for piece in pieces[a:b]} for a, b in pairwise(words.first.tolist()) if a < b]
    assert all(len(kinds) == 1 for kinds in shown), "all pieces of a word, or none"
    share = sum(kinds == {True} for kinds in shown) / len(shown)
    assert 0.15 < share < 0.45


def test_word_dropout_takes_the_unknown_piece_where_there_is_no_mask_and_says_when_there_is_neither():
    assert mask_piece(Tokenizer(WordLevel({"[UNK]": 0, "rapat": 1}))) == 0
    with pytest.raises(RecipeError, match=r"word_dropout"):
        mask_piece(Tokenizer(WordLevel({"rapat": 1})))
