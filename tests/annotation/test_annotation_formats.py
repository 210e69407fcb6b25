"""Every format gives back what was written, and a document that does not fit is refused with its id."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpu_nlp.annotation.exporting import export_articles
from kpu_nlp.annotation.formats import FORMATS, open_format
from kpu_nlp.annotation.importing import Imported, article_files, import_files
from kpu_nlp.annotation.inline import AnnotatedArticle, format_inline, parse_inline
from kpu_nlp.annotation.offsets import Unit
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.errors import AnnotationError
from kpu_nlp.spans import Span
from kpu_nlp.tagging.words import split_words

WITH_OFFSETS = [name for name in FORMATS if open_format(name).UNIT is not None]
EXACT = [name for name in FORMATS if name != "conll"]

Read = Callable[..., Imported]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Import a file that has this content."""

    def run(content: Any, form: str, name: str = "given.data", **settings: Any) -> Imported:
        path = tmp_path / name
        if not isinstance(content, bytes):
            lines = content if form == "label-studio" else [content] if isinstance(content, dict) else content
            content = (json.dumps(lines) if form == "label-studio" else "\n".join(map(json.dumps, lines))).encode()
        path.write_bytes(content)
        return import_files([path], form, **settings)

    return run


def article(text: str, *spans: Span, header: str = "id: x-1\n") -> AnnotatedArticle:
    return replace(parse_inline(f"---\n{header}---\n"), text=text, spans=spans)


def words_and_spans(found: AnnotatedArticle) -> tuple[list[str], list[tuple[int, int, str]]]:
    """Return what CoNLL carries: the words, and spans that count them."""
    words = split_words(found.text)
    starts = {start: number for number, (start, _) in enumerate(words)}
    ends = {end: number for number, (_, end) in enumerate(words)}
    return (
        [found.text[start:end] for start, end in words],
        [(starts[span.start], ends[span.end], span.label) for span in found.spans],
    )


@pytest.fixture(scope="module")
def corpus() -> dict[str, str]:
    """The content of every article of the corpus, by file name."""
    paths = sorted((packaged_corpus() / "articles").glob("*.txt"))
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture(scope="module")
def parsed(corpus: dict[str, str]) -> list[AnnotatedArticle]:
    return [parse_inline(raw) for raw in corpus.values()]


@pytest.mark.parametrize("form", EXACT)
def test_the_whole_corpus_comes_back_byte_for_byte(
    form: str, corpus: dict[str, str], parsed: list[AnnotatedArticle], read: Read
) -> None:
    imported = read(export_articles(parsed, form), form)
    assert (imported.refused, imported.left_out, imported.notes) == ([], [], [])
    files = article_files(imported.articles)
    # Only names are compared by pytest, so that a failure does not print the whole corpus.
    assert list(files) == list(corpus)
    assert [name for name in corpus if files[name] != corpus[name]] == []


def test_conll_carries_words_and_spans_of_the_whole_corpus(parsed: list[AnnotatedArticle], read: Read) -> None:
    imported = read(export_articles(parsed, "conll"), "conll")
    assert imported.refused == []
    assert [found.facts.id for found in imported.articles] == [wanted.facts.id for wanted in parsed]
    assert [
        wanted.facts.id
        for wanted, found in zip(parsed, imported.articles, strict=True)
        if words_and_spans(wanted) != words_and_spans(found)
    ] == []


HARD = (
    "Tes\U0001f600  “Rina”\r\n\u2028[foto|A]\x85 Sari e\u0301 \U0001f468\u200d\U0001f469\u200d\U0001f467 &#91; \\n Ngawi.\n\n"
)


@pytest.mark.parametrize("form", EXACT)
def test_hard_characters_come_back(form: str, read: Read) -> None:
    spans = [Span(at := HARD.index(word), at + len(word), label) for word, label in (("Rina", "PERSON"), ("Ngawi", "GPE"))]
    (found,) = read(export_articles([article(HARD, *spans)], form), form).articles
    assert (found.text, found.spans) == (HARD, tuple(spans))
    assert parse_inline(format_inline(found)) == found


LABELS = st.sampled_from(["PERSON", "ORG", "X_2"])
TEXTS = st.text(
    st.one_of(
        st.sampled_from("a A\U0001f600\r\n\u2028e\u0301[|]&#91;\x85\u00a0\u200d"), st.characters(exclude_categories=["Cs"])
    )
)


@st.composite
def articles(draw: st.DrawFn, *, whole_words: bool) -> AnnotatedArticle:
    text = draw(TEXTS.filter(str.strip))
    words = split_words(text) if whole_words else [(place, place + 1) for place in range(len(text))]
    cuts = sorted(draw(st.sets(st.sampled_from(range(len(words))), max_size=8))) if words else []
    spans = [
        Span(words[first][0], words[last][1], draw(LABELS))
        for first, last in zip(cuts[::2], cuts[1::2], strict=False)
        if "\n" not in text[words[first][0] : words[last][1]]
    ]
    return article(text, *spans)


@pytest.mark.parametrize("form", WITH_OFFSETS)
@pytest.mark.parametrize("unit", ["code-points", "utf-16"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(wanted=articles(whole_words=False))
def test_any_offsets_come_back(wanted: AnnotatedArticle, form: str, unit: Unit, read: Read) -> None:
    imported = read(export_articles([wanted], form, unit=unit), form, unit=unit)
    assert imported.refused == []
    assert imported.articles == [wanted]
    assert parse_inline(format_inline(wanted)) == wanted


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(wanted=articles(whole_words=True))
def test_any_words_come_back_from_spacy(wanted: AnnotatedArticle, read: Read) -> None:
    assert read(export_articles([wanted], "spacy"), "spacy").articles == [wanted]


@pytest.mark.parametrize("form", ["label-studio", "jsonl"])
def test_offsets_of_either_unit_are_told_by_the_surface(form: str, read: Read) -> None:
    wanted = article("\U0001f600 kata Rina", Span(7, 11, "PERSON"))
    for unit in ("code-points", "utf-16"):
        assert read(export_articles([wanted], form, unit=unit), form).articles == [wanted]


def test_doccano_counts_utf_16_units(read: Read) -> None:
    # As its editor has it (doccano issue 2290): each of the three emoji is two code units.
    text = "\U0001f468\U0001f3fb\U0001f692 firemen drive firetrucks"
    (found,) = read({"text": text, "label": [[21, 31, "X"]]}, "doccano").articles
    assert found.spans[0].of(text) == "firetrucks"


def test_without_surfaces_a_doubtful_document_is_refused(read: Read) -> None:
    wanted = article("\U0001f600 kata Rina Sari", Span(7, 11, "PERSON"))
    content = export_articles([wanted], "doccano", unit="code-points")
    (line,) = read(content, "doccano").refused
    assert "document 'x-1'" in line
    assert line.endswith("they would fit as code-points (--offsets code-points)")
    assert read(content, "doccano", unit="code-points").articles == [wanted]


def task(text: str = "Rina Sari", *values: dict[str, Any], **more: Any) -> dict[str, Any]:
    result = [{"type": "labels", "from_name": "l", "to_name": "t", "value": value} for value in values]
    return {"id": 7, "data": {"text": text}, "annotations": [{"result": result}], **more}


RINA = {"start": 0, "end": 4, "labels": ["PERSON"], "text": "Rina"}


def spans(*found: Any, text: str = "Rina Sari", **more: Any) -> dict[str, Any]:
    return {"id": "x-9", "text": text, "spans": list(found), **more}


# Format, content, and what the line that refuses it says, after the file.
REFUSED = [
    ("label-studio", [task("Rina Sari", RINA | {"start": 1, "end": 5})], "task 1, document '7': offsets 1-5 give 'ina ', but the file says 'Rina'"),  # noqa: E501
    ("label-studio", [task("Rina Sari", RINA, RINA | {"labels": ["ORG"]})], "task 1, document '7': ORG 'Rina' and PERSON 'Rina' overlap at character 0; remove one of the two"),  # noqa: E501
    ("label-studio", [task("Rina Sari", RINA | {"labels": ["PERSON", "ORG"]})], "task 1, document '7': ORG 'Rina' and PERSON 'Rina' overlap at character 0; remove one of the two"),  # noqa: E501
    ("label-studio", [task("Rina Sari", RINA | {"labels": []})], "task 1, document '7': labels: List should have at least 1 item after validation, not 0"),  # noqa: E501
    ("label-studio", [task("Rina Sari", RINA | {"start": "/div[1]/text()[1]"})], "task 1, document '7': start: Input should be a valid integer, unable to parse string as an integer"),  # noqa: E501
    ("label-studio", [task() | {"annotations": [{"result": []}, {"result": []}]}], "task 1, document '7': has 2 annotations; delete all but the one that counts, and export again"),  # noqa: E501
    ("label-studio", [{"id": 1, "text": "Rina", "label": []}], "task 1: has no 'data'; export with the format 'JSON', not 'JSON-MIN'"),  # noqa: E501
    ("label-studio", [{"id": 1, "data": {"a": "b", "c": "d"}, "annotations": [{"result": []}]}], "task 1, document '1': its data has no 'text' (it has a, c)"),  # noqa: E501
    ("label-studio", [3], "task 1: document: Input should be a valid dictionary or instance of _Task"),
    ("label-studio", [task("Rina\nSari", RINA | {"end": 9, "text": "Rina\\nSari"})], "task 1, document '7': span 'Rina\\nSari' at offset 0 crosses a line"),  # noqa: E501
    ("doccano", {"id": 3, "text": "Rina Sari", "label": [[0, 12, "PERSON"]]}, "line 1, document '3': span 0-12 lies outside the text, or inside a character"),  # noqa: E501
    ("doccano", {"id": 3, "text": "a \U0001f600 b", "label": [[0, 3, "X"]]}, "line 1, document '3': span 0-3 lies outside the text, or inside a character; they would fit as code-points (--offsets code-points)"),  # noqa: E501
    ("doccano", {"id": 3, "text": "Rina Sari", "label": [[4, 4, "PERSON"]]}, "line 1, document '3': span 4-4 is empty"),
    ("doccano", b'{"text": "a", "label": [[0, 1]]}', "line 1: label.0.2: Field required"),
    ("prodigy", spans({"start": 0, "end": 4, "label": "PERSON"}, tokens=[{"start": 0, "end": 4, "text": "Rini"}]), "line 1, document 'x-9': offsets 0-4 give 'Rina', but the file says 'Rini'"),  # noqa: E501
    ("jsonl", spans({"start": 0, "end": 4, "label": "person"}), "line 1, document 'x-9': label 'person' is not written in capitals; give a table with --labels that says what it becomes"),  # noqa: E501
    ("jsonl", spans({"start": 4, "end": 0, "label": "PERSON"}), "line 1, document 'x-9': span 4-0 is empty"),
    ("jsonl", spans({"start": -1, "end": 4, "label": "PERSON"}), "line 1, document 'x-9': span -1-4 lies outside the text, or inside a character"),  # noqa: E501
    ("jsonl", spans(text=" "), "line 1, document 'x-9': its text is empty"),
    ("jsonl", spans(text="a\ud800"), "line 1, document 'x-9': half of a surrogate pair at character 1"),
    ("jsonl", spans(id="??"), "line 1, document '??': its id '??' cannot be a file name; give it another"),
    ("jsonl", spans(header="id: x-8\n"), "line 1, document 'x-9': its id is 'x-9', but that of its header 'x-8'"),
    ("jsonl", spans(header="- a\n"), "line 1, document 'x-9': its header cannot be read: header, line 2: not a list of 'key: value' lines"),  # noqa: E501
    ("jsonl", b"[1]", "line 1: not a JSON object"),
    ("jsonl", b"{", "line 1: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ("jsonl", b"[" * 100_000, "line 1: nested too deeply to be annotated articles"),
    ("conll", b"Rina B-PERSON\nSari\n", "line 2: 'Sari' is not a word and a BIO tag ('KPU<tab>B-ORG')"),
    ("conll", b"# newdoc id = a\nRina\tPERSON\n", "line 2, document 'a': 'Rina\\tPERSON' is not a word and a BIO tag ('KPU<tab>B-ORG')"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("form", "content", "line"), REFUSED)
def test_a_document_that_does_not_fit_is_refused(form: str, content: Any, line: str, read: Read, tmp_path: Path) -> None:
    imported = read(content, form)
    assert imported.articles == []
    assert imported.refused == [f"{tmp_path / 'given.data'}: {line}"]


@pytest.mark.parametrize(
    ("form", "content", "message"),
    [
        ("label-studio", b"{", "not JSON"),
        ("label-studio", b'"a"', "not a list of Label Studio tasks"),
        ("label-studio", b"[]", "no document in it; is it of the format label-studio?"),
        ("doccano", b"\xff", "not UTF-8 at byte 0"),
        ("jsonl", b"\n\n", "no document in it"),
        ("conll", b"", "no document in it"),
        ("spacy", b"PK", "not a DocBin of spaCy's, or damaged"),
        ("spacy", b"\x80\x04K\x01.", "not a DocBin of spaCy's, or damaged"),
    ],
)
def test_a_file_of_another_kind_is_refused(form: str, content: bytes, message: str, read: Read) -> None:
    with pytest.raises(AnnotationError, match=rf"given\.data: {message.replace('?', '[?]')}"):
        read(content, form)


def test_a_refused_document_does_not_hide_the_others(read: Read) -> None:
    imported = read([spans({"start": 0, "end": 99, "label": "PERSON"}), spans(id="x-2"), spans(id="X-2")], "jsonl")
    assert [found.facts.id for found in imported.articles] == ["x-2"]
    assert len(imported.refused) == 2
    assert "line 3, document 'X-2': its id is also that of " in imported.refused[1]


def test_what_is_no_annotation_is_left_out(read: Read, tmp_path: Path) -> None:
    tasks = [task(), task(id=8) | {"annotations": []}, task(id=9) | {"annotations": [{"was_cancelled": True, "result": []}]}]
    imported = read(tasks, "label-studio")
    assert [found.facts.id for found in imported.articles] == ["7"]
    where = tmp_path / "given.data"
    assert imported.left_out == [
        f"{where}: task 2, document '8': not annotated yet",
        f"{where}: task 3, document '9': skipped by its annotator",
    ]
    assert "its answer is 'reject'" in read(spans(answer="reject"), "prodigy").left_out[0]
    assert "not annotated yet" in read({"text": "Rina"}, "doccano").left_out[0]


def test_what_is_not_carried_over_is_told(read: Read) -> None:
    given = task("Rina Sari", RINA)
    given["annotations"][0]["result"] += [
        {"type": "relation", "from_id": "a"},
        {"type": "choices", "value": {"choices": ["x"]}},
    ]
    assert [note.partition(": task 1, ")[2] for note in read([given], "label-studio").notes] == [
        "document '7': not carried over: 1 of type choices",
        "document '7': not carried over: 1 of type relation",
    ]
    entities = [{"id": 1, "start_offset": 0, "end_offset": 4, "label": "PERSON"}]
    imported = read({"text": "Rina Sari", "entities": entities, "relations": [{"id": 1}]}, "doccano")
    assert imported.articles[0].spans == (Span(0, 4, "PERSON"),)
    assert imported.notes[0].endswith("not carried over: 1 of type relation")


def test_ids_come_from_the_document_or_the_file(read: Read) -> None:
    def ids(*arguments: Any, **settings: Any) -> list[str]:
        return [found.facts.id for found in read(*arguments, **settings).articles]

    assert ids({"text": "Rina", "spans": []}, "jsonl", name="rakor.jsonl") == ["rakor"]
    assert ids([{"text": "Rina", "spans": []}, {"text": "Sari", "spans": []}], "jsonl", name="r.jsonl") == ["r-1", "r-2"]
    assert ids({"text": "Rina", "meta": {"id": 12}}, "prodigy") == ["12"]
    assert ids([task() | {"data": {"text": "Rina", "id": "k-3"}}], "label-studio") == ["k-3"]
    assert ids(b"-DOCSTART- -X- O\n\nRina NNP B-PERSON\n", "conll", name="ner.conll") == ["ner"]


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("https://kpu.go.id/berita/12?a=b", "https-kpu.go.id-berita-12-a=b"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\nb\0c", "a-b-c"),
        (".rahasia", "rahasia"),
        ("nul", "x-nul"),
        ("COM1.teks", "x-COM1.teks"),
        ("é" * 300, "é" * 100),
    ],
)
def test_an_id_that_is_no_file_name_is_made_one(written: str, made: str, read: Read) -> None:
    imported = read(spans(id=written), "jsonl")
    assert list(article_files(imported.articles)) == [f"{made}.txt"]
    assert imported.articles[0].facts.id == made
    assert imported.notes[0].endswith(f"its id becomes {made!r}, which can be a file name")


def test_the_header_goes_along_and_a_day_makes_one(read: Read) -> None:
    header = "id: x-1 # catatan\npublished: 2024-05-02\nofficials: []\nthemes: []\nquotes: []\n"
    for form in EXACT:
        assert read(export_articles([article("Rina", header=header)], form), form).articles[0].header == header
    found = read([spans(published="2024-05-02T08:00:00Z"), spans(id="x-2", published="kemarin")], "jsonl")
    assert [one.header for one in found.articles] == ["id: x-9\npublished: 2024-05-02\n", "id: x-2\n"]
    assert [one.facts.complete for one in found.articles] == [False, False]
    assert found.notes[0].endswith("published 'kemarin' is left out: not an ISO date")


def test_labels_of_a_table(read: Read) -> None:
    given = spans({"start": 0, "end": 4, "label": "per"}, {"start": 5, "end": 9, "label": "misc"})
    imported = read(given, "jsonl", labels={"per": "PERSON", "misc": None, "loc": "GPE"})
    assert imported.articles[0].spans == (Span(0, 4, "PERSON"),)
    assert imported.notes == ["label 'loc' of the table is on no span"]
    content = export_articles(imported.articles, "jsonl", labels={"PERSON": "per"})
    assert json.loads(content)["spans"][0]["label"] == "per"


def test_conll_reads_other_schemes(read: Read) -> None:
    given = b"KPU\tS-ORG\r\nRina I-PERSON\r\nSari E-PERSON\r\n\r\nNgawi\tB-GPE\r\n# teks = lain\r\n#\tO\r\n"
    (found,) = read(given, "conll").articles
    assert found.text == "KPU Rina Sari\nNgawi #"
    assert found.spans == (Span(0, 3, "ORG"), Span(4, 13, "PERSON"), Span(14, 19, "GPE"))


@pytest.mark.parametrize("form", ["conll", "spacy"])
def test_a_span_inside_a_word_does_not_go_to_tokens(form: str) -> None:
    with pytest.raises(AnnotationError, match="x-1: ORG span 'KP' at offset 0 does not begin and end with a word"):
        export_articles([article("KPU", Span(0, 2, "ORG"))], form)
    assert b'"tokens"' not in export_articles([article("KPU", Span(0, 2, "ORG"))], "prodigy")


def test_a_doc_bin_of_another_pipeline(read: Read) -> None:
    import spacy
    from spacy.tokens import DocBin

    doc = spacy.blank("xx")("Rina Sari\n di  Ngawi")
    doc.spans["sc"] = [doc.char_span(0, 9, "PERSON")]
    unknown = spacy.tokens.Doc(doc.vocab, words=["Rina", "Sari"])
    imported = read(DocBin(docs=[doc, unknown], store_user_data=True).to_bytes(), "spacy", name="a.spacy")
    (found,) = imported.articles
    assert (found.facts.id, found.text, found.spans) == ("a-1", doc.text, (Span(0, 9, "PERSON"),))
    assert imported.refused[0].endswith("Doc 2: has words without the spaces between them, so its text is not known")
