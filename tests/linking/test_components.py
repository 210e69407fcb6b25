from dataclasses import fields

import pytest
import spacy
import srsly
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from thinc.api import ConfigValidationError

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.labels import THEME_NAMES
from kpu_nlp.linking import facts
from kpu_nlp.linking.components import FACT_EXTENSIONS, PIPELINE, decode_fact, encode_fact
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import bio_to_spans
from kpu_nlp.tagging.component import WordTokenizer, set_spans
from kpu_nlp.tagging.words import split_words

BODY = (
    "[KPU Kota Lasem|ORG] Gelar [Rakor Data Pemilih|EVENT]\n"
    "[Lasem|GPE], kota-lasem.kpu.go.id - [Ketua|ROLE] [KPU Kota Lasem|ORG], [Dr. Darma Wijaya, S.H.|PERSON], membuka "
    "[Rakor Data Pemilih|EVENT] di [Hotel Sinar Laut|FAC], [jalan Merpati Nomor 7|ADDRESS] [Lasem|GPE], "
    "[Selasa, 14 Mei 2024|DATE] [pukul 09.00 WIB|TIME].\n"
    "“Kita harus menjaga [integritas|COMMITMENT] dan [berkoordinasi|COORDINATION] dengan [Bawaslu|ORG],” kata [Darma|PERSON]."
)


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.blank("xx")
    nlp.tokenizer = WordTokenizer(nlp.vocab)
    for name in PIPELINE:
        nlp.add_pipe(name)
    return nlp


@pytest.fixture(scope="module")
def link(nlp):
    """Run the rules on a text whose spans are given."""

    def link(text, spans, *, published=None, outlet=None):
        doc = set_spans(nlp.make_doc(text), spans)
        doc._.kpu_published, doc._.kpu_outlet = published, outlet
        for _, component in nlp.pipeline:
            doc = component(doc)
        return doc

    return link


def answers(doc):
    return {name: getattr(doc._, name) for name in FACT_EXTENSIONS}


def as_tuples(value):
    return tuple(map(as_tuples, value)) if isinstance(value, list | tuple) else value


def test_every_component_answers_its_question(link):
    doc = link(*parse_body(BODY), published="2024-05-15")
    found = answers(doc)
    assert found["kpu_dateline"] == ("Lasem", "kota-lasem.kpu.go.id")
    (person,) = found["kpu_persons"]
    assert (person.id, person.name, len(person.mentions)) == ("o1", "Darma Wijaya", 2)
    assert [(role.person, role.title, role.organization) for role in found["kpu_roles"]] == [("o1", "Ketua", "KPU Kota Lasem")]
    assert [(quote.speaker, quote.cue) for quote in found["kpu_speech"].quotations] == [("o1", "kata")]
    assert found["kpu_speech"].speakers == {"o1"}
    assert [(place.name, place.address, place.place) for place in found["kpu_places"]] == [
        ("Hotel Sinar Laut", "jalan Merpati Nomor 7", "Lasem")
    ]
    assert [moment.kind for moment in found["kpu_times"]] == ["date", "datetime"]
    event = found["kpu_event"]
    assert (event.name, event.start, event.venue, event.mode) == ("Rakor Data Pemilih", "2024-05-14T09:00+07:00", 0, "onsite")
    assert {(directive.label, directive.speaker) for directive in found["kpu_directives"]} == {
        ("COMMITMENT", "o1"),
        ("COORDINATION", "o1"),
    }


def test_a_doc_that_no_component_saw_has_no_answers():
    doc = WordTokenizer(spacy.blank("xx").vocab)("Ketua KPU")
    assert set(answers(doc).values()) == {None}


@pytest.mark.parametrize("text", ["", " ", "\n", "Selamat pagi."])
def test_a_text_without_spans_has_empty_answers(link, text):
    found = answers(link(text, []))
    assert found["kpu_dateline"] == (None, None)
    assert found["kpu_speech"] == facts.Speech((), (), frozenset())
    assert found["kpu_event"] is None
    assert all(not found[f"kpu_{name}"] for name in ("persons", "roles", "places", "place_warnings", "times", "directives"))


@pytest.mark.parametrize("name", PIPELINE)
def test_each_component_runs_without_those_before_it(name):
    nlp = spacy.blank("xx")
    nlp.tokenizer = WordTokenizer(nlp.vocab)
    component = nlp.add_pipe(name)
    text, spans = parse_body(BODY)
    assert component(set_spans(nlp.make_doc(text), spans)).text == text


def test_which_labels_are_themes_is_a_setting(link):
    nlp = spacy.blank("xx")
    directives = nlp.add_pipe("kpu_directives", config={"themes": ["COORDINATION"]})
    doc = link(*parse_body(BODY))
    assert {directive.label for directive in directives(doc)._.kpu_directives} == {"COORDINATION"}
    assert nlp.get_pipe_config("kpu_directives")["themes"] == ["COORDINATION"]
    assert spacy.blank("xx").add_pipe("kpu_directives").themes == list(THEME_NAMES)


@pytest.mark.parametrize(
    ("name", "settings", "complaint"),
    [
        ("kpu_directives", {"theme": ["COMMITMENT"]}, "theme"),
        ("kpu_directives", {"themes": 3}, "themes"),
        ("kpu_directives", {"themes": "COMMITMENT"}, "themes"),
        *((name, {"strict": True}, "strict") for name in PIPELINE),
    ],
)
def test_a_bad_or_misspelt_setting_is_refused(name, settings, complaint):
    with pytest.raises(ConfigValidationError, match=f"{name} -> {complaint}"):
        spacy.blank("xx").add_pipe(name, config=settings)


def test_the_components_in_their_order_miss_nothing(nlp):
    assert not any(nlp.analyze_pipes()["problems"].values())


def test_facts_survive_bytes_and_files(link, few_articles):
    docs = [link(article.text, article.spans, published=article.facts.published) for article in few_articles]
    packed = DocBin(docs=docs, store_user_data=True).to_bytes()
    unpacked = list(DocBin().from_bytes(packed).get_docs(docs[0].vocab))
    for doc, filed in zip(docs, unpacked, strict=True):
        copied = Doc(doc.vocab).from_bytes(doc.to_bytes())
        for copy in (copied, filed):
            # msgpack knows one kind of sequence only.
            assert as_tuples(list(answers(copy).items())) == as_tuples(list(answers(doc).items()))
            assert copy._.kpu_published == doc._.kpu_published


SPAN = Span(0, 4, "PERSON", 0.5)
FACTS = [
    SPAN,
    facts.Person("o1", "Rina", ("Dr.", "S.H."), (SPAN, SPAN)),
    facts.HeldRole("o1", "Ketua", None, 3, 9),
    facts.Quotation(3, 9, None, "kata"),
    facts.Statement(3, 9, "o1"),
    facts.Speech((facts.Quotation(3, 9, "o2", None),), (facts.Statement(0, 9, None),), frozenset({"o2", "o1"})),
    facts.Speech((), (), frozenset()),
    facts.ThemeDirective("COMMITMENT", 0, 9, "o1", (SPAN,)),
    facts.Place("Aula", None, "Batu", "35.79", "Kota Batu", "Jawa Timur", (SPAN,)),
    facts.Moment(SPAN, "2024-05-14", None, True, "date"),
    facts.Gathering("Rakor", None, None, False, None, 0),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_comes_back_from_msgpack(fact):
    copy = srsly.msgpack_loads(srsly.msgpack_dumps({"fact": fact}))["fact"]
    assert copy == fact
    assert type(copy) is type(fact)


def test_every_kind_of_fact_is_tried():
    kinds = {kind for kind in vars(facts).values() if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__")}
    assert kinds == {type(fact) for fact in FACTS}
    assert all(fields(fact) for fact in FACTS)


@pytest.mark.parametrize("value", [None, 3, "o1", (1, 2), {"a": 1}])
def test_what_is_no_fact_is_left_alone(value):
    assert encode_fact(value) is value
    assert decode_fact(value) is value
    assert encode_fact(value, lambda other: ("chained", other)) == ("chained", value)


@st.composite
def tagged_texts(draw):
    pieces = [
        "Ketua",
        "KPU",
        "Rina",
        "“",
        "”",
        ".",
        ",",
        "kata",
        "14 Mei 2024",
        "pukul 09.00 WIB",
        "di",
        "\n",
        " ",
        "\u0301",
        "(",
    ]
    text = " ".join(draw(st.lists(st.sampled_from(pieces) | st.text(max_size=3), max_size=25)))
    words = split_words(text)
    labels = ["PERSON", "ROLE", "ORG", "FAC", "GPE", "DATE", "TIME", "EVENT", "COMMITMENT"]
    tags = st.sampled_from(["O", "O", *(f"{prefix}-{label}" for label in labels for prefix in "BI")])
    return text, bio_to_spans(text, words, draw(st.lists(tags, min_size=len(words), max_size=len(words))))


@given(tagged_texts())
@settings(max_examples=100)
def test_any_spans_are_answered(link, case):
    doc = link(*case)
    ids = {person.id for person in doc._.kpu_persons}
    assert {role.person for role in doc._.kpu_roles} <= ids
    assert doc._.kpu_speech.speakers <= ids
