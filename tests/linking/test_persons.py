from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.linking.persons import link_persons, split_titles
from kpu_nlp.spans import Span


@pytest.mark.parametrize(
    ("surface", "name", "titles"),
    [
        ("Wulan Sagara", "Wulan Sagara", ()),
        ("Dr. H. Damar Wirayuda, S.H., M.Si.", "Damar Wirayuda", ("Dr.", "H.", "S.H.", "M.Si.")),
        ("Drs. Tirta Kelana, M.M", "Tirta Kelana", ("Drs.", "M.M")),
        ("Hj. Ratih Pandansari, S. Sos., M.A.P", "Ratih Pandansari", ("Hj.", "S. Sos.", "M.A.P")),
        ("Bayu Kertapati SH MH", "Bayu Kertapati", ("SH", "MH")),
        ("Bayu Kertapati, SH.,MH", "Bayu Kertapati", ("SH.", "MH")),
        ("Bayu Kertapati S.Sos, M.AP", "Bayu Kertapati", ("S.Sos", "M.AP")),
        ("AKBP Guntur Sabda, S.I.K.", "Guntur Sabda", ("AKBP", "S.I.K.")),
        ("Letkol Inf. Guntur Sabda", "Guntur Sabda", ("Letkol Inf.",)),
        ("Mayor Laut (P) Guntur Sabda, M.Tr.Hanla", "Guntur Sabda", ("Mayor Laut (P)", "M.Tr.Hanla")),
        ("Kombes Pol. Dr. Guntur Sabda", "Guntur Sabda", ("Kombes Pol.", "Dr.")),
        ("Brigjen TNI Guntur Sabda", "Guntur Sabda", ("Brigjen TNI",)),
        ("KH. Ma'ruf Sanusi Lesmana", "Ma'ruf Sanusi Lesmana", ("KH.",)),
        ("Tgk. H. Ishak Meurah", "Ishak Meurah", ("Tgk.", "H.")),
        ("H.Ishak Meurah", "Ishak Meurah", ("H.",)),
        ("Capt. Guntur Sabda", "Guntur Sabda", ("Capt.",)),
        ("Ajengan Ishak Meurah", "Ishak Meurah", ("Ajengan",)),
        ("Prof Ishak Meurah, Ph.D", "Ishak Meurah", ("Prof", "Ph.D")),
        ("dr. Lestari Kusumaningayu, Sp.OG", "Lestari Kusumaningayu", ("dr.", "Sp.OG")),
        ("Ki Dalang Suwarna", "Dalang Suwarna", ("Ki",)),
        ("Ki Agus Wiratama", "Ki Agus Wiratama", ()),
        ("M. Yusril Hamdani", "M. Yusril Hamdani", ()),
        ("Ida Bagus Ma", "Ida Bagus Ma", ()),
        ("Mayor", "Mayor", ()),
        ("Dr.", "Dr.", ()),
        ("", "", ()),
    ],
)
def test_titles_are_split_off_as_printed(surface: str, name: str, titles: tuple[str, ...]) -> None:
    assert split_titles(surface) == (name, titles)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # short forms: first name, last name, middle part, headline before the full form
        ("[Damar Wirayuda|PERSON] hadir. Kata [Damar|PERSON], ujar [Wirayuda|PERSON]", ["Damar Wirayuda"]),
        ("[Ratih|PERSON] Lantik PPS\n[Hj. Ratih Pandan Sari, S.H.|PERSON] hadir, kata [Pandan|PERSON]", ["Ratih Pandan Sari"]),
        # capitals, initials, abbreviated given names, apostrophes
        ("[DAMAR WIRAYUDA|PERSON] HADIR\n[Damar Wirayuda|PERSON] hadir", ["Damar Wirayuda"]),
        ("[M. Yusril Hamdani|PERSON] dan [Muhammad Yusril|PERSON]", ["M. Yusril Hamdani"]),
        ("[Moh. Yusril|PERSON] dan [Mohammad Yusril|PERSON]", ["Mohammad Yusril"]),
        ("[Damar W.|PERSON] lalu [Damar Wirayuda|PERSON]", ["Damar Wirayuda"]),
        ("[Ma’ruf Lesmana|PERSON], kata [Ma'ruf|PERSON] dan [Maruf|PERSON]", ["Ma’ruf Lesmana"]),
        # two people with one first name stay apart; the short form means the one named last
        ("[Damar Wirayuda|PERSON] dan [Damar Kelana|PERSON]. Kata [Damar|PERSON]", ["Damar Wirayuda", "Damar Kelana"]),
        # an initial alone is not enough
        ("[M. Yusril|PERSON] dan [Muhammad Kelana|PERSON]", ["M. Yusril", "Muhammad Kelana"]),
        # clipped names and nicknames, but not a new name right after its office
        ("[Lindawati Kelana|PERSON] hadir, kata [Linda|PERSON]", ["Lindawati Kelana"]),
        ("[Arifudin Kelana|PERSON] yang akrab disapa Bang [Udin|PERSON]. Ujar [Udin|PERSON]", ["Arifudin Kelana"]),
        ("[Rahmawati Kelana|PERSON] dan [Ketua|ROLE] [KPU Telaga|ORG], [Rahma|PERSON]", ["Rahmawati Kelana", "Rahma"]),
    ],
)
def test_mentions_of_one_person_are_joined(marked: str, expected: list[str]) -> None:
    text, spans = parse_body(marked)
    assert [person.name for person in link_persons(text, spans)] == expected


def test_an_ambiguous_short_form_goes_to_the_nearest_person_before_it() -> None:
    text, spans = parse_body("[Damar Wirayuda|PERSON] dan [Damar Kelana|PERSON]. Kata [Damar|PERSON]")
    first, second = link_persons(text, spans)
    assert first.mentions == (spans[0],)
    assert second.mentions == (spans[1], spans[2])


def test_ids_follow_the_first_mention_and_titles_stand_once() -> None:
    text, spans = parse_body("[Dr. Ratih, M.Si|PERSON], [Guntur|PERSON], [Dr. Ratih Pandansari, M.Si.|PERSON]")
    persons = link_persons(text, spans)
    assert [(person.id, person.name, person.titles) for person in persons] == [
        ("o1", "Ratih Pandansari", ("Dr.", "M.Si")),
        ("o2", "Guntur", ()),
    ]


def test_an_article_without_people_has_none() -> None:
    assert link_persons("", ()) == []
    assert link_persons("KPU rapat", (Span(0, 3, "ORG"),)) == []


@given(
    st.text(max_size=80), st.lists(st.tuples(st.integers(0, 79), st.integers(1, 20), st.sampled_from(LABEL_NAMES)), max_size=12)
)
def test_any_text_and_spans_give_people_with_offsets_inside(text: str, cuts: list[tuple[int, int, str]]) -> None:
    spans: list[Span] = []
    for start, length, label in sorted(cuts):
        if start + length <= len(text) and (not spans or spans[-1].end <= start):
            spans.append(Span(start, start + length, label))
    persons = link_persons(text, spans)
    mentions = [mention for person in persons for mention in person.mentions]
    assert len(set(mentions)) == len(mentions)
    assert set(mentions) <= set(spans)
    assert [person.id for person in persons] == [f"o{number + 1}" for number in range(len(persons))]


@given(st.text(max_size=60))
def test_any_surface_splits_into_a_name_and_titles_found_in_it(surface: str) -> None:
    name, titles = split_titles(surface)
    squeezed = " ".join(surface.split())
    assert all(title in squeezed for title in titles)
    assert name or not squeezed.strip(" ,;")
