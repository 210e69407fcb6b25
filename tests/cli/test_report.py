"""``kpu-nlp report``: one page, its path on standard output, and one line for every mistake."""

from __future__ import annotations

import json
import os
import sqlite3
import webbrowser
from pathlib import Path

import pytest
from lxml import html

from kpu_nlp.pipeline import extract_article, load
from kpu_nlp.reading import article_from_text
from kpu_nlp.writing.formats import open_writer
from kpu_nlp.writing.json_lines import to_json

STORY = (
    "KPU Kota Batu Gelar Rapat Koordinasi\n"
    "Batu - Ketua KPU Kota Batu, Rina Wulandari, memimpin Rapat Koordinasi Data Pemilih di Aula KPU Kota Batu, "
    "Rabu (15/6/2022) pukul 09.00 WIB.\n"
    "“Kita harus memperkuat koordinasi dengan Bawaslu,” ujar Rina.\n"
)


@pytest.fixture(scope="module")
def line(shipped_model: Path) -> str:
    nlp = load(shipped_model, device="cpu", threads=1)
    return to_json(extract_article(article_from_text(STORY, id="rakor", source="arsip.jsonl:1"), nlp=nlp), indent=False)


@pytest.fixture
def results(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "hasil.jsonl"
    path.write_text(f"{line}\n\n{line}\n", encoding="utf-8")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_results_become_a_page(invoke, results: Path) -> None:
    result = invoke("report", results, "--output", "laporan.html", "--title", "Arsip <2022>")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "laporan.html\n", "")
    assert names(results.parent) == ["hasil.jsonl", "laporan.html"]
    tree = html.document_fromstring((results.parent / "laporan.html").read_bytes())
    assert tree.xpath("//h1")[0].text_content() == tree.xpath("//title")[0].text == "Arsip <2022>"
    assert "Rina Wulandari" in tree.get_element_by_id("main").text_content()
    assert invoke("report", results, "--output", "laporan.html").exit_code == 0
    assert html.document_fromstring(Path("laporan.html").read_bytes()).xpath("//h1")[0].text == "Report on 2 articles"


def test_the_browser_opens_the_page(invoke, results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: not opened.append(url))
    assert invoke("report", results, "--output", "a b.html", "--open").exit_code == 0
    assert opened == [(results.parent / "a b.html").resolve().as_uri()]


def test_a_broken_line_is_told_with_its_number(fails, results: Path, line: str) -> None:
    for broken, why in (
        (line[: len(line) // 2], "(JSON: Invalid JSON"),
        ('{"id": "a", "text": "Rina hadir"}', "(article: Field required)"),
        ("[]", "(JSON: Input should be an object)"),
        (line.replace('"spoke":true', '"spoke":"kadang"'), "(officials.0.spoke: Input should be a valid boolean"),
    ):
        results.write_text(f"{line}\n{broken}\n{line}\n", encoding="utf-8")
        message = fails("report", results, "--output", "r.html")
        assert message.startswith(f"{results}:2: not an extraction as kpu-nlp bulk writes it {why}"), message
        assert message.endswith("; mend it, or run the job again")
    assert names(results.parent) == ["hasil.jsonl"]


def test_what_is_no_results_is_one_line(fails, results: Path, tmp_path: Path) -> None:
    folder, empty, blank, other = tmp_path / "folder", tmp_path / "kosong", tmp_path / "baris", tmp_path / "lain.sqlite"
    folder.mkdir()
    empty.touch()
    blank.write_text("\n\n", encoding="utf-8")
    sqlite3.connect(other).execute("CREATE TABLE articles (key)").connection.close()
    cut, broken = tmp_path / "rusak.parquet", tmp_path / "rusak.sqlite"
    cut.write_bytes(b"PAR1 and nothing else")
    broken.write_bytes(b"SQLite format 3\0" + b"x" * 500)
    for path, begins in (
        (tmp_path / "tiada.jsonl", ": no such file; check the path"),
        (folder, ": a folder without Parquet files; name the results of kpu-nlp bulk"),
        (empty, ": empty; name the results of kpu-nlp bulk"),
        (blank, ": no article in it; name results of kpu-nlp bulk that have some"),
        (other, ": not a database as kpu-nlp bulk writes it (no such "),
        (broken, ": not a database as kpu-nlp bulk writes it (file is not a database)"),
        (cut, ": cannot be read as Parquet ("),
    ):
        assert fails("report", path, "--output", "r.html").startswith(f"{path}{begins}")
    png = tmp_path / "gambar.png"
    png.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert fails("report", png, "--output", "r.html").startswith(f"{png}:1: not an extraction")
    assert not (tmp_path / "r.html").exists()


def test_a_table_of_something_else_is_no_result(fails, results: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    path = tmp_path / "arsip.parquet"
    parquet.write_table(pa.table({"id": ["a"], "text": ["Rina hadir"]}), path)
    assert fails("report", path, "--output", "r.html").startswith(f"{path}: row 1: not an extraction")


def test_results_of_no_article_are_told_in_every_format(fails, results: Path, tmp_path: Path) -> None:
    for form in ("parquet", "sqlite"):
        path = tmp_path / f"kosong.{form}"
        with open_writer(form, path):
            pass
        assert fails("report", path, "--output", "r.html") == (
            f"{path}: no article in it; name results of kpu-nlp bulk that have some"
        )


def test_a_page_that_cannot_be_written(fails, results: Path, tmp_path: Path) -> None:
    before = results.read_bytes()
    assert fails("report", results, "--output", results).endswith(
        "would replace the results that are read; name another output"
    )
    assert results.read_bytes() == before
    assert fails("report", results, "--output", "tiada/r.html") == "tiada/r.html: there is no folder tiada; make it first"
    locked = tmp_path / "terkunci"
    locked.mkdir(mode=0o500)
    if os.access(locked, os.W_OK):  # root may write everywhere but into what is no disk
        locked = Path("/proc")
        if not locked.exists():
            pytest.skip("the system lets this user write everywhere")
    message = fails("report", results, "--output", locked / "r.html")
    assert message.startswith(f"{locked / 'r.html'}: cannot be written (")
    assert message.endswith("); name another place")


@pytest.mark.parametrize("library", ["duckdb", "pyarrow", "vl_convert"])
def test_without_the_extra_it_says_what_to_install(python, results: Path, library: str) -> None:
    code = """
import contextlib, io, sys
sys.modules[sys.argv[1]] = None
from kpu_nlp.cli import main
told = io.StringIO()
with contextlib.redirect_stderr(told), contextlib.suppress(SystemExit):
    main(["report", sys.argv[2], "--output", sys.argv[3]])
print(told.getvalue(), end="")
"""
    message = python(code, library, str(results), str(results.with_name("r.html")))
    assert message == f"Error: a report needs {library}, which is not installed: pip install 'kpu-nlp[report]'\n"
    assert names(results.parent) == ["hasil.jsonl"]


def test_the_output_must_be_named(invoke, results: Path) -> None:
    result = invoke("report", results)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Missing option '--output'" in result.stderr
    assert json.loads(results.read_text(encoding="utf-8").split("\n")[0])["article"]["id"] == "rakor"


@pytest.mark.parametrize(
    ("limit", "what"),
    [
        (4_096, "the figures cannot be counted there ("),
        (65_536, "r.html: cannot be written (File too large); name another place"),
    ],
    ids=["temporary files", "page"],
)
def test_where_there_is_no_room_it_is_one_line(fails, results: Path, limit: int, what: str) -> None:
    """A process that may write no larger files, bytes, stands for a full disk."""
    resource = pytest.importorskip("resource")
    import kpu_nlp.report.run  # noqa: F401 - what is imported under the limit could not be cached

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        message = fails("report", results, "--output", "r.html")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert what in message
    assert names(results.parent) == ["hasil.jsonl"]
