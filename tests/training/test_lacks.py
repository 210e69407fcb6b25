"""What a set of new articles lacks, in words."""

import pytest

from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.training.added import NewArticles
from kpu_nlp.training.lacks import UNMARKED, count_labels, find_contradictions, find_lacks

LABELS = ("PERSON", "ORG", "INCLUSION")


def article(article_id, body):
    return parse_inline(f"---\nid: {article_id}\n---\n{body}\n")


def articles(*bodies, prefix="x"):
    return [article(f"{prefix}-{i}", body) for i, body in enumerate(bodies)]


def lacks_of(new, old=(), added_labels=(), held_out=()):
    divided = NewArticles(tuple(new), tuple(held_out), frozenset())
    return find_lacks(count_labels(LABELS, old, divided), old, divided, added_labels=added_labels)


def test_labels_are_counted_by_where_they_stand():
    divided = NewArticles(
        tuple(articles("[Rina|PERSON]", "[KPU|ORG] [Budi|PERSON]")), tuple(articles("[Tuti|PERSON]")), frozenset()
    )
    rows = count_labels(LABELS, articles("[KPU|ORG]", prefix="old"), divided)
    assert [(row.label, row.old, row.new, row.held_out) for row in rows] == [
        ("PERSON", 0, 2, 1),
        ("ORG", 1, 1, 0),
        ("INCLUSION", 0, 0, 0),
    ]


def test_a_label_that_is_never_marked_is_told():
    held_out = articles("[Budi|PERSON] [KPU|ORG]", prefix="held")
    lines = lacks_of(articles("[Rina|PERSON] " * 30), held_out=held_out)
    assert lines == [
        "never marked in the new articles: ORG, INCLUSION; where they do occur there, the model unlearns them: mark them too"
    ]


def test_a_new_label_without_spans_is_told():
    old = articles("[Budi|PERSON] [KPU|ORG] " * 30, prefix="old")
    lines = lacks_of(articles("[Rina|PERSON] [KPU|ORG]"), old, added_labels=["INCLUSION"])
    assert lines[0].startswith("INCLUSION: a new label without a span in the articles, so that nothing can be learnt")
    assert lines[1:] == ["1 new articles are too few to hold any out: nothing will tell how good the model is on such"]


@pytest.mark.parametrize(("old", "told"), [(0, True), (27, True), (28, False)])
def test_fewer_than_thirty_spans_are_told(old, told):
    lines = lacks_of(
        articles("[akses|INCLUSION] [suara|INCLUSION] [Rina|PERSON] [KPU|ORG]"),
        articles("[akses|INCLUSION] " * old + "[Rina|PERSON] [KPU|ORG] " * 30, prefix="old"),
    )
    assert (f"INCLUSION: 2 spans to train on, and {old} old ones; below 30 expect little of it" in lines) == told


@pytest.mark.parametrize(
    ("one", "other", "labels"),
    [
        ("di [Malang|GPE] kemarin", "di [Malang|ORG] kemarin", {"GPE", "ORG"}),
        ("di [Malang|GPE] kemarin", "di Malang kemarin", {"GPE", UNMARKED}),
        ("DI [Malang Raya|GPE] kemarin", "di Malang  Raya kemarin", {"GPE", UNMARKED}),
        ("[Malang|GPE]", "Malang", {"GPE", UNMARKED}),
    ],
)
def test_what_is_annotated_in_two_ways_is_found(one, other, labels):
    new, old = articles(one, prefix="new"), articles(other, prefix="old")
    for first, second in ((new, old), ([*new, *old], [])):
        (by_label,) = find_contradictions(first, second).values()
        assert set(by_label) == labels


@pytest.mark.parametrize(
    "other",
    [
        "di [Malang|GPE] kemarin",
        "ke [Malang|ORG] kemarin",  # another word before it
        "di [Malang|ORG] besok",  # another word after it
        "di [Malang kemarin|ORG]",  # part of something else
        "[di Malang|ORG] kemarin",
    ],
)
def test_other_contexts_do_not_contradict(other):
    assert find_contradictions(articles("di [Malang|GPE] kemarin", prefix="new"), articles(other, prefix="old")) == {}


def test_two_old_articles_that_contradict_each_other_are_not_the_new_ones_affair():
    old = articles("di [Malang|GPE] kemarin", "di Malang kemarin", prefix="old")
    assert find_contradictions(articles("[Rina|PERSON] pulang"), old) == {}


def test_contradictions_are_told_with_the_articles():
    new = articles(*["di [Malang|GPE] kemarin"] * 5, "[Rina|PERSON] [KPU|ORG]", prefix="new")
    lines = lacks_of(new, articles("di Malang kemarin", prefix="old"))
    assert lines[-1] == (
        "annotated in two ways: 'di [malang] kemarin' is GPE in new-0, new-1, new-2 and 2 more and no span in old-0"
    )
