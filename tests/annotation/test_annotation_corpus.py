import json

import pytest

from kpu_nlp.annotation import packaged
from kpu_nlp.annotation.digest import corpus_digest
from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.annotation.packaged import articles_folder, packaged_corpus
from kpu_nlp.annotation.splits import make_splits, read_splits, split_of, write_splits
from kpu_nlp.annotation.stats import corpus_stats, count
from kpu_nlp.errors import AnnotationError
from kpu_nlp.labels import LABEL_NAMES


def article(article_id, body):
    return f"---\nid: {article_id}\n---\n{body}\n"


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "articles").mkdir()
    for article_id, body in {
        "a-1": "[Rina|PERSON] dan [Tuti|PERSON]",
        "c-1": "[Rina|PERSON]",
        "d-1": "[x|ZEBRA] [y|BARU]",
    }.items():
        (tmp_path / "articles" / f"{article_id}.txt").write_text(article(article_id, body), encoding="utf-8")
    return tmp_path


def test_stats_count_per_label_and_split(corpus):
    stats = corpus_stats(corpus)
    assert stats.articles == {"train": 1, "dev": 1, "test": 1}
    assert stats.characters == {"train": 13, "dev": 4, "test": 3}
    assert stats.spans["PERSON"] == {"train": 2, "dev": 1, "test": 0}
    assert stats.spans["ORG"] == {"train": 0, "dev": 0, "test": 0}
    assert list(stats.spans) == [*LABEL_NAMES, "BARU", "ZEBRA"]


def test_stats_follow_splits_json(corpus):
    write_splits(corpus / "splits.json", {"train": ["c-1"], "dev": ["a-1"], "test": ["d-1"]})
    assert corpus_stats(corpus).spans["PERSON"] == {"train": 1, "dev": 2, "test": 0}
    write_splits(corpus / "splits.json", {"train": ["a-1"], "dev": ["c-1"], "test": []})
    with pytest.raises(AnnotationError, match=r"lacks 1 articles \(d-1 \.\.\.\); write it again"):
        corpus_stats(corpus)


def test_stats_of_articles_at_hand():
    stats = count([parse_inline(article("q-1", "[Rina|PERSON]"))], {"q-1": "test"})
    assert (stats.articles["test"], stats.spans["PERSON"]["test"]) == (1, 1)


def test_packaged_corpus_holds_what_its_splits_say():
    splits = read_splits(packaged_corpus() / "splits.json")
    ids = [path.stem for path in articles_folder(packaged_corpus()).glob("*.txt")]
    assert make_splits(ids) == splits
    assert all(split_of(article_id) == split for split, members in splits.items() for article_id in members)


def test_packaged_corpus_that_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(packaged, "data_folders", lambda _: [tmp_path])
    with pytest.raises(AnnotationError, match="came without its corpus"):
        packaged_corpus()


def test_articles_folder(corpus):
    assert articles_folder(corpus) == corpus / "articles"
    assert articles_folder(corpus / "articles") == corpus / "articles"


def test_new_series_are_spread_over_the_splits():
    found = [split_of(f"new-{number:04}") for number in range(2000)]
    assert all(abs(found.count(split) / 2000 - share) < 0.03 for split, share in (("train", 0.8), ("dev", 0.1), ("test", 0.1)))
    assert split_of("new-0001") == split_of("new-0001")


def test_write_splits_replaces_the_file_as_a_whole(tmp_path):
    path = tmp_path / "splits.json"
    splits = {"train": ["a"], "dev": [], "test": ["é"]}
    path.write_text("old", encoding="utf-8")
    write_splits(path, splits)
    assert read_splits(path) == splits
    assert [file.name for file in tmp_path.iterdir()] == ["splits.json"]
    packaged_file = packaged_corpus() / "splits.json"
    write_splits(path, read_splits(packaged_file))
    assert path.read_bytes() == packaged_file.read_bytes()


def test_write_splits_leaves_nothing_behind_where_it_fails(tmp_path):
    target = tmp_path / "splits.json"
    target.mkdir()
    with pytest.raises(AnnotationError, match=r"splits\.json: cannot be written"):
        write_splits(target, {"train": [], "dev": [], "test": []})
    assert [file.name for file in tmp_path.iterdir()] == ["splits.json"]
    with pytest.raises(AnnotationError, match="cannot be written"):
        write_splits(tmp_path / "none" / "splits.json", {"train": [], "dev": [], "test": []})


@pytest.mark.parametrize("content", ["", "[]", json.dumps({"train": []}), "\xff"])
def test_read_splits_refuses_another_form(tmp_path, content):
    path = tmp_path / "splits.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(AnnotationError, match=r"splits\.json"):
        read_splits(path)


def test_digest_is_the_same_wherever_the_corpus_lies(corpus, tmp_path):
    digest = corpus_digest(corpus)
    assert len(digest) == 64
    assert corpus_digest(corpus / "articles") == digest
    other = tmp_path / "other"
    other.mkdir()
    for path in sorted((corpus / "articles").iterdir(), reverse=True):
        (other / path.name).write_bytes(path.read_bytes())
    (other / "notes.md").touch()
    assert corpus_digest(other) == digest


def test_digest_sees_every_change(corpus):
    folder = corpus / "articles"
    digests = {corpus_digest(corpus)}
    (folder / "a-1.txt").write_bytes((folder / "a-1.txt").read_bytes() + b"\n")
    digests.add(corpus_digest(corpus))
    (folder / "a-1.txt").rename(folder / "a-2.txt")
    digests.add(corpus_digest(corpus))
    (folder / "a-2.txt").unlink()
    digests.add(corpus_digest(corpus))
    assert len(digests) == 4


def test_digest_of_nothing_is_refused(tmp_path):
    with pytest.raises(AnnotationError, match="no annotated article"):
        corpus_digest(tmp_path)


def test_digest_keeps_names_and_contents_apart(tmp_path):
    # The same bytes in a row, cut elsewhere.
    for folder, files in (("one", {"a.txt": "xb.txt", "c.txt": ""}), ("two", {"a.txt": "x", "b.txt": "c.txt"})):
        (tmp_path / folder).mkdir()
        for name, content in files.items():
            (tmp_path / folder / name).write_text(content, encoding="utf-8")
    assert corpus_digest(tmp_path / "one") != corpus_digest(tmp_path / "two")
