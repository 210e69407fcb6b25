"""How near the tagger comes to what the processor can do: ``python benchmarks/roofline.py``.

The operations of the encoder are counted from its configuration, for the windows that the articles are cut into: a
multiplication and an addition are two, whatever else is done is not counted. The processor's peak is measured, in turn with the
tagger, as large products of matrices: in ONNX Runtime, which runs the tagger, and where torch is installed in torch too, whose
library knows more of some processors' units.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from measuring import ARTICLES, JSON, MODEL, ROUNDS, THREADS, Row, model_folder, ratio, sample_articles, show, timed

TAGGER, ENCODER = "tagger, texts to spans", "its encoder alone"
INT8, FP32 = "int8 product, ONNX Runtime", "fp32 product, ONNX Runtime"
TORCH_INT8, TORCH_FP32 = "int8 product, torch", "fp32 product, torch"
SIZE = 2048  # rows and columns of the matrices: larger ones are no faster

Work = Callable[[], object]


def window_operations(config: Mapping[str, Any], length: int) -> int:
    """Return the operations of a BERT-like encoder with its head for one window.

    Args:
        config: of the model, as transformers writes it.
        length: pieces, special ones included.
    """
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    weights = 4 * hidden * hidden + 2 * hidden * inner  # query, key, value, output; both of the feed-forward part
    attention = 2 * length * hidden  # scores, and what they weigh
    head = hidden * len(config["id2label"])
    return 2 * length * (config["num_hidden_layers"] * (weights + attention) + head)


def product_operations(size: int = SIZE) -> int:
    """Return the operations of a product of two square matrices."""
    return 2 * size**3


def open_tagging(folder: Path, texts: Sequence[str], threads: int) -> tuple[dict[str, Work], list[int]]:
    """Return the tagger and its encoder at work on the texts, and how many pieces each window has."""
    from kpu_nlp.tagging.encoding import encode_text, make_windows, open_tokenizer, special_pieces, window_pieces
    from kpu_nlp.tagging.engines import open_engine, pad_batch
    from kpu_nlp.tagging.manifest import read_manifest
    from kpu_nlp.tagging.models import open_tagger

    manifest = read_manifest(folder)
    tokenizer = open_tokenizer(folder / "tokenizer.json")
    rows = [
        window_pieces(encoded, window)
        for encoded in (encode_text(tokenizer, text) for text in texts)
        for window in make_windows(encoded, manifest.window, manifest.overlap)
    ]
    pieces, mask = pad_batch(rows, special_pieces(tokenizer))
    engine = open_engine(folder, device="cpu", threads=threads)
    tagger, _ = open_tagger(folder, device="cpu", threads=threads, engine=engine)
    work: dict[str, Work] = {TAGGER: lambda: list(tagger.tag_many(texts)), ENCODER: lambda: engine.logits(pieces, mask)}
    return work, [int(length) for length in mask.sum(axis=1)]


def open_products(threads: int) -> dict[str, Work]:
    """Return products of large matrices with so many threads; those of ONNX Runtime need the package onnx to be described."""
    found: dict[str, Work] = {}
    if find_spec("onnx"):
        found |= {INT8: _onnx_product(threads, integers=True), FP32: _onnx_product(threads, integers=False)}
    if find_spec("torch"):
        import torch

        ones = torch.ones((SIZE, SIZE))
        found[TORCH_FP32] = partial(_with_threads, threads, lambda: ones @ ones)
        if hasattr(torch, "_int_mm"):  # no public function multiplies integers on a CPU
            bytes_ = torch.ones((SIZE, SIZE), dtype=torch.int8)
            found[TORCH_INT8] = partial(_with_threads, threads, lambda: torch._int_mm(bytes_, bytes_))  # noqa: SLF001
    return found


def _with_threads(threads: int, work: Work) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        work()
    finally:
        torch.set_num_threads(before)


def _onnx_product(threads: int, *, integers: bool) -> Work:
    """Return a product of what is given with a constant matrix, as the layers of an encoder are."""
    import numpy as np
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    chance = np.random.default_rng(0)
    given = chance.integers(0, 255, (SIZE, SIZE)).astype(np.uint8 if integers else np.float32)
    constant = chance.integers(-127, 127, (SIZE, SIZE)).astype(np.int8 if integers else np.float32)
    kinds = (TensorProto.UINT8, TensorProto.INT32) if integers else (TensorProto.FLOAT, TensorProto.FLOAT)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger" if integers else "MatMul", ["given", "constant"], ["product"])],
        "product",
        [helper.make_tensor_value_info("given", kinds[0], [SIZE, SIZE])],
        [helper.make_tensor_value_info("product", kinds[1], [SIZE, SIZE])],
        [numpy_helper.from_array(constant, "constant")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"given": given})


def make_rows(operations: Mapping[str, int], seconds: Mapping[str, Sequence[float]], threads: int, articles: int) -> list[Row]:
    """Return the speed of each in thousand million operations (GOP), and its share of both peaks in the same rounds.

    Args:
        operations: of each, in one run.
        seconds: of each, in every round.
        threads: of all.
        articles: that the tagger reads in one run.
    """

    def share(name: str, *peaks: str) -> float | None:
        """Return the share that a thing reaches of the fastest of the peaks."""
        there = [peak for peak in peaks if peak in seconds]
        if not there:
            return None
        best = min(there, key=lambda peak: statistics.median(seconds[peak]))
        return 100 * ratio(seconds[best], seconds[name]) * operations[name] / operations[best]

    return [
        {
            "what": name,
            "threads": threads,
            "GOP/article": operations[name] / articles / 1e9 if name in (TAGGER, ENCODER) else None,
            "GOP/s": operations[name] / statistics.median(took) / 1e9,
            "% of int8 peak": share(name, INT8, TORCH_INT8),
            "% of fp32 peak": share(name, FP32, TORCH_FP32),
        }
        for name, took in seconds.items()
    ]


@click.command()
@ARTICLES
@ROUNDS
@THREADS
@MODEL
@JSON
def main(count: int, rounds: int, threads: tuple[int, ...], model: Path | None, json_file: Path | None) -> None:
    """Measure what share of the processor's peak the tagger reaches."""
    folder = model_folder(model)
    texts = sample_articles(count)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    rows: list[Row] = []
    for many in threads:
        ways, lengths = open_tagging(folder, texts, many)
        encoder = sum(window_operations(config, length) for length in lengths)
        products = open_products(many)
        operations = {TAGGER: encoder, ENCODER: encoder, **dict.fromkeys(products, product_operations())}
        ways |= products
        for work in ways.values():  # what is done on first use only
            work()
        rows += make_rows(operations, timed(ways, rounds), many, len(texts))
    notes = [
        f"{len(texts)} articles, {len(lengths)} windows of {min(lengths)} to {max(lengths)} pieces; "
        f"products of {SIZE} x {SIZE} matrices, of which the fastest of a kind is the peak. "
        f"Medians of {rounds} rounds; shares are medians of those within a round."
    ]
    if not products:
        notes.append("Without the extra [train] there is nothing to measure the peak with.")
    show("Roofline", rows, model=folder, notes=notes, json_file=json_file)


if __name__ == "__main__":
    main()
