from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.facts import OfficialFact, RoleFact
from kpu_nlp.annotation.inline import format_body, format_inline, parse_body, parse_inline, read_articles
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.errors import AnnotationError
from kpu_nlp.spans import Span

ARTICLE = """\
---
id: x-001   # the writer's own note
published: 2024-05-02
officials:
  - {name: Darma Wijaya, roles: [Ketua @ KPU Kota Lasem]}
themes: []
quotes: []
---
[Ketua|ROLE] [KPU Kota Lasem|ORG]  [Darma Wijaya|PERSON]
Selesai.
"""


def corpus_files():
    return sorted((packaged_corpus() / "articles").glob("*.txt"))


def test_every_corpus_article_comes_back_byte_for_byte():
    files = corpus_files()
    assert len(files) >= 448
    for path in files:
        raw = path.read_bytes()
        assert format_inline(parse_inline(raw.decode())).encode() == raw, path.name


@pytest.mark.parametrize(
    ("body", "text", "spans"),
    [
        ("", "", []),
        ("tanpa markup", "tanpa markup", []),
        ("[Rina|PERSON]", "Rina", [Span(0, 4, "PERSON")]),
        ("[a|ROLE][b|ORG]", "ab", [Span(0, 1, "ROLE"), Span(1, 2, "ORG")]),
        ("&#91;foto&#93; a &#124; b", "[foto] a | b", []),
        (
            "[R&#91;i|PERSON]&#13;\n&#38;#13; &#13; &nbsp; &#39; & #91;",
            "R[i\r\n&#13; \r &nbsp; &#39; & #91;",
            [Span(0, 3, "PERSON")],
        ),
        ("di [Aula “Ki Sanga”|FAC].\n[Sragi|GPE]", "di Aula “Ki Sanga”.\nSragi", [Span(3, 18, "FAC"), Span(20, 25, "GPE")]),
    ],
)
def test_body_round_trip(body, text, spans):
    assert parse_body(body) == (text, tuple(spans))
    assert format_body(text, spans) == body


def test_body_takes_spans_in_any_order_and_drops_scores():
    assert format_body("Rina Sari", [Span(5, 9, "ORG", 0.5), Span(0, 4, "PERSON", 0.1)]) == "[Rina|PERSON] [Sari|ORG]"


@st.composite
def marked_texts(draw):
    character = st.one_of(
        st.sampled_from("[]|\r\n&#;0139"), st.sampled_from(["&#13;", "&#38;"]), st.characters(exclude_categories=["Cs"])
    )
    text = "".join(draw(st.lists(character, max_size=60)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    labels = st.sampled_from(["PERSON", "ORG", "X_2"])
    spans = [
        Span(start, end, draw(labels))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
        if start < end and "\n" not in text[start:end]
    ]
    return text, tuple(spans)


@given(marked_texts())
def test_any_body_round_trip(marked):
    text, spans = marked
    body = format_body(text, spans)
    assert parse_body(body) == (text, spans)
    assert format_body(*parse_body(body)) == body
    article = replace(parse_inline(ARTICLE), text=text, spans=spans)
    assert parse_inline(format_inline(article)) == article


@pytest.mark.parametrize(
    ("text", "spans", "message"),
    [
        ("Rina Sari", [Span(0, 6, "PERSON"), Span(5, 9, "ORG")], "overlaps"),
        ("Rina Sari", [Span(0, 9, "PERSON"), Span(2, 4, "ORG")], "overlaps"),
        ("Rina\nSari", [Span(0, 9, "PERSON")], "crosses a line"),
        ("Rina", [Span(2, 2, "PERSON")], "empty or outside"),
        ("Rina", [Span(-1, 2, "PERSON")], "empty or outside"),
        ("Rina", [Span(0, 5, "PERSON")], "empty or outside"),
        ("Rina", [Span(0, 4, "person")], "capitals"),
        ("Rina | foto", [Span(5, 5, "PERSON")], "empty or outside"),
    ],
)
def test_body_that_cannot_be_marked_is_refused(text, spans, message):
    with pytest.raises(AnnotationError, match=message.replace("|", r"\|")):
        format_body(text, spans)


def test_header_stays_as_written_while_its_facts_stand():
    article = parse_inline(ARTICLE)
    assert format_inline(article) == ARTICLE
    fewer = replace(article, spans=article.spans[:1])
    assert format_inline(fewer).startswith(ARTICLE[: ARTICLE.index("[Ketua")])


def test_header_is_written_anew_when_a_fact_changed():
    article = parse_inline(ARTICLE)
    official = OfficialFact("Darma Wijaya", (RoleFact("Ketua", "KPU Kota Lasem"),), spoke=True)
    changed = replace(article, facts=replace(article.facts, officials=(official,)))
    written = format_inline(changed)
    assert "# the writer's own note" not in written
    assert '  - name: Darma Wijaya\n    roles: ["Ketua @ KPU Kota Lasem"]\n    spoke: true\n' in written
    assert parse_inline(written).facts == changed.facts
    assert parse_inline(written).text == article.text
    assert parse_inline(written).spans == article.spans


def test_reviewed_article_without_any_fact_keeps_its_mark():
    bare = parse_inline("---\nid: x-002\n---\nSelesai.\n")
    assert not bare.facts.complete
    reviewed = parse_inline(format_inline(replace(bare, facts=replace(bare.facts, complete=True))))
    assert reviewed.facts.complete


@pytest.mark.parametrize(
    ("text", "body"),
    [("Selesai.\n", "Selesai.&#10;"), ("\n\nSelesai.\n", "&#10;&#10;Selesai.&#10;"), ("\n", "&#10;"), ("a\r\nb", "a&#13;\nb")],
)
def test_line_ends_that_a_file_would_lose_are_written(tmp_path, text, body):
    article = replace(parse_inline(ARTICLE), text=text, spans=())
    written = format_inline(article)
    assert written.endswith(f"---\n{body}\n")
    path = tmp_path / "x-001.txt"
    path.write_text(written, encoding="utf-8", newline="\r\n")
    assert parse_inline(path.read_text(encoding="utf-8")) == article


def test_empty_lines_around_the_body_are_no_part_of_the_article():
    assert parse_inline("---\nid: x\n---\n\n\nSelesai.\n\n").text == "Selesai."


@pytest.mark.parametrize("raw", ["", "Selesai.", "---\nid: a\n", "--- \nid: a\n---\nteks"])
def test_article_without_header_is_refused(raw):
    with pytest.raises(AnnotationError, match="no YAML header"):
        parse_inline(raw)


def test_read_articles_names_the_broken_file(tmp_path):
    with pytest.raises(AnnotationError, match="no annotated article"):
        list(read_articles(tmp_path))
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"---\nid: b\n---\n\xff")
    articles = read_articles(tmp_path)
    assert next(articles).facts.id == "x-001"
    with pytest.raises(AnnotationError, match=r"b\.txt"):
        next(articles)
