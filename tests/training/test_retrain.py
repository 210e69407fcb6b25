"""The loop: a model goes on with new articles, is compared with what it was, and takes its name or does not."""

import json
import re

import pytest

import kpu_nlp
from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.tagging.manifest import read_manifest

pytestmark = pytest.mark.slow

# Articles so uniform that a small encoder learns them by heart.
BODY = """[KPU {place}|ORG] Gelar Sosialisasi
[{place}|GPE] - [Ketua|ROLE] [KPU {place}|ORG], [{name}|PERSON], hadir.
[{name}|PERSON] juga hadir di [{place}|GPE]."""
NEW_BODY = BODY + "\n[{name}|PERSON] meminta jajaran [membuka akses pemilih disabilitas|INCLUSION]."
WRONG_BODY = re.sub(r"\|(ORG|GPE|ROLE|PERSON)\]", "|LAW]", BODY)
PLACES = ("Ngawi", "Jember", "Blitar", "Kediri", "Tuban", "Gresik", "Malang", "Madiun", "Batu", "Lumajang")
NAMES = ("Rina Wulandari", "Budi Santoso", "Tuti Hartini", "Agus Pranoto")

RECIPE = """
seed = 7
bf16 = false

[optimizer]
body_rate = 4e-3
head_rate = 1e-2
batch_size = 4
epochs = 8
patience = 8

[augmentation]
join_paragraphs = 0
drop_spaces = 0
upper_title = 0
upper = 0
lower = 0
quotes = 0
typos = 0

[mixture]
old_per_new = {old_per_new}
old_at_least = 0
"""


def bodies(prefix, template, names=NAMES, count=10, ending=""):
    filled = (template.format(place=PLACES[i % 10], name=names[i % len(names)]) + ending for i in range(count))
    return {f"{prefix}-{i}": body for i, body in enumerate(filled)}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, write_corpus):
    split = {
        "train": bodies("x", BODY),
        "dev": bodies("y", BODY, ending="\nDemikian.", count=6),
        "test": bodies("z", BODY, ending="\nSelesai.", count=2),
    }
    return write_corpus(tmp_path_factory.mktemp("old") / "corpus", split)


@pytest.fixture(scope="module")
def first(tmp_path_factory, small_base, corpus, write_recipe, run_train):
    """The folder of the model that goes on."""
    folder = tmp_path_factory.mktemp("first")
    more = RECIPE[RECIPE.index("[augmentation]") : RECIPE.index("[mixture]")]
    recipe = write_recipe(folder, small_base, epochs=16, patience=6, more=f"\n{more}")
    result = run_train(recipe, "--corpus", corpus, "--output", folder / "models" / "first")  # the folder above is made
    assert result.exit_code == 0, result.output
    manifest = read_manifest(folder / "models" / "first")
    assert manifest.scores["dev"]["entities"].f1 > 0.9
    return folder / "models" / "first"


@pytest.fixture
def retrain(tmp_path, corpus, first, write_corpus, run_train):
    """Run a retraining into ``tmp_path / "second"``."""

    def run(new, *arguments, old_per_new=1.0):
        added = tmp_path / "new"
        if not added.exists():
            write_corpus(added, {"train": new})
        recipe = tmp_path / "recipe.toml"
        recipe.write_text(RECIPE.format(old_per_new=old_per_new), encoding="utf-8")
        return run_train(
            *("--add", added / "articles", "--from", first, "--corpus", corpus, "--recipe", recipe),
            *("--output", tmp_path / "second", *arguments),
        )

    return run


def test_a_new_label_is_learnt_and_the_old_ones_are_not_forgotten(tmp_path, retrain, first):
    names = (*NAMES, "Sri Lestari", "Joko Purnomo", "Dewi Anggraini")
    result = retrain(bodies("new", NEW_BODY, names=names, count=28), "--label", "INCLUSION=inklusi")
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"new", "recipe.toml", "second", "second.work"}
    assert not (tmp_path / "second.work" / "checkpoints").exists()
    manifest = read_manifest(tmp_path / "second")
    assert (manifest.name, manifest.version, manifest.base) == ("second", "1.0.0", "small 0.1.0")
    assert manifest.labels == (*LABEL_NAMES, "INCLUSION")
    assert manifest.themes["INCLUSION"] == "inklusi"
    held_out = manifest.articles["held-out"]
    assert manifest.articles == {"train": 10 + 28 - held_out, "dev": 6, "test": 2, "held-out": held_out}
    assert manifest.scores["dev"]["entities"].f1 > 0.9
    assert manifest.scores["held-out"]["INCLUSION"].f1 > 0.9
    assert "INCLUSION" not in manifest.scores["dev"]
    assert "comparison.json" in manifest.files
    # What was found is what a user gets.
    text, _ = parse_body(NEW_BODY.format(place="Ngawi", name="Budi Santoso"))
    (theme,) = kpu_nlp.extract(text, model=tmp_path / "second").themes
    assert (theme.theme, theme.label) == ("inclusion", "inklusi")
    assert not kpu_nlp.extract(text, model=first).themes
    # The plan on standard error, the comparison and the verdict on standard output.
    assert f"articles: 10 old, {28 - held_out} new, {held_out} new held out, 6 dev" in result.stderr
    assert re.search(r"(?m)^about \d+ min: \d+ steps of [\d.]+ s", result.stderr)
    assert re.search(rf"(?m)^INCLUSION +0 +{28 - held_out} +{held_out}$", result.stderr)
    assert "INCLUSION: " in result.stderr, "so many spans are few"
    lines = result.stdout.splitlines()
    assert lines[0].startswith("before: small 0.1.0, after: second 1.0.0; ")
    assert [line for line in lines if line.startswith("the ")] == [
        "the dev articles of the corpus (6)",
        f"the new articles held out ({held_out})",
        "the test articles (2, decides nothing)",
    ]
    assert re.search(r"(?m)^INCLUSION +- +1\.0000 +\+100\.00 +\+100\.00 to \+100\.00", result.stdout)
    assert "verdict: better" in lines
    card = (tmp_path / "second" / "README.md").read_text(encoding="utf-8")
    assert f"test 2, held out {held_out};" in card
    assert "New articles held out, exact spans" in card
    compared = json.loads((tmp_path / "second" / "comparison.json").read_text(encoding="utf-8"))
    assert compared["sets"]["held-out"]["rows"]["INCLUSION"]["before"] is None


def test_a_model_that_forgets_is_rejected_and_the_old_folder_stays(tmp_path, retrain):
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "manifest.json").touch()
    result = retrain(bodies("new", WRONG_BODY, names=("Sri Lestari", "Joko Purnomo"), count=12), old_per_new=0.0)
    assert result.exit_code == 5, result.output
    assert [path.name for path in (tmp_path / "second").iterdir()] == ["manifest.json"]
    assert read_manifest(tmp_path / "second.rejected").name == "second"
    assert "verdict: worse" in result.stdout
    assert re.search(r"(?m)^  worse on the dev articles of the corpus: entities -\d", result.stdout)
    assert result.stderr.splitlines()[-1] == f"{tmp_path / 'second'} is not written: the model is worse on the old articles"


def test_the_same_command_again_trains_nothing_anew(tmp_path, retrain):
    new = bodies("new", BODY, names=("Sri Lestari", "Joko Purnomo"))
    assert retrain(new, "--epochs", 1).exit_code in {0, 5}
    fitted = tmp_path / "second.work" / "fitted" / "model.safetensors"
    written = fitted.stat().st_mtime_ns
    result = retrain(new, "--epochs", 1)
    assert result.exit_code in {0, 5}
    assert "already trained with this recipe and these articles" in result.stderr or fitted.stat().st_mtime_ns == written
    # Another article makes another run.
    (tmp_path / "new" / "articles" / "more.txt").write_text(
        f"---\nid: more\n---\n{BODY.format(place='Pacitan', name='Sri Lestari')}\n", encoding="utf-8"
    )
    result = retrain(new, "--epochs", 1)
    assert result.exit_code == 1
    assert "holds a run of another recipe or corpus; name another --work, or start anew with --fresh" in result.stderr


def test_files_that_a_shell_spread_are_all_taken(tmp_path, corpus, first, write_corpus, run_train):
    added = write_corpus(tmp_path / "new", {"train": bodies("new", BODY, names=("Sri Lestari",), count=4)}) / "articles"
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.format(old_per_new=1.0), encoding="utf-8")
    result = run_train(
        *("--from", first, "--corpus", corpus, "--recipe", recipe, "--epochs", 1, "--output", tmp_path / "second"),
        *("--add", *sorted(added.iterdir())),
    )
    assert result.exit_code in {0, 5}, result.output
    assert "articles: 10 old, 4 new, 0 new held out, 6 dev" in result.stderr
    assert "4 new articles are too few to hold any out" in result.stderr
