import json
import os
import pickle
import subprocess
import sys
from dataclasses import asdict
from importlib import metadata

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from thinc.api import ConfigValidationError

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.errors import ModelError
from kpu_nlp.linking.components import FACT_EXTENSIONS
from kpu_nlp.pipeline import load, tagger_of
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import bio_to_spans
from kpu_nlp.tagging.component import TaggerComponent, WordTokenizer, make_word_tokenizer, read_spans, set_spans
from kpu_nlp.tagging.words import split_words

BODY = "[Ketua|ROLE] [KPU Kabupaten Lasem|ORG], [Darma Wijaya|PERSON],\nhadir di [Hotel Sinar Laut|FAC]."
SNIPPETS = [
    " ", "  ", "\n", "\t", "\u00a0", "\u2028", "\x1c", "\x00", "\u200b", "e\u0301", "👩\u200d👧", "KPU-nya", "M.Si.", "_",
]  # fmt: skip
any_texts = st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=5), max_size=20).map("".join)
tokenize = WordTokenizer(spacy.blank("xx").vocab)  # a bare Vocab does not know what white space is


def test_tokens_are_the_words_and_the_white_space_between_them():
    doc = tokenize("Ketua KPU-nya  hadir.\n Ya")
    assert [token.text_with_ws for token in doc] == ["Ketua ", "KPU", "-", "nya ", " ", "hadir", ".", "\n ", "Ya"]


@example("")
@example(" ")
@example("  a")
@example("a  ")
@given(any_texts)
def test_a_doc_has_the_text_unchanged_and_every_word_as_a_token(text):
    doc = tokenize(text)
    assert doc.text == text
    assert [(token.idx, token.idx + len(token)) for token in doc if not token.is_space] == split_words(text)


@st.composite
def tagged_texts(draw):
    text = draw(any_texts)
    words = split_words(text)
    tags = draw(st.lists(st.sampled_from(["O", "B-ORG", "I-ORG", "I-GPE"]), min_size=len(words), max_size=len(words)))
    scores = draw(st.lists(st.floats(0, 1), min_size=len(words), max_size=len(words)))
    return text, bio_to_spans(text, words, tags, scores)


@given(tagged_texts())
def test_spans_are_read_as_they_were_set(case):
    text, spans = case
    doc = set_spans(tokenize(text), spans)
    assert read_spans(doc) == spans
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] == [(s.start, s.end, s.label) for s in spans]
    copy = Doc(doc.vocab).from_bytes(doc.to_bytes())
    assert read_spans(copy) == spans


def test_spans_survive_a_file_of_docs():
    text, spans = parse_body(BODY)
    spans = [Span(span.start, span.end, span.label, 0.25) for span in spans]
    packed = DocBin(docs=[set_spans(tokenize(text), spans)], store_user_data=True).to_bytes()
    (doc,) = DocBin().from_bytes(packed).get_docs(Vocab())
    assert read_spans(doc) == spans


def test_a_doc_that_was_not_tagged_has_no_spans():
    assert read_spans(tokenize("Ketua KPU")) == []


def test_spans_may_be_set_anew():
    doc = set_spans(tokenize("Ketua KPU"), [Span(0, 5, "ROLE")])
    assert read_spans(set_spans(doc, [Span(6, 9, "ORG", 0.5)])) == [Span(6, 9, "ORG", 0.5)]
    assert read_spans(set_spans(doc, [])) == []


@pytest.mark.parametrize("span", [Span(0, 3, "ORG"), Span(1, 9, "ORG")])
def test_tokens_that_are_no_words_are_refused_with_what_to_do(span):
    with pytest.raises(ModelError, match=r"take the pipeline of kpu_nlp\.load\(\), or nlp\.tokenizer = WordTokenizer"):
        set_spans(Doc(Vocab(), words=["KPU-nya", "hadir"]), [span])


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"modle": "x"}, "modle"),
        ({"model": 3}, "model"),
        ({"device": None}, "device"),
        ({"threads": "all"}, "threads"),
        ({"batch_size": "large"}, "batch_size"),
    ],
)
def test_a_bad_or_misspelt_setting_is_refused(settings, complaint):
    with pytest.raises(ConfigValidationError, match=f"kpu_tagger -> {complaint}"):
        spacy.blank("xx").add_pipe("kpu_tagger", config=settings)


def test_the_model_opens_on_first_use(shipped_model):
    nlp = spacy.blank("xx")
    component = nlp.add_pipe("kpu_tagger", config={"model": str(shipped_model), "device": "cpu"})
    assert component._opened is None
    assert component.manifest.name == "kpu-ner"
    assert component._opened is None
    nlp.tokenizer = WordTokenizer(nlp.vocab)
    assert nlp("Ketua KPU Lasem hadir.").ents
    assert component._opened is not None


def test_a_model_that_is_not_there_is_told_when_the_pipeline_is_loaded(tmp_path):
    with pytest.raises(ModelError, match="nowhere: no such model folder"):
        load(tmp_path / "nowhere")


@pytest.fixture(scope="module")
def nlp(shipped_model):
    return load(shipped_model, device="cpu", threads=1)


@pytest.fixture(scope="module")
def texts(few_articles):
    return [article.text for article in few_articles[:2]]


def dump(doc):
    """Return everything that the pipeline concluded on a Doc, whatever sequences hold it."""

    def plain(value):
        return sorted(value) if isinstance(value, frozenset) else asdict(value)

    facts = {name: getattr(doc._, name) for name in FACT_EXTENSIONS}
    return json.loads(json.dumps([read_spans(doc), facts], default=plain))


def test_the_component_sets_what_the_tagger_finds(nlp, shipped_tagger, texts):
    for text, spans, doc in zip(texts, shipped_tagger.tag_many(texts), nlp.pipe(texts), strict=True):
        assert len(spans) > 5
        assert read_spans(doc) == spans
        assert [ent.text for ent in doc.ents] == [span.of(text) for span in spans]


@given(any_texts)
@settings(max_examples=25)
def test_any_text_goes_through_the_whole_pipeline(nlp, text):
    doc = nlp(text)
    assert doc.text == text


def test_a_saved_pipeline_gives_the_same_and_can_be_saved_over_itself(nlp, texts, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    loaded = spacy.load(tmp_path / "saved")
    assert loaded.pipe_names == nlp.pipe_names
    assert isinstance(loaded.tokenizer, WordTokenizer)
    assert tagger_of(loaded).folder == tmp_path / "saved" / "kpu_tagger"
    assert [dump(doc) for doc in loaded.pipe(texts)] == [dump(doc) for doc in nlp.pipe(texts)]
    loaded.to_disk(tmp_path / "saved")
    assert dump(spacy.load(tmp_path / "saved")(texts[0])) == dump(nlp(texts[0]))


def test_a_saved_pipeline_with_a_damaged_model_is_refused(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    (tmp_path / "saved" / "kpu_tagger" / "onnx" / "model.onnx").write_bytes(b"")
    with pytest.raises(ModelError, match="0 bytes, but the manifest says"):
        spacy.load(tmp_path / "saved")


def test_a_pickled_component_leaves_the_session_behind(nlp, texts):
    component = tagger_of(nlp)
    expected = read_spans(nlp(texts[0]))
    pickled = pickle.dumps(component)
    assert len(pickled) < 100_000
    copy = pickle.loads(pickled)  # noqa: S301 - made in the line above
    assert isinstance(copy, TaggerComponent)
    assert list(copy.predict(texts[:1])) == [expected]


def test_the_tokenizer_is_made_of_its_registered_name(nlp):
    made = spacy.registry.tokenizers.get("kpu.words.v1")()(nlp)
    assert isinstance(made, WordTokenizer)
    assert made.vocab is nlp.vocab
    assert isinstance(make_word_tokenizer()(nlp), WordTokenizer)


PARALLEL = """
import json, multiprocessing, sys
from dataclasses import asdict
from kpu_nlp.linking.components import FACT_EXTENSIONS
from kpu_nlp.pipeline import load
from kpu_nlp.linking.components import FACT_EXTENSIONS
from kpu_nlp.tagging.component import read_spans

def plain(value):
    return sorted(value) if isinstance(value, frozenset) else asdict(value)

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    nlp = load(sys.argv[1], device="cpu", threads=1)
    for doc in nlp.pipe(json.load(sys.stdin), n_process=2):
        facts = {name: getattr(doc._, name) for name in FACT_EXTENSIONS}
        print(json.dumps([read_spans(doc), facts], default=plain))
"""


@pytest.mark.slow
def test_two_spawned_processes_give_the_same_as_one(nlp, shipped_model, texts, tmp_path, request):
    script = tmp_path / "parallel.py"
    script.write_text(PARALLEL, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, str(script), str(shipped_model)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(request.config.rootpath)},
    )
    assert run.returncode == 0, run.stderr
    assert [json.loads(line) for line in run.stdout.splitlines()] == [dump(doc) for doc in nlp.pipe(texts)]


def entry_points():
    try:
        distribution = metadata.distribution("kpu-nlp")
    except metadata.PackageNotFoundError:
        return []
    return [point for point in distribution.entry_points if point.group.startswith("spacy_")]


@pytest.mark.skipif(not entry_points(), reason="kpu-nlp is not installed: pip install -e .")
def test_every_entry_point_loads(nlp):
    points = {point.name: point.load() for point in entry_points()}
    assert set(nlp.pipe_names) | {"kpu.words.v1"} == set(points)
    assert all(map(callable, points.values()))


def test_every_component_is_an_entry_point(nlp, request):
    declared = (request.config.rootpath / "pyproject.toml").read_text(encoding="utf-8")
    for name in nlp.pipe_names:
        factory = nlp.get_factory_meta(name).factory
        assert f'"{factory}" = "kpu_nlp.' in declared
