import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kpu_nlp
from kpu_nlp.annotation.digest import corpus_digest
from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.labels import LABEL_NAMES, THEME_NAMES
from kpu_nlp.tagging.bio import bio_labels
from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.training.fit import fit
from kpu_nlp.training.recipe import read_recipe
from kpu_nlp.training.train import read_data

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

# A label of the user's own that is a theme, in articles so uniform that a small encoder learns them by heart.
OWN_LABELS = """
[labels]
names = ["ROLE", "ORG", "PERSON", "GPE", "INCLUSION"]
themes = { INCLUSION = "inklusi" }

[augmentation]
join_paragraphs = 0
drop_spaces = 0
upper_title = 0
upper = 0
lower = 0
quotes = 0
typos = 0
"""
BODY = """[KPU {place}|ORG] Gelar Sosialisasi
[{place}|GPE] - [Ketua|ROLE] [KPU {place}|ORG], [{name}|PERSON], meminta jajaran [membuka akses pemilih disabilitas|INCLUSION].
[{name}|PERSON] juga hadir di [{place}|GPE]."""
PLACES = ("Ngawi", "Jember", "Blitar", "Kediri", "Tuban", "Gresik", "Malang", "Madiun")
NAMES = ("Rina Wulandari", "Budi Santoso", "Tuti Hartini", "Agus Pranoto")


def own_articles():
    bodies = {f"x-{index}": BODY.format(place=place, name=NAMES[index % 4]) for index, place in enumerate(PLACES)}
    return {"train": bodies, "dev": {"y-1": bodies["x-0"], "y-2": bodies["x-5"]}, "test": {}}


def tensors(folder):
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")


def equal(one, other):
    return one.keys() == other.keys() and all((one[name] == other[name]).all() for name in one)


def steps(work):
    """The steps at which dev was scored, in order, and the step at which the run ended."""
    log = json.loads((work / "log.json").read_text(encoding="utf-8"))
    return [entry["step"] for entry in log if "eval_f1" in entry], log[-1]["step"]


def files_below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory, small_base, small_corpus, write_recipe, run_train):
    """The folder of a finished run: ``recipe.toml``, ``model`` and ``model.work``."""
    folder = tmp_path_factory.mktemp("trained")
    recipe = write_recipe(folder, small_base, epochs=12)
    result = run_train(recipe, "--corpus", small_corpus, "--output", folder / "model", "--epochs", 2)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1] == f"{folder / 'model'}: small 0.1.0, onnx int8"
    return folder


@pytest.fixture(scope="module")
def learned(tmp_path_factory, small_base, write_corpus, write_recipe, run_train):
    """The folder of a run that learned its few articles by heart, with a theme of its own."""
    folder = tmp_path_factory.mktemp("learned")
    corpus = write_corpus(folder / "corpus", own_articles())
    recipe = write_recipe(folder, small_base, epochs=16, patience=2, more=OWN_LABELS)
    result = run_train(recipe, "--corpus", corpus, "--output", folder / "model")
    assert result.exit_code == 0, result.output
    return folder


def test_a_run_writes_a_complete_model_folder_and_nothing_beside_it(trained, small_corpus):
    model = trained / "model"
    assert {path.name for path in trained.iterdir()} == {"recipe.toml", "model", "model.work"}
    manifest = read_manifest(model)
    content = {"README.md", "config.json", "model.safetensors", "onnx/model.onnx", "tokenizer.json", "tokenizer_config.json"}
    assert files_below(model) == {"manifest.json", *content}
    assert set(manifest.files) == content
    for name, info in manifest.files.items():
        assert hashlib.sha256((model / name).read_bytes()).hexdigest() == info.sha256
        assert (model / name).stat().st_mode == (model / "config.json").stat().st_mode
    assert (manifest.labels, manifest.themes) == (LABEL_NAMES, THEME_NAMES)
    assert (manifest.window, manifest.overlap, manifest.seeds) == (62, 16, (7,))
    assert manifest.articles == {"train": 12, "dev": 3, "test": 2}
    assert manifest.corpus_sha256 == corpus_digest(small_corpus)
    assert manifest.recipe["optimizer"]["epochs"] == 2


def test_weights_are_in_half_precision_under_the_labels_in_order(trained, small_base):
    model = trained / "model"
    assert {str(tensor.dtype) for tensor in tensors(model).values()} == {"float16"}
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    assert [config["id2label"][str(index)] for index in range(len(config["id2label"]))] == bio_labels(LABEL_NAMES)
    assert config["architectures"] == ["BertForTokenClassification"]
    assert (model / "tokenizer.json").read_bytes() == (trained / "model.work" / "tokenizer" / "tokenizer.json").read_bytes()
    moved = tensors(model)["bert.embeddings.LayerNorm.weight"] - tensors(small_base)["embeddings.LayerNorm.weight"]
    assert abs(moved).max() > 0.01


def test_the_onnx_file_opens_alone(trained):
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(str(trained / "model" / "onnx" / "model.onnx"))
    assert [value.name for value in session.get_inputs()] == ["input_ids"]
    ids = np.ones((3, 7), dtype=np.int64)
    assert session.run(["logits"], {"input_ids": ids})[0].shape == (3, 7, 31)


def test_a_model_that_was_trained_is_one_that_can_be_used(learned):
    nlp = kpu_nlp.load(model=learned / "model")
    text = BODY.format(place="Ngawi", name="Rina Wulandari")
    plain, gold = parse_body(text)
    doc = nlp(plain)
    assert [(span.start_char, span.end_char, span.label_) for span in doc.spans["kpu"]] == [
        (span.start, span.end, span.label) for span in gold
    ]
    extraction = kpu_nlp.extract(plain, model=learned / "model")
    assert (extraction.model.name, extraction.model.version) == ("small", "0.1.0")
    assert [(official.name, official.roles[0].organization) for official in extraction.officials] == [
        ("Rina Wulandari", "KPU Ngawi")
    ]


def test_a_theme_of_the_users_own_comes_out_under_its_name(learned):
    manifest = read_manifest(learned / "model")
    assert manifest.labels == ("ROLE", "ORG", "PERSON", "GPE", "INCLUSION")
    assert manifest.themes == {"INCLUSION": "inklusi"}
    assert manifest.articles["test"] == 0
    assert set(manifest.scores) == {"dev"}
    text, _ = parse_body(BODY.format(place="Ngawi", name="Budi Santoso"))
    (theme,) = kpu_nlp.extract(text, model=learned / "model").themes
    assert (theme.theme, theme.label, theme.count, theme.salience) == ("inclusion", "inklusi", 1, 1.0)
    (directive,) = theme.directives
    assert [span.text for span in directive.spans] == ["membuka akses pemilih disabilitas"]
    assert directive.speaker is not None


def test_the_card_states_the_manifest_s_figures(learned):
    manifest = read_manifest(learned / "model")
    card = (learned / "model" / "README.md").read_text(encoding="utf-8")
    assert manifest.scores["dev"]["entities"].f1 > 0.9
    rows = [line for line in card.splitlines() if (line.startswith("| ") and line[2].isupper()) or line.startswith("| **")]
    assert len(rows) == len(manifest.scores["dev"])
    for row, (name, score) in zip(rows, manifest.scores["dev"].items(), strict=True):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        low, high = score.interval
        figures = [f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}", f"{low:.3f} to {high:.3f}"]
        assert cells[1:] == [*figures, str(score.gold)], name
    assert manifest.corpus_sha256 in card
    assert "training 8, dev 2, test 0" in card.replace("\n", " ")


def test_a_finished_run_given_again_only_exports(trained, small_corpus, run_train):
    work = trained / "model.work"
    before = {path: path.stat().st_mtime_ns for path in work.rglob("*")}
    result = run_train(
        trained / "recipe.toml", "--corpus", small_corpus, "--output", trained / "again", "--work", work, "--epochs", 2
    )
    assert result.exit_code == 0, result.output
    assert {path: path.stat().st_mtime_ns for path in work.rglob("*")} == before
    for name in ("model.safetensors", "onnx/model.onnx", "config.json", "README.md"):
        assert (trained / "again" / name).read_bytes() == (trained / "model" / name).read_bytes(), name


def test_another_recipe_in_the_same_work_folder_is_refused_until_fresh(
    tmp_path, small_base, small_corpus, write_recipe, run_train, one_error
):
    recipe = write_recipe(tmp_path, small_base, epochs=1)
    arguments = (recipe, "--corpus", small_corpus, "--output", tmp_path / "model")
    assert run_train(*arguments).exit_code == 0
    (tmp_path / "model.work" / "notes.txt").write_text("mine", encoding="utf-8")
    first = tensors(tmp_path / "model")
    error = one_error(run_train(*arguments, "--seed", 8))
    assert error == (
        f"{tmp_path / 'model.work'}: holds a run of another recipe or corpus; name another --work, or start anew with --fresh"
    )
    assert equal(tensors(tmp_path / "model"), first)
    assert run_train(*arguments, "--seed", 8, "--fresh").exit_code == 0
    assert not equal(tensors(tmp_path / "model"), first)
    assert read_manifest(tmp_path / "model").seeds == (8,)
    # What is not the run's own is left alone.
    assert (tmp_path / "model.work" / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert run_train(*arguments, "--fresh").exit_code == 0
    assert equal(tensors(tmp_path / "model"), first), "the seed decides"


def test_a_killed_run_goes_on_from_its_checkpoint_to_the_same_end(trained, tmp_path, small_corpus, run_train):
    arguments = [trained / "recipe.toml", "--corpus", small_corpus, "--output", tmp_path / "model", "--epochs", 2]
    command = "from kpu_nlp.cli import main; main(prog_name='kpu-nlp')"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "train", *map(str, arguments), "--device", "cpu"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    checkpoints = tmp_path / "model.work" / "checkpoints"
    deadline = time.monotonic() + 240
    try:
        while not (saved := list(checkpoints.glob("checkpoint-*/trainer_state.json"))):
            assert process.poll() is None, "it ended before its first checkpoint"
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(saved) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"model.work"}
    weights = saved[0].with_name("model.safetensors")
    written = weights.stat().st_mtime_ns
    assert run_train(*arguments).exit_code == 0
    assert weights.stat().st_mtime_ns == written, "the first epoch was trained again"
    assert steps(tmp_path / "model.work") == steps(trained / "model.work")
    assert equal(tensors(tmp_path / "model"), tensors(trained / "model"))
    for key in ("scores", "onnx"):
        assert getattr(read_manifest(tmp_path / "model"), key) == getattr(read_manifest(trained / "model"), key)


@pytest.fixture
def fit_again(small_corpus, tmp_path):
    """Fit again what a finished run had fitted, from a copy of its work folder; ``damage`` is done to its last checkpoint."""

    def run(folder, corpus, damage=None, **optimizer):
        work = tmp_path / "work"
        shutil.copytree(folder / "model.work", work)
        shutil.rmtree(work / "fitted")
        (work / "log.json").unlink()
        (work / "fitted.tmp").mkdir()
        before, last = sorted((work / "checkpoints").iterdir(), key=lambda path: int(path.name.removeprefix("checkpoint-")))
        if damage is not None:
            damage(last)
        written = (before / "model.safetensors").stat().st_mtime_ns
        recipe = read_recipe(folder / "recipe.toml")
        recipe = recipe.model_copy(update={"optimizer": recipe.optimizer.model_copy(update=optimizer)})
        fitted = fit(recipe, read_data(corpus), folder=folder, work=work, device="cpu")
        assert fitted == work / "fitted"
        assert equal(tensors(fitted), tensors(folder / "model.work" / "fitted"))
        assert steps(work)[0] == steps(folder / "model.work")[0]
        assert not (work / "fitted.tmp").exists()
        assert (before / "model.safetensors").stat().st_mtime_ns == written, "an epoch was trained again"

    return run


def cut_state(checkpoint):
    state = checkpoint / "trainer_state.json"
    state.write_bytes(state.read_bytes()[:100])


def keep_weights_alone(checkpoint):
    for path in checkpoint.iterdir():
        if path.name not in {"model.safetensors", "config.json"}:
            path.unlink()


@pytest.mark.parametrize("damage", [cut_state, keep_weights_alone])
def test_a_checkpoint_that_a_kill_left_half_written_is_passed_over(trained, small_corpus, fit_again, damage):
    fit_again(trained, small_corpus, damage, epochs=2)


def test_a_run_that_had_stopped_early_does_not_go_on(learned, fit_again):
    scored, end = steps(learned / "model.work")
    assert len(scored) < 16
    assert end == scored[-1]
    fit_again(learned, learned / "corpus")


def test_an_onnx_file_that_finds_other_spans_is_not_shipped(learned, run_train, one_error, monkeypatch):
    from kpu_nlp.training import folder as module

    export = module.export_onnx

    def export_another(model, path):
        import copy

        other = copy.deepcopy(model)
        other.classifier.bias.data[0] += 50  # everything is outside
        export(other, path)

    monkeypatch.setattr(module, "export_onnx", export_another)
    before = {path: path.stat().st_mtime_ns for path in learned.rglob("*")}
    arguments = (learned / "recipe.toml", "--corpus", learned / "corpus", "--output", learned / "model")
    error = one_error(run_train(*arguments))
    assert error.startswith("the exported ONNX file finds other spans than torch (")
    assert {path: path.stat().st_mtime_ns for path in learned.rglob("*")} == before, "the old model stays, and nothing else"


def test_eight_bits_that_lose_too_much_give_way_to_full_precision(learned, tmp_path, run_train, monkeypatch):
    from kpu_nlp.training import folder as module

    def damage(source, target):
        import onnx
        from onnx import numpy_helper

        model = onnx.load(str(source))
        bias = next(tensor for tensor in model.graph.initializer if tensor.name.endswith("classifier.bias"))
        values = numpy_helper.to_array(bias).copy()
        values[0] += 50
        bias.CopyFrom(numpy_helper.from_array(values, bias.name))
        onnx.save(model, str(target))

    monkeypatch.setattr(module, "quantize_int8", damage)
    arguments = ("--corpus", learned / "corpus", "--output", tmp_path / "model", "--work", learned / "model.work")
    assert run_train(learned / "recipe.toml", *arguments).exit_code == 0
    manifest = read_manifest(tmp_path / "model")
    assert (manifest.onnx.precision, manifest.onnx.f1_lost, manifest.onnx.labels_changed) == ("fp32", 0, 0)
    assert manifest.scores == read_manifest(learned / "model").scores
