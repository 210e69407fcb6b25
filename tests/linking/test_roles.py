from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.linking.persons import link_persons
from kpu_nlp.linking.roles import link_roles, resolve_role_mention, title_of
from kpu_nlp.spans import Span


def roles_of(marked: str) -> list[str]:
    """Return the roles of a marked-up article as ``name: title @ organisation``, in text order."""
    text, spans = parse_body(marked)
    persons = link_persons(text, spans)
    names = {person.id: person.name for person in persons}
    return [f"{names[role.person]}: {role.title} @ {role.organization}" for role in link_roles(text, spans, persons)]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # before the name, with and without a comma; the bracketed abbreviation goes
        ("[Ketua|ROLE] [KPU Telaga|ORG], [Damar|PERSON], hadir", ["Damar: Ketua @ KPU Telaga"]),
        ("[Ketua|ROLE] [KPU Telaga|ORG] [Damar|PERSON] hadir", ["Damar: Ketua @ KPU Telaga"]),
        ("[Sekretaris Jenderal (Sekjen)|ROLE] [KPU|ORG], [Damar|PERSON]", ["Damar: Sekretaris Jenderal @ KPU"]),
        ("[Bupati|ROLE] [Telaga|GPE] [Damar|PERSON] hadir", ["Damar: Bupati @ Telaga"]),
        # after the name
        ("kata [Damar|PERSON], [Ketua|ROLE] [KPU Telaga|ORG].", ["Damar: Ketua @ KPU Telaga"]),
        ("[Damar|PERSON] ([Ketua|ROLE] [KPU Telaga|ORG]) hadir", ["Damar: Ketua @ KPU Telaga"]),
        ("[Damar|PERSON] selaku [Ketua|ROLE] [KPU Telaga|ORG] hadir", ["Damar: Ketua @ KPU Telaga"]),
        ("[Damar|PERSON] yang menjabat sebagai [Ketua|ROLE] [KPU Telaga|ORG]", ["Damar: Ketua @ KPU Telaga"]),
        ("[Damar|PERSON], yang juga [Ketua|ROLE] [KPU Telaga|ORG], hadir", ["Damar: Ketua @ KPU Telaga"]),
        # a second role, an organisation before the role, a name that is spoken for, a signature
        (
            "[Damar|PERSON], [Anggota|ROLE] [KPU Telaga|ORG] yang merupakan [Ketua Divisi Hukum|ROLE], hadir",
            ["Damar: Anggota @ KPU Telaga", "Damar: Ketua Divisi Hukum @ KPU Telaga"],
        ),
        ("[Damar|PERSON] dari [Bawaslu Telaga|ORG] selaku [Anggota|ROLE], hadir", ["Damar: Anggota @ Bawaslu Telaga"]),
        ("Mewakili [Bupati|ROLE] [Telaga|GPE] [Damar|PERSON], acara dibuka", ["Damar: Bupati @ Telaga"]),
        ("Mewakili [Bupati|ROLE] [Telaga|GPE], [Damar|PERSON] membuka acara", []),
        ("[Ketua|ROLE] [KPU Telaga|ORG]\nttd.\n[Damar|PERSON]", ["Damar: Ketua @ KPU Telaga"]),
        ("Lantik 85 [Anggota|ROLE], [Damar|PERSON] Titip Pesan", []),
        (
            "[Ketua|ROLE] [Komisi A|ORG] [Damar|PERSON] hadir. Ruang [Komisi A DPRD Telaga|ORG] penuh",
            ["Damar: Ketua @ Komisi A DPRD Telaga"],
        ),
        # the comma decides by what stands on the other side
        (
            "[Damar|PERSON], [Ketua|ROLE] [KPU Telaga|ORG], [Ratih|PERSON], [Sekretaris|ROLE] [KPU Telaga|ORG]",
            ["Damar: Ketua @ KPU Telaga", "Ratih: Sekretaris @ KPU Telaga"],
        ),
        (
            "[Ketua|ROLE] [KPU Telaga|ORG], [Damar|PERSON], [Sekretaris|ROLE], [Ratih|PERSON] hadir",
            ["Damar: Ketua @ KPU Telaga", "Ratih: Sekretaris @ KPU Telaga"],
        ),
        ("hadir [Damar|PERSON], [Ketua|ROLE] [KPU Telaga|ORG] [Ratih|PERSON]", ["Ratih: Ketua @ KPU Telaga"]),
        # divisions and several roles of one person
        (
            "[Anggota|ROLE] [KPU Telaga|ORG] [Divisi Hukum|ROLE] [Damar|PERSON]",
            ["Damar: Anggota @ KPU Telaga", "Damar: Divisi Hukum @ KPU Telaga"],
        ),
        (
            "[Anggota|ROLE] [KPU Telaga|ORG] yang juga [Ketua Divisi Hukum|ROLE], [Damar|PERSON]",
            ["Damar: Anggota @ KPU Telaga", "Damar: Ketua Divisi Hukum @ KPU Telaga"],
        ),
        (
            "[Damar|PERSON] ([Anggota|ROLE], [Divisi Hukum|ROLE]) dari [KPU Telaga|ORG]",
            ["Damar: Anggota @ KPU Telaga", "Damar: Divisi Hukum @ KPU Telaga"],
        ),
        # one role for a list of names, whatever is told of each; a single office is not shared
        (
            "[Anggota|ROLE] [KPU Telaga|ORG], [Damar|PERSON], [Ratih|PERSON], dan [Guntur|PERSON]",
            ["Damar: Anggota @ KPU Telaga", "Ratih: Anggota @ KPU Telaga", "Guntur: Anggota @ KPU Telaga"],
        ),
        (
            "jajaran [Pejabat Eselon 2|ROLE] [KPU RI|ORG] diantaranya [Damar|PERSON] dan [Ratih|PERSON]",
            ["Damar: Pejabat Eselon 2 @ KPU RI", "Ratih: Pejabat Eselon 2 @ KPU RI"],
        ),
        (
            "dua [Anggota|ROLE] [KPU Telaga|ORG], yaitu [Damar|PERSON] ([Divisi Hukum|ROLE]) "
            "dan [Ratih|PERSON] ([Divisi SDM|ROLE])",
            [
                "Damar: Anggota @ KPU Telaga",
                "Ratih: Anggota @ KPU Telaga",
                "Damar: Divisi Hukum @ KPU Telaga",
                "Ratih: Divisi SDM @ KPU Telaga",
            ],
        ),
        ("[Ketua|ROLE] [KPU Telaga|ORG] [Damar|PERSON] dan [Ratih|PERSON]", ["Damar: Ketua @ KPU Telaga"]),
        (
            "[Damar|PERSON] dan [Ratih|PERSON], keduanya [Anggota|ROLE] [KPU Telaga|ORG]",
            ["Damar: Anggota @ KPU Telaga", "Ratih: Anggota @ KPU Telaga"],
        ),
        (
            "[Damar|PERSON] dan [Ratih|PERSON] sebagai [calon Bupati|ROLE] dan [calon Wakil Bupati|ROLE] [Telaga|GPE]",
            ["Damar: calon Bupati @ Telaga", "Ratih: calon Wakil Bupati @ Telaga"],
        ),
        # the organisation before the role, in the list, in the article
        (
            "hadir dari [KPU Rimba|ORG] yakni [Sekretaris|ROLE], [Damar|PERSON]. [KPU Telaga|ORG]",
            ["Damar: Sekretaris @ KPU Rimba"],
        ),
        (
            "[Bawaslu Telaga|ORG] yang diwakili [Anggota|ROLE] [Damar|PERSON]. [KPU Telaga|ORG]",
            ["Damar: Anggota @ Bawaslu Telaga"],
        ),
        ("[KPU Telaga|ORG] rapat.\nKata [Kasubbag Hukum|ROLE], [Damar|PERSON]", ["Damar: Kasubbag Hukum @ KPU Telaga"]),
        ("[KPU Kabupaten Telaga|ORG] rapat. Hadir [Bupati|ROLE], [Damar|PERSON]", ["Damar: Bupati @ Telaga"]),
        ("[Ketua|ROLE] [KPU|ORG] [Damar|PERSON] di [KPU Kabupaten Telaga|ORG]", ["Damar: Ketua @ KPU Kabupaten Telaga"]),
        ("[Sekjen|ROLE] [KPU|ORG] [Damar|PERSON] di [KPU Kabupaten Telaga|ORG]", ["Damar: Sekjen @ KPU"]),
        (
            "[Rektor|ROLE] [Damar|PERSON] di [Universitas Telaga|ORG] bersama [KPU Telaga|ORG]",
            ["Damar: Rektor @ Universitas Telaga"],
        ),
        ("[Damar|PERSON], [penyiar|ROLE] senior", ["Damar: penyiar @ None"]),
        # inspectors: a body whose name only begins alike, one of their kind, and what the sentence says of them
        (
            "dari [KPU RI|ORG], [Auditor|ROLE] yakni [Damar|PERSON]. [Kepala|ROLE] [BPKAD Telaga|ORG] [Ratih|PERSON]",
            ["Damar: Auditor @ KPU RI", "Ratih: Kepala @ BPKAD Telaga"],
        ),
        (
            "[BPKP Telaga|ORG] rapat. Dari [KPU RI|ORG], [Sekretaris|ROLE], [Ratih|PERSON], dan [Auditor|ROLE], [Damar|PERSON]",
            ["Ratih: Sekretaris @ KPU RI", "Damar: Auditor @ KPU RI"],
        ),
        (
            "[BPKP Telaga|ORG] dan [KPU Rimba|ORG] rapat. Hadir [Auditor|ROLE], [Damar|PERSON]",
            ["Damar: Auditor @ BPKP Telaga"],
        ),
        # titles that the tagger cut short
        (
            "dari [Bawaslu Telaga|ORG] hadir [Ketua|ROLE], [Ratih|PERSON], dan [Kepala|ROLE] [Sekretariat|ORG], [Damar|PERSON]",
            ["Ratih: Ketua @ Bawaslu Telaga", "Damar: Kepala Sekretariat @ Bawaslu Telaga"],
        ),
        (
            "hadir dari [KPU|ORG] yakni [Ketua|ROLE], [Guntur|PERSON], jajaran [Pejabat|ROLE] [Eselon|GPE] 2,3, dan 4 "
            "diantaranya [Damar|PERSON], [Ratih|PERSON], dan [Wulan|PERSON]",
            ["Guntur: Ketua @ KPU"] + [f"{name}: Pejabat Eselon 2,3, dan 4 @ KPU" for name in ("Damar", "Ratih", "Wulan")],
        ),
        # edges that the tagger got wrong
        (
            "[Kepala Dinas Sosial|ROLE] [Kabupaten Telaga|GPE] [Damar|PERSON] [Wulan|PERSON] hadir",
            ["Damar Wulan: Kepala @ Dinas Sosial Kabupaten Telaga"],
        ),
        ("[KPU Telaga|ORG] rapat. [Ketua|ROLE] [Pokja Data|ORG] [Damar|PERSON]", ["Damar: Ketua Pokja Data @ KPU Telaga"]),
        ("[Bawaslu Telaga|ORG] lewat [ketuanya|ROLE], [Damar|PERSON]", ["Damar: ketua @ Bawaslu Telaga"]),
        # a former and a new office
        (
            "[Ketua|ROLE] [KPU Telaga|ORG] yang kini dijabat [Damar|PERSON], [mantan Sekretaris|ROLE] [KPU Rimba|ORG], hadir",
            ["Damar: Ketua @ KPU Telaga", "Damar: mantan Sekretaris @ KPU Rimba"],
        ),
        (
            "[KPU Telaga|ORG] rapat. [Damar|PERSON], [Kabag Umum|ROLE], [mantan Kabag Data|ROLE] [Bappeda Rimba|ORG];",
            ["Damar: Kabag Umum @ KPU Telaga", "Damar: mantan Kabag Data @ Bappeda Rimba"],
        ),
        (
            "Di [KPU Telaga|ORG] dan [KPU Telaga|ORG]. [Damar|PERSON] yang bergeser dari [Kasubbag Umum|ROLE] "
            "[KPU Rimba|ORG] menjadi [Kasubbag Data|ROLE]",
            ["Damar: Kasubbag Umum @ KPU Rimba", "Damar: Kasubbag Data @ KPU Telaga"],
        ),
        ("[Damar|PERSON] yang memperkenalkan diri selaku [Ketua|ROLE] [DPC Rimba|ORG]", ["Damar: Ketua @ DPC Rimba"]),
        # an office without a name is told of whom the text speaks, unless somebody is known to hold it
        ("dijawab [Damar|PERSON]. [Sekretaris|ROLE] [KPU Telaga|ORG] itu setuju", ["Damar: Sekretaris @ KPU Telaga"]),
        # the same title in another kind of body is another office
        (
            "[Ketua|ROLE] [KPU Telaga|ORG] [Ratih|PERSON]. Lalu [Damar|PERSON]. [Ketua|ROLE] [Bawaslu Telaga|ORG] itu setuju",
            ["Ratih: Ketua @ KPU Telaga", "Damar: Ketua @ Bawaslu Telaga"],
        ),
        (
            "[Ketua|ROLE] [KPU Telaga|ORG] [Ratih|PERSON]. Giliran [Damar|PERSON]. [Ketua|ROLE] [KPU Telaga|ORG] itu diam",
            ["Ratih: Ketua @ KPU Telaga"],
        ),
        ("[Damar|PERSON], yang pernah menjadi [Anggota|ROLE] [KPU Telaga|ORG], hadir", ["Damar: Anggota @ KPU Telaga"]),
        # offices of the state are no posts in the commission, nor is a regulation one of its offices
        (
            "[Ketua|ROLE] [KPU Telaga|ORG] [Ratih|PERSON] hadir bersama [Menteri Dalam Negeri|ROLE] [Damar|PERSON]",
            ["Ratih: Ketua @ KPU Telaga", "Damar: Menteri Dalam Negeri @ None"],
        ),
        (
            "[Ketua|ROLE] [KPU|ORG] [Ratih|PERSON] membaca [Peraturan KPU Nomor 15 Tahun 2013|LAW]",
            ["Ratih: Ketua @ KPU"],
        ),
        ("[Damar|PERSON] hadir. Sebagai [Anggota|ROLE] [Bawaslu|ORG] ia siap", ["Damar: Anggota @ Bawaslu"]),
        (
            "[Sekretaris|ROLE] [KPU Telaga|ORG] [Ratih|PERSON] dan [Damar|PERSON] hadir. "
            "[Sekretaris|ROLE] [KPU Telaga|ORG] itu setuju",
            ["Ratih: Sekretaris @ KPU Telaga"],
        ),
        # a division is where its holder is a member; what is set beside an office is of the same body
        (
            "[Anggota|ROLE] [KPU RI|ORG] [Damar|PERSON] ke [KPU Telaga|ORG]. "
            "[Damar|PERSON] yang juga [Ketua Divisi SDM|ROLE] hadir",
            ["Damar: Anggota @ KPU RI", "Damar: Ketua Divisi SDM @ KPU RI"],
        ),
        (
            "[KPU Telaga|ORG], [KPU Telaga|ORG]. [Ketua|ROLE] [KPU Rimba|ORG], [Damar|PERSON], hadir. "
            "Sedangkan [Kasubbag Umum|ROLE], [Ratih|PERSON], absen",
            ["Damar: Ketua @ KPU Rimba", "Ratih: Kasubbag Umum @ KPU Rimba"],
        ),
        # a comma between the offices of two people shares nothing
        (
            "[Damar|PERSON] selaku [penyiar|ROLE], [Ketua|ROLE] [KPU Telaga|ORG] [Ratih|PERSON]",
            ["Damar: penyiar @ None", "Ratih: Ketua @ KPU Telaga"],
        ),
        # a list of members from several sides
        (
            "dua [Anggota|ROLE] [TPD Telaga|ORG], yakni [Damar|PERSON] dari unsur masyarakat "
            "dan [Ratih|PERSON] dari unsur [Bawaslu|ORG]",
            ["Damar: Anggota @ TPD Telaga", "Ratih: Anggota @ TPD Telaga"],
        ),
        # outside the commission, for a day, of a crowd, of the next clause, in a headline: not told of the name
        ("[KPU Telaga|ORG] rapat. Kata [Damar|PERSON], [nakhoda|ROLE] kapal", ["Damar: nakhoda @ None"]),
        ("[Ketua|ROLE] [KPU Telaga|ORG] [Damar|PERSON] menjadi [inspektur|ROLE], hadir", ["Damar: Ketua @ KPU Telaga"]),
        ("35 [Ketua|ROLE] dan [Sekretaris|ROLE] [KPU Kabupaten/Kota se-Rimba|ORG], [Damar|PERSON] berkata", []),
        ("lembar ke-57 [Ketua|ROLE] [KPU Telaga|ORG], [Damar|PERSON], berdiri", ["Damar: Ketua @ KPU Telaga"]),
        ("[KPU Telaga|ORG]. Menurut [Damar|PERSON], [operator|ROLE] di daerah perlu belajar", []),
        ("[Damar|PERSON] Gantikan [Ratih|PERSON], [Ketua|ROLE] [KPU Telaga|ORG]: Bekerja", []),
        (
            "[Damar|PERSON] mewakili [camat|ROLE], juga [Ketua|ROLE] [KPU Telaga|ORG] [Ratih|PERSON]",
            ["Ratih: Ketua @ KPU Telaga"],
        ),
        # each role once, at whatever mention it is told
        (
            "[KETUA|ROLE] [KPU TELAGA|ORG] [DAMAR|PERSON]\n[Damar|PERSON], [Ketua|ROLE] [KPU Telaga|ORG]. "
            "[Ketua|ROLE] [KPU Telaga|ORG] [Damar|PERSON]",
            ["Damar: Ketua @ KPU Telaga"],
        ),
        # nobody's role
        ("[Damar|PERSON] membacakan sambutan [Bupati|ROLE] [Telaga|GPE], dan [Ratih|PERSON] hadir", []),
        ("Membacakan sambutan [Bupati|ROLE] [Telaga|GPE], [Damar|PERSON] hadir", []),
        ("hadir [Ketua|ROLE] [KPU Telaga|ORG]. [Damar|PERSON] berkata", []),
        ("", []),
    ],
)
def test_roles_are_given_to_their_holders(marked: str, expected: list[str]) -> None:
    assert roles_of(marked) == expected


def test_a_role_points_at_its_characters() -> None:
    text, spans = parse_body("Kata [Ketua|ROLE] [KPU Telaga|ORG] [Damar|PERSON]")
    (role,) = link_roles(text, spans, link_persons(text, spans))
    assert text[role.start : role.end] == "Ketua KPU Telaga"


@pytest.mark.parametrize(
    ("surface", "title"),
    [
        ("Sekretaris Jenderal (Sekjen)", "Sekretaris Jenderal"),
        ("Kepala Sub Bagian (Kasubag) Keuangan", "Kepala Sub Bagian (Kasubag) Keuangan"),
        ("Ketua\n Divisi", "Ketua Divisi"),
        ("(Sekjen)", "(Sekjen)"),
    ],
)
def test_title_as_the_contract_writes_it(surface: str, title: str) -> None:
    assert title_of(surface) == title


TOLD = (
    "[Sekretaris Jenderal (Sekjen)|ROLE] [KPU|ORG], [Damar|PERSON], [Ketua|ROLE] [KPU Kabupaten Telaga|ORG], [Ratih|PERSON], "
    "[Bupati|ROLE] [Telaga|GPE], [Guntur|PERSON], [Kapolres|ROLE] [Telaga|GPE] [Wulan|PERSON], "
    "[Komandan Pangkalan TNI AL (Danlanal)|ROLE] [Telaga|GPE] [Bayu|PERSON], "
    "[Plt. Kepala|ROLE] [Dinas Dukcapil Kabupaten Telaga|ORG] [Tirta|PERSON], "
    "[Anggota|ROLE] [KPU Kabupaten Telaga|ORG], [Sekar|PERSON] dan [Lintang|PERSON], [Kasubag Hukum|ROLE] [Kirana|PERSON]. "
    "[Ketua|ROLE] [Bawaslu Telaga|ORG], [Banyu|PERSON].\n"
)


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("[Sekjen|ROLE] [KPU|ORG]", "Damar"),
        ("[Sekretaris Jenderal|ROLE]", "Damar"),
        ("[Ketua|ROLE] [KPU Telaga|ORG]", "Ratih"),
        ("[Ketua|ROLE] [KPU|ORG]", "Ratih"),
        ("[Ketua|ROLE] [Bawaslu|ORG]", "Banyu"),
        ("[Bupati|ROLE]", "Guntur"),
        ("[Kapolres|ROLE] [Telaga|GPE]", "Wulan"),
        ("[Danlanal|ROLE]", "Bayu"),
        ("[Kadis|ROLE] [Dukcapil|ORG]", "Tirta"),
        ("[Kepala Sub Bagian Hukum|ROLE]", "Kirana"),
        ("[Anggota|ROLE] [KPU Telaga|ORG]", None),
        ("[Ketua|ROLE] [KPU Rimba|ORG]", None),
        ("[Gubernur|ROLE]", None),
    ],
)
def test_an_office_alone_means_its_holder(mention: str, name: str | None) -> None:
    text, spans = parse_body(f"{TOLD}Kata {mention}, semua siap.")
    persons = link_persons(text, spans)
    roles = link_roles(text, spans, persons)
    role = next(span for span in spans if span.start > text.index("\n"))
    found = resolve_role_mention(text, role, spans, persons, roles, before=role.start)
    assert next((person.name for person in persons if person.id == found), None) == name


def test_a_headline_means_the_one_told_of_later() -> None:
    text, spans = parse_body("[Ketua|ROLE] [KPU Telaga|ORG]: Siap\n[Ketua|ROLE] [KPU Telaga|ORG], [Damar|PERSON], hadir")
    persons = link_persons(text, spans)
    roles = link_roles(text, spans, persons)
    assert resolve_role_mention(text, spans[0], spans, persons, roles, before=0) == "o1"


@given(
    st.text(max_size=80), st.lists(st.tuples(st.integers(0, 79), st.integers(1, 12), st.sampled_from(LABEL_NAMES)), max_size=16)
)
def test_any_text_and_spans_give_roles_with_offsets_inside(text: str, cuts: list[tuple[int, int, str]]) -> None:
    spans: list[Span] = []
    for start, length, label in sorted(cuts):
        if start + length <= len(text) and (not spans or spans[-1].end <= start):
            spans.append(Span(start, start + length, label))
    persons = link_persons(text, spans)
    roles = link_roles(text, spans, persons)
    known = {person.id for person in persons}
    assert all(0 <= role.start < role.end <= len(text) and role.person in known for role in roles)
    for span in spans:
        found = resolve_role_mention(text, span, spans, persons, roles, before=span.start)
        assert found is None or found in known
