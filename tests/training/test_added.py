"""New articles: what is refused, and how they are divided."""

from pathlib import Path

import pytest

from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.errors import AnnotationError
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.training.added import read_new, take_in, text_key

BODY = "[Ketua|ROLE] [KPU {place}|ORG] [Rina Wulandari|PERSON] hadir."
PLACES = ("Ngawi", "Jember", "Blitar", "Kediri", "Tuban", "Gresik", "Malang", "Madiun", "Batu", "Lumajang")


def article(article_id, body):
    return parse_inline(f"---\nid: {article_id}\n---\n{body}\n")


def new(**bodies):
    return {Path(f"{name}.txt"): article(name, body) for name, body in bodies.items()}


def places(count, prefix="new"):
    names = (f"{PLACES[i % 10]} {i}" for i in range(count))
    return {f"{prefix}{i:03}": BODY.format(place=place) for i, place in enumerate(names)}


def old(train=(), dev=(), test=()):
    return {
        split: [article(f"{split}-{i}", body) for i, body in enumerate(bodies)]
        for split, bodies in (("train", train), ("dev", dev), ("test", test))
    }


@pytest.mark.parametrize(
    ("bodies", "message"),
    [
        ({"a": "Rina hadir.", "b": "Budi hadir."}, "2 new articles, and no span in any of them; mark spans as [text|LABEL]"),
        ({"a": "[Rina|PERSN] hadir."}, "a.txt: unknown label PERSN on 'Rina'; did you mean PERSON? A new label is named with"),
        ({"a": "[akses|INKLUSI] dibuka."}, "a.txt: unknown label INKLUSI on 'akses'; a new label is named with --label"),
    ],
)  # fmt: skip
def test_articles_that_teach_nothing_or_something_else(bodies, message):
    with pytest.raises(AnnotationError) as error:
        take_in(new(**bodies), old(), LABEL_NAMES)
    assert str(error.value).startswith(message)


def test_an_id_that_stands_for_two_texts():
    one, other = article("x", "[Rina|PERSON] hadir."), article("x", "[Rina|PERSON] pulang.")
    with pytest.raises(AnnotationError, match=r"^two\.txt: id 'x' is also the id of one\.txt, which has another text"):
        take_in({Path("one.txt"): one, Path("two.txt"): other}, old(), LABEL_NAMES)


def test_an_id_of_the_corpus_with_another_text():
    corpus = old(train=["[Rina|PERSON] hadir."])
    with pytest.raises(AnnotationError, match=r"^train-0\.txt: the corpus has an article train-0 with another text"):
        take_in({Path("train-0.txt"): article("train-0", "[Rina|PERSON] pulang.")}, corpus, LABEL_NAMES)


def test_a_text_with_two_annotations():
    with pytest.raises(AnnotationError, match=r"^b\.txt: the same text as a\.txt with other spans; keep one"):
        take_in(new(a="[Rina|PERSON] hadir.", b="[Rina hadir|PERSON]."), old(), LABEL_NAMES)


def test_an_article_that_is_there_twice_counts_once():
    divided = take_in(new(a="[Rina|PERSON] hadir.", b="[Rina|PERSON] hadir."), old(), LABEL_NAMES)
    assert [article.facts.id for article in divided.all] == ["a"]


@pytest.mark.parametrize("split", ["dev", "test"])
@pytest.mark.parametrize("change", [str, str.upper, lambda text: text.replace(" ", "  "), lambda text: text.replace(" ", "\n")])
def test_an_article_that_decides_is_refused_by_name_however_it_is_printed(split, change):
    text = "Ketua KPU Ngawi Rina Wulandari hadir di kantor."
    corpus = old(**{split: [text]})
    with pytest.raises(AnnotationError) as error:
        take_in(new(mine=change(text), other="[Budi|PERSON] hadir."), corpus, LABEL_NAMES)
    assert str(error.value) == (
        f"mine.txt: article mine stands in the {split} split of the corpus (as {split}-0), "
        "which nobody may train on; leave it out"
    )


def test_a_text_of_the_training_corpus_takes_its_new_annotation_and_is_never_held_out():
    bodies = places(20)
    corpus = old(train=[text.replace("[", "").replace("|ORG]", "").replace("|ROLE]", "") for text in bodies.values()])
    corpus["train"] = [article(f"train-{i}", body) for i, body in enumerate(bodies.values())]
    divided = take_in(new(**bodies), corpus, LABEL_NAMES)
    assert divided.replaced == {f"train-{i}" for i in range(20)}
    assert divided.held_out == ()


def test_fewer_than_five_articles_all_train():
    divided = take_in(new(**places(4)), old(), LABEL_NAMES)
    assert (len(divided.train), len(divided.held_out)) == (4, 0)


@pytest.mark.parametrize("count", [5, 6, 9, 20, 60])
@pytest.mark.parametrize("prefix", ["a", "berita-", "x", "2024-"])
def test_a_part_is_held_out(count, prefix):
    divided = take_in(new(**places(count, prefix)), old(), LABEL_NAMES)
    assert 1 <= len(divided.held_out) <= count // 3
    assert len(divided.train) + len(divided.held_out) == count


def test_more_articles_leave_those_held_out_where_they_were():
    few = take_in(new(**places(40)), old(), LABEL_NAMES)
    many = take_in(new(**places(200)), old(), LABEL_NAMES)
    assert {article.facts.id for article in few.held_out} <= {article.facts.id for article in many.held_out}
    assert abs(len(many.held_out) - 40) < 15


def test_files_are_read_with_their_line_ends_and_marks(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeff---\r\nid: a\r\n---\r\n[Rina|PERSON]\r\nhadir.\r\n".encode())
    (read,) = read_new([tmp_path]).values()
    assert (read.facts.id, read.text) == ("a", "Rina\nhadir.")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no header", "no YAML header"),
        (b"---\nid: a\n---\n\xff", "'utf-8' codec"),
        (b"---\nx: a\n---\nRina", "header: lacks id"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path, content, message):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(AnnotationError) as error:
        read_new([tmp_path])
    assert str(error.value).startswith(f"{tmp_path / 'a.txt'}: {message}")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("[Rina|person] hadir, [Budi|PERSON] pula", "line 5: '[Rina|person]' is no span: expected [text|LABEL], the label in"),
        ("\nBudi dan [Rina] pulang.", "line 6: '[Rina]' is no span: "),
        ("&#91;Budi&#93;\n[Rina|PERSON pulang.", "line 6: stray markup: '[' opens no span (one of the article itself: &#91;)"),
    ],
)
def test_markup_that_marks_nothing(tmp_path, body, shown):
    (tmp_path / "a.txt").write_text(f"---\nid: a\nvenue: x | y | z\n---\n{body}\n", encoding="utf-8")
    with pytest.raises(AnnotationError) as error:
        read_new([tmp_path])
    assert str(error.value).startswith(f"{tmp_path / 'a.txt'}: {shown}")
    assert str(error.value).endswith(f"; see 'kpu-nlp corpus check {tmp_path / 'a.txt'}'")


def test_brackets_of_the_article_itself_are_text(tmp_path):
    (tmp_path / "a.txt").write_text("---\nid: a\n---\n[Rina|PERSON] &#91;kanan&#93; hadir.\n", encoding="utf-8")
    (read,) = read_new([tmp_path]).values()
    assert read.text == "Rina [kanan] hadir."


def test_an_empty_set(tmp_path):
    with pytest.raises(AnnotationError, match="no annotated article"):
        read_new([tmp_path])


def test_texts_are_known_again():
    assert text_key("Rina  hadir.\n") == text_key("RINA hadir.")
    assert text_key("Rina hadir.") != text_key("Rina hadir!")
