"""The press releases in corpus/samples: all of their facts come out, as their annotated twins in tests/data/samples tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from kpu_nlp.annotation.facts import DocumentFacts
from kpu_nlp.annotation.inline import AnnotatedArticle, parse_inline
from kpu_nlp.reading import read_article
from kpu_nlp.schema import Article, Extraction

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "corpus" / "samples"
TWINS = ROOT / "tests" / "data" / "samples"
NAMES = ("konsolidasi-kaltim.txt", "evaluasi-babel.txt", "arahan-papuabarat.html")

needs_model = pytest.mark.skipif(
    not (ROOT / "models" / "kpu-ner" / "manifest.json").exists(), reason="models/kpu-ner is not there; train it first"
)


@dataclass(frozen=True, slots=True)
class Case:
    """A sample as read, and its annotated twin."""

    article: Article
    twin: AnnotatedArticle


@pytest.fixture(params=NAMES, scope="module", ids=lambda name: Path(name).stem)
def case(request: pytest.FixtureRequest) -> Case:
    path = SAMPLES / request.param
    twin = parse_inline((TWINS / f"{path.stem}.annotated.txt").read_text(encoding="utf-8"))
    return Case(article=read_article(str(path)), twin=twin)


@pytest.fixture(scope="module")
def facts(case: Case) -> DocumentFacts:
    return case.twin.facts


@pytest.fixture(scope="module")
def extraction(case: Case) -> Extraction:
    from kpu_nlp.pipeline import extract_article

    return extract_article(case.article)


def test_every_sample_has_a_twin() -> None:
    twins = {path.name.removesuffix(".annotated.txt") for path in TWINS.glob("*.annotated.txt")}
    assert twins == {path.stem for path in SAMPLES.iterdir()} == {Path(name).stem for name in NAMES}


def test_the_twin_has_the_text_of_the_sample(case: Case) -> None:
    # The page's menu, sidebar, related links and footer are no part of the article.
    assert case.article.text.rstrip("\n") == case.twin.text


def test_the_article_knows_its_id_title_and_date(case: Case) -> None:
    title = case.twin.text.split("\n")[0]
    assert (case.article.id, case.article.title) == (case.twin.facts.id, title)
    assert case.article.published == case.twin.facts.published


@needs_model
def test_dateline_and_outlet(case: Case, extraction: Extraction) -> None:
    place, _, rest = case.twin.text.split("\n")[1].partition(", ")
    assert (extraction.article.dateline, extraction.article.outlet) == (place, rest.split(" ")[0])
    assert extraction.article.text == case.article.text


@needs_model
def test_officials(extraction: Extraction, facts: DocumentFacts) -> None:
    assert sorted(official.name for official in extraction.officials) == sorted(official.name for official in facts.officials)


@needs_model
def test_roles(extraction: Extraction, facts: DocumentFacts) -> None:
    found = {(official.name, role.title, role.organization) for official in extraction.officials for role in official.roles}
    assert found == {(official.name, role.title, role.organization) for official in facts.officials for role in official.roles}


@needs_model
def test_who_spoke(extraction: Extraction, facts: DocumentFacts) -> None:
    found = {official.name for official in extraction.officials if official.spoke}
    assert found == {official.name for official in facts.officials if official.spoke}


@needs_model
def test_event(extraction: Extraction, facts: DocumentFacts) -> None:
    event = extraction.event
    assert event is not None
    assert event.name == facts.event
    assert event.start is not None
    # The contract may print seconds or not; the twin writes minutes.
    assert (event.start[:16], event.start[-6:]) == ((facts.start or "")[:16], (facts.start or "")[-6:])
    assert event.open_end is (facts.end == "open")
    assert event.mode in (None, "onsite")


@needs_model
def test_venue(extraction: Extraction, facts: DocumentFacts) -> None:
    assert extraction.event is not None
    assert extraction.event.venue is not None
    assert facts.venue is not None
    venue = extraction.venues[extraction.event.venue]
    assert (venue.name, venue.address, venue.place) == (facts.venue.name, facts.venue.address, facts.venue.place)
    assert venue.region is not None


@needs_model
def test_themes(extraction: Extraction, facts: DocumentFacts) -> None:
    assert {theme.theme for theme in extraction.themes} == set(facts.themes)


@needs_model
def test_quotes(extraction: Extraction, facts: DocumentFacts) -> None:
    names = {official.id: official.name for official in extraction.officials}
    found = {
        (quote.text, names[quote.speaker] if quote.speaker is not None else None)
        for quote in sorted(extraction.quotes, key=lambda quote: quote.start)
    }
    assert len(found) == len(facts.quotes)
    for expected in facts.quotes:
        assert [speaker for text, speaker in found if text.startswith(expected.starts)] == [expected.speaker], expected.starts
