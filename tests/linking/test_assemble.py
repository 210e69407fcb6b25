import json

import pytest
import spacy

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.labels import THEME_NAMES
from kpu_nlp.linking.assemble import NO_ENTITIES, build_extraction
from kpu_nlp.linking.components import PIPELINE
from kpu_nlp.reading.article import article_from_text
from kpu_nlp.schema import Extraction, ModelInfo
from kpu_nlp.spans import Span
from kpu_nlp.tagging.component import WordTokenizer, set_spans

MODEL = ModelInfo(name="tiny", version="0.1.0")

KEYS = {
    "": {
        "schema_version", "article", "event", "officials", "venues", "times", "themes", "quotes", "organizations", "places",
        "elections", "regulations", "entities", "model", "warnings",
    },
    "article": {"id", "source", "sha256", "title", "outlet", "dateline", "published", "text"},
    "event": {"name", "start", "end", "open_end", "mode", "venue"},
    "officials": {"id", "name", "titles", "roles", "spoke", "confidence", "mentions"},
    "officials.roles": {"title", "organization", "text"},
    "venues": {"name", "address", "place", "region", "confidence", "mentions"},
    "venues.region": {"code", "name", "province"},
    "times": {"text", "start", "end", "open_end", "kind", "span"},
    "themes": {"theme", "label", "count", "salience", "directives"},
    "themes.directives": {"text", "start", "end", "speaker", "spans"},
    "quotes": {"text", "start", "end", "speaker", "cue"},
    "organizations": {"name", "mentions"},
    "places": {"name", "mentions"},
    "elections": {"name", "mentions"},
    "regulations": {"name", "mentions"},
    "entities": {"start", "end", "label", "text", "score"},
    "model": {"name", "version"},
}  # fmt: skip
MENTION = {"start", "end", "text"}


@pytest.fixture(scope="module")
def extract():
    nlp = spacy.blank("xx")
    nlp.tokenizer = WordTokenizer(nlp.vocab)
    for name in PIPELINE:
        nlp.add_pipe(name)

    def extract(text, spans, *, published=None, outlet=None, themes=THEME_NAMES):
        doc = set_spans(nlp.make_doc(text), spans)
        doc._.kpu_published, doc._.kpu_outlet = published, outlet
        for _, component in nlp.pipeline:
            doc = component(doc)
        article = article_from_text(text, published=published, outlet=outlet)
        return build_extraction(article, doc, model=MODEL, themes=themes)

    return extract


@pytest.fixture(scope="module")
def extractions(extract, few_articles):
    return [(article, extract(article.text, article.spans, published=article.facts.published)) for article in few_articles]


def walk(value, path=""):
    """Yield every object of a JSON value with its path, indexes left out."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from walk(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, path)


def test_every_object_has_the_keys_of_the_contract(extractions):
    seen = set()
    for article, extraction in extractions:
        for path, found in walk(json.loads(extraction.model_dump_json())):
            expected = MENTION if path.endswith(("mentions", "span", "spans")) else KEYS[path]
            assert found.keys() == expected, (article.facts.id, path)
            seen.add(path)
    assert set(KEYS) <= seen


def test_every_offset_gives_the_characters_that_stand_beside_it(extractions):
    for article, extraction in extractions:
        count = 0
        for path, found in walk(json.loads(extraction.model_dump_json())):
            if isinstance(found.get("start"), int):
                assert article.text[found["start"] : found["end"]] == found["text"] != "", (article.facts.id, path)
                count += 1
        assert count > len(article.spans)
        assert extraction.article.text == article.text


def test_the_entities_are_the_spans(extractions):
    for article, extraction in extractions:
        found = [Span(entity.start, entity.end, entity.label, entity.score) for entity in extraction.entities]
        assert tuple(found) == article.spans


def test_references_lead_somewhere(extractions):
    for article, extraction in extractions:
        ids = [official.id for official in extraction.officials]
        assert ids == [f"o{number}" for number in range(1, len(ids) + 1)]
        first = [official.mentions[0].start for official in extraction.officials]
        assert first == sorted(first)
        speakers = {quote.speaker for quote in extraction.quotes}
        speakers |= {directive.speaker for theme in extraction.themes for directive in theme.directives}
        assert speakers <= {*ids, None}, article.facts.id
        spoke = {official.id for official in extraction.officials if official.spoke}
        assert {quote.speaker for quote in extraction.quotes} - {None} <= spoke
        if extraction.event is not None and extraction.event.venue is not None:
            assert 0 <= extraction.event.venue < len(extraction.venues)


def test_each_person_and_each_name_has_its_spans(extractions):
    for article, extraction in extractions:
        for label, groups in (
            ("PERSON", extraction.officials),
            ("ORG", extraction.organizations),
            ("GPE", extraction.places),
            ("ELECTION", extraction.elections),
            ("LAW", extraction.regulations),
        ):
            mentions = sorted((mention.start, mention.end) for group in groups for mention in group.mentions)
            assert mentions == [(span.start, span.end) for span in article.spans if span.label == label], article.facts.id


def test_roles_are_told_in_the_articles_own_characters(extractions):
    for article, extraction in extractions:
        for official in extraction.officials:
            for role in official.roles:
                assert role.text in article.text
                assert role.title.split()[0] in role.text


def test_themes_share_their_spans_out(extractions):
    shared = 0
    for article, extraction in extractions:
        spans = [span for span in article.spans if span.label in THEME_NAMES]
        assert sum(theme.count for theme in extraction.themes) == len(spans), article.facts.id
        assert sum(theme.salience for theme in extraction.themes) == pytest.approx(1 if spans else 0, abs=2e-4)
        for theme in extraction.themes:
            assert THEME_NAMES[theme.theme.upper()] == theme.label
            assert theme.count == sum(len(directive.spans) for directive in theme.directives)
            assert theme.salience == pytest.approx(theme.count / len(spans), abs=1e-4)
            for directive in theme.directives:
                assert all(directive.start <= span.start and span.end <= directive.end for span in directive.spans)
        shared += len(extraction.themes) > 1
    assert shared > 0


def test_times_are_the_dates_and_clock_times(extractions):
    for article, extraction in extractions:
        spans = [(span.start, span.end) for span in article.spans if span.label in ("DATE", "TIME")]
        assert [(time.span.start, time.span.end) for time in extraction.times] == spans, article.facts.id
        assert all(time.text == time.span.text for time in extraction.times)


def test_the_json_is_read_back_the_same(extractions):
    for _, extraction in extractions:
        assert Extraction.model_validate_json(extraction.model_dump_json()) == extraction


def test_names_are_grouped_under_their_first_form(extract):
    text, spans = parse_body(
        "[Kota  Batu|GPE] dan [Ngawi|GPE], lalu [KOTA BATU|GPE]; [Pemilu 2024|ELECTION], [pemilu 2024|ELECTION], "
        "[PKPU 3 Tahun 2022|LAW]"
    )
    extraction = extract(text, spans)
    assert [(place.name, len(place.mentions)) for place in extraction.places] == [("Kota  Batu", 2), ("Ngawi", 1)]
    assert [(election.name, len(election.mentions)) for election in extraction.elections] == [("Pemilu 2024", 2)]
    assert [(law.name, len(law.mentions)) for law in extraction.regulations] == [("PKPU 3 Tahun 2022", 1)]


def test_the_confidence_of_a_person_is_that_of_the_surest_mention(extract):
    text, spans = parse_body("Hadir [Darma Wijaya|PERSON]. [Darma|PERSON] pulang dari [Aula KPU|FAC].")
    scored = [Span(span.start, span.end, span.label, score) for span, score in zip(spans, (0.4, 0.9, 0.7), strict=True)]
    extraction = extract(text, scored)
    assert [official.confidence for official in extraction.officials] == [0.9]
    assert [venue.confidence for venue in extraction.venues] == [0.7]


def test_what_was_read_with_the_article_goes_before_what_it_says(extract):
    text, spans = parse_body("Rapat\n[Lasem|GPE], kota-lasem.kpu.go.id - [Ketua|ROLE] hadir.")
    assert extract(text, spans).article.outlet == "kota-lasem.kpu.go.id"
    extraction = extract(text, spans, outlet="jatim.kpu.go.id")
    assert (extraction.article.outlet, extraction.article.dateline) == ("jatim.kpu.go.id", "Lasem")


def test_themes_stand_in_the_order_of_the_manifest_and_under_its_names(extract):
    text, spans = parse_body("“Jaga [integritas|COMMITMENT] dan [sinergi|COORDINATION],” kata [Rina|PERSON].")
    assert [theme.label for theme in extract(text, spans).themes] == ["koordinasi", "komitmen"]
    extraction = extract(text, spans, themes={"COMMITMENT": "tekad", "COORDINATION": "sinergi", "COURAGE": "berani"})
    assert [(theme.theme, theme.label) for theme in extraction.themes] == [
        ("commitment", "tekad"),
        ("coordination", "sinergi"),
    ]


def test_a_text_without_entities_is_warned_of(extract):
    extraction = extract("Selamat pagi.", [])
    assert extraction.warnings == (NO_ENTITIES,)
    assert extraction.event is None
    dumped = extraction.model_dump()
    assert all(dumped[key] == () for key in KEYS[""] - {"schema_version", "article", "event", "model", "warnings"})


def test_the_model_is_named(extract):
    assert extract("Selamat pagi.", []).model == MODEL
