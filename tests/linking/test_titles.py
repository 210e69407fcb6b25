from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.linking.titles import complete_titles
from kpu_nlp.spans import Span

COMPLETED = [
    # a unit that the tagger took for an organisation
    ("[Kepala|ROLE] [Sekretariat|ORG], [Damar|PERSON]", "[Kepala Sekretariat|ROLE], [Damar|PERSON]"),
    ("[Kepala|ROLE] [Sekretariat|ORG] [Bawaslu Telaga|ORG]", "[Kepala Sekretariat|ROLE] [Bawaslu Telaga|ORG]"),
    ("[Kepala|ROLE] [Sekretariat Bawaslu Telaga|ORG]", "[Kepala Sekretariat|ROLE] [Bawaslu Telaga|ORG]"),
    ("[Plt. Kepala|ROLE] [Sub Bagian Hukum dan SDM|ORG] [KPU Telaga|ORG]",
     "[Plt. Kepala Sub Bagian Hukum dan SDM|ROLE] [KPU Telaga|ORG]"),
    ("[Ketua|ROLE] [Divisi Data, Informasi|ORG], [Damar|PERSON]", "[Ketua Divisi Data, Informasi|ROLE], [Damar|PERSON]"),
    # or passed over
    ("[Kepala|ROLE] Sekretariat [Bawaslu Telaga|ORG]", "[Kepala Sekretariat|ROLE] [Bawaslu Telaga|ORG]"),
    ("[Kepala|ROLE] Bagian Umum dan Logistik [KPU Telaga|ORG]", "[Kepala Bagian Umum dan Logistik|ROLE] [KPU Telaga|ORG]"),
    ("[kepala|ROLE] subbagian, serta staf", "[kepala subbagian|ROLE], serta staf"),
    # echelons, whatever the tagger says of them
    ("[Pejabat|ROLE] [Eselon|GPE] 2,3, dan 4 yaitu [Damar|PERSON]", "[Pejabat Eselon 2,3, dan 4|ROLE] yaitu [Damar|PERSON]"),
    ("[Pejabat|ROLE] [Eselon II|ORG] dan [III|ORG] [KPU Telaga|ORG]", "[Pejabat Eselon II dan III|ROLE] [KPU Telaga|ORG]"),
    ("[Pejabat|ROLE] [Eselon II KPU Telaga|ORG] hadir", "[Pejabat Eselon II|ROLE] [KPU Telaga|ORG] hadir"),
    ("[Pejabat Eselon|ROLE] III.a hingga IV.b hadir", "[Pejabat Eselon III.a hingga IV.b|ROLE] hadir"),
    ("[pejabat eselon II|ROLE] dan III hadir", "[pejabat eselon II dan III|ROLE] hadir"),
    ("[Pejabat|ROLE] Eselon II sampai dengan Eselon IV.", "[Pejabat Eselon II sampai dengan Eselon IV|ROLE]."),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "expected"), COMPLETED)
def test_a_title_cut_short_is_completed(marked: str, expected: str) -> None:
    text, spans = parse_body(marked)
    wanted_text, wanted = parse_body(expected)
    assert text == wanted_text
    assert complete_titles(text, spans) == list(wanted)


@pytest.mark.parametrize(
    "marked",
    [
        "[Kepala|ROLE] [Dinas Sosial Telaga|ORG] [Damar|PERSON]",
        "[Ketua|ROLE] [Tim Seleksi|ORG] [Damar|PERSON]",
        "[Kepala|ROLE] [Sekretariat Jenderal KPU|ORG], [Damar|PERSON]",
        "[Sekretaris|ROLE] [Divisi Hukum|ORG] [KPU Telaga|ORG]",
        "[Anggota|ROLE] [KPU Telaga|ORG] [Divisi Hukum|ROLE] [Damar|PERSON]",
        "[Kepala Bagian Hukum|ROLE] [Sekretariat KPU Telaga|ORG]",
        "[Kepala|ROLE] bagian yang hadir dari [KPU Telaga|ORG]",
        "hadir [Kepala|ROLE]\n[Sekretariat|ORG] [KPU Telaga|ORG] rapat",
        "[Ketua|ROLE]. Sekretariat [KPU Telaga|ORG] rapat",
        "para [Pejabat|ROLE] Eselon yang hadir",
        "[Pejabat Eselon II|ROLE], 3 staf, dan 45 peserta",
    ],
)
def test_a_whole_title_stays(marked: str) -> None:
    text, spans = parse_body(marked)
    assert complete_titles(text, spans) == list(spans)


PIECES = st.sampled_from(
    [
        "Kepala",
        " ",
        " Sekretariat",
        "Bagian Umum",
        " Eselon",
        " II",
        ",3",
        " dan ",
        " 4",
        " KPU",
        ", ",
        "\n",
        "Pejabat",
        "Damar",
    ]
)


@given(st.lists(st.tuples(PIECES, st.none() | st.sampled_from(LABEL_NAMES)), max_size=30))
def test_any_spans_stay_sorted_and_apart(pieces: list[tuple[str, str | None]]) -> None:
    text = ""
    spans: list[Span] = []
    for piece, label in pieces:
        if label is not None:
            spans.append(Span(len(text), len(text) + len(piece), label))
        text += piece
    completed = complete_titles(text, spans)
    assert all(0 <= span.start < span.end <= len(text) for span in completed)
    assert all(one.end <= other.start for one, other in pairwise(completed))
    assert complete_titles(text, completed) == completed
    titles = [span for span in completed if span.label == "ROLE"]
    assert all(span in completed or any(title.overlaps(span.start, span.end) for title in titles) for span in spans)
