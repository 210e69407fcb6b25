from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpu_nlp.errors import InputError
from kpu_nlp.reading import FailedRecord, iter_archive
from kpu_nlp.schema import Article

TEXT = "Judul\nKetua KPU Arunika membuka rakor."


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, raw in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


def ids(path: Path) -> list[str | None]:
    return [record.id for record in iter_archive(path)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["b.txt", "a.txt", "c.TXT"], ["a", "b", "c"]),
        (["2023/z.txt", "2022/a.txt", "k.txt"], ["a", "z", "k"]),
        (["2022/a.txt", "2023/a.txt", "b.txt"], ["2022/a", "2023/a", "b"]),
        (["a.txt", "sub/a.txt"], ["a", "sub/a"]),
        (["a.html", "a.txt"], ["a.html", "a.txt"]),
        (["a.html", "a.html.txt", "a.txt"], ["a.html", "a.html.txt", "a.txt"]),
        (["a.txt", ".b.txt", ".git/c.txt", "d.pdf", "e", "._a.txt"], ["a"]),
    ],
)
def test_the_files_of_a_folder_are_read_in_order(tmp_path: Path, names: list[str], expected: list[str]) -> None:
    page = f"<html><body><article><p>{'Ketua KPU Arunika membuka rapat koordinasi logistik di sana. ' * 5}</p></article></body>"
    write(tmp_path, {name: page.encode() if name.endswith(".html") else TEXT.encode() for name in names})
    records = list(iter_archive(tmp_path))
    assert all(isinstance(record, Article) for record in records)
    assert [record.id for record in records] == expected


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": b"", "b.txt": TEXT.encode(), "c.txt": b"\0", "d.html": b"<html></html>"})
    records = list(iter_archive(tmp_path))
    assert [type(record) for record in records] == [FailedRecord, Article, FailedRecord, FailedRecord]
    assert records[0] == FailedRecord("a", str(tmp_path / "a.txt"), "empty; there is no article in it")


def test_a_folder_that_cannot_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": TEXT.encode(), "rahasia/b.txt": TEXT.encode()})
    scan = os.scandir

    # Patched, because the superuser may read everything.
    def refuse(path: str) -> Any:
        if str(path).endswith("rahasia"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    records = list(iter_archive(tmp_path))
    assert records[0] == FailedRecord(None, str(tmp_path / "rahasia"), "Permission denied; the folder was not read")
    assert records[1].id == "a"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_file_names_that_are_no_unicode_still_give_every_article(tmp_path: Path) -> None:
    for name in (b"a\xe9.txt", b"a\xe8.txt"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text(TEXT, encoding="utf-8")
    assert [type(record) for record in iter_archive(tmp_path)] == [Article, Article]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tiada", "no such file or folder"),
        ("tiada.jsonl", "no such file or folder"),
        ("kosong", "no article in this folder"),
        ("berita.txt", "not an archive"),
        ("a\0.jsonl", "no such file or folder"),
        ("x" * 300, "check the path"),
    ],
)
def test_a_path_that_is_no_archive_is_refused_at_once(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "kosong").mkdir()
    (tmp_path / "berita.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        iter_archive(tmp_path / name)


def test_a_file_without_permission_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "arsip.jsonl"
    path.write_bytes(b"")
    # Patched, because the superuser may read everything.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="permission denied"):
        iter_archive(path)


def test_json_lines_give_articles(tmp_path: Path) -> None:
    path = tmp_path / "arsip.jsonl"
    lines = [
        json.dumps({"id": "a", "text": TEXT, "published": "2022-07-22T10:00:00", "penulis": "x"}),
        "",
        json.dumps({"id": 17, "text": TEXT + "\r\n\u2028", "published": None}),
        json.dumps({"text": TEXT}),
    ]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    first, second, third = iter_archive(path)
    assert isinstance(first, Article)
    assert (first.id, first.published, first.text, first.source) == ("a", "2022-07-22", TEXT, f"{path}:1")
    assert isinstance(second, Article)
    assert (second.id, second.published, second.text, second.source) == ("17", None, TEXT + "\r\n\u2028", f"{path}:3")
    assert isinstance(third, Article)
    assert third.id == third.sha256[:12]


@pytest.mark.parametrize(
    ("line", "article_id", "reason"),
    [
        (b"{", None, "not JSON: "),
        (b"Judul", None, "not JSON: "),
        (b"[1]", None, "not a JSON object"),
        (b'"a"', None, "not a JSON object"),
        (b"[" * 100_000, None, "nested too deeply"),
        (b"1" * 5000, None, "not JSON: "),
        (b'{"id": "a", "text": "\xff"}', None, "not UTF-8 at byte 21"),
        (b'{"id": "a"}', "a", "text: missing, or not a string"),
        (b'{"id": "a", "text": 7}', "a", "text: missing, or not a string"),
        (b'{"id": "a", "text": null}', "a", "text: missing, or not a string"),
        (b'{"id": "a", "text": " "}', "a", "empty; there is no article in it"),
        (b'{"id": "a", "text": "\\ud800"}', "a", "half of a surrogate pair at character 0"),
        (b'{"id": "a", "text": "x", "published": 2022}', "a", "published: must be a string"),
        (b'{"id": "a", "text": "x", "published": "kemarin"}', "a", "published: 'kemarin' is not an ISO date"),
        (b'{"id": ["a"], "text": "x"}', None, "id: must be a string or a whole number"),
        (b'{"id": true, "text": "x"}', None, "id: must be a string or a whole number"),
        (b'{"id": 1.5, "text": "x"}', None, "id: must be a string or a whole number"),
        (b'{"id": " ", "text": "x"}', None, "id: empty"),
        (b'{"id": "a\\ud800", "text": "x"}', None, "id: empty, or has unprintable characters"),
        (b'{"id": "pertama", "text": "x"}', "pertama", "the id occurs a second time"),
    ],
)
def test_a_bad_line_does_not_stop_the_others(tmp_path: Path, line: bytes, article_id: str | None, reason: str) -> None:
    path = tmp_path / "arsip.jsonl"
    good = [json.dumps({"id": name, "text": TEXT}).encode() for name in ("pertama", "terakhir")]
    path.write_bytes(b"\n".join([good[0], line, good[1]]))
    first, failed, last = iter_archive(path)
    assert (first.id, last.id) == ("pertama", "terakhir")
    assert isinstance(failed, FailedRecord)
    assert (failed.id, failed.source) == (article_id, f"{path}:2")
    assert reason in failed.reason
    assert "\n" not in failed.reason


def test_a_line_beyond_the_limit_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpu_nlp.reading.archive.MAX_LINE_BYTES", 60)
    path = tmp_path / "arsip.jsonl"
    line = json.dumps({"id": "a", "text": "x"}).encode()
    exact = line + b" " * (60 - len(line))
    path.write_bytes(
        b"\n".join([exact, b'{"id": "b", "text": "' + b"x" * 500 + b'"}', line.replace(b'"a"', b'"c"'), b"y" * 61])
    )
    first, long, third, last = iter_archive(path)
    assert (first.id, third.id) == ("a", "c")
    assert isinstance(long, FailedRecord)
    assert long.source.endswith(":2")
    assert "larger than" in long.reason
    assert isinstance(last, FailedRecord)


def test_a_failed_id_may_come_again(tmp_path: Path) -> None:
    path = tmp_path / "arsip.jsonl"
    path.write_text('{"id": "a"}\n{"id": "a", "text": "x"}\n', encoding="utf-8")
    assert [type(record) for record in iter_archive(path)] == [FailedRecord, Article]


def test_an_empty_file_gives_nothing(tmp_path: Path) -> None:
    path = tmp_path / "arsip.jsonl"
    path.write_bytes(b"\n\n")
    assert list(iter_archive(path)) == []


RECORDS = st.dictionaries(st.sampled_from(["id", "text", "published"]), st.text() | st.integers() | st.none())
LINES = st.binary(max_size=60) | RECORDS.map(lambda record: json.dumps(record).encode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES))
def test_any_bytes_give_records_that_can_be_written(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "arsip.jsonl"
    path.write_bytes(b"\n".join(lines))
    for record in iter_archive(path):
        written = record.model_dump() if isinstance(record, Article) else [record.id, record.source, record.reason]
        assert json.dumps(written, ensure_ascii=False).encode()
