"""The ONNX twin of a fine-tuned model, and the parity that it must keep."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import spans_to_bio
from kpu_nlp.tagging.words import split_words
from kpu_nlp.training.scores import score_articles

OPSET = 18
# Points of F1 (of 100), over all labels on dev, that a quantised file may lose against torch.
MAX_F1_LOST = 0.3
# Weights that share a scale, and how the kernel multiplies: 0 keeps the activations exact. Measured on dev with kpu-ner 1.0.0:
# 0.02 points F1 gained against torch, 0.04 % of the words with another label, and the same spans whatever the batch. With
# activations rounded to eight bits (4) 0.16 points lost, 0.17 % changed, 0.8 of the time, but 6 of 40 articles depend on the
# size of the batch; plain dynamic quantisation per channel loses 0.77 points and changes 0.75 %.
BLOCK = 128
ACCURACY_LEVEL = 0


@dataclass(frozen=True, slots=True)
class Parity:
    """How an ONNX file compares with torch on the dev articles.

    Attributes:
        f1: over all labels, exact spans, 0 to 1.
        f1_lost: points of 100 against torch; negative where the file scores better.
        labels_changed: share of the words whose label differs.
        spans_equal: every span of every article is the same.
    """

    f1: float
    f1_lost: float
    labels_changed: float
    spans_equal: bool


def _logits_only(model: Any) -> Any:
    """Wrap a model in a module that returns its logits alone, as the exporter wants it; torch is imported late."""
    import torch

    class LogitsOnly(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.model(input_ids=input_ids, attention_mask=attention_mask).logits

    return LogitsOnly().eval()


def export_onnx(model: Any, path: Path) -> None:
    """Write a model as ONNX in full precision, for any batch size and length.

    Args:
        model: a ``BertForTokenClassification`` in full precision.
        path: the file to write; its folder must exist.
    """
    import torch

    # That torchvision is not there is nothing to warn of.
    logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)
    ids = torch.ones((2, 16), dtype=torch.long)
    batch, length = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("length", min=2, max=512)
    axes = {0: batch, 1: length}
    with warnings.catch_warnings():
        # The exporter warns of its own internals; whether the file is right, the parity test tells.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _logits_only(model),
            (ids, torch.ones_like(ids)),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def quantize_int8(source: Path, target: Path) -> None:
    """Store the weights of an ONNX file in eight bits.

    Each matrix is cut into blocks of `BLOCK` values with a scale each, the word embeddings into rows. Weights alone are rounded
    here; how exactly the products are formed is the kernel's affair, see `ACCURACY_LEVEL`.

    Args:
        source: the file in full precision.
        target: the file to write.
    """
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    model = onnx.load(str(source))
    _quantize_embeddings(model)
    quantizer = MatMulNBitsQuantizer(model, bits=8, block_size=BLOCK, is_symmetric=True, accuracy_level=ACCURACY_LEVEL)
    level = logging.getLogger("onnxruntime").level
    logging.getLogger("onnxruntime").setLevel(logging.WARNING)
    try:
        quantizer.process()
    finally:
        logging.getLogger("onnxruntime").setLevel(level)
    onnx.save(quantizer.model.model, str(target))


def _quantize_embeddings(model: Any) -> None:
    """Replace the look-up in the word embeddings by one in eight bits with a scale for each row."""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    lookups = [node for node in graph.node if node.op_type == "Gather" and node.input[0] in tensors]
    node = max(lookups, key=lambda lookup: int(np.prod(tensors[lookup.input[0]].dims)))
    weights = numpy_helper.to_array(tensors[node.input[0]])
    scale = np.abs(weights).max(axis=1, keepdims=True) / 127
    scale[scale == 0] = 1  # the padding row
    rounded = np.round(weights / scale).astype(np.int8)
    graph.initializer.remove(tensors[node.input[0]])
    graph.initializer.extend(
        [numpy_helper.from_array(rounded, "words.rounded"), numpy_helper.from_array(scale.astype(np.float32), "words.scale")]
    )
    place = list(graph.node).index(node)
    ids, output = node.input[1], node.output[0]
    graph.node.remove(node)
    for offset, new in enumerate(
        (
            helper.make_node("Gather", ["words.rounded", ids], ["words.row"]),
            helper.make_node("Cast", ["words.row"], ["words.row.float"], to=TensorProto.FLOAT),
            helper.make_node("Gather", ["words.scale", ids], ["words.row.scale"]),
            helper.make_node("Mul", ["words.row.float", "words.row.scale"], [output]),
        )
    ):
        graph.node.insert(place + offset, new)


def word_labels(articles: Sequence[AnnotatedArticle], found: Sequence[Sequence[Span]]) -> list[str]:
    """Return the BIO tag of every word of the articles, for counting how many labels two models disagree on."""
    return [
        tag for article, spans in zip(articles, found, strict=True) for tag in spans_to_bio(split_words(article.text), spans)
    ]


def compare(
    articles: Sequence[AnnotatedArticle],
    expected: Sequence[Sequence[Span]],
    found: Sequence[Sequence[Span]],
    labels: Sequence[str],
    themes: Sequence[str],
) -> Parity:
    """Compare the spans of an ONNX file with those of torch on annotated articles."""

    def f1(spans: Sequence[Sequence[Span]]) -> float:
        scores = score_articles(articles, spans, labels, themes)
        return (scores.entities + scores.themes_exact).f1

    before, after = word_labels(articles, expected), word_labels(articles, found)
    changed = sum(one != other for one, other in zip(before, after, strict=True))
    places = [[(span.start, span.end, span.label) for span in spans] for spans in expected]
    return Parity(
        f1=f1(found),
        f1_lost=round(100 * (f1(expected) - f1(found)), 4),
        labels_changed=round(changed / max(1, len(before)), 6),
        spans_equal=places == [[(span.start, span.end, span.label) for span in spans] for spans in found],
    )
