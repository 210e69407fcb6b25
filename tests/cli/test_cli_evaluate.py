"""``kpu-nlp evaluate``: the scores of `kpu_nlp.training.evaluate`, as a table or as JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.annotation.splits import make_splits, write_splits
from kpu_nlp.labels import LABEL_NAMES, THEME_NAMES
from kpu_nlp.training.evaluate import SUMMARIES, Evaluation, evaluate

ARTICLES = 3


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small corpus of development articles."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "articles").mkdir()
    for path in sorted((packaged_corpus() / "articles").glob("c-*.txt"))[:ARTICLES]:
        shutil.copy(path, folder / "articles" / path.name)
    write_splits(folder / "splits.json", make_splits(path.stem for path in (folder / "articles").iterdir()))
    return folder


@pytest.fixture(scope="module")
def evaluation(shipped_model: Path, corpus: Path) -> Evaluation:
    return evaluate(corpus, split="dev", model=shipped_model, device="cpu")


def test_json_has_the_scores_of_the_library(evaluation: Evaluation, corpus: Path, invoke) -> None:
    result = invoke("evaluate", corpus, "--split", "dev", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert found == evaluation.as_json()
    assert (found["split"], found["articles"]) == ("dev", ARTICLES)
    assert list(found["scores"]) == [*LABEL_NAMES, *SUMMARIES]


def test_the_scores_are_sane(evaluation: Evaluation, corpus: Path) -> None:
    articles = [parse_inline(path.read_text(encoding="utf-8")) for path in (corpus / "articles").iterdir()]
    annotated = [span.label for article in articles for span in article.spans]
    rows = evaluation.as_json()["scores"]
    assert {label: rows[label]["gold"] for label in LABEL_NAMES} == {label: annotated.count(label) for label in LABEL_NAMES}
    for row in rows.values():
        assert all(0 <= row[name] <= 1 for name in ("precision", "recall", "f1"))
        assert min(row["precision"], row["recall"]) - 1e-3 <= row["f1"] <= max(row["precision"], row["recall"]) + 1e-3
    assert rows["entities"]["gold"] + rows["themes"]["gold"] == len(annotated)
    assert rows["themes"]["gold"] == sum(label in THEME_NAMES for label in annotated)
    assert rows["themes_overlap"]["f1"] >= rows["themes"]["f1"]
    assert rows["entities"]["f1"] > 0.7


def test_the_table_prints_every_label(evaluation: Evaluation, corpus: Path, invoke) -> None:
    result = invoke("evaluate", corpus, "--device", "cpu")
    assert (result.exit_code, result.stderr) == (0, "")
    head, _, *table = result.stdout.splitlines()
    assert head == f"{evaluation.model} {evaluation.version} on {ARTICLES} dev articles, exact spans"
    facts = table.index("facts, F1, and share of right answers")
    rows = {line[:16].strip(): line[16:].split() for line in table[:facts] if not line.startswith("-")}
    assert list(rows) == [*LABEL_NAMES, "all entities", "all themes", "themes, overlap"]
    assert {line.split()[0]: float(line.split()[1]) for line in table[facts + 1 :]} == evaluation.as_json()["facts"]
    for label in LABEL_NAMES:
        count = evaluation.rows()[label]
        assert rows[label] == [f"{count.precision:.4f}", f"{count.recall:.4f}", f"{count.f1:.4f}", str(count.gold)]


def test_a_corpus_without_articles(corpus: Path, fails, tmp_path: Path) -> None:
    assert fails("evaluate", tmp_path).startswith(f"{tmp_path}: ")
    assert (
        fails("evaluate", corpus, "--split", "train") == f"{corpus}: no article in the train split; name another with --split"
    )


def test_a_model_that_is_not_there(corpus: Path, fails, tmp_path: Path) -> None:
    assert fails("evaluate", corpus, "--model", tmp_path / "tiada").startswith(f"{tmp_path / 'tiada'}: no such model folder")


@pytest.mark.parametrize("arguments", [["--split", "all"], ["tiada-di-sini"], ["--device", "tpu"]], ids=" ".join)
def test_wrong_usage(invoke, arguments: list[str]) -> None:
    result = invoke("evaluate", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
