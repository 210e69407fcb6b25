"""``kpu-nlp models``: list, show, compare and package."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.tagging.models import find_model, installed_models


@pytest.fixture
def hollow(shipped_model: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write a model folder that only looks like one: its manifest is right, its files are small."""

    def write(folder: Path, name: str = "pilkada", version: str = "2.1.0") -> Path:
        folder.mkdir(parents=True)
        content = json.loads((shipped_model / "manifest.json").read_text(encoding="utf-8"))
        files = {
            "config.json": b"{}",
            "onnx/model.onnx": bytes(range(256)) * 9,
            "README.md": b"---\nlanguage: id\n---\n# Mine\n",
        }
        for path, data in files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(data)
        digests = {path: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for path, data in files.items()}
        content |= {"name": name, "version": version, "files": digests}
        (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
        return folder

    return write


def test_the_shipped_model_is_listed_as_the_default(invoke, shipped_model: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    manifest = read_manifest(shipped_model)
    f1 = manifest.scores["dev"]["entities"].f1
    line = f"* {'kpu-ner':24} {manifest.name} {manifest.version}, dev F1 {f1:.4f}, {installed_models()['kpu-ner']}\n"
    assert invoke("models", "list").stdout == line
    (row,) = json.loads(invoke("models", "list", "--json").stdout)
    assert (row["model"], row["default"], row["dev_f1"]) == ("kpu-ner", True, f1)


def test_models_of_the_current_folder_are_listed_and_a_broken_one_says_so(invoke, hollow, tmp_path: Path, monkeypatch) -> None:
    hollow(tmp_path / "models" / "mine")
    broken = hollow(tmp_path / "models" / "zebra")
    (broken / "config.json").unlink()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPU_NLP_MODEL", "models/mine")
    lines = invoke("models", "list").stdout.splitlines()
    assert [line[:2] for line in lines] == ["  ", "* ", "  "]
    assert lines[1].startswith("* models/mine")
    assert "pilkada 2.1.0" in lines[1]
    assert lines[-1].strip().startswith("models/zebra")
    assert "missing; the model folder is incomplete" in lines[-1]


def test_a_model_is_shown(invoke, fails, shipped_model: Path, tmp_path: Path) -> None:
    manifest = read_manifest(shipped_model)
    lines = invoke("models", "show", "kpu-ner").stdout.splitlines()
    assert lines[0].startswith(f"kpu-ner {manifest.version}, ")
    assert f"base: {manifest.base}" in lines
    assert "themes: CONSOLIDATION (konsolidasi), COORDINATION (koordinasi), COMPETENCY (kompetensi), " in "\n".join(lines)
    assert any(line.startswith(f"dev F1: entities {manifest.scores['dev']['entities'].f1:.4f}, themes ") for line in lines)
    assert json.loads(invoke("models", "show", shipped_model, "--json").stdout)["labels"] == list(manifest.labels)
    assert fails("models", "show", "tiada").startswith("tiada: no such model folder")
    assert fails("models", "show", tmp_path / "tiada").startswith(f"{tmp_path / 'tiada'}: no such model folder")


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Five short articles as a dev split."""
    articles = tmp_path / "few" / "articles"
    articles.mkdir(parents=True)
    names = sorted((packaged_corpus() / "articles").glob("c-*.txt"), key=lambda path: path.stat().st_size)[:5]
    for path in names:
        shutil.copy(path, articles)
    splits = {"train": [], "dev": [path.stem for path in names], "test": []}
    (articles.parent / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    return articles.parent


def test_a_model_is_no_worse_than_itself(invoke, few: Path, shipped_model: Path) -> None:
    result = invoke("models", "compare", "kpu-ner", shipped_model, "--corpus", few)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[1] == "the dev articles of the corpus (5)"
    rows = [line for line in lines if line.startswith(("PERSON", "all entities"))]
    assert len(rows) == 2
    assert all("+0.00 to +0.00" in line for line in rows)
    assert "verdict: no worse" in lines


def test_a_comparison_as_json(invoke, few: Path) -> None:
    content = json.loads(invoke("models", "compare", "kpu-ner", "kpu-ner", "--corpus", few, "--json").stdout)
    rows = content["sets"]["dev"]["rows"]
    assert content["sets"]["dev"]["articles"] == 5
    assert rows["entities"]["difference"] == 0
    assert rows["entities"]["before"] == rows["entities"]["after"]
    assert rows["entities"]["before"]["f1"] > 0.7


def test_a_packaged_model_is_found_by_its_name(invoke, fails, hollow, tmp_path: Path, monkeypatch) -> None:
    model = hollow(tmp_path / "some" / "where", name="pilkada.jatim")
    (model / "notes.txt").write_text("not the manifest's", encoding="utf-8")
    result = invoke("models", "package", model, "--output", tmp_path)
    wheel = tmp_path / "kpu_model_pilkada_jatim-2.1.0-py3-none-any.whl"
    assert (result.exit_code, result.stdout) == (0, f"{wheel}\n")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        archive.extractall(site)
    assert "kpu_model_pilkada_jatim/notes.txt" not in names
    record = (site / "kpu_model_pilkada_jatim-2.1.0.dist-info" / "RECORD").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in record] == names
    described = (site / "kpu_model_pilkada_jatim-2.1.0.dist-info" / "METADATA").read_text(encoding="utf-8")
    assert "Name: kpu-model-pilkada-jatim\nVersion: 2.1.0\n" in described
    assert described.endswith("\n\n# Mine\n")

    assert fails("models", "show", "pilkada.jatim").startswith("pilkada.jatim: no such model folder")
    monkeypatch.syspath_prepend(str(site))
    assert find_model("pilkada.jatim") == site / "kpu_model_pilkada_jatim"
    assert "kpu_model_pilkada_jatim" not in sys.modules, "a model's package is never run"
    assert read_manifest(find_model("pilkada.jatim")).name == "pilkada.jatim"
    monkeypatch.setenv("KPU_NLP_MODEL", "pilkada.jatim")
    assert find_model() == site / "kpu_model_pilkada_jatim"
    # A folder that is there goes before.
    (tmp_path / "pilkada.jatim").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_model("pilkada.jatim") == Path("pilkada.jatim")


def test_the_same_model_gives_the_same_wheel(invoke, hollow, tmp_path: Path) -> None:
    model = hollow(tmp_path / "mine")
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert invoke("models", "package", model, "--output", tmp_path / name).exit_code == 0
        (wheel,) = (tmp_path / name).iterdir()
        written.append(wheel.read_bytes())
    assert written[0] == written[1]


def test_an_incomplete_model_is_not_packaged(fails, hollow, tmp_path: Path) -> None:
    model = hollow(tmp_path / "mine")
    (model / "config.json").write_text("{ }", encoding="utf-8")
    (tmp_path / "out").mkdir()
    assert "the file is truncated or changed" in fails("models", "package", model, "--output", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_pip_installs_the_wheel_and_extract_takes_the_name(process, shipped_model: Path, tmp_path: Path) -> None:
    model = tmp_path / "pilkada"
    shutil.copytree(shipped_model, model)
    content = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
    (model / "manifest.json").write_text(json.dumps(content | {"name": "pilkada"}), encoding="utf-8")
    assert process("models", "package", model, cwd=tmp_path).returncode == 0
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", tmp_path / "site", wheel],
        check=True,
    )
    from os import pathsep

    env = {"PYTHONPATH": pathsep.join((str(tmp_path / "site"), str(Path(__file__).parents[2])))}
    done = process("extract", "-", "--model", "pilkada", given=b"Ketua KPU Ngawi Rina Wulandari hadir.", env=env, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"]["name"] == "pilkada"
