from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.organizations import group_organizations, is_contraction, same_office
from kpu_nlp.spans import Span


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # the longest form that begins with the abbreviation, wherever it stands
        (
            "[KPU Telaga|ORG] rapat. [Komisi Pemilihan Umum (KPU) Kabupaten Telaga|ORG], kata [KPU Kabupaten Telaga|ORG]",
            [("KPU Kabupaten Telaga", 3)],
        ),
        # the long name only where no such form is printed
        ("[Badan Pengawas Pemilu Kota Telaga|ORG]", [("Badan Pengawas Pemilu Kota Telaga", 1)]),
        ("[Badan Pengawas Pemilu Kota Telaga|ORG] atau [Bawaslu Telaga|ORG]", [("Bawaslu Telaga", 2)]),
        # an abbreviation that only the article explains
        ("[Forum Warga Sadar Demokrasi (FWSD) Telaga|ORG] dan [FWSD Telaga|ORG]", [("FWSD Telaga", 2)]),
        # capitals give way to the form in the text
        ("[KPU KABUPATEN TELAGA|ORG] RAPAT\n[KPU Kabupaten Telaga|ORG]", [("KPU Kabupaten Telaga", 2)]),
        # a town and a regency of one name stay apart; other regions and other bodies too
        ("[KPU Kota Telaga|ORG], [KPU Kabupaten Telaga|ORG]", [("KPU Kota Telaga", 1), ("KPU Kabupaten Telaga", 1)]),
        (
            "[KPU Telaga|ORG], [Bawaslu Telaga|ORG], [KPU Rimba|ORG]",
            [("KPU Telaga", 1), ("Bawaslu Telaga", 1), ("KPU Rimba", 1)],
        ),
        # contracted places
        ("[KPU Teltim|ORG] dan [KPU Kabupaten Telaga Timur|ORG]", [("KPU Kabupaten Telaga Timur", 2)]),
        # classes of offices are none of them
        (
            "[KPU|ORG], [KPU Kabupaten/Kota|ORG], [KPU se-Telaga|ORG]",
            [("KPU", 1), ("KPU Kabupaten/Kota", 1), ("KPU se-Telaga", 1)],
        ),
        ("[KPU Kabupaten Seluma Selatan|ORG] dan [KPU Seluma Selatan|ORG]", [("KPU Kabupaten Seluma Selatan", 2)]),
        # a regency whose name only looks like a town's
        ("[KPU Lima Puluh Kota|ORG] dan [KPU Kabupaten Lima Puluh Kota|ORG]", [("KPU Kabupaten Lima Puluh Kota", 2)]),
        ("Tidak ada", []),
    ],
)
def test_mentions_of_one_organisation_are_grouped(marked: str, expected: list[tuple[str, int]]) -> None:
    text, spans = parse_body(marked)
    assert [(name, len(mentions)) for name, mentions in group_organizations(text, spans)] == expected


def test_mentions_stand_in_text_order() -> None:
    text, spans = parse_body("[KPU Telaga|ORG], [KPU Kabupaten Telaga|ORG], [KPU Telaga|ORG]")
    assert group_organizations(text, spans) == [("KPU Kabupaten Telaga", list(spans))]


@pytest.mark.parametrize(
    ("short", "full", "contracts"),
    [
        ("tapteng", "tapanuli tengah", True),
        ("ntt", "nusa tenggara timur", True),
        ("kaltara", "kalimantan utara", True),
        ("lutra", "luwu utara", True),
        ("kepri", "kepulauan riau", True),
        ("babel", "kepulauan bangka belitung", True),
        ("belitung", "kepulauan bangka belitung", False),
        ("belitung", "bangka belitung", False),
        ("batu", "bantul", False),
        ("malang", "maluku tenggara", False),
        ("bogor", "tapanuli tengah", False),
    ],
)
def test_contracted_place_names(short: str, full: str, contracts: bool) -> None:
    assert is_contraction(short, full.split()) is contracts


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("KPU Telaga", "KPU Kabupaten Telaga", True),
        ("KPU", "KPU Kabupaten Telaga", True),
        ("Telaga", "Kabupaten Telaga", True),
        ("Komisi Pemilihan Umum Kabupaten Telaga", "KPU Telaga", True),
        ("KPU Kota Telaga", "KPU Kabupaten Telaga", False),
        ("KPU Rimba", "KPU Telaga", False),
        ("Bawaslu Telaga", "KPU Telaga", False),
    ],
)
def test_same_office(one: str, other: str, same: bool) -> None:
    assert same_office(one, other) is same
    assert same_office(other, one) is same


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 59), st.integers(1, 30)), max_size=8))
def test_any_text_is_grouped_without_loss(text: str, cuts: list[tuple[int, int]]) -> None:
    spans: list[Span] = []
    for start, length in sorted(cuts):
        if start + length <= len(text) and (not spans or spans[-1].end <= start):
            spans.append(Span(start, start + length, "ORG"))
    groups = group_organizations(text, spans)
    assert sorted(mention for _, mentions in groups for mention in mentions) == spans
