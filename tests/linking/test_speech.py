from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.facts import Speech
from kpu_nlp.linking.persons import link_persons
from kpu_nlp.linking.roles import link_roles
from kpu_nlp.linking.speech import attribute_speech
from kpu_nlp.spans import Span

OPENING = "[Ketua|ROLE] [KPU Rimba Raya|ORG], [Sastro Wiguna|PERSON], membuka rapat. "
BOTH = OPENING + "[Sekretaris|ROLE] [KPU Rimba Raya|ORG] [Ratih Melati|PERSON] hadir. "


def _listen(body: str) -> tuple[str, Speech, dict[str | None, str | None]]:
    text, spans = parse_body(body)
    persons = link_persons(text, spans)
    names: dict[str | None, str | None] = {None: None}
    names.update({person.id: person.name.split()[0] for person in persons})
    return text, attribute_speech(text, spans, persons, link_roles(text, spans, persons)), names


QUOTATIONS = [
    ("kata X", BOTH + "“Kita siap,” kata [Sastro|PERSON].", [("Sastro", "kata")]),
    ("short name with an address", BOTH + "“Kita siap,” tegas Pak [Sastro|PERSON].", [("Sastro", "tegas")]),
    ("role and organisation", BOTH + "“Kita siap,” kata [Ketua|ROLE] [KPU Rimba Raya|ORG].", [("Sastro", "kata")]),
    ("role before the name", "“Kita siap,” ujar [Ketua|ROLE] [KPU Rimba Raya|ORG], [Sastro Wiguna|PERSON].",
     [("Sastro", "ujar")]),
    ("words before the name", "“Kita siap,” tutur seorang pegawai baru, [Darto|PERSON].", [("Darto", "tutur")]),
    ("a rare verb", "“Kita siap,” dawuh [Kiai Fulan|PERSON].", [("Fulan", "dawuh")]),
    ("passive", "“Kita siap,” demikian disampaikan [Sastro|PERSON].", [("Sastro", "disampaikan")]),
    ("-nya means the last subject", BOTH + "“Kita siap,” jelasnya.", [("Ratih", "jelasnya")]),
    ("dia", OPENING + "“Kita siap,” imbuh dia.", [("Sastro", "imbuh")]),
    ("-nya lagi", OPENING + "“Kita siap,” ujarnya lagi sambil tersenyum.", [("Sastro", "ujarnya")]),
    ("that man", OPENING + "“Kita siap,” kata pria murah senyum itu.", [("Sastro", "kata")]),
    ("that office", OPENING + "“Kita siap,” kata [mantan Kabag Umum|ROLE] itu.", [("Sastro", "kata")]),
    ("somebody unnamed", OPENING + "“Kita siap,” kata seorang peserta.", [(None, "kata")]),
    ("subject of reported speech", OPENING + "[Ratih|PERSON] menilai rapat penting. “Kita siap,” katanya.",
     [("Ratih", "katanya")]),
    ("the accompanied one", "[Sastro Wiguna|PERSON] didampingi [Ratih|PERSON] datang. “Kita siap,” katanya.",
     [("Sastro", "katanya")]),
    ("the answerer", "Pertanyaan lain dijawab [Ratih|PERSON] rinci. “Kita siap,” katanya.", [("Ratih", "katanya")]),
    ("where the criticism comes from", OPENING + "Kritik datang dari [Darto|PERSON]. “Kurang lama,” keluhnya.",
     [("Darto", "keluhnya")]),
    ("the visited one", OPENING + "Tim menemui [Darto|PERSON]. “Saya ikut,” tuturnya.", [("Darto", "tuturnya")]),
    ("before, with a colon", "[Sastro Wiguna|PERSON] berpesan: “Kita siap.”", [("Sastro", "berpesan")]),
    ("before, with a comma", "[Sastro Wiguna|PERSON] dalam amanatnya berujar, „Kita siap.”", [("Sastro", "berujar")]),
    ("before, with a role", BOTH + "[Ketua|ROLE] menegaskan, “Kita siap.”", [("Sastro", "menegaskan")]),
    ("no cue, next sentence", "[Sastro|PERSON] memberi nasihat. “Kita siap.” Acara selesai.", [("Sastro", None)]),
    ("goes on", BOTH + "“Satu,” kata [Sastro|PERSON]. “Dua sudah siap.”", [("Sastro", "kata"), ("Sastro", None)]),
    ("goes on in the next paragraph", OPENING + "\n“Satu ini.\n“Dua,” kata [Ratih|PERSON].",
     [("Ratih", "kata"), ("Ratih", "kata")]),
    ("the office in short", "[Ketua|ROLE] [KPU Provinsi Kepulauan Rimba Raya|ORG] [Sastro|PERSON] hadir. "
     "[Ratih|PERSON] menyimak. “Kita siap,” ujar [Ketua|ROLE] [KPU Rimra|ORG].", [("Sastro", "ujar")]),
    ("a title cut short", "[Kepala|ROLE] [Sekretariat|ORG] [KPU Rimba Raya|ORG] [Sastro|PERSON] hadir. "
     "[Kepala|ROLE] [Dinas Rimba Raya|ORG] [Ratih|PERSON] menyimak. "
     "“Kita siap,” ujar [Kepala|ROLE] Sekretariat.", [("Sastro", "ujar")]),
    ("unclosed", OPENING + "“Kita siap, kata [Ratih|PERSON] disambut tawa.", [("Ratih", "kata")]),
    ("the next sentence is no cue", "[Darto|PERSON] bertanya. “Apa bisa?” Menanggapi itu [Ratih|PERSON] setuju.",
     [("Darto", None)]),
    ("two speakers", BOTH + "“Satu,” kata [Ratih|PERSON].\n“Dua,” kata [Sastro|PERSON].",
     [("Ratih", "kata"), ("Sastro", "kata")]),
    ("a title without a speaker", OPENING + "Rapat [“Konsolidasi Kita Semua Siap Bekerja”|EVENT] selesai.", []),
    ("nobody", "“Kita siap.” Acara selesai.", [(None, None)]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), [case[1:] for case in QUOTATIONS], ids=[case[0] for case in QUOTATIONS])
def test_speaker_of_a_quotation(body: str, expected: list[tuple[str | None, str | None]]) -> None:
    _, speech, names = _listen(body)
    assert [(names[quote.speaker], quote.cue) for quote in speech.quotations] == expected


SPOKEN = [
    ("active", "[Sastro|PERSON] menjelaskan jadwal.", {"Sastro"}),
    ("after an adverbial", "Dalam sambutannya, [Sastro|PERSON] juga mengimbau warga.", {"Sastro"}),
    ("relative clause between", "[Sastro|PERSON] yang membuka acara menyampaikan jadwal.", {"Sastro"}),
    ("division between", "[Sastro|PERSON], [Anggota|ROLE] yang membidangi [Divisi Hukum|ROLE], berharap rapi.", {"Sastro"}),
    ("two subjects", "[Sastro|PERSON] dan [Ratih|PERSON] mengatakan siap.", {"Sastro", "Ratih"}),
    ("two clauses", "[Sastro|PERSON] meminta data, sedangkan [Ratih|PERSON] menyarankan jadwal.", {"Sastro", "Ratih"}),
    ("the one spoken of", "[Sastro|PERSON] meminta agar [Ratih|PERSON] menjelaskan jadwal.", {"Sastro"}),
    ("passive", "Hal senada disampaikan oleh [Ratih|PERSON].", {"Ratih"}),
    ("not the one told", "Jadwal disampaikan kepada [Ratih|PERSON].", set()),
    ("agent before the verb", "Keluhan itu oleh [Ratih|PERSON] dijawab singkat.", {"Ratih"}),
    ("menurut", "Menurut [Ratih|PERSON], jadwal aman.", {"Ratih"}),
    ("menurutnya", "[Ratih|PERSON] membuka rapat. Menurutnya jadwal aman.", {"Ratih"}),
    ("ia", "[Ratih|PERSON] membuka rapat. Ia menambahkan bahwa jadwal aman.", {"Ratih"}),
    ("kata dia", "[Ratih|PERSON] membuka rapat. Jadwal, kata dia, aman.", {"Ratih"}),
    ("demikian pesan", "Jaga jadwal. Demikian pesan [Ratih|PERSON] saat apel.", {"Ratih"}),
    ("asker", "Menjawab pertanyaan [Darto|PERSON], [Ratih|PERSON] menjelaskan jadwal.", {"Darto", "Ratih"}),
    ("representative", "Mewakili [Bupati|ROLE] [Rimba Raya|GPE], [Asisten|ROLE] [Darto|PERSON] menyambut baik rapat.",
     {"Darto"}),
    ("presence is no speech", "[Ratih|PERSON] menghadiri rapat bersama [Sastro|PERSON].", set()),
    ("accompaniment is no speech", "[Sastro|PERSON] didampingi [Ratih|PERSON] dan [Darto|PERSON] menjelaskan jadwal.",
     {"Sastro"}),
    ("an organisation speaks", "Rapat dihadiri [Ratih|PERSON]. [KPU Rimba Raya|ORG] mengimbau warga.", set()),
    ("others speak", "[Ratih|PERSON] membagikan hadiah kepada siswa yang bisa menjawab kuis.", set()),
    ("a prayer is no statement", "[Ratih|PERSON] menyampaikan doa.", set()),
    ("role alone", "[Ketua|ROLE] [KPU Rimba Raya|ORG] [Sastro|PERSON] hadir. [Ketua|ROLE] meminta data.", {"Sastro"}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), [case[1:] for case in SPOKEN], ids=[case[0] for case in SPOKEN])
def test_who_spoke(body: str, expected: set[str]) -> None:
    _, speech, names = _listen(body)
    assert {names[person] for person in speech.speakers} == expected


def test_reported_speech_runs_on_until_somebody_takes_over() -> None:
    text, speech, names = _listen(
        "[Sastro|PERSON] menegaskan jadwal harus dijaga. Pelatihan juga penting. Kegiatan dihadiri warga. Data lengkap."
    )
    said = [(text[statement.start : statement.end], names[statement.speaker]) for statement in speech.statements]
    assert said == [
        ("Sastro menegaskan jadwal harus dijaga.", "Sastro"),
        ("Pelatihan juga penting.", "Sastro"),
    ]


def test_points_go_on_after_an_interruption() -> None:
    text, speech, names = _listen("[Sastro|PERSON] memberi arahan. Acara dibuka pagi.\nPertama, jaga jadwal.")
    assert [(text[s.start : s.end], names[s.speaker]) for s in speech.statements] == [("Pertama, jaga jadwal.", "Sastro")]


@pytest.mark.parametrize(
    ("title", "speaker"),
    [
        ("[Ketua|ROLE] [KPU Rimba Raya|ORG] Tekankan Disiplin", "Sastro"),
        ("Apel Pagi, [Ketua|ROLE] [KPU Rimba Raya|ORG]: Jaga Disiplin", "Sastro"),
        ("[Sastro|PERSON] Ajak [Sekretaris|ROLE] Jaga Disiplin", "Sastro"),
    ],
)
def test_title_sums_up_a_speech(title: str, speaker: str) -> None:
    text, speech, names = _listen(f"{title}\n{OPENING}")
    first = speech.statements[0]
    assert (text[first.start : first.end], names[first.speaker]) == (text.partition("\n")[0], speaker)


def test_title_of_an_organisation_has_no_speaker() -> None:
    _, speech, _ = _listen(f"[KPU Rimba Raya|ORG] Ajak Warga Jaga Disiplin\n{OPENING}")
    assert speech.statements == ()


PIECES = st.sampled_from(
    [
        "Sastro",
        "Ketua",
        "KPU",
        " mengatakan ",
        " kata ",
        "katanya",
        "“",
        "”",
        '"',
        "'",
        ", ",
        ". ",
        "\n",
        " dan ",
        " yang ",
        "oleh ",
        "Ia",
        ":",
    ]
)
LABELS = st.sampled_from(["PERSON", "ROLE", "ORG", "GPE", "EVENT", "DATE"])


@given(st.lists(st.tuples(PIECES, st.none() | LABELS), max_size=40))
def test_any_text_and_spans_give_valid_offsets(pieces: list[tuple[str, str | None]]) -> None:
    text = ""
    spans: list[Span] = []
    for piece, label in pieces:
        if label is not None:
            spans.append(Span(len(text), len(text) + len(piece), label))
        text += piece
    persons = link_persons(text, spans)
    speech = attribute_speech(text, spans, persons, link_roles(text, spans, persons))
    known = {person.id for person in persons}
    for told in (*speech.quotations, *speech.statements):
        assert 0 <= told.start < told.end <= len(text)
        assert told.speaker is None or told.speaker in known
    assert speech.speakers <= known
