import hashlib
import json

import pytest

from kpu_nlp.errors import ModelError
from kpu_nlp.tagging.manifest import PICKLED_SUFFIXES, read_manifest


def write_manifest(folder, data):
    (folder / "manifest.json").write_text(json.dumps(data), encoding="utf-8")


def test_a_complete_folder_gives_its_manifest(model_folder):
    manifest = read_manifest(model_folder)
    assert (manifest.name, manifest.version) == ("tiny", "0.1.0")
    assert manifest.labels == ("PERSON", "COMMITMENT")
    assert manifest.scores["dev"]["PERSON"].gold == 7


def test_keys_that_a_later_version_adds_are_passed_over(model_folder, manifest_data):
    write_manifest(model_folder, manifest_data | {"emissions": {"kg": 0.1}})
    assert read_manifest(model_folder).name == "tiny"


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match=r"nowhere: no such model folder; name one with a manifest\.json, or leave out"):
        read_manifest(tmp_path / "nowhere")


def test_a_file_is_no_folder(model_folder):
    with pytest.raises(ModelError, match=r"config\.json: no such model folder"):
        read_manifest(model_folder / "config.json")


def test_a_folder_without_manifest(model_folder):
    (model_folder / "manifest.json").unlink()
    with pytest.raises(ModelError, match=r"tiny: no manifest\.json in this folder, .* 'kpu-nlp train'"):
        read_manifest(model_folder)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b'{"format_version": 1,}', b"[" * 100_000],
    ids=["empty", "open", "bytes", "comma", "deep"],
)
def test_a_manifest_that_is_no_json(model_folder, content):
    (model_folder / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"manifest\.json: cannot be read as JSON; install or copy the model again"):
        read_manifest(model_folder)


@pytest.mark.parametrize("content", ["[]", "3", "null", "{}", '{"format_version": null}'])
def test_a_manifest_without_a_format_version(model_folder, content):
    (model_folder / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="format version None, but this kpu-nlp reads 1"):
        read_manifest(model_folder)


@pytest.mark.parametrize("version", [0, 2, "1"])
def test_another_format_version(model_folder, manifest_data, version):
    write_manifest(model_folder, manifest_data | {"format_version": version})
    with pytest.raises(ModelError, match=rf"format version {version}, but this kpu-nlp reads 1; train the model again"):
        read_manifest(model_folder)


def test_the_version_is_told_before_anything_else_that_is_wrong(model_folder):
    write_manifest(model_folder, {"format_version": 2, "labels": 7})
    with pytest.raises(ModelError, match="format version 2"):
        read_manifest(model_folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": "PERSON"}, "labels: Input should be a valid tuple"),
        ({"labels": ["PERSON", "PERSON"], "themes": {}}, "manifest: Value error, labels must be different"),
        ({"themes": {"LOYALTY": "setia"}}, "manifest: Value error, .* themes some of them"),
        ({"window": "wide"}, "window: Input should be a valid integer"),
        ({"window": 48}, "window: Input should be greater than 48"),
        ({"overlap": -1}, "overlap: Input should be greater than or equal to 0"),
        ({"overlap": 85}, "overlap must be at most a third of window"),
        ({"onnx": {"precision": "int4", "f1_lost": 0, "labels_changed": 0}}, r"onnx\.precision: Input should be 'fp32'"),
        ({"files": {"config.json": {"bytes": 3}}}, r"files\.config\.json\.sha256: Field required"),
    ],
)
def test_a_setting_that_is_wrong_is_named(model_folder, manifest_data, change, message):
    write_manifest(model_folder, manifest_data | change)
    with pytest.raises(ModelError, match=rf"manifest\.json: {message}|manifest\.json: .*{message}"):
        read_manifest(model_folder)


def test_a_setting_that_is_missing_is_named(model_folder, manifest_data):
    del manifest_data["labels"]
    write_manifest(model_folder, manifest_data)
    with pytest.raises(ModelError, match=r"manifest\.json: labels: Field required; install or copy the model again"):
        read_manifest(model_folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "onnx/model.onnx"])
def test_a_file_that_is_missing(model_folder, name):
    (model_folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: missing; the model folder is incomplete"):
        read_manifest(model_folder)


def test_a_file_that_is_truncated(model_folder):
    (model_folder / "model.safetensors").write_bytes(bytes(5))
    with pytest.raises(ModelError, match=r"model\.safetensors: 5 bytes, but the manifest says 8; the file is truncated"):
        read_manifest(model_folder)


@pytest.mark.parametrize("name", [*(f"weights{suffix}" for suffix in sorted(PICKLED_SUFFIXES)), "onnx/a/b.pkl", "WEIGHTS.BIN"])
def test_a_pickled_file_is_refused_before_the_manifest_is_read(model_folder, name):
    (model_folder / name).parent.mkdir(exist_ok=True)
    (model_folder / name).write_bytes(b"")
    (model_folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=f"{name}: a pickled file can run code when it is opened; remove it"):
        read_manifest(model_folder)


def test_the_shipped_model_is_whole(shipped_model):
    manifest = read_manifest(shipped_model)
    assert {"config.json", "tokenizer.json", "model.safetensors", "onnx/model.onnx"} <= set(manifest.files)
    for name, info in manifest.files.items():
        assert hashlib.sha256((shipped_model / name).read_bytes()).hexdigest() == info.sha256, name
