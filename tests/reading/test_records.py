from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path

import pytest

from kpu_nlp.errors import InputError
from kpu_nlp.reading.records import FailedRecord, Fields, RawRecord, input_digest, iter_records, open_record

TEXT = "Judul\nKetua KPU Arunika membuka rakor."


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def read(*inputs: str, fields: Fields | None = None) -> list[RawRecord | FailedRecord]:
    return list(iter_records(inputs, fields=fields))


def ids(*inputs: str) -> list[str | None]:
    return [record.id for record in read(*inputs)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, an empty one, so that inputs have short names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "inputs", "expected"),
    [
        (["a/x.txt", "b/x.txt"], ["a", "b"], ["a/x", "b/x"]),
        (["a/x.txt", "b/x.html"], ["a", "b"], ["x.txt", "x.html"]),
        (["a/x.txt", "b/x.txt", "b/y.txt"], ["b/x.txt", "a/x.txt", "b"], ["b/x", "a/x", "y"]),
        (["a/n/x.txt", "b/n/x.txt"], ["a/n", "b/n"], ["a/n/x.txt", "b/n/x.txt"]),
        (["a/2022/x.txt", "a/2023/x.txt"], ["a/2022", "a/2023"], ["2022/x", "2023/x"]),
        (["a/x.txt"], ["a", "a/", "a/x.txt", "a"], ["x"]),
        (["a/2022/x.txt", "a/2023/x.txt", "a/2023/y.txt"], ["a/*/x.txt"], ["2022/x", "2023/x"]),
        (["a/b/c/x.txt", "a/y.txt", "a/z.pdf", "a/.q.txt"], ["**/*"], ["x", "y"]),
        (["a/b/x.txt", "a/y.txt"], ["a/**/y*.txt"], ["y"]),
        (["a/x1.txt", "a/x2.txt", "a/xa.txt"], ["a/x[0-9].txt"], ["x1", "x2"]),
        (["a[1].txt", "a1.txt"], ["a[1].txt"], ["a[1]"]),
    ],
)
def test_files_of_several_inputs_have_ids_of_their_own(
    folder: Path, names: list[str], inputs: list[str], expected: list[str]
) -> None:
    write(folder, dict.fromkeys(names, TEXT))
    assert ids(*inputs) == expected
    assert ids(*inputs) == expected


def test_a_record_is_small_until_it_is_opened(folder: Path) -> None:
    write(
        folder,
        {"arsip/a.txt": TEXT, "arsip/b.txt": b"\0", "r.jsonl": lines({"id": 7, "text": TEXT, "published": "2022-07-22"})},
    )
    good, bad, last = [pickle.loads(pickle.dumps(record)) for record in read("arsip", "r.jsonl")]  # noqa: S301 - our own
    assert good == RawRecord("a", "arsip/a.txt", None, None, "arsip/a.txt")
    assert (open_record(good).id, open_record(good).text) == ("a", TEXT)
    assert last == RawRecord("7", "r.jsonl:1", "2022-07-22", TEXT, None)
    assert (open_record(last).id, open_record(last).source, open_record(last).published) == ("7", "r.jsonl:1", "2022-07-22")
    with pytest.raises(InputError, match="binary file"):
        open_record(bad)


def test_an_id_that_another_file_has_taken_gets_the_file_s_name_before_it(folder: Path) -> None:
    write(folder, {"1.txt": TEXT, "2022.jsonl": lines({"id": 1, "text": "a"}, {"id": 2, "text": "b"}, {"id": 1, "text": "c"})})
    write(folder, {"2023.jsonl": lines({"id": 1, "text": "d"}, {"id": 3, "text": "e"}, {"id": 1, "text": "f"})})
    write(folder, {"n/2023.jsonl": lines({"id": 1, "text": "g"})})
    records = read("2022.jsonl", "2023.jsonl", "n/2023.jsonl", "1.txt")
    assert [record.id for record in records] == ["1", "2", "1", "2023/1", "3", "1", "n/2023.jsonl/1", "1.txt"]
    assert [record.source for record in records if isinstance(record, FailedRecord)] == ["2022.jsonl:3", "2023.jsonl:3"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tiada", "tiada: no such file or folder"),
        ("tiada/*.txt", "no such file or folder"),
        ("*.jsonl", "no file matches"),
        ("kosong", "no article in this folder"),
        ("berita.pdf", "not an archive"),
        ("berita.txt.gz", "not an archive"),
        ("a\0.jsonl", "no such file or folder"),
        ("x" * 300, "no such file or folder"),
        ("sihir://a/b", "Protocol not known: sihir"),
    ],
)
def test_what_is_no_input_is_refused_at_once(folder: Path, name: str, message: str) -> None:
    (folder / "kosong").mkdir()
    write(folder, {"berita.pdf": "%PDF-", "berita.txt.gz": "", "ada.txt": TEXT})
    with pytest.raises(InputError, match=message):
        iter_records(["ada.txt", name])
    with pytest.raises(InputError, match=message):
        input_digest([name])


def test_no_input_is_refused() -> None:
    with pytest.raises(InputError, match="no input"):
        iter_records([])


def test_the_digest_follows_the_files(folder: Path) -> None:
    write(folder, {"a/x.txt": TEXT, "a/y.txt": TEXT})
    before = input_digest(["a"])
    assert input_digest(["a"]) == before
    write(folder, {"a/x.txt": TEXT + "."})
    longer = input_digest(["a"])
    write(folder, {"a/z.txt": TEXT})
    assert len({before, longer, input_digest(["a"]), input_digest(["a/x.txt"])}) == 4


def test_a_web_page_takes_its_id_when_it_is_opened(folder: Path) -> None:
    address = "https://jatim.kpu.go.id/berita/rakor"
    assert read(address) == [RawRecord(None, address, None, None, address)]


@pytest.mark.skipif(sys.platform != "linux", reason="pipes in a folder")
def test_a_pipe_in_a_folder_does_not_stop_the_job(folder: Path) -> None:
    import os

    write(folder, {"a/x.txt": TEXT})
    os.mkfifo(folder / "a" / "y.txt")
    assert ids("a") == ["x"]
