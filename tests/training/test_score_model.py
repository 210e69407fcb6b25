"""The script that scores the shipped model again and writes its card."""

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.pipeline import load
from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.training.evaluate import evaluate_articles, read_split

TRAINING = Path(__file__).parents[2] / "training"


@pytest.fixture(scope="module")
def script():
    names = ("baselines", "benchmark_public", "score_model")
    before = {name: sys.modules.pop(name, None) for name in names}
    sys.path.insert(0, str(TRAINING))  # as python does with the folder of a script
    spec = importlib.util.spec_from_file_location("score_model", TRAINING / "score_model.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(TRAINING))
    for name in names:
        sys.modules.pop(name, None)
        if before[name] is not None:
            sys.modules[name] = before[name]


@pytest.fixture(scope="module")
def result():
    return evaluate_articles(read_split(packaged_corpus(), "dev")[:3], load(device="cpu"), split="dev")


def test_baselines_stand_beside_the_model_where_they_saw_the_same_articles(script, result):
    scores = {name: {"f1": 0.5} for name in script.SUMMARIES}
    kept = {
        "gazetteer/dev/abc": {"scores": scores},
        "gazetteer/test/abc": {"scores": scores},
        "spacy-10/dev/other": {"scores": scores},
    }
    table = script.baseline_table(result, kept, "abc")
    assert [row[0] for row in table.rows] == [f"{result.model} {result.version}", "gazetteer"]
    assert table.rows[0][1] == f"{result.rows()['entities'].f1:.3f}"
    assert table.rows[1][1:] == ("0.500",) * 3
    assert script.baseline_table(result, kept, "nothing") is None


def test_public_figures_are_means_with_their_range(script):
    kept = {f"nergrit/{seed}": {"micro": micro, "macro": 0.7, "weighted": 0.9} for seed, micro in ((13, 0.8), (14, 0.82))}
    ((name, seeds, micro, *_),) = script.public_table(kept).rows
    assert (name, seeds, micro) == ("nergrit", "2", "0.8100 (0.8000 to 0.8200)")
    assert script.public_table({}) is None


def test_regions_are_those_of_the_articles(script, result):
    table = script.region_table(result)
    assert table.rows[0][:2] == ("all", "3")


@pytest.mark.slow
def test_a_model_folder_gets_its_scores_and_tables(script, tmp_path, shipped_model):
    model = shutil.copytree(shipped_model, tmp_path / "model")
    manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
    (model / "manifest.json").write_text(json.dumps(manifest | {"scores": {}, "facts": {}}), encoding="utf-8")
    articles = sorted((packaged_corpus() / "articles").glob("c-*.txt"))[:4]
    (tmp_path / "corpus" / "articles").mkdir(parents=True)
    for path in articles:
        shutil.copy(path, tmp_path / "corpus" / "articles")
    ids = [path.stem for path in articles]
    splits = {"train": ids[:1], "dev": ids[1:2], "test": ids[2:]}
    (tmp_path / "corpus" / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    done = CliRunner().invoke(script.main, [str(tmp_path / "corpus"), "--model", str(model)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    scored = read_manifest(model)
    assert (len(scored.scores["dev"]), scored.scores["test"]["entities"].gold > 20) == (18, True)
    assert "printed another way" in scored.comparisons[0].title
    assert len(scored.comparisons[0].rows) == len(script.PRINTS)
    card = (model / "README.md").read_text(encoding="utf-8")
    assert "| all in capitals | " in card
