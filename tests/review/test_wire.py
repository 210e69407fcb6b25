"""What goes between page and session: offsets of a browser, forms, keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.facts import DocumentFacts, OfficialFact, QuoteFact, RoleFact, VenueFact
from kpu_nlp.errors import AnnotationError
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.review.wire import (
    FactsForm,
    MarkedSpan,
    VenueForm,
    facts_from_form,
    facts_to_form,
    label_keys,
    spans_from_units,
    spans_to_units,
)
from kpu_nlp.spans import Span

TEXTS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("🙂👩‍👩‍👧é\r\n ")), max_size=80)


def units(text: str) -> bytes:
    """The text as a browser holds it: two bytes a code unit."""
    return text.encode("utf-16-le")


@given(TEXTS, st.data())
def test_offsets_are_those_of_a_browser(text: str, data: st.DataObject) -> None:
    """Whatever the text: a slice by the page's offsets is the span's surface, and comes back as the same span."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [Span(start, end, "ORG") for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    sent = spans_to_units(text, spans)
    assert [units(text)[2 * start : 2 * end].decode("utf-16-le") for start, end in sent] == [span.of(text) for span in spans]
    assert spans_from_units(text, [MarkedSpan(start=start, end=end, label="ORG") for start, end in sent]) == spans


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (1, 2), (-1, 2), (0, 99)], ids=["half end", "half start", "before", "after"]
)
def test_an_offset_inside_a_character_or_outside_is_refused(start: int, end: int) -> None:
    with pytest.raises(AnnotationError, match="outside the text or inside a character"):
        spans_from_units("🙂 KPU", [MarkedSpan(start=start, end=end, label="ORG")])


def test_facts_go_to_the_form_and_back() -> None:
    facts = DocumentFacts(
        "a",
        published="2022-07-22",
        event="Rapat",
        start="2022-07-22T21:00+07:00",
        end="open",
        venue=VenueFact(None, "Jalan Raya 1", "Batu"),
        officials=(
            OfficialFact("Rina", (RoleFact("Ketua", "KPU"), RoleFact("Ketua Divisi")), spoke=True),
            OfficialFact("Made"),
        ),
        themes=("commitment",),
        quotes=(QuoteFact("Kita  harus", "Rina"), QuoteFact("Ya")),
    )
    assert facts_from_form("a", facts_to_form(facts)) == facts
    assert facts_from_form("a", FactsForm()) == DocumentFacts("a")
    assert facts_from_form("a", FactsForm(event=" Rapat\n  kerja ", venue=VenueForm(name=" "))) == DocumentFacts(
        "a", event="Rapat kerja"
    )
    with pytest.raises(AnnotationError, match="cannot stand in a name"):
        facts_from_form("a", FactsForm(venue=VenueForm(name="A | B")))


def test_every_label_has_a_key_of_its_own() -> None:
    keys = label_keys(LABEL_NAMES)
    assert set(keys) == set(LABEL_NAMES)
    assert len(set(keys.values())) == len(keys)
    assert (keys["PERSON"], keys["ORG"], keys["COORDINATION"]) == ("p", "o", "i")
    assert label_keys(["A", "AA", "AAA"]) == {"A": "a", "AA": "1", "AAA": "2"}
    assert len(label_keys(f"L{number}" for number in range(40))) == 11
