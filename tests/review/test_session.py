"""A review without its page: order, saving, versions, states, and what comes out of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from spacy.language import Language

from kpu_nlp.annotation.check import check_article
from kpu_nlp.annotation.facts import DocumentFacts, OfficialFact, RoleFact
from kpu_nlp.annotation.inline import AnnotatedArticle, format_inline, parse_inline
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.errors import AnnotationError, InputError
from kpu_nlp.pipeline import load
from kpu_nlp.review.articles import read_input_articles
from kpu_nlp.review.folder import STATES, open_folder
from kpu_nlp.review.session import Session, StaleVersionError, UnknownArticleError
from kpu_nlp.spans import Span
from kpu_nlp.training.added import read_new, take_in

STORY = (
    "KPU Kota Batu Gelar Rapat Evaluasi\n"
    "Batu - Ketua KPU Kota Batu, Rina Wulandari, memimpin rapat evaluasi di Aula KPU Kota Batu, Jumat (22/7/2022).\n"
    "“Kita harus menjaga soliditas dan disiplin,” ujar Rina.\n"
)
ODD = "KPU Bali [foto] 🙂\r\nKetua KPU Bali, Made Suartika, hadir | &#91; <b>\r\n"


@pytest.fixture(scope="module")
def nlp(shipped_model: Path) -> Language:
    return load(shipped_model, device="cpu", threads=1)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "rapat.txt").write_text(STORY, encoding="utf-8", newline="")
    (folder / "aneh.txt").write_text(ODD, encoding="utf-8", newline="")
    return folder


def begin(nlp: Language, source: Path, output: Path) -> Session:
    read, failed = read_input_articles([str(source)])
    assert failed == []
    return Session(read, open_folder(output), nlp)


def written(output: Path, name: str = "rapat") -> AnnotatedArticle:
    return parse_inline((output / f"{name}.txt").read_text(encoding="utf-8"))


def states(session: Session) -> dict[str, str]:
    return {one.id: one.state for one in session.listed()}


def test_the_model_reads_and_the_least_sure_comes_first(nlp: Language, source: Path, tmp_path: Path) -> None:
    session = begin(nlp, source, tmp_path / "out")
    listed = session.listed()
    assert {one.id for one in listed} == {"rapat", "aneh"}
    assert [one.uncertainty for one in listed] == sorted((one.uncertainty for one in listed), reverse=True)
    assert next(one.title for one in listed if one.id == "rapat") == "KPU Kota Batu Gelar Rapat Evaluasi"
    document = session.open("rapat")
    found = {(span.of(STORY), span.label) for span in document.article.spans}
    assert ("Rina Wulandari", "PERSON") in found
    assert all(0 < span.score <= 1 for span in document.article.spans)
    facts = document.article.facts
    assert OfficialFact("Rina Wulandari", (RoleFact("Ketua", "KPU Kota Batu"),), spoke=True) in facts.officials
    assert facts.start == "2022-07-22"
    assert [quote.starts for quote in facts.quotes] == ["Kita harus menjaga soliditas dan"]
    assert facts.quotes[0].speaker == "Rina Wulandari"
    # Nothing is written of what nobody looked at.
    assert [path.name for path in (tmp_path / "out").iterdir()] == [STATES]


def test_a_change_is_saved_and_read_back(nlp: Language, source: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    session = begin(nlp, source, output)
    document = session.open("rapat")
    start = STORY.index("memimpin")
    spans = [*document.article.spans, Span(start, start + 8, "COMMITMENT")]
    facts = replace(document.article.facts, event="Rapat Evaluasi")
    after = session.save("rapat", document.version, spans, facts)
    assert after.version != document.version
    assert states(session) == {"rapat": "changed", "aneh": "to do"}
    kept = written(output)
    assert kept.text == STORY
    assert Span(start, start + 8, "COMMITMENT") in kept.spans
    assert kept.facts == facts
    # A later review goes on there.
    again = begin(nlp, source, output)
    assert again.open("rapat") == after
    assert states(again) == {"rapat": "changed", "aneh": "to do"}


def test_any_text_comes_back(nlp: Language, source: Path, tmp_path: Path) -> None:
    session = begin(nlp, source, tmp_path / "out")
    document = session.open("aneh")
    start = ODD.index("hadir")
    session.save("aneh", document.version, [Span(start, start + 5, "EVENT")], document.article.facts)
    assert written(tmp_path / "out", "aneh").text == ODD
    assert [(one.line, one.message) for one in session.open("aneh").slips] == [
        (slip.line, slip.message) for slip in check_article(tmp_path / "out" / "aneh.txt")
    ]


def test_a_save_from_an_old_version_is_told_and_writes_nothing(nlp: Language, source: Path, tmp_path: Path) -> None:
    session = begin(nlp, source, tmp_path / "out")
    first = session.open("rapat")
    one = session.save("rapat", first.version, first.article.spans[:1], first.article.facts)
    content = (tmp_path / "out" / "rapat.txt").read_bytes()
    for stale in (
        lambda: session.save("rapat", first.version, (), first.article.facts),
        lambda: session.accept("rapat", first.version),
    ):
        with pytest.raises(StaleVersionError) as told:
            stale()
        assert told.value.document == one
    assert (tmp_path / "out" / "rapat.txt").read_bytes() == content
    # So is one from before an editor wrote the file.
    (tmp_path / "out" / "rapat.txt").write_bytes(content.replace(b"---\n", b"---\n# seen\n", 1))
    with pytest.raises(StaleVersionError):
        session.save("rapat", one.version, (), first.article.facts)


def test_accepting(nlp: Language, source: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    session = begin(nlp, source, output)
    document = session.open("rapat")
    accepted = session.accept("rapat", document.version)
    assert accepted.state == "accepted"
    assert [(s.start, s.end, s.label) for s in written(output).spans] == [
        (s.start, s.end, s.label) for s in document.article.spans
    ]
    later = begin(nlp, source, output)
    assert states(later)["rapat"] == "accepted"
    assert [one.id for one in later.listed()] == [one.id for one in session.listed()]
    changed = later.save("rapat", accepted.version, (), document.article.facts)
    assert changed.state == "changed"  # what was accepted is not what stands there
    back = later.accept("rapat", changed.version)
    assert later.accept("rapat", back.version, accepted=False).state == "changed"


def test_two_reviews_of_one_folder_keep_what_the_other_accepted(nlp: Language, source: Path, tmp_path: Path) -> None:
    one, other = begin(nlp, source, tmp_path / "out"), begin(nlp, source, tmp_path / "out")
    one.accept("rapat", one.open("rapat").version)
    other.accept("aneh", other.open("aneh").version)
    assert states(other) == {"rapat": "accepted", "aneh": "accepted"}
    assert states(begin(nlp, source, tmp_path / "out")) == {"rapat": "accepted", "aneh": "accepted"}


def test_annotated_articles_are_taken_as_they_are(nlp: Language, tmp_path: Path) -> None:
    """Two training articles, one with its facts, one with its id alone; the folder is reviewed in place."""
    folder = tmp_path / "mine"
    folder.mkdir()
    paths = sorted((packaged_corpus() / "articles").glob("a-*.txt"))[:2]
    whole, bare = (parse_inline(path.read_text(encoding="utf-8")) for path in paths)
    (folder / paths[0].name).write_bytes(paths[0].read_bytes())
    facts = DocumentFacts(bare.facts.id, complete=False)
    (folder / paths[1].name).write_text(format_inline(AnnotatedArticle("", facts, bare.text, bare.spans)), encoding="utf-8")
    session = begin(nlp, folder, folder)
    assert set(states(session).values()) == {"to do"}
    taken = session.open(whole.facts.id)
    assert taken.article.facts == whole.facts
    assert [(s.start, s.end, s.label) for s in taken.article.spans] == [(s.start, s.end, s.label) for s in whole.spans]
    filled = session.open(bare.facts.id)
    assert [(s.start, s.end, s.label) for s in filled.article.spans] == [(s.start, s.end, s.label) for s in bare.spans]
    assert {one.name for one in filled.article.facts.officials} & {one.name for one in bare.facts.officials}
    assert session.accept(bare.facts.id, filled.version).state == "accepted"
    assert written(folder, bare.facts.id).facts.officials == filled.article.facts.officials
    untouched = session.accept(whole.facts.id, taken.version)
    assert (untouched.state, untouched.version) == ("accepted", taken.version)
    assert (folder / paths[0].name).read_bytes() == paths[0].read_bytes()


def test_what_comes_out_is_taken_in_for_training(nlp: Language, source: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    session = begin(nlp, source, output)
    for name in ("rapat", "aneh"):
        session.accept(name, session.open(name).version)
    new = take_in(read_new([output]), {"train": [], "dev": [], "test": []}, session.labels)
    assert {article.facts.id for article in new.all} == {"rapat", "aneh"}


def test_what_cannot_be_saved_is_told_and_leaves_the_file(nlp: Language, source: Path, tmp_path: Path) -> None:
    session = begin(nlp, source, tmp_path / "out")
    document = session.open("rapat")
    facts = document.article.facts
    for spans, told in (
        ([Span(0, 3, "ORG"), Span(2, 8, "ORG")], "overlaps"),
        ([Span(0, 40, "ORG")], "crosses a line"),
        ([Span(0, 3, "PLANET")], "unknown label 'PLANET'"),
        ([Span(0, 9999, "ORG")], "outside the text"),
    ):
        with pytest.raises(AnnotationError, match=told):
            session.save("rapat", document.version, spans, facts)
    odd = replace(facts, officials=(OfficialFact("A", (RoleFact("x @ y", "z"),)),))
    with pytest.raises(AnnotationError, match="cannot be written as a header"):
        session.save("rapat", document.version, (), odd)
    with pytest.raises(UnknownArticleError, match="no article 'lain'"):
        session.open("lain")
    assert not (tmp_path / "out" / "rapat.txt").exists()


def test_facts_follow_from_the_spans_that_are_asked_about(nlp: Language, source: Path, tmp_path: Path) -> None:
    session = begin(nlp, source, tmp_path / "out")
    spans = [span for span in session.open("rapat").article.spans if span.label != "PERSON"]
    assert session.link("rapat", spans).officials == ()
    assert session.link("rapat", session.open("rapat").article.spans) == session.open("rapat").article.facts


def test_inputs_that_are_refused(nlp: Language, source: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="no article in this folder"):
        read_input_articles([str(empty)])
    twice = tmp_path / "twice.jsonl"
    twice.write_text(json.dumps({"id": "Rapat", "text": STORY}) + "\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match="two articles have the id"):
        read_input_articles([str(source / "rapat.txt"), str(twice)])
    (source / "kosong.txt").write_text(" \n", encoding="utf-8")
    (source / "rusak.txt").write_text("---\nid: [\n---\nKPU\n", encoding="utf-8")
    read, failed = read_input_articles([str(source)])
    assert {one.article.id for one in read} == {"rapat", "aneh"}
    assert len(failed) == 2
    output = tmp_path / "out"
    output.mkdir()
    (output / "rapat.txt").write_text("---\nid: rapat\n---\nBerita lain\n", encoding="utf-8")
    with pytest.raises(InputError, match="there already, with another text"):
        begin_only(nlp, source / "rapat.txt", output)
    (output / "rapat.txt").write_text("KPU\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match="mend it or move it away"):
        begin_only(nlp, source / "rapat.txt", output)


def begin_only(nlp: Language, article: Path, output: Path) -> Session:
    return Session(read_input_articles([str(article)])[0], open_folder(output), nlp)


def test_folders_that_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="a file; name a folder"):
        open_folder(file)
    with pytest.raises(InputError, match="make it first"):
        open_folder(tmp_path / "tiada" / "out")
    for content, told in (
        ("{", "not JSON"),
        ("[]", "not what a review writes"),
        ('{"format": 9, "articles": {}}', "format 9, not 1"),
    ):
        (tmp_path / STATES).write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=told):
            open_folder(tmp_path)
