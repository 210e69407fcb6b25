"""``kpu-nlp corpus import`` and ``export``: files in, files out, all of them or none, and one line for every mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.annotation.formats import FORMATS, open_format
from kpu_nlp.cli import exchange

ARTICLE = """\
---
id: x-1   # catatan
published: 2024-05-02
officials:
  - {name: Rina Sari, roles: [Ketua @ KPU Lasem]}
themes: []
quotes: []
---
\U0001f600  [Ketua|ROLE] [KPU Lasem|ORG],  [Rina Sari|PERSON] &#91;foto&#93;&#13;
Selesai.
"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "x-1.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "x-2.txt").write_text("---\nid: x-2\n---\n[Rina|PERSON]\n", encoding="utf-8")
    return folder


def line(**values: Any) -> bytes:
    return json.dumps({"id": "x-9", "text": "Rina Sari", "spans": []} | values).encode() + b"\n"


def test_the_formats_are_those_of_the_library() -> None:
    assert set(exchange.FORMATS) == set(FORMATS)
    assert set(exchange.WITHOUT_OFFSETS) == {name for name in FORMATS if open_format(name).UNIT is None}


@pytest.mark.parametrize("form", [name for name in FORMATS if name != "conll"])
def test_export_and_import_give_the_same_files(form: str, articles: Path, tmp_path: Path, invoke: Callable[..., Any]) -> None:
    file, folder = tmp_path / "out.data", tmp_path / "new"
    exported = invoke("corpus", "export", articles, "--format", form, "--output", file)
    counts = "2 articles, 4 spans (PERSON 2, ROLE 1, ORG 1)\n"
    assert (exported.exit_code, exported.stdout, exported.stderr) == (0, f"{file}: {counts}", "")
    imported = invoke("corpus", "import", file, "--format", form, "--output", folder)
    assert (imported.exit_code, imported.stdout, imported.stderr) == (0, f"{folder}: {counts}", "")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in articles.iterdir()
    }
    assert invoke("corpus", "check", folder).stdout == "2 articles, 4 spans, no slips\n"


def test_conll_there_and_back(articles: Path, tmp_path: Path, invoke: Callable[..., Any]) -> None:
    file, folder = tmp_path / "out.conll", tmp_path / "new"
    invoke("corpus", "export", articles / "x-1.txt", "--format", "conll", "--output", file)
    assert file.read_text(encoding="utf-8").splitlines()[:4] == [
        "# newdoc id = x-1",
        "\U0001f600\tO",
        "Ketua\tB-ROLE",
        "KPU\tB-ORG",
    ]
    assert invoke("corpus", "import", file, "--format", "conll", "--output", folder).exit_code == 0
    assert (folder / "x-1.txt").read_text(encoding="utf-8") == (
        "---\nid: x-1\n---\n\U0001f600 [Ketua|ROLE] [KPU Lasem|ORG] , [Rina Sari|PERSON] &#91; foto &#93;\nSelesai .\n"
    )


def test_labels_are_mapped_and_dropped(tmp_path: Path, invoke: Callable[..., Any]) -> None:
    file, table, folder = tmp_path / "a.jsonl", tmp_path / "labels.toml", tmp_path / "new"
    spans = [{"start": 0, "end": 4, "label": "per name"}, {"start": 5, "end": 9, "label": "MISC"}]
    file.write_bytes(line(spans=spans))
    table.write_text('"per name" = "PERSON"\nMISC = false\nLOC = "GPE"\n', encoding="utf-8")
    result = invoke("corpus", "import", file, "--format", "jsonl", "--output", folder, "--labels", table)
    assert (result.exit_code, result.stderr) == (0, "label 'LOC' of the table is on no span\n")
    assert (folder / "x-9.txt").read_text(encoding="utf-8") == "---\nid: x-9\n---\n[Rina|PERSON] Sari\n"
    result = invoke("corpus", "export", folder, "--format", "jsonl", "--output", file, "--labels", table)
    assert result.stderr.count("of the table is on no span") == 3


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("PER: PERSON", "labels.toml: not a TOML table of labels"),
        ("PER = 3", "labels.toml: PER: expected a label in quotation marks"),
        ("[PER]\na = 'b'", "labels.toml: PER: expected a label in quotation marks"),
        ("PER = ' '", "labels.toml: PER: expected a label in quotation marks"),
    ],
)
def test_a_table_that_is_none(table: str, message: str, tmp_path: Path, fails: Callable[..., str]) -> None:
    (tmp_path / "labels.toml").write_text(table, encoding="utf-8")
    (tmp_path / "a.jsonl").write_bytes(line())
    arguments = ("--format", "jsonl", "--output", tmp_path / "new", "--labels", tmp_path / "labels.toml")
    assert message in fails("corpus", "import", tmp_path / "a.jsonl", *arguments)


def test_one_refused_document_stops_all(tmp_path: Path, invoke: Callable[..., Any], fails: Callable[..., str]) -> None:
    file, folder = tmp_path / "a.jsonl", tmp_path / "new"
    wrong = {"start": 0, "end": 99, "label": "PERSON"}
    file.write_bytes(line() + line(id="x-2", spans=[wrong]))
    message = fails("corpus", "import", file, "--format", "jsonl", "--output", folder)
    assert message == f"{file}: line 2, document 'x-2': span 0-99 lies outside the text, or inside a character"
    file.write_bytes(line() + line(id="x-2", spans=[wrong]) + line(id="x-3", spans=[wrong]))
    result = invoke("corpus", "import", file, "--format", "jsonl", "--output", folder)
    assert (result.exit_code, result.stdout) == (1, "")
    assert [told.partition(": ")[2] for told in result.stderr.splitlines()] == [
        "line 2, document 'x-2': span 0-99 lies outside the text, or inside a character",
        "line 3, document 'x-3': span 0-99 lies outside the text, or inside a character",
        "2 documents are refused, so nothing is written",
    ]
    assert not folder.exists()


def test_an_article_that_is_there_is_not_overwritten_unasked(
    tmp_path: Path, invoke: Callable[..., Any], fails: Callable[..., str]
) -> None:
    file, folder = tmp_path / "a.jsonl", tmp_path / "new"
    arguments = ("corpus", "import", file, "--format", "jsonl", "--output", folder)
    file.write_bytes(line())
    assert invoke(*arguments).exit_code == 0
    assert invoke(*arguments).exit_code == 0
    file.write_bytes(line(id="x-1") + line(text="Rini"))
    message = fails(*arguments)
    assert message == f"{folder / 'x-9.txt'}: there already, with another content; name another folder, or say --overwrite"
    assert [path.name for path in folder.iterdir()] == ["x-9.txt"]
    assert invoke(*arguments, "--overwrite").exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["x-1.txt", "x-9.txt"]
    assert (folder / "x-9.txt").read_text(encoding="utf-8").endswith("---\nRini\n")


def test_nothing_annotated(tmp_path: Path, invoke: Callable[..., Any]) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(line(answer="reject"))
    result = invoke("corpus", "import", file, "--format", "prodigy", "--output", tmp_path / "new")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"{file}: line 1, document 'x-9': its answer is 'reject'",
        f"Error: {file}: no annotated document in it, so nothing is written",
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("Rina\n[Sari|PERSON hadir", "stray markup: '[' opens no span"),
        ("\n[Ketua [KPU|ORG]|ROLE]", "'[Ketua KPU|ROLE]' is no span"),
        ("Rina &#91;\n[Sari|person]", "'[Sari|person]' is no span"),
    ],
)
def test_what_the_check_refuses_is_not_exported(body: str, message: str, articles: Path, fails: Callable[..., str]) -> None:
    broken, file = articles / "x-2.txt", articles.parent / "a.jsonl"
    broken.write_text(f"---\nid: x-2\n---\n{body}\n", encoding="utf-8")
    told = fails("corpus", "export", articles, "--format", "jsonl", "--output", file)
    assert told.startswith(f"{broken}: article 'x-2', line 5: {message}")
    assert not file.exists()


def test_wrong_usage(articles: Path, tmp_path: Path, invoke: Callable[..., Any], fails: Callable[..., str]) -> None:
    file = tmp_path / "a.data"
    assert invoke("corpus", "export", articles, "--format", "brat", "--output", file).exit_code == 2
    result = invoke("corpus", "export", articles, "--format", "spacy", "--output", file, "--offsets", "utf-16")
    assert (result.exit_code, "spacy has tokens instead of offsets" in result.stderr) == (2, True)
    for path in (articles, articles / "x-1.txt"):
        message = fails("corpus", "export", path, "--format", "jsonl", "--output", articles / "x-1.txt")
        assert "would replace an article that is read" in message
    (tmp_path / "empty").mkdir()
    assert "no annotated article" in fails("corpus", "export", tmp_path / "empty", "--format", "jsonl", "--output", file)
    (articles / "x-2.txt").write_text("---\nid: x-1\n---\nRina\n", encoding="utf-8")
    assert "another article has its id 'x-1' too" in fails("corpus", "export", articles, "--format", "jsonl", "--output", file)
    (articles / "x-2.txt").write_bytes(b"\xff")
    assert "x-2.txt: " in fails("corpus", "export", articles, "--format", "jsonl", "--output", file)
    assert not file.exists()
    file.write_bytes(line())
    assert "there is no folder" in fails("corpus", "import", file, "--format", "jsonl", "--output", tmp_path / "a" / "b")
