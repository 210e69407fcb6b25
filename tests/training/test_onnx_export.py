import pytest

from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.spans import Span
from kpu_nlp.tagging.engines import OnnxEngine
from kpu_nlp.training.onnx_export import Parity, compare, export_onnx, quantize_int8

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")

SHAPES = [(1, 3), (1, 64), (2, 16), (3, 7), (16, 61), (5, 40)]
TAGS = 9


@pytest.fixture(scope="module")
def model():
    """A random classifier whose scores spread as a trained one's do."""
    from transformers import BertConfig, BertForTokenClassification

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=500,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=64,
        num_labels=TAGS,
    )
    model = BertForTokenClassification(config).eval()
    model.classifier.weight.data.normal_(0, 1)
    return model


@pytest.fixture(scope="module")
def files(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("onnx")
    export_onnx(model, folder / "full.onnx")
    quantize_int8(folder / "full.onnx", folder / "small.onnx")
    return folder


def batches():
    rng = np.random.default_rng(5)
    for rows, length in SHAPES:
        pieces = rng.integers(4, 500, (rows, length))
        mask = np.ones((rows, length), dtype=np.int64)
        for row in range(1, rows):
            mask[row, length - row % length :] = 0
        yield pieces, mask


def scores(model, pieces, mask):
    with torch.inference_mode():
        return model(input_ids=torch.from_numpy(pieces), attention_mask=torch.from_numpy(mask)).logits.numpy()


def test_the_exported_file_gives_the_scores_of_torch_for_any_batch_and_length(model, files):
    engine = OnnxEngine(files / "full.onnx")
    for pieces, mask in batches():
        found = engine.logits(pieces, mask)
        assert found.dtype == np.float32
        assert found.shape == (*pieces.shape, TAGS)
        assert np.abs(found - scores(model, pieces, mask))[mask == 1].max() < 1e-3


@pytest.mark.parametrize("name", ["full.onnx", "small.onnx"])
@pytest.mark.parametrize("threads", [1, 3])
def test_neighbours_padding_and_threads_change_no_bit(files, name, threads):
    rng = np.random.default_rng(7)
    engine = OnnxEngine(files / name, threads=threads)
    alone = OnnxEngine(files / name, threads=1)
    windows = [rng.integers(4, 500, length) for length in (64, 2, 3, 15, 16, 17, 31, 33, 47, 63, 64)]
    expected = [alone.logits(window[None], np.ones((1, len(window)), dtype=np.int64))[0] for window in windows]
    for size in (2, 5, len(windows)):
        for first in range(0, len(windows), size):
            batch = windows[first : first + size]
            pieces = np.full((len(batch), 64), 499)
            mask = np.zeros((len(batch), 64), dtype=np.int64)
            for row, window in enumerate(batch):
                pieces[row, : len(window)], mask[row, : len(window)] = window, 1
            for found, window, scores in zip(engine.logits(pieces, mask), batch, expected[first:], strict=False):
                assert (found[: len(window)] == scores).all()
                assert (found[len(window) :] == 0).all()


def test_attention_is_one_operator_and_the_model_stays_as_it_was(model, files):
    import onnx

    for name, kinds in (("full.onnx", {"MatMul"}), ("small.onnx", {"MatMulIntegerToFloat", "MatMul"})):
        graph = onnx.load(str(files / name)).graph
        operators = [node.op_type for node in graph.node]
        assert operators.count("MultiHeadAttention") == model.config.num_hidden_layers
        assert "Softmax" not in operators
        assert {operator for operator in operators if operator.startswith("MatMul")} == kinds
        assert [entry.name for entry in graph.input] == ["input_ids"]
    assert operators.count("MatMul") == 1  # the classifier
    assert model.config._attn_implementation == "sdpa"


def test_a_model_with_local_attention_keeps_its_own(tmp_path):
    """Its mask is a part of it, and must not be lost with the padding's."""
    from transformers import ModernBertConfig, ModernBertForTokenClassification

    torch.manual_seed(3)
    config = ModernBertConfig(
        vocab_size=500,
        hidden_size=64,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=64,
        local_attention=8,
        global_attn_every_n_layers=3,
        num_labels=TAGS,
        pad_token_id=0,
        attn_implementation="sdpa",
    )
    model = ModernBertForTokenClassification(config).eval()
    export_onnx(model, tmp_path / "full.onnx")
    engine = OnnxEngine(tmp_path / "full.onnx")
    pieces = np.random.default_rng(5).integers(4, 500, (1, 61))
    mask = np.ones_like(pieces)
    assert np.abs(engine.logits(pieces, mask) - scores(model, pieces, mask)).max() < 1e-3


def test_no_sum_of_two_products_overflows_sixteen_bits(files):
    """Processors without VNNI add them up so."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(files / "small.onnx")).graph
    rounded = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer if entry.name.endswith(".rounded")}
    weights = [rounded[node.input[1]].astype(int) for node in graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert len(weights) == 12
    for weight in weights:
        assert (np.abs(weight).max(axis=0) == 64).all()
        assert 255 * (np.abs(weight[::2]) + np.abs(weight[1::2])).max() < 2**15


def test_eight_bits_stay_close_and_take_a_fraction_of_the_room(model, files):
    engine = OnnxEngine(files / "small.onnx")
    same = total = 0
    for pieces, mask in batches():
        exact, found = scores(model, pieces, mask)[mask == 1], engine.logits(pieces, mask)[mask == 1]
        assert 0 < np.abs(found - exact).mean() < 0.03 * exact.std()
        same += (found.argmax(axis=1) == exact.argmax(axis=1)).sum()
        total += len(found)
    assert same / total > 0.97
    # The graph itself is a good part of so small a file.
    assert (files / "small.onnx").stat().st_size < 0.7 * (files / "full.onnx").stat().st_size


def test_the_look_up_in_eight_bits_keeps_every_row(files, tmp_path):
    """A row of zeros, as padding has, must not divide by zero; a large row must not spoil a small one."""
    import onnx
    from onnx import numpy_helper

    changed = onnx.load(str(files / "full.onnx"))
    (table,) = [tensor for tensor in changed.graph.initializer if list(tensor.dims) == [500, 64]]
    rows = numpy_helper.to_array(table).copy()
    rows[7], rows[8], rows[9] = 0, rows[8] * 1000, rows[9] / 1000
    table.CopyFrom(numpy_helper.from_array(rows, table.name))
    onnx.save(changed, str(tmp_path / "full.onnx"))
    quantize_int8(tmp_path / "full.onnx", tmp_path / "small.onnx")
    graph = onnx.load(str(tmp_path / "small.onnx")).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer if tensor.name.startswith("words.")}
    assert stored["words.rounded"].dtype == np.int8
    read = stored["words.rounded"].astype(np.float32) * stored["words.scale"]
    assert (np.abs(read - rows) <= np.abs(rows).max(axis=1, keepdims=True) / 254 + 1e-9).all()
    assert np.isfinite(OnnxEngine(tmp_path / "small.onnx").logits(np.array([[7, 8, 9]]), np.ones((1, 3), np.int64))).all()


ARTICLE = parse_inline("---\nid: x-1\n---\n[Rina|PERSON], [Ketua|ROLE] [KPU Ngawi|ORG], [taat aturan|COMMITMENT].\n")
RINA, KETUA, KPU, TAAT = ARTICLE.spans
LABELS = ["PERSON", "ROLE", "ORG", "COMMITMENT"]
WORDS = 9  # Rina , Ketua KPU Ngawi , taat aturan .


def shorter(span):
    return Span(span.start, span.end - 6, span.label)


@pytest.mark.parametrize(
    ("expected", "found", "parity"),
    [
        ([RINA, KETUA, KPU, TAAT], [RINA, KETUA, KPU, TAAT], (1.0, 0.0, 0, True)),
        ([], [], (0.0, 0.0, 0, True)),
        # One of four is cut short: three right of four, and one word's label differs.
        ([RINA, KETUA, KPU, TAAT], [RINA, KETUA, shorter(KPU), TAAT], (0.75, 25.0, 1, False)),
        # A theme that is lost counts as any other label; two words differ.
        ([RINA, KETUA, KPU, TAAT], [RINA, KETUA, KPU], (6 / 7, 100 / 7, 2, False)),
        # The file may also be better than torch.
        ([RINA], [RINA, KETUA, KPU, TAAT], (1.0, -60.0, 5, False)),
        ([RINA], [Span(RINA.start, RINA.end, "ORG")], (0.0, 40.0, 1, False)),
        # Confidence is no part of the place.
        ([RINA], [Span(RINA.start, RINA.end, RINA.label, 0.5)], (0.4, 0.0, 0, True)),
    ],
)
def test_compare_counts_points_of_f1_words_and_places(expected, found, parity):
    f1, lost, words, equal = parity
    assert compare([ARTICLE], [expected], [found], LABELS, ["COMMITMENT"]) == Parity(
        f1=pytest.approx(f1), f1_lost=pytest.approx(lost, abs=1e-4), labels_changed=round(words / WORDS, 6), spans_equal=equal
    )


def test_compare_counts_over_all_articles():
    parity = compare([ARTICLE, ARTICLE], [[RINA], [KPU]], [[RINA], []], LABELS, ["COMMITMENT"])
    assert (parity.labels_changed, parity.spans_equal) == (round(2 / (2 * WORDS), 6), False)
    assert parity.f1_lost == pytest.approx(100 * (2 * 2 / (8 + 2) - 2 * 1 / (8 + 1)), abs=1e-4)
    with pytest.raises(ValueError, match="zip"):
        compare([ARTICLE], [[RINA], []], [[RINA]], LABELS, ["COMMITMENT"])
