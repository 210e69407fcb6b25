import pytest

from kpu_nlp.annotation.check import Slip, check_article, check_articles, find_articles
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.errors import AnnotationError

HEADER = """\
---
id: x-001
published: 2024-05-02
start: 2024-05-01T09:00+07:00
end: open
venue: Hotel Sari | | Lasem
officials:
  - name: Darma Wijaya
    roles: ["Ketua @ KPU Lasem"]
    spoke: true
  - name: Rini Astuti
    roles: []
themes: [coordination]
quotes:
  - starts: "Kita satu"
    speaker: Darma Wijaya
  - starts: "Siap"
    speaker: null
---
"""
BODY = """\
[KPU Lasem|ORG] Gelar Rapat
[Ketua|ROLE] [KPU Lasem|ORG], [H. Darma Wijaya, S.H.|PERSON], minta [koordinasi|COORDINATION].
“Kita satu,” kata [Darma Wijaya|PERSON] kepada [Rini Astuti|PERSON]. “Siap.”
"""
BODY_LINE = 20


@pytest.fixture
def check(tmp_path):
    def run(content, name="x-001.txt", **settings):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        slips = check_article(path, **settings)
        assert all(slip.path == path for slip in slips)
        return [(slip.line, slip.message) for slip in slips]

    return run


def test_article_without_slips(check):
    assert check(HEADER + BODY) == []


@pytest.mark.parametrize("header", ["---\nid: x-001\n---\n", "---\nid: x-001\npublished: 2024-05-02\n---\n"])
def test_header_without_facts_is_valid(check, header):
    assert check(header + BODY) == []


# What stands in the header, what takes its place, the line of the slip, and a part of its message.
HEADER_SLIPS = [
    ("id: x-001\n", "", 2, "header lacks id"),
    ("id: x-001\n", "id:\n", 2, "header lacks id"),
    ("id: x-001", "id: x-002", 2, "id 'x-002' is not the file's name 'x-001'"),
    ("id: x-001", "id: x-001\nevnt: Rapat", 3, "unknown header key evnt"),
    ("id: x-001", "id: x-001\nevent:", 3, "event is no text"),
    ("id: x-001", "id: x-001\nevent: Rapat: dua", 3, "header: mapping values are not allowed here"),
    ("id: x-001", "id: x-001\nid: x-001", 3, "header key id stands twice"),
    ("published: 2024-05-02", "published: 2 Mei 2024", 3, "published '2 Mei 2024' is no date of the form"),
    ("published: 2024-05-02", "published: 2024-02-30", 3, "published '2024-02-30' is no date"),
    ("published: 2024-05-02", "published: 20240502", 3, "published '20240502' is no date"),
    ("T09:00+07:00", "T09:00", 4, "start '2024-05-01T09:00' is not of the form"),
    ("T09:00+07:00", "T25:00+07:00", 4, "start '2024-05-01T25:00+07:00' is not of the form"),
    ("T09:00+07:00", " 09.00 WIB", 4, "start '2024-05-01 09.00 WIB' is not of the form"),
    ("T09:00+07:00", "T09:00+10:00", 4, "start '2024-05-01T09:00+10:00' is not of the form"),
    ("start: 2024-05-01T09:00+07:00", "start: open", 4, "start 'open' is not of the form"),
    ("end: open", "end: selesai", 5, "end 'selesai' is not of the form"),
    ("end: open", "end: 2024-04-30", 5, "end 2024-04-30 lies before start"),
    ("end: open", "end: 2024-05-01T09:00+08:00", 5, "end 2024-05-01T09:00+08:00 lies before start"),
    ("| | Lasem", "| Lasem", 6, "is not of the form 'name | address | place'"),
    ("  - name: Darma Wijaya\n    roles", "  - roles", 8, "official without a name"),
    ("name: Rini Astuti", "name: Rini Astutik", 11, "official 'Rini Astutik' is in no PERSON span"),
    ("name: Rini Astuti", "name: Darma Wijaya", 11, "official 'Darma Wijaya' is listed twice"),
    ("    roles: []\n", "", 11, "roles is not a list"),
    ('["Ketua @ KPU Lasem"]', "Ketua @ KPU Lasem", 9, "roles is not a list"),
    ('["Ketua @ KPU Lasem"]', "[Ketua KPU Lasem]", 9, "role 'Ketua KPU Lasem' lacks ' @ organisation'"),
    ('["Ketua @ KPU Lasem"]', '[Ketua @ KPU Lasem,\n      "@ KPU"]', 10, "role '@ KPU' lacks ' @ organisation'"),
    ('["Ketua @ KPU Lasem"]', '[" @ KPU"]', 9, "lacks a title before the @"),
    ("spoke: true", "spoke: ya", 10, "spoke of 'Darma Wijaya' is neither true nor false"),
    ("spoke: true", "spok: true", 10, "unknown key spok in officials"),
    ("  - name: Rini Astuti\n    roles: []\n", "  - Rini Astuti\n", 11, "entry 2 of officials is not made of"),
    ("themes: [coordination]", "themes: []", 13, "theme coordination has a span, but is not listed"),
    ("themes: [coordination]", "themes: [coordination, commitment]", 13, "theme commitment is listed, but no span"),
    ("themes: [coordination]", "themes: [coordination, coordination]", 13, "theme coordination is listed twice"),
    ("themes: [coordination]", "themes: coordination", 13, "themes is not a list"),
    ("themes: [coordination]\n", "", 2, "header lacks themes"),
    ('"Kita satu"', '"Kita dua"', 15, "quote not in the text: 'Kita dua'"),
    ('"Kita satu"', '""', 15, "quote without its first words"),
    ("speaker: Darma Wijaya", "speaker: Darma", 16, "speaker 'Darma' is no official"),
    ("speaker: null", "speeker: null", 18, "unknown key speeker in quotes"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), HEADER_SLIPS)
def test_slip_in_header(check, old, new, line, message):
    assert HEADER.count(old) == 1
    slips = check(HEADER.replace(old, new) + BODY)
    assert any(found == line and message in told for found, told in slips), slips


def test_slip_in_header_is_the_only_one(check):
    assert check(HEADER.replace("published: 2024-05-02", "published: 2 Mei 2024") + BODY) == [
        (3, "published '2 Mei 2024' is no date of the form 2022-07-22")
    ]


def test_role_without_organisation(check):
    assert check(HEADER.replace("Ketua @ KPU Lasem", "Ketua @") + BODY) == []


BODY_SLIPS = [
    ("[koordinasi|COORDINATION]", "[koordinasi|KOORDINASI]", 2, "unknown label KOORDINASI on 'koordinasi'"),
    ("[koordinasi|COORDINATION]", "[koordinasi|Coordination]", 2, "'[koordinasi|Coordination]' is no span"),
    ("[Ketua|ROLE]", "[Ketua]", 2, "'[Ketua]' is no span"),
    ("[Ketua|ROLE]", "[Ketua|ROLE", 2, "'[' opens no span"),
    ("[Ketua|ROLE]", "Ketua|ROLE]", 2, "']' closes no span"),
    ("[Ketua|ROLE]", "[Ketua ROLE]", 2, "'[Ketua ROLE]' is no span"),
    ("[Ketua|ROLE]", "[[Ketua|ROLE] Umum|ROLE]", 2, "'[Ketua Umum|ROLE]' is no span"),
    ("Gelar", "Gelar |", 1, "'|' outside a span"),
    ("[Ketua|ROLE]", "[|ROLE]", 2, "empty ROLE span"),
    ("[Ketua|ROLE]", "[Ketua |ROLE]", 2, "ROLE span 'Ketua ' begins or ends with a space"),
    ("[Ketua|ROLE]", "[ Ketua|ROLE]", 2, "begins or ends with a space"),
    ("[Ketua|ROLE]", "[Ketua:|ROLE]", 2, "ROLE span 'Ketua:' ends in punctuation"),
    ("S.H.|PERSON],", "S.H.,|PERSON]", 2, "ends in punctuation"),
    ("[Ketua|ROLE]", "([Ketua|ROLE] (Plh.|ROLE])", 2, "']' closes no span"),
    ("[Ketua|ROLE]", "[Ketua (Plh.|ROLE])", 2, "has half of a pair of brackets"),
    ("[Ketua|ROLE]", "[Ket|ROLE]ua", 2, "begins or ends inside a word"),
    ("Rapat\n[Ketua|ROLE]", "[Rapat\nKetua|ROLE]", 1, "crosses a line"),
    ("[Darma Wijaya|PERSON] kepada", "Darma Wijaya kepada", 3, "'Darma Wijaya' is marked as PERSON elsewhere, but not here"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), BODY_SLIPS)
def test_slip_in_body(check, old, new, line, message):
    # The short form alone: within "H. Darma Wijaya, S.H." nothing is left unmarked.
    body = BODY.replace("[H. Darma Wijaya, S.H.|PERSON],", "[H. Darma Wijaya, S.H.|PERSON], alias [Darma Wijaya|PERSON],")
    assert BODY.count(old) == 1
    slips = check(HEADER + body.replace(old, new))
    assert any(found == BODY_LINE + line - 1 and message in told for found, told in slips), slips


def test_every_stray_mark_has_a_slip_of_its_own(check):
    slips = check(HEADER + BODY + "[foto\n\ndua] | [tiga]\n")
    assert [line for line, _ in slips] == [23, 25, 25, 25]


def test_short_name_and_longer_word_are_no_repeats(check):
    body = BODY + "[Rina|PERSON] dan Rina. Rini Astutiningsih dan Darma.\n"
    assert check(HEADER + body) == []


def test_empty_lines_before_the_text_do_not_shift_lines(check):
    assert [line for line, _ in check(HEADER + "\n\n" + BODY + "a | b")] == [25]


def test_labels_beyond_the_guidelines(check):
    content = (HEADER + BODY).replace("Gelar Rapat", "Gelar [Rapat|MEETING] [baru|INNOVATION]")
    assert [message for _, message in check(content)] == [
        "unknown label INNOVATION on 'baru'",
        "unknown label MEETING on 'Rapat'",
    ]
    assert check(content, labels=["MEETING", "INNOVATION"]) == []
    listed = content.replace("themes: [coordination]", "themes: [coordination, innovation]")
    assert check(listed, labels=["MEETING", "INNOVATION"]) == []


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 1, "no YAML header"),
        (b"Selesai.\n", 1, "no YAML header"),
        (b"---\nid: x-001\nSelesai.\n", 1, "the header is not closed"),
        (b"---\nid: x-001\n---\n", 4, "no article after the header"),
        (b"---\nid: x-001\n---\nKetua\nKPU \xe9\n", 5, "not UTF-8: byte 0xe9"),
        (b"\xef\xbb\xbf---\nid: x-001\n---\nKetua\n", 1, "byte order mark"),
        (b"---\nid: x-001\n---\nKetua\r\nKPU\r\n", 4, "carriage return"),
        (b"---\r\nid: x-001\r\n---\r\nKetua\r\n", 1, "carriage return"),
        (b"---\n- id\n---\nKetua\n", 2, "header: not a list of 'key: value' lines"),
    ],
)
def test_broken_file(check, content, line, message):
    slips = check(content)
    assert slips[0][0] == line, slips
    assert message in slips[0][1]
    assert len([slip for slip in slips if slip[1].startswith(message)]) <= 1


def test_yaml_that_contains_itself_ends(check):
    assert (3, "event is no text (leave the key out where the article does not tell it)") in check(
        "---\nid: x-001\nevent: &a [*a]\nofficials: &b [[[[[[*b]]]]]]\nthemes: []\nquotes: []\n---\nKetua\n"
    )


def test_ids_that_stand_in_two_files(tmp_path):
    for name in ("x-001.txt", "x-002.txt"):
        (tmp_path / name).write_text(f"---\npublished: 2024-05-02\nid: {name[:5]}\n---\nSelesai.\n", encoding="utf-8")
    assert [article.slips for article in check_articles([tmp_path])] == [(), ()]
    copy = tmp_path / "copies" / "x-001.txt"
    copy.parent.mkdir()
    copy.write_bytes((tmp_path / "x-001.txt").read_bytes())
    checked = check_articles([tmp_path, copy])
    assert [slip for article in checked for slip in article.slips] == [
        Slip(copy, 3, f"id 'x-001' is also the id of {tmp_path / 'x-001.txt'}")
    ]


def test_find_articles(tmp_path):
    corpus = tmp_path / "corpus"
    (corpus / "articles").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "notes.md"):
        (corpus / "articles" / name).touch()
    files = [corpus / "articles" / "a.txt", corpus / "articles" / "b.txt"]
    assert find_articles([corpus]) == files
    assert find_articles([corpus / "articles"]) == files
    assert find_articles([files[1], corpus]) == [files[1], files[0]]
    with pytest.raises(AnnotationError, match="no annotated article"):
        find_articles([tmp_path])
    with pytest.raises(AnnotationError, match="no such file"):
        find_articles([tmp_path / "none.txt"])


def test_unreadable_file_is_an_error(tmp_path):
    with pytest.raises(AnnotationError, match="cannot be read"):
        check_article(tmp_path)


def test_packaged_corpus_has_no_slips():
    checked = check_articles([packaged_corpus()])
    assert len(checked) >= 448
    assert [str(slip) for article in checked for slip in article.slips] == []


def test_brackets_and_line_ends_of_the_article_are_no_slips(check):
    body = "&#10;Foto: &#91;Rina&#93; | KPU&#13;\n[Satu|PERSN]\n"
    assert check(f"---\nid: x-001\n---\n{body}") == [
        (4, "stray markup: '|' outside a span (one of the article itself: &#124;): ' Foto: [Rina] | KPU\\r Satu'"),
        (5, "unknown label PERSN on 'Satu'"),
    ]
