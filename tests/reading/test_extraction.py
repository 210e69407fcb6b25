"""An extraction is read back as it was written, or refused with one line; an article in its place is read as ever."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.errors import InputError
from kpu_nlp.reading.extraction import MAX_EXTRACTION_BYTES, read_article_or_extraction
from kpu_nlp.schema import Article, Entity, Extraction, ModelInfo
from kpu_nlp.writing.json_lines import to_json

TEXT = "Judul\nKetua KPU Kota Batu, Rina, hadir… 🗳 “baik”\n"


def extraction(**changes: Any) -> Extraction:
    start = TEXT.index("Rina")
    entity = Entity(start=start, end=start + 4, text="Rina", label="PERSON", score=0.5)
    parts: dict[str, Any] = {
        "article": Article(id="a", sha256="0" * 64, text=TEXT),
        "model": ModelInfo(name="kpu-ner", version="1"),
        "entities": (entity,),
    }
    return Extraction(**parts | changes)


def given(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))


@pytest.mark.parametrize("indent", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["a.json", "A.JSON", "a.jsonl", "-"])
def test_an_extraction_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, encoding: str, indent: bool
) -> None:
    raw = f"{to_json(extraction(), indent=indent)}\n".encode(encoding)
    given(monkeypatch, raw)
    path = tmp_path / name
    path.write_bytes(raw)
    assert read_article_or_extraction("-" if name == "-" else str(path)) == extraction()


def test_an_article_is_read_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    read = read_article_or_extraction(str(path), published="2022-07-22")
    assert isinstance(read, Article)
    assert (read.text, read.published) == (TEXT, "2022-07-22")
    for text in (TEXT, "{kurung} bukan JSON\nBaris kedua.\n"):
        given(monkeypatch, text.encode())
        read = read_article_or_extraction("-")
        assert isinstance(read, Article)
        assert read.text == text


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "Invalid JSON"),
        (b"{", "Invalid JSON"),
        (b"[]", "JSON: Input should be an object"),
        (b"{}", "article: Field required"),
        (b'{"article": {"id": "\xff"}}', "Invalid JSON"),
        (b"[" * 5000, "Invalid JSON"),
        (to_json(extraction(), indent=False).encode() * 2, "trailing characters"),
        (json.dumps({**json.loads(to_json(extraction(), indent=False)), "baru": 1}).encode(), "baru: Extra inputs"),
        (to_json(extraction(), indent=False).replace("Ketua", "\\ud800").encode(), "Invalid JSON"),
    ],
    ids=["empty", "cut", "list", "no keys", "no utf-8", "deep", "two", "unknown key", "half a pair"],
)
def test_what_is_no_extraction_is_one_line(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_article_or_extraction(str(path))
    message = str(caught.value)
    assert message.startswith(f"{path}: not one extraction as kpu-nlp extract writes it (")
    assert problem in message
    assert message.endswith("; extract the article again")
    assert "\n" not in message


@pytest.mark.parametrize(("start", "end"), [(-4, 4), (0, 4), (3, 3), (4, 3), (40, 400)])
def test_offsets_that_do_not_fit_are_told_with_their_place(tmp_path: Path, start: int, end: int) -> None:
    entity = Entity(start=start, end=end, text="Rina", label="PERSON", score=0.5)
    path = tmp_path / "a.json"
    path.write_text(to_json(extraction(entities=(*extraction().entities, entity)), indent=False), encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json: entities\.1: its offsets do not give its text in article\.text"):
        read_article_or_extraction(str(path))


def test_a_file_larger_than_any_extraction_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate(MAX_EXTRACTION_BYTES + 1)
    with pytest.raises(InputError, match="larger than 100 MB"):
        read_article_or_extraction(str(path))


def test_a_missing_file_is_told_like_a_missing_article(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tiada\.json: no such file; check the path"):
        read_article_or_extraction(str(tmp_path / "tiada.json"))
