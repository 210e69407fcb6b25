import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import format_body, parse_body
from kpu_nlp.tagging.bio import bio_to_spans, spans_to_bio
from kpu_nlp.tagging.words import split_words
from kpu_nlp.training.augment import (
    augment,
    change_case,
    change_quotes,
    drop_spaces,
    join_all,
    join_paragraphs,
    make_typos,
    remove_characters,
)
from kpu_nlp.training.recipe import Augmentation

seeded = random.Random
NOTHING = Augmentation(join_paragraphs=0, drop_spaces=0, upper_title=0, upper=0, lower=0, quotes=0, typos=0)
EVERYTHING = Augmentation(join_paragraphs=1, drop_spaces=1, upper_title=1, upper=1, lower=1, quotes=1, typos=1)


class Always(random.Random):
    """Says yes to every share, and takes the first of every choice."""

    def random(self):
        return 0.0

    def choice(self, options):
        return options[0]


def marked(example):
    return format_body(*example)


BODY = (
    "Rapat [KPU Lasem|ORG]\n[Lasem|GPE] - “[Siap|COMMITMENT],” kata [Drs. Rina|PERSON]. Lalu, [Budi|PERSON] pulang.\nSelesai."
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            join_paragraphs,
            "Rapat [KPU Lasem|ORG]\n"
            "[Lasem|GPE] - “[Siap|COMMITMENT],” kata [Drs. Rina|PERSON]. Lalu, [Budi|PERSON] pulang. Selesai.",
        ),
        (
            join_all,
            "Rapat [KPU Lasem|ORG] "
            "[Lasem|GPE] - “[Siap|COMMITMENT],” kata [Drs. Rina|PERSON]. Lalu, [Budi|PERSON] pulang. Selesai.",
        ),
        (
            lambda example: drop_spaces(example, Always()),
            "Rapat [KPU Lasem|ORG]\n"
            "[Lasem|GPE] - “[Siap|COMMITMENT],” kata [Drs. Rina|PERSON].Lalu,[Budi|PERSON] pulang.\nSelesai.",
        ),
        (
            lambda example: change_quotes(example, Always()),
            "Rapat [KPU Lasem|ORG]\n"
            '[Lasem|GPE] - "[Siap|COMMITMENT]," kata [Drs. Rina|PERSON]. Lalu, [Budi|PERSON] pulang.\nSelesai.',
        ),
        (
            lambda example: change_case(example, str.upper),
            "RAPAT [KPU LASEM|ORG]\n"
            "[LASEM|GPE] - “[SIAP|COMMITMENT],” KATA [DRS. RINA|PERSON]. LALU, [BUDI|PERSON] PULANG.\nSELESAI.",
        ),
        (
            lambda example: change_case(example, str.upper, 15),
            "RAPAT [KPU LASEM|ORG]\n"
            "[Lasem|GPE] - “[Siap|COMMITMENT],” kata [Drs. Rina|PERSON]. Lalu, [Budi|PERSON] pulang.\nSelesai.",
        ),
    ],
)
def test_changes(change, expected):
    assert marked(change(parse_body(BODY))) == expected


@pytest.mark.parametrize("letter", ["ß", "ŉ", "İ", "ﬁ"])
def test_a_letter_whose_other_case_is_longer_stays(letter):
    body = f"{letter} [Rina|PERSON]"
    assert marked(change_case(parse_body(body), str.upper)).startswith(letter if len(letter.upper()) > 1 else letter.upper())
    assert [span.of("x" * 99) for span in change_case(parse_body(body), str.lower)[1]] == ["xxxx"]


def test_typos_swap_or_double_letters_only():
    text, spans = make_typos(parse_body("[Rina|PERSON] 12-34 ab."), Always())
    # The text's first letter stays; the others are swapped on, one after the other.
    assert (text, spans[0].of(text)) == ("Rnai 12-34 ba.", "Rnai")


def test_about_one_letter_in_a_hundred_is_changed():
    text = "abcdefghij" * 2000
    changed, _ = make_typos((text, ()), seeded(1))
    assert len(changed) == len(text)
    # A swap changes two letters, a doubled letter one.
    assert 0.01 < sum(one != other for one, other in zip(text, changed, strict=True)) / len(text) < 0.02


@st.composite
def examples(draw):
    """Texts with spans at word edges that cross no line, as annotated articles have them."""
    pieces = st.sampled_from(["KPU", "Lasem", "hadir.", "kata,", "“Siap”", "‘ya’", "M.Si.", "ß", "İ", "é", "_", "-", "\u200b"])
    gaps = st.sampled_from([" ", " ", " ", "", "  ", "\n"])
    text = "".join(draw(st.lists(st.tuples(pieces, gaps).map("".join), max_size=40)))
    words = split_words(text)
    tags = draw(st.lists(st.sampled_from(["O", "B-ORG", "I-ORG", "I-ORG", "B-GPE"]), min_size=len(words), max_size=len(words)))
    return text, tuple(bio_to_spans(text, words, tags))


seeds = st.integers(0, 2**32).map(seeded)
QUOTES = str.maketrans(dict.fromkeys("“”„‟‘’'", '"'))


def plain(surface):
    """Return a surface without the differences that case, quotation marks and the order of letters make."""
    return sorted(surface.translate(QUOTES).casefold())


def check(before, after, same):
    (text, spans), (changed, moved) = before, after
    assert [span.label for span in moved] == [span.label for span in spans]
    assert all(0 <= span.start < span.end <= len(changed) for span in moved)
    assert all(one.end <= other.start for one, other in pairwise(moved))
    for span, new in zip(spans, moved, strict=True):
        assert same(new.of(changed)) == same(span.of(text))


@given(examples(), seeds)
def test_spaces_are_dropped_beside_spans(example, rng):
    changed = drop_spaces(example, rng)
    check(example, changed, str)
    assert changed[0].replace(" ", "") == example[0].replace(" ", "")


@given(examples(), st.data())
def test_characters_beside_spans_are_removed(example, data):
    text, spans = example
    free = [offset for offset in range(len(text)) if not any(span.start <= offset < span.end for span in spans)]
    removed = sorted(data.draw(st.sets(st.sampled_from(free)) if free else st.just(set())))
    changed = remove_characters(example, removed)
    check(example, changed, str)
    assert changed[0] == "".join(letter for offset, letter in enumerate(text) if offset not in removed)


@given(examples(), seeds)
def test_quotation_marks_change_their_style_only(example, rng):
    changed = change_quotes(example, rng)
    check(example, changed, lambda surface: surface.translate(QUOTES))
    assert len(changed[0]) == len(example[0])


@given(examples())
def test_joined_lines_keep_every_character_in_its_place(example):
    for join, lines in ((join_all, 1), (join_paragraphs, 2)):
        changed = join(example)
        assert changed[1] == example[1]
        assert len(changed[0]) == len(example[0])
        assert changed[0].count("\n") < lines
        check(example, changed, str)


@given(examples(), st.sampled_from([str.upper, str.lower]))
def test_case_changes_nothing_else(example, change):
    changed = change_case(example, change)
    assert changed[1] == example[1]
    assert len(changed[0]) == len(example[0])
    check(example, changed, str.casefold)


@given(examples(), seeds)
def test_typos_stay_within_words(example, rng):
    changed = make_typos(example, rng)
    assert changed[1] == example[1]
    assert len(changed[0]) == len(example[0])
    assert all(one == other or one.isalpha() for one, other in zip(example[0], changed[0], strict=True))


@given(examples(), seeds)
def test_all_changes_together_keep_the_spans_at_word_edges(example, rng):
    text, spans = augment(example, EVERYTHING, rng)
    assert [span.label for span in spans] == [span.label for span in example[1]]
    assert [len(span.of(text)) for span in spans] == [len(span.of(example[0])) for span in example[1]]
    words = split_words(text)
    assert tuple(bio_to_spans(text, words, spans_to_bio(words, spans))) == spans


@given(examples(), st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_article(example, seed):
    shares = Augmentation(drop_spaces=0.5, quotes=0.5, typos=0.5, upper=0.5, lower=0.5, join_paragraphs=0.5)
    assert augment(example, shares, seeded(seed)) == augment(example, shares, seeded(seed))
    assert augment(example, NOTHING, seeded(seed)) == example


def test_a_one_line_article_has_no_title_to_capitalise():
    settings = NOTHING.model_copy(update={"upper_title": 1.0})
    assert augment(("satu dua", ()), settings, Always()) == ("satu dua", ())
    assert augment(("satu\ndua", ()), settings, Always()) == ("SATU\ndua", ())


def test_annotated_articles_stay_annotated(few_articles):
    for article in few_articles:
        for seed in range(3):
            example = (article.text, article.spans)
            typeless = EVERYTHING.model_copy(update={"typos": 0.0})
            check(example, augment(example, typeless, seeded(seed)), plain)
