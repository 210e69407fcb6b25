from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.reading import csv_rows
from kpu_nlp.reading.csv_rows import iter_csv
from kpu_nlp.reading.raw import FailedRecord, Fields, RawRecord

TEXT = "Judul\nKetua KPU Arunika, “Sutarno”, membuka rakor."
GOOD = b'pertama,"x"\n'
LAST = b"terakhir,y\n"


def read(content: bytes | str, fields: Fields | None = None) -> list[RawRecord | FailedRecord]:
    raw = content.encode() if isinstance(content, str) else content
    return list(iter_csv(io.BytesIO(raw), "a.csv", fields or Fields()))


def written(rows: list[list[str]], **settings: str) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, **settings).writerows(rows)  # type: ignore[arg-type]
    return file.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_rows_give_records(delimiter: str, mark: str) -> None:
    rows = [["id", "penulis", "text", "published"], ["a", "x", TEXT, "2022-07-22"], ["17", "", TEXT + "\r\n;", ""]]
    first, second = read(mark + written(rows, delimiter=delimiter))
    assert first == RawRecord("a", "a.csv:2", "2022-07-22", TEXT, None)
    # The text of the first row takes a line of its own.
    assert second == RawRecord("17", "a.csv:4", None, TEXT + "\r\n;", None)


def test_columns_may_have_other_names() -> None:
    fields = Fields(id="nomor", text="isi", published="tanggal")
    assert read("isi,nomor,tanggal\nx,7,2022-01-02\n", fields) == [RawRecord("7", "a.csv:2", "2022-01-02", "x", None)]


def test_a_row_without_an_id_takes_a_digest() -> None:
    (record,) = read("text\nx\n")
    assert (record.id, record.source) == ("2d711642b726", "a.csv:2")


@pytest.mark.parametrize(
    ("content", "fields", "reason"),
    [
        ("id,isi\na,x\n", Fields(), "there is no column 'text'; name the one that is meant (the columns: id, isi)"),
        ("text\nx\n", Fields(id="nomor"), "there is no column 'nomor'"),
        ("text\nx\n", Fields(published="tanggal"), "there is no column 'tanggal'"),
        ("", Fields(), "there is no column 'text'; name the one that is meant (the columns: none)"),
        ("\0\0\n\0", Fields(), "there is no column 'text'"),
        ("id,text\na,x\n".encode("utf-16"), Fields(), "UTF-16, which is not read"),
    ],
)
def test_a_file_without_its_columns_is_one_failure(content: bytes | str, fields: Fields, reason: str) -> None:
    (record,) = read(content, fields)
    assert isinstance(record, FailedRecord)
    assert (record.id, record.source) == (None, "a.csv")
    assert record.reason.startswith(reason)


@pytest.mark.parametrize(
    ("row", "article_id", "reason"),
    [
        (b"b,x,y\n", None, "3 fields, where the header has 2"),
        (b"b\n", "b", "text: missing"),
        (b"b,\n", "b", "empty; there is no article in it"),
        (b'b," \t"\n', "b", "empty; there is no article in it"),
        (b"b,\xff\n", None, "text: not UTF-8 at byte 0; save the file as UTF-8"),
        (b"\xff,b\n", None, "id: not UTF-8 at byte 0"),
        (b"b\x00,x\n", None, "id: empty, or has unprintable characters"),
        (b"b,\xed\xa0\x80\n", None, "text: not UTF-8"),
    ],
)
def test_a_bad_row_does_not_stop_the_others(row: bytes, article_id: str | None, reason: str) -> None:
    first, failed, last = read(b"id,text\n" + GOOD + row + LAST)
    assert (first.id, last.id) == ("pertama", "terakhir")
    assert isinstance(failed, FailedRecord)
    assert (failed.id, failed.source) == (article_id, "a.csv:3")
    assert failed.reason.startswith(reason)


@pytest.mark.parametrize("row", [b"b," + b"x" * 80, b'b,"' + b'x\n""' * 40 + b'"', b"," * 90, b"b," + b"x" * 200_000])
def test_a_row_beyond_the_limit_is_passed_over(row: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "MAX_ROW_BYTES", 60)
    first, failed, last = read(b"id,text\n" + GOOD + row + b"\n" + LAST)
    assert (first.id, last.id) == ("pertama", "terakhir")
    assert isinstance(failed, FailedRecord)
    assert failed.source == "a.csv:3"
    assert "larger than" in failed.reason


def test_a_quotation_that_never_ends_is_told() -> None:
    first, failed = read(b"id,text\n" + GOOD + b'b,"x\n' + LAST)
    assert first.id == "pertama"
    assert isinstance(failed, FailedRecord)
    assert failed.source == "a.csv:3"
    assert "none closes it; the rows after it were not read" in failed.reason


def test_blank_lines_and_a_missing_last_line_end_are_no_matter() -> None:
    assert [record.id for record in read(b"id,text\r\n\r\na,x\r\n\n\nb,y")] == ["a", "b"]


FIELD = st.text(st.sampled_from('ab",;\n\r é'), max_size=8)


@given(st.lists(st.tuples(FIELD, FIELD), max_size=5), st.sampled_from([1, 2, 3, 65_536]))
def test_what_python_writes_comes_back(rows: list[tuple[str, str]], piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "_PIECE", piece)
        records = read(written([["text", "id"], *([text + ".", f"{number}"] for number, (text, _) in enumerate(rows))]))
    assert [record.text for record in records if isinstance(record, RawRecord)] == [text + "." for text, _ in rows]


@given(st.text(st.sampled_from('a",\n'), max_size=30))
def test_any_quoting_is_read_as_python_reads_it(body: str) -> None:
    expected = [row for row in csv.reader(io.StringIO(body)) if row and row != [""]]
    found = [row for row in csv_rows._rows(io.BytesIO(body.encode()), b",", first_line=1) if row.fields != [b""]]
    whole = [[field.decode() for field in row.fields] for row in found if row.closed]
    assert whole == expected[: len(whole)]
    assert len(found) == len(expected)


@given(st.binary(max_size=200), st.sampled_from([b"id,text\n", b"text;published\n", b"\xef\xbb\xbftext\r\n", b""]))
def test_any_bytes_give_records_that_can_be_written(body: bytes, header: bytes) -> None:
    for record in read(header + body):
        values = [record.id, record.source, record.reason if isinstance(record, FailedRecord) else record.text]
        assert json.dumps(values, ensure_ascii=False).encode()
