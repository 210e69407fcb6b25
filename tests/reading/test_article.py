from __future__ import annotations

import hashlib
import io
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.errors import InputError
from kpu_nlp.reading import article_from_text, parse_published, read_article
from kpu_nlp.reading.article import MAX_TITLE

TEXT = "Rakor Logistik Digelar\r\n\r\nArunika - Ketua KPU Arunika membuka rakor.\r\n"
PAGE = (
    "<html><head><title>Rakor Logistik Digelar</title></head><body><article><h1>Rakor Logistik Digelar</h1>"
    "<p>Arunika - Ketua KPU Kota Arunika, Sutarno Wibawa, membuka rapat koordinasi logistik di Hotel Cempaka.</p>"
    "</article></body></html>"
)


class Stdin:
    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def test_a_text_file_is_kept_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "arunika-01.v2.txt"
    path.write_bytes(TEXT.encode())
    article = read_article(str(path), published="2022-07-22")
    assert article.model_dump() == {
        "id": "arunika-01.v2",
        "source": str(path),
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "title": "Rakor Logistik Digelar",
        "outlet": None,
        "dateline": None,
        "published": "2022-07-22",
        "text": TEXT,
    }


def test_standard_input_is_identified_by_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(TEXT.encode()))
    article = read_article("-")
    assert (article.id, article.source) == (hashlib.sha256(TEXT.encode()).hexdigest()[:12], "-")


@pytest.mark.parametrize("start", ["", "\ufeff", "<!-- simpanan -->\n", '<?xml version="1.0"?>\n<!DOCTYPE html>\n'])
def test_html_on_standard_input_is_recognised(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin((start + PAGE).encode()))
    assert read_article("-").text == (
        "Rakor Logistik Digelar\n"
        "Arunika - Ketua KPU Kota Arunika, Sutarno Wibawa, membuka rapat koordinasi logistik di Hotel Cempaka."
    )


@pytest.mark.parametrize("suffix", [".html", ".HTM", ".xhtml"])
def test_html_is_recognised_by_its_suffix(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rakor{suffix}"
    path.write_text(PAGE.removeprefix("<html>"), encoding="utf-8")
    article = read_article(str(path))
    assert (article.id, article.title) == ("rakor", "Rakor Logistik Digelar")


def test_a_text_that_speaks_of_html_is_text(tmp_path: Path) -> None:
    path = tmp_path / "berita.txt"
    path.write_text("Cara menulis <html>\nSatu baris.", encoding="utf-8")
    assert read_article(str(path)).text == "Cara menulis <html>\nSatu baris."


@pytest.mark.timeout(20)
def test_many_comments_before_no_html_are_no_trap(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "<!---->" * 580 + "Ketua KPU"
    monkeypatch.setattr(sys, "stdin", Stdin(text.encode()))
    assert read_article("-").text == text


def test_the_declared_encoding_of_a_page_counts(tmp_path: Path) -> None:
    path = tmp_path / "rakor.html"
    path.write_bytes(PAGE.replace("<head>", '<head><meta charset="windows-1250">').replace("Wibawa", "Žibawa").encode("cp1250"))
    assert "Sutarno Žibawa" in read_article(str(path)).text


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        pytest.param("kosong.txt", b"", "empty", id="empty"),
        pytest.param("kosong.txt", b" \r\n\t\n", "empty", id="blank"),
        pytest.param("kosong.txt", "\ufeff\u200b\n\u2060".encode(), "empty", id="zero-width"),
        pytest.param("kosong.html", b"", "no article", id="empty page"),
        pytest.param("gambar.txt", b"\x89PNG\r\n\x1a\n\0\0", "picture", id="picture"),
        pytest.param("gambar.html", b"abc\0def", "binary", id="binary page"),
    ],
)
def test_a_file_without_an_article_is_refused(tmp_path: Path, name: str, raw: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(InputError, match=message) as caught:
        read_article(str(path))
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("tiada.txt", "tiada.txt: no such file; check the path"),
        (".", ".: a folder, not an article; name one file, or read the whole folder in a bulk job"),
        ("ftp://arunika.example/a.txt", "ftp addresses are not read"),
        ("file:///etc/hosts", "file addresses are not read"),
        ("a\0b.txt", "a\N{REPLACEMENT CHARACTER}b.txt: "),
        ("baris\nbaru.txt", "baris\N{REPLACEMENT CHARACTER}baru.txt: no such file"),
        ("x" * 5000, "check the path"),
    ],
)
def test_a_source_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        read_article(source)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Patched, because the superuser may read everything.
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"rahasia\.txt: permission denied"):
        read_article("rahasia.txt")


def test_a_closed_standard_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="standard input: closed"):
        read_article("-")


def test_the_size_limit_counts_bytes_and_can_be_forced(tmp_path: Path) -> None:
    path = tmp_path / "panjang.txt"
    path.write_text("é" * 50, encoding="utf-8")
    assert len(read_article(str(path), max_bytes=100).text) == 50
    with pytest.raises(InputError, match=r"larger than 9.9e-05 MB.*--force"):
        read_article(str(path), max_bytes=99)
    assert len(read_article(str(path), max_bytes=99, force=True).text) == 50


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_a_file_name_that_is_no_unicode_is_readable(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")
    Path(path).write_text("Judul\nIsi.", encoding="utf-8")
    article = read_article(path)
    assert article.id == "caf\N{REPLACEMENT CHARACTER}"
    assert article.model_dump_json()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Judul\nIsi.", "Judul"),
        ("\n  Judul \r\n\r\nIsi.", "Judul"),
        ("Hanya satu baris.", None),
        ("Hanya satu baris.\n\n", None),
        ("j" * MAX_TITLE + "\nIsi.", "j" * MAX_TITLE),
        ("j" * (MAX_TITLE + 1) + "\nIsi.", None),
    ],
)
def test_the_title_is_a_first_line_that_is_a_headline(text: str, title: str | None) -> None:
    assert article_from_text(text).title == title


def test_given_values_go_before_found_ones() -> None:
    article = article_from_text("Judul\nIsi.", id="a", source="s", published="2022-07-22", title="Lain", outlet="kpu.go.id")
    assert (article.id, article.source, article.published, article.title, article.outlet) == (
        "a",
        "s",
        "2022-07-22",
        "Lain",
        "kpu.go.id",
    )


@pytest.mark.parametrize("text", ["", " \n\u200b", "Judul\nIsi \ud800."])
def test_a_text_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        article_from_text(text)


@given(st.text())
def test_any_text_is_kept_or_refused(text: str) -> None:
    try:
        article = article_from_text(text)
    except InputError:
        return
    assert article.text == text
    assert type(article).model_validate_json(article.model_dump_json()) == article


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2022-07-22", "2022-07-22"),
        (" 2024-02-29 ", "2024-02-29"),
        ("2022-07-22T23:30+09:00", "2022-07-22"),
        ("2022-07-22 08:00:00", "2022-07-22"),
        ("2022-07-22T08:00:00Z", "2022-07-22"),
    ],
)
def test_an_iso_date_is_read(value: str, expected: str) -> None:
    assert parse_published(value) == expected


@pytest.mark.parametrize("value", ["", "22-07-2022", "22/7/2022", "2023-02-29", "2022-07", "kemarin", "2022-07-22T99", "a\nb"])
def test_another_date_is_refused_with_an_example(value: str) -> None:
    with pytest.raises(InputError, match=r"2022-07-22$") as caught:
        parse_published(value)
    assert "\n" not in str(caught.value)


def test_reading_text_needs_no_page_or_web_library() -> None:
    import subprocess

    heavy = ("trafilatura", "lxml", "urllib.request")
    code = f"import kpu_nlp.reading, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
