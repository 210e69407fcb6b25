from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.bulk.jobs import Counts, errors_path, run_bulk
from kpu_nlp.errors import InputError, MissingExtraError, ModelError
from kpu_nlp.schema import Article, Extraction, ModelInfo


def extract(article: Article) -> Extraction:
    if "gagal" in article.text:
        raise ValueError("dua baris\nsebab \ud800")
    if "tolak" in article.text:
        raise InputError("ditolak")
    return Extraction(article=article, model=ModelInfo(name="semu", version="0"))


def archive(path: Path, *texts: str) -> Path:
    lines = [json.dumps({"id": f"a{number}", "text": text}) for number, text in enumerate(texts)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def test_every_article_is_written_or_reported(tmp_path: Path) -> None:
    source = archive(tmp_path / "arsip.jsonl", "Satu.\u2028", "gagal", "", "tolak", "Dua.\nTiga.")
    output = tmp_path / "hasil.jsonl"
    assert run_bulk(source, output, extract=extract) == Counts(read=5, written=2, failed=3)
    written = [Extraction.model_validate(line) for line in lines(output)]
    assert [(one.article.id, one.article.text) for one in written] == [("a0", "Satu.\u2028"), ("a4", "Dua.\nTiga.")]
    assert lines(tmp_path / "hasil.errors.jsonl") == [
        {"id": "a1", "source": f"{source}:2", "reason": "ValueError: dua baris sebab \N{REPLACEMENT CHARACTER}"},
        {"id": "a2", "source": f"{source}:3", "reason": "empty; there is no article in it"},
        {"id": "a3", "source": f"{source}:4", "reason": "ditolak"},
    ]


def test_a_folder_is_an_archive_too(tmp_path: Path) -> None:
    folder = tmp_path / "arsip"
    folder.mkdir()
    for name in ("b", "a"):
        (folder / f"{name}.txt").write_text("Judul\nIsi.", encoding="utf-8")
    assert run_bulk(folder, tmp_path / "hasil.jsonl", extract=extract) == Counts(2, 2, 0)
    assert [line["article"]["id"] for line in lines(tmp_path / "hasil.jsonl")] == ["a", "b"]


def test_an_earlier_job_leaves_no_trace(tmp_path: Path) -> None:
    output = tmp_path / "hasil.jsonl"
    run_bulk(archive(tmp_path / "satu.jsonl", "gagal", "Satu."), output, extract=extract)
    assert run_bulk(archive(tmp_path / "dua.jsonl", "Dua."), output, extract=extract) == Counts(1, 1, 0)
    assert len(lines(output)) == 1
    assert lines(errors_path(output)) == []


def test_an_empty_archive_gives_empty_files(tmp_path: Path) -> None:
    assert run_bulk(archive(tmp_path / "arsip.jsonl"), tmp_path / "hasil.jsonl", extract=extract) == Counts(0, 0, 0)
    assert (tmp_path / "hasil.jsonl").read_bytes() == b""


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ModelError, MissingExtraError])
def test_what_stops_the_job_leaves_the_old_files(tmp_path: Path, failure: type[BaseException]) -> None:
    source, output = archive(tmp_path / "arsip.jsonl", "Satu.", "Dua."), tmp_path / "hasil.jsonl"
    output.write_text("lama", encoding="utf-8")

    def stop(article: Article) -> Extraction:
        if article.id == "a1":
            raise failure
        return extract(article)

    with pytest.raises(failure):
        run_bulk(source, output, extract=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arsip.jsonl", "hasil.jsonl"]
    assert output.read_text(encoding="utf-8") == "lama"


@pytest.mark.parametrize(
    ("source", "output"), [("a.jsonl", "a.jsonl"), ("a.errors.jsonl", "a.jsonl"), ("a.jsonl", "x/../a.jsonl")]
)
def test_the_source_is_never_replaced(tmp_path: Path, source: str, output: str) -> None:
    (tmp_path / "x").mkdir()
    archive(tmp_path / source, "Satu.")
    before = (tmp_path / source).read_bytes()
    with pytest.raises(InputError, match="would replace the articles"):
        run_bulk(tmp_path / source, tmp_path / output, extract=extract)
    assert (tmp_path / source).read_bytes() == before


@pytest.mark.parametrize(
    ("source", "output"), [("tiada.jsonl", "hasil.jsonl"), ("arsip.jsonl", "tiada/hasil.jsonl"), ("arsip.jsonl", ".")]
)
def test_a_job_that_cannot_start_leaves_nothing(tmp_path: Path, source: str, output: str) -> None:
    archive(tmp_path / "arsip.jsonl", "Satu.")
    with pytest.raises(InputError):
        run_bulk(tmp_path / source, tmp_path / output, extract=extract)
    assert [path.name for path in tmp_path.iterdir()] == ["arsip.jsonl"]


def test_memory_does_not_grow_with_the_articles(tmp_path: Path) -> None:
    source = archive(tmp_path / "arsip.jsonl", *[f"{number} " + "kata " * 20_000 for number in range(100)])  # 10 MB
    tracemalloc.start()
    try:
        assert run_bulk(source, tmp_path / "hasil.jsonl", extract=extract).written == 100
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000
