import pytest

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.spans import Span
from kpu_nlp.training.scores import Count, score_spans

LABELS = ["PERSON", "ORG", "COMMITMENT", "COORDINATION"]
THEMES = {"COMMITMENT", "COORDINATION"}


def score(*pairs):
    return score_spans([(parse_body(gold)[1], parse_body(found)[1]) for gold, found in pairs], LABELS, THEMES)


@pytest.mark.parametrize(
    ("count", "precision", "recall", "f1"),
    [
        (Count(), 0, 0, 0),
        (Count(0, 3, 0, 4), 0, 0, 0),
        (Count(0, 0, 0, 4), 0, 0, 0),
        (Count(3, 3, 3, 3), 1, 1, 1),
        (Count(3, 4, 3, 6), 0.75, 0.5, 0.6),
        (Count(2, 2, 1, 2), 1, 0.5, 2 / 3),
    ],
)
def test_precision_recall_and_f1(count, precision, recall, f1):
    assert (count.precision, count.recall, count.f1) == pytest.approx((precision, recall, f1))


@pytest.mark.parametrize(
    ("gold", "found", "exact", "overlap"),
    [
        ("hadir [Rina Sari|PERSON]", "hadir [Rina Sari|PERSON]", Count(1, 1, 1, 1), Count(1, 1, 1, 1)),
        ("hadir [Rina Sari|PERSON]", "hadir [Rina|PERSON] Sari", Count(0, 1, 0, 1), Count(1, 1, 1, 1)),
        ("hadir [Rina Sari|PERSON]", "[hadir Rina Sari|PERSON]", Count(0, 1, 0, 1), Count(1, 1, 1, 1)),
        ("hadir [Rina Sari|PERSON]", "hadir [Rina|PERSON] [Sari|PERSON]", Count(0, 2, 0, 1), Count(2, 2, 1, 1)),
        ("hadir [Rina|PERSON] [Sari|PERSON]", "hadir [Rina Sari|PERSON]", Count(0, 1, 0, 2), Count(1, 1, 2, 2)),
        ("hadir [Rina|PERSON] Sari", "hadir Rina [Sari|PERSON]", Count(0, 1, 0, 1), Count(0, 1, 0, 1)),
        ("hadir [Rina|PERSON] Sari", "hadir [Rina|ORG] Sari", Count(0, 0, 0, 1), Count(0, 0, 0, 1)),
        ("hadir Rina", "hadir [Rina|PERSON]", Count(0, 1, 0, 0), Count(0, 1, 0, 0)),
        ("hadir [Rina|PERSON]", "hadir Rina", Count(0, 0, 0, 1), Count(0, 0, 0, 1)),
        ("[Ari|PERSON]a", "Ar[ia|PERSON]", Count(0, 1, 0, 1), Count(1, 1, 1, 1)),
        ("[Ari|PERSON]a", "Ari[a|PERSON]", Count(0, 1, 0, 1), Count(0, 1, 0, 1)),
    ],
)
def test_one_label(gold, found, exact, overlap):
    scores = score((gold, found))
    assert scores.exact["PERSON"] == exact
    assert scores.overlap["PERSON"] == overlap


def test_articles_and_labels_add_up():
    scores = score(
        (
            "[Rina|PERSON] dan [Sari|PERSON] di [KPU Lasem|ORG] menjaga [integritas|COMMITMENT]",
            "[Rina|PERSON] dan [Sari|ORG] di [KPU Lasem|ORG] menjaga [integritas|COMMITMENT]",
        ),
        (
            "[Bawaslu|ORG] harus [bekerja sama erat|COORDINATION] dan [disiplin|COMMITMENT]",
            "[Bawaslu|ORG] harus [bekerja sama|COORDINATION] erat dan disiplin",
        ),
    )
    assert scores.exact == {
        "PERSON": Count(1, 1, 1, 2),
        "ORG": Count(2, 3, 2, 2),
        "COMMITMENT": Count(1, 1, 1, 2),
        "COORDINATION": Count(0, 1, 0, 1),
    }
    assert scores.entities == Count(3, 4, 3, 4)
    assert scores.themes_exact == Count(1, 2, 1, 3)
    assert scores.themes_overlap == Count(2, 2, 2, 3)


def test_nothing_to_score_gives_zeros():
    scores = score_spans([], LABELS, THEMES)
    assert list(scores.exact) == LABELS
    assert scores.entities == scores.themes_exact == scores.themes_overlap == Count()


def test_a_label_that_is_not_listed_is_not_scored():
    assert score(("[Rina|ROLE]", "[Rina|ROLE]")).entities == Count()


def test_the_confidence_of_a_span_does_not_count():
    scores = score_spans([([Span(0, 4, "PERSON")], [Span(0, 4, "PERSON", 0.31)])], LABELS, THEMES)
    assert scores.exact["PERSON"] == Count(1, 1, 1, 1)


def test_without_themes_every_label_is_an_entity():
    pairs = [(parse_body("[siap|COMMITMENT]")[1], parse_body("[siap|COMMITMENT]")[1])]
    scores = score_spans(pairs, LABELS, ())
    assert scores.entities == Count(1, 1, 1, 1)
    assert scores.themes_exact == Count()
