"""``kpu-nlp extract``: JSON alone on standard output, talk on standard error, and one line for every mistake."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kpu_nlp.reading.article import MAX_BYTES
from kpu_nlp.schema import Extraction
from kpu_nlp.tagging.manifest import FORMAT_VERSION

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "corpus" / "samples"
TEXT, PAGE = SAMPLES / "konsolidasi-kaltim.txt", SAMPLES / "arahan-papuabarat.html"

NO_ENTITIES = "Warning: no entities found: is this an Indonesian news article?\n"
STORY = (
    "KPU Kota Batu Gelar Rapat Evaluasi\n"
    "Batu - Ketua KPU Kota Batu, Rina Wulandari, memimpin rapat evaluasi di Aula KPU Kota Batu, kemarin.\n"
)
ENGLISH = "We had bread and cheese for lunch, and after that it rained all afternoon while everybody was reading.\n"
BLAND = "Air mengalir pelan ke hilir dan daun jatuh satu demi satu sampai sore.\n"


def parse(line: str) -> Extraction:
    assert line.count("\n") == 1, "one line where it is piped"
    extraction = Extraction.model_validate_json(line)
    keys = set(json.loads(line))
    assert keys == set(Extraction.model_fields), "every key stands there"
    text = extraction.article.text
    assert all(text[entity.start : entity.end] == entity.text for entity in extraction.entities)
    return extraction


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "rapat-evaluasi.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


# What comes out


def test_a_profile_names_every_stage_and_leaves_the_json_alone(shipped_model, process, article: Path) -> None:
    from kpu_nlp.linking.components import PIPELINE

    plain, done = process("extract", article), process("extract", article, "--profile")
    assert (done.returncode, done.stdout) == (0, plain.stdout)
    first, *rows = done.stderr.decode().splitlines()
    assert first.split() == ["stage", "seconds", "share"]
    found = [row.rsplit(maxsplit=2) for row in rows]
    around = ["reading", "loading", "spaCy document", "words and pieces", "decoding", "encoder"]
    assert [name for name, _, _ in found] == [*around, *PIPELINE, "assembling", "writing", "everything else"]
    assert sum(float(share.rstrip("%")) for _, _, share in found) == pytest.approx(100, abs=1)
    seconds = {name: float(took) for name, took, _ in found}
    assert seconds["loading"] > seconds["encoder"] > 0


def test_a_piped_article_is_one_line_of_json(shipped_model, process, article: Path) -> None:
    done = process("extract", article)
    assert (done.returncode, done.stderr) == (0, b"")
    extraction = parse(done.stdout.decode("utf-8"))
    assert extraction.article.text == STORY
    assert (extraction.article.id, extraction.article.source) == ("rapat-evaluasi", str(article))
    assert extraction.article.sha256 == hashlib.sha256(STORY.encode()).hexdigest()
    assert extraction.article.published is None
    assert "Rina Wulandari" in [official.name for official in extraction.officials]


def test_standard_input_is_named_by_its_digest(shipped_model, invoke) -> None:
    result = invoke("extract", "-", "--published", "2022-07-22", given=STORY.encode())
    assert (result.exit_code, result.stderr) == (0, "")
    found = parse(result.stdout).article
    assert (found.id, found.source) == (hashlib.sha256(STORY.encode()).hexdigest()[:12], "-")
    assert found.published == "2022-07-22"


def test_a_relative_day_counts_from_the_day_of_publication(shipped_model, invoke, article: Path) -> None:
    for published, expected in (("2022-07-22", "2022-07-21"), ("2022-08-01T06:00:00+07:00", "2022-07-31"), (None, None)):
        result = invoke("extract", article, *(["--published", published] if published else []))
        assert [(time.text, time.start) for time in parse(result.stdout).times] == [("kemarin", expected)]


def test_a_page_gives_title_date_and_paragraphs(shipped_model, invoke) -> None:
    result = invoke("extract", PAGE)
    assert result.exit_code == 0
    extraction = parse(result.stdout)
    found = extraction.article
    assert (found.id, found.text.split("\n")[0]) == ("arahan-papuabarat", found.title)
    assert found.published is not None
    assert "<" not in found.text
    assert extraction.officials
    assert [f"Warning: {warning}" for warning in extraction.warnings] == result.stderr.splitlines()


def test_output_goes_to_a_file(shipped_model, invoke, article: Path) -> None:
    target = article.with_name("fakta.json")
    target.write_text("lama", encoding="utf-8")
    result = invoke("extract", article, "--output", target)
    assert (result.exit_code, result.output) == (0, "")
    assert target.read_text(encoding="utf-8") == invoke("extract", article).stdout
    assert sorted(path.name for path in article.parent.iterdir()) == ["fakta.json", "rapat-evaluasi.txt"]


def test_a_table_reads_like_a_summary(shipped_model, invoke, article: Path) -> None:
    result = invoke("extract", article, "--format", "table")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("KPU Kota Batu Gelar Rapat Evaluasi\n")
    assert "Rina Wulandari" in result.stdout
    target = article.with_name("ringkasan.txt")
    assert invoke("extract", article, "--format", "table", "--output", target).output == ""
    assert "Rina Wulandari" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [ENGLISH, BLAND, "x", "?!\n…\n"], ids=["english", "bland", "letter", "marks"])
def test_a_text_without_entities_is_an_answer_with_a_warning(shipped_model, invoke, text: str) -> None:
    result = invoke("extract", "-", given=text.encode())
    assert (result.exit_code, result.stderr) == (0, NO_ENTITIES)
    extraction = parse(result.stdout)
    assert extraction.event is None
    for name in (
        "officials",
        "venues",
        "times",
        "themes",
        "quotes",
        "organizations",
        "places",
        "elections",
        "regulations",
        "entities",
    ):
        assert getattr(extraction, name) == (), name
    assert extraction.warnings == (NO_ENTITIES.removeprefix("Warning: ").rstrip("\n"),)


def test_torch_stays_out_of_a_run_on_the_cpu(shipped_model, python, article: Path) -> None:
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed, so it stays out anyway")
    code = """
import contextlib, io, sys
from kpu_nlp.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    main(sys.argv[1:], standalone_mode=False)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    loaded = set(python(code, "extract", str(article), "--device", "cpu").split())
    assert {"spacy", "onnxruntime"} <= loaded
    # trafilatura reads pages, and this is none.
    assert loaded & {"torch", "transformers", "datasets", "pandas", "trafilatura"} == set()


def test_spacy_is_whole_again_after_a_lean_import(shipped_model, python) -> None:
    code = """
import sys
from kpu_nlp.lean import without_torch
with without_torch():
    from kpu_nlp.pipeline import load
load(device="cpu")
print(*sorted({"requests", "httpx", "typer", "spacy.cli"} & set(sys.modules)), end=";")
import spacy
print(spacy.info(silent=True)["spacy_version"] == spacy.__version__, end=";")
import spacy.cli.train
from spacy.lang.id.tokenizer_exceptions import TOKENIZER_EXCEPTIONS
print(len(TOKENIZER_EXCEPTIONS) > 1000)
"""
    assert python(code) == ";True;True\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16"])
def test_json_is_utf8_whatever_the_locale(shipped_model, process, tmp_path: Path, encoding: str) -> None:
    text = "Rapat “Evaluasi” ½ – naïve 🗳\nKetua KPU Kota Batu, Rina Wulandari, hadir…\n"
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    done = process("extract", path, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert parse(done.stdout.decode("utf-8")).article.text == text


def test_a_table_shows_what_the_terminal_can(shipped_model, process, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Rapat 🗳 Evaluasi\nKetua KPU Kota Batu, Rina Wulandari, hadir.\n", encoding="utf-8")
    done = process("extract", path, "--format", "table", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"Rapat ? Evaluasi")


@pytest.mark.parametrize("name", ["Rapat – “Evaluasi” ½.txt", "berita pagi.TXT", "日本 🗳.txt", "-.txt"])
def test_any_path_name(shipped_model, invoke, tmp_path: Path, name: str) -> None:
    path = tmp_path / "arsip é" / name
    path.parent.mkdir()
    path.write_text(BLAND, encoding="utf-8")
    result = invoke("extract", path, "--output", path.with_suffix(".json"))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", NO_ENTITIES)
    found = parse(path.with_suffix(".json").read_text(encoding="utf-8")).article
    assert (found.id, found.source) == (path.stem, str(path))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no file names that are not Unicode")
def test_a_path_name_that_is_no_text(shipped_model, process, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/berita-\xff.txt"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - a path of bytes
        file.write(BLAND)
    done = process("extract", path)
    assert done.returncode == 0
    assert parse(done.stdout.decode("utf-8")).article.id == "berita-\N{REPLACEMENT CHARACTER}"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [["schema"], ["labels"]], ids=" ".join)
def test_a_full_disk_is_one_line(python, arguments: list[str]) -> None:
    code = """
import subprocess, sys
with open("/dev/full", "w") as full:
    done = subprocess.run([sys.executable, "-c", "from kpu_nlp.cli import main; main()", *sys.argv[1:]], stdout=full, stderr=-1)
print(done.returncode, done.stderr.decode(), sep="|")
"""
    assert python(code, *arguments) == "1|Error: no space left to write to; free some, or write to another place\n\n"


# What cannot be read


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("kosong.txt", b"", "{path}: empty; there is no article in it"),
        ("kosong.html", b"", "{path}: no article found in this page; give the article's own page"),
        ("spasi.txt", b" \n\t\r\n\xc2\xa0\xe2\x80\x8b", "{path}: empty; there is no article in it"),
        ("biner.txt", b"Ketua\0KPU", "{path}: this looks like a binary file, not text"),
        ("foto.txt", b"\x89PNG\r\n\x1a\n\0\0", "{path}: this is a picture, not text"),
        ("berita.txt", b"%PDF-1.7\n", "{path}: this is a PDF file, not text"),
        ("menu.html", b"<html><body><a href='/'>Beranda</a></body></html>", "{path}: no article found in this page"),
        ("besar.txt", b"a " * (MAX_BYTES // 2 + 1), "{path}: larger than 10 MB, so hardly one article"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value and " " not in value else "",
)
def test_a_file_that_is_no_article(fails, tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert fails("extract", path).startswith(message.format(path=path))


def test_a_path_that_is_no_file(fails, tmp_path: Path) -> None:
    assert fails("extract", tmp_path / "tiada.txt") == f"{tmp_path / 'tiada.txt'}: no such file; check the path"
    assert fails("extract", tmp_path).startswith(f"{tmp_path}: a folder, not an article")
    assert fails("extract", "a\nb.txt") == "a\N{REPLACEMENT CHARACTER}b.txt: no such file; check the path"


def test_empty_standard_input(fails) -> None:
    assert fails("extract", "-", given=b" \n") == "standard input: empty; there is no article in it"


def test_an_address_that_does_not_answer(fails) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}/berita"
    assert fails("extract", url).startswith(f"{url}: cannot be reached (")
    assert fails("extract", "ftp://127.0.0.1/berita").startswith("ftp://127.0.0.1/berita: ftp addresses are not read")


@pytest.mark.parametrize("day", ["22-07-2022", "22 Juli 2022", "2022-02-30", "kemarin", "", "2022-07-22\n2022-07-23"])
def test_a_day_of_publication_that_is_no_date(fails, article: Path, day: str) -> None:
    assert "is not an ISO date; write it like 2022-07-22" in fails("extract", article, "--published", day)


def test_an_output_that_cannot_be_written(shipped_model, fails, article: Path) -> None:
    target = article.parent / "tiada" / "fakta.json"
    assert fails("extract", article, "--output", target) == f"{target}: there is no folder {target.parent}; make it first"


@pytest.mark.parametrize("form", ["json", "table"])
def test_the_article_is_never_replaced(fails, article: Path, form: str) -> None:
    for output in (article, article.parent / "." / article.name, article.parent / ".." / article.parent.name / article.name):
        assert fails("extract", article, "--format", form, "--output", output).endswith(
            "would replace the article that is read; name another output"
        )
    assert article.read_text(encoding="utf-8") == STORY


def test_a_mistake_is_one_line_for_the_user_too(process, tmp_path: Path) -> None:
    done = process("extract", tmp_path / "tiada.txt")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode("utf-8") == f"Error: {tmp_path / 'tiada.txt'}: no such file; check the path\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'FILE|-|URL'"),
        (["a.txt", "b.txt"], "unexpected extra argument"),
        (["a.txt", "--devise", "cpu"], "No such option"),
        (["a.txt", "--device", "tpu"], "'tpu' is not one of 'auto', 'cpu', 'cuda'"),
        (["a.txt", "--format", "xml"], "'xml' is not one of 'json', 'table'"),
        (["a.txt", "--output", "."], "is a directory"),
        (["a.txt", "--model"], "requires an argument"),
    ],
)
def test_wrong_usage(invoke, arguments: list[str], message: str) -> None:
    result = invoke("extract", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr
    assert message in result.stderr


# Models that cannot be used


def write_manifest(folder: Path, **content: object) -> None:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


def test_a_folder_that_is_no_model(fails, article: Path, tmp_path: Path) -> None:
    missing, empty, other, broken = (tmp_path / name for name in ("tiada", "kosong", "lain", "rusak"))
    empty.mkdir()
    write_manifest(other, format_version=FORMAT_VERSION + 1)
    write_manifest(broken, format_version=FORMAT_VERSION, name="x")
    assert fails("extract", article, "--model", missing).startswith(f"{missing}: no such model folder")
    assert fails("extract", article, "--model", article).startswith(f"{article}: no such model folder")
    assert fails("extract", article, "--model", empty).startswith(f"{empty}: no manifest.json in this folder")
    assert fails("extract", article, "--model", other).startswith(
        f"{other / 'manifest.json'}: format version {FORMAT_VERSION + 1}, but this kpu-nlp reads {FORMAT_VERSION}"
    )
    assert fails("extract", article, "--model", broken).startswith(f"{broken / 'manifest.json'}: version: Field required")
    (broken / "manifest.json").write_bytes(b"{")
    assert fails("extract", article, "--model", broken).startswith(f"{broken / 'manifest.json'}: cannot be read as JSON")


def test_the_variable_names_a_model_too(process, article: Path, tmp_path: Path) -> None:
    done = process("extract", article, env={"KPU_NLP_MODEL": str(tmp_path / "tiada")})
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(f"Error: {tmp_path / 'tiada'}: no such model folder".encode())


@pytest.fixture
def model(shipped_model: Path, tmp_path: Path) -> Path:
    """A copy of the shipped model whose files can be replaced; links save the bytes."""
    folder = tmp_path / "model"
    for path in sorted(shipped_model.rglob("*")):
        target = folder / path.relative_to(shipped_model)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            try:
                os.link(path, target)
            except OSError:  # another file system
                shutil.copy(path, target)
    return folder


def replace(path: Path, content: bytes) -> None:
    path.unlink()  # and not the file that it is linked to
    path.write_bytes(content)


def test_a_copy_of_the_model_does_the_same(model: Path, invoke, article: Path) -> None:
    assert invoke("extract", article, "--model", model).stdout == invoke("extract", article).stdout


def test_a_model_with_a_missing_or_cut_file(model: Path, fails: Callable[..., str], article: Path) -> None:
    onnx = model / "onnx" / "model.onnx"
    size = onnx.stat().st_size
    replace(onnx, onnx.read_bytes()[:1000])
    assert fails("extract", article, "--model", model) == (
        f"{onnx}: 1000 bytes, but the manifest says {size}; the file is truncated or changed, copy it again"
    )
    onnx.unlink()
    assert fails("extract", article, "--model", model).startswith(f"{onnx}: missing; the model folder is incomplete")


@pytest.mark.parametrize(
    ("name", "message"),
    [("onnx/model.onnx", "damaged, ONNX Runtime cannot open it"), ("tokenizer.json", "damaged: ")],
    ids=["onnx", "tokenizer"],
)
def test_a_model_with_a_damaged_file(model: Path, fails: Callable[..., str], article: Path, name: str, message: str) -> None:
    replace(model / name, b"\xff" * (model / name).stat().st_size)
    assert fails("extract", article, "--model", model).startswith(f"{model / name}: {message}")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "onnx/extra.PKL", "x.pt"])
def test_a_model_with_a_pickle_is_refused(model: Path, fails: Callable[..., str], article: Path, name: str) -> None:
    (model / name).write_bytes(b"\x80\x04.")
    assert fails("extract", article, "--model", model).startswith(f"{model / name}: a pickled file can run code")


def test_a_graphics_card_that_is_not_there(shipped_model, fails, article: Path) -> None:
    from kpu_nlp.tagging.engines import cuda_is_available

    if cuda_is_available():
        pytest.skip("there is one")
    assert fails("extract", article, "--device", "cuda").startswith("device 'cuda': no GPU that torch can use was found")
