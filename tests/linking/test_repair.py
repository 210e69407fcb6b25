from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import format_body, parse_body
from kpu_nlp.linking.repair import join_names, repair_spans
from kpu_nlp.spans import Span


def repaired(marked: str) -> str:
    text, spans = parse_body(marked)
    return format_body(text, repair_spans(text, spans))


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # a name in two spans, but not two names
        ("[Damar|PERSON] [Wulan Jati|PERSON] hadir", "[Damar Wulan Jati|PERSON] hadir"),
        ("[Damar, M.E.|PERSON] [Ratih|PERSON] hadir", "[Damar, M.E.|PERSON] [Ratih|PERSON] hadir"),
        ("[Damar|PERSON]\n[Ratih|PERSON]", "[Damar|PERSON]\n[Ratih|PERSON]"),
        # marks at the edges
        ("[Universitas Rimba,|ORG] [Damar|PERSON]", "[Universitas Rimba|ORG], [Damar|PERSON]"),
        # a title in two spans
        ("[Anggota|ROLE] [Divisi Hukum|ROLE] [Damar|PERSON]", "[Anggota Divisi Hukum|ROLE] [Damar|PERSON]"),
        ("[Kepala Bagian Keuangan|ROLE][, Umum|ROLE] hadir", "[Kepala Bagian Keuangan, Umum|ROLE] hadir"),
        ("[inspektur|ROLE] [Ketua|ROLE] [KPU Rimba|ORG]", "[inspektur|ROLE] [Ketua|ROLE] [KPU Rimba|ORG]"),
        # a body or a place glued to the title
        ("[Plt. Kepala Dinas Sosial|ROLE] [Kota Rimba|GPE]", "[Plt. Kepala|ROLE] [Dinas Sosial Kota Rimba|ORG]"),
        ("[Wakil Ketua Komisi II|ROLE] [DPRD Rimba|ORG]", "[Wakil Ketua|ROLE] [Komisi II DPRD Rimba|ORG]"),
        ("[Dekan Fakultas Hukum|ROLE] [Universitas Rimba|ORG]", "[Dekan|ROLE] [Fakultas Hukum Universitas Rimba|ORG]"),
        ("[Camat Rimba|ROLE] [Damar|PERSON]", "[Camat|ROLE] [Rimba|GPE] [Damar|PERSON]"),
        ("[Dandim 0999/Rimba|ROLE] [Damar|PERSON]", "[Dandim|ROLE] [0999/Rimba|ORG] [Damar|PERSON]"),
        ("[Bupati dan Wakil Bupati|ROLE] [Rimba|GPE]", "[Bupati dan Wakil Bupati|ROLE] [Rimba|GPE]"),
        ("[kepala badan|ROLE] hadir", "[kepala badan|ROLE] hadir"),
        # what the title lacks in the next span
        ("[Kasat|ROLE] [Polairud|GPE] [Damar|PERSON]", "[Kasat Polairud|ROLE] [Damar|PERSON]"),
        ("[Kasat|ROLE] [Polres Rimba|ORG] [Damar|PERSON]", "[Kasat|ROLE] [Polres Rimba|ORG] [Damar|PERSON]"),
        ("[Ketua|ROLE] [Bapilu|ORG] [DPC Partai Rimba|ORG]", "[Ketua Bapilu|ROLE] [DPC Partai Rimba|ORG]"),
        ("[Ketua|ROLE] [Pokja Kampanye|ORG] hadir", "[Ketua Pokja Kampanye|ROLE] hadir"),
        ("[mantan Kepala|ROLE] [Desa Rimba|GPE]", "[mantan Kepala Desa|ROLE] [Rimba|GPE]"),
        # a body in two spans; a place after an office that has its own stays
        ("[Auditor|ROLE] [Inspektorat Utama|ORG] [Setjen KPU|ORG]", "[Auditor|ROLE] [Inspektorat Utama Setjen KPU|ORG]"),
        ("[Ketua|ROLE] [PPK Rimba|ORG] [Kota Telaga|GPE]", "[Ketua|ROLE] [PPK Rimba|ORG] [Kota Telaga|GPE]"),
        ("", ""),
    ],
)
def test_wrong_edges_are_mended(marked: str, expected: str) -> None:
    assert repaired(marked) == expected


@given(
    st.text(alphabet="Kepala Dinas,;KPU \n", max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9), st.sampled_from(["PERSON", "ROLE", "ORG", "GPE"])), max_size=8),
)
def test_repaired_spans_stay_sorted_and_apart(text: str, drawn: list[tuple[int, int, str]]) -> None:
    spans: list[Span] = []
    for start, size, label in sorted(drawn):
        if start + size <= len(text) and (not spans or start >= spans[-1].end):
            spans.append(Span(start, start + size, label))
    for found in (repair_spans(text, spans), join_names(text, spans)):
        assert all(0 <= span.start < span.end <= len(text) for span in found)
        assert all(one.end <= other.start for one, other in pairwise(found))
