import importlib.util
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kpu_nlp.annotation.digest import corpus_digest
from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.tagging.manifest import read_manifest

SCRIPT = Path(__file__).parents[2] / "training" / "baselines.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("baselines", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def run(script, tmp_path, monkeypatch):
    """Run the script with results and work in a folder of the test; returns its click result."""
    monkeypatch.setattr(script, "RESULTS", tmp_path / "results" / "baselines.json")
    monkeypatch.setattr(script, "WORK", tmp_path / "work")
    return lambda *arguments: CliRunner().invoke(script.main, [*map(str, arguments)], catch_exceptions=False)


def article(body):
    return parse_inline(f"---\nid: x-1\n---\n{body}\n")


def surfaces(text, spans):
    return [(span.of(text), span.label) for span in spans]


def test_surfaces_are_counted_and_take_their_most_frequent_label(script):
    articles = [
        article("[Ngawi|GPE] [Ngawi|GPE] [Ngawi|ORG] [KPU Ngawi|ORG]"),
        article("[KPU Ngawi|ORG] [soliditas|CONSOLIDATION]"),
    ]
    found = script.collect(articles, ["ORG", "GPE"], fold=False)
    assert found.labels == {("Ngawi",): ("GPE", 2), ("KPU", "Ngawi"): ("ORG", 2)}


def test_of_equally_frequent_labels_the_first_is_taken(script):
    found = script.collect([article("[Batu|GPE] [Batu|ORG]")], ["ORG", "GPE"], fold=False)
    assert found.labels == {("Batu",): ("ORG", 1)}


def test_surfaces_seen_less_than_k_times_are_left_out(script):
    gazetteer = script.collect([article("[Batu|GPE], [Batu|GPE], [Ngawi|GPE]")], ["GPE"], fold=False)
    text = "Batu, Ngawi, Batubara"
    assert surfaces(text, gazetteer.find(text, 1)) == [("Batu", "GPE"), ("Ngawi", "GPE")]
    assert surfaces(text, gazetteer.find(text, 2)) == [("Batu", "GPE")]
    assert gazetteer.find(text, 3) == []


def test_case_counts_for_entities_and_not_for_themes(script):
    body = "[Ketua|ROLE] menjaga [Integritas|COMMITMENT]"
    text = "ketua: integritas"
    assert script.collect([article(body)], ["ROLE"], fold=False).find(text, 1) == []
    themes = script.collect([article(body)], ["COMMITMENT"], fold=True)
    assert surfaces(text, themes.find(text, 1)) == [("integritas", "COMMITMENT")]


def test_a_surface_never_crosses_a_line(script):
    gazetteer = script.collect([article("[KPU Ngawi|ORG]")], ["ORG"], fold=False)
    assert gazetteer.find("Rapat di KPU\nNgawi siap", 1) == []


def test_the_longest_entity_wins_and_themes_lie_outside_entities(script):
    train = [article("[Ngawi|GPE] [KPU Ngawi|ORG] [Rakor Integritas|EVENT] [integritas|COMMITMENT]")]
    entities = script.collect(train, ["ORG", "GPE", "EVENT"], fold=False)
    themes = script.collect(train, ["COMMITMENT"], fold=True)
    text = "Rakor Integritas KPU Ngawi: jaga integritas"
    found = script.find_entities(text, entities, 1, ["ORG", "GPE", "EVENT"])
    assert surfaces(text, found) == [("Rakor Integritas", "EVENT"), ("KPU Ngawi", "ORG")]
    assert surfaces(text, script.find_themes(text, themes, 1, found)) == [("integritas", "COMMITMENT")]
    assert script.find_themes(text, themes, 1, found)[0].start == text.rindex("integritas")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pada Jumat, 22 Juli 2022, rapat", [("Jumat, 22 Juli 2022", "DATE")]),
        ("Sabtu (18/7) dan Senin (3/10/2022)", [("Sabtu (18/7)", "DATE"), ("Senin (3/10/2022)", "DATE")]),
        ("24-26 Maret 2023", [("24-26 Maret 2023", "DATE")]),
        ("pukul 21.00 WIB sampai dengan selesai.", [("pukul 21.00 WIB sampai dengan selesai", "TIME")]),
        ("jadwal 09.00-12.00 WITA, jam 9 pagi", [("09.00-12.00 WITA", "TIME"), ("jam 9 pagi", "TIME")]),
        ("Rp 12.50", []),
        ("sesuai Undang-Undang Nomor 7 Tahun 2017 tentang", [("Undang-Undang Nomor 7 Tahun 2017", "LAW")]),
        ("PKPU 3 Tahun 2022; UU No. 27/2023.", [("PKPU 3 Tahun 2022", "LAW"), ("UU No. 27/2023", "LAW")]),
        ("Pasal 5 ayat (2) Peraturan KPU Nomor 18 Tahun 2012", [("Pasal 5 ayat (2) Peraturan KPU Nomor 18 Tahun 2012", "LAW")]),
    ],
)  # fmt: skip
def test_patterns(script, text, expected):
    found = script.longest_first(script.match_patterns(text, ["DATE", "TIME", "LAW"]))
    assert surfaces(text, found) == expected


def test_k_is_the_one_of_the_best_dev_score(script):
    dev = [article("[Batu|GPE] dan Malang")]
    gazetteer = script.collect([article("[Batu|GPE] [Batu|GPE] [Batu|GPE] [Malang|GPE] [Malang|GPE]")], ["GPE"], fold=False)
    # Up to k = 2 Malang is a false alarm, from k = 4 nothing is found.
    assert script.best_min_count(dev, ["GPE"], lambda k: [gazetteer.find(dev[0].text, k)]) == 3


def test_gazetteer_surfaces_come_from_training_articles_only(script, shipped_model):
    splits = {
        "train": [article("[Batu|GPE] menjaga [integritas|COMMITMENT] [hari ini|DATE]")],
        "dev": [article("[Ngawi|GPE] dan [soliditas|CONSOLIDATION]")],
        "test": [article("[Batu|GPE], [Ngawi|GPE]: [soliditas|CONSOLIDATION], [integritas|COMMITMENT], [7 Mei|DATE]")],
    }
    (found,), settings = script.run_gazetteer(splits, "test", read_manifest(shipped_model))
    expected = [("Batu", "GPE"), ("integritas", "COMMITMENT"), ("7 Mei", "DATE")]
    assert surfaces(splits["test"][0].text, found) == expected
    assert settings == {"entity_k": 1, "theme_k": 1}


def test_docs_hold_every_span(script, small_corpus, tmp_path):
    import spacy
    from spacy.tokens import DocBin

    articles = script.read_corpus(small_corpus, "dev")["train"]
    script.write_docs(articles, tmp_path / "train.spacy")
    docs = list(DocBin().from_disk(tmp_path / "train.spacy").get_docs(spacy.blank("id").vocab))
    assert [[(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in docs] == [
        sorted((span.start, span.end, span.label) for span in one.spans) for one in articles
    ]


def test_results_are_kept_and_the_trained_pipeline_is_used_again(script, run, small_corpus, shipped_model, monkeypatch):
    first = run(small_corpus, "--steps", 2)
    assert first.exit_code == 0, first.output
    manifest = read_manifest(shipped_model)
    results = json.loads(script.RESULTS.read_text(encoding="utf-8"))
    digest = corpus_digest(small_corpus)
    assert set(results) == {f"gazetteer/dev/{digest}", f"spacy-2/dev/{digest}"}
    gazetteer = results[f"gazetteer/dev/{digest}"]
    assert gazetteer["articles"] == 3
    assert set(gazetteer["scores"]) == {*manifest.labels, *script.SUMMARIES}
    assert gazetteer["scores"]["entities"]["f1"] > 0.2
    assert "another state of the corpus" in first.stderr
    row = next(line.split() for line in first.stdout.splitlines() if line.startswith("entities "))
    assert row[1::2] == [f"{gazetteer['scores']['entities']['f1']:.4f}", f"{manifest.scores['dev']['entities'].f1:.4f}"]

    def fail(*_, **__):
        raise AssertionError("computed again")

    monkeypatch.setattr(script, "spacy_train", fail)
    # The other split is new, the pipeline is not.
    test = run(small_corpus, "--steps", 2, "--split", "test")
    assert test.exit_code == 0, test.output
    assert len(json.loads(script.RESULTS.read_text(encoding="utf-8"))) == 4
    monkeypatch.setattr(script, "run_spacy", fail)
    monkeypatch.setattr(script, "run_gazetteer", fail)
    again = run(small_corpus, "--steps", 2)
    # Without the log of spaCy's training.
    assert (again.exit_code, again.stdout) == (0, first.stdout[first.stdout.index("dev, 3 articles") :])


def test_an_interrupted_training_is_not_taken_for_a_whole_one(script, small_corpus, tmp_path, monkeypatch):
    splits, folder, train = script.read_corpus(small_corpus, "dev"), tmp_path / "spacy", script.spacy_train

    def interrupted(*arguments, **options):
        train(*arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(script, "spacy_train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        script.train_spacy(splits, folder, 1)
    assert (folder / "model-best").is_dir()
    assert (folder / "model-last").is_dir()
    (folder / "model-best" / "meta.json").unlink()

    monkeypatch.setattr(script, "spacy_train", train)
    assert (script.train_spacy(splits, folder, 1) / "meta.json").is_file()


def test_a_corpus_without_dev_articles_is_one_clear_line(run, tmp_path, write_corpus):
    corpus = write_corpus(tmp_path / "corpus", {"train": {"x-1": "[Batu|GPE]"}, "dev": {}, "test": {}})
    result = run(corpus)
    assert result.exit_code == 1
    assert result.stderr == f"Error: {corpus}: no article in the dev split, which a baseline needs; add some\n"


def test_one_baseline_can_be_run_alone(script, run, small_corpus):
    result = run(small_corpus, "--baseline", "gazetteer")
    assert result.exit_code == 0, result.output
    assert list(json.loads(script.RESULTS.read_text(encoding="utf-8"))) == [f"gazetteer/dev/{corpus_digest(small_corpus)}"]
    assert not script.WORK.exists()
