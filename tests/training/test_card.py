import pytest

from kpu_nlp.tagging.manifest import ComparisonTable, read_manifest
from kpu_nlp.training.card import write_card


@pytest.fixture
def manifest(shipped_model):
    return read_manifest(shipped_model)


@pytest.fixture
def written(tmp_path):
    def write(manifest):
        write_card(tmp_path / "README.md", manifest)
        return (tmp_path / "README.md").read_text(encoding="utf-8")

    return write


def test_the_shipped_card_is_the_one_that_its_manifest_gives(manifest, written, shipped_model):
    assert written(manifest) == (shipped_model / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "gone", "there"),
    [
        ({"corpus_sha256": "0" * 64}, ["invented", "by writer", "richer", "license: mit", "Corpus and"], "0" * 64),
        ({"base": "other/encoder"}, ["e5", "384", "license: mit", "XLM-RoBERTa"], "Base: `other/encoder`.\n"),
        ({"labels": ("PERSON", "INCLUSION"), "themes": {}}, ["officials, roles,"], "Marks spans of PERSON, INCLUSION in"),
        ({"name": "mine"}, ["is the model that `kpu-nlp extract` runs"], "`kpu-nlp extract --model FOLDER` runs it"),
    ],
)  # fmt: skip
def test_a_card_claims_of_the_shipped_model_only_what_holds_for_another(manifest, written, change, gone, there):
    before, after = written(manifest), written(manifest.model_copy(update=change))
    assert [phrase for phrase in gone if phrase not in before] == []
    assert [phrase for phrase in gone if phrase in after] == []
    assert there in after


def test_the_front_matter_is_yaml(manifest, written):
    import yaml

    for change in ({}, {"base": "other/encoder"}):
        front = written(manifest.model_copy(update=change)).split("---\n")[1]
        assert yaml.safe_load(front)["pipeline_tag"] == "token-classification"


def test_comparisons_are_tables_of_the_card(manifest, written):
    table = ComparisonTable(title="Beside others", columns=("system", "F1"), rows=(("ours", "0.9"), ("theirs", "0.8")))
    text = written(manifest.model_copy(update={"comparisons": (table,)}))
    assert "\n\nBeside others:\n\n| system | F1 |\n| --- | --- |\n| ours | 0.9 |\n| theirs | 0.8 |\n\n## Limits\n" in text
    assert "Beside others" not in written(manifest.model_copy(update={"comparisons": ()}))
