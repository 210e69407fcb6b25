import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from kpu_nlp.annotation.splits import read_splits
from kpu_nlp.cli.corpus import corpus as command
from kpu_nlp.errors import AnnotationError


def run(*arguments, code=0):
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for article_id, body in {"a-1": "[Rina|PERSON] dan [Tuti|PERSON]", "c-1": "[Rina|PERSON]"}.items():
        (folder / f"{article_id}.txt").write_text(f"---\nid: {article_id}\n---\n{body}\n", encoding="utf-8")
    return tmp_path


def test_check_without_slips(corpus):
    assert run("check", corpus) == "2 articles, 3 spans, no slips\n"
    assert run("check", corpus / "articles" / "c-1.txt") == "1 article, 1 span, no slips\n"


def test_check_prints_every_slip(corpus):
    path = corpus / "articles" / "a-1.txt"
    path.write_text("---\nid: a-2\n---\nSatu\n[x|NEW]\n", encoding="utf-8")
    assert run("check", corpus, code=1) == (
        f"{path}:2: id 'a-2' is not the file's name 'a-1'\n"
        f"{path}:5: unknown label NEW on 'x'\n"
        "2 articles, 2 spans, 2 slips in 1 article\n"
    )
    path.write_text("---\nid: a-1\n---\n[x|NEW]\n", encoding="utf-8")
    assert run("check", path, "--label", "NEW") == "1 article, 1 span, no slips\n"


def test_check_wants_a_path(tmp_path):
    run("check", code=2)
    run("check", tmp_path / "none", code=2)
    with pytest.raises(AnnotationError, match="no annotated article"):
        run("check", tmp_path)


def test_stats_table(corpus):
    lines = run("stats", corpus).splitlines()
    assert lines[:5] == [
        "               train  dev  test  total",
        "articles           1    1     0      2",
        "characters        13    4     0     17",
        "PERSON             2    1     0      3",
        "ROLE               0    0     0      0",
    ]
    assert lines[-1] == "spans              2    1     0      3"


def test_stats_json(corpus):
    stats = json.loads(run("stats", corpus, "--json"))
    assert stats["articles"] == {"train": 1, "dev": 1, "test": 0}
    assert stats["spans"]["PERSON"] == {"train": 2, "dev": 1, "test": 0}


def test_stats_of_the_packaged_corpus():
    stats = json.loads(run("stats", "--json"))
    assert sum(stats["articles"].values()) >= 448
    assert all(counts["train"] > 0 for counts in stats["spans"].values())


@pytest.mark.parametrize("command_name", ["stats", "split"])
def test_an_article_that_cannot_be_opened(corpus, command_name):
    path = corpus / "articles" / "b-1.txt"
    path.symlink_to(path)
    with pytest.raises(AnnotationError, match=r"b-1\.txt: cannot be read \(Too many levels of symbolic links\)"):
        run(command_name, corpus)


def test_split_writes_splits_json(corpus):
    target = corpus / "splits.json"
    assert run("split", corpus) == f"{target}: train 1, dev 1, test 0\n"
    assert read_splits(target) == {"train": ["a-1"], "dev": ["c-1"], "test": []}


def test_split_refuses_an_id_that_stands_twice(corpus):
    (corpus / "articles" / "z.txt").write_bytes((corpus / "articles" / "a-1.txt").read_bytes())
    with pytest.raises(AnnotationError, match="a-1"):
        run("split", corpus)
    assert not (corpus / "splits.json").exists()


def test_module_imports_nothing_heavy():
    heavy = {"numpy", "pydantic", "rich", "spacy", "torch", "yaml", "kpu_nlp.annotation.inline"}
    code = f"import sys, kpu_nlp.cli.corpus; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
