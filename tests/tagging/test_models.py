import shutil
from pathlib import Path

import pytest

from kpu_nlp.errors import ModelError
from kpu_nlp.tagging import models
from kpu_nlp.tagging.encoding import SpecialPieces
from kpu_nlp.tagging.engines import default_threads, pad_batch
from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.tagging.models import find_model, open_tagger


@pytest.fixture
def copied_model(shipped_model, tmp_path):
    """A copy of the shipped model whose files can be damaged; the weights that are not touched are links."""
    folder = tmp_path / "copy"
    shutil.copytree(shipped_model, folder, copy_function=lambda source, target: Path(target).symlink_to(source))
    return folder


def replace_bytes(path, change):
    """Write changed content in a link's place; the file that it points to stays as it is."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(change(content))


@pytest.mark.parametrize(
    ("named", "variable", "expected"),
    [
        ("mine", None, "mine"),
        ("mine", "theirs", "mine"),
        (Path("mine"), "theirs", "mine"),
        (None, "theirs", "theirs"),
    ],
)
def test_a_named_model_goes_before_the_variable(monkeypatch, named, variable, expected):
    monkeypatch.delenv("KPU_NLP_MODEL", raising=False)
    if variable is not None:
        monkeypatch.setenv("KPU_NLP_MODEL", variable)
    assert find_model(named) == Path(expected)


@pytest.mark.parametrize("variable", [None, ""])
def test_without_either_it_is_the_shipped_model(monkeypatch, shipped_model, variable):
    monkeypatch.delenv("KPU_NLP_MODEL", raising=False)
    if variable is not None:
        monkeypatch.setenv("KPU_NLP_MODEL", variable)
    assert find_model().samefile(shipped_model)


def test_an_empty_name_is_not_the_shipped_model(monkeypatch, tmp_path):
    monkeypatch.delenv("KPU_NLP_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=r"no manifest\.json in this folder"):
        read_manifest(find_model(""))


def test_a_copy_without_model_says_so(monkeypatch, tmp_path):
    monkeypatch.delenv("KPU_NLP_MODEL", raising=False)
    monkeypatch.setattr(models, "data_folders", lambda _: [tmp_path, tmp_path / "models"])
    with pytest.raises(ModelError, match="came without its model; install the package again, or name a model folder"):
        find_model()


def test_a_model_that_the_variable_names_wrongly(monkeypatch, tmp_path):
    monkeypatch.setenv("KPU_NLP_MODEL", str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="nowhere: no such model folder"):
        open_tagger(find_model())


def test_a_copied_model_works_where_it_lies(copied_model, shipped_tagger):
    tagger, manifest = open_tagger(copied_model, device="cpu", threads=1, batch_size=2)
    text = "Ketua KPU Kabupaten Lasem Darma Wijaya membuka rapat."
    assert [(span.start, span.end, span.label) for span in tagger.tag(text)] == [
        (span.start, span.end, span.label) for span in shipped_tagger.tag(text)
    ]
    assert manifest.name == "kpu-ner"


def test_a_tokenizer_of_the_right_size_that_cannot_be_read(copied_model):
    replace_bytes(copied_model / "tokenizer.json", lambda content: b"{" * len(content))
    with pytest.raises(ModelError, match=r"tokenizer\.json: damaged: .*; install the model again"):
        open_tagger(copied_model, device="cpu")


def test_an_onnx_file_of_the_right_size_that_cannot_be_opened(copied_model):
    replace_bytes(copied_model / "onnx" / "model.onnx", lambda content: bytes(len(content)))
    with pytest.raises(ModelError, match=r"model\.onnx: damaged, ONNX Runtime cannot open it; install the model again"):
        open_tagger(copied_model, device="cpu")


def test_a_truncated_onnx_file(copied_model):
    replace_bytes(copied_model / "onnx" / "model.onnx", lambda content: content[:-1])
    with pytest.raises(ModelError, match=r"model\.onnx: \d+ bytes, but the manifest says \d+; the file is truncated"):
        open_tagger(copied_model, device="cpu")


def test_an_unknown_device(shipped_model):
    with pytest.raises(ModelError, match="device 'tpu' is unknown; use one of auto, cpu, cuda"):
        open_tagger(shipped_model, device="tpu")


def test_a_gpu_that_is_not_there(monkeypatch, shipped_model):
    monkeypatch.setattr("kpu_nlp.tagging.engines.cuda_is_available", lambda: False)
    with pytest.raises(ModelError, match="device 'cuda': no GPU that torch can use was found; use --device cpu"):
        open_tagger(shipped_model, device="cuda")


def test_rows_are_padded_to_the_longest():
    pieces, mask = pad_batch([[7, 8, 9], [], [7]], SpecialPieces(begin=0, end=2, pad=1))
    assert pieces.tolist() == [[0, 7, 8, 9, 2], [0, 2, 1, 1, 1], [0, 7, 2, 1, 1]]
    assert mask.tolist() == [[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0]]


def test_threads_are_the_cores_of_this_process():
    assert default_threads() >= 1
