"""The same command in two processes that train together, as on two GPUs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.training.ranks import from_main, is_main, use_one_gpu, world_size

ROOT = Path(__file__).parents[2]
COMMAND = "from kpu_nlp.cli import main; main(prog_name='kpu-nlp')"
BODY = "[Ketua|ROLE] [KPU {place}|ORG], [Rina Wulandari|PERSON], hadir di [{place}|GPE]."
PLACES = ("Ngawi", "Jember", "Blitar", "Kediri", "Tuban", "Gresik")


def test_alone_a_process_is_the_main_one(monkeypatch):
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert (world_size(), is_main(), from_main("value")) == (1, True, "value")


@pytest.mark.parametrize(("gpus", "told"), [(0, []), (1, []), (2, ["one of 2 GPUs is used; for all of them: torchrun"])])
def test_one_of_several_gpus_is_used_and_the_others_are_told_of(tmp_path, caplog, gpus, told):
    from transformers import TrainingArguments

    caplog.set_level("INFO", logger="kpu_nlp")
    arguments = TrainingArguments(output_dir=str(tmp_path), per_device_train_batch_size=4, use_cpu=True)
    assert arguments.n_gpu == 0
    arguments._n_gpu = gpus  # as on a machine that has them
    use_one_gpu(arguments)
    assert (arguments.n_gpu, arguments.train_batch_size) == (min(gpus, 1), 4)
    assert [line.partition(" --")[0] for line in caplog.messages] == told


def test_a_batch_that_cannot_be_divided_is_refused(
    tmp_path, small_base, small_corpus, write_recipe, run_train, one_error, monkeypatch
):
    monkeypatch.setenv("WORLD_SIZE", "3")
    monkeypatch.setattr("kpu_nlp.training.fit.join", lambda _: None)
    recipe = write_recipe(tmp_path, small_base)
    error = one_error(run_train(recipe, "--corpus", small_corpus, "--output", tmp_path / "model"))
    assert error == "optimizer.batch_size 4 cannot be divided among 3 processes; set a multiple of their number"
    assert {path.name for path in tmp_path.iterdir()} == {"recipe.toml"}


@pytest.mark.slow
def test_two_processes_come_to_the_same_model_as_one(tmp_path, small_base, small_corpus, write_recipe, write_corpus):
    from safetensors.numpy import load_file

    bodies = {f"new-{place}": BODY.format(place=place) for place in PLACES}
    added = write_corpus(tmp_path / "new", {"train": bodies}) / "articles"
    # Without dropout, whose random numbers each process draws for itself.
    recipe = write_recipe(tmp_path, "not/used", epochs=2, more="dropout = 0.0\n")
    arguments = ("--add", added, "--base", small_base, "--recipe", recipe, "--corpus", small_corpus, "--device", "cpu")
    launchers = {
        "one": (sys.executable,),
        "two": (
            *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--no-python"),
            sys.executable,
        ),
    }
    printed = {}
    for name, launcher in launchers.items():
        done = subprocess.run(
            [*launcher, "-c", COMMAND, "train", *map(str, arguments), "--output", tmp_path / name],
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"},
            capture_output=True,
            text=True,
            check=False,
        )
        written = [path for path in (tmp_path / name, tmp_path / f"{name}.rejected") if path.exists()]
        assert len(written) == 1, done.stderr
        printed[name] = (done, written[0])
    done, folder = printed["two"]
    assert done.stderr.count("articles: 12 old, ") == 1, "one of them tells"
    assert done.stdout.count("verdict: ") == 1
    one, two = (load_file(folder / "model.safetensors") for _, folder in printed.values())
    base = load_file(small_base / "model.safetensors")
    assert one.keys() == two.keys()
    apart = moved = 0.0
    for name, tensor in base.items():
        weights = [model[f"bert.{name}"].astype("float32") for model in (one, two)]
        apart += abs(weights[0] - weights[1]).sum()
        moved += abs(weights[0] - tensor).sum()
    # Each takes the mean over its own half of a batch, and Adam steps as far for a gradient that is all rounding as for any
    # other; models of two seeds are as far apart as each has moved.
    assert apart < 0.25 * moved
    assert read_manifest(folder).articles == read_manifest(printed["one"][1]).articles
