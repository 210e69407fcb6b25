from __future__ import annotations

import io
import json
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpu_nlp.reading.columns import iter_arrow, iter_parquet
from kpu_nlp.reading.raw import FailedRecord, Fields, RawRecord

Kind = Literal["parquet", "arrow"]
KINDS: tuple[Kind, ...] = ("parquet", "arrow")


def packed(kind: Kind, table: pa.Table, *, group: int = 50) -> bytes:
    file = io.BytesIO()
    if kind == "parquet":
        pq.write_table(table, file, row_group_size=group, compression="none", use_dictionary=False)
    else:
        with pa.ipc.new_stream(file, table.schema) as writer:
            for batch in table.to_batches(group):
                writer.write_batch(batch)
    return file.getvalue()


def read(kind: Kind, raw: bytes, fields: Fields | None = None) -> list[RawRecord | FailedRecord]:
    reader = iter_parquet if kind == "parquet" else iter_arrow
    return list(reader(io.BytesIO(raw), "a", fields or Fields()))


def read_columns(kind: Kind, **columns: Any) -> list[RawRecord | FailedRecord]:
    return read(kind, packed(kind, pa.table(columns)))


def utf8(values: Sequence[bytes]) -> pa.Array:
    """A column of strings whose bytes nobody has checked."""
    return pa.array(values, pa.binary()).view(pa.string())


@pytest.mark.parametrize("kind", KINDS)
def test_rows_give_records(kind: Kind) -> None:
    records = read_columns(kind, id=["a", None], other=[[1], [2]], text=["x", "y"], published=["2022-07-22", None])
    assert records[0] == RawRecord("a", "a:1", "2022-07-22", "x", None)
    assert (records[1].id, records[1].source) == ("a1fce4363854", "a:2")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
@pytest.mark.parametrize(
    ("published", "day"),
    [
        (pa.array([date(2022, 7, 22)]), "2022-07-22"),
        (pa.array([datetime(2022, 7, 22, 23, 30)], pa.timestamp("ns")), "2022-07-22"),
        (pa.array([datetime(2022, 7, 22, 23, 30, tzinfo=UTC)], pa.timestamp("us", "Asia/Jakarta")), "2022-07-23"),
        (pa.array([None]), None),
    ],
)
def test_columns_may_have_other_types(kind: Kind, text: pa.DataType, published: pa.Array, day: str | None) -> None:
    (record,) = read_columns(kind, id=[7.0], text=pa.array(["x"]).cast(text), published=published)
    assert record == RawRecord("7", "a:1", day, "x", None)


def test_a_frame_of_pandas_is_read() -> None:
    file = io.BytesIO()
    pd.DataFrame({"id": [1, None], "text": ["x", "y"], "published": pd.to_datetime(["2022-07-22", None])}).to_parquet(file)
    records = read("parquet", file.getvalue())
    assert [record.id for record in records] == ["1", "a1fce4363854"]
    assert [record.published for record in records if isinstance(record, RawRecord)] == ["2022-07-22", None]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("columns", "fields", "reason"),
    [
        ({"id": ["a"], "isi": ["x"]}, Fields(), "there is no column 'text'; name the one that is meant (the columns: id, isi)"),
        ({"text": ["x"]}, Fields(id="nomor"), "there is no column 'nomor'"),
        ({"text": [7]}, Fields(), "the column 'text' holds int64, not strings"),
        ({"text": [["x"]]}, Fields(), "the column 'text' holds list<"),
    ],
)
def test_a_file_without_its_columns_is_one_failure(kind: Kind, columns: dict[str, Any], fields: Fields, reason: str) -> None:
    (record,) = read(kind, packed(kind, pa.table(columns)), fields)
    assert isinstance(record, FailedRecord)
    assert (record.id, record.source) == (None, "a")
    assert record.reason.startswith(reason)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"text": ["x", None, "z"]}, "text: missing, or not a string"),
        ({"text": ["x", "", "z"]}, "empty; there is no article in it"),
        ({"text": utf8([b"x", b"y\xff", b"z"])}, "not UTF-8 at byte 1"),
        ({"text": utf8([b"x", b"\xed\xa0\x80", b"z"])}, "not UTF-8 at byte 0"),
        ({"text": ["x", "y", "z"], "id": [1.0, 1.5, 2.0]}, "id: must be a string or a whole number"),
        ({"text": ["x", "y", "z"], "id": [[1], [2], [3]]}, "id: must be a string or a whole number"),
        ({"text": ["x", "y", "z"], "published": ["2022-01-01", "kemarin", None]}, "published: 'kemarin' is not an ISO date"),
        ({"text": ["x", "y", "z"], "published": pa.array([0, 10**15, 1], pa.timestamp("s"))}, "a value that cannot be read"),
    ],
)
def test_a_bad_row_does_not_stop_the_others(kind: Kind, columns: dict[str, Any], reason: str) -> None:
    records = read_columns(kind, **columns)
    failed = records[1]
    assert isinstance(failed, FailedRecord)
    assert failed.source == "a:2"
    assert failed.reason.startswith(reason)
    assert len(records) == 3


TABLE = pa.table({"id": [str(number) for number in range(150)], "text": [f"Berita {number}" for number in range(150)]})


def test_a_damaged_row_group_costs_its_own_rows() -> None:
    raw = bytearray(packed("parquet", TABLE))
    column = pq.ParquetFile(io.BytesIO(raw)).metadata.row_group(1).column(1)
    raw[column.data_page_offset : column.data_page_offset + 8] = b"\xff" * 8
    records = read("parquet", bytes(raw))
    (failed,) = [record for record in records if isinstance(record, FailedRecord)]
    assert failed.source == "a:51"
    assert failed.reason.startswith("rows 51 to 100 cannot be read, because the file is damaged (")
    assert [record.id for record in records if isinstance(record, RawRecord)] == [
        *TABLE["id"].to_pylist()[:50],
        *map(str, range(100, 150)),
    ]


def test_a_dataset_file_that_breaks_off_gives_the_batches_before() -> None:
    raw = packed("arrow", TABLE)
    records = read("arrow", raw[: len(raw) * 2 // 3])
    assert [record.id for record in records[:-1]] == [str(number) for number in range(len(records) - 1)]
    assert (len(records) - 1) % 50 == 0
    failed = records[-1]
    assert isinstance(failed, FailedRecord)
    assert failed.source == f"a:{len(records)}"
    assert "because the file is damaged" in failed.reason


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("raw", [b"", b"PAR1", b"x" * 1000, b"\xff" * 8])
def test_what_is_no_such_file_is_one_failure(kind: Kind, raw: bytes) -> None:
    (record,) = read(kind, raw)
    assert isinstance(record, FailedRecord)
    assert "\n" not in record.reason


@pytest.mark.parametrize("kind", KINDS)
@settings(derandomize=True)  # what no check of ours catches kills the process
@given(st.randoms(use_true_random=False), st.sampled_from([1, 5, 20]), st.floats(0.1, 1.5))
def test_a_file_with_any_bytes_wrong_gives_records_that_can_be_written(
    kind: Kind, chance: random.Random, wrong: int, kept: float
) -> None:
    raw = bytearray(packed(kind, TABLE))
    for _ in range(wrong):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    for record in read(kind, bytes(raw[: int(len(raw) * kept)])):
        values = [record.id, record.source, record.reason if isinstance(record, FailedRecord) else record.text]
        assert json.dumps(values, ensure_ascii=False).encode()
