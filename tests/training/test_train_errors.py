import importlib.util

import pytest

BODY = "[Ketua|ROLE] [KPU Ngawi|ORG] [Rina Wulandari|PERSON] hadir."


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """A name that is no folder must fail at once, in a machine without network and in one with it."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    # Read when the library was imported, which another test may have done.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


@pytest.fixture
def corpus(tmp_path, write_corpus):
    return write_corpus(tmp_path / "corpus", {"train": {"x-1": BODY}, "dev": {"y-1": BODY}, "test": {}})


@pytest.fixture
def fails(tmp_path, corpus, run_train, one_error):
    """Run a training that must fail with one line and leave nothing behind, and return that line."""

    def run(recipe, *more):
        before = set(tmp_path.rglob("*"))
        error = one_error(run_train(recipe, "--corpus", corpus, "--output", tmp_path / "model", *more))
        assert set(tmp_path.rglob("*")) == before
        return error

    return run


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("\n[optimiser]\nrate = 1\n", "optimiser: Extra inputs are not permitted"),
        ("momentum = 0.9\n", "optimizer.momentum: Extra inputs are not permitted"),
        ("dropout = 1.5\n", "optimizer.dropout: Input should be less than 1"),
        ('\n[labels.themes]\nINCLUSION = "inklusi"\n', "labels: Value error, themes names labels"),
        ("\n[optimizer]\n", "not a TOML file: "),
    ],
)  # fmt: skip
def test_a_mistake_in_the_recipe(tmp_path, write_recipe, fails, more, message):
    recipe = write_recipe(tmp_path, "base", more=more)
    assert fails(recipe).startswith(f"{recipe}: {message}")


def test_a_recipe_that_is_not_there(tmp_path, run_train):
    result = run_train(tmp_path / "none.toml", "--output", tmp_path / "model")
    assert result.exit_code == 2
    assert f"Path '{tmp_path / 'none.toml'}' does not exist." in result.stderr


@pytest.mark.parametrize("base", ["work/base", "nobody/no-such-encoder"])
def test_a_base_that_is_not_there(tmp_path, write_recipe, fails, base):
    error = fails(write_recipe(tmp_path, base))
    assert error.startswith(f"base '{base}' cannot be loaded: ")
    assert error.endswith("; build it with training/build_base.py, or name a hub id")


def test_a_base_named_on_the_command_line_takes_the_place_of_the_recipe_s(tmp_path, write_recipe, fails):
    assert fails(write_recipe(tmp_path, "one/base"), "--base", "other/base").startswith("base 'other/base' cannot be loaded: ")


@pytest.mark.parametrize("damage", ["weights", "tokenizer", "config", "pickled"])
def test_a_base_that_is_damaged(tmp_path, small_base, write_recipe, fails, damage):
    base = tmp_path / "base"
    base.mkdir()
    for path in small_base.iterdir():
        (base / path.name).write_bytes(path.read_bytes())
    if damage == "weights":
        (base / "model.safetensors").write_bytes(b"\x00" * 20)
    elif damage == "tokenizer":
        (base / "tokenizer.json").write_text("{}", encoding="utf-8")
    elif damage == "config":
        (base / "config.json").write_text('{"model_type": "gpt_nobody"}', encoding="utf-8")
    else:
        (base / "model.safetensors").rename(base / "pytorch_model.bin")
    assert fails(write_recipe(tmp_path, base)).startswith(f"base '{base}' cannot be loaded: ")


def test_windows_longer_than_the_base_reads(tmp_path, small_base, write_recipe, fails):
    recipe = write_recipe(tmp_path, small_base)
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("size = 62", "size = 127"), encoding="utf-8")
    assert fails(recipe) == (f"windows.size 127: base '{small_base}' reads 128 pieces, two of them special; set at most 126")


@pytest.mark.parametrize("split", ["train", "dev"])
def test_a_corpus_without_articles_in_a_split(tmp_path, write_corpus, write_recipe, run_train, one_error, split):
    articles = {"train": {"x-1": BODY}, "dev": {"y-1": BODY}, "test": {"z-1": BODY}} | {split: {}}
    corpus = write_corpus(tmp_path / "poor", articles)
    error = one_error(run_train(write_recipe(tmp_path, "base"), "--corpus", corpus, "--output", tmp_path / "model"))
    assert error == f"{corpus}: no article in the {split} split, which training needs; see 'kpu-nlp corpus split'"
    assert not (tmp_path / "model.work").exists()


def test_a_corpus_that_cannot_be_read(tmp_path, corpus, write_recipe, fails):
    path = corpus / "articles" / "x-1.txt"
    path.write_text("no header", encoding="utf-8")
    assert fails(write_recipe(tmp_path, "base")) == f"{path}: no YAML header between two '---' lines at the top"


def test_articles_that_no_split_lists_are_named(tmp_path, corpus, write_recipe, fails, caplog):
    for number in range(5):
        (corpus / "articles" / f"new-{number}.txt").write_text(f"---\nid: new-{number}\n---\n{BODY}\n", encoding="utf-8")
    fails(write_recipe(tmp_path, "base"))
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        f"{corpus / 'splits.json'}: does not list new-0, new-1, new-2 and 2 more, left out; "
        "list them with 'kpu-nlp corpus split'"
    ]


def test_a_gpu_that_is_not_there(tmp_path, write_recipe, fails, monkeypatch):
    monkeypatch.setattr("kpu_nlp.training.fit.cuda_is_available", lambda: False)
    error = fails(write_recipe(tmp_path, "base"), "--device", "cuda")
    assert error == "device 'cuda': torch sees no GPU; use --device cpu"


@pytest.mark.parametrize("module", ["torch", "transformers", "datasets", "accelerate", "onnx", "onnxscript", "safetensors"])
def test_a_library_of_the_extra_that_is_not_installed(tmp_path, write_recipe, fails, monkeypatch, module):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == module else find(name, *rest))
    error = fails(write_recipe(tmp_path, "base"))
    assert error == f"training needs {module}, which is not installed: pip install 'kpu-nlp[train]'"


def test_a_folder_with_other_files_is_not_replaced(tmp_path, write_recipe, fails):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").touch()
    error = fails(write_recipe(tmp_path, "base"))
    assert error == f"{tmp_path / 'model'}: holds other files than a model's, which would be lost; name another folder"


def test_a_work_folder_of_somebody_else_is_left_alone(tmp_path, small_base, write_recipe, fails):
    work = tmp_path / "thesis"
    (work / "checkpoints").mkdir(parents=True)
    (work / "checkpoints" / "chapter.txt").write_text("mine", encoding="utf-8")
    recipe = write_recipe(tmp_path, small_base)
    for flag in ("--resume", "--fresh"):
        assert (
            fails(recipe, "--work", work, flag)
            == f"{work}: holds other files than those of a training run; name another --work"
        )
