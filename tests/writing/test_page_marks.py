"""Marks nest whatever the spans do, and all pieces together are the text and the spans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.schema import Article, Entity, Extraction, Mention, ModelInfo, Official
from kpu_nlp.writing.page_facts import build_groups
from kpu_nlp.writing.page_marks import Mark, build_marks, lay_out, legend

TEXTS = st.text(alphabet="ab \n\r", min_size=1, max_size=40)


@st.composite
def texts_and_marks(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(TEXTS)
    edges = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(lambda pair: pair[0] != pair[1])
    spans = [tuple(sorted(pair)) for pair in draw(st.lists(edges, max_size=8))]
    entities = tuple(
        Entity(start=start, end=end, text=text[start:end], label=f"L{number}", score=1)
        for number, (start, end) in enumerate(spans)
    )
    extraction = Extraction(
        article=Article(id="a", sha256="0" * 64, text=text), entities=entities, model=ModelInfo(name="m", version="1")
    )
    return text, build_marks(extraction, ())


@given(texts_and_marks())
def test_pieces_give_text_and_spans_back(drawn: tuple[str, list[Mark]]) -> None:
    text, marks = drawn
    written, found, begun = "", {}, set()
    for line in lay_out(text, marks, title=None):
        open_marks: list[Mark] = []
        for piece in line.pieces:
            if piece.kind == "text":
                for mark in open_marks:
                    found.setdefault(mark.id, set()).update(range(len(written), len(written) + len(piece.text)))
                written += piece.text
            elif piece.kind == "close":
                open_marks.pop()
            else:
                assert piece.mark is not None
                assert (piece.kind == "again") == (piece.mark.id in begun)
                begun.add(piece.mark.id)
                open_marks.append(piece.mark)
        assert open_marks == [], "nothing is open at the end of a line"
    assert written == text
    assert found == {mark.id: set(range(mark.start, mark.end)) for mark in marks}


@given(texts_and_marks())
def test_spans_that_nest_are_not_cut_within_a_line(drawn: tuple[str, list[Mark]]) -> None:
    text, marks = drawn
    crossing = any(a.start < b.start < a.end < b.end for a in marks for b in marks)
    cut = any(piece.kind == "again" for line in lay_out(text, marks, title=None) for piece in line.pieces)
    if not crossing and not any(mark in text for mark in "\r\n"):
        assert not cut


def test_a_title_is_the_first_line_that_is_not_blank() -> None:
    lines = list(lay_out("\n Judul \nIsi\nJudul\n", [], title="Judul"))
    assert [line.role for line in lines] == ["blank", "title", "paragraph", "paragraph"]
    assert [line.role for line in lay_out("Isi\nJudul\n", [], title="Judul")] == ["paragraph", "paragraph"]
    assert [line.role for line in lay_out("Isi\n", [], title=None)] == ["paragraph"]


def test_a_mention_that_no_span_covers_has_a_mark_of_its_own() -> None:
    text = "Judul\nRina hadir\n"
    rina = Mention(start=6, end=10, text="Rina")
    extraction = Extraction(
        article=Article(id="a", sha256="0" * 64, text=text),
        officials=(Official(id="o1", name="Rina", confidence=1, mentions=(rina,)),),
        entities=(Entity(start=6, end=16, text="Rina hadir", label="EVENT", score=0.4),),
        model=ModelInfo(name="m", version="1"),
    )
    outer, inner = build_marks(extraction, [fact for group in build_groups(extraction) for fact in group.facts])
    assert (outer.label, outer.facts, outer.low) == ("EVENT", (), True)
    assert (inner.start, inner.end, inner.label, inner.facts) == (6, 10, None, ("official-1",))
    assert inner.name == "mention: Rina; official Rina"
    assert outer.name == "EVENT: Rina hadir; 40%, low confidence"
    assert [(key.label, key.count) for key in legend([outer, inner])] == [("EVENT", 1)]
