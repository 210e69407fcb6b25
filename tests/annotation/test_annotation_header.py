import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpu_nlp.annotation.facts import (
    DocumentFacts,
    HeaderError,
    OfficialFact,
    QuoteFact,
    RoleFact,
    VenueFact,
    format_header,
    parse_header,
    parse_role,
    parse_venue,
)
from kpu_nlp.errors import AnnotationError

FULL = DocumentFacts(
    id="x-001",
    published="2022-07-22",
    event="Rapat: Persiapan #1",
    start="2022-07-21T09:00+08:00",
    end="open",
    venue=VenueFact("Hotel Sari", None, "Lasem"),
    officials=(
        OfficialFact("Darma Wijaya", (RoleFact("Ketua", "KPU Lasem"), RoleFact("Plt. Sekretaris")), spoke=True),
        OfficialFact("On"),
    ),
    themes=("coordination",),
    quotes=(QuoteFact('Kita "satu"', "Darma Wijaya"), QuoteFact("Siap")),
)
FULL_HEADER = """\
id: x-001
published: 2022-07-22
event: "Rapat: Persiapan #1"
start: 2022-07-21T09:00+08:00
end: open
venue: Hotel Sari | | Lasem
officials:
  - name: Darma Wijaya
    roles: ["Ketua @ KPU Lasem", "Plt. Sekretaris @"]
    spoke: true
  - name: On
    roles: []
themes: [coordination]
quotes:
  - starts: "Kita \\"satu\\""
    speaker: Darma Wijaya
  - starts: "Siap"
    speaker: null
"""


def test_canonical_header():
    assert format_header(FULL) == FULL_HEADER
    assert parse_header(FULL_HEADER) == FULL


def test_header_without_facts_stays_without():
    bare = DocumentFacts(id="x-002", published="2022-07-22", complete=False)
    assert format_header(bare) == "id: x-002\npublished: 2022-07-22\n"
    assert not parse_header(format_header(bare)).complete
    assert format_header(DocumentFacts(id="x-002")) == "id: x-002\nofficials: []\nthemes: []\nquotes: []\n"


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).map(str.strip).filter(bool)
plain = words.filter(lambda word: "@" not in word and "|" not in word)
facts = st.builds(
    DocumentFacts,
    id=words,
    published=st.none() | words,
    event=st.none() | words,
    start=st.none() | words,
    end=st.none() | words,
    venue=st.none() | st.builds(VenueFact, plain, st.none() | plain, st.none() | plain),
    officials=st.lists(
        st.builds(
            OfficialFact,
            words,
            st.lists(st.builds(RoleFact, plain, st.none() | plain), max_size=2).map(tuple),
            st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    themes=st.lists(words, max_size=2).map(tuple),
    quotes=st.lists(st.builds(QuoteFact, words, st.none() | words), max_size=2).map(tuple),
)


@example(DocumentFacts(id="x-001", themes=("true", "null", "coordination")))
@given(facts)
def test_any_facts_round_trip(given_facts):
    assert parse_header(format_header(given_facts)) == given_facts


def test_facts_that_no_header_can_express_are_refused():
    with pytest.raises(AnnotationError, match="x-003: the facts cannot be written"):
        format_header(DocumentFacts(id="x-003", officials=(OfficialFact("Rina", (RoleFact("Ketua @ KPU", "Lasem"),)),)))


@pytest.mark.parametrize(
    ("written", "role"),
    [
        ("Ketua @ KPU Lasem", RoleFact("Ketua", "KPU Lasem")),
        ("Ketua", RoleFact("Ketua")),
        ("Ketua @", RoleFact("Ketua")),
        ("Ketua @ ", RoleFact("Ketua")),
    ],
)
def test_parse_role(written, role):
    assert parse_role(written) == role


@pytest.mark.parametrize(
    ("written", "venue"),
    [
        ("Hotel Sari | Jalan Mawar 3 | Lasem", VenueFact("Hotel Sari", "Jalan Mawar 3", "Lasem")),
        ("Hotel Sari | | Lasem", VenueFact("Hotel Sari", None, "Lasem")),
        (" | | Lasem", VenueFact(None, None, "Lasem")),
        ("Hotel Sari | |", VenueFact("Hotel Sari")),
        ("Hotel Sari", VenueFact("Hotel Sari")),
    ],
)
def test_parse_venue(written, venue):
    assert parse_venue(written) == venue


@pytest.mark.parametrize("written", ["0012", "2022-07-22", "12:30", "On", "No", "1e3", "0x1F", "<<", "="])
def test_values_stay_as_written(written):
    assert parse_header(f"id: {written}\nevent: {written}\n") == DocumentFacts(id=written, event=written)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("published: 2022-07-22\n", "lacks id"),
        ("id:\n", "lacks id"),
        ("- id\n", "not a list of 'key: value' lines"),
        ("\n", "not a list of 'key: value' lines"),
        ("id: a\nofficials: Rina\n", "officials is not a list"),
        ("id: a\nofficials: [Rina]\n", "officials is not a list of entries"),
        ("id: a\nofficials:\n  - name: Rina\n    roles: Ketua @ KPU\n", "roles is not a list"),
        ("id: a\nthemes: coordination\n", "themes is not a list"),
        ("id: a\nevent: [Rapat]\n", "event is not a text"),
        ("id: a\nvenue: {x: y}\n", "venue is not a text"),
    ],
)
def test_header_of_wrong_form_is_refused(header, message):
    with pytest.raises(AnnotationError, match=message):
        parse_header(header)


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("id: a\nevent: Rapat: dua\n", 3),
        ('id: a\nevent: "Rapat\n', 3),
        ("id: a\npublished: !!python/object/apply:os.system [ls]\n", 3),
        ("id: a\nevent: !!int Rapat\n", 2),
        ("id: a\nevent: " + "[" * 3000 + "\n", 2),
        ("id: a\nevent: \x00\n", 3),
    ],
)
def test_broken_yaml_is_refused_with_its_line(header, line):
    with pytest.raises(HeaderError) as caught:
        parse_header(header)
    assert caught.value.line == line
