from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.reading.json_lines import iter_json_lines
from kpu_nlp.reading.raw import FailedRecord, Fields, RawRecord

TEXT = "Judul\nKetua KPU Arunika membuka rakor."


def read(content: bytes, fields: Fields | None = None) -> list[RawRecord | FailedRecord]:
    return list(iter_json_lines(io.BytesIO(content), "a.jsonl", fields or Fields()))


def test_lines_give_records() -> None:
    lines = [
        json.dumps({"id": "a", "text": TEXT, "published": "2022-07-22T10:00:00", "penulis": "x"}),
        "",
        json.dumps({"id": 17, "text": TEXT + "\r\n\u2028", "published": None}),
        json.dumps({"text": TEXT}),
    ]
    first, second, third = read(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert first == RawRecord("a", "a.jsonl:1", "2022-07-22", TEXT, None)
    assert second == RawRecord("17", "a.jsonl:3", None, TEXT + "\r\n\u2028", None)
    assert third == RawRecord("aa83da5b3279", "a.jsonl:4", None, TEXT, None)


def test_keys_may_have_other_names() -> None:
    line = json.dumps({"nomor": 1.0, "isi": TEXT, "tanggal": "2022-07-22", "id": [], "text": []}).encode()
    assert read(line, Fields("nomor", "isi", "tanggal")) == [RawRecord("1", "a.jsonl:1", "2022-07-22", TEXT, None)]


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
        (b'{"id": "a", "text": "' + b"x" * 10_000_001 + b'"}', "a", "text: larger than 10 MB"),
    ],
)
def test_a_bad_line_does_not_stop_the_others(line: bytes, article_id: str | None, reason: str) -> None:
    good = [json.dumps({"id": name, "text": TEXT}).encode() for name in ("pertama", "terakhir")]
    first, failed, last = read(b"\n".join([good[0], line, good[1]]))
    assert (first.id, last.id) == ("pertama", "terakhir")
    assert isinstance(failed, FailedRecord)
    assert (failed.id, failed.source) == (article_id, "a.jsonl:2")
    assert reason in failed.reason
    assert "\n" not in failed.reason


def test_a_line_beyond_the_limit_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpu_nlp.reading.json_lines.MAX_LINE_BYTES", 60)
    line = json.dumps({"id": "a", "text": "x"}).encode()
    exact = line + b" " * (60 - len(line))
    long_line = b'{"id": "b", "text": "' + b"x" * 500 + b'"}'
    first, long, third, last = read(b"\n".join([exact, long_line, line.replace(b'"a"', b'"c"'), b"y" * 61]))
    assert (first.id, third.id) == ("a", "c")
    assert isinstance(long, FailedRecord)
    assert long.source.endswith(":2")
    assert "larger than" in long.reason
    assert isinstance(last, FailedRecord)


def test_an_empty_file_gives_nothing() -> None:
    assert read(b"\n\n") == []


RECORDS = st.dictionaries(st.sampled_from(["id", "text", "published"]), st.text() | st.integers() | st.none())
LINES = st.binary(max_size=60) | RECORDS.map(lambda record: json.dumps(record).encode())


@given(st.lists(LINES))
def test_any_bytes_give_records_that_can_be_written(lines: list[bytes]) -> None:
    for record in read(b"\n".join(lines)):
        values = [record.id, record.source, record.reason if isinstance(record, FailedRecord) else record.text]
        assert json.dumps(values, ensure_ascii=False).encode()
