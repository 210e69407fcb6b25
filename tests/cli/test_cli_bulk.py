"""``kpu-nlp bulk``: a line for every article, the failures beside them, and an exit code that tells which it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.schema import Extraction

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "corpus" / "samples"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_folder(shipped_model, process, invoke, tmp_path: Path) -> None:
    output = tmp_path / "hasil.jsonl"
    done = process("bulk", SAMPLES, "--output", output)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"3 read = 3 written + 0 failed\n")
    found = lines(output)
    assert [line["article"]["id"] for line in found] == ["arahan-papuabarat", "evaluasi-babel", "konsolidasi-kaltim"]
    assert (tmp_path / "hasil.errors.jsonl").read_bytes() == b""
    for line in found:
        # One by one gives the same.
        assert json.loads(invoke("extract", line["article"]["source"]).stdout) == line


def test_good_and_bad_lines(shipped_model, invoke, tmp_path: Path) -> None:
    source, output = tmp_path / "arsip.jsonl", tmp_path / "hasil.jsonl"
    records = [
        {"id": "satu", "text": "Rapat\nKetua KPU Kota Batu, Rina Wulandari, hadir kemarin.", "published": "2022-07-22"},
        {"id": "kosong", "text": " "},
        {"id": "hari", "text": "Rapat\nIsi.", "published": "kemarin"},
        {"id": "satu", "text": "Rapat\nLagi."},
        {"text": "Tanpa nama.\nAir mengalir.", "halaman": 3},
        ["bukan", "objek"],
    ]
    source.write_text("\n".join([*map(json.dumps, records), "{rusak", ""]), encoding="utf-8")
    result = invoke("bulk", source, "--output", output)
    assert (result.exit_code, result.stdout) == (4, "")
    errors = tmp_path / "hasil.errors.jsonl"
    assert result.stderr == f"7 read = 2 written + 5 failed\nFailures: {errors}\n"
    first, second = (Extraction.model_validate(line) for line in lines(output))
    assert (first.article.id, first.article.source, first.times[0].start) == ("satu", f"{source}:1", "2022-07-21")
    assert second.article.id == second.article.sha256[:12]
    assert [(line["id"], line["source"].rpartition(":")[2]) for line in lines(errors)] == [
        ("kosong", "2"),
        ("hari", "3"),
        ("satu", "4"),
        (None, "6"),
        (None, "7"),
    ]
    assert all(line["reason"] for line in lines(errors))


def test_a_source_that_is_no_archive(shipped_model, fails: Callable[..., str], tmp_path: Path) -> None:
    output = tmp_path / "hasil.jsonl"
    text = tmp_path / "a.txt"
    text.write_text("Isi.", encoding="utf-8")
    assert (
        fails("bulk", tmp_path / "tiada", "--output", output) == f"{tmp_path / 'tiada'}: no such file or folder; check the path"
    )
    assert fails("bulk", text, "--output", output).startswith(f"{text}: not an archive")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_an_output_in_a_folder_that_is_not_there(shipped_model, fails, tmp_path: Path) -> None:
    source = tmp_path / "arsip.jsonl"
    source.write_text('{"text": "Isi."}\n', encoding="utf-8")
    assert "there is no folder" in fails("bulk", source, "--output", tmp_path / "tiada" / "hasil.jsonl")


def test_a_model_that_is_not_there(fails, tmp_path: Path) -> None:
    message = fails("bulk", SAMPLES, "--output", tmp_path / "hasil.jsonl", "--model", tmp_path / "tiada")
    assert message.startswith(f"{tmp_path / 'tiada'}: no such model folder")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["x.jsonl"], ["--output", "y.jsonl"], ["x.jsonl", "--output", "y.jsonl", "z"]])
def test_wrong_usage(invoke, arguments: list[str]) -> None:
    result = invoke("bulk", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
