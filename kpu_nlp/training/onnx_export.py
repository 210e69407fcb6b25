"""The ONNX twin of a fine-tuned model, and the parity that it must keep."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import spans_to_bio
from kpu_nlp.tagging.words import split_words
from kpu_nlp.training.scores import score_articles

MICROSOFT = "com.microsoft"  # the domain of the operators that ONNX Runtime adds
OPSET = 20  # the first with Gelu
ATTENTION = "kpu_nlp_onnx"  # the name under which transformers finds our attention
# Points of F1 (of 100), over all labels on dev, that a quantised file may lose against torch.
MAX_F1_LOST = 0.3
# The largest weight. Kernels for processors without VNNI add two products of an activation and a weight in sixteen bits: with
# 64 in place of 127 that never overflows (255 * 64 * 2 < 2**15), so that every processor finds the same sums. On dev
# both change 0.15 % of the words against full precision and lose nothing of F1.
LARGEST_WEIGHT = 64
LARGEST_ACTIVATION = 127
NARROW = 64  # a matrix with fewer columns than this, such as the classifier, stays as it is: it takes no time


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

        def forward(self, input_ids: Any) -> Any:
            return self.model(input_ids=input_ids).logits

    return LogitsOnly().eval()


def _attend(
    _module: Any, query: Any, key: Any, value: Any, _mask: Any, scaling: float | None = None, **_: Any
) -> tuple[Any, None]:
    """Attend in one operator of ONNX Runtime, which is a third faster than the ten that the exporter makes of it.

    As transformers asks of an attention function, ``query``, ``key`` and ``value`` have the shape (batch, heads, length, size),
    and what is returned (batch, length, heads, size); ``scaling`` of the products is 1 / sqrt(size) by default.
    """
    import torch

    batch, heads, length, size = query.shape
    found = torch.onnx.ops.symbolic(
        "com.microsoft::MultiHeadAttention",
        [states.transpose(1, 2).reshape(batch, length, heads * size) for states in (query, key, value)],
        {"num_heads": heads, "scale": size**-0.5 if scaling is None else scaling},
        dtype=query.dtype,
        shape=(batch, length, heads * size),
        version=1,
    )
    return found.reshape(batch, length, heads, size), None


@contextmanager
def _attention_in_one(model: Any) -> Iterator[None]:
    """Let a model attend with `_attend` inside the block, where it can be told to and every piece sees every other."""
    from transformers import AttentionInterface, AttentionMaskInterface

    before = model.config._attn_implementation  # noqa: SLF001 - no other way to ask for it
    if before != "sdpa" or getattr(model.config, "sliding_window", None) or getattr(model.config, "local_attention", None):
        yield
        return
    AttentionInterface.register(ATTENTION, _attend)
    AttentionMaskInterface.register(ATTENTION, lambda *_, **__: None)  # nothing is padded, see `export_onnx`
    model.set_attn_implementation(ATTENTION)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def export_onnx(model: Any, path: Path) -> None:
    """Write a model as ONNX in full precision, for any batch size and length.

    The file takes piece ids alone, without a mask: the rows of a batch must have one length.

    Args:
        model: a ``BertForTokenClassification`` in full precision.
        path: the file to write; its folder must exist.
    """
    import torch

    # That torchvision is not there is nothing to warn of.
    logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)
    batch, length = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("length", min=2, max=512)
    with warnings.catch_warnings(), _attention_in_one(model):
        # The exporter warns of its own internals; whether the file is right, the parity test tells.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _logits_only(model),
            (torch.ones((2, 16), dtype=torch.long),),
            str(path),
            input_names=["input_ids"],
            output_names=["logits"],
            dynamic_shapes={"input_ids": {0: batch, 1: length}},
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def quantize_int8(source: Path, target: Path) -> None:
    """Store the weights of an ONNX file in eight bits, and let it multiply in eight bits.

    Each column of a matrix has a scale, and so has each row of what it is multiplied with, that is each piece's activations:
    the products are sums of integers, exact in whatever order a processor adds them up. So a piece's scores depend on its own
    window alone. The word embeddings have a scale for each row.

    Args:
        source: the file in full precision.
        target: the file to write.
    """
    import onnx

    model = onnx.load(str(source))
    _quantize_embeddings(model)
    _quantize_products(model)
    if all(entry.domain != MICROSOFT for entry in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid(MICROSOFT, 1))
    onnx.save(model, str(target))


def _quantize_products(model: Any) -> None:
    """Replace each product with a wide matrix by one of integers."""
    from onnx import numpy_helper

    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    constants = {
        "activation.largest": np.float32(LARGEST_ACTIVATION),
        "activation.smallest": np.float32(1e-20),  # of a row of zeros
        "activation.zero": np.uint8(128),
        "activation.axis": np.array([-1]),
        "weight.one": np.float32(1),
    }
    nodes: list[Any] = []
    done: set[str] = set()  # what is rounded already: query, key and value are made of the same states
    for node in graph.node:
        matrix = tensors.get(node.input[1]) if node.op_type == "MatMul" else None
        if matrix is None or len(matrix.dims) != 2 or matrix.dims[1] < NARROW:
            nodes.append(node)
            continue
        if node.input[0] not in done:
            done.add(node.input[0])
            nodes += _rounded_rows(node.input[0])
        weights = numpy_helper.to_array(matrix)
        scale = np.abs(weights).max(axis=0) / LARGEST_WEIGHT
        scale[scale == 0] = 1
        constants[f"{matrix.name}.rounded"] = np.round(weights / scale).astype(np.int8)
        constants[f"{matrix.name}.scale"] = scale.astype(np.float32)
        nodes += _product(node.input[0], matrix.name, node.output[0])
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items())
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _rounded_rows(states: str) -> list[Any]:
    """Return the nodes that round each row of a tensor to eight bits by its own largest value."""
    from onnx import helper

    def name(part: str) -> str:
        return f"{states}.{part}"

    return [
        helper.make_node("ReduceMax", [states, "activation.axis"], [name("max")], keepdims=1),
        helper.make_node("ReduceMin", [states, "activation.axis"], [name("min")], keepdims=1),  # cheaper than Abs
        helper.make_node("Neg", [name("min")], [name("-min")]),
        helper.make_node("Max", [name("max"), name("-min"), "activation.smallest"], [name("largest")]),
        helper.make_node("Div", ["activation.largest", name("largest")], [name("steps")]),
        helper.make_node("Div", [name("largest"), "activation.largest"], [name("scale")]),
        helper.make_node("Mul", [states, name("steps")], [name("scaled")]),
        helper.make_node("QuantizeLinear", [name("scaled"), "weight.one", "activation.zero"], [name("rounded")]),
    ]


def _product(states: str, matrix: str, output: str) -> list[Any]:
    """Return the nodes that multiply what `_rounded_rows` rounded with a rounded matrix."""
    from onnx import helper

    factors = [f"{states}.rounded", f"{matrix}.rounded", "weight.one", f"{matrix}.scale", "activation.zero"]
    return [
        helper.make_node("MatMulIntegerToFloat", factors, [f"{output}.steps"], domain=MICROSOFT),
        helper.make_node("Mul", [f"{output}.steps", f"{states}.scale"], [output]),
    ]


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
