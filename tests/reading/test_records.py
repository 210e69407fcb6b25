from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pickle
import random
import socket
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kpu_nlp.errors import InputError, MissingExtraError
from kpu_nlp.reading.claims import Claims
from kpu_nlp.reading.records import FailedRecord, Fields, RawRecord, input_digest, iter_records, open_record

TEXT = "Judul\nKetua KPU Arunika membuka rakor."
PAGE = f"<html><body><article><p>{'Ketua KPU Arunika membuka rapat koordinasi logistik di sana. ' * 5}</p></article></body>"


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
    write(folder, {"a/x.txt": TEXT})
    os.mkfifo(folder / "a" / "y.txt")
    assert ids("a") == ["x"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["b.txt", "a.txt", "c.TXT"], ["a", "b", "c"]),
        (["2023/z.txt", "2022/a.txt", "k.txt"], ["a", "z", "k"]),
        (["2022/a.txt", "2023/a.txt", "b.txt"], ["2022/a", "2023/a", "b"]),
        (["a.txt", "sub/a.txt"], ["a", "sub/a"]),
        (["a/x.txt", "a.txt", "a-b.txt"], ["x", "a-b", "a"]),
        (["a.html", "a.txt"], ["a.html", "a.txt"]),
        (["a.html", "a.html.txt", "a.txt"], ["a.html", "a.html.txt", "a.txt"]),
        (["a.txt", ".b.txt", ".git/c.txt", "d.pdf", "e", "._a.txt", "f.jsonl"], ["a"]),
    ],
)
def test_the_files_of_a_folder_are_read_in_the_order_of_their_paths(
    folder: Path, names: list[str], expected: list[str]
) -> None:
    write(folder, {f"arsip/{name}": PAGE if name.endswith(".html") else TEXT for name in names})
    records = [record for record in read("arsip") if isinstance(record, RawRecord)]
    assert [record.id for record in records] == expected
    assert [open_record(record).id for record in records] == expected
    paths = [Path(record.source).parts for record in records]
    assert paths == sorted(paths)


def test_a_folder_that_cannot_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"arsip/a.txt": TEXT, "arsip/rahasia/b.txt": TEXT, "arsip/z.txt": TEXT})
    scan = os.scandir

    # Patched, because the superuser may read everything.
    def refuse(path: str) -> Any:
        if str(path).endswith("rahasia"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    first, failed, last = read("arsip")
    assert failed == FailedRecord(None, "arsip/rahasia", "Permission denied; the folder was not read")
    assert (first.id, last.id) == ("a", "z")


def test_a_file_without_permission_is_refused_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"r.jsonl": lines({"text": TEXT})})
    # Patched, because the superuser may read everything.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="permission denied"):
        iter_records(["r.jsonl"])


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_file_names_that_are_no_unicode_still_give_every_article(folder: Path) -> None:
    (folder / "arsip").mkdir()
    for name in (b"a\xe9.txt", b"a\xe8.txt"):
        Path(os.fsdecode(os.fsencode(folder) + b"/arsip/" + name)).write_text(TEXT, encoding="utf-8")
    records = [record for record in read("arsip") if isinstance(record, RawRecord)]
    assert [open_record(record).text for record in records] == [TEXT, TEXT]
    assert len({record.id for record in records}) == 2


def test_a_failed_id_may_come_again(folder: Path) -> None:
    write(folder, {"r.jsonl": lines({"id": "a"}, {"id": "a", "text": "x"})})
    assert [type(record) for record in read("r.jsonl")] == [FailedRecord, RawRecord]


def test_standard_input_is_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = lines({"id": "a", "text": TEXT}, {"id": "a", "text": TEXT}).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    first, second = read("-")
    assert first == RawRecord("a", "-:1", None, TEXT, None)
    assert isinstance(second, FailedRecord)
    assert input_digest(["-"]) == input_digest(["-"])


@pytest.mark.parametrize("name", ["r.jsonl.gz", "R.NDJSON.GZ"])
def test_packed_json_lines_are_read(folder: Path, name: str) -> None:
    write(folder, {name: gzip.compress(lines({"id": 1, "text": "x"}).encode()) + gzip.compress(b'{"id": 2, "text": "y"}')})
    assert [(record.id, record.source) for record in read(name)] == [("1", f"{name}:1"), ("2", f"{name}:2")]


@pytest.mark.parametrize("damage", ["cut", "checksum", "body", "no gzip"])
def test_a_damaged_gzip_file_gives_what_can_be_read(folder: Path, damage: str) -> None:
    chance = random.Random(1)  # noqa: S311
    raw = bytearray(gzip.compress(lines(*({"id": n, "text": chance.randbytes(99).hex()} for n in range(5000))).encode()))
    if damage == "cut":
        raw = raw[:-10_000]
    elif damage == "checksum":
        raw[-8] ^= 1
    elif damage == "body":
        raw[400_000:400_100] = bytes(100)
    else:
        raw = bytearray(b"Judul")
    write(folder, {"r.jsonl.gz": bytes(raw), "s.jsonl": lines({"id": "s", "text": TEXT})})
    *records, failed, last = read("r.jsonl.gz", "s.jsonl")
    assert isinstance(failed, FailedRecord)
    assert (failed.id, failed.source, last.id) == (None, "r.jsonl.gz", "s")
    assert failed.reason.startswith("a damaged gzip file (")
    read_ids = [record.id for record in records if isinstance(record, RawRecord)]
    assert read_ids == [str(number) for number in range(len(read_ids))]
    if damage == "no gzip":
        assert failed.reason.endswith("; nothing of it was read")
    else:
        assert failed.reason.endswith(f"; nothing after {records[-1].source} was read")
        assert len(read_ids) > 3000


def test_tables_are_read(folder: Path) -> None:
    rows = [{"nomor": "a", "isi": TEXT, "tanggal": "2022-07-22"}, {"nomor": "b", "isi": TEXT + ".", "tanggal": ""}]
    with (folder / "r.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    write(folder, {"s.csv.gz": gzip.compress((folder / "r.csv").read_bytes().replace(b"\na,", b"\nc,"))})
    pq.write_table(pa.Table.from_pylist([{**rows[0], "nomor": "d"}]), folder / "t.parquet")
    records = read("r.csv", "s.csv.gz", "t.parquet", fields=Fields("nomor", "isi", "tanggal"))
    assert [(record.id, record.source) for record in records] == [
        ("a", "r.csv:2"),
        ("b", "r.csv:4"),
        ("c", "s.csv.gz:2"),
        ("s/b", "s.csv.gz:4"),
        ("d", "t.parquet:1"),
    ]
    assert open_record(next(iter(records))).published == "2022-07-22"  # type: ignore[arg-type]


def test_a_saved_dataset_is_read(folder: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra [train]")
    datasets.disable_progress_bars()
    rows = {"id": [str(number) for number in range(25)], "text": [f"Berita {number}" for number in range(25)]}
    one = datasets.Dataset.from_dict(rows)
    one.save_to_disk(folder / "satu", num_shards=3)
    assert [(record.id, record.source) for record in read("satu")][7:10] == [
        ("7", "satu/data-00000-of-00003.arrow:8"),
        ("8", "satu/data-00000-of-00003.arrow:9"),
        ("9", "satu/data-00001-of-00003.arrow:1"),
    ]
    assert ids("satu") == rows["id"]
    chosen = datasets.DatasetDict({"train": one.select([3, 1]), "test": one.select([2])})
    chosen.save_to_disk(folder / "dua")
    assert ids("dua") == ["3", "1", "2"]
    before = input_digest(["dua"])
    chosen.save_to_disk(folder / "dua")
    assert input_digest(["dua"]) != before


@pytest.mark.parametrize(
    "state",
    [
        "{",
        "[]",
        "{}",
        '{"_data_files": 7}',
        '{"_data_files": [{}]}',
        '{"_data_files": [{"filename": "../a.arrow"}]}',
        "[" * 99_999,
    ],
)
def test_a_dataset_folder_that_is_broken_is_refused_at_once(folder: Path, state: str) -> None:
    write(folder, {"d/state.json": state, "d/dataset_info.json": "{}", "d/a.txt": TEXT})
    with pytest.raises(InputError, match=r"d: a dataset folder whose state\.json"):
        iter_records(["d"])


@pytest.fixture
def memory() -> Iterator[Any]:
    """A file system of fsspec's that lies in memory."""
    system = fsspec.filesystem("memory")
    yield system
    system.rm("/", recursive=True)


def test_addresses_are_read_like_paths(folder: Path, memory: Any) -> None:
    files = {
        "2022/a.txt": TEXT,
        "2023/a.txt": TEXT,
        "b.html": PAGE,
        ".c.txt": TEXT,
        "kosong.txt": "",
        "r.jsonl": lines({"id": 1, "text": TEXT}),
    }
    write(folder, {f"arsip/{name}": content for name, content in files.items()})
    for name, content in files.items():
        memory.pipe(f"/arsip/{name}", content.encode())
    pq.write_table(pa.table({"id": ["p"], "text": [TEXT]}), folder / "arsip" / "p.parquet")
    memory.put(str(folder / "arsip" / "p.parquet"), "/arsip/p.parquet")
    expected = ["2022/a", "2023/a", "b", "kosong"]
    for root in ("arsip", "memory://arsip", "memory:///arsip/", f"file://{folder}/arsip"):
        assert ids(root) == expected
        assert ids(f"{root.rstrip('/')}/202*/*.txt") == expected[:2]
        assert ids(f"{root.rstrip('/')}/r.jsonl", f"{root.rstrip('/')}/p.parquet") == ["1", "p"]
        for record in read(root)[:-1]:
            assert isinstance(record, RawRecord)
            article = open_record(record)
            assert (article.id, article.source) == (record.id, record.source)
            assert "Ketua KPU Arunika membuka" in article.text
        with pytest.raises(InputError, match="empty; there is no article in it"):
            open_record(read(root)[-1])  # type: ignore[arg-type]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that gives the current folder's files."""
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()
        thread.join()


def test_files_of_records_are_read_from_the_web(folder: Path, site: str) -> None:
    raw = lines({"id": "a", "text": "x" * 200_000}, {"id": "b", "text": TEXT}).encode()
    write(folder, {"r.jsonl": raw, "s.jsonl.gz": gzip.compress(raw.replace(b'"b"', b'"c"')), "t.csv": "id,text\nd,x\n"})
    pq.write_table(pa.table({"id": ["p"], "text": [TEXT]}), folder / "p.parquet")
    records = read(f"{site}/r.jsonl", f"{site}/s.jsonl.gz", f"{site}/t.csv", f"{site}/p.parquet")
    assert [record.id for record in records] == ["a", "b", "s/a", "c", "d", "p"]
    assert records[1].source == f"{site}/r.jsonl:2"
    with pytest.raises(InputError, match="no such file or folder"):
        iter_records([f"{site}/tiada.jsonl"])


def test_a_server_that_is_connected_to_before_anything_is_read() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"ftp://127.0.0.1:{taken.getsockname()[1]}/r.jsonl"
        with pytest.raises(InputError, match="Connection refused; check the address"):
            iter_records([address])


def test_the_digest_follows_what_lies_behind_an_address(folder: Path) -> None:
    write(folder, {"a/x.txt": TEXT})
    address = f"file://{folder}/a"
    before = input_digest([address])
    assert input_digest([address]) == before
    write(folder, {"a/x.txt": TEXT + "."})
    assert input_digest([address]) != before


def test_an_address_inside_an_archive_is_read(folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("2022/a.txt", TEXT)
        archive.writestr("2023/b.txt", TEXT)
    address = f"zip://2022::file://{folder}/a.zip"
    (record,) = read(address)
    assert (record.id, record.source) == ("a", f"zip://2022/a.txt::file://{folder}/a.zip")
    assert isinstance(record, RawRecord)
    assert open_record(record).text == TEXT


@pytest.mark.parametrize(
    ("module", "name"),
    [("fsspec.core", "memory://arsip"), ("pyarrow", "p.parquet"), ("pyarrow", "*.parquet"), ("pyarrow", "d")],
)
def test_what_needs_the_extra_names_it(folder: Path, module: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    state = '{"_data_files": [{"filename": "a.arrow"}]}'
    write(folder, {"p.parquet": b"", "d/state.json": state, "d/dataset_info.json": "{}", "d/a.arrow": b""})
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kpu-nlp\[bulk\]'"):
        iter_records([name])


def test_a_file_system_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingExtraError, match="s3://arsip/a: Install s3fs"):
        iter_records(["s3://arsip/a"])


def test_five_hundred_bad_records_are_told_and_none_is_lost(folder: Path) -> None:
    chance = random.Random(5)  # noqa: S311
    good = [json.dumps({"id": f"baik{number}", "text": TEXT}).encode() for number in range(500)]
    bad = [
        b'{"id": "x", "text": "\xff"}',
        b"\0",
        b'{"id": "x"}',
        b'{"id": [], "text": "x"}',
        good[0],
        b"[" * 10_000,
        b'{"text": "\\ud800"}',
        b'{"text": " "}',
        b'{"text": 7}',
    ]
    large = b'{"text": "' + b"x" * 10_000_001 + b'"}'
    rest = [*(bad[number % len(bad)] for number in range(497)), *[large] * 3, *good[1:]]
    chance.shuffle(rest)
    (folder / "r.jsonl").write_bytes(b"\n".join([good[0], *rest]))
    records = read("r.jsonl")
    assert {record.id for record in records if isinstance(record, RawRecord)} == {f"baik{number}" for number in range(500)}
    failures = [record for record in records if isinstance(record, FailedRecord)]
    assert len(failures) == 500
    assert all(failure.source.startswith("r.jsonl:") and failure.reason.isprintable() for failure in failures)
    assert len({record.source for record in records}) == 1000


def test_an_id_is_taken_once_among_many() -> None:
    claims = Claims()
    assert [claims.claim(f"a{number}", number % 7) for number in range(20_000)] == [None] * 20_000
    assert [claims.claim(f"a{number}", 9) for number in range(20_000)] == [number % 7 for number in range(20_000)]
