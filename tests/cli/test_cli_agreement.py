"""``kpu-nlp corpus agreement``: scores per label, and every difference with its line."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.annotation.inline import AnnotatedArticle, format_inline
from kpu_nlp.spans import Span

FIRST = """\
---
id: x-1
published: 2024-05-02
---
[KPU Lasem|ORG] Gelar Rapat
[Ketua|ROLE] [KPU Lasem|ORG], [Rina Sari|PERSON], di [Lasem|GPE], minta [koordinasi|COORDINATION].
"""
SECOND = """\
---
id: x-1
---
[KPU Lasem|ORG] Gelar [Rapat|EVENT]
[Ketua|ROLE] KPU Lasem, [Rina|PERSON] Sari, di [Lasem|ORG], minta [koordinasi|COORDINATION].
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name, content in (("a", FIRST), ("b", SECOND)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x-1.txt").write_text(content, encoding="utf-8")
    return tmp_path / "a", tmp_path / "b"


def test_table_and_differences(folders: tuple[Path, Path], invoke: Callable[..., Any]) -> None:
    (folders[1] / "x-2.txt").write_text("---\nid: x-2\n---\nRina\n", encoding="utf-8")
    result = invoke("corpus", "agreement", *folders)
    assert result.exit_code == 0
    assert result.stderr == f"{folders[0]}: lacks x-2\n"
    # 12 of the 17 words alike; O 8 and 10 times, ORG 4 and 3, PERSON 2 and 1, ROLE and COORDINATION once each, GPE and EVENT
    # only on one side.
    chance = (8 * 10 + 4 * 3 + 2 * 1 + 1 + 1) / 17**2
    expected = (12 / 17 - chance) / (1 - chance)
    assert result.stdout.splitlines() == [
        "              A  B  both  precision  recall     F1",
        "PERSON        1  1     0      0.000   0.000  0.000",
        "ROLE          1  1     1      1.000   1.000  1.000",
        "ORG           2  2     1      0.500   0.500  0.500",
        "GPE           1  0     0          -   0.000  0.000",
        "EVENT         0  1     0      0.000       -  0.000",
        "COORDINATION  1  1     1      1.000   1.000  1.000",
        "spans         6  6     3      0.500   0.500  0.500",
        f"1 article, kappa of the words {expected:.3f}, 4 differences",
        "x-1:5: only second: - / [Rapat|EVENT]",
        "x-1:6: only first: [KPU Lasem|ORG] / -",
        "x-1:6: edges: [Rina Sari|PERSON] / [Rina|PERSON]",
        "x-1:6: label: [Lasem|GPE] / [Lasem|ORG]",
    ]


def test_json(folders: tuple[Path, Path], invoke: Callable[..., Any]) -> None:
    found = json.loads(invoke("corpus", "agreement", *folders, "--json").stdout)
    assert found["spans"] == {"first": 6, "second": 6, "both": 3, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert found["disagreements"][2] == {
        "id": "x-1",
        "line": 6,
        "kind": "edges",
        "first": "[Rina Sari|PERSON]",
        "second": "[Rina|PERSON]",
    }


def test_an_annotator_agrees_with_themself(
    dev_articles: Sequence[AnnotatedArticle], tmp_path: Path, invoke: Callable[..., Any]
) -> None:
    for article in dev_articles[:5]:
        (tmp_path / f"{article.facts.id}.txt").write_text(format_inline(article), encoding="utf-8")
    found = json.loads(invoke("corpus", "agreement", tmp_path, tmp_path, "--json").stdout)
    assert (found["articles"], found["kappa"], found["spans"]["f1"], found["disagreements"]) == (5, 1.0, 1.0, [])
    assert {scores["f1"] for scores in found["labels"].values()} == {1.0}


def test_a_line_is_that_of_the_file(
    tmp_path: Path, dev_articles: Sequence[AnnotatedArticle], invoke: Callable[..., Any]
) -> None:
    article = replace(dev_articles[0], text=f"\n\n{dev_articles[0].text}", spans=())
    at = article.text.rindex("\n") + 1
    for name, spans in (("a", ()), ("b", (Span(at, len(article.text), "ORG"),))):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "x.txt"
        path.write_text(format_inline(replace(article, spans=spans)), encoding="utf-8")
    last = (tmp_path / "a" / "x.txt").read_text(encoding="utf-8").count("\n")
    lines = invoke("corpus", "agreement", tmp_path / "a", tmp_path / "b").stdout.splitlines()
    assert lines[-1].startswith(f"{article.facts.id}:{last}: only second: ")


def test_nothing_to_compare(
    folders: tuple[Path, Path], tmp_path: Path, fails: Callable[..., str], invoke: Callable[..., Any]
) -> None:
    first, second = folders
    (second / "x-1.txt").write_text(SECOND.replace("minta", "mohon"), encoding="utf-8")
    assert fails("corpus", "agreement", *folders) == (
        "x-1: the two texts differ in line 2 of the text; agreement is of the same article annotated twice"
    )
    (second / "x-1.txt").write_text("---\nid: x-3\n---\nRina\n", encoding="utf-8")
    assert fails("corpus", "agreement", *folders) == (
        f"{first} and {second}: no article in common; articles go together by their ids"
    )
    (tmp_path / "c").mkdir()
    assert "no annotated article" in fails("corpus", "agreement", first, tmp_path / "c")
    assert invoke("corpus", "agreement", first, tmp_path / "none").exit_code == 2
    (first / "x-1.txt").write_text("---\nid: x-1\n---\nRina\n", encoding="utf-8")
    (second / "x-1.txt").write_text("---\nid: x-1\n---\nRina\n", encoding="utf-8")
    assert invoke("corpus", "agreement", *folders).stdout.splitlines()[-2:] == [
        "spans  0  0     0          -       -   -",
        "1 article, kappa of the words -, 0 differences",
    ]
