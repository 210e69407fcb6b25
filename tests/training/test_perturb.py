"""Articles printed another way keep their spans."""

import pytest

from kpu_nlp.annotation.facts import DocumentFacts
from kpu_nlp.annotation.inline import AnnotatedArticle, parse_body, read_articles
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.training.perturb import MOST_LOST, PERTURBATIONS, perturb, recall_by_group, region_group
from kpu_nlp.training.scores import Count


@pytest.fixture(scope="module")
def articles():
    return [article for article in read_articles(packaged_corpus() / "articles") if article.facts.id.startswith("c-00")]


def letters(text):
    return [letter for letter in text.casefold() if letter.isalnum()]


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_every_span_keeps_its_letters(articles, name):
    assert any(perturb(article, name).text != article.text for article in articles)
    for article in articles:
        changed = perturb(article, name)
        assert changed == perturb(article, name)
        for old, new in zip(article.spans, changed.spans, strict=True):
            assert old.label == new.label
            before, after = letters(article.text[old.start : old.end]), letters(changed.text[new.start : new.end])
            assert len(before) == len(after) if name == "typos" else before == after


def test_every_way_has_a_bound():
    assert set(MOST_LOST) == set(PERTURBATIONS)


def test_two_typos_in_a_hundred_letters(articles):
    article = articles[0]
    changed = perturb(article, "typos").text
    differing = sum(a != b for a, b in zip(article.text, changed, strict=True)) / sum(map(str.isalpha, article.text))
    assert 0.01 < differing < 0.045  # a swap changes two letters, and some change none


def test_recall_by_the_region_of_the_article():
    def article(place):
        text, spans = parse_body(f"[Rina|PERSON] dari [{place}|GPE]")
        return AnnotatedArticle(header="", facts=DocumentFacts(id=f"z-{place}"), text=text, spans=tuple(spans))

    places = [article("Kabupaten Ngawi"), article("Kota Jayapura"), article("Kota Jayapura")]
    assert [region_group(place) for place in places] == ["Jawa", "Papua", "Papua"]
    groups = recall_by_group(places, [Count(1, 1, 1, 1), Count(0, 0, 0, 1), Count(1, 1, 1, 1)])
    assert [(group.group, group.articles, group.recall) for group in groups] == [
        ("all", 3, 0.6667),
        ("Jawa", 1, 1.0),
        ("Papua", 2, 0.5),
    ]
