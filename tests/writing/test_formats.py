from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from kpu_nlp.errors import InputError, MissingExtraError
from kpu_nlp.schema import Extraction
from kpu_nlp.writing.arrow_schema import arrow_schema
from kpu_nlp.writing.formats import Format, open_writer
from kpu_nlp.writing.json_lines import to_json
from kpu_nlp.writing.parquet import parquet_folder

FORMATS: tuple[Format, ...] = get_args(Format)


def write(format: Format, path: Path, lines: Sequence[str], *, parts: bool = False) -> Path:  # noqa: A002
    with open_writer(format, path, parts=parts) as writer:
        for line in lines:
            writer.write(line)
    return path


Rows = list[dict[str, Any]]
Read = Callable[[Format, Path], Rows]


@pytest.fixture(scope="session")
def read(read_back: Callable[[Path], Rows]) -> Read:
    def read(format: Format, path: Path) -> Rows:  # noqa: A002
        if format == "jsonl":
            return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
        return pq.read_table(path).to_pylist() if format == "parquet" else read_back(path)

    return read


@pytest.mark.parametrize("format", FORMATS)
def test_every_fact_comes_back(format: Format, lines: list[str], read: Read, tmp_path: Path) -> None:  # noqa: A002
    assert read(format, write(format, tmp_path / "out", lines)) == [json.loads(line) for line in lines]


def shapes(annotation: Any) -> st.SearchStrategy[Any]:
    """Give any value that a type of the contract allows."""
    plain = {
        str: st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(0, 1),
        bool: st.booleans(),
        type(None): st.none(),
    }
    if annotation in plain:
        return plain[annotation]
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if get_origin(annotation) in (types.UnionType, Union):
        return st.one_of(*(shapes(choice) for choice in get_args(annotation)))
    if get_origin(annotation) is tuple:
        return st.lists(shapes(get_args(annotation)[0]), max_size=2).map(tuple)
    return models(annotation)


def models(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    fields = {name: shapes(info.annotation) for name, info in model.model_fields.items()}
    if "count" in fields:
        fields["count"] = st.integers(1, 9)
    if "province" in fields:  # one code is one region
        return st.sampled_from(["35.73", "64"]).map(lambda code: model(code=code, name=f"Kota {code}", province="Jawa Timur"))
    return st.fixed_dictionaries(fields).map(lambda values: model(**values))


def linked(extraction: Extraction) -> Extraction:
    """Let speakers and venues be such as there are."""
    officials = [one.model_copy(update={"id": f"o{number}"}) for number, one in enumerate(extraction.officials, start=1)]
    speaker = {"speaker": officials[-1].id if officials else None}
    themes = [
        theme.model_copy(update={"directives": tuple(one.model_copy(update=speaker) for one in theme.directives)})
        for theme in extraction.themes
    ]
    event = extraction.event
    if event is not None:
        event = event.model_copy(update={"venue": len(extraction.venues) - 1 if extraction.venues else None})
    quotes = tuple(quote.model_copy(update=speaker) for quote in extraction.quotes)
    return extraction.model_copy(
        update={"officials": tuple(officials), "themes": tuple(themes), "event": event, "quotes": quotes}
    )


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=20)
@given(extractions=st.lists(models(Extraction).map(linked), max_size=2))
def test_whatever_the_contract_allows_comes_back(
    format: Format,  # noqa: A002
    extractions: list[Extraction],
    read: Read,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    lines = [to_json(extraction, indent=False) for extraction in extractions]
    path = write(format, tmp_path_factory.mktemp("any") / "out", lines)
    assert read(format, path) == [json.loads(line) for line in lines]


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_lines_give_the_same_bytes_in_every_process(format: Format, lines: list[str], tmp_path: Path) -> None:  # noqa: A002
    here = hashlib.sha256(write(format, tmp_path / "here", lines).read_bytes()).hexdigest()
    (tmp_path / "lines").write_text("\n".join(lines), encoding="utf-8")
    code = (
        "import pathlib, sys\nfrom kpu_nlp.writing.formats import open_writer\n"
        "with open_writer(sys.argv[1], pathlib.Path('there')) as writer:\n"
        "    for line in pathlib.Path('lines').read_text(encoding='utf-8').split('\\n'): writer.write(line)"
    )
    root = str(Path(__file__).parents[2])
    subprocess.run([sys.executable, "-c", code, format], check=True, cwd=tmp_path, env={"PYTHONPATH": root})
    assert hashlib.sha256((tmp_path / "there").read_bytes()).hexdigest() == here


@pytest.mark.parametrize("format", FORMATS)
def test_an_output_that_fails_leaves_the_old_one(format: Format, lines: list[str], tmp_path: Path) -> None:  # noqa: A002
    path = tmp_path / "out"
    path.write_bytes(b"lama")

    def fail() -> None:
        with open_writer(format, path) as writer:
            writer.write(lines[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_bytes() == b"lama"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files")
@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_is_one_line(format: Format, lines: list[str], tmp_path: Path) -> None:  # noqa: A002
    (tmp_path / "line").write_text(lines[0], encoding="utf-8")
    # Words that differ in every line, which nothing packs away.
    code = (
        "import pathlib, random, resource, sys\nfrom kpu_nlp.errors import InputError\n"
        "from kpu_nlp.schema import Extraction\nfrom kpu_nlp.writing.formats import open_writer\n"
        "one = Extraction.model_validate_json(pathlib.Path('line').read_text(encoding='utf-8'))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    with open_writer(sys.argv[1], pathlib.Path('out')) as writer:\n"
        "        for number in range(500):\n"
        "            text = random.Random(number).randbytes(500).hex()\n"
        "            article = one.article.model_copy(update={'text': text})\n"
        "            writer.write(one.model_copy(update={'article': article}).model_dump_json())\n"
        "except InputError as error:\n"
        "    print(error)"
    )
    root = str(Path(__file__).parents[2])
    told = subprocess.run(
        [sys.executable, "-c", code, format], check=True, cwd=tmp_path, env={"PYTHONPATH": root}, capture_output=True, text=True
    )
    assert told.stdout.startswith("out: cannot be written (")
    assert (told.stdout.count("\n"), told.stderr) == (1, "")
    assert [path.name for path in tmp_path.iterdir()] == ["line"]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("name", "message"), [("tiada/out", "there is no folder"), ("ada", "a folder|not a file")])
def test_a_place_that_cannot_be_written_is_told(format: Format, name: str, message: str, tmp_path: Path) -> None:  # noqa: A002
    (tmp_path / "ada").mkdir()
    with pytest.raises(InputError, match=message):
        write(format, tmp_path / name, [])


def test_parquet_has_the_contract_s_columns(lines: list[str], tmp_path: Path) -> None:
    schema = pq.read_schema(write("parquet", tmp_path / "r.parquet", lines))
    assert schema.names == list(Extraction.model_fields)
    assert schema.equals(arrow_schema())
    officials = schema.field("officials").type
    assert pa.types.is_list(officials)
    assert [field.name for field in officials.value_type][:4] == ["id", "name", "titles", "roles"]
    assert (schema.field("event").nullable, schema.field("officials").nullable) == (True, False)


def test_a_type_without_a_column_is_refused() -> None:
    class Odd(BaseModel):
        value: str | int

    with pytest.raises(TypeError, match="value: "):
        arrow_schema(Odd)


def test_pandas_polars_and_duckdb_read_parquet_without_unpacking(lines: list[str], tmp_path: Path) -> None:
    path = write("parquet", tmp_path / "r.parquet", lines)
    names = [official["name"] for line in lines for official in json.loads(line)["officials"]]
    frame = pd.read_parquet(path)
    assert [official["name"] for officials in frame["officials"] for official in officials] == names
    column = pl.read_parquet(path).select(pl.col("officials").explode().struct.field("name"))["name"]
    assert column.drop_nulls().to_list() == names
    rows = duckdb.sql(f"SELECT unnest(officials).name FROM '{path}'").fetchall()  # noqa: S608
    assert [name for (name,) in rows] == names


def test_row_groups_are_bounded(lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpu_nlp.writing.parquet._GROUP_ROWS", 5)
    by_rows = pq.ParquetFile(write("parquet", tmp_path / "rows", (2 * lines)[:12])).metadata
    assert [by_rows.row_group(index).num_rows for index in range(by_rows.num_row_groups)] == [5, 5, 2]
    assert by_rows.row_group(0).column(0).compression == "ZSTD"
    monkeypatch.setattr("kpu_nlp.writing.parquet._GROUP_CHARACTERS", 1)
    by_size = pq.ParquetFile(write("parquet", tmp_path / "size", lines[:3])).metadata
    assert by_size.num_row_groups == 3


def test_parquet_in_parts_is_one_table(lines: list[str], tmp_path: Path) -> None:
    path, twelve = tmp_path / "r.parquet", (2 * lines)[:12]
    for part_rows, sizes in ((5, [5, 5, 2]), (6, [6, 6]), (100, [12])):
        with parquet_folder(path, part_rows=part_rows) as writer:
            for line in twelve:
                writer.write(line)
        files = sorted(path.iterdir())
        assert [file.name for file in files] == [f"part-{number:05d}.parquet" for number in range(len(sizes))]
        assert [pq.read_metadata(file).num_rows for file in files] == sizes
        assert pq.read_table(path).to_pylist() == [json.loads(line) for line in twelve]


def test_an_output_without_articles_still_has_its_columns(read_back: Callable[[Path], Rows], tmp_path: Path) -> None:
    assert pq.read_table(write("parquet", tmp_path / "r.parquet", [])).schema.equals(arrow_schema())
    assert pq.read_table(write("parquet", tmp_path / "parts", [], parts=True)).schema.equals(arrow_schema())
    assert read_back(write("sqlite", tmp_path / "r.sqlite", [])) == []
    assert write("jsonl", tmp_path / "r.jsonl", []).read_bytes() == b""


def test_a_folder_with_anything_else_in_it_is_never_replaced(lines: list[str], tmp_path: Path) -> None:
    (tmp_path / "catatan.txt").write_text("penting", encoding="utf-8")
    with pytest.raises(InputError, match="holds files that are no parts"):
        write("parquet", tmp_path, lines[:1], parts=True)
    assert (tmp_path / "catatan.txt").read_text(encoding="utf-8") == "penting"


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kpu-nlp\[bulk\]'"):
        open_writer("parquet", tmp_path / "r.parquet")
    assert write("jsonl", tmp_path / "r.jsonl", ["{}"]).read_text(encoding="utf-8") == "{}\n"
