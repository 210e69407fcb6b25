"""Retrainings that cannot begin: one line each, and nothing written."""

import json
import shutil

import pytest

BODY = "[Ketua|ROLE] [KPU {place}|ORG] [Rina Wulandari|PERSON] hadir."
PLACES = ("Ngawi", "Jember", "Blitar", "Kediri", "Tuban", "Gresik")


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.delenv("KPU_NLP_MODEL", raising=False)


@pytest.fixture
def corpus(tmp_path, write_corpus):
    split = {name: {f"{name}-1": BODY.format(place=name)} for name in ("train", "dev", "test")}
    return write_corpus(tmp_path / "corpus", split)


@pytest.fixture
def write_new(tmp_path):
    """Write new articles, by id, and return their folder."""

    def write(bodies=None):
        folder = tmp_path / "new"
        folder.mkdir()
        bodies = {f"new-{place}": BODY.format(place=place) for place in PLACES} if bodies is None else bodies
        for name, body in bodies.items():
            (folder / f"{name}.txt").write_text(f"---\nid: {name}\n---\n{body}\n", encoding="utf-8")
        return folder

    return write


@pytest.fixture
def fails(tmp_path, corpus, run_train, one_error):
    """Run a retraining that must fail with one line and leave nothing behind, and return that line."""

    def run(*arguments):
        before = set(tmp_path.rglob("*"))
        error = one_error(run_train("--corpus", corpus, "--output", tmp_path / "model", *arguments))
        assert set(tmp_path.rglob("*")) == before
        return error

    return run


def test_an_empty_set(tmp_path, write_new, fails):
    folder = write_new({})
    assert fails("--add", folder) == f"{folder}: no annotated article (*.txt) in this folder"


def test_no_span(write_new, fails):
    assert fails("--add", write_new({"x": "Rina hadir."})).startswith("1 new articles, and no span in any of them")


def test_a_misspelt_label(write_new, fails):
    folder = write_new({"x": "[Rina|PERSN] hadir."})
    assert fails("--add", folder).startswith(f"{folder / 'x.txt'}: unknown label PERSN on 'Rina'; did you mean PERSON?")
    (folder / "x.txt").write_text("---\nid: x\n---\n[akses|INCLUSON]\n", encoding="utf-8")
    assert "did you mean INCLUSION?" in fails("--add", folder, "--label", "INCLUSION=inklusi")


def test_a_new_label_must_be_named(write_new, fails):
    error = fails("--add", write_new({"x": "[Rina|PERSON] minta [akses|INCLUSION]."}))
    assert "unknown label INCLUSION on 'akses'; a new label is named with --label INCLUSION" in error


def test_an_article_of_the_test_split(write_new, fails):
    folder = write_new({"copied": BODY.format(place="test")})
    assert fails("--add", folder) == (
        f"{folder / 'copied.txt'}: article copied stands in the test split of the corpus (as test-1), "
        "which nobody may train on; leave it out"
    )


def test_a_new_label_in_small_letters_or_of_the_tags(write_new, fails):
    folder = write_new()
    assert fails("--add", folder, "--label", "inklusi").startswith("label 'inklusi': capitals, digits and _ only")
    assert fails("--add", folder, "--label", "O").startswith("label 'O': the tag of words outside all spans")


def test_a_corpus_whose_labels_the_model_does_not_know(corpus, write_new, fails):
    (corpus / "articles" / "dev-1.txt").write_text("---\nid: dev-1\n---\n[x|PARTY]\n", encoding="utf-8")
    error = fails("--add", write_new())
    assert error == f"{corpus}: marks PARTY, which the model is not to know; name it with --label or in the recipe"


def test_a_model_that_is_not_there(tmp_path, write_new, fails):
    assert fails("--add", write_new(), "--from", tmp_path / "nowhere").startswith(
        f"{tmp_path / 'nowhere'}: no such model folder"
    )


def test_the_model_that_goes_on_is_not_replaced(tmp_path, shipped_model, corpus, write_new, run_train, one_error):
    error = one_error(run_train("--corpus", corpus, "--add", write_new(), "--output", shipped_model))
    assert error.startswith(f"{shipped_model}: would replace the model that is compared with in the end")


def test_an_output_that_cannot_be_written(tmp_path, corpus, write_new, run_train, one_error):
    file = tmp_path / "a_file"
    file.touch()
    result = run_train("--corpus", corpus, "--add", write_new(), "--output", file)
    assert result.exit_code == 2  # click itself sees a file where a folder is wanted
    result = run_train("--corpus", corpus, "--add", tmp_path / "new", "--output", file / "models" / "model")
    assert one_error(result) == f"{file / 'models'}: {file} is a file; name another place"
    result = run_train("--corpus", corpus, "--add", tmp_path / "new", "--output", tmp_path / ("m" * 300))
    assert "cannot be written (File name too long)" in one_error(result)
    assert {path.name for path in tmp_path.iterdir()} == {"a_file", "corpus", "new"}


def test_a_work_folder_that_cannot_be_made(tmp_path, small_base, write_new, fails):
    file = tmp_path / "a_file"
    file.touch()
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("[windows]\nsize = 62\noverlap = 16\n", encoding="utf-8")
    error = fails("--add", write_new(), "--base", small_base, "--recipe", recipe, "--work", file / "work")
    assert error == f"{file / 'work'}: {file} is a file; name another place"


@pytest.mark.parametrize(("work", "output"), [("m", "m"), ("m/work", "m"), ("w", "w/model"), (".", "m")])
def test_the_run_and_the_model_do_not_share_a_folder(tmp_path, write_new, corpus, run_train, one_error, work, output):
    work, output = tmp_path / work, tmp_path / output
    error = one_error(run_train("--corpus", corpus, "--add", write_new(), "--work", work, "--output", output))
    assert error == f"{work}: the run and the model need a folder each; name another --work, or another --output"
    assert {path.name for path in tmp_path.iterdir()} == {"corpus", "new"}


@pytest.mark.parametrize("name", ["model", "model.rejected"])
def test_a_folder_with_other_files_is_not_replaced(tmp_path, write_new, fails, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.txt").touch()
    error = fails("--add", write_new())
    assert error == f"{tmp_path / name}: holds other files than a model's, which would be lost; name another folder"


def test_the_current_folder_is_not_replaced(tmp_path, corpus, write_new, run_train, one_error, monkeypatch):
    folder = write_new()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    error = one_error(run_train("--corpus", corpus, "--add", folder, "--output", "."))
    assert error == ".: the current folder is in it, so it is not replaced; name another folder"


def test_a_name_that_no_model_can_have(tmp_path, corpus, write_new, run_train, one_error):
    error = one_error(run_train("--corpus", corpus, "--add", write_new(), "--output", tmp_path / "mödel!"))
    assert error.startswith(f"{tmp_path / 'mödel!'}: a model is called as its folder: ")


@pytest.mark.parametrize("text", ["[optimiser]\nepochs = 2\n", '[labels]\nnames = ["inklusi"]\n', 'version = "2"\n'])
def test_a_mistake_in_the_recipe(tmp_path, write_new, fails, text):
    recipe = tmp_path / "mine.toml"
    recipe.write_text(text, encoding="utf-8")
    assert fails("--add", write_new(), "--recipe", recipe).startswith(f"{recipe}: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing to train with: name new articles with --add, an encoder with --base, or a RECIPE.toml"),
        (("--add", "{new}", "--from", "{new}", "--base", "x/y"), "--from goes on with a model, --base trains an encoder"),
        (("{new}",), "new articles are named after --add"),
        (("{recipe}", "--label", "PARTY"), "--from and --label go with --add"),
        (("{recipe}", "--recipe", "{recipe}"), "name one recipe"),
        (("--add", "{new}", "--base", ""), "--base: no encoder is named"),
        (("--add", "{new}", "--label", "A=satu", "--label", "A=dua"), "'A' is named twice, differently"),
        (("--add", "{new}", "--label", "INCLUSION="), "a theme's Indonesian name stands after '='"),
    ],
)  # fmt: skip
def test_wrong_usage(tmp_path, write_new, run_train, arguments, message):
    recipe = tmp_path / "recipe.toml"
    recipe.touch()
    names = {"new": str(write_new()), "recipe": str(recipe)}
    result = run_train(*(argument.format(**names) for argument in arguments), "--output", tmp_path / "model")
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


@pytest.fixture
def another_base(tmp_path, small_base):
    """A base whose config.json is changed."""

    def change(**settings):
        folder = tmp_path / "base"
        shutil.copytree(small_base, folder)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config = settings if settings.get("model_type", "bert") != "bert" else config | settings
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        return folder

    return change


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}, "is no encoder of text but GPT2LMHeadModel"),
        ({"model_type": "t5", "architectures": ["T5ForConditionalGeneration"]}, "is no encoder of text but T5ForConditional"),
        ({"model_type": "vit", "architectures": ["ViTModel"]}, "is no encoder of text but ViTModel"),
        ({"model_type": "bert", "is_decoder": True, "architectures": ["BertModel"]}, "is no encoder of text but BertModel"),
    ],
)  # fmt: skip
def test_a_base_that_is_no_encoder(write_new, fails, another_base, settings, message):
    base = another_base(**settings)
    assert fails("--add", write_new(), "--base", base).startswith(f"base '{base}' {message}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--base", "nobody/no-such-encoder"), "base 'nobody/no-such-encoder' cannot be loaded: "),
        (("--base", "./nowhere"), "base './nowhere': no such folder"),
        (("--device", "cuda"), "device 'cuda': torch sees no GPU; use --device cpu"),
    ],
)
def test_what_cannot_be_trained_is_told_before_the_plan(
    tmp_path, corpus, write_new, run_train, one_error, monkeypatch, arguments, message
):
    monkeypatch.setattr("kpu_nlp.training.fit.cuda_is_available", lambda: False)
    result = run_train("--corpus", corpus, "--add", write_new(), "--output", tmp_path / "model", *arguments)
    assert one_error(result).startswith(message)
    assert len(result.stderr.splitlines()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"corpus", "new"}


def test_a_base_whose_weights_are_something_else(write_new, fails, another_base):
    import numpy as np
    from safetensors.numpy import save_file

    base = another_base()
    save_file({"tower.weight": np.zeros((2, 2), dtype=np.float32)}, base / "model.safetensors", {"format": "pt"})
    assert fails("--add", write_new(), "--base", base).startswith(f"base '{base}': its weights are not those of the encoder")


def test_a_disk_without_room(tmp_path, small_base, write_new, fails, monkeypatch):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("[windows]\nsize = 62\noverlap = 16\n", encoding="utf-8")
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**8))
    error = fails("--add", write_new(), "--base", small_base, "--recipe", recipe)
    assert error.startswith(f"{tmp_path}: 0.1 GB free, and training needs ")
    assert error.endswith(" for checkpoints and the model; free some, or name a --work on another disk")
