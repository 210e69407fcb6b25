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
from kpu_nlp.training.error_report import find_errors
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


def test_headers_without_facts_leave_the_scores_of_spans(evaluation: Evaluation, corpus: Path, tmp_path: Path, invoke) -> None:
    for path in (corpus / "articles").iterdir():
        article = parse_inline(path.read_text(encoding="utf-8"))
        bare = f"id: {path.stem}\n" + (f"published: {article.facts.published}\n" if article.facts.published else "")
        body = path.read_text(encoding="utf-8").removeprefix(f"---\n{article.header}")
        (tmp_path / path.name).write_text(f"---\n{bare}{body}", encoding="utf-8")
    assert invoke("corpus", "check", tmp_path).stdout.endswith("no slips\n")
    found = json.loads(invoke("evaluate", tmp_path, "--split", "dev", "--json").stdout)
    assert found == evaluation.as_json() | {"facts": {}}
    assert "facts" not in invoke("evaluate", tmp_path, "--device", "cpu").stdout


def test_the_table_prints_every_label(evaluation: Evaluation, corpus: Path, invoke) -> None:
    result = invoke("evaluate", corpus, "--device", "cpu")
    assert (result.exit_code, result.stderr) == (0, "")
    head, _, *table = result.stdout.splitlines()
    assert head == f"{evaluation.model} {evaluation.version} on {ARTICLES} dev articles, exact spans"
    facts = table.index("facts, F1, and share of right answers")
    rows = {line[:16].strip(): line[16:].split() for line in table[:facts] if not line.startswith("-")}
    assert list(rows) == [*LABEL_NAMES, "all entities", "all themes", "themes, overlap"]
    printed = {line.split()[0]: float(line.split()[1]) for line in table[facts + 1 :]}
    assert printed == {name: row["score"] for name, row in evaluation.as_json()["facts"].items()}
    for label in LABEL_NAMES:
        count, (low, high) = evaluation.rows()[label], evaluation.intervals()[label]
        figures = [f"{count.precision:.4f}", f"{count.recall:.4f}", f"{count.f1:.4f}", f"{low:.4f}-{high:.4f}", str(count.gold)]
        assert rows[label] == figures


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


def test_every_error_is_on_the_page(evaluation: Evaluation, corpus: Path, invoke, tmp_path: Path) -> None:
    page = tmp_path / "errors.html"
    assert invoke("evaluate", corpus, "--device", "cpu", "--errors", page).exit_code == 0
    text = page.read_text(encoding="utf-8")
    wrong = [find_errors(article, found) for article, found in zip(evaluation.articles, evaluation.found, strict=True)]
    assert text.count("<small>") == sum(map(len, wrong)) > 0
    for article, errors in zip(evaluation.articles, wrong, strict=True):
        assert text.count(f"<small>{article.facts.id}, ") == len(errors)


def test_a_page_that_cannot_be_written_is_told_before_anything_is_scored(corpus: Path, fails, tmp_path: Path) -> None:
    assert "there is no folder" in fails("evaluate", corpus, "--errors", tmp_path / "none" / "errors.html")


def test_articles_printed_another_way(corpus: Path, invoke) -> None:
    result = invoke("evaluate", corpus, "--perturb", "quotes", "--json")
    (row,) = json.loads(result.stdout)["perturbed"]
    assert row["name"] == "quotes"
    assert row["entities"] == pytest.approx(
        json.loads(result.stdout)["scores"]["entities"]["f1"] - row["entities_lost"] / 100, abs=1e-3
    )
    assert invoke("evaluate", corpus, "--perturb", "sideways").exit_code == 2
