"""``kpu-nlp bulk``: a line for every article, the failures beside them, and an exit code that tells which it was."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.schema import Extraction

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "corpus" / "samples"

SPEED = r"[\d.]+ articles/s, [\d.]+ pages/s of 1800 characters, [\d.]+ s, peak memory \d+ MB\n"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_folder(shipped_model, process, invoke, tmp_path: Path) -> None:
    output = tmp_path / "hasil.jsonl"
    done = process("bulk", SAMPLES, "--output", output)
    assert (done.returncode, done.stdout) == (0, b"")
    assert re.fullmatch(f"(.* articles, .*\n)*3 read = 3 written \\+ 0 skipped \\+ 0 failed\n{SPEED}", done.stderr.decode())
    found = lines(output)
    assert [line["article"]["id"] for line in found] == ["arahan-papuabarat", "evaluasi-babel", "konsolidasi-kaltim"]
    assert (tmp_path / "hasil.errors.jsonl").read_bytes() == b""
    for line in found:
        # One by one gives the same.
        assert json.loads(invoke("extract", line["article"]["source"]).stdout) == line
    again = invoke("bulk", SAMPLES, "--output", output)
    assert (again.exit_code, again.stderr) == (0, f"{output}: finished already, 3 articles; give --fresh to do it again\n")
    changed = invoke("bulk", SAMPLES, "--output", output, "--text-field", "isi")
    assert (changed.exit_code, changed.stderr.count("\n")) == (1, 1)
    assert "the field options changed" in changed.stderr


def test_a_profile_sums_up_over_the_workers(shipped_model, process, tmp_path: Path) -> None:
    from kpu_nlp.linking.components import PIPELINE

    source = tmp_path / "arsip.jsonl"
    sample = (SAMPLES / "konsolidasi-kaltim.txt").read_text(encoding="utf-8")
    texts = [f"{sample}Rilis {number}.\n" for number in range(20)]
    source.write_text("\n".join(json.dumps({"id": f"a{n}", "text": text}) for n, text in enumerate(texts)), encoding="utf-8")
    done = process("bulk", source, "--output", tmp_path / "hasil.jsonl", "--workers", "2", "--profile")
    assert done.returncode == 0
    talk = done.stderr.decode().splitlines()
    begin = talk.index(next(line for line in talk if line.startswith("stage")))
    assert talk[begin].split() == ["stage", "seconds", "share", "ms/article"]
    found = {name: float(each) * 20 / 1000 for name, _, _, each in (row.rsplit(maxsplit=3) for row in talk[begin + 1 : -2])}
    assert {"reading", "loading", "words and pieces", "encoder", "decoding", *PIPELINE, "assembling", "writing"} <= set(found)
    assert talk[-2] == "20 read = 20 written + 0 skipped + 0 failed"
    wall = float(re.search(r"([\d.]+) s, peak", talk[-1])[1])
    assert found["encoder"] > max(found[name] for name in PIPELINE)
    assert sum(found.values()) < 2 * wall + 1  # two workers, and the process that waits for them


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
    assert "7 read = 2 written + 0 skipped + 5 failed\n" in result.stderr
    assert result.stderr.endswith(f"Failures: {errors}\n")
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


def test_standard_input(shipped_model, process, tmp_path: Path) -> None:
    output = tmp_path / "hasil.parquet"
    given = b'{"nomor": 7, "isi": "Rapat\\nKetua KPU Kota Batu, Rina Wulandari, hadir."}\n{"nomor": 8}\n'
    asked = ("bulk", "-", "--output", output, "--id-field", "nomor", "--text-field", "isi", "--max-errors", "1")
    done = process(*asked, given=given)
    assert done.returncode == 4
    assert [(line["id"], line["source"]) for line in lines(tmp_path / "hasil.errors.jsonl")] == [("8", "-:2")]
    import pyarrow.parquet as pq

    (row,) = pq.read_table(output).to_pylist()
    assert (row["article"]["id"], row["article"]["source"], row["officials"][0]["name"]) == ("7", "-:1", "Rina Wulandari")
    assert b"finished already" in process(*asked, given=given).stderr
    assert b"the inputs changed" in process(*asked, given=given + b"{}\n").stderr


def test_too_many_failures(shipped_model, invoke, tmp_path: Path) -> None:
    source, output = tmp_path / "arsip.jsonl", tmp_path / "hasil.jsonl"
    source.write_text("{}\n{}\n", encoding="utf-8")
    result = invoke("bulk", source, "--output", output, "--max-errors", "50%")
    assert (result.exit_code, result.stdout, output.exists()) == (3, "", False)
    assert result.stderr.startswith("Error: 2 of 2 records failed, more than --max-errors 0.5 of all allows")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("written", ["-1", "1.5", "101%", "lima", "", "nan", "0,5"])
def test_a_limit_that_is_none(fails: Callable[..., str], tmp_path: Path, written: str) -> None:
    assert "--max-errors" in fails("bulk", SAMPLES, "--output", tmp_path / "hasil.jsonl", "--max-errors", written)


def test_a_source_that_is_not_there(shipped_model, fails: Callable[..., str], tmp_path: Path) -> None:
    assert "tiada" in fails("bulk", tmp_path / "tiada", "--output", tmp_path / "hasil.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_an_output_in_a_folder_that_is_not_there(shipped_model, fails, tmp_path: Path) -> None:
    source = tmp_path / "arsip.jsonl"
    source.write_text('{"text": "Isi."}\n', encoding="utf-8")
    assert "there is no folder" in fails("bulk", source, "--output", tmp_path / "tiada" / "hasil.jsonl")


def test_a_model_that_is_not_there(fails, tmp_path: Path) -> None:
    message = fails("bulk", SAMPLES, "--output", tmp_path / "hasil.jsonl", "--model", tmp_path / "tiada")
    assert message.startswith(f"{tmp_path / 'tiada'}: no such model folder")
    assert list(tmp_path.iterdir()) == []


def test_a_machine_without_a_gpu(shipped_model, process, tmp_path: Path) -> None:
    source = tmp_path / "arsip.jsonl"
    source.write_text("", encoding="utf-8")
    done = process("bulk", source, "--output", tmp_path / "hasil.jsonl", "--device", "cuda", env={"CUDA_VISIBLE_DEVICES": ""})
    assert (done.returncode, done.stderr.decode().splitlines()[0]) == (
        0,
        "No GPU that torch can use was found; the CPU does the work.",
    )


@pytest.mark.parametrize("arguments", [[], ["x.jsonl"], ["--output", "y.jsonl"], ["x", "--output", "y", "--workers", "0"]])
def test_wrong_usage(invoke, arguments: list[str]) -> None:
    result = invoke("bulk", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")


@contextmanager
def running(*arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    """Start ``kpu-nlp`` as the leader of a process group, as a shell on a terminal does."""
    started = subprocess.Popen(
        [sys.executable, "-c", "from kpu_nlp.cli import main; main(prog_name='kpu-nlp')", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_job_ends_at_once_and_goes_on(
    shipped_model, process, dev_articles, tmp_path: Path, sent: int, code: int
) -> None:
    source, output = tmp_path / "arsip.jsonl", tmp_path / "hasil.jsonl"
    texts = [article.text for article in dev_articles] * 3
    source.write_text("\n".join(json.dumps({"id": n, "text": text}) for n, text in enumerate(texts)), encoding="utf-8")
    with running("bulk", source, "--output", output, "--workers", "2") as job:
        while not any(tmp_path.glob("hasil.parts/*.shard")):
            assert job.poll() is None
            time.sleep(0.05)
        # Ctrl-C reaches every process of the terminal, SIGTERM the one that it is sent to.
        start = time.monotonic()
        (os.killpg if sent == signal.SIGINT else os.kill)(job.pid, sent)
        _, told = job.communicate(timeout=60)
    assert time.monotonic() - start < 30
    assert job.returncode == code
    assert told.decode().splitlines()[-1] == "Interrupted; what is done is kept. Give the same command again to go on."
    assert b"Traceback" not in told
    assert not output.exists()
    done = process("bulk", source, "--output", output, "--workers", "2")
    assert done.returncode == 0
    assert not re.search(rb"\+ 0 skipped", done.stderr)
    assert [line["article"]["id"] for line in lines(output)] == [str(number) for number in range(len(texts))]


@pytest.mark.slow
def test_workers_and_batches_change_nothing(shipped_model, process, dev_articles, tmp_path: Path) -> None:
    source = tmp_path / "arsip"
    source.mkdir()
    for number, article in enumerate(dev_articles[:40]):
        (source / f"a{number}.txt").write_text(article.text, encoding="utf-8")
    outputs = []
    for workers, batch in (("1", "1"), ("2", "32"), ("2", "1"), ("1", "32")):
        output = tmp_path / f"{workers}-{batch}.jsonl"
        assert process("bulk", source, "--output", output, "--workers", workers, "--batch-size", batch).returncode == 0
        outputs.append(output.read_bytes())
    assert len(outputs[0].splitlines()) == 40
    assert len(set(outputs)) == 1
