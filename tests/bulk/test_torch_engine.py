"""The engine for a GPU, here with torch on the CPU: readers, one encoder, linkers, and the same facts as the whole pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.bulk.handlers import Setup
from kpu_nlp.bulk.local import torch_engine
from kpu_nlp.bulk.run import Options, run_bulk

pytestmark = pytest.mark.slow


def spans(extractions: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {
        (one["article"]["id"], span["start"], span["end"], span["label"]) for one in extractions for span in one["entities"]
    }


def roles(extractions: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {
        (one["article"]["id"], person["name"], role["title"], role["organization"])
        for one in extractions
        for person in one["officials"]
        for role in person["roles"]
    }


def test_the_same_facts_as_on_the_cpu(shipped_model: Path, dev_articles, tmp_path: Path, archive, lines) -> None:
    texts = [article.text for article in dev_articles[:9]]
    source = archive(*texts[:4], "", *texts[4:])
    options = Options(device="cpu", workers=1, shard=4)
    run_bulk([source], tmp_path / "onnx.jsonl", options=options)
    engine = torch_engine(Setup(str(shipped_model), torch_device="cpu", batch_size=16), workers=2)
    result = run_bulk([source], tmp_path / "torch.jsonl", options=options, engine=engine)
    assert (result.articles, result.failed) == (9, 1)
    onnx, torch = lines(tmp_path / "onnx.jsonl"), lines(tmp_path / "torch.jsonl")
    assert [one["article"]["id"] for one in torch] == [one["article"]["id"] for one in onnx]
    assert (tmp_path / "torch.errors.jsonl").read_bytes() == (tmp_path / "onnx.errors.jsonl").read_bytes()
    # The weights of the ONNX file are rounded: a word in a thousand may get another label, and a person another role by that.
    assert len(spans(onnx)) > 100
    assert len(spans(onnx) ^ spans(torch)) <= 0.02 * len(spans(onnx))
    assert len(roles(onnx)) > 10
    assert len(roles(onnx) ^ roles(torch)) <= 0.1 * len(roles(onnx))
