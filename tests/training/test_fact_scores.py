import pytest

from kpu_nlp.annotation.facts import DocumentFacts, parse_header
from kpu_nlp.schema import Article, Event, Extraction, Mention, ModelInfo, Official, Quote, Role, Theme, Venue
from kpu_nlp.training.fact_scores import fact_counts, score_facts

TEXT = "Rina Hadi berkata."
HEADER = """id: z-001
event: Rapat Kerja Data Pemilih
start: 2022-07-21T09:00+08:00
end: open
venue: Aula Melati | | Mataram
officials:
  - name: Rina Hadi
    roles: ["Ketua @ KPU NTB"]
    spoke: true
  - name: Tuti Alawiyah
    roles: []
themes: [coordination]
quotes:
  - starts: "Kita harus satu"
    speaker: Rina Hadi
"""


def extraction(**changes) -> Extraction:
    mention = Mention(start=0, end=9, text=TEXT[:9])
    facts = {
        "event": Event(name="Rapat  Kerja Data Pemilih", start="2022-07-21T09:00+08:00", open_end=True, venue=0),
        "venues": (Venue(name="Aula Melati", place="Mataram", confidence=1, mentions=(mention,)),),
        "officials": (
            Official(
                id="o1",
                name="RINA HADI",
                roles=(Role(title="ketua", organization="KPU NTB", text="Ketua KPU NTB"),),
                spoke=True,
                confidence=1,
                mentions=(mention,),
            ),
            Official(id="o2", name="Tuti Alawiyah", confidence=1, mentions=(mention,)),
        ),
        "themes": (Theme(theme="coordination", label="koordinasi", count=1, salience=1, directives=()),),
        "quotes": (Quote(start=0, end=4, text="Kita harus satu kata", speaker="o1"),),
    }
    article = Article(id="z-001", sha256="0" * 64, text=TEXT)
    return Extraction(article=article, model=ModelInfo(name="m", version="1"), **(facts | changes))


def gold() -> DocumentFacts:
    return parse_header(HEADER)


def as_rows(scores):
    return {name: round(count.f1, 4) for name, count in fact_counts(scores).items()}


def test_all_right_whatever_case_and_spaces():
    assert set(as_rows(score_facts([(gold(), extraction())])).values()) == {1.0}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"officials": ()}, {"officials": 0.0, "roles": 0.0, "spoke": 0.0}),
        ({"event": None}, {"event": 0.0, "date": 0.0, "time": 0.0, "end": 0.0, "venue": 0.0}),
        (
            {"event": Event(name="Rapat Kerja", start="2022-07-21T10:00+08:00", venue=0)},
            {"event": 0.0, "date": 1.0, "time": 0.0, "end": 0.0},
        ),
        ({"venues": (Venue(name="Aula Melati", confidence=1, mentions=()),)}, {"venue": 0.0, "venue_name": 1.0}),
        ({"quotes": (Quote(start=0, end=4, text="Kita harus satu kata", speaker="o2"),)}, {"quotes": 1.0, "speaker": 0.0}),
        ({"quotes": (Quote(start=0, end=4, text="Kita semua"),)}, {"quotes": 0.0}),
        ({"themes": ()}, {"themes": 0.0}),
    ],
)
def test_what_is_wrong_costs_its_own_score_only(changes, expected):
    if "officials" in changes:
        changes = changes | {"quotes": ()}
    rows = as_rows(score_facts([(gold(), extraction(**changes))]))
    assert {name: rows[name] for name in expected} == expected


def test_scores_add_up_over_articles():
    rows = as_rows(score_facts([(gold(), extraction()), (gold(), extraction(event=None, themes=()))]))
    assert (rows["event"], rows["themes"], rows["officials"]) == (0.5, pytest.approx(0.6667), 1.0)


def test_a_header_without_facts_is_left_out():
    assert as_rows(score_facts([(parse_header("id: z-002\n"), extraction())])) == {}
