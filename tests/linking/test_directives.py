from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.directives import find_directives
from kpu_nlp.linking.facts import Quotation, Speech, Statement
from kpu_nlp.linking.persons import link_persons
from kpu_nlp.linking.speech import attribute_speech
from kpu_nlp.spans import Span

THEMES = ("COMMITMENT", "COORDINATION")

CASES = [
    (
        "sentence of a quotation, without marks and cue",
        "“Jaga [disiplin|COMMITMENT]. Lalu [berkoordinasi|COORDINATION],” kata [Sastro|PERSON].",
        [("COMMITMENT", "Jaga disiplin.", "Sastro", 1), ("COORDINATION", "Lalu berkoordinasi,", "Sastro", 1)],
    ),
    (
        "two themes in one sentence",
        "[Sastro|PERSON] meminta [disiplin|COMMITMENT] dan [koordinasi|COORDINATION].",
        [
            ("COMMITMENT", "Sastro meminta disiplin dan koordinasi.", "Sastro", 1),
            ("COORDINATION", "Sastro meminta disiplin dan koordinasi.", "Sastro", 1),
        ],
    ),
    (
        "two spans of one theme",
        "[Sastro|PERSON] meminta [disiplin|COMMITMENT] dan [dedikasi|COMMITMENT].",
        [("COMMITMENT", "Sastro meminta disiplin dan dedikasi.", "Sastro", 2)],
    ),
    (
        "each clause has its speaker",
        "[Sastro|PERSON] meminta [disiplin|COMMITMENT], sedangkan [Ratih|PERSON] meminta [koordinasi|COORDINATION].",
        [
            ("COMMITMENT", "Sastro meminta disiplin, sedangkan Ratih meminta koordinasi.", "Sastro", 1),
            ("COORDINATION", "Sastro meminta disiplin, sedangkan Ratih meminta koordinasi.", "Ratih", 1),
        ],
    ),
    (
        "reported speech that runs on",
        "[Sastro|PERSON] menilai data rapi. [Koordinasi|COORDINATION] juga penting.",
        [("COORDINATION", "Koordinasi juga penting.", "Sastro", 1)],
    ),
    (
        "title",
        "[Sastro|PERSON] Tekankan [Disiplin|COMMITMENT]\nRapat dibuka.",
        [("COMMITMENT", "Sastro Tekankan Disiplin", "Sastro", 1)],
    ),
    ("nobody", "Peserta diminta [disiplin|COMMITMENT].", [("COMMITMENT", "Peserta diminta disiplin.", None, 1)]),
    ("no theme", "[Sastro|PERSON] membuka [Rakor Pemilih|EVENT].", []),
]


@pytest.mark.parametrize(("body", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_directives(body: str, expected: list[tuple[str, str, str | None, int]]) -> None:
    text, spans = parse_body(body)
    persons = link_persons(text, spans)
    names = {person.id: person.name for person in persons}
    found = find_directives(text, spans, attribute_speech(text, spans, persons, []), THEMES)
    told = [(d.label, text[d.start : d.end], names.get(d.speaker or ""), len(d.spans)) for d in found]
    assert told == expected


def test_only_the_named_labels_are_themes() -> None:
    text, spans = parse_body("Jaga [disiplin|COMMITMENT] dan [kebersihan|HYGIENE].")
    nothing = Speech((), (), frozenset())
    assert [directive.label for directive in find_directives(text, spans, nothing, ["HYGIENE"])] == ["HYGIENE"]


@given(
    st.text(alphabet="ab. \n“”", max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4),
)
def test_any_spans_give_directives_around_them(text: str, spans: list[tuple[int, int]], said: list[tuple[int, int]]) -> None:
    themes = sorted(Span(min(pair), max(pair), "COMMITMENT") for pair in spans)
    stretches = [pair for pair in said if pair[0] < pair[1] <= len(text)]
    quotations = tuple(Quotation(start, end, "o1", None) for start, end in stretches[::2])
    statements = tuple(Statement(start, end, "o2") for start, end in stretches[1::2])
    for directive in find_directives(text, themes, Speech(quotations, statements, frozenset()), THEMES):
        assert 0 <= directive.start < directive.end <= len(text)
        for span in directive.spans:
            assert directive.start <= span.start < span.end
