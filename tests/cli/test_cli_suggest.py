"""``kpu-nlp corpus suggest`` and ``label-config``: from plain articles to tasks, and back from corrected ones."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from kpu_nlp.annotation.inline import AnnotatedArticle, parse_inline
from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.tagging.tagger import Tagger

STRANGE = "Xq zzv Wkkj\n\nBupati wqx Jqzv (Qx) 12/7 Zzk “Vvq” Kjx wz, Pqx. Qzz Vk-17 xw Wq."


@pytest.fixture(scope="module")
def plain(dev_articles: Sequence[AnnotatedArticle], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six articles of the dev split without annotation, and one of which no model can be sure."""
    folder = tmp_path_factory.mktemp("plain")
    for article in dev_articles[:6]:
        (folder / f"{article.facts.id}.txt").write_text(article.text, encoding="utf-8")
    (folder / "aneh.txt").write_text(STRANGE, encoding="utf-8")
    return folder


def test_label_studio_tasks_are_what_the_model_finds(
    plain: Path, tmp_path: Path, invoke: Callable[..., Any], shipped_tagger: Tagger, shipped_model: Path
) -> None:
    output = tmp_path / "tasks.json"
    result = invoke("corpus", "suggest", plain, "--output", output)
    assert (result.exit_code, result.stderr) == (0, "")
    tasks = json.loads(output.read_bytes())
    uncertainty = [task["data"]["uncertainty"] for task in tasks]
    assert uncertainty == sorted(uncertainty, reverse=True)
    assert tasks[0]["data"]["id"] == "aneh"
    assert len(tasks) == 7
    manifest = read_manifest(shipped_model)
    for task in tasks:
        (prediction,) = task["predictions"]
        assert prediction["model_version"] == f"{manifest.name} {manifest.version}"
        assert prediction["score"] == pytest.approx(math.exp(-task["data"]["uncertainty"]), abs=1e-3)
        spans = shipped_tagger.tag(task["data"]["text"])
        assert [
            (region["value"]["start"], region["value"]["end"], *region["value"]["labels"]) for region in prediction["result"]
        ] == [(span.start, span.end, span.label) for span in spans]
        assert [region["score"] for region in prediction["result"]] == pytest.approx([span.score for span in spans], abs=1e-3)
    assert result.stdout == f"{output}: 7 articles, {sum(len(task['predictions'][0]['result']) for task in tasks)} spans\n"


def test_corrected_tasks_come_in(
    plain: Path, tmp_path: Path, dev_articles: Sequence[AnnotatedArticle], invoke: Callable[..., Any]
) -> None:
    tasks, corrected, folder = tmp_path / "tasks.json", tmp_path / "export.json", tmp_path / "new"
    assert invoke("corpus", "suggest", plain, "--output", tasks).exit_code == 0
    arguments = ("--format", "label-studio", "--output", folder)
    result = invoke("corpus", "import", tasks, *arguments)
    assert (result.exit_code, result.stderr.count("not annotated yet")) == (1, 7)
    gold = {article.facts.id: article for article in dev_articles}
    exported = json.loads(tasks.read_bytes())
    for number, task in enumerate(exported, start=1):
        spans = gold[task["data"]["id"]].spans if task["data"]["id"] in gold else ()
        values = [
            {"start": span.start, "end": span.end, "labels": [span.label], "text": span.of(task["data"]["text"])}
            for span in spans
        ]
        task["id"] = number
        task["annotations"] = [{"was_cancelled": False, "result": [{"type": "labels", "value": value} for value in values]}]
    corrected.write_text(json.dumps(exported), encoding="utf-8")
    assert invoke("corpus", "import", corrected, *arguments).exit_code == 0
    found = {path.stem: parse_inline(path.read_text(encoding="utf-8")) for path in folder.iterdir()}
    assert set(found) == {path.stem for path in plain.iterdir()}
    for article_id in set(found) - {"aneh"}:
        assert (found[article_id].text, found[article_id].spans) == (gold[article_id].text, gold[article_id].spans)


def test_doccano_and_inline_say_the_same(plain: Path, tmp_path: Path, invoke: Callable[..., Any]) -> None:
    lines, inline, imported = tmp_path / "lines.jsonl", tmp_path / "inline", tmp_path / "imported"
    assert invoke("corpus", "suggest", plain, "--format", "doccano", "--output", lines).exit_code == 0
    assert invoke("corpus", "suggest", plain, "--format", "inline", "--output", inline).exit_code == 0
    assert invoke("corpus", "import", lines, "--format", "doccano", "--output", imported).exit_code == 0
    header, *rows = [row.split("\t") for row in (inline / "order.tsv").read_text(encoding="utf-8").splitlines()]
    assert header == ["file", "uncertainty", "spans"]
    records = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert [(f"{record['article_id']}.txt", record["uncertainty"], len(record["label"])) for record in records] == [
        (name, float(uncertainty), int(spans)) for name, uncertainty, spans in rows
    ]
    for path in imported.iterdir():
        assert path.read_bytes() == (inline / path.name).read_bytes()
    assert invoke("corpus", "check", inline).stdout.startswith("7 articles, ")


def test_limit_keeps_the_first(plain: Path, tmp_path: Path, invoke: Callable[..., Any]) -> None:
    output = tmp_path / "new"
    result = invoke("corpus", "suggest", plain, "--format", "inline", "--output", output, "--limit", "1")
    assert result.stdout.startswith(f"{output}: 1 article, ")
    assert sorted(path.name for path in output.iterdir()) == ["aneh.txt", "order.tsv"]


def test_ids_and_days_of_records_are_kept(tmp_path: Path, invoke: Callable[..., Any]) -> None:
    records, output = tmp_path / "a.jsonl", tmp_path / "new"
    record = {"id": "berita/12", "text": "Rapat\r\n[Ngawi] \U0001f600", "published": "2024-05-02"}
    records.write_text(json.dumps(record) + '\n{"id": "kosong", "text": ""}\n', encoding="utf-8")
    result = invoke("corpus", "suggest", records, "--format", "inline", "--output", output)
    assert result.exit_code == 0
    assert result.stderr.startswith(f"left out: {records}:2: ")
    article = parse_inline((output / "berita-12.txt").read_text(encoding="utf-8"))
    assert (article.header, article.text) == ("id: berita-12\npublished: 2024-05-02\n", record["text"])


def test_what_cannot_be_suggested(tmp_path: Path, fails: Callable[..., str], invoke: Callable[..., Any]) -> None:
    output = tmp_path / "tasks.json"
    path = tmp_path / "x-1.txt"
    path.write_text("---\nid: x-1\n---\n[Rina|PERSON]\n", encoding="utf-8")
    assert fails("corpus", "suggest", path, "--output", output) == (
        f"{path}: annotated already; suggestions are made for plain articles"
    )
    assert "no such file" in fails("corpus", "suggest", tmp_path / "none", "--output", output)
    assert "no such model folder" in fails("corpus", "suggest", path, "--output", output, "--model", tmp_path / "none")
    path.write_bytes(b"")
    result = invoke("corpus", "suggest", path, "--output", output)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, f"Error: {path}: no article in it that can be read")
    for name in ("a b.txt", "a-b.txt"):
        (tmp_path / name).write_text("Rapat di Ngawi", encoding="utf-8")
    message = fails("corpus", "suggest", tmp_path / "a b.txt", tmp_path / "a-b.txt", "--output", output)
    assert message == "two articles have the id 'a-b'; give every article its own"
    assert not output.exists()


def test_label_config_has_the_labels_of_the_model(shipped_model: Path, tmp_path: Path, invoke: Callable[..., Any]) -> None:
    result = invoke("corpus", "label-config")
    view = ElementTree.fromstring(result.stdout)  # noqa: S314 - our own output
    labels = view.findall("./Labels/Label")
    assert [label.get("value") for label in labels] == list(read_manifest(shipped_model).labels)
    for attribute in ("background", "hotkey"):
        assert len({label.get(attribute) for label in labels}) == len(labels)
    (control,), (text,) = view.findall("Labels"), view.findall("Text")
    assert control.get("toName") == text.get("name")
    assert text.get("value") == "$text"
    assert "pre-wrap" in (view.findtext("Style") or "")
    output = tmp_path / "labels.xml"
    assert invoke("corpus", "label-config", "--output", output).stdout == ""
    assert output.read_text(encoding="utf-8") == result.stdout
