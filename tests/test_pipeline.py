"""The way of an article from end to end: `load`, `extract`, `pipe`, and the spaCy pipeline under them."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from spacy.language import Language

import kpu_nlp
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.errors import InputError, ModelError
from kpu_nlp.linking.components import PIPELINE
from kpu_nlp.pipeline import ARTICLES_AT_ONCE, extract_article, load, loaded, pipe_articles, tagger_of
from kpu_nlp.reading import article_from_text
from kpu_nlp.schema import Extraction, Mention

pytestmark = pytest.mark.usefixtures("shipped_model")

STORY = (
    "KPU Kota Batu Gelar Rapat Evaluasi\n"
    "Batu - Ketua KPU Kota Batu, Rina Wulandari, memimpin rapat evaluasi di Aula KPU Kota Batu, kemarin pukul 09.00 WIB.\n"
    "“Kita harus memperkuat koordinasi dengan Bawaslu,” ujar Rina.\n"
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return loaded()


@pytest.fixture(scope="module")
def texts(dev_articles: Sequence[AnnotatedArticle]) -> list[str]:
    return [article.text for article in dev_articles[:3]]


def mentions(value: object) -> Iterator[Mention]:
    """Give everything in an extraction that claims to be a stretch of the text."""
    if isinstance(value, Mention):
        yield value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from mentions(getattr(value, name))
    elif isinstance(value, tuple):
        for part in value:
            yield from mentions(part)


def assert_exact(extraction: Extraction, text: str) -> None:
    """Check that the text is unchanged, and every offset says what it claims."""
    assert extraction.article.text == text
    for mention in mentions(extraction):
        assert 0 <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
    for official in extraction.officials:
        for role in official.roles:
            assert role.text in text
    speakers = {official.id for official in extraction.officials} | {None}
    assert {quote.speaker for quote in extraction.quotes} <= speakers
    assert {directive.speaker for theme in extraction.themes for directive in theme.directives} <= speakers
    if extraction.event is not None and extraction.event.venue is not None:
        assert 0 <= extraction.event.venue < len(extraction.venues)


def facts(extraction: Extraction) -> Extraction:
    """Return an extraction without what names the article."""
    return extraction.model_copy(update={"article": None})


def test_an_article_from_end_to_end() -> None:
    extraction = kpu_nlp.extract(STORY, id="rapat", published="2022-07-22", source="surat")
    assert_exact(extraction, STORY)
    assert (extraction.article.id, extraction.article.source, extraction.article.title) == (
        "rapat",
        "surat",
        "KPU Kota Batu Gelar Rapat Evaluasi",
    )
    (official,) = extraction.officials
    assert (official.name, official.spoke) == ("Rina Wulandari", True)
    assert [(role.title, role.organization) for role in official.roles] == [("Ketua", "KPU Kota Batu")]
    assert extraction.event is not None
    assert extraction.event.start == "2022-07-21T09:00+07:00"
    assert [(quote.text, quote.speaker) for quote in extraction.quotes] == [
        ("Kita harus memperkuat koordinasi dengan Bawaslu,", official.id)
    ]
    assert [theme.theme for theme in extraction.themes] == ["coordination"]


def test_the_doc_agrees_with_the_extraction(nlp: Language, texts: list[str]) -> None:
    for text in texts:
        doc = nlp(text)
        extraction = kpu_nlp.extract(text)
        assert doc.text == text
        expected = [(entity.start, entity.end, entity.label) for entity in extraction.entities]
        assert expected
        assert [(span.start_char, span.end_char, span.label_) for span in doc.ents] == expected
        assert [(span.start_char, span.end_char, span.label_) for span in doc.spans["kpu"]] == expected
        assert doc.spans["kpu"].attrs["scores"] == [entity.score for entity in extraction.entities]
        assert [person.name for person in doc._.kpu_persons] == [official.name for official in extraction.officials]


def test_the_facts_are_built_from_the_entities(texts: list[str]) -> None:
    for text in texts:
        extraction = kpu_nlp.extract(text)
        assert_exact(extraction, text)
        by_label: dict[str, set[tuple[int, int]]] = {}
        for entity in extraction.entities:
            by_label.setdefault(entity.label, set()).add((entity.start, entity.end))
        for official in extraction.officials:
            assert {(mention.start, mention.end) for mention in official.mentions} <= by_label["PERSON"]
        assert {(moment.span.start, moment.span.end) for moment in extraction.times} == by_label.get(
            "DATE", set()
        ) | by_label.get("TIME", set())
        for theme in extraction.themes:
            spans = {(span.start, span.end) for directive in theme.directives for span in directive.spans}
            assert spans == by_label[theme.theme.upper()]
            assert theme.count == len(spans)
        if extraction.themes:
            assert sum(theme.salience for theme in extraction.themes) == pytest.approx(1, abs=1e-3)


def test_many_are_the_same_as_one_by_one(texts: list[str]) -> None:
    # Beside others a window is padded, and the sums of floats come out a last digit otherwise.
    together = list(kpu_nlp.pipe(texts))
    for one, other in zip((kpu_nlp.extract(text) for text in texts), together, strict=True):
        assert without_scores(one) == without_scores(other)
        for entity, twin in zip(one.entities, other.entities, strict=True):
            assert entity.score == pytest.approx(twin.score, abs=2e-3)


def without_scores(extraction: Extraction) -> object:
    def strip(value: object) -> object:
        if isinstance(value, dict):
            return {name: strip(part) for name, part in value.items() if name not in ("score", "confidence")}
        return [strip(part) for part in value] if isinstance(value, list | tuple) else value

    return strip(extraction.model_dump())


def test_many_stream() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield f"Rapat {taken}\nIsi."

    stream = kpu_nlp.pipe(endless())
    assert [next(stream).article.title for _ in range(3)] == ["Rapat 1", "Rapat 2", "Rapat 3"]
    assert taken == ARTICLES_AT_ONCE
    assert list(kpu_nlp.pipe([])) == []


def test_what_is_known_of_an_article_goes_into_its_facts() -> None:
    articles = [
        article_from_text("Rapat\nKetua KPU hadir kemarin.", published=day, id=str(day))
        for day in ("2022-07-22", None, "2023-01-01")
    ]
    found = list(pipe_articles(articles))
    assert [one.article.published for one in found] == ["2022-07-22", None, "2023-01-01"]
    assert [[moment.start for moment in one.times] for one in found] == [["2022-07-21"], [None], ["2022-12-31"]]
    assert [[moment.text for moment in one.times] for one in found] == [["kemarin"]] * 3


@pytest.mark.parametrize("text", ["", " \n", "\u200b\ufeff"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="empty"):
        kpu_nlp.extract(text)
    with pytest.raises(InputError, match="empty"):
        list(kpu_nlp.pipe(["Isi.", text]))


def test_a_day_that_is_no_date_is_refused() -> None:
    with pytest.raises(InputError, match="22 Juli"):
        kpu_nlp.extract("Isi.", published="22 Juli 2022")


def test_a_model_that_is_not_there(shipped_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="no such model folder"):
        kpu_nlp.load(tmp_path / "tiada")
    with pytest.raises(ModelError, match="no such model folder"):
        kpu_nlp.extract("Isi.", model=tmp_path / "tiada")
    monkeypatch.setenv("KPU_NLP_MODEL", str(tmp_path / "lain"))
    with pytest.raises(ModelError, match="lain"):
        kpu_nlp.extract("Isi.")
    with pytest.raises(ModelError, match="device 'tpu' is unknown"):
        next(pipe_articles([article_from_text("Isi.")], nlp=load(shipped_model, device="tpu")))


def test_a_pipeline_without_tagger_is_refused() -> None:
    with pytest.raises(ModelError, match="no kpu_tagger"):
        extract_article(article_from_text("Isi."), nlp=spacy.blank("xx"))


def test_the_same_text_gives_the_same_answer(nlp: Language, shipped_model: Path) -> None:
    first = kpu_nlp.extract(STORY)
    assert kpu_nlp.extract(STORY) == first
    fresh = load(shipped_model, device="cpu", threads=1)
    assert without_scores(extract_article(article_from_text(STORY), nlp=fresh)) == without_scores(first)


def test_the_pipeline_is_loaded_once(shipped_model: Path) -> None:
    assert loaded() is loaded(shipped_model)
    assert load() is not load()
    assert load().pipe_names == ["kpu_tagger", *PIPELINE]
    assert tagger_of(loaded()).manifest.name == kpu_nlp.extract("Isi.").model.name


def test_a_saved_pipeline_carries_its_model(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    assert tagger_of(again).folder.is_relative_to(tmp_path)
    assert facts(extract_article(article_from_text(STORY), nlp=again)) == facts(kpu_nlp.extract(STORY))


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n\n", "\u2028"], ids=ascii)
def test_any_line_end_gives_the_same_spans(line_end: str, texts: list[str]) -> None:
    # A line end is no word, so that the encoder sees the same pieces; only where windows are cut may differ.
    text = texts[0][:1200].rpartition(".")[0] + "."
    assert "\n" in text
    changed = text.replace("\n", line_end)
    extraction, expected = kpu_nlp.extract(changed), kpu_nlp.extract(text)
    assert_exact(extraction, changed)
    assert [(entity.label, entity.text) for entity in extraction.entities] == [
        (entity.label, entity.text) for entity in expected.entities
    ]
    assert [official.name for official in extraction.officials] == [official.name for official in expected.officials]


# A letter that the tokenizer makes two of, one that it drops, one that joins the letter before, and what is no letter at all.
ANY_TEXT = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("…½ﬁ\u200b\u0301\x00\u2028\r\n\t“” 🗳")), max_size=60
)


@settings(max_examples=15, deadline=None)
@example(before="\x00\u200b\u0301", after="\u0301…½ﬁ")
@example(before="e\u0301 \ud7a3\u1100\u1161 ", after="\r\n\r\n")
@given(before=ANY_TEXT, after=ANY_TEXT)
def test_offsets_are_exact_whatever_stands_around(before: str, after: str, texts: list[str]) -> None:
    around = f"{before}{texts[1][:500]}{after}{texts[1][500:800]}"
    extraction = kpu_nlp.extract(around)
    assert_exact(extraction, around)
    assert extraction.entities


@settings(max_examples=15, deadline=None)
@given(ANY_TEXT.filter(lambda text: any(not c.isspace() and unicodedata.category(c) != "Cf" for c in text)))
def test_any_text_is_answered(text: str) -> None:
    assert_exact(kpu_nlp.extract(text), text)


def test_words_glued_by_composed_letters_keep_their_offsets() -> None:
    plain = "Ketua KPU Kabupaten Ngawi, René Wulandari, hadir."
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, plain)
        assert_exact(kpu_nlp.extract(text), text)


@pytest.mark.slow
def test_an_article_of_sixty_thousand_words(dev_articles: Sequence[AnnotatedArticle]) -> None:
    all_of_dev = "\n".join(article.text for article in dev_articles)
    text = "\n".join([all_of_dev] * (60_000 // len(all_of_dev.split()) + 1))
    assert len(text.split()) > 60_000
    started = time.perf_counter()
    extraction = kpu_nlp.extract(text)
    assert_exact(extraction, text)
    # Nothing is lost on the way: the last tenth has as many entities as any other.
    tenths = [0] * 10
    for entity in extraction.entities:
        tenths[10 * entity.start // len(text)] += 1
    assert min(tenths) > 0.5 * max(tenths)
    # On two cores that do other work beside, about four minutes.
    assert time.perf_counter() - started < 500


def test_memory_stays_flat(nlp: Language) -> None:
    list(pipe_articles([article_from_text(STORY)], nlp=nlp))
    before = len(nlp.vocab.strings)
    stories = (article_from_text(f"Rapat\nKata{number} katalain{number}.") for number in range(2 * ARTICLES_AT_ONCE + 1))
    found = list(pipe_articles(stories, nlp=nlp))
    assert found[5].article.text == "Rapat\nKata5 katalain5."
    assert len(nlp.vocab.strings) == before


def test_articles_before_one_that_cannot_be_read_are_extracted(nlp: Language) -> None:
    found = pipe_articles((article_from_text(text) for text in ("Rapat\nSatu.", "Rapat\nDua.", " ", "Rapat\nTiga.")), nlp=nlp)
    assert [next(found).article.text for _ in range(2)] == ["Rapat\nSatu.", "Rapat\nDua."]
    with pytest.raises(InputError, match="empty"):
        next(found)


def test_a_memory_zone_of_the_caller(nlp: Language) -> None:
    article = article_from_text(STORY)
    with nlp.memory_zone():
        inside = extract_article(article, nlp=nlp)
    assert inside == extract_article(article, nlp=nlp)


def test_threads_that_share_a_pipeline(nlp: Language) -> None:
    from concurrent.futures import ThreadPoolExecutor

    articles = [article_from_text(f"{STORY}Peserta{number} hadir.") for number in range(6)]
    alone = [extract_article(article, nlp=nlp) for article in articles]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda article: extract_article(article, nlp=nlp), articles)) == alone


def test_linking_spans_that_another_tagger_found(nlp: Language, texts: list[str]) -> None:
    from kpu_nlp.pipeline import link_articles

    articles = [article_from_text(text, published="2022-07-22") for text in texts]
    tagged = zip(articles, tagger_of(nlp).predict(texts), strict=True)
    assert list(link_articles(tagged, nlp=nlp)) == list(pipe_articles(articles, nlp=nlp))
