"""The loop of an office: suggest, correct, import, train, compare, extract, each with the command that people give."""

import json
import re

import pytest
from click.testing import CliRunner

from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.annotation.packaged import packaged_corpus

pytestmark = pytest.mark.slow

NEW = tuple(f"s-{number:03}" for number in range(1, 11))


@pytest.fixture
def run():
    """Run ``kpu-nlp`` in this process; a bug comes out as the exception it raises."""
    from kpu_nlp.cli import main

    def run(*arguments):
        result = CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result

    return run


@pytest.fixture
def annotated():
    """What a person makes of ten new articles, by id: the annotated articles of the corpus, without facts."""
    articles = {}
    for name in NEW:
        raw = (packaged_corpus() / "articles" / f"{name}.txt").read_text(encoding="utf-8")
        article_id = f"new-{name}"
        articles[article_id] = parse_inline(re.sub(r"\A---\n.*?\n---\n", f"---\nid: {article_id}\n---\n", raw, flags=re.DOTALL))
    return articles


def correct(tasks, annotated):
    """Return the tasks as a person leaves them in the editor: the right spans instead of the suggested ones."""
    done = []
    for task in tasks:
        (suggested,) = task["predictions"]
        article = annotated[task["data"]["id"]]
        assert task["data"]["text"] == article.text
        kinds = {(region["from_name"], region["to_name"], region["type"]) for region in suggested["result"]}
        ((from_name, to_name, kind),) = kinds
        regions = [
            {
                "from_name": from_name,
                "to_name": to_name,
                "type": kind,
                "value": {"start": span.start, "end": span.end, "text": span.of(article.text), "labels": [span.label]},
            }
            for span in article.spans
        ]
        done.append({"id": len(done) + 1, "data": task["data"], "annotations": [{"result": regions}]})
    return done


def test_from_ten_articles_to_a_model_of_ones_own(tmp_path, run, run_train, annotated, small_base, small_corpus, write_recipe):
    pages = tmp_path / "pages"
    pages.mkdir()
    for article_id, article in annotated.items():
        (pages / f"{article_id}.txt").write_text(article.text, encoding="utf-8")

    run("corpus", "suggest", pages, "--output", tmp_path / "tasks.json", "--format", "label-studio")
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    assert sorted(task["data"]["id"] for task in tasks) == sorted(annotated)
    (tmp_path / "export.json").write_text(json.dumps(correct(tasks, annotated)), encoding="utf-8")

    new = tmp_path / "new"
    run("corpus", "import", tmp_path / "export.json", "--format", "label-studio", "--output", new)
    run("corpus", "check", new)
    imported = {path.stem: parse_inline(path.read_text(encoding="utf-8")) for path in new.glob("*.txt")}
    assert {name: (article.text, article.spans) for name, article in imported.items()} == {
        name: (article.text, article.spans) for name, article in annotated.items()
    }

    first = tmp_path / "first"
    begun = run_train(write_recipe(tmp_path, small_base), "--corpus", small_corpus, "--output", first)
    assert begun.exit_code == 0, begun.output
    second = tmp_path / "second"
    trained = run_train("--add", new, "--from", first, "--corpus", small_corpus, "--epochs", 2, "--output", second)
    assert trained.exit_code == 0, trained.output
    assert "verdict: " in trained.stdout

    compared = run("models", "compare", first, second, "--corpus", small_corpus)
    assert "all entities" in compared.stdout
    extraction = json.loads(run("extract", pages / f"new-{NEW[0]}.txt", "--model", second).stdout)
    assert extraction["model"] == {"name": "second", "version": "1.0.0"}
    assert extraction["article"]["text"] == annotated[f"new-{NEW[0]}"].text
