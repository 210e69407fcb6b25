"""Five hundred bad records among good ones: every one is an extraction or a line of the errors file, and none is lost."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from extractors import quick

from kpu_nlp.bulk.run import Options, run_bulk

pytestmark = pytest.mark.usefixtures("shipped_model")


def bad_lines(count: int) -> list[bytes]:
    """Return lines of JSON Lines that are wrong in many ways, each ``count`` times, each with an id of its own where it can."""

    def row(kind: str, number: int, **values: object) -> bytes:
        return json.dumps({"id": f"{kind}-{number}", **values}).encode()

    kinds = {
        "utf8": lambda n: b'{"id": "utf8-%d", "text": "\xff\xfe Isi."}' % n,
        "nul": lambda n: row("nul", n, text="Isi \0 dengan NUL."),
        "empty": lambda n: row("empty", n, text=" \n\u200b "),
        "number": lambda n: row("number", n, text=n),
        "list": lambda n: row("list", n, text=["Isi."]),
        "null": lambda n: row("null", n, text=None),
        "surrogate": lambda n: b'{"id": "surrogate-%d", "text": "Isi \\ud800."}' % n,
        "day": lambda n: row("day", n, text="Isi.", published="kemarin lusa"),
        "cut": lambda n: b'{"id": "cut-%d", "text": "Is' % n,
        "array": lambda n: b"[1, 2, %d]" % n,
        "twice": lambda n: row("twice", 0, text=f"Isi {n}."),
        "deep": lambda n: b'{"id": "deep-%d", "text": ' % n + b"[" * 20_000 + b"]" * 20_000 + b"}",
        "fails": lambda n: row("fails", n, text="gagal"),
        "refused": lambda n: row("refused", n, text="tolak"),
        "noise": lambda n: bytes(random.Random(n).choices([b for b in range(256) if b not in b"\r\n"], k=80)),  # noqa: S311
        "object id": lambda n: b'{"id": {"a": %d}, "text": "Isi."}' % n,
    }
    return [make(number) for make in kinds.values() for number in range(count)]


def test_none_is_lost(tmp_path: Path, lines) -> None:
    good = [json.dumps({"id": f"baik-{number}", "text": f"Rapat {number}.\nIsi."}).encode() for number in range(500)]
    bad = bad_lines(31)
    assert len(bad) > 490
    huge = [b'{"id": "besar-%d", "text": "' % number + b"a" * 10_500_000 + b'"}' for number in range(2)]
    rows = [*good, *bad, *huge]
    random.Random(4).shuffle(rows)  # noqa: S311
    (tmp_path / "arsip.jsonl").write_bytes(b"\n".join(rows))
    pages = tmp_path / "laman"
    pages.mkdir()
    (pages / "dalam.html").write_text("<div>" * 50_000 + "Isi." + "</div>" * 50_000, encoding="utf-8")
    (pages / "kosong.txt").touch()
    (pages / "biner.txt").write_bytes(bytes(range(256)) * 40)
    (pages / "baik.txt").write_text("Rapat.\nIsi.", encoding="utf-8")
    inputs = [str(tmp_path / "arsip.jsonl"), str(pages)]
    result = run_bulk(inputs, tmp_path / "hasil.jsonl", options=Options(workers=2, shard=50), extract=quick)
    written, failures = lines(tmp_path / "hasil.jsonl"), lines(tmp_path / "hasil.errors.jsonl")
    assert result.books is not None
    assert result.books.read == len(rows) + 4 == len(written) + len(failures)
    sources = [one["article"]["source"] for one in written] + [one["source"] for one in failures]
    assert sorted(sources) == sorted(
        [*(f"{inputs[0]}:{number}" for number in range(1, len(rows) + 1)), *map(str, pages.iterdir())]
    )
    ids = {one["article"]["id"] for one in written}
    assert {f"baik-{number}" for number in range(500)} | {f"nul-{number}" for number in range(31)} <= ids
    assert sum(one["article"]["id"].startswith("twice") for one in written) == 1
    failed = {str(one["id"]).rpartition("-")[0] for one in failures}
    assert {"empty", "number", "list", "null", "surrogate", "day", "twice", "fails", "refused"} <= failed
    assert all(one["reason"] and "\n" not in one["reason"] and "Traceback" not in one["reason"] for one in failures)
