"""What trainings in tests are made of: an encoder small enough to train in seconds, articles, a recipe, and the command."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kpu_nlp.annotation.packaged import packaged_corpus

SMALL = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 128,
    "max_position_embeddings": 128,
}
SPECIAL_TOKENS = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}

# Training articles of the corpus, and the split of each in the corpus of a test.
ARTICLES = {"train": range(1, 13), "dev": range(13, 16), "test": range(16, 18)}

RECIPE = """
name = "small"
version = "0.1.0"
base = "{base}"
seed = 7
bf16 = false

[windows]
size = 62
overlap = 16

[optimizer]
body_rate = 4e-3
head_rate = 1e-2
batch_size = 4
epochs = {epochs}
patience = {patience}
"""


WriteRecipe = Callable[..., Path]
WriteCorpus = Callable[[Path, Mapping[str, Mapping[str, str]]], Path]


@pytest.fixture(scope="module")
def run_train() -> Iterator[Callable[..., Result]]:
    """Run ``kpu-nlp train`` on the CPU in this process; a bug comes out as the exception it raises."""
    import torch

    from kpu_nlp.cli import main

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["train", "--device", "cpu", *map(str, arguments)], catch_exceptions=False)

    # So small an encoder gains nothing from a second thread, and on a busy machine the two wait for each other.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield run
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def write_recipe() -> WriteRecipe:
    """Write a recipe for the small encoder; ``more`` is added to its text."""

    def write(folder: Path, base: Path | str, *, epochs: int = 2, patience: int = 4, more: str = "") -> Path:
        path = folder / "recipe.toml"
        path.write_text(RECIPE.format(base=base, epochs=epochs, patience=patience) + more, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def write_corpus() -> WriteCorpus:
    """Write a corpus: for each split the marked-up bodies, or whole articles, by id."""

    def write(folder: Path, articles: Mapping[str, Mapping[str, str]]) -> Path:
        (folder / "articles").mkdir(parents=True)
        for bodies in articles.values():
            for article_id, body in bodies.items():
                raw = body if body.startswith("---\n") else f"---\nid: {article_id}\n---\n{body}\n"
                (folder / "articles" / f"{article_id}.txt").write_text(raw, encoding="utf-8")
        splits = {split: sorted(bodies) for split, bodies in articles.items()}
        (folder / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def small_base(tmp_path_factory: pytest.TempPathFactory, shipped_model: Path) -> Path:
    """An encoder with random weights and the vocabulary of the shipped model."""
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("base")
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(shipped_model / "tokenizer.json"), **SPECIAL_TOKENS)
    tokenizer.save_pretrained(folder)
    shutil.copy(shipped_model / "tokenizer.json", folder / "tokenizer.json")
    torch.manual_seed(1)
    config = BertConfig(vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, **SMALL)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory, write_corpus: WriteCorpus) -> Path:
    """Training articles of the packaged corpus under other ids, as train, dev and test of a corpus of their own."""
    source = packaged_corpus() / "articles"
    articles: dict[str, dict[str, str]] = {}
    for split, numbers in ARTICLES.items():
        for number in numbers:
            raw = (source / f"a-{number:03}.txt").read_text(encoding="utf-8")
            article_id = f"{split}-{number:02}"
            articles.setdefault(split, {})[article_id] = re.sub(r"\A---\nid: .*", f"---\nid: {article_id}", raw)
    return write_corpus(tmp_path_factory.mktemp("corpus"), articles)


@pytest.fixture
def one_error() -> Callable[[Result], str]:
    """Return the only line of a command that failed as it should, without ``Error: ``."""

    def check(result: Result) -> str:
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        (line,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
        assert result.stderr.endswith(f"{line}\n")
        return line.removeprefix("Error: ")

    return check
