"""Names of other articles in an article's place: the spans stay exact, and one name stays one name."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body, read_articles
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.training.names import REPLACED, name_pool, replace_names

OWN = """Kata [Rina Wulandari, S.H.|PERSON] di [Kabupaten Ngawi|GPE].
[Rina|PERSON] dan [BUDI SANTOSO|PERSON] datang ke [Aula Merdeka|FAC],
[Wulandari|PERSON] pulang ke [Kabupaten Ngawi|GPE] [Senin (2/5)|DATE]."""
POOL = {
    ("PERSON", ""): ["Gede Arya Suteja"],
    ("GPE", "Kabupaten"): ["Kabupaten Alor"],
    ("GPE", ""): ["Sorong"],
    ("FAC", ""): ["Gedung Wanita"],
}


class Always(random.Random):
    """Replaces every name."""

    def random(self) -> float:
        return 0.0


@pytest.fixture(scope="module")
def articles():
    return [a for a in read_articles(packaged_corpus() / "articles") if a.facts.id.startswith(("a-00", "g-00"))]


def surfaces(text, spans):
    return [(span.label, text[span.start : span.end]) for span in spans]


def test_a_name_becomes_one_other_name_and_its_short_forms_parts_of_it():
    text, spans = replace_names(parse_body(OWN.replace("\n", " ")), POOL, Always())
    assert surfaces(text, spans) == [
        ("PERSON", "Gede Arya Suteja"),
        ("GPE", "Kabupaten Alor"),
        ("PERSON", "Gede"),
        ("PERSON", "BUDI SANTOSO"),
        ("FAC", "Gedung Wanita"),
        ("PERSON", "Arya"),
        ("GPE", "Kabupaten Alor"),
        ("DATE", "Senin (2/5)"),
    ]
    assert text.startswith("Kata Gede Arya Suteja di Kabupaten Alor. Gede dan BUDI")


def test_the_pool_holds_full_names_by_kind(articles):
    pool = name_pool(articles)
    assert {label for label, _ in pool} == set(REPLACED)
    assert all(" " in name for name in pool["PERSON", ""])
    assert all(name.startswith("Kabupaten ") for name in pool["GPE", "Kabupaten"])
    assert not any(name.startswith("Kabupaten ") for name in pool["GPE", ""])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(), index=st.integers(0, 17))
def test_everything_but_the_names_stays(articles, seed, index):
    article = articles[index % len(articles)]
    text, spans = replace_names((article.text, tuple(article.spans)), name_pool(articles), random.Random(seed))  # noqa: S311
    assert [span.label for span in spans] == [span.label for span in article.spans]

    def between(whole, marked):
        edges = [0, *(edge for span in marked for edge in (span.start, span.end)), len(whole)]
        return [whole[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]

    assert between(text, spans) == between(article.text, article.spans)
    kept = [pair for pair in surfaces(text, spans) if pair[0] not in REPLACED]
    assert kept == [pair for pair in surfaces(article.text, article.spans) if pair[0] not in REPLACED]
