"""The kinds of a model's errors, and the page that shows them."""

import pytest

from kpu_nlp.annotation.facts import DocumentFacts
from kpu_nlp.annotation.inline import AnnotatedArticle, parse_body
from kpu_nlp.training.error_report import find_errors, render_errors


def read(body):
    text, spans = parse_body(body)
    return AnnotatedArticle(header="", facts=DocumentFacts(id="z-1"), text=text, spans=tuple(spans))


GOLD = read("[Ketua|ROLE] [KPU Kota Batu|ORG] <b>[Rina Hadi|PERSON]</b> tiba. Lalu ia pulang ke Batu.")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[Ketua|ROLE] [KPU Kota Batu|ORG] <b>[Rina Hadi|PERSON]</b> tiba. Lalu ia pulang ke Batu.", []),
        ("[Ketua|ROLE] [KPU|ORG] Kota Batu <b>[Rina Hadi|PERSON]</b> tiba. Lalu ia pulang ke Batu.", [("boundary", "ORG")]),
        ("[Ketua|ROLE] [KPU Kota Batu|FAC] <b>[Rina Hadi|PERSON]</b> tiba. Lalu ia pulang ke Batu.", [("wrong label", "ORG")]),
        ("[Ketua|ROLE] [KPU Kota Batu|ORG] <b>Rina Hadi</b> tiba. Lalu ia pulang ke Batu.", [("missed", "PERSON")]),
        (
            "[Ketua|ROLE] [KPU Kota Batu|ORG] <b>[Rina Hadi|PERSON]</b> tiba. Lalu ia pulang ke [Batu|GPE].",
            [("spurious", "GPE")],
        ),
    ],
)
def test_kinds(body, expected):
    assert [(error.kind, error.label) for error in find_errors(GOLD, read(body).spans)] == expected


def test_the_page_shows_the_sentence_and_takes_markup_for_text():
    found = read("[Ketua|ROLE] [KPU Kota|ORG] Batu <b>[Rina Hadi|PERSON]</b> tiba. Lalu ia pulang ke Batu.").spans
    page = render_errors([(GOLD, found)], "<model>")
    assert '<mark class="both">KPU Kota</mark><mark class="gold"> Batu</mark> &lt;b&gt;Rina Hadi&lt;/b&gt; tiba.' in page
    assert "pulang" not in page
    assert "<h1>&lt;model&gt;</h1>" in page
