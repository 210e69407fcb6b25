"""The benchmarks run, each by its one command, and what they count is right."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))  # as python does with the folder of a script
    before = set(sys.modules)

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    yield load
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").parent == BENCHMARKS:
            del sys.modules[name]


def run(tmp_path: Path, name: str, *options: str) -> dict[str, Any]:
    """Run a benchmark as a user does, compare what it prints with what it writes, and return that."""
    file = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, BENCHMARKS / f"{name}.py", *options, "--json", file],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    found = json.loads(file.read_text(encoding="utf-8"))
    table = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert table[0] == f"| {' | '.join(found['rows'][0])} |"
    assert len(table) == len(found["rows"]) + 2
    assert {"processor", "cores", "python", "onnxruntime", "model", "date"} <= set(found["environment"])
    assert f"processor {found['environment']['processor']}, cores" in done.stdout
    return found


def by(found: dict[str, Any], column: str) -> dict[Any, dict[str, Any]]:
    return {row[column]: row for row in found["rows"]}


@pytest.mark.slow
def test_startup(shipped_model, tmp_path: Path) -> None:
    rows = by(run(tmp_path, "startup", "--rounds", "1"), "process")
    smallest, help_, sample = rows["python -c pass"], rows["kpu-nlp --help"], rows["kpu-nlp extract konsolidasi-kaltim.txt"]
    assert smallest["times pass"] == 1
    assert smallest["seconds"] < sample["seconds"]
    assert sample["seconds"] / smallest["seconds"] == pytest.approx(sample["times pass"])
    assert help_["peak MB"] < 60 < sample["peak MB"]


@pytest.mark.slow
def test_throughput(shipped_model, tmp_path: Path) -> None:
    found = run(tmp_path, "throughput", "--articles", "1", "--rounds", "1", "--threads", "1")
    rows = by(found, "what")
    assert {"whole pipeline", "tagger"} <= set(rows)
    tagger = rows["tagger"]
    assert tagger["tagger is faster by"] == 1
    if importlib.util.find_spec("transformers"):
        bert = rows["BERT-base in transformers"]
        assert tagger["articles/s"] / bert["articles/s"] == pytest.approx(bert["tagger is faster by"])
        assert bert["tagger is faster by"] > 1  # five times the operations, in full precision


@pytest.mark.slow
def test_roofline(shipped_model, tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="the extra [train] is not installed")
    rows = by(run(tmp_path, "roofline", "--articles", "1", "--rounds", "1", "--threads", "1"), "what")
    assert rows["int8 product, ONNX Runtime"]["GOP/article"] is None
    encoder = rows["its encoder alone"]
    assert 0 < encoder["% of int8 peak"] <= 100
    assert encoder["% of int8 peak"] < encoder["% of fp32 peak"]


@pytest.mark.slow
def test_scaling(shipped_model, tmp_path: Path) -> None:
    rows = run(tmp_path, "scaling", "--sizes", "50", "--sizes", "500")["rows"]
    assert [row["words"] for row in rows] == [50, 500]
    assert rows[0]["seconds without start"] == min(row["seconds without start"] for row in rows) == 0


def test_articles_have_the_words_that_are_asked_for(script) -> None:
    assert [len(script("measuring").make_article(words).split()) for words in (20, 777, 300_000)] == [20, 777, 300_000]


def test_a_sample_has_short_and_long_articles(script) -> None:
    measuring = script("measuring")
    lengths = sorted(map(len, measuring.sample_articles(0)))
    few = sorted(map(len, measuring.sample_articles(5)))
    assert len(lengths) == len(measuring.corpus_texts())
    assert lengths[0] <= few[0] < lengths[len(lengths) // 5]
    assert lengths[-len(lengths) // 5] < few[-1] <= lengths[-1]


def test_every_round_has_each_way_once_and_begins_with_another(script) -> None:
    ways = ("a", "b", "c")
    order = list(script("measuring").interleaved(ways, 4))
    rounds = [order[first : first + 3] for first in range(0, 12, 3)]
    assert all(sorted(found) == list(ways) for found in rounds)
    assert [found[0] for found in rounds] == ["a", "b", "c", "a"]


def test_numbers_keep_three_digits(script) -> None:
    rows = [{"what": "x", "n": 0.01234, "m": 12345}, {"what": "y", "n": None, "m": 7}, {"what": "z", "n": 23.45, "m": 7}]
    assert script("measuring").markdown(rows).splitlines() == [
        "| what | n | m |",
        "| --- | ---: | ---: |",
        "| x | 0.012 | 12,345 |",
        "| y | - | 7 |",
        "| z | 23.4 | 7 |",
    ]


def test_a_process_that_fails_ends_the_benchmark(script) -> None:
    measuring = script("measuring")
    with pytest.raises(measuring.click.ClickException, match="exit code 3"):
        measuring.run_process([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.parametrize("length", [2, 17, 256])
def test_the_operations_are_those_that_torch_counts(script, length: int) -> None:
    torch = pytest.importorskip("torch", reason="the extra [train] is not installed")
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import BertConfig, BertForTokenClassification

    config = BertConfig(
        vocab_size=50, hidden_size=24, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4, num_labels=7
    )
    config._attn_implementation = "eager"
    model = BertForTokenClassification(config).eval()
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        model(input_ids=torch.ones((1, length), dtype=torch.long))
    assert script("roofline").window_operations(config.to_dict(), length) == counter.get_total_flops()
